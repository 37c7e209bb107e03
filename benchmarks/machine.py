"""What was measured on: only what decides the figures."""

import os
from pathlib import Path
import platform

from homeassistant.const import __version__ as home_assistant_version


def machine() -> str:
    """Return the processor, its cores, and the versions of Python and Home Assistant."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"Home Assistant {home_assistant_version}"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [fact.partition(":")[2].strip() for fact in facts if fact.startswith("model name")]
    return models[0] if models else platform.machine()

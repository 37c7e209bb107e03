"""The ways into a dashboard that a test goes, each in which settings."""

from itertools import cycle
from typing import Final

import pytest

from .setting import DESKTOPS, EVERYWHERE

USUAL: Final = "v2-token"


def ways(*others: str) -> pytest.MarkDecorator:
    """Go the usual way in every setting, and some others on desktops alone, one language after the other."""
    cases = [*((setting, USUAL) for setting in EVERYWHERE), *zip(cycle(DESKTOPS), others, strict=False)]
    ids = [f"{setting}-{way}" for setting, way in cases]
    return pytest.mark.parametrize(("setting", "site"), cases, ids=ids, indirect=True)

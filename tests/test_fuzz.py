"""What scripts/fuzz looks at, and that it would see a mistake."""

from pathlib import Path
import subprocess
import sys
from unittest.mock import patch

import pytest

from fuzz.target import look
from tests.api.odd_json import encoded, recorded

from .documents import ROOT

SERVERS = encoded(recorded()["v2.3.7/server_pat"])
FIELDS = "custom_components.nezha.api.generations.v1"


@pytest.fixture
def custom_integrations() -> None:
    """Do without Home Assistant: the client is fuzzed alone."""


def test_recorded_answers_can_be_taken() -> None:
    """What begins without a finding ends with one only if there is something."""
    for answer in recorded().values():
        look(encoded(answer))


def test_an_error_that_is_not_the_clients_own_is_found() -> None:
    """Whichever parser raises it."""
    with patch(f"{FIELDS}.integer", side_effect=OverflowError), pytest.raises(OverflowError):
        look(SERVERS)


def test_a_value_that_cannot_be_shown_is_found() -> None:
    """As a percentage above 100."""
    with patch(f"{FIELDS}.real", return_value=101.0), pytest.raises(AssertionError):
        look(SERVERS)


def test_what_was_found_is_looked_at_again(tmp_path: Path) -> None:
    """Without Home Assistant, and in the environment of the suite, which has no fuzzer."""
    found = tmp_path / "found.json"
    found.write_bytes(SERVERS)
    command = [sys.executable, "-m", "fuzz", str(found)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)  # noqa: S603 - our own
    assert (done.returncode, done.stderr) == (0, "")
    assert str(found) in done.stdout

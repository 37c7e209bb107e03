"""Versions of dashboards."""

import re

type Version = tuple[int, ...]
"""The numbers of a version, `(0, 20, 13)`."""


def parse_version(text: str, oldest: Version, newest: Version) -> Version:
    """Return the numbers of a version of one generation.

    Raises:
        ValueError: It is no version between the oldest and the newest that are known.

    """
    match = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", text)
    version = tuple(int(number) for number in match.groups()) if match else ()
    if not oldest <= version <= newest:
        raise ValueError(f"{text!r} is no version from {version_text(oldest)} to {version_text(newest)}")
    return version


def version_text(version: Version) -> str:
    """Return a version as dashboards write it, `0.20.13`."""
    return ".".join(map(str, version))

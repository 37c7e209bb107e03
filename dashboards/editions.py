"""Makes the files that users paste: every card is written once, whatever the language and the number of cards."""

from pathlib import Path
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER: Final = Path(__file__).parent
_SOURCE: Final = _FOLDER / "source"
EDITIONS: Final = {"en": _FOLDER / "fleet.yaml", "zh-Hans": _FOLDER / "fleet.zh-Hans.yaml"}
"""The file of each language."""
_TOO_WIDE: Final = "(?=[^ -]{16})([^ -]{3,12}?[._/:@]|[^ -]{12})"
"""Finds where to break words that leave no room for values on a phone: behind a separator, if there is one."""
_BREAK: Final = r"\\1\u200b"
"""What was found, and a space without a width: Home Assistant's pages let no HTML through that would do."""


def made(language: str) -> str:
    """Return what the file of a language has to contain."""
    say = words(language)

    def named(of: str) -> str:
        short = f"{of}['name'] | replace('\\n', ' ') | truncate(60, true, '…')"
        return f"{short} | regex_replace('{_TOO_WIDE}', '{_BREAK}') | e"

    def link(of: str) -> str:
        return f"""'<a href="/config/devices/device/' ~ {of}['device'] ~ '">' ~ {named(of)} ~ '</a>'"""

    def rounded(number: str) -> str:
        return f"('%.0f' if {number} >= 100 else '%.1f' if {number} >= 10 else '%.2f') | format({number})"

    def unbroken(heading: str) -> str:
        return heading if heading.isascii() else "&NoBreak;".join(heading)

    def card(name: str, *, indent: int, **options: bool) -> str:
        content = sources.get_template(f"{name}.jinja").render(
            say=say, named=named, link=link, rounded=rounded, unbroken=unbroken, **options
        )
        return content.rstrip().replace("\n", "\n" + " " * indent)

    # Home Assistant renders what stands in ordinary braces.
    sources = Environment(
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - it makes YAML
        keep_trailing_newline=True,
        loader=FileSystemLoader(_SOURCE),
    )
    return sources.get_template("fleet.yaml.jinja").render(say=say, card=card)


def words(language: str) -> dict[str, Any]:
    """Return what the cards say in a language."""
    said: dict[str, Any] = load_yaml_dict(str(_SOURCE / "words.yaml"))[language]
    return said


def write() -> None:
    """Write all files."""
    for language, file in EDITIONS.items():
        file.write_text(made(language), encoding="utf-8")


if __name__ == "__main__":
    write()

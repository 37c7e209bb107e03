"""A form of the integration as it is open on the page."""

from collections.abc import Mapping
from typing import Any, Final

from .person import Person


class Form:
    """A step of one of the integration's flows."""

    def __init__(self, person: Person, step: str, flow: str = "config") -> None:
        """Take a step of a flow by its keys, `user` of `config`."""
        self._person: Final = person
        self._place: Final = f"{flow}.step.{step}"

    async def is_open(self, *fields: str, **placeholders: str) -> None:
        """Wait until the form is there with its title, its text and some fields; placeholders are for its text."""
        words = self._person.words
        await self._person.sees(words.ours(f"{self._place}.title"))
        await self._person.sees(words.ours(f"{self._place}.description", **placeholders))
        for field in fields:
            await self._person.sees_field(self._label(field))

    async def enters(self, **texts: Any) -> None:
        """Type into fields by their keys, `url` and `token`."""
        for field, text in texts.items():
            await self._person.types(self._label(field), str(text))

    async def chooses(self, option: str) -> None:
        """Choose from a menu by the option's key."""
        await self._person.clicks_text(self._person.words.ours(f"{self._place}.menu_options.{option}"))

    async def is_submitted(self) -> None:
        """Send it."""
        await self._person.clicks_label("submit")

    async def complains(self, error: str) -> None:
        """Wait until the form says what is wrong."""
        await self._person.sees(self._person.words.ours(f"config.error.{error}"))

    async def refuses(self, credential: Mapping[str, str]) -> None:
        """Wait until the form says that the Nezha dashboard does not accept a credential."""
        await self.complains("invalid_auth" if "token" in credential else "invalid_login")

    def _label(self, field: str) -> str:
        return self._person.words.ours(f"{self._place}.data.{field}")

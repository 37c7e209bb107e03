"""The forms that add and change the integration."""

from typing import Final

from .person import Person


class SetupForm:
    """The open form in which somebody enters address and credential."""

    def __init__(self, person: Person, step: str = "user") -> None:
        """Take a step of the flow as it is on the page."""
        self._person: Final = person
        self._step: Final = f"config.step.{step}"

    async def is_open(self) -> None:
        """Wait until the form is there, with all that it says."""
        words = self._person.words
        await self._person.sees(words.ours(f"{self._step}.title"))

    async def enters(self, **fields: str) -> None:
        """Type into fields by their keys, `url` and `token`."""
        for field, text in fields.items():
            await self._person.types(self._person.words.ours(f"{self._step}.data.{field}"), text)

    async def is_submitted(self) -> None:
        """Send it."""
        await self._person.clicks_label("submit")

    async def complains(self, error: str) -> None:
        """Wait until the form says what is wrong."""
        await self._person.sees(self._person.words.ours(f"config.error.{error}"))

"""How somebody has set up their browser: language, colors and the size of the window."""

from dataclasses import dataclass
from typing import Any, Final

_LOCALES: Final = {"en": "en-US", "zh-Hans": "zh-CN"}
_SIZES: Final = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@dataclass(frozen=True)
class Setting:
    """A language of the integration, `light` or `dark`, and `desktop` or `phone`."""

    language: str
    colors: str
    size: str

    def __str__(self) -> str:
        """Return its name, `en-light-desktop`: of tests and of folders."""
        return f"{self.language}-{self.colors}-{self.size}"

    @property
    def on_phone(self) -> bool:
        """Tell whether the window is as narrow as a phone."""
        return self.size == "phone"

    def context(self) -> dict[str, Any]:
        """Return what Playwright opens such a browser with; Home Assistant follows it by default."""
        return {
            "locale": _LOCALES[self.language],
            "color_scheme": self.colors,
            "viewport": _SIZES[self.size],
            "is_mobile": self.on_phone,
            "has_touch": self.on_phone,
            "reduced_motion": "reduce",  # nothing is clicked on while it moves
        }


DESKTOPS: Final = [Setting("en", "light", "desktop"), Setting("zh-Hans", "dark", "desktop")]
PHONES: Final = [Setting("en", "dark", "phone"), Setting("zh-Hans", "light", "phone")]
EVERYWHERE: Final = [*DESKTOPS, *PHONES]

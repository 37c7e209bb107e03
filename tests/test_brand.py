"""The pictures that Home Assistant shows for the integration."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from PIL import Image
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.nezha.const import DOMAIN

BRAND = Path(__file__).parents[1] / "custom_components" / DOMAIN / "brand"
PICTURES = ["icon.png", "icon@2x.png", "logo.png", "logo@2x.png"]


@pytest.mark.parametrize(("name", "size"), [("icon.png", 256), ("icon@2x.png", 512)])
def test_icons_are_squares_of_the_size_asked_for(name: str, size: int) -> None:
    """Home Assistant asks for 256 and 512 pixels."""
    with Image.open(BRAND / name) as picture:
        assert picture.size == (size, size)


@pytest.mark.parametrize(("name", "least", "most"), [("logo.png", 128, 256), ("logo@2x.png", 256, 512)])
def test_the_shortest_side_of_a_logo_is_within_its_limits(name: str, least: int, most: int) -> None:
    """Home Assistant asks for 128 to 256 pixels, and twice as many."""
    with Image.open(BRAND / name) as picture:
        assert least <= min(picture.size) <= most


@pytest.mark.parametrize("name", ["icon", "logo"])
def test_the_picture_for_fine_screens_is_twice_as_large(name: str) -> None:
    """Else it would be shown in another shape."""
    with Image.open(BRAND / f"{name}.png") as picture, Image.open(BRAND / f"{name}@2x.png") as fine:
        assert fine.size == (2 * picture.width, 2 * picture.height)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_transparent_and_trimmed(name: str) -> None:
    """They lie on light and dark pages, without a frame and without empty space around them."""
    with Image.open(BRAND / name) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGBA"
        alpha = picture.getchannel("A")
        assert alpha.getpixel((0, 0)) == 0
        assert alpha.getbbox() == (0, 0, *picture.size)


@pytest.mark.parametrize("name", PICTURES)
async def test_home_assistant_serves_the_pictures(
    name: str, hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """What its pages ask for is what lies in the folder."""
    assert await async_setup_component(hass, "brands", {})
    client = await hass_client()
    response = await client.get(f"/api/brands/integration/{DOMAIN}/{name}")
    assert await response.read() == (BRAND / name).read_bytes()

"""Adding a dashboard, from the button in the README and from the settings."""

import re
from typing import Final

import pytest

from tests.documents import read
from tests.stories.site import Site

from .form import Form
from .person import Person
from .setting import DESKTOPS
from .ways import ways

MOST_CLICKS: Final = 6
BEFORE: Final = ["the button in the README", "Open link (on my.home-assistant.io)"]
"""The clicks that lead to Home Assistant."""


@ways("v0-token", "v1-login")
async def test_a_mistyped_credential_is_named_and_the_right_one_adds_my_servers(person: Person, site: Site) -> None:
    """I add the integration in the settings, mistype my token or password, read what is wrong and correct it."""
    form = await _form_for_the_credential(person, site)
    await form.enters(**site.mistyped)
    await form.is_submitted()
    await form.refuses(site.credential)
    await person.keeps_picture("refused")

    await form.enters(**site.credential)
    await form.is_submitted()
    await person.sees(person.words.label("name_and_assign"))
    await person.keeps_picture("devices-found")
    await person.clicks_label("skip_and_finish")
    await person.leaves_the_dialog()
    await person.sees("hk-edge-1")
    await person.keeps_picture("integration")


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("setting", DESKTOPS, ids=str, indirect=True)
@pytest.mark.parametrize("site", ["v0-token", "v1-login", "v1-guest", "v2-token", "v2-login"], indirect=True)
async def test_every_generation_is_added_in_its_own_ways(person: Person, site: Site) -> None:
    """I give an address, and a token if my Nezha dashboard has tokens; otherwise I am asked how to sign in."""
    form = await _form_for_the_credential(person, site)
    await form.enters(**site.credential)
    await person.keeps_picture("filled-in")
    await form.is_submitted()
    await person.clicks_label("skip_and_finish")
    await person.clicks_text("hk-edge-1")
    await person.sees(person.words.entity("cpu"))
    await person.keeps_picture("first-server")


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("setting", DESKTOPS, ids=str, indirect=True)
async def test_six_clicks_lead_from_the_button_to_the_first_server(person: Person, site: Site) -> None:
    """I click on the button in the README, type address and token, and soon look at my first server."""
    await person.goes_to(_target_of_the_button())
    await person.clicks("Nezha")
    form = Form(person, "user")
    await form.is_open("url", "token")
    await form.enters(url=site.url, **site.credential)
    await form.is_submitted()
    await person.clicks_label("skip_and_finish")
    await person.clicks_text("hk-edge-1")
    await person.sees(person.words.entity("cpu"))
    await person.keeps_picture("first-server")

    clicks = [*BEFORE, *person.clicked]
    person.notes("clicks", clicks)
    assert len(clicks) <= MOST_CLICKS


def _target_of_the_button() -> str:
    """Return the page of Home Assistant that My Home Assistant opens."""
    link = re.search(r"my\.home-assistant\.io/redirect/(\w+)/\?(\w+=nezha)\)", read("README.md"))
    assert link
    return f"/_my_redirect/{link[1]}?{link[2]}"


async def _adds_integration(person: Person) -> Form:
    """Find the integration among all that Home Assistant knows, and open its form."""
    words = person.words
    await person.goes_to("/config/integrations/dashboard")
    await person.clicks_label("add_integration")
    await person.searches(words.label("search_brand"), "nezha")
    await person.sees("Nezha")
    await person.keeps_picture("found")
    await person.clicks("Nezha")
    form = Form(person, "user")
    await form.is_open("url", "token")
    return form


async def _form_for_the_credential(person: Person, site: Site) -> Form:
    """Enter the address, and choose how to sign in unless that is by a token, which the same form asks for."""
    form = await _adds_integration(person)
    await person.keeps_picture("empty-form")
    await form.enters(url=site.url)
    if "token" in site.credential:
        return form
    await form.is_submitted()
    menu = Form(person, "credential")
    await menu.is_open()
    await person.keeps_picture("ways-to-sign-in")
    way = "login" if site.credential else "guest"
    await menu.chooses(way)
    form = Form(person, way)
    await form.is_open(*site.credential)
    return form

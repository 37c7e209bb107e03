"""Making an automation of the blueprint that the READMEs offer, and being told what it is for."""

from collections.abc import AsyncIterator
from typing import Final

from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.nezha.trigger import TRIGGERS
from demo.home_assistant import HomeAssistant
from tests.documents import INTEGRATION
from tests.stories.site import Site

from .blueprint import Blueprint, forget_automations
from .integration_page import IntegrationPage
from .notifications import Notifications
from .person import Person
from .setting import DESKTOPS
from .test_setting_up import BEFORE

IMPORTING: Final = 4
CREATING: Final = 2
SERVER: Final = "hk-edge-1"


@pytest.fixture
def blueprint(person: Person) -> Blueprint:
    """Return the blueprint of the README in somebody's language."""
    return Blueprint(person.setting.language)


@pytest.fixture
async def button(blueprint: Blueprint, home_assistant: HomeAssistant) -> AsyncIterator[str]:
    """Return the page that the button leads to; what was made of it is removed in the end."""
    async with blueprint.offered() as page:
        yield page
    await forget_automations(home_assistant)


@pytest.mark.parametrize("setting", DESKTOPS, ids=str, indirect=True)
async def test_six_clicks_lead_from_the_button_to_an_automation(
    person: Person, integration: IntegrationPage, blueprint: Blueprint, button: str
) -> None:
    """I click on the button in the README, fill in nothing, and have an automation."""
    await _imports(person, blueprint, button)
    importing = [*BEFORE, *person.clicked]
    await person.clicks_text(blueprint.name)
    await person.sees(blueprint.label("minutes"))
    await person.keeps_picture("nothing-filled-in")
    await _saves(person)
    creating = [*BEFORE, *person.clicked][len(importing) :]
    person.notes("clicks", [*importing, *creating])
    assert (len(importing), len(creating)) == (IMPORTING, CREATING)

    await person.goes_to("/config/automation/dashboard")
    await person.sees(blueprint.name)
    await person.keeps_picture("automations")


@pytest.mark.parametrize("setting", DESKTOPS, ids=str, indirect=True)
async def test_the_triggers_are_offered_for_automations_of_ones_own(
    person: Person, integration: IntegrationPage
) -> None:
    """I look for what the integration has to offer, choose it, and read what I can set."""
    words = person.words
    await person.goes_to("/config/automation/edit/new")
    await person.clicks_label("add_trigger")
    await person.clicks_text(words.label("by_type"))
    await person.clicks_text("Nezha")
    names = {key: words.ours(f"triggers.{key}.name") for key in TRIGGERS}
    await person.sees(*names.values())
    await person.keeps_picture("triggers")
    key = "server_went_away"
    await person.clicks_text(names[key])
    fields = load_yaml_dict(str(INTEGRATION / "triggers.yaml"))[key]["fields"]
    for field in fields:
        await person.sees(words.ours(f"triggers.{key}.fields.{field}.name"))
    await person.keeps_picture("trigger")


@pytest.mark.parametrize("setting", DESKTOPS[:1], ids=str, indirect=True)
async def test_a_server_that_goes_offline_is_told_and_so_is_its_return(
    person: Person, integration: IntegrationPage, site: Site, blueprint: Blueprint, button: str
) -> None:
    """I want to be told after a minute; a server dies and I read that it is offline, and later that it is back.

    In one language, since it takes minutes: what is told has the words of the blueprint.
    """
    await _imports(person, blueprint, button)
    await person.clicks_text(blueprint.name)
    await person.enters(blueprint.label("minutes"), "1")
    await person.keeps_picture("a-minute")
    await _saves(person)

    notifications = Notifications(person)
    site.world.stop(1)
    await notifications.tell(blueprint.title("offline", SERVER))
    await person.keeps_picture("offline")
    site.world.start(1)
    await notifications.tell(blueprint.title("back", SERVER))
    await person.sees_without(blueprint.title("back", SERVER), blueprint.title("offline", SERVER))
    await person.keeps_picture("back")


async def _imports(person: Person, blueprint: Blueprint, button: str) -> None:
    """Go from the button to the list of all blueprints."""
    await person.goes_to(button)
    await person.clicks_label("preview")
    await person.sees(blueprint.name)
    await person.keeps_picture("preview")
    await person.clicks_label("import_blueprint")
    await person.leaves_the_dialog()


async def _saves(person: Person) -> None:
    """Save the automation that is open, which then has traces."""
    await person.clicks_label("save")
    await person.sees(person.words.label("traces"))

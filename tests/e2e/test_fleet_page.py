"""The page of the whole fleet shows whatever servers there are, without anyone editing it."""

from collections.abc import AsyncIterator

import pytest

from demo.home_assistant import HomeAssistant
from tests.stories.site import Site

from .fleet_page import FleetPage
from .person import Person
from .setting import DESKTOPS, PHONES

MANY = 300
NEW = "brand-new | *2* 🚀"


@pytest.fixture
async def fleet(person: Person, home_assistant: HomeAssistant, site: Site) -> AsyncIterator[FleetPage]:
    """Return the page, open before somebody, with all servers of the dashboard that has been added."""
    await home_assistant.add_dashboard(site.url, **site.credential)
    page = FleetPage(person, home_assistant)
    await page.is_stored()
    await page.opens()
    yield page
    await page.is_deleted()


@pytest.fixture
async def new_page(person: Person, home_assistant: HomeAssistant, site: Site) -> AsyncIterator[FleetPage]:
    """Return a page that somebody is about to make, for the servers of the dashboard that has been added."""
    await home_assistant.add_dashboard(site.url, **site.credential)
    page = FleetPage(person, home_assistant)
    yield page
    await page.is_deleted()


@pytest.mark.parametrize("setting", DESKTOPS, ids=str, indirect=True)
async def test_the_page_is_made_as_the_readme_tells(person: Person, new_page: FleetPage, site: Site) -> None:
    """I make a dashboard, paste the file over its configuration, and see all my servers.

    On a desktop: nobody pastes a file of hundreds of lines on a phone.
    """
    await new_page.is_made()
    await new_page.is_open()
    await person.sees("Nezha", *(server.name for server in site.world.servers()))
    await person.sees_without(new_page.say["dashboards"], person.words.label("finish_editing"))
    await person.keeps_picture("made")


async def test_servers_come_and_go_on_the_page(person: Person, fleet: FleetPage, site: Site) -> None:
    """I read all my servers, add one to the Nezha dashboard and see it appear; what goes wrong is told meanwhile."""
    await person.sees("Nezha", *(server.name for server in site.world.servers()))
    await person.sees(fleet.say["nothing_high"])
    await person.keeps_picture("fleet")
    site.world.fix_state(4, {"cpu": 95.0})
    site.world.add(name=NEW)
    await person.sees(NEW)
    site.world.stop(1)
    await person.sees_within(f"hk-edge-1 {fleet.say['just_now']}", f"WINDOWS-NAS {fleet.say['cpu']} 95%")
    await person.keeps_picture("one-more-and-one-offline")
    await person.clicks(NEW)
    await person.sees(person.words.label("device_info"), person.words.entity("cpu"))


@pytest.mark.parametrize("setting", [DESKTOPS[0], PHONES[1]], ids=str, indirect=True)
@pytest.mark.parametrize("site", [f"v2-token-{MANY}"], indirect=True)
async def test_a_fleet_of_hundreds_on_the_page(person: Person, fleet: FleetPage, site: Site) -> None:
    """I see how many there are and the busiest, and find one that was just added among all."""
    how_many = fleet.say["more"].replace("{{ all.servers | count }}", str(MANY)).partition("<")[0].strip()
    await person.sees(f"{MANY - 2} / {MANY}", "went-offline")
    await person.sees_within(how_many)
    await person.keeps_picture("busiest")
    site.world.add(name=NEW)
    await person.sees(f"{MANY - 1} / {MANY + 1}")
    await person.clicks_text(fleet.say["all_servers"])
    await person.sees(NEW, *(server.name for server in site.world.servers()))
    await person.keeps_picture("all-servers")

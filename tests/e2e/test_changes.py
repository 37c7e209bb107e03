"""Changing what was set up: options, address, a new token, and taking it away."""

from collections.abc import AsyncIterator
import json

import pytest

from demo.home_assistant import HomeAssistant
from tests.stories.site import Site
from tests.stories.watched import eventually

from .form import Form
from .integration_page import IntegrationPage
from .person import Person
from .ways import ways


@pytest.fixture
async def moon(home_assistant: HomeAssistant) -> AsyncIterator[str]:
    """Have an integration of Home Assistant, and return its domain."""
    flow = await home_assistant.post("/api/config/config_entries/flow", handler="moon")
    added = await home_assistant.submit(flow["flow_id"])
    yield "moon"
    await home_assistant.remove(added["result"]["entry_id"])


@ways("v0-token", "v1-login", "v1-guest")
async def test_options_leave_out_a_server(person: Person, integration: IntegrationPage, site: Site) -> None:
    """I want values less often, and no device for one of my servers."""
    words = person.words
    await integration.opens_options()
    form = Form(person, "init", flow="options")
    await person.sees(words.ours("options.step.init.title"))
    stream, last = (words.ours(f"options.step.init.data.{field}") for field in ("stream", "left_out_servers"))
    await (person.sees_without(last, stream) if site.generation == "v0" else person.sees(stream, last))
    await person.keeps_picture("options")
    await form.enters(interval=60)
    await person.adds_to_list(words.ours("options.step.init.data.left_out_servers"), "idle")
    await person.keeps_picture("options-filled-in")
    await form.is_submitted()
    await person.sees(words.label("options_saved"))
    await person.clicks_label("finish")
    await person.leaves_the_dialog()
    await person.sees_without("hk-edge-1", "idle")
    await person.keeps_picture("one-server-less")


@ways("v1-login", "v0-token")
async def test_another_address_of_the_same_dashboard(person: Person, integration: IntegrationPage, site: Site) -> None:
    """My Nezha dashboard has another address now: I enter that and nothing else."""
    await integration.chooses("reconfigure")
    form = Form(person, "reconfigure")
    await form.is_open("url", "token")
    await person.keeps_picture("reconfigure")
    await form.enters(url=site.url.replace("127.0.0.1", "localhost"))
    await form.is_submitted()
    await person.sees(person.words.ours("config.abort.reconfigure_successful"))
    await person.keeps_picture("changes-saved")


@pytest.mark.usefixtures("answered")
@ways("v0-token", "v1-login")
async def test_what_is_refused_is_asked_for_again(person: Person, integration: IntegrationPage, site: Site) -> None:
    """My token is revoked or my password changed: Home Assistant wants my attention, and then my values are back.

    Where it would take a minute to be noticed, I reload the integration.
    """
    words = person.words
    site.refuse()
    if site.generation != "v2":
        await integration.chooses("reload")
    await person.sees(words.label("attention"))
    await person.keeps_picture("needs-attention")
    await person.clicks_label("reconfigure")
    form = await _form_to_sign_in_again(person, site)
    await form.enters(**site.mistyped)
    await form.is_submitted()
    await form.refuses(site.credential)
    await person.keeps_picture("refused")
    await form.enters(**site.credential)
    await form.is_submitted()
    await person.sees(words.ours("config.abort.reauth_successful"))
    await person.keeps_picture("let-in-again")
    await person.clicks_label("close")
    await person.sees_without("hk-edge-1", words.label("attention"))
    await person.clicks_text("hk-edge-1")
    await person.sees(words.entity("cpu"))
    await person.keeps_picture("values-are-back")


async def test_a_missing_scope_is_a_repair_until_there_is_a_better_token(
    person: Person, home_assistant: HomeAssistant, site: Site
) -> None:
    """My token lacks a scope: a repair says which one, and goes when I reconfigure with a better token."""
    words = person.words
    narrow = site.dashboard.add_token("nezha:inventory:read")
    await home_assistant.add_dashboard(site.url, token=narrow)
    await person.goes_to("/config/repairs")
    await person.clicks_text(words.ours("issues.missing_scope.title", name="Nezha"))
    scope = {"name": "Nezha", "scope": "nezha:service:read"}
    await person.sees(words.ours("issues.missing_scope.description", **scope))
    await person.keeps_picture("repair")

    integration = IntegrationPage(person)
    await integration.opens()
    await integration.chooses("reconfigure")
    form = Form(person, "reconfigure")
    await form.is_open("url", "token")
    await form.enters(**site.credential)
    await form.is_submitted()
    await person.sees(words.ours("config.abort.reconfigure_successful"))
    # Until the page has its list, it looks as if there were none.
    await eventually(lambda: home_assistant.command("repairs/list_issues"), {"issues": []})
    await person.goes_to("/config/repairs")
    await person.sees(words.label("no_repairs"))
    await person.keeps_picture("repaired")


@ways("v0-token", "v1-login")
async def test_diagnostics_tell_no_secret(person: Person, integration: IntegrationPage, site: Site) -> None:
    """I download the diagnostics, and nothing in the file opens or names my Nezha dashboard."""
    async with person.downloading() as files:
        await integration.chooses("download_diagnostics")
    (file,) = files
    text = (await file.path()).read_text(encoding="utf-8")
    told = json.loads(text)["data"]
    assert told["dashboard"]["generation"] == int(site.generation.removeprefix("v"))
    assert len(told["servers"]) == len(site.world.servers())
    names = [server.name for server in site.world.servers()]
    secrets = [*site.credential.values(), site.url, "127.0.0.1", *names]
    assert [secret for secret in secrets if secret in text] == []


@ways("v0-token", "v1-login")
async def test_deleting_leaves_no_trace(
    person: Person, home_assistant: HomeAssistant, integration: IntegrationPage, moon: str
) -> None:
    """I delete my Nezha dashboard, and the integration is gone from the list, on which another one stays."""
    words = person.words
    title = (await home_assistant.entries())[0]["title"]
    await integration.chooses("delete")
    await person.sees(words.label("really_delete").format(title))
    await person.keeps_picture("really")
    await person.clicks_label("delete")
    await person.leaves_the_dialog()
    await person.sees_without("Nezha", "hk-edge-1")
    await person.goes_to("/config/integrations/dashboard")
    await person.sees_without(words.label(moon), "Nezha")
    await person.keeps_picture("gone")


async def _form_to_sign_in_again(person: Person, site: Site) -> Form:
    """Open the form for what the dashboard accepts now: version 0.x has tokens alone, later ones offer a choice."""
    if site.generation == "v0":
        form = Form(person, "reauth_confirm")
        await form.is_open("token", name=site.url.removeprefix("http://"))
        return form
    menu = Form(person, "credential")
    await menu.is_open()
    await person.keeps_picture("ways-to-sign-in")
    way = "token" if "token" in site.credential else "login"
    await menu.chooses(way)
    form = Form(person, way)
    await form.is_open(*site.credential)
    return form

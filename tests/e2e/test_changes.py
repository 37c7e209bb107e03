"""Changing what was set up: options, address, a new token, and taking it away."""

import json

import pytest

from demo.home_assistant import HomeAssistant
from tests.stories.site import Site

from .form import Form
from .integration_page import IntegrationPage
from .person import Person
from .ways import ways


@ways("v0-token", "v1-login", "v1-guest")
async def test_options_leave_out_a_server(person: Person, integration: IntegrationPage, site: Site) -> None:
    """I want values less often, and no device for one of my servers."""
    words = person.words
    await integration.opens_options()
    form = Form(person, "init", flow="options")
    await person.sees(words.ours("options.step.init.title"))
    stream = words.ours("options.step.init.data.stream")
    await (person.sees_nowhere(stream) if site.generation == "v0" else person.sees(stream))
    await person.keeps_picture("options")
    await form.enters(interval=60)
    await person.adds_to_list(words.ours("options.step.init.data.left_out_servers"), "idle")
    await person.keeps_picture("options-filled-in")
    await form.is_submitted()
    await person.sees(words.label("options_saved"))
    await person.clicks_label("finish")
    await person.sees_nowhere("idle")
    await person.sees("hk-edge-1")
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
    await form.complains("invalid_auth" if "token" in site.credential else "invalid_login")
    await person.keeps_picture("refused")
    await form.enters(**site.credential)
    await form.is_submitted()
    await person.sees(words.ours("config.abort.reauth_successful"))
    await person.keeps_picture("let-in-again")
    await person.clicks_label("close")
    await person.sees_nowhere(words.label("attention"))
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
    await person.goes_to("/config/repairs")
    await person.sees(words.label("no_repairs"))
    await person.keeps_picture("repaired")


async def test_diagnostics_tell_no_secret(person: Person, integration: IntegrationPage, site: Site) -> None:
    """I download the diagnostics, and nothing in the file opens or names my Nezha dashboard."""
    async with person.downloading() as files:
        await integration.chooses("download_diagnostics")
    (file,) = files
    text = (await file.path()).read_text(encoding="utf-8")
    told = json.loads(text)["data"]
    assert told["dashboard"]["generation"] == 2
    assert len(told["servers"]) == len(site.world.servers())
    names = [server.name for server in site.world.servers()]
    assert [secret for secret in (site.dashboard.token, site.url, "127.0.0.1", *names) if secret in text] == []


async def test_deleting_leaves_no_trace(person: Person, integration: IntegrationPage) -> None:
    """I delete my Nezha dashboard, and the integration is gone from the list."""
    words = person.words
    await integration.chooses("delete")
    await person.sees(words.label("delete_nezha"))
    await person.keeps_picture("really")
    await person.clicks_label("delete")
    await person.sees_nowhere("hk-edge-1")
    await person.leaves_the_dialog()
    await person.goes_to("/config/integrations/dashboard")
    await person.sees(words.label("add_integration"))
    await person.sees_nowhere("Nezha")
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

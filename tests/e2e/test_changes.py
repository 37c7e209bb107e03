"""Changing what was set up: options, address, a new token, and taking it away."""

import json

from demo.home_assistant import HomeAssistant
from tests.stories.site import Site

from .form import Form
from .integration_page import IntegrationPage
from .person import Person


async def test_options_leave_out_a_server(person: Person, integration: IntegrationPage) -> None:
    """I want values less often, and no device for one of my servers."""
    words = person.words
    await integration.opens_options()
    form = Form(person, "init", flow="options")
    await person.sees(words.ours("options.step.init.title"), words.ours("options.step.init.data.stream"))
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


async def test_a_revoked_token_is_asked_for_again(person: Person, integration: IntegrationPage, site: Site) -> None:
    """Somebody revokes the token: Home Assistant wants my attention, I enter a new one, and my values are back."""
    words = person.words
    site.refuse()
    await person.sees(words.label("attention"))
    await person.keeps_picture("needs-attention")
    await person.clicks_label("reconfigure")
    menu = Form(person, "credential")
    await menu.is_open()
    await person.keeps_picture("ways-to-sign-in")
    await menu.chooses("token")
    form = Form(person, "token")
    await form.is_open("token")
    await form.enters(**site.mistyped)
    await form.is_submitted()
    await form.complains("invalid_auth")
    await person.keeps_picture("wrong-token")
    await form.enters(**site.credential)
    await form.is_submitted()
    await person.sees(words.ours("config.abort.reauth_successful"))
    await person.keeps_picture("let-in-again")
    await person.clicks_label("close")
    await person.sees_nowhere(words.label("attention"))
    await person.clicks_text("hk-edge-1")
    await person.sees(words.entity("cpu"))
    await person.sees_nowhere(words.label("unavailable"), part="ha-device-entities-card")
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

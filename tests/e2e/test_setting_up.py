"""Adding the integration, from the button in the README or from the settings."""

from tests.stories.site import Site

from .person import Person
from .setup_form import SetupForm


async def test_a_wrong_token_and_then_the_right_one(person: Person, site: Site) -> None:
    """I follow the button, mistype the token, read what is wrong, correct it and find my servers."""
    await person.goes_to("/_my_redirect/config_flow_start?domain=nezha")
    await person.clicks_label("ok")
    form = SetupForm(person)
    await form.is_open()
    await person.keeps_picture("the-form")
    await form.enters(url=site.url, **site.mistyped)
    await form.is_submitted()
    await form.complains("invalid_auth")
    await person.keeps_picture("a-wrong-token")
    await form.enters(**site.credential)
    await form.is_submitted()
    await person.sees(person.words.label("skip_and_finish"))
    await person.keeps_picture("the-devices")
    await person.clicks_label("skip_and_finish")
    await person.clicks_text("Nezha")
    await person.clicks_text("hk-edge-1")
    await person.sees(person.words.entity("sensor", "cpu"))
    await person.keeps_picture("the-first-server")

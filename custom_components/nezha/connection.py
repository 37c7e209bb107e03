"""From what an entry stores to a client that can ask its dashboard."""

from collections.abc import Mapping
from typing import Any

from aiohttp import ClientSession
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_URL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from yarl import URL

from .api import Credential, Guest, Login, NezhaClient, session_options, token_credential

CREDENTIAL_FIELDS = (CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD)


def credential_of(data: Mapping[str, Any]) -> Credential:
    """Return the credential that an entry stores; without any it is a guest's."""
    if token := data.get(CONF_TOKEN):
        return token_credential(token)
    if username := data.get(CONF_USERNAME):
        return Login(username, data[CONF_PASSWORD])
    return Guest()


def new_session(hass: HomeAssistant, data: Mapping[str, Any], *, auto_cleanup: bool = True) -> ClientSession:
    """Return a session for an entry's dashboard; without automatic clean-up it has to be detached by hand."""
    return async_create_clientsession(hass, data[CONF_VERIFY_SSL], auto_cleanup=auto_cleanup, **session_options())


def new_client(session: ClientSession, data: Mapping[str, Any]) -> NezhaClient:
    """Return a client that asks an entry's dashboard with its credential."""
    return NezhaClient(session, URL(data[CONF_URL]), credential_of(data))

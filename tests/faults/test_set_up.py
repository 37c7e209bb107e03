"""Every fault while a dashboard is added: the text that the form shows, and that it can be sent again."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.flows import start, submit, typed
from tests.generations import credential, simulate
from tests.serving import Serve, ServedDashboard

from .conftest import complaints, patience, put_in_force
from .matrix import ENDPOINTS, FAULTS, LOGIN, Asked, Endpoint, Fault, one_of_each, told

type Input = dict[str, Any]


@pytest.fixture(autouse=True)
def added_only() -> Iterator[None]:
    """Add entries without setting them up: it is the forms that matter here."""
    with patch("custom_components.nezha.async_setup_entry", return_value=True):
        yield


FORMS = [
    endpoint
    for endpoint in ENDPOINTS
    if endpoint.asked is Asked.DETECTION
    or endpoint.path in {LOGIN, "/api/v1/server/details", "/api/v1/server"}
    or endpoint.way == "guest"
]


async def last_form(
    hass: HomeAssistant, dashboard: ServedDashboard, endpoint: Endpoint
) -> tuple[ConfigFlowResult, Input]:
    """Go on to the form that asks an endpoint, and return it with what has to be typed into it."""
    form = await start(hass)
    if endpoint.way == "token" or endpoint.asked is Asked.DETECTION:
        return form, typed(dashboard.url, dashboard.token)
    address: Input = {"url": dashboard.url, "advanced": {"verify_ssl": True}}
    if endpoint.asked is Asked.VALUES and endpoint.way == "guest":
        return form, address
    menu = await submit(hass, form, address)
    return await submit(hass, menu, {"next_step_id": endpoint.way}), dict(credential(dashboard.simulated, endpoint.way))


FULL = {"v0-token-server/details", "v2-token-setting"}
"""Endpoints that meet every fault here; others meet one of each error, which the client has told apart by then."""
ROWS = [
    (endpoint, fault) for endpoint in FORMS for fault in (FAULTS if str(endpoint) in FULL else one_of_each(endpoint))
]


@pytest.mark.parametrize(("endpoint", "fault"), ROWS, ids=str)
async def test_the_form_names_a_fault_and_can_be_sent_again(
    hass: HomeAssistant, serve: Serve, caplog: pytest.LogCaptureFixture, endpoint: Endpoint, fault: Fault
) -> None:
    """Nothing has to be begun anew."""
    dashboard = await serve(simulate(endpoint.generation))
    form, user_input = await last_form(hass, dashboard, endpoint)
    put_in_force(dashboard.simulated, fault, endpoint.path)
    with patience(fault):
        form = await submit(hass, form, user_input)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": told(fault, endpoint)}

    dashboard.simulated.faults.clear()
    result = await submit(hass, form, user_input)
    assert result["type"] in {FlowResultType.CREATE_ENTRY, FlowResultType.MENU}
    assert complaints(caplog) == []

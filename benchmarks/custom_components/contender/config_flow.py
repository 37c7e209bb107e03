"""Home Assistant sets up only entries that a flow could have made."""

from homeassistant.config_entries import ConfigFlow


class ContenderConfigFlow(ConfigFlow, domain="contender"):
    """Never started."""

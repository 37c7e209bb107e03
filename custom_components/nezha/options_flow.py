"""What of a dashboard is shown, and how often it is written."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio

from .const import (
    CONF_INTERVAL,
    CONF_LATENCY,
    CONF_LEFT_OUT_GROUPS,
    CONF_LEFT_OUT_SERVERS,
    CONF_STREAM,
    FRAMES_A_DAY,
    LEAST_INTERVAL,
    MOST_INTERVAL,
    POLL_INTERVAL,
    SECONDS_A_DAY,
    STREAM_ALWAYS,
    STREAM_AUTOMATIC,
    STREAM_NEVER,
)
from .coordinator import NezhaConfigEntry, ServersCoordinator, async_identities
from .fleet import automatic_interval, rows_a_day
from .identity import ServerIdentities

INTERVAL_FIELD = NumberSelector(
    NumberSelectorConfig(
        min=LEAST_INTERVAL, max=MOST_INTERVAL, step=1, unit_of_measurement="s", mode=NumberSelectorMode.BOX
    )
)
STREAM_FIELD = SelectSelector(
    SelectSelectorConfig(
        options=[STREAM_AUTOMATIC, STREAM_ALWAYS, STREAM_NEVER],
        translation_key=CONF_STREAM,
        mode=SelectSelectorMode.DROPDOWN,
    )
)
MEGABYTE = 1_000_000
FRAME_SHARE = 0.75  # of an answer's size, what a message has (measured on 1.14.14 and 2.3.7); guests' answers are one


class NezhaOptionsFlow(OptionsFlowWithReload):
    """One form."""

    config_entry: NezhaConfigEntry

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for everything at once, and say what it costs."""
        if user_input is not None:
            if interval := user_input.get(CONF_INTERVAL):
                user_input[CONF_INTERVAL] = int(interval)
            return self.async_create_entry(data=user_input)
        identities = await async_identities(self.hass, self.config_entry)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(self._schema(identities), self.config_entry.options),
            description_placeholders={**self._rows(len(identities.known)), **self._megabytes()},
        )

    @property
    def _servers(self) -> ServersCoordinator | None:
        """The servers' clock, `None` while the entry is not loaded."""
        entry = self.config_entry
        return entry.runtime_data.servers if entry.state is ConfigEntryState.LOADED else None

    def _rows(self, known: int) -> dict[str, str]:
        """Return how many rows a day the database grows by, with the shown servers or all that are known."""
        count = len(self._servers.data.servers) if self._servers else known
        automatic = automatic_interval(count)
        return {
            "servers": str(count),
            "automatic": str(automatic),
            "rows": f"{rows_a_day(count, automatic):,}",
            "least": str(LEAST_INTERVAL),
            "least_rows": f"{rows_a_day(count, LEAST_INTERVAL):,}",
        }

    def _megabytes(self) -> dict[str, str]:
        """Return what a stream and what polls cost a day, by the sizes of the last message and the last answer."""
        if not self._servers:
            return {"stream_megabytes": "?", "poll_megabytes": "?", "poll": f"{POLL_INTERVAL.total_seconds():.0f}"}
        answer, poll = self._servers.answer_size, self._servers.poll_interval.total_seconds()
        share = 1 if self.config_entry.runtime_data.client.is_guest else FRAME_SHARE
        frame = self._servers.frame_size or answer * share
        return {
            "stream_megabytes": f"{frame * FRAMES_A_DAY / MEGABYTE:,.0f}",
            "poll_megabytes": f"{answer * SECONDS_A_DAY / poll / MEGABYTE:,.0f}",
            "poll": f"{poll:.0f}",
        }

    def _schema(self, identities: ServerIdentities) -> probatio.Schema:
        """Return the form for this dashboard's groups and servers."""
        groups = set(self.config_entry.options.get(CONF_LEFT_OUT_GROUPS, ()))
        if self._servers:
            groups.update(*(server.groups for server in self._servers.everything.values()))
        servers = [SelectOptionDict(value=key, label=identity.name) for key, identity in identities.known.items()]
        return probatio.Schema(
            {
                probatio.Optional(CONF_LEFT_OUT_GROUPS): _choice(sorted(groups)),
                probatio.Optional(CONF_LEFT_OUT_SERVERS): _choice(sorted(servers, key=lambda option: option["label"])),
                probatio.Required(CONF_LATENCY, default=True): BooleanSelector(),
                probatio.Optional(CONF_INTERVAL): INTERVAL_FIELD,
                **self._stream_field(),
            }
        )

    def _stream_field(self) -> dict[probatio.Required, SelectSelector]:
        """Return the field for the stream, where the dashboard has one."""
        entry = self.config_entry
        if self._servers and not entry.runtime_data.client.capabilities.stream:
            return {}
        return {probatio.Required(CONF_STREAM, default=STREAM_AUTOMATIC): STREAM_FIELD}


def _choice(options: list[str] | list[SelectOptionDict]) -> SelectSelector:
    """Return a list from which several can be chosen."""
    return SelectSelector(SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.DROPDOWN))

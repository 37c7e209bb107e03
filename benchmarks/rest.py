"""What a user would write to see the same values with Home Assistant's own `rest` integration."""

import re
from typing import Any

from .dashboard import Simulated

_PERCENT = {"unit_of_measurement": "%", "state_class": "measurement"}
_SPEED = {"device_class": "data_rate", "unit_of_measurement": "B/s", "state_class": "measurement"}
_SIZE = {"device_class": "data_size", "unit_of_measurement": "B", "state_class": "total_increasing"}
_SENSORS: dict[str, tuple[str, dict[str, str]]] = {
    "cpu": ("{{ s.state.cpu | default(0) | round(1) }}", _PERCENT),
    "mem_usage": (
        "{{ (100 * (s.state.mem_used | default(0)) / (s.host.mem_total | default(1))) | round(1) }}",
        _PERCENT,
    ),
    "disk_usage": (
        "{{ (100 * (s.state.disk_used | default(0)) / (s.host.disk_total | default(1))) | round(1) }}",
        _PERCENT,
    ),
    "net_in_speed": ("{{ s.state.net_in_speed | default(0) | round(-3) }}", _SPEED),
    "net_out_speed": ("{{ s.state.net_out_speed | default(0) | round(-3) }}", _SPEED),
    "net_in_transfer": ("{{ s.state.net_in_transfer | default(0) | round(-6) }}", _SIZE),
    "net_out_transfer": ("{{ s.state.net_out_transfer | default(0) | round(-6) }}", _SIZE),
    "load_1": ("{{ s.state.load_1 | default(0) }}", {"state_class": "measurement"}),
    "boot_time": ("{{ s.host.boot_time | default(0) | as_datetime }}", {"device_class": "timestamp"}),
}
_ROUND = re.compile(r" \| round\(.*?\)")
VALUES = len(_SENSORS) + 1  # of a server, with whether it is online
_ONLINE = "{{ (now() - s.last_active | as_datetime).total_seconds() < 30 }}"


def rest_configuration(
    simulated: Simulated, places: list[int], *, interval: int = 3600, rounded: bool = True
) -> list[dict[str, Any]]:
    """Return the configuration of a server's default values, for the servers at some places of the answer."""
    return [
        {
            "resource": simulated.servers_url,
            "headers": simulated.headers,
            "scan_interval": interval,
            "timeout": 30,
            "sensor": [
                _entity(place, name, template if rounded else _ROUND.sub("", template), extra)
                for place in places
                for name, (template, extra) in _SENSORS.items()
            ],
            "binary_sensor": [_entity(place, "online", _ONLINE, {"device_class": "connectivity"}) for place in places],
        }
    ]


def _entity(place: int, name: str, template: str, extra: dict[str, str]) -> dict[str, str]:
    return {
        "name": f"Server {place} {name}",
        "unique_id": f"rest_{place}_{name}",
        "value_template": f"{{% set s = value_json.data[{place}] %}}{template}",
        **extra,
    }

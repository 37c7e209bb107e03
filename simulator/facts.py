"""What an agent reports about its server.

Names are those that Nezha's wire has had since 1.0; sizes are bytes, speeds bytes per second.
Every default is zero: that is what a dashboard holds of a server before its first report.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What a machine is."""

    platform: str = ""
    platform_version: str = ""
    cpu: tuple[str, ...] = ()
    mem_total: int = 0
    disk_total: int = 0
    swap_total: int = 0
    arch: str = ""
    virtualization: str = ""
    boot_time: int = 0
    """Unix seconds."""
    version: str = ""
    """The agent's version."""
    gpu: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a machine does now."""

    cpu: float = 0.0
    """Per cent of all cores."""
    mem_used: int = 0
    swap_used: int = 0
    disk_used: int = 0
    net_in_transfer: int = 0
    net_out_transfer: int = 0
    net_in_speed: int = 0
    net_out_speed: int = 0
    uptime: int = 0
    """Seconds."""
    load_1: float = 0.0
    load_5: float = 0.0
    load_15: float = 0.0
    tcp_conn_count: int = 0
    udp_conn_count: int = 0
    process_count: int = 0
    temperatures: tuple[tuple[str, float], ...] = ()
    """Names of sensors, not always different ones, with degrees Celsius."""
    gpu: tuple[float, ...] = ()
    """Per cent, one for each GPU."""

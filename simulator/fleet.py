"""Which servers there are: the eight that the recorded answers tell about, then plausible ones.

The recorded dashboards had these eight; their addresses are of documentation networks (RFC 5737, RFC 3849).
"""

from dataclasses import replace
import json
from typing import Final

from simulator.chance import between, pick
from simulator.facts import Host
from simulator.machines import GIB, Machine

_SMALL: Final = Host(
    platform="debian",
    platform_version="12.8",
    cpu=("AMD EPYC 7B13 4 Virtual Core",),
    mem_total=4 * GIB,
    disk_total=80 * GIB,
    swap_total=2 * GIB,
    arch="x86_64",
    virtualization="kvm",
    version="0.20.5",
)
_ARM: Final = replace(_SMALL, cpu=("Neoverse-N1 4 Virtual Core",), arch="arm64")
_BIG: Final = replace(
    _SMALL,
    cpu=("Intel Xeon Gold 6338 16 Physical Core",),
    mem_total=64 * GIB,
    disk_total=2000 * GIB,
    virtualization="",
)
_WINDOWS: Final = replace(
    _SMALL,
    platform="Microsoft Windows Server 2022 Standard",
    platform_version="10.0.20348 Build 20348",
    cpu=("Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz 6 Physical Core",),
    mem_total=16 * GIB,
    disk_total=8000 * GIB,
    swap_total=0,
    virtualization="",
)
_CONTAINER: Final = replace(
    _SMALL,
    platform="alpine",
    platform_version="3.20.3",
    cpu=("AMD Ryzen 9 7950X 2 Virtual Core",),
    mem_total=1 * GIB,
    disk_total=10 * GIB,
    swap_total=0,
    virtualization="lxc",
)
_KINDS: Final = ((_SMALL, 4), (_SMALL, 4), (_ARM, 4), (_BIG, 16), (_CONTAINER, 2))
"""What most servers are, with their cores."""

_PLACES: Final = (
    ("frankfurt", "de", 3.0),
    ("amsterdam", "nl", 8.0),
    ("london", "gb", 13.0),
    ("warsaw", "pl", 19.0),
    ("newyork", "us", 82.0),
    ("losangeles", "us", 146.0),
    ("singapore", "sg", 158.0),
    ("hongkong", "hk", 189.0),
    ("tokyo", "jp", 226.0),
    ("sydney", "au", 254.0),
)
"""Names, ISO countries, and milliseconds from Frankfurt."""
_TASKS: Final = (("web", "Edge"), ("cache", "Edge"), ("db", "数据库"), ("build", "Works"), ("mail", ""))
_ADJECTIVES: Final = ("brave", "calm", "eager", "gentle", "merry", "quick", "quiet", "sunny")
_ANIMALS: Final = ("badger", "heron", "lobster", "marten", "otter", "raven", "stoat", "wren")
_NETWORKS: Final = ("192.0.2", "198.51.100", "203.0.113")

_PUBLIC_NOTE: Final = json.dumps(
    {
        "billingDataMod": {
            "startDate": "2026-01-15T00:00:00.000+08:00",
            "endDate": "2027-01-15T00:00:00.000+08:00",
            "autoRenewal": "1",
            "cycle": "Year",
            "amount": "49.9USD",
        },
        "planDataMod": {
            "bandwidth": "1Gbps",
            "trafficVol": "1TB/Month",
            "trafficType": "2",
            "IPv4": "1",
            "IPv6": "1",
            "networkRoute": "CN2,CMI",
            "extra": "",
        },
    },
    separators=(",", ":"),
)


def machine(seed: int, number: int) -> Machine:
    """Return the server of a number from 1, the same for the same seed."""
    recorded = _recorded(seed)
    return recorded[number - 1] if number <= len(recorded) else _further(seed, number)


def two_words(seed: int, number: int) -> str:
    """Return the name that a server of a number gets when it registers itself."""
    return "-".join(pick(words, seed, number, "name") for words in (_ADJECTIVES, _ANIMALS))


def _recorded(seed: int) -> tuple[Machine, ...]:
    return (
        Machine(
            key=(seed, 1),
            name="hk-edge-1",
            group="Edge",
            hardware=_SMALL,
            ipv4="192.0.2.1",
            ipv6="2001:db8:1::1",
            country_code="hk",
            distance=5,
            public_note=_PUBLIC_NOTE,
        ),
        Machine(
            key=(seed, 2),
            name="数据库-东京",
            group="数据库",
            hardware=replace(_BIG, gpu=("NVIDIA RTX A4000", "NVIDIA T4")),
            ipv4="192.0.2.65",
            country_code="jp",
            busy=0.5,
            cores=16,
            sensors=(("coretemp_package_id_0", 41.0), ("nvme_composite", 33.0), ("nvme_composite", 35.5)),
            gpus=(12.0, 3.0),
            distance=9,
        ),
        Machine(
            key=(seed, 3),
            name='web <b>&amp; "api"</b> 🚀',
            group="Edge",
            hardware=_ARM,
            ipv6="2001:db8::3",
            country_code="fr",
            busy=0.45,
            distance=13,
            failing=0.15,
        ),
        Machine(
            key=(seed, 4),
            name="WINDOWS-NAS",
            hardware=_WINDOWS,
            ipv4="192.0.2.193",
            country_code="us",
            busy=0.2,
            cores=6,
            sensors=(("ThermalZone", 27.8),),
            reports_load=False,
            distance=17,
        ),
        Machine(
            key=(seed, 5),
            name="idle",
            group="Edge",
            hardware=replace(_SMALL, swap_total=0),
            ipv4="192.0.2.129",
            country_code="de",
            busy=0,
            distance=21,
        ),
        Machine(
            key=(seed, 6),
            name="hidden",
            group="数据库",
            hide_for_guest=True,
            hardware=_SMALL,
            ipv4="192.0.2.130",
            country_code="de",
            distance=25,
        ),
        Machine(
            key=(seed, 7),
            name="went-offline",
            hardware=_SMALL,
            ipv4="198.51.100.7",
            country_code="cn",
            offline_for=3600,
            distance=29,
        ),
        Machine(key=(seed, 8), name="never-reported", group="Edge", hardware=_SMALL, reports=False),
    )


def _further(seed: int, number: int) -> Machine:
    key = (seed, number)
    hardware, cores = pick(_KINDS, *key, "kind")
    place, country_code, distance = pick(_PLACES, *key, "place")
    task, group = pick(_TASKS, *key, "task")
    return Machine(
        key=key,
        name=f"{place}-{task}-{number}",
        group=group,
        hardware=hardware,
        ipv4=f"{pick(_NETWORKS, *key, 'network')}.{number % 254 + 1}",
        ipv6=f"2001:db8::{number:x}" if number % 3 == 0 else "",
        country_code=country_code,
        busy=between(0.05, 0.55, *key, "busy"),
        cores=cores,
        net_in_speed=between(2e5, 2e7, *key, "in"),
        net_out_speed=between(2e5, 2e7, *key, "out"),
        sensors=() if hardware.virtualization else (("coretemp_package_id_0", 38.0),),
        distance=distance,
        failing=pick((0.0, 0.0, 0.0, 0.02), *key, "failing"),
    )

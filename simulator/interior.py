"""What the rooms of a dashboard share."""

from dataclasses import dataclass

from simulator.accounts import Accounts
from simulator.lock import ServerLock
from simulator.settings import Settings
from simulator.streams import Streams
from simulator.waf import Waf
from simulator.world import World


@dataclass(frozen=True, slots=True)
class Interior:
    """What stays when requests come and go."""

    world: World
    settings: Settings
    accounts: Accounts
    waf: Waf
    streams: Streams
    lock: ServerLock

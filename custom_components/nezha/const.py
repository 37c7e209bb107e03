"""Names and numbers of the integration, the numbers with their reasons."""

from datetime import timedelta
import logging
from typing import Final

DOMAIN: Final = "nezha"
CONNECTED: Final = "connected"  # the one field of a dashboard that is always known
ONLINE: Final = "online"  # the one field that every server has
LATENCY: Final = "latency"  # the one field that the options can switch off
LOGGER = logging.getLogger(__package__)

CONF_ADVANCED: Final = "advanced"
CONF_OTHER_CREDENTIAL: Final = "other_credential"
CONF_REFUSED: Final = "refused"  # in the entry's data: fingerprint of the credential that the dashboard refused

CONF_DASHBOARD: Final = "dashboard"
DASHBOARD_SAME: Final = "same"
DASHBOARD_NEW: Final = "new"
CONF_SUCCESSOR: Final = "successor"

CONF_INTERVAL: Final = "interval"
CONF_LATENCY: Final = "latency"
CONF_STREAM: Final = "stream"
CONF_LEFT_OUT_GROUPS: Final = "left_out_groups"
CONF_LEFT_OUT_SERVERS: Final = "left_out_servers"

POLL_INTERVAL = timedelta(seconds=30)  # the age at which Nezha's own pages call a server offline
LEAST_HOLD = timedelta(seconds=90)  # the last values outlast a dashboard that restarts or a proxy that hiccups

MOST_ENTITIES: Final = 9_000  # enabled by default; Home Assistant takes 10 000, and what a user enables has to fit in

LEAST_INTERVAL: Final = 10
MOST_INTERVAL: Final = 300
AUTOMATIC_INTERVAL: Final = 30
LIVELY_ENTITIES: Final = 8  # of a server's default entities, those that change with nearly every answer
MOST_ROWS_A_DAY: Final = 1_000_000
SECONDS_A_DAY: Final = 86_400

STREAM_AUTOMATIC: Final = "automatic"
STREAM_ALWAYS: Final = "always"
STREAM_NEVER: Final = "never"
FRAMES_A_DAY: Final = 43_200  # dashboards send one every two seconds and cannot be slowed down
MOST_STREAM_BYTES_A_DAY: Final = 500_000_000
INVENTORY_INTERVAL = timedelta(minutes=5)  # what a stream lacks changes only when somebody edits it
GONE_AFTER = timedelta(hours=24)  # longer than moving a dashboard or restoring its database takes
GONE_ANSWERS: Final = 100  # that lack a server: an hour of polls, or eight hours of those beside a stream
BLOCKED_PAUSE = timedelta(minutes=5)  # blocks of a dashboard's WAF last from seconds to days and never shorten
MONITORS_INTERVAL = timedelta(seconds=60)
MANY_MONITORS: Final = 10  # more than these are disabled until somebody wants them

LATENCY_INTERVAL = timedelta(seconds=60)  # monitors store one point a minute
LEARN_INTERVAL = timedelta(hours=1)
LATENCY_PAUSE = timedelta(seconds=5)  # between two rounds, each of which asks whoever is due
LATENCY_TURNS: Final = 25  # servers in one round, so that it ends soon even where each answer takes its time
LATENCY_TRUST: Final = 30  # seconds for which a list of servers that may be asked is believed
LATENCY_BURST: Final = 15_000_000  # bytes; with the refill of an hour these stay below 60 MB an hour
LATENCY_BYTES_A_SECOND: Final = 12_500

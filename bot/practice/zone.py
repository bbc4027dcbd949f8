"""The names and addresses of the range, as data."""

from __future__ import annotations

from bot.practice.names import SERVFAIL, Records, Zone
from bot.practice.servers import SERVERS

NETWORK = "127.0.53.0/24"
CONTROLS = ("control.practice.test:587", "control.practice.test:25")
SOA = "ns.practice.test. hostmaster.practice.test. 2026010100 3600 900 604800 60"


def addresses() -> dict[str, str]:
    """Map each server of the range to its address, one of its own each."""
    return {name: f"127.0.53.{number}" for number, name in enumerate(SERVERS, start=2)}


def practice_zone() -> Zone:
    """Return the names of the range; what is not here does not exist."""
    where = addresses()
    hosts: dict[str, Records] = {plan.host: {"A": [where[name]]} for name, plan in SERVERS.items()}
    return hosts | {
        "practice.test": {
            "SOA": [SOA],
            "NS": ["ns.practice.test."],
            "MX": ["10 mx.practice.test."],
        },
        "ns.practice.test": {"A": ["127.0.0.1"]},
        "right-name.practice.test": {"A": [where["wrong_name_certificate"]]},
        "mail.practice.test": {"CNAME": ["smtp.practice.test."]},
        "_submission._tcp.practice.test": {"SRV": ["0 1 587 smtp.practice.test."]},
        "_submissions._tcp.practice.test": {"SRV": ["0 1 465 smtp.practice.test."]},
        "no-address.practice.test": {"TXT": ["a name with no address"]},
        "broken-names.practice.test": SERVFAIL,
        "elsewhere.test": {"MX": ["10 mx.practice.test."]},
        "nomail.test": {"MX": ["0 ."]},
    }

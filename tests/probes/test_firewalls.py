"""Firewalls that drop, reject and reset: real packets and real rules, in a network namespace of the test's own.

Left out with a line where no namespace may be made or nftables is missing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
INSIDE = ("unshare", "--net", "--map-root-user")
TOOLS = ("unshare", "nft", "ip")


def _may() -> str:
    """Return why no firewall can be had here, or an empty text."""
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"real firewalls ({', '.join(missing)} is missing)"
    tried = subprocess.run(
        (*INSIDE, "sh", "-c", "ip link set lo up && nft add table inet t"), capture_output=True, check=False
    )
    return "" if tried.returncode == 0 else "real firewalls (no network namespace may be made)"


ONE = "tcp dport 587"
CASES = {
    "587 dropped": (f"{ONE} drop", "port_blocked", "certain", 465),
    "a hotel": ("tcp dport { 25, 587 } drop", "port_blocked", "certain", 465),
    "its answers dropped": (
        "back tcp sport 587 tcp flags & (syn | ack) == syn | ack drop",
        "port_blocked",
        "certain",
        465,
    ),
    "everything dropped": ("tcp dport { 25, 26, 465, 587, 2465, 2525, 2587 } drop", "timeout", "possible", None),
    "reset": (f"{ONE} reject with tcp reset", "connection_refused", "certain", 465),
    "rejected": (f"{ONE} reject", "connection_refused", "likely", 465),
    "forbidden": (f"{ONE} reject with icmpx admin-prohibited", "port_blocked", "certain", 465),
    "unreachable": (f"{ONE} reject with icmpx host-unreachable", "port_blocked", "certain", 465),
    "all forbidden": ("meta l4proto tcp reject with icmpx admin-prohibited", "port_blocked", "likely", None),
    "nothing": ("", "ok", "likely", None),
    "IPv6 dropped": ("meta nfproto ipv6 meta l4proto tcp drop", "ok", "likely", None),
    "IPv4 reset": ("meta nfproto ipv4 tcp dport { 25, 465, 587 } reject with tcp reset", "ok", "likely", None),
}


@pytest.fixture(scope="module")
def said() -> dict[str, dict[str, object]]:
    """Look through every firewall, some side by side in one namespace, each before an address of its own."""
    if reason := _may():
        pytest.skip(reason)
    rules = json.dumps({name: case[0] for name, case in CASES.items()})
    done = subprocess.run(
        (*INSIDE, sys.executable, str(HERE / "behind_firewalls.py")),
        input=rules,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=HERE.parent.parent,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", CASES)
def test_what_a_firewall_does_is_told_apart(said, name) -> None:
    _, cause, sure, port = CASES[name]
    found = said[name]
    assert (found["cause"], found["confidence"], found["works_with"]) == (cause, sure, port), found


@pytest.mark.parametrize(("name", "code"), [("IPv6 dropped", "ipv6_broken"), ("IPv4 reset", "address_broken")])
def test_a_family_that_is_broken_is_said_first(said, name, code) -> None:
    assert said[name]["decided_by"] == [code]

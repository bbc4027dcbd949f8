"""What the hosts file of this computer says about a name: mail programs here go by it before they ask anybody."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from pathlib import Path

from probes.network.answers import Answer, Found

MOST_BYTES = 8 * 1024 * 1024
"""Lists of advertisers have tens of thousands of lines."""


def read_hosts(path: Path, name: str) -> tuple[str, ...]:
    """Return the addresses of a name, as they stand (hosts(5)); none where there is no such file."""
    try:
        with path.open("r", encoding="utf-8", errors="replace") as file:
            return tuple(dict.fromkeys(_addresses(file.read(MOST_BYTES).splitlines(), name)))
    except OSError:
        return ()


def _addresses(lines: Iterable[str], name: str) -> Iterable[str]:
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        if name in (one.lower().rstrip(".") for one in names):
            try:
                yield str(ipaddress.ip_address(address))
            except ValueError:
                continue


def by_file(addresses: tuple[str, ...], name: str, kind: str) -> Answer:
    """Return the answer that the file's addresses of a name make; of the other family there is none then."""
    values = tuple(one for one in addresses if (":" in one) == (kind == "AAAA"))
    return Answer(name, kind, Found.RECORDS if values else Found.NO_DATA, values, by_file=True)

"""A range's map of ports as a file: (address, port) as a client dials them, and where they really listen."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from pathlib import Path

Routes = Mapping[tuple[str, int], tuple[str, int]]


def write_routes(path: str, routes: Routes) -> None:
    """Write `routes` for another process, as a list of objects."""
    rows = [
        {"address": address, "port": port, "to_address": to_address, "to_port": to_port}
        for (address, port), (to_address, to_port) in routes.items()
    ]
    Path(path).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def read_routes(path: str | Path) -> dict[tuple[str, int], tuple[str, int]]:
    """Read what `write_routes` wrote; raises OSError, and ValueError where the file is no such list."""
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8"))
        found = {(str(row["address"]), int(row["port"])): (str(row["to_address"]), int(row["to_port"])) for row in rows}
    except (KeyError, TypeError) as reason:
        raise ValueError(f"{path} is no list of routes") from reason
    if not all(ipaddress.ip_address(address).is_loopback for pair in found.items() for address, _ in pair):
        raise ValueError(f"{path} leads away from this computer")
    return found

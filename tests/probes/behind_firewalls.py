"""Look at a mail server through each firewall named on standard input; run in a network namespace of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

from bot.looking import look
from bot.practice.certificates import Certificates
from bot.practice.names import NameServer
from bot.practice.peer import Do, Script, peer
from probes.target import Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told

MOST_AT_ONCE = 4
NETWORKS = ("127.0.0.0/8", "fd00::/8")


def places(number: int) -> dict[str, str]:
    """Return the two addresses of a case, by what nft calls their families."""
    return {"ip": f"127.0.9.{number}", "ip6": f"fd00::{number}"}


def firewall(rules: Sequence[str]) -> str:
    """Return one firewall for all, each rule before its own addresses; `back` means what comes back from there."""
    lines = ["add table inet t", "add chain inet t i { type filter hook input priority 0; }"]
    for number, rule in enumerate(rules, 1):
        end = "saddr" if rule.startswith("back ") else "daddr"
        for family, address in places(number).items():
            if rule:
                lines.append(f"add rule inet t i {family} {end} {address} {rule.removeprefix('back ')}")
    return "\n".join(lines) + "\n"


async def one(
    number: int, nameserver: tuple[str, int], certificates: Certificates, at_once: asyncio.Semaphore
) -> dict[str, object]:
    """Look at one case as a whole check does."""
    place = Vantage(
        nameservers=(nameserver,),
        allow_networks=tuple(map(ipaddress.ip_network, NETWORKS)),
        ca_file=certificates.ca_file,
        name="here.test",
    )
    async with at_once:
        said = await look(Target(host=parse_host(f"case{number}.test")), Told(), place)
    return {
        "cause": said.cause,
        "confidence": said.confidence,
        "works_with": said.works_with.port if said.works_with else None,
        "decided_by": [finding.code for finding in said.decided_by],
    }


async def looked_at(rules: dict[str, str], certificates: Certificates) -> dict[str, dict[str, object]]:
    """Look at all cases side by side."""
    names = [f"case{number}.test" for number in range(1, len(rules) + 1)]
    tls = certificates.good(*names)
    inner = Script(replies={"EHLO": b"250 wall.test\r\n"})
    clear = Script(
        replies={"EHLO": b"250-wall.test\r\n250 STARTTLS\r\n", "STARTTLS": (b"220 go\r\n", Do.TLS)},
        tls=tls,
        after_tls=inner,
    )
    zone = {name: {"A": [places(n)["ip"]], "AAAA": [places(n)["ip6"]]} for n, name in enumerate(names, 1)}
    async with AsyncExitStack() as stack:
        for port in (25, 587):
            await stack.enter_async_context(peer(clear, address="::", port=port))
        await stack.enter_async_context(peer(inner, address="::", port=465, tls=tls))
        server = await stack.enter_async_context(NameServer.start(zone))
        where, at_once = (server.address, server.port), asyncio.Semaphore(MOST_AT_ONCE)
        asked = (one(number, where, certificates, at_once) for number in range(1, len(rules) + 1))
        return dict(zip(rules, await asyncio.gather(*asked), strict=True))


def main() -> None:
    """Set the namespace up, look, and print what was said as one JSON object."""
    rules = json.load(sys.stdin)
    subprocess.run(("ip", "link", "set", "lo", "up"), check=True)
    for number in range(1, len(rules) + 1):
        subprocess.run(("ip", "addr", "add", f"{places(number)['ip6']}/128", "dev", "lo"), check=True)
    subprocess.run(("nft", "-f", "-"), input=firewall(list(rules.values())), text=True, check=True)
    with Certificates.made() as made:
        print(json.dumps(asyncio.run(looked_at(rules, made))))


if __name__ == "__main__":
    main()

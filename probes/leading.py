"""Which names lead to an address, and whether that may be dialled on the strength of them."""

from __future__ import annotations

from probes.guard import refusal
from probes.network import Network
from probes.target import Target, parse_host
from probes.vantage import SUBMISSION_PORTS


async def names_to(network: Network, target: Target, address: str) -> tuple[str, ...]:
    """Return the names that lead to an address: that of the target, what was typed where that is another, and CNAMEs.

    The guard wants all of them to be allowed before it allows a private address on their strength.
    """
    host = target.host
    if host.address:
        return ()
    typed = parse_host(host.typed)
    meant = typed.mistake.evidence.get("host", "") if typed.mistake else typed.name
    answer = await network.lookup(host.name, "AAAA" if ":" in address else "A")
    return tuple(dict.fromkeys((host.name, *((meant,) if meant else ()), *answer.chain)))


async def may_be_told(network: Network, target: Target, address: str) -> bool:
    """Tell only addresses that may be dialled too: the others would be a map of the inside for whoever asks."""
    names = await names_to(network, target, address)
    return refusal(address, SUBMISSION_PORTS[0], network.vantage, names=names) is None

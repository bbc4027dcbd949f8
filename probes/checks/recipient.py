"""Is the recipient's address one that can take mail? (RFC 5321 section 5.1, RFC 7505 for the null MX)."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass

from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Answer, Found, Network
from probes.probe import Probe
from probes.providers import near_miss
from probes.target import Mistake, Target, address_mistake, domain_of, is_address

NAME = "recipient"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is wrong with the spelling, or what the name servers know of the domain."""

    domain: str = ""
    mistake: Mistake | None = None
    mx: Answer | None = None
    addresses: tuple[Answer, ...] = ()
    exchangers: tuple[tuple[Answer, ...], ...] = ()
    """For each MX host what the name servers know of its addresses."""


async def look(target: Target, network: Network) -> Seen:
    """Read the address, and ask for MX, A and AAAA of its domain side by side, then for the addresses of its MX."""
    if not target.recipient:
        return Seen()
    if mistake := address_mistake("recipient", target.recipient):
        return Seen(mistake=mistake)
    domain = domain_of(target.recipient)
    if not domain:
        return Seen(mistake=Mistake("recipient", "address_not_valid", {"typed": target.recipient[:80]}))
    mx, own = await asyncio.gather(network.lookup(domain, "MX"), network.both(domain))
    exchangers = await asyncio.gather(*(network.both(host) for host in mx.hosts if host))
    return Seen(domain, mx=mx, addresses=own, exchangers=tuple(exchangers))


def judge(target: Target, seen: Seen) -> Report:
    """Tell a bad spelling, a missing domain, a null MX and a domain without mail apart."""
    address = target.recipient or ""
    if not address:
        return Report(NAME, Outcome.BLIND, reason="no_recipient")
    if seen.mistake:
        evidence = {**seen.mistake.evidence, "mistake": seen.mistake.code}
        return Report(NAME, Outcome.DONE, (Finding("recipient_syntax", Severity.FAULT, address, evidence),))
    found = [_domain(address, seen)]
    # Two domains of one house may well be alike: one's own is meant only where the typed one takes no mail.
    own = domain_of(target.mail_address or target.sender or "") if found[0].severity is Severity.FAULT else ""
    near = near_miss(seen.domain, own)
    if near:
        local = address.rpartition("@")[0]
        evidence = {"meant": f"{local}@{near}", "domain": seen.domain}
        found.append(Finding("recipient_near_miss", Severity.WARNING, address, evidence))
    unclear = found[0].code == "recipient_domain_unclear"
    return Report(NAME, Outcome.DONE, tuple(found), not_tested=((NAME, "resolver_failed"),) if unclear else ())


def _domain(address: str, seen: Seen) -> Finding:
    mx = seen.mx
    evidence = {"domain": seen.domain}
    if mx is None or mx.found is Found.NXDOMAIN:
        return Finding("recipient_domain_missing", Severity.FAULT, address, evidence)
    if mx.values:
        preference, _, host = mx.values[0].partition(" ")
        if len(mx.values) == 1 and preference == "0" and host == ".":
            return Finding("recipient_null_mx", Severity.FAULT, address, evidence)
        evidence["mx"] = host.rstrip(".")
        if seen.exchangers and not any(map(_may_take_mail, seen.exchangers)):
            return _nowhere(address, evidence, seen)
        return Finding("recipient_domain_good", Severity.GOOD, address, evidence)
    if any(answer.values for answer in seen.addresses):
        return Finding("recipient_implicit_mx", Severity.INFO, address, evidence)
    if mx.found is Found.NO_DATA and all(answer.answered for answer in seen.addresses):
        return Finding("recipient_domain_no_mail", Severity.FAULT, address, evidence)
    return Finding("recipient_domain_unclear", Severity.WARNING, address, {**evidence, "detail": mx.detail})


def _may_take_mail(answers: tuple[Answer, ...]) -> bool:
    """Tell whether an MX host has an address at all, and not only one that is nobody's (`0.0.0.0`, `::`)."""
    return any(not ipaddress.ip_address(value).is_unspecified for answer in answers for value in answer.values)


def _nowhere(address: str, evidence: dict[str, str], seen: Seen) -> Finding:
    """Say that no MX host leads anywhere, or that it could not be told of some."""
    if not all(answer.answered for answers in seen.exchangers for answer in answers):
        details = (answer.detail for answers in seen.exchangers for answer in answers if answer.detail)
        return Finding("recipient_domain_unclear", Severity.WARNING, address, {**evidence, "detail": next(details, "")})
    if is_address(evidence["mx"]) or any(answer.values for answers in seen.exchangers for answer in answers):
        return Finding("recipient_mx_wrong", Severity.FAULT, address, evidence)
    return Finding("recipient_mx_nowhere", Severity.WARNING, address, evidence)


PROBE = Probe(NAME, look, judge, seconds=12)

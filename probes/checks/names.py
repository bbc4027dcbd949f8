"""Does the outgoing server's name lead to an address? (RFC 1034 section 3.6.2, RFC 8020)."""

from __future__ import annotations

from dataclasses import dataclass

from probes.findings import Finding, Outcome, Report, Severity
from probes.leading import may_be_told
from probes.network import Answer, Found, Network
from probes.probe import Probe
from probes.target import Target

NAME = "names"
_TROUBLE = {
    Found.SERVFAIL: "dns_failed",
    Found.REFUSED: "dns_refused",
    Found.WITHHELD: "dns_withheld",
    Found.TIME_OUT: "dns_timed_out",
    Found.LOOP: "cname_loop",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The answers for A and AAAA, for MX where there was no address, and those addresses that may be told."""

    four: Answer
    six: Answer
    mx: Answer | None = None
    told: tuple[str, ...] = ()


async def look(target: Target, network: Network) -> Seen | None:
    """Ask for A and AAAA side by side; for MX too where neither came, since a mail domain is often typed instead."""
    if target.host.mistake or target.host.address:
        return None
    name = target.host.name
    six, four = await network.both(name)
    told = tuple([one for one in six.values + four.values if await may_be_told(network, target, one)])
    bare = not six.values and not four.values and Found.NO_DATA in (six.found, four.found)
    return Seen(four, six, await network.lookup(name, "MX") if bare else None, told)


def judge(target: Target, seen: Seen | None) -> Report:
    """Tell no such name, no address and no answer apart."""
    host = target.host
    if host.mistake:
        evidence = {**host.mistake.evidence, "mistake": host.mistake.code}
        return Report(NAME, Outcome.DONE, (Finding("server_not_a_name", Severity.FAULT, host.typed[:80], evidence),))
    if seen is None:
        return Report(NAME, Outcome.DONE, (Finding("address_given", Severity.INFO, host.name),))
    return Report(NAME, Outcome.DONE, tuple(_findings(host.name, seen)))


def _findings(name: str, seen: Seen) -> list[Finding]:
    answers = (seen.four, seen.six)
    chain = seen.four.chain or seen.six.chain
    shown = {"chain": " -> ".join((name, *chain))} if chain else {}
    if seen.six.values + seen.four.values:
        addresses = {"addresses": ", ".join(seen.told[:6])} if seen.told else {}
        found = [Finding("name_found", Severity.GOOD, name, {**addresses, **(shown if seen.told else {})})]
        if any(answer.by_file for answer in answers):
            return [*found, Finding("name_by_file", Severity.WARNING, name)]
        if trouble := next((a for a in answers if not a.answered), None):
            evidence = {"kind": trouble.kind, "detail": trouble.detail or str(trouble.found)}
            found.append(Finding("dns_partly_failed", Severity.WARNING, name, evidence))
        return found
    if any(answer.found is Found.NXDOMAIN for answer in answers):
        code = "name_dangling" if chain else "name_missing"
        return [Finding(code, Severity.FAULT, name, shown)]
    if failed := next((answer for answer in answers if answer.found in _TROUBLE), None):
        evidence = {"detail": failed.detail or str(failed.found), **shown}
        return [Finding(_TROUBLE[failed.found], Severity.FAULT, name, evidence)]
    hosts = [host for host in (seen.mx.hosts[:3] if seen.mx else ()) if host]  # a null MX names nobody
    if hosts:
        return [Finding("mail_domain_given", Severity.FAULT, name, {"mx": ", ".join(hosts), **shown})]
    return [Finding("no_address", Severity.FAULT, name, shown)]


PROBE = Probe(NAME, look, judge, seconds=12)

"""Who takes the mail of the person's own domain? (RFC 5321 section 5.1; it tells whether the account sends by SMTP.)"""

from __future__ import annotations

from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Answer, Found, Network
from probes.probe import Probe
from probes.target import Target, domain_of

NAME = "hosting"
_HOSTS = (
    ("hosted_by_microsoft", (".mail.protection.outlook.com", ".olc.protection.outlook.com", ".mx.microsoft")),
    ("hosted_by_google", (".google.com", ".googlemail.com")),
)
"""Ends of MX names, as of 2026-11 (learn.microsoft.com/microsoft-365/admin, support.google.com/a/answer/140034)."""


async def look(target: Target, network: Network) -> Answer | None:
    """Ask for the MX of the domain of the person's address."""
    domains = map(domain_of, (target.mail_address or "", target.sender or "", target.user_name or ""))
    domain = next(filter(None, domains), "")
    return await network.lookup(domain, "MX") if domain else None


def judge(target: Target, seen: Answer | None) -> Report:  # noqa: ARG001 - every judge has this shape
    """Tell the two big hosts from all others by where the MX leads."""
    if seen is None:
        return Report(NAME, Outcome.DONE)
    if not seen.answered:
        return Report(NAME, Outcome.BLIND, reason="resolver_failed", evidence={"domain": seen.name})
    if seen.found is Found.NO_DATA:
        return Report(NAME, Outcome.DONE)  # without an MX the domain's own address takes the mail, if it has one
    if seen.found is Found.NXDOMAIN or seen.hosts == ("",):
        return Report(NAME, Outcome.DONE, (Finding("own_domain_takes_no_mail", Severity.WARNING, seen.name),))
    code = next((code for code, ends in _HOSTS if seen.hosts[0].endswith(ends)), "hosted_elsewhere")
    return Report(NAME, Outcome.DONE, (Finding(code, Severity.INFO, seen.name, {"mx": seen.hosts[0]}),))


PROBE = Probe(NAME, look, judge, seconds=8)

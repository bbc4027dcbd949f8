"""What a look settled beside its cause, as values for pages: known only where it was seen, so no page says more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from probes.causes import Cause, Confidence
from probes.findings import Finding
from probes.verdict import Verdict

FOUND = (
    "blocked",
    "open_port",
    "open_security",
    "reached",
    "taken",
    "no_mailbox",
    "no_domain",
    "no_login",
    "broken_address",
    "windows_logins",
)
BROKEN = ("ipv6_broken", "address_broken", "address_fails", "address_late")
TO_SEND = {"465": "tls", "587": "starttls"}
"""Ports for programs, and how each begins (RFC 8314 section 3)."""


def settled(answers: Mapping[str, str], verdict: Verdict) -> dict[str, str]:
    """Return the values of FOUND, each as `found.NAME`, of those that are known.

    `blocked` is the port of a verdict that says so; `open_port` and `open_security` another port of the typed server
    that answered; `reached` the server, where its port answered; `taken` the recipient that the server accepts;
    `no_mailbox` one that it surely does not know; `no_domain` a recipient's domain that does not exist; `no_login` the
    server, where a port for programs offers no login; `broken_address` an address of the server's that fails where
    another does not; `windows_logins` the only logins of a server.
    """
    server, recipient = answers.get("server", ""), answers.get("recipient", "")
    unknown = verdict.cause is Cause.RECIPIENT_UNKNOWN and verdict.confidence is Confidence.CERTAIN
    other = next((port for port in TO_SEND if port in _ports(verdict) and port != answers.get("port")), "")
    found = {
        "blocked": answers.get("port", "") if verdict.cause is Cause.PORT_BLOCKED else "",
        "open_port": other if server else "",
        "open_security": {"tls": "SSL/TLS", "starttls": "STARTTLS"}[TO_SEND[other]] if server and other else "",
        "reached": server if any(one.evidence.get("given") == "yes" for one in _all(verdict, "port_open")) else "",
        "taken": recipient if recipient and recipient in _said(verdict, "rcpt_accepted", "address") else "",
        "no_mailbox": recipient if unknown else "",
        "no_domain": next(iter(_said(verdict, "recipient_domain_missing", "domain")), ""),
        "no_login": server if any(_for_programs(one) for one in _all(verdict, "login_not_offered")) else "",
        "broken_address": next((address for code in BROKEN for address in _said(verdict, code, "address")), ""),
        "windows_logins": next(iter(_said(verdict, "login_only_windows", "methods")), ""),
    }
    return {f"found.{name}": value for name, value in found.items() if value}


def _all(verdict: Verdict, code: str) -> Iterable[Finding]:
    return (finding for finding in verdict.findings if finding.code == code)


def _said(verdict: Verdict, code: str, name: str) -> list[str]:
    return [finding.evidence[name] for finding in _all(verdict, code) if finding.evidence.get(name)]


def _ports(verdict: Verdict) -> list[str]:
    """Return the ports beside the given one that answered."""
    return [f.evidence.get("port", "") for f in _all(verdict, "port_open") if f.evidence.get("given") == "no"]


def _for_programs(finding: Finding) -> bool:
    return finding.subject.rpartition(":")[2] in TO_SEND

"""What does this provider want, and how does that differ from what was typed? Facts carry their date."""

from __future__ import annotations

import datetime

from probes.findings import Finding, Outcome, Report, Severity
from probes.network import Network
from probes.probe import Probe
from probes.providers import Provider, for_domain, for_host
from probes.target import Login, Security, Target, domain_of

NAME = "provider"


async def look(target: Target, network: Network) -> Provider | None:  # noqa: ARG001 - every look has this shape
    """Look the server, the address's domain and the user name's domain up in the table; nothing is dialled."""
    domains = (domain_of(target.mail_address or ""), domain_of(target.sender or ""), domain_of(target.user_name or ""))
    by_domain = next((found for domain in domains if domain and (found := for_domain(domain))), None)
    return for_host(target.host.name) or by_domain


def judge(target: Target, seen: Provider | None) -> Report:
    """Say who it is, what differs, and which kind of login it takes."""
    if seen is None:
        return Report(NAME, Outcome.DONE)
    today = datetime.datetime.now(datetime.UTC).date()
    wanted = (seen.settings, *seen.alternatives)
    evidence = {
        "provider": seen.name,
        "host": seen.settings.host,
        "port": str(seen.settings.port),
        "security": seen.settings.security,
        "as_of": seen.as_of or "an unknown date",
        "source": seen.source,
        "stale": "yes" if seen.stale(today) else "no",
        "note": seen.note,
        "auth": seen.auth,
    }
    found = [Finding("provider_known", Severity.INFO, seen.name, evidence)]
    security = target.security
    hosts = {one.host for one in wanted}
    if target.host.name not in hosts:
        typed = {**evidence, "field": "server", "typed": target.host.typed, "wanted": seen.settings.host}
        found.append(Finding("differs_from_provider", Severity.WARNING, seen.name, typed))
    elif target.port not in {one.port for one in wanted}:
        typed = {**evidence, "field": "port", "typed": str(target.port), "wanted": str(seen.settings.port)}
        found.append(Finding("differs_from_provider", Severity.WARNING, seen.name, typed))
    elif security is not Security.AUTO and str(security) not in {o.security for o in wanted if o.port == target.port}:
        typed = {**evidence, "field": "security", "typed": str(security), "wanted": seen.settings.security}
        found.append(Finding("differs_from_provider", Severity.WARNING, seen.name, typed))
    if target.login is not Login.NO and seen.auth in ("oauth", "app_password", "app_password_or_oauth"):
        found.append(Finding("provider_wants_other_password", Severity.INFO, seen.name, evidence))
    if target.user_name and seen.username_form == "full" and "@" not in target.user_name:
        found.append(Finding("user_name_should_be_address", Severity.WARNING, seen.name, evidence))
    if target.user_name and seen.username_form == "local" and "@" in target.user_name:
        found.append(Finding("user_name_should_be_local", Severity.WARNING, seen.name, evidence))
    return Report(NAME, Outcome.DONE, tuple(found))


PROBE = Probe(NAME, look, judge, seconds=5)

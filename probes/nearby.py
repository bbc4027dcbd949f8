"""Which names were probably meant: near misses of a typed server, and where a mail domain says that it sends."""

from __future__ import annotations

import asyncio
import difflib

from probes.network import Network
from probes.providers import all_providers, for_domain
from probes.target import Target, domain_of

INCOMING_LABELS = frozenset({"pop", "pop3", "imap", "imap4", "incoming", "mailin", "in"})
OUTGOING_LABELS = ("smtp", "mail")


def spelled(host: str) -> tuple[str, ...]:
    """Return names near a typed one: a known provider's, `smpt.` set right, `smtp.` in place of `pop.`; pure."""
    host = host.lower().rstrip(".")
    known = dict.fromkeys(p.settings.host for p in all_providers() if "REGION" not in p.settings.host)
    names = difflib.get_close_matches(host, list(known), 2, 0.88)
    first, _, rest = host.partition(".")
    if "." in rest:
        if difflib.get_close_matches(first, OUTGOING_LABELS, 1, 0.7) or first in INCOMING_LABELS:
            names += [f"{label}.{rest}" for label in OUTGOING_LABELS]
        near = difflib.get_close_matches(rest, [d for p in all_providers() for d in p.domains], 1, 0.86)
        if near and near[0] != rest:
            provider = for_domain(near[0])
            names += [provider.settings.host] if provider else [f"{first}.{near[0]}"]
    names += [f"{label}.{host}" for label in OUTGOING_LABELS]
    return tuple(name for name in dict.fromkeys(names) if name != host)


async def names(network: Network, target: Target) -> tuple[str, ...]:
    """Return candidate names, likeliest first: the provider's, SRV targets (RFC 6186, RFC 8314), then near misses."""
    domains = [d for d in (domain_of(target.mail_address or ""), domain_of(target.user_name or "")) if d]
    if not target.host.mistake and not target.host.address:
        domains.append(target.host.name)
        parent = target.host.name.partition(".")[2]
        if "." in parent:
            domains.append(parent)
    found: list[str] = []
    for domain in dict.fromkeys(domains):
        provider = for_domain(domain)
        if provider is not None:
            found.append(provider.settings.host)
    services = [f"{service}._tcp.{d}" for d in dict.fromkeys(domains) for service in ("_submissions", "_submission")]
    answers = await asyncio.gather(*(network.lookup(name, "SRV") for name in services))
    found += [value.split()[-1].rstrip(".") for answer in answers for value in answer.values]
    typed = target.host.mistake.evidence.get("host", "") if target.host.mistake else target.host.name
    if target.host.mistake and typed:
        found.append(typed.lower())
    if typed and not target.host.address:
        found += spelled(typed)
    for domain in dict.fromkeys(domains[:2]):
        if domain != typed:
            found += [f"{label}.{domain}" for label in OUTGOING_LABELS]
    mx = await network.lookup(domains[0], "MX") if domains else None
    found += [value.split()[-1].rstrip(".") for value in (mx.values if mx else ())]
    return tuple(name for name in dict.fromkeys(found) if name not in ("", ".", target.host.name))

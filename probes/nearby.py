"""Which names were probably meant: near misses of a typed server, and where a mail domain says that it sends."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Iterator

from probes.network import Network
from probes.providers import all_providers, for_domain
from probes.target import Target, domain_of

INCOMING_LABELS = frozenset({"pop", "pop3", "imap", "imap4", "incoming", "mailin", "in"})
OUTGOING_LABELS = ("smtp", "mail")
MOST_LOOKED_UP = 24
_TOP = {
    "com": ("con", "cmo", "ocm", "comm", "coom", "vom", "xom", "dom", "om", "cm", "co", "como"),
    "net": ("nte", "ent", "nett", "ne", "bet", "met"),
    "org": ("ogr", "rog", "orgg", "orq", "og", "prg"),
}
"""Ends of names, and what slips of the finger make of them."""
_GLUED = re.compile(r"(smtps?|mail|out)[-_]?([^.].*\..+)")
_GLUED_END = re.compile(r"(.+[^.])(com|net|org|info|biz)")
_DOUBLE = re.compile(r"(.)\1")


def mended(typed: str) -> tuple[str, ...]:
    """Return names out of what is no name: commas for dots, doubled dots, blanks in or behind it, what stands around.

    Pure, and no promise that any of them exists.
    """
    found = [re.sub(r"\s+", "", typed), *typed.split()]
    cleaned = (re.sub(r"[.,;:/\\]+", ".", one.lower()).strip(".-_()<>[]'\"!?") for one in found)
    names = (re.sub(r"[^\w.-]|(?<=\.)-+|-+(?=\.)", "", one) for one in cleaned)
    return tuple(dict.fromkeys(name for name in names if "." in name))


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
    names += _slips(host)
    names += [f"{label}.{host}" for label in OUTGOING_LABELS]
    return tuple(name for name in dict.fromkeys(names) if name != host)


def _slips(host: str) -> Iterator[str]:
    """Undo slips of the finger in a name: a dot left out, an end misspelt, a letter doubled."""
    if glued := _GLUED.fullmatch(host):
        yield f"{glued[1]}.{glued[2]}"
    front, _, top = host.rpartition(".")
    yield from (f"{front}.{right}" for right, wrong in _TOP.items() if front and top in wrong)
    if end := _GLUED_END.fullmatch(host):
        yield f"{end[1]}.{end[2]}"
    for double in _DOUBLE.finditer(front):
        if double[1] != ".":
            yield f"{front[: double.start()]}{front[double.start() + 1 :]}.{top}"


def own_domains(target: Target) -> tuple[str, ...]:
    """Return the domains of the person's own addresses: where the mail is most probably sent from."""
    own = (target.mail_address, target.sender, target.user_name)
    return tuple(dict.fromkeys(domain for one in own if (domain := domain_of(one or ""))))


async def names(network: Network, target: Target) -> tuple[str, ...]:
    """Return candidate names that exist, likeliest first.

    The provider's, SRV targets (RFC 6186, RFC 8314), near misses, `smtp.` and `mail.` of the domains, their MX.
    """
    return await network.once(("nearby", target.host.typed), lambda: _names(network, target))


async def _names(network: Network, target: Target) -> tuple[str, ...]:
    own = own_domains(target)
    typed: tuple[str, ...] = (target.host.name,) if not target.host.mistake and not target.host.address else ()
    if mistake := target.host.mistake:
        typed = mended(mistake.evidence.get("host") or target.host.typed)
    domains = list(dict.fromkeys((*own[:2], *typed[:1], *(p for t in typed[:1] if "." in (p := t.partition(".")[2])))))
    found = [provider.settings.host for domain in domains if (provider := for_domain(domain))]
    services = [f"{service}._tcp.{domain}" for domain in domains for service in ("_submissions", "_submission")]
    answers, exchangers = await asyncio.gather(
        asyncio.gather(*(network.lookup(name, "SRV") for name in services)),
        asyncio.gather(*(network.lookup(domain, "MX") for domain in domains)),
    )
    found += [host for answer in answers for host in answer.hosts]
    if target.host.mistake:
        found += typed
    for name in typed[:2]:
        found += spelled(name)
    found += [f"{label}.{domain}" for domain in domains if domain not in typed for label in OUTGOING_LABELS]
    found += [host for answer in exchangers for host in answer.hosts]
    wanted = [name for name in dict.fromkeys(found) if name not in ("", target.host.name)][:MOST_LOOKED_UP]
    places = await asyncio.gather(*(network.addresses(name) for name in wanted))
    return tuple(name for name, there in zip(wanted, places, strict=True) if there)

"""What stands for the placeholders of pages: settings, what was seen to work, where a setting lives."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.book import Book
from flows.programs import SETTINGS
from flows.settled import FOUND, settled
from flows.told import own_computer
from flows.words import Words
from probes import providers
from probes.findings import Settings
from probes.target import Security, domain_of
from probes.verdict import Verdict

Facts = Callable[[str], Mapping[str, str]]
"""From a mail domain to what is known of its provider, or nothing."""

TYPED = ("server", "port", "user_name", "recipient", "sender", "mail_address", "far_server")
PROVIDER = ("name", "host", "port", "security", "username_form", "auth", "note", "as_of", "source")
WORKS = ("host", "other_host", "port", "security", "username", "sender", "recipient", "bare_host", "bare_port")
"""`other_host`: a host other than the typed one; `bare_`: what works, but only without encryption."""
SERVERS_PORTS = ("25", "26", "2525")
"""Ports between servers, and their stand-ins (RFC 6409 section 3.1 has 587 for programs)."""

KNOWN = frozenset(
    {
        *TYPED,
        "security",
        "domain",
        "recipient_domain",
        "quote",
        "word.program",
        "word.mistake",
        "refused.address",
        "refused.port",
        "refused.own_computer",
        "port_of_servers",
        "seen.megabytes",
        *(f"works.{name}" for name in WORKS),
        *(f"found.{name}" for name in FOUND),
        *(f"place.{name}" for name in SETTINGS),
        *(f"where.{name}" for name in SETTINGS),
        *(f"provider.{name}" for name in PROVIDER),
    }
)
"""Every placeholder that a page may use, beside `seen.NAME` (the evidence of what decided)."""

ALWAYS = frozenset({"word.program", *(f"where.{name}" for name in SETTINGS)})
"""Those that have a value whatever was said."""
MEGABYTE = 1_000_000
"""Bytes from which on a size is said in megabytes, too."""


def shipped_facts(domain: str) -> Mapping[str, str]:
    """Return what providers.csv knows of a mail domain: the names of PROVIDER, or nothing."""
    found = providers.for_domain(domain) if domain else None
    if found is None:
        return {}
    settings = found.settings
    return {
        "name": found.name,
        "host": settings.host,
        "port": str(settings.port),
        "security": settings.security,
        "username_form": found.username_form,
        "auth": found.auth,
        "note": found.note,
        "as_of": found.as_of,
        "source": found.source,
    }


def security_label(book: Book, program: str, security: str) -> str:
    """Return what a way of encryption is called, in the person's program where that is known."""
    known = book.programs.get(program)
    place = known.settings.get("security") if known else None
    return (place.values.get(security) if place else None) or book.words.label("security", security) or security


def where(words: Words, book: Book, program: str, setting: str) -> str:
    """Return where a setting lives in a program; an honest "look for it" where that is unknown."""
    return place(words, book, program, setting) or words.label("where", setting)


def place(words: Words, book: Book, program: str, setting: str) -> str:
    """Return where a setting lives in a program; an empty text where that is unknown."""
    known = book.programs.get(program)
    found = known.settings.get(setting) if known else None
    if found is None:
        return ""
    return words.shell("where_known").replace("[path]", found.path).replace("[label]", found.label)


def values(
    book: Book,
    answers: Mapping[str, str],
    verdict: Verdict | None = None,
    *,
    program: str = "",
    facts: Facts = shipped_facts,
) -> dict[str, str]:
    """Return the value of every placeholder that has one."""
    program = program or answers.get("program", "")
    found = {name: answers[name] for name in TYPED if answers.get(name)}
    if (security := answers.get("security", "auto")) != "auto":
        found["security"] = security_label(book, program, security)
    if "server" in found and "port" not in found:
        found["port"] = "465" if security == "tls" else "587"  # what is looked at then: see probes.target.parse
    if domain := domain_of(answers.get("mail_address", "")):
        found["domain"] = domain
    if domain := domain_of(answers.get("recipient", "")):
        found["recipient_domain"] = domain
    known = book.programs.get(program)
    found["word.program"] = known.label if known else book.words.shell("your_program")
    found |= {f"where.{name}": where(book.words, book, program, name) for name in SETTINGS}
    found |= {f"place.{name}": path for name in SETTINGS if (path := place(book.words, book, program, name))}
    if found.get("port") in SERVERS_PORTS:
        found["port_of_servers"] = found["port"]
    if meant := _meant(answers):
        found["seen.meant"] = meant
    provider = facts(found.get("domain", ""))
    found |= {f"provider.{name}": value for name, value in provider.items() if value}
    if "provider.security" in found:
        found["provider.security"] = security_label(book, program, found["provider.security"])
    if verdict:
        found |= _seen(verdict) | _worked(book, program, answers, verdict) | settled(answers, verdict)
        found |= _refused(book, answers, verdict)
    return found


def _refused(book: Book, answers: Mapping[str, str], verdict: Verdict) -> dict[str, str]:
    """Return what may not be looked at, and what is wrong with a typed name."""
    server, reasons = answers.get("server", ""), {missed.reason: missed.evidence for missed in verdict.not_tested}
    found: dict[str, str] = {}
    if "address_not_allowed" in reasons and (place := server or reasons["address_not_allowed"].get("server", "")):
        found["refused.own_computer" if own_computer(place) else "refused.address"] = place
    if "port_not_allowed" in reasons:
        found["refused.port"] = reasons["port_not_allowed"].get("port", "") or answers.get("port", "")
    for finding in verdict.decided_by:
        if finding.evidence.get("mistake") in book.words.mistakes:
            found["word.mistake"] = book.words.finding(finding)
    return found


def _meant(answers: Mapping[str, str]) -> str:
    """Return the recipient's address that a typed one looks like a slip for, or an empty text."""
    recipient = answers.get("recipient", "")
    if not (domain := domain_of(recipient)):
        return ""

    near = providers.near_miss(domain, domain_of(answers.get("mail_address", "")))
    return f"{recipient.rpartition('@')[0]}@{near}" if near else ""


def _seen(verdict: Verdict) -> dict[str, str]:
    found: dict[str, str] = {}
    for finding in (*reversed(verdict.findings), *reversed(verdict.decided_by)):
        found |= {f"seen.{name}": value for name, value in finding.evidence.items() if value}
    if verdict.quote:
        found["quote"] = verdict.quote
    if (limit := found.get("seen.limit", "")).isascii() and limit.isdigit() and int(limit) >= MEGABYTE:
        found["seen.megabytes"] = str(int(limit) // MEGABYTE)
    return found


def advisable(works: Settings | None, answers: Mapping[str, str]) -> bool:
    """Tell whether what works may be advised: nobody whose settings encrypt, or who logs in, gives that up."""
    if works is None:
        return False
    return works.security != Security.NONE or (answers.get("security") == "none" and answers.get("login") != "yes")


def _worked(book: Book, program: str, answers: Mapping[str, str], verdict: Verdict) -> dict[str, str]:
    """Return what works; of a server that is no longer in hand nothing is said."""
    works, typed = verdict.works_with, answers.get("server", "").lower().rstrip(".")
    if works is None or (answers and not typed):
        return {}
    other = works.host if works.host.lower().rstrip(".") != typed else ""
    if not advisable(works, answers):
        return {"works.bare_host": other or works.host, "works.bare_port": str(works.port)}
    given = {
        "host": works.host,
        "other_host": other,
        "port": str(works.port),
        "security": security_label(book, program, works.security),
        "username": works.username,
        "sender": works.sender,
        "recipient": works.recipient,
    }
    return {f"works.{name}": value for name, value in given.items() if value}

"""What stands for the placeholders of pages: settings, what was seen to work, where a setting lives."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.book import Book
from flows.programs import SETTINGS
from flows.words import Words
from probes import providers
from probes.target import domain_of
from probes.verdict import Verdict

Facts = Callable[[str], Mapping[str, str]]
"""From a mail domain to what is known of its provider, or nothing."""

TYPED = ("server", "port", "user_name", "recipient", "sender", "mail_address")
PROVIDER = ("name", "host", "port", "security", "username_form", "auth", "note", "as_of", "source")
WORKS = ("host", "port", "security", "username", "sender", "recipient")

KNOWN = frozenset(
    {
        *TYPED,
        "security",
        "domain",
        "recipient_domain",
        "quote",
        "word.program",
        *(f"works.{name}" for name in WORKS),
        *(f"where.{name}" for name in SETTINGS),
        *(f"provider.{name}" for name in PROVIDER),
    }
)
"""Every placeholder that a page may use, beside `seen.NAME` (the evidence of what decided)."""

ALWAYS = frozenset({"word.program", *(f"where.{name}" for name in SETTINGS)})
"""Those that have a value whatever was said."""


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
    known = book.programs.get(program)
    place = known.settings.get(setting) if known else None
    if place is None:
        return words.label("where", setting)
    return words.shell("where_known").replace("[path]", place.path).replace("[label]", place.label)


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
    provider = facts(found.get("domain", ""))
    found |= {f"provider.{name}": value for name, value in provider.items() if value}
    if "provider.security" in found:
        found["provider.security"] = security_label(book, program, found["provider.security"])
    if verdict:
        found |= _seen(book, program, verdict)
    return found


def _seen(book: Book, program: str, verdict: Verdict) -> dict[str, str]:
    found: dict[str, str] = {}
    for finding in (*reversed(verdict.findings), *reversed(verdict.decided_by)):
        found |= {f"seen.{name}": value for name, value in finding.evidence.items() if value}
    if verdict.quote:
        found["quote"] = verdict.quote
    if works := verdict.works_with:
        given = {
            "host": works.host,
            "port": str(works.port),
            "security": security_label(book, program, works.security),
            "username": works.username,
            "sender": works.sender,
            "recipient": works.recipient,
        }
        found |= {f"works.{name}": value for name, value in given.items() if value}
    return found

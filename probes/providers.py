"""Facts about mail providers, each with its date and source; one that is past its date says so itself."""

from __future__ import annotations

import csv
import datetime
import difflib
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from probes.findings import Settings

SHORTEST = 6
"""Characters of a domain; of shorter ones many are alike without a slip."""
KEPT_FRESH_DAYS = 400
"""A fact older than this is shown with a warning; providers change about once a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One row of providers.csv; an empty text means that it is not known."""

    name: str
    domains: tuple[str, ...]
    settings: Settings
    alternatives: tuple[Settings, ...]
    username_form: str
    """`full` (the whole address), `local` (the part before the @), `other`, or empty."""
    auth: str
    note: str
    as_of: str
    source: str

    def stale(self, today: datetime.date) -> bool:
        """Tell whether the row is undated, too old, or past the date on which it says that it changes."""
        if changes := re.search(r"CHANGES on (\d{4}-\d\d-\d\d)", self.note):
            return today > datetime.date.fromisoformat(changes[1])
        if not self.as_of:
            return True
        return (today - datetime.date.fromisoformat(self.as_of)).days > KEPT_FRESH_DAYS


def _settings(text: str) -> Settings:
    place, _, security = text.partition("/")
    host, _, port = place.rpartition(":")
    return Settings(host, int(port), security)


@cache
def all_providers() -> tuple[Provider, ...]:
    """Read the table, once."""
    with resources.files("probes").joinpath("providers.csv").open("r", encoding="utf-8") as file:
        return tuple(
            Provider(
                name=row["provider"],
                domains=tuple(row["domains"].split()),
                settings=Settings(row["host"], int(row["port"]), row["security"]),
                alternatives=tuple(map(_settings, row["alternative"].split())),
                username_form=row["username_form"],
                auth=row["auth"],
                note=row["note"],
                as_of=row["as_of"],
                source=row["source"],
            )
            for row in csv.DictReader(file)
        )


def for_domain(domain: str) -> Provider | None:
    """Return the provider of a mail domain, where the table names it."""
    domain = domain.lower().rstrip(".")
    return next((p for p in all_providers() if domain in p.domains), None)


def for_host(host: str) -> Provider | None:
    """Return the provider that runs an outgoing server of that name."""
    host = host.lower().rstrip(".")
    return next((p for p in all_providers() if host in {p.settings.host, *(a.host for a in p.alternatives)}), None)


def near_miss(domain: str, own: str = "") -> str:
    """Return the well-known mail domain, or the person's own, that a domain looks like (`gmial.com`); else nothing."""
    known = [name for provider in all_providers() for name in provider.domains]
    if domain in (*known, own) or len(domain) < SHORTEST:
        return ""
    return next(iter(difflib.get_close_matches(domain, [*([own] if own else []), *known], 1, 0.86)), "")

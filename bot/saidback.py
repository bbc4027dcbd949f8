"""A server may say a password back: here it is taken out of all that a look with one brings, however it is spelled."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from probes.findings import Finding, Report
from probes.runner import Hint, News

REMOVED = "[removed]"
SHORTEST_WORD = 3
OURS = frozenset({"cause", "sure", "code", "given", "port", "method", "asked"})
"""Evidence that is a word of ours, on which the verdict branches: a password that looks like one changes none."""


def spellings(user_name: str, password: str) -> tuple[str, ...]:
    """Return the ways in which a server could say a password back, the longest first."""
    raw = password.encode()
    plain = base64.b64encode(b"\0" + user_name.encode() + b"\0" + raw).decode()
    coded = base64.b64encode(raw).decode()
    found = {password, plain, coded, coded.rstrip("="), raw.hex(), raw.hex().upper(), quote(password, safe="")}
    found.add(quopri.encodestring(raw).decode().strip())
    return tuple(sorted((one for one in found if len(one) >= SHORTEST_WORD), key=len, reverse=True))


def _clean(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, REMOVED)
    return text


def _finding(finding: Finding, secrets: tuple[str, ...]) -> Finding:
    return replace(finding, evidence=_evidence(finding.evidence, secrets))


def _evidence(evidence: Mapping[str, str], secrets: tuple[str, ...]) -> dict[str, str]:
    return {name: value if name in OURS else _clean(value, secrets) for name, value in evidence.items()}


def told_without(news: News, secrets: tuple[str, ...]) -> News:
    """Return what a check tells while it runs, without the secrets."""
    if isinstance(news, Report):
        lines = tuple(replace(line, text=_clean(line.text, secrets)) for line in news.transcript)
        found = tuple(_finding(one, secrets) for one in news.findings)
        return replace(news, findings=found, evidence=_evidence(news.evidence, secrets), transcript=lines)
    if isinstance(news, Hint):
        return replace(news, finding=_finding(news.finding, secrets))
    return news

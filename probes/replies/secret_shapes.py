"""Finds secrets that are known by their shape alone: tokens of well-known services, keys, app passwords; pure."""

# ruff: noqa: E501, SIM905 - patterns and lists read better whole

from __future__ import annotations

from collections.abc import Iterator

from probes.replies.clean import pattern
from probes.replies.secret_looks import spoken
from probes.replies.secret_names import MARK, Span

WHOLE = (
    r"\bya29\.[\w.-]{10,}",
    r"\b1//0[\w-]{20,}",
    r"\bEw[A-Za-z0-9+/=]{200,}",
    r"\beyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]{0,})?",
    r"\bxox[a-z](?:\.xox[a-z])?-[\w%-]{8,300}|\bxapp-[\w-]{8,300}",
    r"\bhooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{6,200}",
    r"\bSG\.[\w-]{10,100}\.[\w-]{10,200}",
    r"\bkey-[0-9a-f]{24,64}\b",
    r"\bA(?:KIA|SIA|IDA|ROA)[0-9A-Z]{12,24}\b",
    r"\bxkeysib-[\w-]{20,200}|\bxsmtpsib-[\w-]{20,200}",
    r"\bgh[pousr]_[A-Za-z0-9]{20,255}|\bgithub_pat_\w{20,255}|\bglpat-[\w-]{16,64}",
    r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{10,200}|\bsk-[A-Za-z0-9_-]{16,200}|\bwhsec_[\w+/=-]{16,100}",
    r"\bAIza[\w-]{30,60}",
    r"\bre_[A-Za-z0-9]{6,16}_[A-Za-z0-9]{12,64}|\bmlsn\.[0-9a-f]{24,80}|\bmd-[A-Za-z0-9_-]{18,40}\b",
    r"\bnpm_[A-Za-z0-9]{20,64}|\bpypi-[\w-]{40,300}|\bdop_v1_[0-9a-f]{32,80}|\bhf_[A-Za-z0-9]{20,64}",
    r"\bPMAK-[0-9a-f]{20,30}-[0-9a-f]{30,40}",
    r"(?i)\buser=[^\s\x01]{3,200}\x01auth=bearer[^\x01]{3,}",
    r"(?s)-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\z)",
)
ADDRESS = r"(?i)\b[a-z][a-z0-9+.-]{1,15}://[^\s:/@]{0,200}:([^\s/@]{1,300})@"
"""`user:password@` in an address of a server (RFC 3986 section 3.2.1)."""
LONE = (
    r"(?:^|[\s\"'`(:=])(B[A-Za-z0-9+/]{43})(?:$|[\s\"'`),])",
    r"(?:^|[\s\"'`(:=])([A-Za-z0-9+/]{40})(?:$|[\s\"'`),])",
)
"""SES's SMTP passwords and AWS's secret keys: letters of both cases, digits and, in a key, `/` or `+`."""
GROUPS = r"(?:^|[^\w])([a-z]{4}(?: [a-z]{4}){3})(?:$|[^\w])"
DASHED = r"(?:^|[^\w-])([a-z]{4}(?:-[a-z]{4}){3})(?:$|[^\w-])"
SIXTEEN = r"(?:^|[\s\"'`(:])([a-z]{16})(?:$|[\s\"'`).,])"
APP = (
    r"(?i)app(?:lication|likations)?[- ]?(?:specific )?(?:pass|kenn)|mot de passe d.application|contrase.a de aplicaci"
)
WORDS = frozenset(
    """
    able acct also area away back been best bank bill body book both bulk call came card care case chat come copy cost
    data date days dear deny does done down drop each easy edit else even ever fail fast feel file find fine firm five
    form four free from full gave give goes gone good grey half hand hard have head hear held help here high hold home
    host hour idea into item just keep kept kind know last late left less life like line link list live load long look
    lost made mail main make many mark mean meet menu mind mine miss mode more most move much must name near need next
    nice node none note only open over page paid part pass past path plan play plus poor port post pull push rate read
    real rely rest rule runs safe said same save seem seen self send sent show side sign site size slow some soon sort
    spam stay step stop such sure take talk task team tell test text than that them then they this thus time told took
    tool true turn type unit upon used user uses very view wait walk want ways week well went were what when wide will
    wish with word work year your zero eine oder sind wird nach auch noch kann mein dein wenn dann aber alle nich sich
    pour avec dans vous elle mais plus tout sont cette para como pero esta este todo cada
    """.split()
)
"""Words of four letters: where two of a row of four are such, somebody speaks."""


def shaped(text: str) -> Iterator[Span]:
    """Yield where in a text secrets of a known shape stand."""
    for each in WHOLE:
        for found in pattern(each).finditer(text):
            yield found.span()
    for found in pattern(ADDRESS).finditer(text):
        if found.group(1) != MARK:
            yield found.span(1)
    for each in LONE:
        for found in pattern(each).finditer(text):
            if _drawn(found.group(1)):
                yield found.span(1)
    about_apps = pattern(APP).search(text) is not None
    for found in pattern(GROUPS).finditer(text):
        known = sum(word in WORDS or spoken(word) for word in found.group(1).split())
        if known < 2:
            yield found.span(1)
    for each in (DASHED, *((SIXTEEN,) if about_apps else ())):
        for found in pattern(each).finditer(text):
            yield found.span(1)


def _drawn(word: str) -> bool:
    """Tell what chance made: letters of both cases and digits, and a sign of base64 or no other reading."""
    kinds = (str.islower, str.isupper, str.isdigit)
    mixed = all(any(map(kind, word)) for kind in kinds)
    return mixed and (len(word) == 44 or "/" in word or "+" in word)

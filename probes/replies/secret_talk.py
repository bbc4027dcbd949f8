"""Finds what is said in a login: the answers in a protocol of a session, commands and code that hold a password; pure."""

# ruff: noqa: E501, ISC004, SIM905 - patterns and lists read better whole

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from probes.replies.clean import pattern
from probes.replies.secret_looks import looks_secret, spoken
from probes.replies.secret_names import MARK, Span

METHODS = frozenset(
    "plain login cram-md5 digest-md5 ntlm gssapi xoauth xoauth2 oauthbearer external anonymous otp scram-sha-1"
    " scram-sha-256 scram-sha-1-plus scram-sha-256-plus msn xymcookie plain-clienttoken atokenexp wsse kerberos_v4"
    " gss-spnego =login =plain".split()
)
AUTH = re.compile(
    r"\bauth[ \t]+(plain|login|xoauth2?|oauthbearer|cram-md5|digest-md5|ntlm|gssapi|external|scram-\S+)\b",
    re.IGNORECASE,
)
OFFERED = re.compile(r"\b250[- ][^\n]{0,20}$|advertis|offer|support|mechanism", re.IGNORECASE)
ASKED = re.compile(r"(?<![\d.])334(?![\d.])")
CLIENT = re.compile(
    r"[\W\d_tz]*(?:(?:c|client|server|sent|send|smtp|debug|out|tx|data|write|info|trace|mail|app|am|pm|[a-z][\w/-]{0,30}\[\d+\])[\W\d_]*){0,6}",
    re.IGNORECASE,
)
SPEAKS = re.compile(
    r"[\W\d_tz]*(?:c:|>>>?|->|~>|=>|client\s*->\s*server:|sent:|send:|smtp>>|out:|tx:|write:)[\s'\"b]*", re.IGNORECASE
)
SIGNS = ("auth", "334", "c:", ">>", "->", "~>", "=>", "sent:", "send:", "out:", "tx:", "write:")
"""Without any of these there is no session in a text."""
LEADS = 80
"""Characters before the client's word on a line of a session: a time, a program's name, an arrow."""
CODED = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
REPLY = re.compile(r"[2-5]\d\d(?=[ -]|$)")
TOKEN = r"[A-Za-z0-9+/_-]{12,}={0,2}"
SAID = (
    # one's own name before the password, as libraries and tools take them
    r"(?i)\b(?:login|auth|authenticate|networkcredential|passwordauthentication|usernamepasswordcredentials|credentials?)"
    r"\([^()\n]{0,80}?,\s{0,3}[\"']([^\"'\n]{3,200})[\"']",
    r"(?i)\bplainauth\([^()\n]{0,120}?,[^()\n]{0,80}?,\s{0,3}[\"']([^\"'\n]{3,200})[\"']",
    r"(?i)\b(?:smtp|imap|server|client|conn|mail|s|m)\.login\([^()\n]{0,80}?,\s{0,3}[\"']([^\"'\n]{3,200})[\"']",
    r"(?i)\s-(?:ap|xp)[ =]{1,3}[\"']?([^\s\"']{3,200})",
    r"(?i)\s--?(?:auth-?)?pass(?:word|wd)?[ =]{1,3}[\"']?([^\s\"'-][^\s\"']{2,200})",
    r"(?i)\b(?:curl|wget|http|swaks|lftp|mutt|git)\b[^\n]{0,300}?\s(?:-u|--user|--proxy-user)[ =]{0,3}[\"']?[^\s:\"']{1,200}:([^\s\"']{1,200})",
    r"(?i)\bcurl\b[^\n]{0,300}?\s(?:-b|--cookie)[ =]{0,3}[\"']?([^\s\"']{3,400})",
    r"(?i)\b(?:sshpass|plink|pscp|psftp)\b[^\n]{0,40}?\s-pw?\s{0,2}[\"']?([^\s\"']{3,200})",
    r"(?i)\bmysql(?:dump|admin)?\b[^\n]{0,80}?\s-p([^\s\"']{3,200})",
    r"(?i)\bnet use\b[^\n]{0,80}?/user:\S{1,100}\s{1,3}([^\s]{3,200})",
    r"(?i)\bpass(?:in|out)? pass:([^\s]{3,200})",
    r"(?i)\bpass(?:word)?eval\s{1,3}[\"']?(?:echo|printf)\s{1,3}[\"']?([^\s\"']{3,200})",
    # IMAP's LOGIN, FTP's and POP's PASS
    r"(?m)\b[A-Za-z]{0,4}\d{1,6} LOGIN {1,2}(?:\"[^\"\n]{1,200}\"|[^\s\"]{1,200}) {1,2}\"?([^\s\"]{3,200})",
    # sendmail's authinfo, Exim's client_send, Postfix's maps
    r"\"P[:=]([^\"\n]{2,200})\"",
    r"(?i)\bclient_send\s{0,3}=\s{0,3}[^\n]{0,80}[\^:]\s{0,3}([^\s\^:]{3,200})",
    r"(?im)\b(?:static|inline|texthash):[^\n]{0,120}[^\s:=]{1,100}:([^\s}:]{3,200})",
    r"(?m)^\s{0,8}\*\s{0,4}:\s{0,4}[^\s:]{1,200}\s{0,4}:\s{0,4}([^\s:]{3,200})\s*$",
    # headers
    r"(?i)\b(?:proxy-)?authorization['\"]?\s{0,3}[:=]\s{0,3}['\"]?(?:[a-z][a-z0-9-]{2,20}\s{1,3})?([^\s\"']+)",
    r"(?i)\bbearer\s{1,3}([a-z0-9._~+/=-]{12,})",
    r"(?i)\b(?:set-)?cookie\s{0,3}[:=]\s{0,3}([^\n]+)",
    r"(?i)\bx-(?:api-key|auth-token|[a-z-]{0,20}token)\s{0,3}[:=]\s{0,3}[\"']?([^\s\"']{4,400})",
)
"""Each holds the secret in its one group."""
GUESSED = (
    r"(?i)\bu(?:ser(?:name)?)?\s{0,3}[:=]\s{0,3}[^\s,;/]{1,100}[\s,;/]{1,4}p\s{0,3}[:=]\s{0,3}([^\s]{3,200})",
    r"(?i)\b(?:credentials?|creds|log[io]n|anmeldung|zugangsdaten|zugang|identifiants|account)\s{0,3}(?:is|are)?[:=]?\s{1,3}[^\s:/|]{1,100}(?::|\s{0,2}[/|]\s{0,2})([^\s]{3,200})",
    r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}[:|]([^\s:<>]{4,200})",
    r"(?m)^[ \t]{0,8}\[?[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[A-Za-z][\w-]{1,62}\]?(?::\d{1,5})?[ \t]{1,20}[^\s:/<>]{1,100}:([^\s]{4,200})[ \t]*$",
    r"(?i)(?:^|[\s\"'`(])([^\s\"'`()]{6,60})[\"'`)]?\s{1,2}(?:is|was|ist|war|est|es|é|è|<-+|\()\s{0,2}(?:my|the|our|mein|das|unser|mon|le|mi|la|his|her)?\s{0,2}(?:\w{1,20} ){0,2}(?:password|passwort|kennwort|mot de passe|contraseña|senha)\b",
    r"(?i)(?:^|\s)//?\s{1,2}([^\s]{4,60})\s{1,3}(?:<-+|\(|#)\s{0,2}(?:password|passwort)\b",
    r"(?i)(?:^|\s)([^\s]{4,60})\s{1,3}#\s{0,2}(?:password|passwort)\b",
)
"""The same, where what is found must look like a secret besides."""


def said(text: str) -> Iterator[Span]:
    """Yield where in a text passwords are handed to a program or a server."""
    for each in SAID:
        for found in pattern(each).finditer(text):
            if not spoken(found.group(1)) and MARK not in found.group(1):
                yield found.span(1)
    for each in GUESSED:
        for found in pattern(each).finditer(text):
            if looks_secret(found.group(1)) and MARK not in found.group(1):
                yield found.span(1)
    yield from _dialogue(text)
    for found in pattern(TOKEN).finditer(text):
        if is_login(found.group(0)):
            yield found.span()


def _dialogue(text: str) -> Iterator[Span]:
    """Yield the client's half of a login: what follows AUTH, each answer to a 334, and answers that stand alone."""
    low = text.lower()
    if not any(sign in low for sign in SIGNS):
        return
    at, waits = 0, False
    for whole in text.splitlines(keepends=True):
        line = whole.rstrip()
        if auth := AUTH.search(line):
            waits = not OFFERED.search(line[: auth.start()]) and not OFFERED.search(line[auth.end() :])
            if waits and (first := _first(line, auth.end())):
                yield at + first[0], at + first[1]
        elif ASKED.search(line[:80]):
            waits = True
        elif line.strip() and (answer := _answer(line, waits=waits)):
            yield at + answer[0], at + answer[1]
            waits = False
        elif line.strip():
            waits = False
        at += len(whole)


def _first(line: str, start: int) -> Span | None:
    """Return the first answer, which may stand behind the method's name."""
    rest = re.match(r"[ \t]+['\"]?([^\s'\"\\]+)", line[start:])
    if rest is None or rest[1].lower() in METHODS or spoken(rest[1]) or rest[1] == MARK:
        return None
    coded = bool(CODED.fullmatch(rest[1])) and (_mixed(rest[1]) or bool(_opened(rest[1])))
    return (start + rest.start(1), start + rest.end(1)) if coded or looks_secret(rest[1]) else None


def _mixed(word: str) -> bool:
    return "=" in word or (any(map(str.isdigit, word)) and any(map(str.isalpha, word)))


def _answer(line: str, *, waits: bool) -> Span | None:
    """Return the one word that a client says on a line; a name, a reply and a sentence are none."""
    body = re.sub(r"(?:\\r)?(?:\\n)?['\"]?,?$", "", line)
    start = max(body.rfind(" "), body.rfind("\t"), body.rfind("'"), body.rfind('"')) + 1
    if start == 0 and (arrow := re.match(r"[<>~*-]{1,3}", body)):
        start = arrow.end()
    word, before = body[start:], body[:start]
    if (
        len(word) < 4
        or word == MARK
        or len(before) > LEADS
        or REPLY.match(body.strip())
        or not CLIENT.fullmatch(before)
    ):
        return None
    if waits:
        return (start, len(body)) if not REPLY.match(word) and word.upper() not in ("QUIT", "RSET", "NOOP") else None
    if not SPEAKS.fullmatch(before) or not CODED.fullmatch(word):
        return None
    return (start, len(body)) if (len(word) % 4 == 0 and _opened(word)) or (len(word) > 10 and _mixed(word)) else None


def _opened(word: str) -> bytes:
    """Return what a word says in base64 where that can be read, or nothing."""
    try:
        found = base64.b64decode(word.replace("-", "+").replace("_", "/") + "=" * (-len(word) % 4), validate=True)
        readable = found.decode("utf-8").replace("\0", "").replace("\1", "").isprintable()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return b""
    return found if readable else b""


def is_login(word: str) -> bool:
    """Tell what PLAIN, XOAUTH2 and OAUTHBEARER send (RFC 4616, RFC 7628) from any other base64."""
    found = _opened(word)
    if b"auth=" in found.lower():
        return True
    parts = found.split(b"\0")
    return len(parts) == 3 and len(parts[1]) > 0 and len(parts[2]) > 0

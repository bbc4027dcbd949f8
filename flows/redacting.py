"""Take out of a text what looks like a secret, before anything of it is kept (RFC 4954, RFC 7617 for the shapes)."""

from __future__ import annotations

import re

REMOVED = "[removed]"
LONGEST_TEXT = 200_000
"""Characters of a pasted text that are kept."""

NAMES = (
    r"pass(?:word|wd|wort|phrase|code)?|pwd|passe|kennwort|passwort|mot de passe|contrase(?:ñ|n)a|senha|secret"
    r"|token|api[_-]?key|access[_-]?key|pin"
)
PATTERNS = (
    # "Password: hunter2", "pass = x", "kennwort lautet x", also with quotes
    re.compile(rf"(?im)\b((?:{NAMES})\b[\"']?\s*(?::|=|\bis\b|\blautet\b)\s*)(\"[^\"\n]*\"|'[^'\n]*'|[^\s,;\"']+)"),
    # what follows AUTH in an SMTP transcript, and the client's lines of an AUTH LOGIN exchange
    re.compile(r"(?im)\b(AUTH\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|GSSAPI)\s+)([A-Za-z0-9+/=_-]{4,})"),
    re.compile(r"(?im)^(\s*(?:C:|>+|->|→)\s*)([A-Za-z0-9+/]{8,}={0,2})\s*$"),
    re.compile(r"(?i)\b((?:authorization|bearer)\s*:?\s+(?:basic\s+|bearer\s+)?)([A-Za-z0-9+/=._-]{12,})"),
    # a user name and password in a URL
    re.compile(r"(?i)(\w+://[^\s/:@]+:)([^\s/@]+)(?=@)"),
    # shapes that are tokens wherever they stand: Slack's, GitHub's, a JSON web token
    re.compile(r"()\b(xox[a-z]-[A-Za-z0-9-]{8,}|gh[pousr]_[A-Za-z0-9]{20,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,})"),
    # Google's app passwords: four groups of four letters, alone on their line
    re.compile(r"(?m)^(\s*)([a-z]{4} [a-z]{4} [a-z]{4} [a-z]{4})\s*$"),
)


def redact(text: str) -> str:
    """Return `text` with secrets replaced by `[removed]`, cut to 200 000 characters."""
    text = text[:LONGEST_TEXT]
    for pattern in PATTERNS:
        text = pattern.sub(rf"\1{REMOVED}", text)
    return text

"""Who is speaking: what a peer's first bytes say about it; pure."""

from __future__ import annotations

import re
from enum import StrEnum


class Speaker(StrEnum):
    """What listens on the other end."""

    SMTP = "smtp"
    POP3 = "pop3"
    IMAP = "imap"
    HTTP = "http"
    SSH = "ssh"
    FTP = "ftp"
    MYSQL = "mysql"
    TLS = "tls"
    NOTHING = "nothing"
    OTHER = "other"


_FIRST = (
    (Speaker.POP3, rb"\+OK\b|-ERR\b"),
    (Speaker.IMAP, rb"\* (?:OK|BYE|PREAUTH)\b"),
    (Speaker.HTTP, rb"HTTP/\d|<!DOCTYPE|<html"),
    (Speaker.SSH, rb"SSH-\d"),
    (Speaker.TLS, rb"[\x14-\x17]\x03[\x00-\x04]"),
    (Speaker.MYSQL, rb"...\x00[\x0a\xff]"),
    (Speaker.FTP, rb"(?:220|530|120)[ -][^\n]*(?:\bFTP|FileZilla|Pure-FTPd|vsFTPd|ProFTPD)"),
    (Speaker.SMTP, rb"[1-5]\d\d(?:[ \-\r\n]|$)"),
)
_COMPILED = tuple((speaker, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for speaker, pattern in _FIRST)


def speaker(first: bytes) -> Speaker:
    """Tell a peer by its first bytes (at most the first 512 are read)."""
    first = first[:512].lstrip()
    if not first:
        return Speaker.NOTHING
    return next((who for who, pattern in _COMPILED if pattern.match(first)), Speaker.OTHER)

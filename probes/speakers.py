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
    NNTP = "nntp"
    REDIS = "redis"
    TLS = "tls"
    NOTHING = "nothing"
    OTHER = "other"


_FIRST = (
    (Speaker.REDIS, rb"-(?:ERR (?:unknown command|wrong number of arg)|NOAUTH|DENIED Redis|MISCONF|LOADING)"),
    (Speaker.POP3, rb"\+OK\b|-ERR\b"),
    (Speaker.IMAP, rb"\* (?:OK|BYE|PREAUTH)\b"),
    (Speaker.HTTP, rb"HTTP/\d|<!DOCTYPE|<html"),
    (Speaker.SSH, rb"SSH-\d"),
    (Speaker.TLS, rb"[\x14-\x17]\x03[\x00-\x04]"),
    (Speaker.MYSQL, rb"...\x00[\x0a\xff]"),
    (Speaker.SMTP, rb"220[ -][^\n]*\bE?SMTP\b"),  # whatever the host's name is
    (Speaker.FTP, rb"(?:220|530|120)[ -][^\n]*(?:\bFTP|FileZilla|Pure-FTPd|vsFTPd|ProFTPD)"),
    (Speaker.NNTP, rb"20[01][ -]"),
    (Speaker.SMTP, rb"[1-5]\d\d(?:[ \-\r\n]|$)|[1-5]\d?$"),  # or the first bytes of one that drips
)
_COMPILED = tuple((speaker, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for speaker, pattern in _FIRST)


_OF_FTP = re.compile(
    r"USER and PASS|(?:EHLO|HELO)\b[^\n]{0,12} not understood|^(?:you aren't logged in|not logged in)|"
    r"'(?:EHLO|HELO)\b[^'\n]*': command not understood",
    re.IGNORECASE,
)
"""What vsftpd, ProFTPD, Pure-FTPd and Microsoft's FTP answer to EHLO, whatever they were told to greet with."""


def answers_as_ftp(reply: str) -> bool:
    """Tell an FTP server that greets with words of its admin's own by its answer to EHLO."""
    return _OF_FTP.search(reply) is not None


def speaker(first: bytes) -> Speaker:
    """Tell a peer by its first bytes (at most the first 512 are read)."""
    first = first[:512].lstrip()
    if not first:
        return Speaker.NOTHING
    return next((who for who, pattern in _COMPILED if pattern.match(first)), Speaker.OTHER)

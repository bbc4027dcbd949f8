"""Finds what a text names besides its cause: mail addresses, servers, the stage, the software behind it."""

# ruff: noqa: E501, SIM905 - tables of words read better whole

from __future__ import annotations

from probes.replies.clean import pattern

_ADDRESS = r"[\w.!#$%&'*+/=?^{|}~-]+@[\w-]+(?:\.[\w-]+)*\.[a-z][a-z0-9-]+"
_HOST = r"(?:^|[^\w.@/-])([a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]+)(?:[^\w@-]|$)"
_ENDINGS = frozenset(
    "com net org edu gov mil int info biz name pro eu de fr it es nl pt ch at be uk us ca au jp cn ru br in pl cz se no dk"
    " fi ie gr hu ro sk si hr bg lt lv ee tr il za mx ar cl co kr tw hk sg my th id vn ph nz io me tv cc local lan"
    " example test invalid internal cloud online site email systems tech dev app ua lu is localdomain localhost corp"
    " shop store solutions services support group agency company works host hosting xyz top club life world".split()
)
_FILES = ("schemas.microsoft.com", "support.google.com", "www.w3.org", "go.microsoft.com", "aka.ms", "help.yahoo.com")
_STAGES = (
    ("rcpt", ("rcpt to", "after rcpt", "at rcpt", "rcpt:<", "rcpt_to", "recipient address rejected", "rcpt command", "recipientsrefused", "check the message recipient")),
    ("mail", ("mail from command", "mail from:", "mail from <", "after mail from", "sender address rejected", "senderrefused", "mail_from")),
    ("data", ("end of data", "data command", "after data", "end-of-data", "after end of", "message content", "after message", ">>> data", "smtpdataerror")),
    ("auth", ("auth login", "auth plain", "auth xoauth2", "auth command", "authentication failed", "smtpauthenticationerror", "username and password", "user name or password", "authentication unsuccessful", "authenticate", "login failed", "535 ", "auth failed", "passwor", "kennwort", "passwort")),
    ("tls", ("starttls", "ssl_connect", "ssl routines", "handshake", "certificate", "zertifikat", "certificat", "tls")),
    ("dns", ("name service error", "could not be resolved", "nxdomain", "getaddrinfo", "host not found", "unknown host", "name or service not known", "gethostbyname", "nodename nor servname", "dns", "unknownhost", "mx record")),
    ("connect", ("connection refused", "timed out", "connect to", "connection attempt", "could not connect", "cannot connect", "connection reset", "econnrefused", "etimedout", "network is unreachable", "no route to host")),
)  # fmt: skip


def addresses(text: str) -> tuple[str, ...]:
    """Return the mail addresses in `text`, each once, in their order, at most twenty."""
    if "@" not in text:
        return ()
    seen: dict[str, None] = {}
    for found in pattern("(?i)" + _ADDRESS).finditer(text):
        address = found.group(0).strip("'.*=").removeprefix("mailto:")
        if "=" in address and address.lower().startswith(("rfc822;", "to=", "from=")):
            address = address.split("=", 1)[1]
        seen[address] = None
        if len(seen) == 20:
            break
    return tuple(seen)


def hosts(text: str) -> tuple[str, ...]:
    """Return the server names in `text`, each once, in their order, at most ten; no domains of mail addresses."""
    seen: dict[str, None] = {}
    if "." not in text:
        return ()
    for found in pattern("(?i)" + _HOST).finditer(text):
        host = found.group(1).lower()
        ending = host.rpartition(".")[2]
        if (
            ending not in _ENDINGS
            or host in _FILES
            or host.startswith(("www.", "system.", "javax.", "java.", "com.", "org."))
        ):
            continue
        seen[host] = None
        if len(seen) == 10:
            break
    return tuple(seen)


def stage(hay: str) -> str | None:
    """Return the stage that the words of a clean text show, the innermost named first; else None."""
    for name, words in _STAGES:
        for word in words:
            if word in hay:
                return name
    return None

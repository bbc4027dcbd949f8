"""`smtp-help check`: run the probes once and name the cause."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys

from bot.commands.looking import WrongCall, complain, vantage
from bot.looking import look
from bot.report import as_json, printed, progress
from flows.book import load
from probes.causes import Cause
from probes.target import (
    Login,
    Mistake,
    Security,
    Target,
    address_mistake,
    field_text,
    parse_host,
    parse_port,
    split_host_port,
)
from probes.verdict import Told, Verdict

LOGINS = 2
"""Logins of one check at most; the page on which people type a password tries one."""


def run(arguments: argparse.Namespace) -> int:
    """Look, print, and return 0 for ok, 1 for a fault, 2 for a wrong call, 3 where it could not look."""
    book = load()
    try:
        place = vantage(arguments)
        seconds = _seconds(arguments.timeout)
        target = _target(arguments)
        if target.program and target.program not in book.programs:
            raise WrongCall(
                f"--program: {target.program!r} is not known; use one of {', '.join(sorted(book.programs))}."
            )
        password = _password(arguments, target)
    except WrongCall as wrong:
        return complain(wrong)
    except _WrongField as wrong:
        option = "--sender: " if wrong.mistake.field == "sender" else ""
        return complain(option + book.words.mistake(wrong.mistake))
    said = Told(program=target.program or "", login=str(target.login))
    with progress(book, shown=not arguments.json) as tell:
        found = asyncio.run(look(target, said, place, password=password, logins=LOGINS, timeout=seconds, tell=tell))
    answers = _answers(target)
    print(as_json(book, found, answers) if arguments.json else printed(book, found, answers))
    return _status(found)


class _WrongField(Exception):  # noqa: N818 - what it is
    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.code)
        self.mistake = mistake


def _status(found: Verdict) -> int:
    match found.cause:
        case Cause.OK:
            return 0
        case Cause.NO_NETWORK:
            return 3
        case Cause.UNKNOWN if any(one.check == "reach" for one in found.not_tested):
            return 3
        case _:
            return 1


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not (math.isfinite(seconds) and seconds > 0):
        raise WrongCall(f"--timeout: {text!r} is no number of seconds; give one above 0, such as 45.")
    return seconds


def _target(arguments: argparse.Namespace) -> Target:
    host, inline_port = split_host_port(arguments.server)
    default = "465" if arguments.security == "tls" else "587"
    port = parse_port(inline_port if inline_port is not None else default)
    if isinstance(port, Mistake):
        raise _WrongField(port)
    for name in ("sender", "username"):
        text = field_text(getattr(arguments, name) or "")
        wrong = address_mistake(name, text) if text and name == "sender" else None
        if wrong:
            raise _WrongField(wrong)
    size = field_text(arguments.message_size or "")
    if size and not size.isdigit():
        raise WrongCall(f"--message-size: {size!r} is no number of bytes, such as 10485760 for 10 MB.")
    user_name = field_text(arguments.username or "") or None
    return Target(
        host=parse_host(host),
        port=port,
        security=Security(arguments.security),
        login=Login(arguments.login or ("yes" if user_name else "no")),
        user_name=user_name,
        sender=field_text(arguments.sender or "") or None,
        recipient=field_text(arguments.recipient or "") or None,
        message_size=int(size) if size else None,
        program=arguments.program,
    )


def _password(arguments: argparse.Namespace, target: Target) -> str | None:
    if name := arguments.password_env:
        if name not in os.environ:
            raise WrongCall(f"--password-env: there is no environment variable {name!r}; set it to the password.")
        if not target.user_name:
            raise WrongCall("--password-env: a login needs a name too; add --username NAME.")
        return os.environ[name]
    if target.user_name and target.login is Login.YES and sys.stdin.isatty() and sys.stderr.isatty():
        import getpass

        return getpass.getpass(f"Password of {target.user_name} (Enter to go without): ") or None
    return None


def _answers(target: Target) -> dict[str, str]:
    found = {
        "server": target.host.name or target.host.typed,
        "port": str(target.port),
        "security": str(target.security),
        "login": str(target.login),
        "user_name": target.user_name or "",
        "sender": target.sender or "",
        "recipient": target.recipient or "",
        "program": target.program or "",
    }
    return {name: value for name, value in found.items() if value}

"""What a server's or a program's words mean: text to cause, bounce to recipients and causes. Never touches a network.

Everything is loaded when it is first asked for; reading never raises, whatever the text is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from probes.replies.reading import Reading
    from probes.replies.rulebook import Matcher
    from probes.replies.sources import Problem

__all__ = ["load_own", "prove", "read", "read_reply", "redact"]


def read(text: str, *, own: Matcher | None = None) -> Reading:
    """Return what `text` says: an error, a server's reply, a log line, a whole bounce, what a tool printed.

    `own` are an admin's rules (`load_own`); they go before those that are shipped.
    """
    from probes.replies.reader import read_text

    return read_text(text, own)


def read_reply(
    code: int,
    text: str,
    *,
    stage: str,
    enhanced: str | None = None,
    host: str | None = None,
    own: Matcher | None = None,
) -> Reading:
    """Return what a live reply says, the stage (connect, tls, auth, mail, rcpt, data) and the server being known."""
    from probes.replies.reader import read_live

    return read_live(code, text, stage, enhanced, host, own)


def redact(text: str) -> tuple[str, bool]:
    """Return `text` without passwords, tokens and login strings, and whether any was there."""
    from probes.replies.redaction import redact as remove

    return remove(text)


def load_own(path: str | Path) -> Matcher:
    """Return an admin's own rules (`SMTP_HELP_RULES`); raise ValueError naming file and line of the first mistake."""
    from probes.replies.proof import load

    return load(path)


def prove(path: str | Path | None = None) -> list[Problem]:
    """Return what is wrong with the rules in `path` (default: those shipped), each as `file:line: what`."""
    from probes.replies.proof import prove as proven

    return proven(path)

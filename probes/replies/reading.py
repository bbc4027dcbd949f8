"""What a text was read as: the answer of `smtp-help explain` and of every live reply."""

from __future__ import annotations

from dataclasses import dataclass

from probes.causes import Cause, Confidence, RunnerUp

WEIGHED = "weighed_words"
"""Stands for the rule in a reading that no rule decided, but all words of the text together; see `weighed`."""


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One recipient of a bounce; `permanent` is None where it cannot be told."""

    address: str
    cause: Cause
    permanent: bool | None = None
    reply_code: int | None = None
    enhanced_code: str | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The cause that a text names; `quote` are the words that decided it and `rule` the rule's name.

    `stage` is dns, connect, tls, auth, mail, rcpt, data or None; `hosts` and `addresses` are the server names and
    mail addresses that occur, for the form.
    """

    cause: Cause = Cause.UNKNOWN
    confidence: Confidence = Confidence.POSSIBLE
    failure: bool = True
    permanent: bool | None = None
    reply_code: int | None = None
    enhanced_code: str | None = None
    stage: str | None = None
    recipients: tuple[FailedRecipient, ...] = ()
    quote: str = ""
    rule: str | None = None
    runners_up: tuple[RunnerUp, ...] = ()
    hosts: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    software: str | None = None
    """The server software or provider where the text shows it."""

    @property
    def waits(self) -> bool:
        """Tell whether a text says that a mail is only delayed: it has not failed, and a server keeps trying."""
        return not self.failure and self.permanent is False

    @property
    def weighed(self) -> bool:
        """Tell whether no rule decided it, but all words of the text together: a hint, for a human to look at."""
        return self.rule == WEIGHED

"""What went wrong at Slack, in one plain sentence: an error's name in, what to do out."""

from __future__ import annotations

from bot.catalogue import catalogue, say


class SlackFault(Exception):  # noqa: N818 - named as the house names its few exceptions
    """Slack refused or did not answer.

    `str()` is a plain sentence, `error` Slack's name for it; `lasting` says that trying again is vain, `refused` that
    Slack answered and did not do it (without an answer it may have been done).
    """

    def __init__(self, error: str, method: str = "", needed: str = "") -> None:
        self.error = error
        self.method = method
        self.lasting = error not in ("ratelimited", "no_answer", "broken_answer")
        self.refused = error not in ("no_answer", "broken_answer")
        super().__init__(sentence(error, method, needed))


TRIGGER = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"})
"""Slack's own trouble, as far as its errors have names for it."""


def sentence(error: str, method: str = "", needed: str = "") -> str:
    """Say what Slack's error means and what to do; `needed` is the missing scope; the method is named for the log."""
    scope = needed or say("faults", "scope_not_told")
    known = error if error in catalogue()["faults"] else "other"
    said = say("faults", known, error=error, scope=scope)
    return f"{said} [{method}: {error}]" if method else said

"""What went wrong at Slack, in one plain sentence: an error's name in, what to do out."""

from __future__ import annotations

from bot.catalogue import catalogue, say
from bot.front import Unreached


class SlackFault(Unreached):
    """Slack refused or did not answer.

    `str()` is a plain sentence, `error` Slack's name for it; `lasting` says that trying again is vain, `refused` that
    Slack answered and did not do it (without an answer it may have been done).
    """

    def __init__(self, error: str, method: str = "", needed: str = "") -> None:
        self.error = error
        self.method = method
        self.lasting = error not in ("ratelimited", "no_answer", "broken_answer")
        self.known = error in catalogue()["faults"]
        self.refused = error not in ("no_answer", "broken_answer")
        super().__init__(sentence(error, method, needed))


TRIGGER = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"})
CLOSED = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
NO_THREAD = frozenset({"thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"})
UNDRAWN = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
"""Slack does not take a message as it is drawn; a plainer one it may."""
PASSING = frozenset(
    {
        "external_channel_migrating",
        "fatal_error",
        "fetch_members_failed",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "update_failed",
    }
)
"""Slack's own trouble, as far as its errors have names for it."""


def sentence(error: str, method: str = "", needed: str = "") -> str:
    """Say what Slack's error means and what to do; `needed` is the missing scope; the method is named for the log."""
    scope = needed or say("faults", "scope_not_told")
    known = error if error in catalogue()["faults"] else "other"
    said = say("faults", known, error=error, scope=scope)
    return f"{said} [{method}: {error}]" if method else said

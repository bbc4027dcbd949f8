"""What went wrong at Slack, in one plain sentence: an error's name in, what to do out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


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


SENTENCES: Final[Mapping[str, str]] = {
    "invalid_auth": "Slack does not accept the token. Copy it again from the app's page (SLACK_BOT_TOKEN, xoxb-...).",
    "not_authed": "Slack got no token. Set SLACK_BOT_TOKEN to the bot token of the app (xoxb-...).",
    "token_revoked": "The Slack token was revoked. Install the app again and set the new SLACK_BOT_TOKEN.",
    "token_expired": "The Slack token has run out. Install the app again and set the new SLACK_BOT_TOKEN.",
    "account_inactive": "The Slack app was taken out of the workspace, or its bot was switched off. Install it again.",
    "not_allowed_token_type": "This is the wrong kind of Slack token. SLACK_BOT_TOKEN begins with xoxb-, "
    "SLACK_APP_TOKEN with xapp-.",
    "channel_not_found": "Slack does not know the channel, or the bot is not in it. Check SMTP_HELP_SUPPORT_CHANNEL "
    "and invite the bot with /invite @SMTP Help.",
    "not_in_channel": "The bot is not in the channel. Invite it there with /invite @SMTP Help.",
    "is_archived": "The channel is archived. Name another one in SMTP_HELP_SUPPORT_CHANNEL.",
    "restricted_action": "A setting of the workspace forbids the bot to post there. Ask an administrator of Slack.",
    "messages_tab_disabled": "The bot's Messages tab is switched off. Switch it on in the app's page under App Home.",
    "user_not_found": "Slack does not know this person any more.",
    "user_disabled": "This person's Slack account is switched off.",
    "user_not_visible": "Slack does not let the bot see this person.",
    "cannot_dm_bot": "The other side is a bot, and bots get no direct messages.",
    "message_not_found": "The message is gone; somebody or Slack's retention deleted it.",
    "cant_update_message": "Slack does not let the bot change that message any more.",
    "edit_window_closed": "Slack does not let the bot change that message any more.",
    "expired_trigger_id": "The press of the button was more than three seconds ago.",
    "exchanged_trigger_id": "The press of the button has opened a form already.",
    "invalid_trigger_id": "Slack does not know the press of the button.",
    "invalid_blocks": "Slack refused the way the message is drawn.",
    "msg_too_long": "Slack found the message too long.",
    "subteam_not_found": "Slack does not know the user group. Check SMTP_HELP_ALLOW_GROUP.",
    "no_such_subteam": "Slack does not know the user group. Check SMTP_HELP_ALLOW_GROUP.",
    "ratelimited": "Slack asks the bot to slow down.",
    "no_way_in": "Slack cannot reach the bot. Set SLACK_APP_TOKEN (xapp-...) for Socket Mode, or "
    "SLACK_SIGNING_SECRET for HTTP.",
    "deaf": "The connection to Slack was lost and did not come back. Start the bot again.",
    "no_answer": "Slack did not answer. Check the network of the machine that the bot runs on.",
    "broken_answer": "Slack had trouble of its own and gave no proper answer.",
}

TRIGGER = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"})
"""Slack's own trouble, as far as its errors have names for it."""


def sentence(error: str, method: str = "", needed: str = "") -> str:
    """Say what Slack's error means and what to do; `needed` is the missing scope; the method is named for the log."""
    if error == "missing_scope":
        scope = needed or "of which Slack does not tell the name"
        said = f"The Slack app lacks the scope {scope}. Add it under OAuth & Permissions and install the app again."
    else:
        said = SENTENCES.get(error, f"Slack refused with “{error}”.")
    return f"{said} [{method}: {error}]" if method else said

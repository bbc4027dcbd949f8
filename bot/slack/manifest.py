"""The app's manifest and its one source: `manifest.yml` is what `manifest(None)` prints, and a test compares them."""

from __future__ import annotations

from typing import Any

from bot.catalogue import say
from bot.slack import marks

SCOPES = {
    "app_mentions:read": "a mention is answered with the way to the direct message",
    "channels:history": "what IT writes in the thread of a case reaches the person (a public support channel)",
    "channels:read": "who is in the support channel, where neither SMTP_HELP_IT_GROUP nor SMTP_HELP_ADMINS is set",
    "chat:write": "every step of a conversation, and the case in the support channel",
    "commands": "/smtp-help and the message shortcut",
    "files:read": "a saved mail that is dropped on the bot is read",
    "groups:history": "the same where the support channel is private",
    "groups:read": "the same where the support channel is private",
    "im:history": "what is pasted in the direct message; a message is looked for before it is posted again",
    "im:write": "the direct message is opened",
    "usergroups:read": "SMTP_HELP_ALLOW_GROUP and SMTP_HELP_IT_GROUP: who may use it, who belongs to IT",
    "users:read": "the language of a person's profile, and the name of who claims a case",
}
"""Each scope of the bot, and what it is for."""
EVENTS = ("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")

SOCKET_HEADER = """\
# The Slack app for Socket Mode: paste it at https://api.slack.com/apps under "From a manifest".
# `smtp-help manifest` prints this, `smtp-help manifest --http URL` the one for HTTP.
# Afterwards create an app-level token with the scope connections:write (SLACK_APP_TOKEN), install the app
# (SLACK_BOT_TOKEN), and invite the bot into the support channel, where there is one.
# What each scope is for:
"""
HTTP_HEADER = """\
# The Slack app for HTTP: start `smtp-help serve` first, then paste this at https://api.slack.com/apps.
# Afterwards install the app (SLACK_BOT_TOKEN), copy its signing secret (SLACK_SIGNING_SECRET), and invite the bot
# into the support channel, where there is one.
# What each scope is for:
"""


def described(http_url: str | None) -> dict[str, Any]:
    """Return the manifest as data; `http_url` is the public address of the server, None means Socket Mode."""
    address = None if http_url is None else events_address(http_url)
    command: dict[str, Any] = {
        "command": marks.COMMAND,
        "description": say("manifest", "command"),
        "usage_hint": say("manifest", "usage_hint"),
        "should_escape": False,
    }
    interactivity: dict[str, Any] = {"is_enabled": True}
    events: dict[str, Any] = {"bot_events": list(EVENTS)}
    if address is not None:
        command["url"] = address
        interactivity["request_url"] = address
        events = {"request_url": address, **events}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": say("manifest", "name"),
            "description": say("manifest", "description"),
            "background_color": "#1f4e5f",
            "long_description": say("manifest", "long_description"),
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": say("manifest", "name"), "always_online": True},
            "shortcuts": [
                {
                    "name": say("manifest", "shortcut"),
                    "type": "message",
                    "callback_id": marks.EXPLAIN,
                    "description": say("manifest", "shortcut_description"),
                }
            ],
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": address is None,
            "token_rotation_enabled": False,
        },
    }


def events_address(http_url: str) -> str:
    """Return the address that Slack calls; raises ValueError where `http_url` is no https address."""
    url = http_url.strip().rstrip("/")
    scheme, _, rest = url.partition("://")
    if scheme.lower() != "https" or not rest or "?" in url or "#" in url or any(sign.isspace() for sign in url):
        raise ValueError(f"“{http_url}” is no web address. It begins with https://, such as https://bot.example.com.")
    return url if url.endswith("/slack/events") else f"{url}/slack/events"


def manifest(http_url: str | None = None) -> str:
    """Return the manifest as YAML: for Socket Mode, or for HTTP at `http_url`; raises ValueError for a wrong URL."""
    import yaml  # slow to import, and wanted by one command alone

    notes = "".join(f"#   {scope}: {why}\n" for scope, why in sorted(SCOPES.items()))
    header = SOCKET_HEADER if http_url is None else HTTP_HEADER
    body = yaml.safe_dump(described(http_url), sort_keys=False, allow_unicode=True, width=100)
    return f"{header}{notes}{body}"

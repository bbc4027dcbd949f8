"""What is wrong with the set-up in Slack, all of it at once: for `smtp-help doctor`."""

from __future__ import annotations

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.app import PATIENCE, SlackSettings, api_address, wire_log
from bot.slack.calls import Calls
from bot.slack.faults import SlackFault
from bot.slack.manifest import SCOPES


async def problems(settings: SlackSettings) -> tuple[str, ...]:
    """Return one plain sentence for each thing that is wrong; none means that the bot can serve."""
    found: list[str] = []
    if not settings.slack_app_token and not settings.slack_signing_secret:
        found.append(str(SlackFault("no_way_in")))
    if not settings.slack_bot_token:
        return (*found, str(SlackFault("not_authed")))
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        address, log = api_address(settings.slack_api_url), wire_log()
        client = AsyncWebClient(
            settings.slack_bot_token, base_url=address, session=session, retry_handlers=[], logger=log
        )
        found += await _bot(client, group=settings.allow_group or "")
        if settings.slack_app_token:
            found += await _asked(client, "apps.connections.open", app_token=settings.slack_app_token)
    return tuple(found)


async def _bot(client: AsyncWebClient, *, group: str) -> list[str]:
    if wrong := await _asked(client, "auth.test"):
        return wrong
    try:
        granted = str((await client.auth_test()).headers.get("x-oauth-scopes", ""))
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        granted = ""
    have = {scope.strip() for scope in granted.split(",") if scope.strip()}
    wanted = {scope for scope in SCOPES if scope != "usergroups:read" or group}
    lacking = [str(SlackFault("missing_scope", needed=scope)) for scope in sorted(wanted - have)] if have else []
    return lacking + (await _asked(client, "usergroups.users.list", usergroup=group) if group else [])


async def _asked(client: AsyncWebClient, method: str, **arguments: Any) -> list[str]:
    try:
        await Calls(client)(method, **arguments)
    except SlackFault as fault:
        return [str(fault)]
    return []

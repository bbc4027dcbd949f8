"""Wiring: one session, one client, one bolt app; then HTTP or Socket Mode until told to stop, and a clean end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk import Desk
from bot.slack.calls import RATES, Calls
from bot.slack.delivery import BETWEEN_EDITS, SlackFront
from bot.slack.faults import SlackFault
from bot.slack.files import Files
from bot.slack.gate import Gate, House
from bot.slack.listeners import Listeners
from bot.slack.notes import Notes
from bot.slack.people import People
from bot.slack.sockets import serve_socket
from bot.slack.web import serve_http
from probes.replies.files import MOST as MOST_OF_A_FILE

API = "https://slack.com/api/"
PATIENCE = aiohttp.ClientTimeout(total=15, connect=5)
"""A shared session ignores the client's own time limit, so the limit stands here."""


class SlackSettings(Protocol):
    """What the Slack half wants of the settings; an empty text or tuple means "not set"."""

    @property
    def slack_bot_token(self) -> str | None: ...  # noqa: D102
    @property
    def slack_app_token(self) -> str | None: ...  # noqa: D102
    @property
    def slack_signing_secret(self) -> str | None: ...  # noqa: D102
    @property
    def slack_api_url(self) -> str | None: ...  # noqa: D102
    @property
    def support_channel(self) -> str | None: ...  # noqa: D102
    @property
    def support_hours(self) -> str | None: ...  # noqa: D102
    @property
    def it_group(self) -> str | None: ...  # noqa: D102
    @property
    def allow_channels(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def allow_group(self) -> str | None: ...  # noqa: D102
    @property
    def admins(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def blocks(self) -> str | None: ...  # noqa: D102


class Slack:
    """The Slack half of a running bot; made by `connected`."""

    def __init__(
        self,
        settings: SlackSettings,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        house: House,
        notes: Notes,
        *,
        between_edits: float,
        rates: Mapping[str, int],
    ) -> None:
        self.house = house
        self.whose = f"slack:{house.team}:"
        """The owners whose conversations this bot serves, for the desk."""
        self._settings = settings
        self._client = client
        self._session = session
        calls = Calls(client, rates)
        self._gate = Gate(
            house,
            calls,
            channels=settings.allow_channels,
            group=settings.allow_group or "",
            admins=settings.admins,
        )
        self.front = SlackFront(
            calls,
            notes,
            support_channel=settings.support_channel or "",
            support_hours=settings.support_hours or "",
            it_group=settings.it_group or "",
            new_blocks=settings.blocks == "new",
            between_edits=between_edits,
        )
        self._people = People(calls, group=settings.it_group or "", admins=settings.admins)
        self.listeners: Listeners | None = None
        self.app: AsyncApp | None = None
        self._alive: Callable[[], Awaitable[bool]] | None = None

    def attach(self, desk: Desk) -> AsyncApp:
        """Build the bolt app whose listeners hand their turns to this desk."""
        self.listeners = Listeners(
            desk,
            self.front,
            gate=self._gate,
            house=self.house,
            session=self._session,
            people=self._people,
            files=Files(
                self.front.calls, self._session, self._client.token or "", self._client.base_url, most=MOST_OF_A_FILE
            ),
        )
        self.app = _bolt(self._settings, self._client, self.house)
        self.listeners.register(self.app)
        return self.app

    async def serve(
        self,
        stop: asyncio.Event,
        *,
        host: str = "127.0.0.1",
        port: int = 3000,
        ready: Callable[[str], None] | None = None,
        more: Sequence[web.RouteDef] = (),
    ) -> None:
        """Serve until `stop` is set: Socket Mode where there is an app token, else HTTP at `host` and `port`.

        `ready` is told in one line how it listens; `more` are pages that HTTP serves beside Slack's deliveries. Raises
        SlackFault for a wrong app token, a missing signing secret or a Socket Mode that stays deaf, and OSError where
        the port is taken.
        """
        if self.app is None:
            raise RuntimeError("attach a desk first")
        if self.listeners is not None:
            self.listeners.resume()
        try:
            if token := self._settings.slack_app_token:
                await serve_socket(self.app, token, self._client, stop, ready=ready, alive=self._told_alive)
            elif self._settings.slack_signing_secret:
                await serve_http(self.app, stop, host=host, port=port, ready=ready, more=more, alive=self._told_alive)
            else:
                raise SlackFault("no_way_in")
        finally:
            self._alive = None

    def _told_alive(self, alive: Callable[[], Awaitable[bool]]) -> None:
        self._alive = alive

    async def reachable(self) -> bool:
        """Tell whether Slack's deliveries can come in at this moment: it listens, or a connection of its is alive."""
        return self._alive is not None and await self._alive()

    async def close(self) -> None:
        """End what is still being answered or drawn; what a restart must finish is in the store."""
        if self.listeners is not None:
            await self.listeners.replies.close()
        await self.front.close()


@asynccontextmanager
async def connected(
    settings: SlackSettings, notes: Notes, *, between_edits: float = BETWEEN_EDITS, rates: Mapping[str, int] = RATES
) -> AsyncIterator[Slack]:
    """Ask Slack who we are (`auth.test`), yield the Slack half, and close it and its session in the end.

    `between_edits` are the seconds between two edits of one message, `rates` the calls a minute of each method.

    Raises SlackFault, whose text is one clear sentence, where the token is missing or wrong or Slack does not answer.
    """
    token = (settings.slack_bot_token or "").strip()
    if not token:
        raise SlackFault("not_authed")
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        client = AsyncWebClient(
            token, base_url=api_address(settings.slack_api_url), session=session, retry_handlers=[], logger=wire_log()
        )
        house = await introduced(client)
        slack = Slack(settings, client, session, house, notes, between_edits=between_edits, rates=rates)
        try:
            yield slack
        finally:
            await slack.close()


async def introduced(client: AsyncWebClient) -> House:
    """Return the workspace and the bot that a token belongs to. Raises SlackFault."""
    told = await Calls(client)("auth.test")
    return House(
        team=str(told.get("team_id") or ""),
        bot_user=str(told.get("user_id") or ""),
        bot=str(told.get("bot_id") or ""),
        app=str(told.get("app_id") or ""),
        enterprise=str(told.get("enterprise_id") or ""),
        name=str(told.get("team") or ""),
    )


def api_address(url: str | None) -> str:
    """Return the Web API's address, with the slash at its end that the SDK wants."""
    return (url or API).rstrip("/") + "/"


def wire_log() -> logging.Logger:
    """Return the log of the SDK and bolt: never below INFO, since DEBUG prints what people typed."""
    log = logging.getLogger("bot.slack.wire")
    log.setLevel(max(logging.INFO, logging.getLogger().level))
    return log


def _bolt(settings: SlackSettings, client: AsyncWebClient, house: House) -> AsyncApp:
    """Build the app; who we are is known already, so that no request has to ask Slack, and OAuth stays off.

    Where SLACK_CLIENT_ID stands in the environment bolt prepares its OAuth all the same; an `authorize` of our own
    keeps that without effect.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=house.enterprise or None,
            team_id=house.team,
            bot_token=client.token,
            bot_id=house.bot,
            bot_user_id=house.bot_user,
        )

    log = wire_log()
    level, bare = (
        log.level,
        AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[], logger=log),
    )
    log.setLevel(logging.ERROR)  # bolt warns of tokens that it finds in the environment; they are meant to be there
    try:
        return AsyncApp(
            name="smtp-help",
            logger=log,
            client=bare,
            signing_secret=settings.slack_signing_secret or "",
            authorize=authorize,
            attaching_conversation_kwargs_enabled=False,
        )
    finally:
        log.setLevel(level)

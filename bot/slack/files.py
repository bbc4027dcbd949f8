"""A file out of Slack: fetched from Slack's own hosts alone with the bot's token, never by a detour, within a bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.slack.calls import Calls
from bot.slack.faults import SlackFault
from bot.slack.reading import Sent, sent

HOSTS = ("slack.com", "slack-gov.com")
"""Hosts, with all below them, that may see the token; the host of SLACK_API_URL is the only other one."""
PATIENCE = aiohttp.ClientTimeout(total=30, connect=5, sock_read=10)
PIECE = 64 * 1024


class NotFetched(Exception):  # noqa: N818 - named as the house names its few exceptions
    """A file could not be had: `word` is its name in the catalogue, `why` Slack's reason where there is one."""

    def __init__(self, word: str, why: str = "") -> None:
        self.word = word
        self.why = why
        super().__init__(f"{word} {why}".strip())


@dataclass(frozen=True, slots=True)
class Files:
    """Fetches files; `most` are the bytes of one."""

    calls: Calls
    session: aiohttp.ClientSession
    token: str
    api: str
    most: int

    async def named(self, file: str) -> Sent:
        """Return what Slack knows of a file by its id. Raises NotFetched."""
        try:
            told = (await self.calls("files.info", file=file)).get("file")
        except SlackFault as fault:
            gone = fault.error in ("file_deleted", "file_not_found")
            raise NotFetched("file_gone" if gone else "file_withheld", str(fault)) from None
        return sent(told if isinstance(told, Mapping) else {"id": file})

    async def fetched(self, file: Sent) -> bytes:
        """Return the bytes of a file, at most one more than `most`. Raises NotFetched."""
        if file.incomplete and file.id:  # Slack Connect: the event holds no more than the id
            file = await self.named(file.id)
        if file.gone:
            raise NotFetched("file_gone")
        if file.size > self.most:
            raise NotFetched("file_too_large")
        if not self._slacks_own(file.url):
            raise NotFetched("file_elsewhere")
        try:
            return await self._read(file.url)
        except (aiohttp.ClientError, TimeoutError, ValueError) as reason:
            raise NotFetched("file_withheld", type(reason).__name__) from None

    async def _read(self, url: str) -> bytes:
        headers: Mapping[str, Any] = {"Authorization": f"Bearer {self.token}"}
        # Slack answers a token without files:read with the way to its sign-in page: the token is sent nowhere else.
        asked = self.session.get(url, headers=headers, allow_redirects=False, timeout=PATIENCE)
        async with asked as answer:
            if answer.status in (404, 410):
                raise NotFetched("file_gone")
            if answer.status != 200 or answer.content_type == "text/html":
                raise NotFetched("file_withheld", str(SlackFault("missing_scope", needed="files:read")))
            data = bytearray()
            async for piece in answer.content.iter_chunked(PIECE):
                data += piece
                if len(data) > self.most:
                    raise NotFetched("file_too_large")
            return bytes(data)

    def _slacks_own(self, url: str) -> bool:
        """Tell whether the token may go there: over https to Slack's hosts, or to where the Web API itself is."""
        try:
            asked, api = urlsplit(url), urlsplit(self.api)
            same = (asked.scheme, asked.hostname, asked.port) == (api.scheme, api.hostname, api.port)
            plain = asked.username is None and asked.password is None
            host, port = asked.hostname or "", asked.port
        except ValueError:
            return False
        slacks = any(host == one or host.endswith(f".{one}") for one in HOSTS)
        return plain and (same or (asked.scheme == "https" and port in (None, 443) and slacks))

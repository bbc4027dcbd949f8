"""Every call of Slack's Web API: one budget a method, waits where Slack asks for it, faults in plain sentences."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Drawn
from bot.slack.faults import PASSING, SlackFault

LOG = logging.getLogger(__name__)

RATES: Final[Mapping[str, int]] = {
    "chat.postMessage": 300,
    "chat.update": 50,
    "chat.postEphemeral": 100,
    "conversations.open": 50,
    "conversations.history": 50,
    "conversations.members": 100,
    "conversations.replies": 50,
    "usergroups.users.list": 20,
    "views.open": 100,
    "views.publish": 100,
}
"""Calls a minute: what Slack promises for tiers 2 to 4. postMessage has its limit a channel (one a second) and one for
the workspace that Slack does not tell. A method that is not named here has 600."""
KEPT_BACK: Final = 0.4
"""The share of a budget that progress may not use, so that results and hand-overs go first."""
TRIES: Final = 3
MOST_PAGES: Final = 5
LONGEST_WAIT: Final = 120.0
"""Seconds that a call waits for all its 429s together before it gives up."""

QUIET: Final[Mapping[str, Any]] = {"unfurl_links": False, "unfurl_media": False}
"""Arguments of a post: what is named in it is not fetched and shown."""


def body(drawn: Drawn) -> dict[str, Any]:
    """Return the arguments that a drawn message is for a post or an edit."""
    return {"text": drawn.text, "blocks": drawn.blocks}


class Dropped(Exception):  # noqa: N818 - it is no error: progress may be dropped, and the final state follows
    """A call that may be dropped found no budget."""


class Bucket:
    """The budget of one method: a minute's calls, which come back with time, and a pause where Slack asked for one."""

    def __init__(self, rate: int, now: float) -> None:
        self.size = max(1.0, float(rate))
        self.refill = rate / 60
        self.tokens = self.size
        self.at = now
        self.shut_until = 0.0

    def wait(self, now: float, *, kept: float = 0.0) -> float:
        """Take a token and return 0, or return the seconds until one is there and take none."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.refill)
        self.at = now
        if now < self.shut_until:
            return self.shut_until - now
        if (lacks := 1 + self.size * kept - self.tokens) > 1e-9:
            return lacks / self.refill
        self.tokens -= 1
        return 0.0

    def reserve(self, now: float) -> float:
        """Take a token, and return the seconds until it is there: who asked first goes first, and each waits once."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.refill) - 1
        self.at = now
        return max(0.0, -self.tokens / self.refill, self.shut_until - now)

    def shut(self, now: float, seconds: float) -> None:
        """Let nothing through for some seconds, and no burst after them."""
        self.shut_until = now + seconds
        self.tokens = min(self.tokens, 0.0)

    def ready(self, now: float) -> bool:
        """Tell whether a token is there."""
        return now >= self.shut_until and self.tokens + (now - self.at) * self.refill >= 1


class Calls:
    """The one way out to Slack's Web API; `tokens` and pauses are shared by all conversations of the process."""

    def __init__(self, client: AsyncWebClient, rates: Mapping[str, int] = RATES) -> None:
        self._client = client
        self._rates = rates
        self._buckets: dict[str, Bucket] = {}
        self.faults: Counter[str] = Counter()
        """How often which kind of fault came, for the metrics."""

    async def __call__(
        self, method: str, *, may_drop: bool = False, repeat: bool = True, **arguments: Any
    ) -> dict[str, Any]:
        """Call `method` (`chat.update`) and return its answer.

        `may_drop` never waits: raises Dropped without budget or at a 429. `repeat` says that a call whose answer was
        lost may be made again; a post is looked for first. Raises SlackFault, whose text is a plain sentence.
        """
        waited = 0.0
        for attempt in range(1, TRIES + 1):
            waited += await self._budget(method, may_drop)
            try:
                return await self._call(method, arguments)
            except SlackApiError as error:
                fault, pause = _read(error, method)
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
                LOG.warning("%s: no answer (%s)", method, type(error).__name__)
                fault, pause = SlackFault("no_answer", method), 0.5 * attempt
            self.faults[fault.error] += 1
            if fault.error == "ratelimited":
                self._bucket(method).shut(asyncio.get_running_loop().time(), pause)
                if may_drop:
                    raise Dropped(method)
                if (waited := waited + pause) > LONGEST_WAIT:
                    raise fault
            elif may_drop or fault.error not in ("no_answer", "broken_answer") or not repeat or attempt == TRIES:
                raise fault
            else:
                await asyncio.sleep(pause)
        raise fault

    def ready(self, method: str) -> bool:
        """Tell whether a call would not have to wait for its budget."""
        return self._bucket(method).ready(asyncio.get_running_loop().time())

    async def pages(self, method: str, *, most: int = MOST_PAGES, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
        """Yield the answers of a list that comes page by page, `most` pages of it. Raises SlackFault."""
        for _ in range(most):
            answer = await self(method, **arguments)
            yield answer
            arguments["cursor"] = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not arguments["cursor"]:
                return

    def _bucket(self, method: str) -> Bucket:
        now = asyncio.get_running_loop().time()
        return self._buckets.setdefault(method, Bucket(self._rates.get(method, 600), now))

    async def _budget(self, method: str, may_drop: bool) -> float:
        """Wait for a token and return the seconds waited; progress raises Dropped instead."""
        clock, bucket = asyncio.get_running_loop().time, self._bucket(method)
        if may_drop:
            if bucket.wait(clock(), kept=KEPT_BACK) > 0:
                raise Dropped(method)
            return 0.0
        began = clock()
        while (seconds := bucket.reserve(clock())) > 0:
            await asyncio.sleep(seconds)
            if clock() >= bucket.shut_until:
                break  # else Slack asked for a pause meanwhile: whoever waited then waits anew
        return clock() - began

    async def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        called: Callable[..., Awaitable[Any]] = getattr(self._client, method.replace(".", "_"))
        answer = await called(**arguments)
        return dict(answer.data)


def _read(error: SlackApiError, method: str) -> tuple[SlackFault, float]:
    """Read Slack's refusal: the fault and the seconds to wait (`Retry-After` of a 429)."""
    answer = error.response
    data = answer.data if not isinstance(answer, dict) and isinstance(getattr(answer, "data", None), dict) else {}
    status = int(getattr(answer, "status_code", 0) or 0)
    name = str(data.get("error") or "")
    if status == 429 or name in ("ratelimited", "rate_limited"):
        headers = {str(key).lower(): value for key, value in dict(getattr(answer, "headers", {}) or {}).items()}
        return SlackFault("ratelimited", method), _seconds(headers.get("retry-after"))
    if status >= 500 or name in PASSING or not name:
        return SlackFault("broken_answer", method), 1.0
    return SlackFault(name, method, str(data.get("needed") or "")), 0.0


def _seconds(text: object) -> float:
    try:
        return max(0.0, float(str(text)))
    except ValueError:
        return 1.0

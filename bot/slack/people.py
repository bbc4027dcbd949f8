"""Who belongs to IT and who may work on cases, asked of Slack and kept for minutes; names and languages of people."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.slack.calls import Calls
from bot.slack.faults import SlackFault
from bot.slack.reading import Who, mentioned

LOG = logging.getLogger(__name__)
KEPT = 300.0
"""Seconds for which the members of a group or channel are remembered."""
PROFILE_KEPT = 3600.0
"""The same for a profile: whether somebody is a guest may change."""
MOST_KNOWN = 10_000
MOST_NAMED = 5
PAGE, MOST_PAGES = 1000, 10
"""Members of a channel that are asked for at once, and how often."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a profile says: the name, and the locale such as `de-DE`; all empty where Slack does not tell."""

    name: str = ""
    locale: str = ""
    guest: bool = False
    """A guest of the workspace, of one channel or of several."""


class People:
    """The people of the workspace; `group` is the id of IT's user group, `admins` are user ids."""

    def __init__(self, calls: Calls, *, group: str = "", admins: Sequence[str] = ()) -> None:
        self._calls = calls
        self._group = group
        self._admins = frozenset(admins)
        self._members: dict[str, tuple[frozenset[str], float]] = {}
        self._known: OrderedDict[str, tuple[Known, float]] = OrderedDict()

    @property
    def listed(self) -> bool:
        """Tell whether it is set who belongs to IT."""
        return bool(self._group or self._admins)

    async def is_it(self, person: Who) -> bool:
        """Tell whether somebody belongs to IT: on the list, or in the group. Raises SlackFault."""
        if person.user in self._admins:
            return True
        if not self._group:
            return False
        return person.user in await self._kept(self._group, "usergroups.users.list", self._group_members)

    async def may_work_on_cases(self, person: Who, channel: str) -> bool:
        """Tell whether somebody may work on the cases of a support channel. Raises SlackFault.

        Those of IT may. Where it is not set who that is, the members of the channel may, but for guests: reading along
        in an open channel makes nobody a member of it, and of whom Slack does not tell may be a guest.
        """
        if self.listed:
            return await self.is_it(person)
        if (await self._profile(person.user)).guest:
            return False
        return person.user in await self._kept(channel, "conversations.members", self._channel_members)

    async def _kept(self, key: str, method: str, ask: Callable[[str], Awaitable[frozenset[str]]]) -> frozenset[str]:
        """Return the members of a group or channel, asked anew after KEPT seconds. Raises SlackFault."""
        now = asyncio.get_running_loop().time()
        members, asked = self._members.get(key, (frozenset[str](), float("-inf")))
        if now - asked > KEPT:
            try:
                async with asyncio.timeout(2.0):  # a press must be acknowledged within three seconds
                    members = await ask(key)
            except TimeoutError:
                raise SlackFault("no_answer", method) from None
            self._members[key] = members, now
        return members

    async def _group_members(self, group: str) -> frozenset[str]:
        return frozenset(map(str, (await self._calls("usergroups.users.list", usergroup=group)).get("users", ())))

    async def _channel_members(self, channel: str) -> frozenset[str]:
        found: set[str] = set()
        async for answer in self._calls.pages("conversations.members", most=MOST_PAGES, channel=channel, limit=PAGE):
            found |= set(map(str, answer.get("members", ())))
        return frozenset(found)

    async def known(self, user: str) -> Known:
        """Return what a profile says; an empty one where Slack does not tell."""
        try:
            return await self._profile(user)
        except SlackFault as fault:
            LOG.info("a profile was not told: %s", fault)
            return Known()

    async def named(self, text: object) -> dict[str, str]:
        """Return the names of the people whom a text mentions, as far as Slack tells them in time."""
        users = mentioned(text)[:MOST_NAMED]
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):  # what was written is acknowledged after it
                known = await asyncio.gather(*map(self.known, users))
                return {user: each.name for user, each in zip(users, known, strict=True) if each.name}
        return {}

    async def _profile(self, user: str) -> Known:
        now = asyncio.get_running_loop().time()
        known, asked = self._known.get(user, (Known(), float("-inf")))
        if now - asked > PROFILE_KEPT:
            told = (await self._calls("users.info", user=user, include_locale=True)).get("user") or {}
            profile = told.get("profile") or {}
            name = profile.get("display_name") or profile.get("real_name") or told.get("real_name") or ""
            guest = bool(told.get("is_restricted") or told.get("is_ultra_restricted"))
            known = Known(str(name), str(told.get("locale") or ""), guest)
            self._known[user] = known, now
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return known

"""Who may use the bot, and where: the own workspace only, and where it is set the channels and the group."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.ledger.pace import Pace
from bot.slack.calls import Calls
from bot.slack.faults import SlackFault
from bot.slack.reading import Body, Who, who
from bot.slack.words import say

KEPT = 300.0
"""Seconds for which a group's members are remembered."""
WORDS, WORDS_A_SECOND = 20, 0.5
"""Commands and messages, each of which may open a conversation: a person's burst, and how many a second after it."""


@dataclass(frozen=True, slots=True)
class House:
    """The workspace that the bot was set up for, as `auth.test` tells; ids."""

    team: str
    bot_user: str
    bot: str
    app: str = ""
    enterprise: str = ""
    name: str = ""


class Gate:
    """Says why somebody may not, in a sentence; an empty one means that they may."""

    def __init__(
        self,
        house: House,
        calls: Calls,
        *,
        channels: Sequence[str] = (),
        group: str = "",
        admins: Sequence[str] = (),
        pace: Pace | None = None,
    ) -> None:
        self._house = house
        self._calls = calls
        self._channels = frozenset(channels)
        self._group = group
        self._admins = frozenset(admins)
        self._pace = pace or Pace()
        self._words = Pace(WORDS, WORDS_A_SECOND)
        self._members: frozenset[str] = frozenset()
        self._asked = float("-inf")

    def person(self, body: Body) -> Who | None:
        """Return who did it, with the team that their conversations are kept under; None for no person."""
        found = who(body)
        return Who(self._house.team, found.user) if found and not self.stranger(found) else found

    def stranger(self, person: Who) -> bool:
        """Tell whether somebody is of another organisation (Slack Connect)."""
        return person.team not in ("", self._house.team, self._house.enterprise)

    def in_time(self, person: Who) -> bool:
        """Tell whether somebody presses no faster than the pace."""
        return self._pace.may(person.owner, asyncio.get_running_loop().time())

    async def refused(self, person: Who, channel: str = "") -> str:
        """Return why this person may not begin here; the direct message (`D...`) is always a right place.

        Admins may begin everywhere; nobody may faster than the pace of words, which is asked before anything else is.
        """
        if not self._words.may(person.owner, asyncio.get_running_loop().time()):
            return say("too_fast")
        elsewhere = self._channels and channel and not channel.startswith("D") and channel not in self._channels
        if elsewhere and not self.stranger(person) and person.user not in self._admins:
            return say("not_here")
        return await self.barred(person)

    async def barred(self, person: Who) -> str:
        """Return why this person may not use the bot at all: asked at every press and form, not only at beginnings."""
        if self.stranger(person):
            return say("stranger")
        if not self._group or person.user in self._admins:
            return ""
        try:
            return "" if person.user in await self._group_members() else say("not_allowed")
        except SlackFault as fault:
            return say("cannot_tell_allowed", why=fault)
        except TimeoutError:
            return say("cannot_tell_allowed", why=SlackFault("no_answer", "usergroups.users.list"))

    async def _group_members(self) -> frozenset[str]:
        now = asyncio.get_running_loop().time()
        if now - self._asked > KEPT:
            async with asyncio.timeout(2.0):  # a command must be acknowledged within three seconds
                answer = await self._calls("usergroups.users.list", usergroup=self._group)
            self._members, self._asked = frozenset(map(str, answer.get("users", ()))), now
        return self._members

"""Who belongs to IT, asked of Slack and kept for minutes; what people are called and which language they have set."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.calls import Calls
from bot.slack.faults import SlackFault
from bot.slack.reading import Who

LOG = logging.getLogger(__name__)
KEPT = 300.0
"""Seconds for which the members of the group are remembered."""
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """What a profile says: the name, and the locale such as `de-DE`."""

    name: str = ""
    locale: str = ""


class People:
    """The people of the workspace; `group` is the id of IT's user group, `admins` are user ids."""

    def __init__(self, calls: Calls, *, group: str = "", admins: Sequence[str] = ()) -> None:
        self._calls = calls
        self._group = group
        self._admins = frozenset(admins)
        self._members: frozenset[str] = frozenset()
        self._asked = float("-inf")
        self._known: OrderedDict[str, Known] = OrderedDict()

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
        now = asyncio.get_running_loop().time()
        if now - self._asked > KEPT:
            try:
                async with asyncio.timeout(2.0):  # a press must be acknowledged within three seconds
                    answer = await self._calls("usergroups.users.list", usergroup=self._group)
            except TimeoutError:
                raise SlackFault("no_answer", "usergroups.users.list") from None
            self._members, self._asked = frozenset(map(str, answer.get("users", ()))), now
        return person.user in self._members

    async def may_work_on_cases(self, person: Who) -> bool:
        """Tell whether somebody may press a case's buttons; where no list is set, whoever is in the support channel."""
        return await self.is_it(person) if self.listed else True

    async def known(self, user: str) -> Known:
        """Return what a profile says; an empty one where Slack does not tell."""
        if user not in self._known:
            try:
                told = (await self._calls("users.info", user=user, include_locale=True)).get("user") or {}
            except SlackFault as fault:
                LOG.info("a profile was not told: %s", fault)
                return Known()
            profile = told.get("profile") or {}
            name = profile.get("display_name") or profile.get("real_name") or told.get("real_name") or ""
            self._known[user] = Known(str(name), str(told.get("locale") or ""))
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return self._known[user]

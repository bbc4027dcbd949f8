"""When a login can be tried on the page, and the fresh link that is shown then: minted as it is drawn, kept nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.store.links import Links
from flows.conversation import Conversation, Status
from flows.screen import Kind, Screen
from flows.told import target
from probes.target import Security

PROVEN = frozenset({"encrypted", "certificate_good", "login_offered"})
"""What the last look must have seen: no password goes over a connection that is not encrypted and proven."""
PATH = "/login/"


def tryable(now: Conversation) -> bool:
    """Tell whether a login can be tried now: the server proved itself and offers a login, and no human has the case."""
    asked = target(now)
    looks = [seen.verdict for seen in now.seen if seen.what == "probe"]
    if now.status is not Status.OPEN or not looks or asked is None or asked.security is Security.NONE:
        return False
    return {finding.code for finding in looks[-1].findings} >= PROVEN


@dataclass(frozen=True, slots=True)
class Offer:
    """Puts a one-time link into a screen where a login could not be tested."""

    links: Links
    public_url: str
    clock: Callable[[], float] = time.time

    async def __call__(self, conversation: Conversation, screen: Screen) -> Screen:
        """Return the screen with a fresh link where one belongs; raises StoreError."""
        if screen.kind not in (Kind.ASK, Kind.ADVISE) or not tryable(conversation) or not _untested(conversation):
            return screen
        if screen.kind is Kind.ASK and not _fresh(conversation):
            return screen
        secret = await self.links.make(conversation.id, self.clock())
        return replace(screen, link=f"{self.public_url}{PATH}{secret}")


def _untested(now: Conversation) -> bool:
    looks = [seen.verdict for seen in now.seen if seen.what == "probe"]
    return not {finding.code for finding in looks[-1].findings} & {"login_worked"}


def _fresh(now: Conversation) -> bool:
    """Tell whether the step is the first after a look, whose run bears the revision before this one."""
    return now.seen[-1].run == f"{now.id}.{now.revision - 1}"

"""Ask for leave before a look, and write down what became of it; over a budget the verdict says when to come back."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.ledger.audit import Audit, Entry
from bot.ledger.limits import Limits
from bot.store.budgets import Budgets, Wish
from flows.conversation import Conversation
from flows.told import domain_target, far_target, target
from probes.causes import Cause, Confidence
from probes.findings import Finding, Severity
from probes.runner import News
from probes.target import Target, domain_of
from probes.verdict import NotTested, Verdict

Tell = Callable[[News], None]
Looker = Callable[[Conversation, str, Tell], Awaitable[Verdict]]
HOUR = 3600.0
LONGEST_LOOK = 90.0
"""Seconds after which a look that was never ended, since its process died, no longer counts as under way."""
AT_ONCE = "at once"
REFUSALS = frozenset({"address_not_allowed", "port_not_allowed", "over_budget"})


class Heard(Protocol):
    """Whoever counts looks."""

    def looked(self, verdict: Verdict) -> None:
        """Take in what a look came to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The desk's look, with a budget before it and an entry in the audit log after it."""

    look: Looker
    budgets: Budgets
    limits: Limits
    audit: Audit
    heard: Heard | None = None
    clock: Callable[[], float] = time.time

    async def __call__(self, conversation: Conversation, what: str, tell: Tell) -> Verdict:
        """Look; raises StoreError where the budgets cannot be read, since nothing is dialled unasked."""
        asked = {"probe": target, "domain": domain_target, "far": far_target}.get(what, _nothing)(conversation)
        if asked is None:
            return await self.look(conversation, what, tell)
        return await self.kept(conversation.owner, asked, lambda: self.look(conversation, what, tell), what=what)

    async def kept(
        self, who: str, asked: Target, look: Callable[[], Awaitable[Verdict]], *, what: str = "probe"
    ) -> Verdict:
        """Look at a target for somebody; `what` is probe, domain, far or login. Raises StoreError."""
        began = self.clock()
        given = await self.budgets.grant(self._wishes(who, asked, what=what), began)
        if given.short is not None:
            verdict = over(asked, given.short, given.until - began)
            self._write(who, asked, verdict, what=what, began=began, refused="over_budget")
            return verdict
        try:
            verdict = await look()
        except BaseException:
            self._write(who, asked, None, what=what, began=began)
            raise
        finally:
            await self.budgets.give_back(given.numbers[:1])
        refused = next((one.reason for one in verdict.not_tested if one.reason in REFUSALS), "")
        self._write(who, asked, verdict, what=what, began=began, refused=refused)
        if self.heard is not None:
            self.heard.looked(verdict)
        return verdict

    def _wishes(self, who: str, asked: Target, *, what: str) -> tuple[Wish, ...]:
        server = _named(asked)
        logins = (Wish(f"logins {server}", self.limits.logins, HOUR),) if what == "login" else ()
        return (
            Wish(AT_ONCE, self.limits.at_once, LONGEST_LOOK),
            Wish(f"person {who}", self.limits.person, HOUR),
            *((Wish(f"target {server}", self.limits.target, HOUR),) if server else ()),
            *logins,
        )

    def _write(
        self, who: str, asked: Target, verdict: Verdict | None, *, what: str, began: float, refused: str = ""
    ) -> None:
        entry = Entry(
            at=began,
            who=who,
            what=what,
            host=_named(asked),
            port=asked.port,
            cause=verdict.cause.value if verdict else "",
            refused=refused,
            seconds=max(0.0, self.clock() - began),
        )
        self.audit.write(entry)


def _nothing(_: Conversation) -> None:
    return None


def _named(asked: Target) -> str:
    """Return what is asked about: the server, or without one the domain of the person's address."""
    return asked.host.name or domain_of(asked.mail_address or "")


def in_words(seconds: float) -> str:
    """Return when to come back, as it is said."""
    minutes = max(1, math.ceil(seconds / 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def over(asked: Target, short: Wish, seconds: float) -> Verdict:
    """Return the verdict of a look that was not made: nothing is known of the server, and when to come back."""
    # A look under way ends long before its grant does.
    evidence = {"time": in_words(0 if short.subject == AT_ONCE else seconds)}
    finding = Finding("over_budget", Severity.WARNING, asked.host.name, evidence)
    return Verdict(
        cause=Cause.UNKNOWN,
        confidence=Confidence.POSSIBLE,
        decided_by=(finding,),
        findings=(finding,),
        not_tested=(NotTested("reach", "over_budget", evidence),),
    )

"""Logins to try, in memory alone: each waits for one look of its conversation, which takes it and makes it blank."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.ledger.keeping import Ledger
from bot.looking import look
from flows.conversation import Conversation
from flows.told import target, told
from probes.network import Leave
from probes.runner import News
from probes.target import Login, Security
from probes.vantage import Vantage
from probes.verdict import Verdict

Tell = Callable[[News], None]


@dataclass(slots=True, eq=False)
class Attempt:
    """One login to try; `done` gets the verdict of its look."""

    conversation: str
    user_name: str = field(repr=False)
    password: str = field(repr=False)
    done: asyncio.Future[Verdict] = field(repr=False)


class Attempts:
    """The logins that wait for their look."""

    def __init__(self) -> None:
        self._waiting: dict[str, Attempt] = {}

    def put(self, conversation: str, user_name: str, password: str) -> Attempt:
        """Let a login wait for the next look of its conversation; one that waits already is dropped."""
        if older := self._waiting.pop(conversation, None):
            self.drop(older)
        attempt = Attempt(conversation, user_name, password, asyncio.get_running_loop().create_future())
        self._waiting[conversation] = attempt
        return attempt

    def take(self, conversation: str) -> Attempt | None:
        """Return the login that waits, for this one look."""
        return self._waiting.pop(conversation, None)

    def drop(self, attempt: Attempt) -> None:
        """Forget a login, tried or not; whoever still waits for it hears that there is no answer."""
        if self._waiting.get(attempt.conversation) is attempt:
            del self._waiting[attempt.conversation]
        attempt.password = attempt.user_name = ""
        attempt.done.cancel()


class LoginLooker:
    """The desk's look, with the login that waits for the conversation where one does."""

    def __init__(self, ledger: Ledger, vantage: Vantage, attempts: Attempts, leave: Leave | None = None) -> None:
        self._ledger, self._vantage, self._attempts, self._leave = ledger, vantage, attempts, leave

    async def __call__(self, conversation: Conversation, what: str, tell: Tell) -> Verdict:
        """Return the verdict; raises StoreError where the budgets cannot be read."""
        attempt = self._attempts.take(conversation.id) if what == "probe" else None
        if attempt is None:
            return await self._ledger(conversation, what, tell)
        try:
            verdict = await self._tried(conversation, attempt, tell)
            if not attempt.done.done():
                attempt.done.set_result(verdict)
            return verdict
        finally:
            self._attempts.drop(attempt)

    async def _tried(self, conversation: Conversation, attempt: Attempt, tell: Tell) -> Verdict:
        asked = target(conversation)
        if asked is None or asked.security is Security.NONE:  # never over a connection that is not encrypted
            return await self._ledger(conversation, "probe", tell)
        asked = replace(asked, user_name=attempt.user_name, login=Login.YES)
        said = told(conversation)

        async def looked() -> Verdict:
            return await look(
                asked,
                replace(said, login="yes"),
                self._vantage,
                password=attempt.password,
                leave=self._leave,
                tell=tell,
            )

        return await self._ledger.kept(conversation.owner, asked, looked, what="login")

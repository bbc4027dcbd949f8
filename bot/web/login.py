"""The page where a login is tried once: opened by a one-time link, used up when the form is sent, bound to its talk."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.catalogue import say
from bot.desk import Desk, Result
from bot.front import Turn
from bot.ledger.pace import Pace
from bot.store import StoreError
from bot.store.links import Links
from bot.web.attempts import Attempts
from bot.web.doorway import HEADERS, HSTS, Caller, Doorway
from bot.web.offer import tryable
from bot.web.result import result
from flows.conversation import Conversation, TriedLogin
from flows.told import target

LOG = logging.getLogger(__name__)
PATH = "/login/"
COOKIE = "smtp_help_form"
LARGEST = 16_384
"""Bytes of a form."""
WAITS = 60.0
"""Seconds that the page waits for the look, which ends by itself in 45."""
STATUS: Mapping[str, int] = {
    "used": 410,
    "expired": 410,
    "unknown": 404,
    "over": 409,
    "unsafe": 409,
    "forged": 403,
    "insecure": 403,
    "too_often": 429,
    "failed": 500,
    "looking": 202,
}
View = Callable[[web.Request, Caller], Any]


def drawing() -> Environment:
    """Return what draws the page: everything that comes into it is escaped, and a value that is missing is an error."""
    looks = Environment(loader=PackageLoader("bot.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    looks.globals["say"] = say
    return looks


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage:
    """All that the page needs; `pages` are the requests and `tries` the forms that one address may send."""

    desk: Desk
    links: Links
    attempts: Attempts
    doorway: Doorway
    clock: Callable[[], float] = time.time
    pages: Pace = field(default_factory=lambda: Pace(30, 0.5))
    tries: Pace = field(default_factory=lambda: Pace(5, 0.05))
    looks: Environment = field(default_factory=drawing)

    def routes(self) -> tuple[web.RouteDef, ...]:
        """Return the routes of the page and its style sheet."""
        return (
            web.get(PATH + "page.css", self._style),
            web.get(PATH + "{secret:[A-Za-z0-9_-]{1,100}}", self._guarded(self._open)),
            web.post(PATH + "{secret:[A-Za-z0-9_-]{1,100}}", self._guarded(self._sent)),
        )

    def _guarded(self, view: View) -> Callable[[web.Request], Any]:
        async def seen(request: web.Request) -> web.Response:
            caller = self.doorway.caller(request.remote or "", request.headers)
            if not self.doorway.open_to(caller):
                return self._said("insecure")
            if not self.pages.may(caller.address, asyncio.get_running_loop().time()):
                return self._said("too_often")
            try:
                answer: web.Response = await view(request, caller)
            except web.HTTPException:
                raise
            except StoreError as error:
                LOG.warning("the page for logins: %s", error)
                answer = self._said("failed")
            except Exception:
                LOG.exception("the page for logins broke")
                answer = self._said("failed")
            if caller.encrypted:
                answer.headers.update(HSTS)
            return answer

        return seen

    async def _style(self, _: web.Request) -> web.Response:
        text = resources.files("bot.web").joinpath("templates/page.css").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="text/css", headers={**HEADERS, "Cache-Control": "max-age=3600"})

    async def _open(self, request: web.Request, caller: Caller) -> web.Response:
        """Show the form; opening it uses nothing up, since programs that look at links open them too."""
        secret = request.match_info["secret"]
        now, wrong = await self._conversation(secret)
        return self._form(request, caller, now) if now else self._said(wrong)

    async def _conversation(self, secret: str) -> tuple[Conversation | None, str]:
        kept, wrong = await self.links.found(secret, self.clock())
        if wrong:
            return None, wrong
        now = await self.desk.load(kept)
        if now is None or target(now) is None:
            return None, "over"
        return (now, "") if tryable(now) else (None, "unsafe")

    def _form(
        self, request: web.Request, caller: Caller, now: Conversation, *, user: str | None = None, problem: str = ""
    ) -> web.Response:
        token = secrets.token_urlsafe(32)
        known = now.answers.get("user_name") or now.answers.get("mail_address") or ""
        form = {"action": request.path, "token": token, "user": known if user is None else user, "place": place(now)}
        answer = self._page("try", facts=facts(now), form=form, problem=problem, status=400 if problem else 200)
        answer.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="Strict", secure=caller.encrypted)
        return answer

    async def _sent(self, request: web.Request, caller: Caller) -> web.Response:
        if not self.tries.may(caller.address, asyncio.get_running_loop().time()):
            return self._said("too_often")
        if (request.content_length or LARGEST + 1) > LARGEST:
            return self._said("forged")
        if request.content_type != "application/x-www-form-urlencoded" or not self.doorway.own_form(request.headers):
            return self._said("forged")
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        token = request.cookies.get(COOKIE, "")
        if not token or not hmac.compare_digest(token.encode(), form.get("form", "").encode()):
            return self._said("forged")
        secret = request.match_info["secret"]
        now, wrong = await self._conversation(secret)
        if now is None:
            return self._said(wrong)
        if form.get("place") != place(now):
            return self._said("over")  # the password is meant for the server that the page showed
        user, password = form.get("user", "").strip()[:320], form.get("password", "")[:1000]
        if not user or not password:
            return self._form(request, caller, now, user=user, problem=say("page", "missing"))
        if not await self.links.use(secret, self.clock()):
            return self._said("used")
        return await self._tried(secret, now, user, password)

    async def _tried(self, secret: str, now: Conversation, user: str, password: str) -> web.Response:
        """Let the conversation look again, with this login; the verdict comes here and there."""
        attempt = self.attempts.put(now.id, user, password)
        try:
            # The link names the delivery: it is used once, and so is this.
            key = f"login {hmac.new(secret.encode(), b'turn', 'sha256').hexdigest()[:32]}"
            outcome = await self.desk.take(Turn(key, now.id, now.owner, TriedLogin()))
            if outcome.result is not Result.TAKEN:
                return self._said("failed" if outcome.result is Result.FAILED else "over")
            async with asyncio.timeout(WAITS):
                verdict = await asyncio.shield(attempt.done)
        except TimeoutError:
            return self._said("looking")
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            return self._said("looking")  # the look was ended: somebody went on in the conversation
        finally:
            self.attempts.drop(attempt)
        found = result(self.desk.tree.book, now, verdict)
        return self._page(
            found.word, problem=found.problem, steps=found.steps, evidence=found.evidence, afterwards=True
        )

    def _said(self, word: str) -> web.Response:
        return self._page(word, status=STATUS[word])

    def _page(self, word: str, *, status: int = 200, afterwards: bool = False, **values: Any) -> web.Response:
        shown: dict[str, Any] = {
            "title": say("page_titles", word),
            "paragraphs": [say("page", word)],
            "problem": "",
            "facts": (),
            "form": None,
            "steps": (),
            "evidence": (),
            "style": PATH + "page.css",
            "afterwards": say("page", "afterwards") if afterwards else "" if word == "try" else say("page", "back"),
        }
        text = self.looks.get_template("page.html").render({**shown, **values})
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=HEADERS)


def place(now: Conversation) -> str:
    """Return where a login would be tried now, as the form carries it."""
    asked = target(now)
    return f"{asked.host.name}:{asked.port} {asked.security}" if asked else ""


def facts(now: Conversation) -> tuple[tuple[str, str], ...]:
    """Return what a person checks before they type: server, port, encryption and certificate, as they were seen."""
    asked = target(now)
    looks = [seen.verdict for seen in now.seen if seen.what == "probe"]
    if asked is None or not looks:
        return ()
    found = {finding.code: finding.evidence for finding in looks[-1].findings}
    lines = [("server", asked.host.name), ("port", str(asked.port))]
    lines += [("security", one["version"]) for one in (found.get("encrypted", {}),) if "version" in one]
    until = found.get("certificate_good", {}).get("until", "")
    lines += [("certificate", say("page", "certificate_good", until=until))] if until else []
    return tuple((say("page_facts", name), value) for name, value in lines)

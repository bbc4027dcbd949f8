"""Turn a conversation or a command line into a look: run the probes or read the text, and weigh what came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from bot.saidback import spellings, told_without
from flows.conversation import Conversation
from flows.told import domain_target, far_target, target, told
from probes.causes import Cause, Confidence
from probes.findings import Finding, Report, Severity
from probes.instead import other_user
from probes.network import Leave
from probes.replies import read
from probes.replies.named import named
from probes.replies.reading import WEIGHED, Reading
from probes.replies.rulebook import Matcher
from probes.runner import News, all_probes, run
from probes.target import Target
from probes.vantage import Vantage
from probes.verdict import Told, Verdict, verdict

Tell = Callable[[News], None]
SEES = {"connected": Cause.OK, "refused": Cause.CONNECTION_REFUSED, "timed_out": Cause.TIMEOUT}
"""What a look from the person's side comes to where no rule knows the words of the tool."""
MOST_RECIPIENTS = 5
"""So many failed recipients of a returned mail are told of, each with its cause; of more only the number."""


async def look(
    asked: Target,
    said: Told,
    vantage: Vantage,
    *,
    password: str | None = None,
    logins: int = 1,
    leave: Leave | None = None,
    timeout: float = 45.0,  # noqa: ASYNC109 - a bound on the whole run, in seconds
    tell: Tell | None = None,
    only: Collection[str] = (),
) -> Verdict:
    """Run all checks (or `only` those of these names), tell of each as it starts and ends, and return the verdict."""
    began = time.monotonic()
    reports = []
    checks = tuple(probe for probe in all_probes() if not only or probe.name in only)
    names = (asked.user_name or "", other_user(asked))
    secrets = tuple(one for name in names for one in spellings(name, password)) if password else ()
    news_of = run(asked, vantage, password=password, logins=logins, leave=leave, timeout=timeout, checks=checks)
    async for said_by_all in news_of:
        news = told_without(said_by_all, secrets)
        if tell is not None:
            tell(news)
        if isinstance(news, Report):
            reports.append(news)
    elapsed = round((time.monotonic() - began) * 1000)
    return verdict(said, asked, reports, elapsed_ms=elapsed, looked_from=vantage.name)


def of_reading(reading: Reading) -> Verdict:
    """Return a read text as a verdict; that a mail only waits is a finding of it, and that no rule knew its words."""
    return Verdict(
        cause=reading.cause,
        confidence=reading.confidence,
        findings=(Finding("mail_delayed", Severity.INFO, ""),) if reading.waits else (),
        decided_by=(Finding(WEIGHED, Severity.INFO, ""),) if reading.weighed else (),
        runners_up=reading.runners_up,
        quote=reading.quote,
    )


def of_text(text: str, own: Matcher | None) -> Verdict:
    """Read a text that was pasted: its cause, whom it says was not reached, and what it names for the form."""
    reading = read(text, own=own)
    found = named(text, reading)
    if reading.cause is Cause.UNKNOWN and (sees := found.get("person_sees")):
        reading = replace(reading, cause=SEES[sees])
    findings = (*recipients_of(reading), *of_reading(reading).findings)
    if not reading.waits and (findings or "far_server" in found):
        findings += (Finding("failed_further_on", Severity.INFO, found.get("far_server", "")),)
    return replace(of_reading(reading), findings=findings, named=found)


def recipients_of(reading: Reading) -> tuple[Finding, ...]:
    """Return the failed recipients of a returned mail as findings, each with its own cause."""
    failed = reading.recipients
    told_of = [Finding("recipient_failed", Severity.FAULT, one.address, {"cause": one.cause}) for one in failed]
    if len(failed) > MOST_RECIPIENTS:
        rest = str(len(failed) - MOST_RECIPIENTS)
        told_of[MOST_RECIPIENTS:] = [Finding("recipients_more", Severity.FAULT, "", {"count": rest})]
    return tuple(told_of)


@dataclass(frozen=True, slots=True)
class Looker:
    """The desk's look: `probe` dials from this vantage, `domain` asks for one MX, `text` reads the newest text.

    `far` dials the server at which a returned mail failed.
    `leave` is asked before an address is dialled; the ledger has it.
    """

    vantage: Vantage
    leave: Leave | None = None

    async def __call__(self, conversation: Conversation, what: str, tell: Tell) -> Verdict:
        """Return the verdict; raises nothing but CancelledError."""
        if what == "text":
            return of_text(conversation.texts[-1] if conversation.texts else "", self.vantage.rules)
        if what == "domain":
            whose = domain_target(conversation)
            return await look(whose, told(conversation), self.vantage, tell=tell, only=("hosting",))
        if what == "far":
            whose = far_target(conversation)
            only = () if whose.host.name else ("recipient",)
            said = replace(told(conversation), scope="one")
            return await look(whose, said, self.vantage, leave=self.leave, tell=tell, only=only)
        asked = target(conversation)
        if asked is None:
            await asyncio.sleep(0)
            return Verdict(cause=Cause.UNKNOWN, confidence=Confidence.POSSIBLE, looked_from=self.vantage.name)
        return await look(asked, told(conversation), self.vantage, leave=self.leave, tell=tell)

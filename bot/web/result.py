"""What a tried login came to, in words for the page; pure."""

from __future__ import annotations

from dataclasses import dataclass

from flows.advice import advice
from flows.book import Book
from flows.conversation import Conversation
from flows.wording import plain
from probes.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """A name in the catalogue's `page`, the server's words, what to do, and why."""

    word: str
    problem: str = ""
    steps: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


def result(book: Book, now: Conversation, verdict: Verdict) -> Found:
    """Tell a login that worked, one that was refused, and one that was never made apart."""
    codes = {finding.code: finding for finding in verdict.findings}
    said = advice(book, verdict, program=now.answers.get("program", ""), answers=now.answers)
    if "login_worked" in codes:
        return Found("worked", evidence=(plain(book.words.finding(codes["login_worked"])),))
    if "login_refused" in codes:
        return Found("refused", plain(book.words.finding(codes["login_refused"])), said.steps, (said.sureness,))
    over = [one for one in verdict.not_tested if one.reason == "over_budget"]
    why = tuple(plain(book.words.not_tested(one)) for one in over) or said.not_tested or (said.summary,)
    return Found("not_tried", why[0], evidence=why[1:])

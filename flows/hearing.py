"""What typed and pasted words do: they are settings, an address anew, words of an error, talk, or for a human."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows import memory
from flows.book import Book
from flows.careful import noticed
from flows.conversation import Conversation, Status
from flows.model import Advise, Fill, Look
from flows.named import named
from flows.opening import Opening, chatty, opened, plain_words
from flows.told import domain_kind
from probes.causes import Cause

CHANGED = "changed"
"""The choice under an advice after which it is looked again."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of words: the conversation with them in it, and how it goes on from there.

    With a `trigger` it takes that way, and where there is a `label` it leaves a step behind, as answered by that. Where
    it `stays`, the conversation's step is shown; else it travels on from there by itself.
    """

    conversation: Conversation
    trigger: str = ""
    label: str | None = None
    stays: bool = False


def at_opening(book: Book, now: Conversation, text: str) -> Heard:
    """Take what was typed after the command; no step is left behind by it."""
    opening = opened(text)
    if not opening.text:
        return Heard(_with_facts(book, now, opening))
    return Heard(_kept(now, opening.text), "paste")


def in_between(book: Book, now: Conversation, text: str) -> Heard:
    """Take words that were typed or pasted where no form asked for them."""
    if memory.with_human(book.flow, now):
        return _passed_on(book, memory.heard(now, text))
    opening = opened(text)
    if opening.answers or opening.mistakes:
        return _settings(book, now, opening)
    if plain_words(text) and _waits(book, now):
        return Heard(memory.heard(now, text), stays=True)
    now = _kept(now, text)
    return Heard(now, "paste", _first_line(now.texts[-1]))


def pictured(book: Book, now: Conversation, reference: str) -> Heard:
    """Take a picture, or another file that cannot be read."""
    now = memory.pictured(now, reference)
    if memory.with_human(book.flow, now):
        return _passed_on(book, now)
    return Heard(now, "picture", book.words.shell("a_picture"))


def was_read(book: Book, now: Conversation) -> Heard:
    """Go on after the newest text was read: with what it names, or where talk was said."""
    verdict = now.seen[-1].verdict
    if _is_talk(book, now):
        *before, newest = now.seen
        there = replace(
            now, step=now.trail[-1].step, trail=now.trail[:-1], seen=(*before, replace(newest, what="talk"))
        )
        after, _ = named(there, verdict, book)  # talk may tell the program: then that is not asked any more
        return Heard(after) if after != there else Heard(noticed(there, book.words.shell("talk")), stays=True)
    if now.answers.get("opened") == "words" and verdict.cause is Cause.UNKNOWN and "server" not in verdict.named:
        now = noticed(now, book.words.shell("so_i_ask"))
    now, tried = named(now, verdict, book)
    return Heard(now, "tried" if tried else "see")


def _is_talk(book: Book, now: Conversation) -> bool:
    """Tell whether the words just read are no error text but talk, said at a step that still stands."""
    verdict, text, stop = now.seen[-1].verdict, now.texts[-1], now.trail[-1:]
    said_there = bool(stop) and stop[0].choice == "paste" and stop[0].label == memory.short(_first_line(text))
    unread = verdict.cause is Cause.UNKNOWN and set(verdict.named) <= {"program"}
    return unread and chatty(text) and said_there and stop[0].step in book.flow.steps


def _waits(book: Book, now: Conversation) -> bool:
    """Tell whether a look at a server is under way or comes by itself, which talk does not end."""
    step = book.flow.steps[now.step]
    looking = isinstance(step, Look) and step.what != "text"
    return looking or (now.status is Status.OPEN and now.step == book.flow.ways.get("watching"))


def _passed_on(book: Book, now: Conversation) -> Heard:
    """Say that a human gets it where the bot does not keep silent."""
    if now.status is not Status.HANDED:
        now = noticed(now, book.words.shell("passed_on"))
    return Heard(now, stays=True)


def _kept(now: Conversation, text: str) -> Conversation:
    """Keep words to be read, and whether they are the first and talk: of later ones it is said if nobody reads them."""
    answers = {name: value for name, value in now.answers.items() if (name, value) != ("opened", "words")}
    first = not (now.trail or now.texts or answers)
    now = replace(now, answers={**answers, "opened": "words"} if first and chatty(text) else answers)
    return memory.heard(now, text)


def _settings(book: Book, now: Conversation, opening: Opening) -> Heard:
    """Take settings: into the form where one is open, as the recipient under advice about one, else from the start."""
    step = book.flow.steps[now.step]
    if not opening.mistakes and isinstance(step, Advise) and _about_recipient(step, opening):
        address = opening.answers["mail_address"]
        left = memory.left(now, CHANGED, address)
        notice = book.words.shell("new_recipient")
        return Heard(replace(left, answers={**now.answers, "recipient": address}, notice=notice), "chose." + CHANGED)
    typed = {**opening.answers, **opening.typed}
    if isinstance(step, Fill) and set(typed) <= set(step.fields):
        held = {slot: value for slot, value in now.answers.items() if slot in step.fields}
        wrong = tuple((mistake.field, book.words.mistake(mistake)) for mistake in opening.mistakes)
        now = replace(now, typed={**held, **typed}, mistakes=wrong, notice=book.words.shell("put_in"))
        return Heard(now, stays=True)
    return Heard(_with_facts(book, now, opening), "again", " · ".join(typed.values()))


def _about_recipient(step: Advise, opening: Opening) -> bool:
    asks_again = any(choice.name == CHANGED for choice in step.choices)
    return asks_again and (step.cause or "").startswith("recipient_") and [*opening.answers] == ["mail_address"]


def _with_facts(book: Book, now: Conversation, opening: Opening) -> Conversation:
    answers = dict(opening.answers)
    kind = domain_kind(answers.get("mail_address", ""))
    if account := {"microsoft": "microsoft", "gmail": "gmail", "known": "provider"}.get(kind):
        answers["account"] = account
    if "server" in answers and not opening.mistakes:
        answers["opened"] = "server"
    notice = " ".join(book.words.mistake(mistake) for mistake in opening.mistakes) or now.notice
    earlier = {**now.earlier, **opening.typed}
    return replace(now, answers={**now.answers, **answers}, earlier=earlier, notice=notice)


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0]

"""`smtp-help explain`: name the cause in an error text, a server's reply, a log line or a returned mail."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path
from typing import Any

import msgspec

from bot.catalogue import say
from bot.commands.looking import WrongCall, complain, settings
from bot.looking import of_reading
from bot.report import as_dict, printed
from flows.book import Book, load
from flows.wording import plain
from probes.causes import Cause
from probes.replies import read, redact
from probes.replies.files import MOST, Opened, Refused, opened
from probes.replies.reading import Reading
from probes.replies.rulebook import Matcher

FEW = 3
"""So many words, or fewer, are hardly what a program or a server said in full."""

STANDARD_INPUT = "-"
"""A file's name that means standard input, as other commands have it."""
MOST_RECIPIENTS = 20
"""So many recipients of a returned mail are listed."""

_REFUSED = {
    Refused.EMPTY: "is empty: there is nothing to read in it.",
    Refused.TOO_LARGE: "is larger than 5 MB. Paste its words, or save the mail without attachments.",
    Refused.NOT_A_MAIL: "is no mail and no text. Save the returned mail as .eml or .msg, or paste its words.",
    Refused.DAMAGED: "cannot be opened: it is damaged, or no saved mail. Save it once more, or paste its words.",
}


def run(arguments: argparse.Namespace) -> int:
    """Return 0 where no text is a failure, 1 where one is or was not understood, 2 for a wrong call."""
    try:
        own = settings().own_rules()
    except (WrongCall, ValueError) as wrong:
        return complain(wrong)
    book = load()
    if arguments.jsonl:
        if arguments.files:
            return complain("--jsonl reads standard input; name no files with it.")
        return _lines(book, own)
    try:
        texts = [(name, _text(name)) for name in arguments.files or [STANDARD_INPUT]]
    except WrongCall as wrong:
        return complain(wrong)
    failed = False
    for number, (name, text) in enumerate(texts):
        reading = read(text, own=own)
        failed = failed or reading.failure
        if arguments.json:
            found = _object(book, reading)
            print(_encoded({"file": name, **found} if arguments.files else found))
        else:
            if number:
                print()
            print((f"{name}:\n" if len(texts) > 1 else "") + redact(_page(book, reading, text))[0])
    return 1 if failed else 0


def _text(name: str) -> str:
    """Return the text of a named file, or of standard input; raises WrongCall where there is none to be read."""
    if name == STANDARD_INPUT:
        file = _handed_in()
        if file.refused and file.refused is not Refused.EMPTY:
            raise WrongCall(f"What was handed in {_REFUSED[file.refused]}")
        return file.text
    if not name.strip():
        raise WrongCall("No file is named. Paste the words of the error on standard input, or name a file of them.")
    try:
        with Path(name).open("rb") as whole:
            data = whole.read(MOST + 1)
    except OSError as error:
        hint = " To have words read, paste them on standard input." if " " in name.strip() else ""
        raise WrongCall(f"{name!r} cannot be read: {error.strerror}.{hint}") from None
    file = opened(data, name)
    if file.refused:
        raise WrongCall(f"{name!r} {_REFUSED[file.refused]}")
    return file.text


def _handed_in() -> Opened:
    """Read standard input, having said what to do where that is a terminal."""
    if sys.stdin.isatty():
        print("Paste the error text, then press Ctrl-D on a line of its own.", file=sys.stderr)
    return opened(sys.stdin.buffer.read(MOST + 1), "standard input")


def _encoded(found: Any) -> str:
    return msgspec.json.encode(_without_secrets(found)).decode()


def _without_secrets(found: Any) -> Any:
    """Take out of what is printed what looks like a secret: the words that decided may stand beside one."""
    if isinstance(found, str):
        return _clean(found)
    if isinstance(found, list | tuple):
        return [_without_secrets(each) for each in found]
    if isinstance(found, dict):
        return {name: value if name == "id" else _without_secrets(value) for name, value in found.items()}
    return found


@functools.lru_cache(1024)
def _clean(text: str) -> str:
    """Return `text` without secrets; of a thousand answers most sentences are the same ones."""
    return redact(text)[0]


def _object(book: Book, reading: Reading) -> dict[str, Any]:
    return as_dict(book, of_reading(reading), _answers(reading)) | {
        "failure": reading.failure,
        "permanent": reading.permanent,
        "reply_code": reading.reply_code,
        "enhanced_code": reading.enhanced_code,
        "stage": reading.stage,
        "recipients": [msgspec.to_builtins(one) for one in reading.recipients],
        "quote": reading.quote,
        "rule": reading.rule,
    }


def _answers(reading: Reading) -> dict[str, str]:
    found = {}
    if reading.recipients:
        found["recipient"] = reading.recipients[0].address
    return found


def _page(book: Book, reading: Reading, text: str) -> str:
    page = printed(book, of_reading(reading), _answers(reading))
    if reading.quote:
        page += "\n" + say("report", "decided", quote=reading.quote)
        page += " " + say("report", "rule", rule=reading.rule) if reading.rule else ""
    if reading.cause is Cause.UNKNOWN and not reading.rule:
        page += "\n" + say("report", _unknown(text))
    for one in reading.recipients[:MOST_RECIPIENTS]:
        what = plain(book.words.cause(one.cause)).rstrip(".")
        page += "\n" + say("report", "recipient", address=one.address, what=what, cause=one.cause)
    if (more := len(reading.recipients) - MOST_RECIPIENTS) > 0:
        page += "\n" + say("report", "more_recipients", count=more)
    return page


def _unknown(text: str) -> str:
    """Return the text that says why nothing was named: no words, too few of them, or words that no rule knows."""
    words = len(text.split())
    return "not_known" if words > FEW else "few_words" if words else "no_words"


def _lines(book: Book, own: Matcher | None) -> int:
    status = 0
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        try:
            asked = msgspec.json.decode(line, type=dict[str, Any])
            text = asked["text"]
            if not isinstance(text, str):
                raise TypeError
        except (msgspec.DecodeError, KeyError, TypeError):
            print(_encoded({"id": None, "error": 'This line is no JSON object with an "id" and a "text".'}))
            status = 2
            continue
        print(_encoded({"id": asked.get("id"), **_object(book, read(text[:MOST], own=own))}))
    return status

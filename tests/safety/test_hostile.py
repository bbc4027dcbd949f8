"""Hostile strings in every field, and what comes of them in a Slack payload, a terminal, the page and the log."""

from __future__ import annotations

import io
import json
import logging
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bot.front import Case
from bot.ledger.audit import Entry, line
from bot.logs import SafeFormatter
from bot.report import as_json, printed
from bot.slack import case as cases
from bot.slack.blocks import message, shrunk
from bot.slack.home import home, note
from bot.slack.modal import form
from bot.terminal import Terminal
from bot.web.login import drawing
from bot.web.result import result
from flows.book import load
from flows.conversation import Filled, Opened, Pasted, Saw
from flows.machine import Tree
from flows.screens import screen
from probes.causes import Cause, Confidence
from probes.findings import Finding, Line, Severity
from probes.verdict import Verdict
from probes.wire import readable

HOSTILE = {
    "a broadcast": "<!channel> <!here> <!everyone|x> @channel @here",
    "a mention": "<@U123> <#C123|general> <!subteam^S123>",
    "a link": "<https://evil.example|your bank> [bank](https://evil.example)",
    "a format": "*bold* _it_ ~st~ `code` ```block``` > quote :skull:",
    "an entity": "&lt;!channel&gt; &amp;lt;script&amp;gt;",
    "a colour": "\x1b[31mred\x1b[0m \x9b31m \x1b]0;title\x07 \x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
    "a wiped screen": "\x1b[2J\x1b[H\x1bc\x08\x08\x08\r\x0b\x0c",
    "a line of the log": "x\n2026-01-01 00:00:00,000 INFO bot: all is well\r\nroot: forged",
    "a page": "</p><script>alert(1)</script><img src=x onerror=alert(2)>\" onfocus=alert(3) '",
    "a template": "{{ 7*7 }} {% include '/etc/passwd' %} ${7*7} {0.__class__} %s %(x)s {seen.reply}",
    "a database": "'; DROP TABLE conversations; -- \0 \\' OR 1=1",
    "a direction": "\u202egnp.exe \u2066x\u2069 \u200b\u2028\u2029\x85",
    "half a letter": "\ud800 \udfff",
    "very much": "A" * 70_000 + "(" * 5000,
}
BOOK = load()
TREE = Tree(BOOK)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
MARKUP = re.compile(r"<(?!slack://app\?|https://smtp-help\.example/login/)[^>]*>")


def verdict(text):
    """Return a verdict in which every word of a server's is hostile."""
    evidence = dict.fromkeys(("reply", "banner", "names", "issuer", "detail", "methods", "error"), text)
    findings = tuple(
        Finding(code, Severity.FAULT, text, {**evidence, "cause": "auth_failed_credentials"})
        for code in ("login_refused", "certificate_name_mismatch", "greeting_refused", "never_heard_of")
    )
    lines = tuple(Line(stage, 1, "<", text) for stage in ("greeting", "auth"))
    return Verdict(
        cause=Cause.AUTH_FAILED_CREDENTIALS,
        confidence=Confidence.CERTAIN,
        decided_by=findings[:1],
        findings=findings,
        transcript=lines,
        quote=text,
        looked_from=text,
    )


def steps(text):
    """Yield the screens of a conversation in which everything that is typed or seen is hostile."""
    now, _ = TREE.advance(TREE.begin("c1", "slack:T1:U1"), Opened(text))
    yield now
    again, _ = TREE.advance(TREE.begin("c2", "slack:T1:U1"), Opened("smtp.example.com:587"))
    told, _ = TREE.advance(again, Saw(again.run, verdict(text)))
    yield told
    pasted, _ = TREE.advance(told, Pasted(text))
    yield pasted
    from flows.conversation import Chose

    filling, _ = TREE.advance(TREE.begin("c3", "slack:T1:U1"), Opened(""))
    for choice in ("hangs", "thunderbird"):
        filling, _ = TREE.advance(filling, Chose(choice))
    fields = ("mail_address", "server", "port", "security", "login", "user_name", "recipient", "sender")
    for name in fields:
        filled, _ = TREE.advance(filling, Filled({name: text}))
        yield filled
        yield replace(filled, answers={**filled.answers, name: text}, notice=text)


def slack_texts(found):
    """Return every text of a payload that Slack would read markup in."""
    if isinstance(found, dict):
        if found.get("type") == "mrkdwn":
            return [found["text"]]
        return [text for value in found.values() for text in slack_texts(value)]
    return [text for value in found for text in slack_texts(value)] if isinstance(found, list) else []


def sound(payload, fallback=""):
    for text in (*slack_texts(payload), fallback):
        assert not MARKUP.search(text), text[:200]
        assert not CONTROL.search(text), text[:200]
    assert "\\u001b" not in json.dumps(payload)


@pytest.mark.parametrize("name", HOSTILE)
def test_in_slack_it_is_text_and_nothing_else(name):
    text = HOSTILE[name]
    for now in steps(text):
        shown = screen(TREE, now)
        for new in (False, True):
            drawn = message(shown, new=new)
            sound(drawn.blocks, drawn.text)
        if shown.inputs:
            sound(form(shown))
    drawn = shrunk(text, text)
    sound(drawn.blocks, drawn.text)
    sound(note(text).blocks)
    sound(home(going=None, recent=[(0.0, text, text)], note=text))
    handed = Case(
        conversation="c1",
        owner="slack:T1:U1",
        headline=text,
        answers=((text, text),),
        evidence=(text,),
        texts=(text,),
        pictures=(text,),
        transcript=text,
    )
    for drawn in (cases.headline(handed, group="", again=False), *cases.thread(handed)):
        for one in slack_texts(drawn.blocks):
            assert not re.search(r"<(?!@U1>)[^>]*>", one), one[:200]
            assert not CONTROL.search(one)


@pytest.mark.parametrize("name", HOSTILE)
async def test_on_a_terminal_it_moves_no_cursor_and_changes_no_colour(name):
    text = HOSTILE[name]
    for now in steps(text):
        out = io.StringIO()
        front = Terminal(io.StringIO(), out, {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "80"})
        await front.show(now, screen(TREE, now))
        said = out.getvalue().replace("\n", "")
        assert not CONTROL.search(said), ascii(CONTROL.search(said))
    heard = verdict(readable(printable(text).encode()))  # as it is taken from the wire
    for said in (printed(BOOK, heard, {}), as_json(BOOK, heard, {})):
        assert not CONTROL.search(said.replace("\n", ""))


def printable(text):
    return text.encode("utf-8", "replace").decode()


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(name for name, _ in attrs if name.startswith("on"))))


@pytest.mark.parametrize("name", HOSTILE)
def test_on_the_page_it_is_text(name):
    text = printable(HOSTILE[name])
    found = result(BOOK, TREE.begin("c", "o"), verdict(text))
    page = (
        drawing()
        .get_template("page.html")
        .render(
            title=text,
            paragraphs=[text],
            problem=found.problem or text,
            facts=[(text, text)],
            form={"action": text, "token": text, "place": text, "user": text},
            steps=[text, *found.steps],
            evidence=[text],
            style="/login/page.css",
            afterwards=text,
        )
    )
    tags = Tags()
    tags.feed(page)
    assert not {tag for tag, _ in tags.seen} & {"script", "img", "iframe", "a", "svg"}
    assert not [handlers for _, handlers in tags.seen if handlers]
    assert "49" not in page or "49" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_in_the_log_and_the_audit_log_it_begins_no_line(name):
    text = HOSTILE[name]
    try:
        raise ValueError(text)
    except ValueError:
        import sys

        record = logging.LogRecord("bot.x", logging.ERROR, "f", 1, "it said %s", (text,), sys.exc_info())
    written = SafeFormatter(("xoxb-secret-token",)).format(record)
    entries = [each for each in written.split("\n") if not each.startswith("    ")]
    assert len(entries) == 1
    assert not CONTROL.search(written)
    assert len(written) < 100_000
    entry = line(Entry(at=0, who=text, what=text, host=text, port=1, cause=text, refused=text))
    assert entry.isprintable()
    assert entry.isascii()
    assert set(json.loads(entry)) == {"at", "who", "what", "host", "port", "cause", "refused", "seconds"}


def test_no_secret_of_the_settings_stands_in_the_log_however_it_is_spelled():
    formatter = SafeFormatter(("p@ss/word", "xoxb-1-2"))
    for text in ("p@ss/word", "p%40ss%2Fword", "xoxb-1-2"):
        record = logging.LogRecord("bot.x", logging.INFO, "f", 1, "cannot reach %s", (text,), None)
        assert formatter.format(record).endswith("cannot reach [removed]")

"""The shell's texts: each one used is in the catalogue, none in it is idle, none stands in the code that talks."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from bot.catalogue import catalogue, say

BOT = Path(__file__).parent.parent / "bot"
ROOMS = {
    "desk": ["desk"],
    "slack": ["slack"],
    "faults": ["slack/faults.py"],
    "manifest": ["slack/manifest.py"],
    "page": ["web/login.py", "web/result.py", "web/templates/page.html"],
    "page_titles": ["web/login.py", "web/result.py"],
    "page_facts": ["web/login.py"],
    "terminal": ["terminal"],
    "report": ["report.py", "commands/explain.py", "commands/check.py"],
    "demo": ["commands/demo.py"],
    "typed": ["typed.py", "slack/openings.py", "terminal/talk.py"],
}
"""Which files use the texts of which part; `states` are named by the flow's screens, `faults` by Slack."""
TALKING = [*(BOT / room for room in ("desk", "slack", "terminal", "web", "report.py", "front.py")), BOT / "looking.py"]
PROSE = re.compile(r"[A-Za-z’']+[,:;]? [a-z’']+[,.:;!?]? ?[A-Za-z’']*")
CODES = re.compile(r"(ansi)?(bold|cyan)\b|smtp-help (chat|demo)$")
"""Styles of a terminal, and the commands that lead back into a conversation."""
APART = {
    "slack/manifest.py": "its comments and scopes are for whoever sets the app up",
    "slack/limits.py": "what Slack would refuse is a bug of ours, told to us",
    "web/numbers.py": "a monitor reads it",
    "web/doorway.py": "headers, for a browser",
    "web/monitor.py": "headers, for a monitor",
    "slack/web.py": "what no Slack sent gets a status and two words",
}
"""Files whose literals nobody reads who talks to the bot, and why."""


def sources(places):
    for place in places:
        path = place if isinstance(place, Path) else BOT / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def constants(path):
    if path.suffix == ".html":
        return set(re.findall(r'"([a-z_]+)"', path.read_text()))
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } | {
        f"{node.values[0].value}{{}}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
    }


def test_every_part_of_the_catalogue_has_its_room():
    assert set(catalogue()) == {*ROOMS, "states"}


@pytest.mark.parametrize("part", set(ROOMS) - {"faults"})
def test_no_text_of_the_catalogue_is_idle(part):
    named = set().union(*map(constants, sources(ROOMS[part])))
    begun = tuple(one[:-2] for one in named if one.endswith("{}"))
    idle = [key for key in catalogue()[part] if key not in named and not key.startswith(begun)]
    assert idle == []


def calls(path):
    """Yield (part, key, names of values) of every call of `say` whose key is spelled out."""
    own = "slack" if path.parent.name == "slack" and path.name not in ("faults.py", "manifest.py") else None
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "say":
            continue
        words = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
        part, key = (own, words[0]) if own else words[:2]
        values = {one.arg for one in node.keywords}
        if part and key and None not in values:
            yield part, key, values


USED = sorted({(part, key, tuple(sorted(values))) for path in BOT.rglob("*.py") for part, key, values in calls(path)})


@pytest.mark.parametrize(("part", "key", "values"), USED)
def test_every_text_that_is_said_exists_and_gets_what_it_wants(part, key, values):
    wanted = {name for _, name, _, _ in string.Formatter().parse(catalogue()[part][key]) if name is not None}
    assert wanted <= set(values)


def test_most_texts_are_said_by_a_name_that_this_test_can_read():
    assert len({(part, key) for part, key, _ in USED}) > 120


def test_a_text_that_is_missing_and_a_value_that_is_missing_are_errors():
    with pytest.raises(KeyError):
        say("slack", "nothing of the kind")
    with pytest.raises(KeyError):
        say("slack", "going")


def prose(path):
    """Yield the literals of a file that read like a sentence and are neither documentation, a log line nor a bug's."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.above = node
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if PROSE.search(text) and not CODES.match(text) and not apart(node):
            yield f"{path.name}:{node.lineno}: {text[:80]}"


def apart(node):
    if isinstance(node.above, ast.Expr):  # documentation
        return True
    while (above := getattr(node, "above", None)) is not None:
        if isinstance(above, ast.Raise | ast.Assert):
            return True
        if isinstance(above, ast.Call) and ast.unparse(above.func).startswith(("LOG.", "log.", "re.compile")):
            return True
        if isinstance(above, ast.Call) and ast.unparse(above.func).endswith(("RuntimeError", ".reference", "pragma")):
            return True
        node = above
    return False


@pytest.mark.parametrize("path", list(sources(TALKING)), ids=lambda path: str(path.relative_to(BOT)))
def test_no_code_that_talks_holds_a_text_itself(path):
    if str(path.relative_to(BOT)) not in APART:
        assert list(prose(path)) == []


def test_the_search_for_texts_finds_them(tmp_path):
    path = tmp_path / "listener.py"
    path.write_text(
        '"""A listener."""\n\ndef answer(ack, who):\n    """Say it."""\n    LOG.info("it was said")\n'
        '    ack("That step is over.")\n    ack(f"Dear {who}, please wait")\n    raise ValueError("no such thing")\n'
    )
    assert list(prose(path)) == ["listener.py:6: That step is over.", "listener.py:7: , please wait"]

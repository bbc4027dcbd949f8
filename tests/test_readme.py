"""The front door is true: the drawing is the tree's, the variables are those that are read, the commands exist."""

from __future__ import annotations

import re
from pathlib import Path

from bot.__main__ import EXAMPLES
from flows.book import load
from flows.drawing import draw

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_drawing_in_the_readme_is_the_tree():
    drawn = re.search(r"```mermaid\n(.*?)```", README, re.DOTALL)
    assert drawn, "the README has no drawing"
    assert drawn[1].strip() == draw(load().flow).strip(), "draw it again: smtp-help flow draw"


def test_every_variable_that_is_read_is_in_the_readme_and_none_that_is_not():
    source = (ROOT / "bot" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"((?:SLACK|SMTP_HELP)_[A-Z_]+|PORT)"', source))
    table = README[README.index("## Environment") : README.index("## Writing the tree")]
    listed = {
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])
    }
    assert listed == read


def test_every_command_is_shown():
    for command in set(EXAMPLES) - {"unread", "rules"}:
        assert f"smtp-help {command}" in README


def test_the_two_commands_do_all_their_set_up():
    commands = [line.strip() for line in README.splitlines() if line.startswith("    python3 -m venv .venv")]
    assert len(commands) == 2
    assert commands[0].endswith("smtp-help demo")
    assert commands[1].endswith("python -m tests")


def test_each_line_of_the_threat_model_names_tests_that_are_there_and_it_is_one_page():
    page = README[README.index("## Threat model") : README.index("## Contributing")]
    rows = [row.split("|")[1:-1] for row in page.splitlines() if row.startswith("| ")][2:]
    assert len(rows) >= 18
    assert len(page.splitlines()) <= 60
    for tried, stopped, held in rows:
        named = re.findall(r"`([^`]+)`", held)
        assert named, tried
        assert stopped.strip()
        for name in named:
            path = name.removeprefix("python -m ").replace(".", "/") + ".py" if " " in name else f"tests/{name}"
            assert (ROOT / path).is_file(), name

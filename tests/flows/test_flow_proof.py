"""A page that is broken on purpose is named with its file and line; the shipped tree is sound."""

import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from flow_talk import Talk

from flows import pages
from flows.book import Book, load
from flows.machine import Tree
from flows.model import Where
from flows.pages import PageError
from flows.proof import Problem, prove
from probes.findings import Finding, Severity

HANGS = 'outbox", then: program}'
SHIPPED = Path(str(resources.files("flows").joinpath("pages")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "pages"))


def added(folder: Path, text: str, *, page: str = "extra.yaml") -> int:
    """Put a page beside the shipped ones; return the line at which it begins."""
    (folder / page).write_text(text.lstrip("\n"), encoding="utf-8")
    return 1


def problems(folder: Path) -> list[str]:
    return [str(problem).removeprefix(f"{folder}/") for problem in prove(load(folder))]


def replaced(folder: Path, page: str, old: str, new: str) -> int:
    """Change a shipped page; return the line of the change."""
    path = folder / page
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_shipped_tree_is_sound(book: Book) -> None:
    assert prove(book) == ()


def test_a_place_to_wait_for_a_change_without_a_look_is_named(folder: Path) -> None:
    replaced(folder, "ends.yaml", "then: settings.look}", "then: solved}")
    assert any("“ends.watching” is looked again from" in problem for problem in problems(folder))
    replaced(folder, "ways.yaml", "watching: ends.watching", "watching: settings.look")
    assert any("“settings.look” is looked again from" in problem for problem in problems(folder))
    replaced(folder, "ways.yaml", "watching: settings.look\n", "")
    assert not any("is looked again from" in problem for problem in problems(folder))


def test_a_folder_of_ones_own_is_proven_too(folder: Path) -> None:
    assert problems(folder) == []


def test_a_dangling_choice_is_named(folder: Path) -> None:
    line = replaced(folder, "start.yaml", "then: text.says}", "then: text.nowhere}")
    assert f"start.yaml:{line}: the step “text.nowhere” does not exist" in problems(folder)
    with pytest.raises(PageError) as caught:
        Tree(load(folder))
    assert (Path(caught.value.file).name, caught.value.line) == ("start.yaml", line)


@pytest.mark.parametrize(
    ("page", "old", "new", "lost"),
    [
        ("start.yaml", "  then: told_address", "  then: lost", "start.lost"),
        ("settings.yaml", "  otherwise: program", "  otherwise: lost", "settings.lost"),
        ("settings.yaml", "    missing: missing", "    missing: lost", "settings.lost"),
        ("settings.yaml", "    dns_failure: advice.dns_failure", "    dns_failure: advice.lost", "advice.lost"),
        ("ways.yaml", "human: ends.human", "human: ends.lost", "ends.lost"),
    ],
)
def test_a_dangling_branch_is_named_with_its_own_line(folder: Path, page: str, old: str, new: str, lost: str) -> None:
    line = replaced(folder, page, old, new)
    assert f"{page}:{line}: the step “{lost}” does not exist" in problems(folder)


SOLO = """
alone:
  ask: Is anybody there?
  choices:
    "yes": {say: "Yes", then: ends.human}
"""


def test_a_step_that_nothing_leads_to_is_named(folder: Path) -> None:
    added(folder, SOLO)
    assert problems(folder) == ["extra.yaml:1: nothing leads to the step “extra.alone”"]


def test_advice_without_choices_is_a_dead_end(folder: Path) -> None:
    replaced(folder, "start.yaml", HANGS, 'outbox", then: extra.end}')
    added(folder, "end:\n  advise: Have a nice day.\n")
    assert "extra.yaml:1: the step “extra.end” is a dead end: it needs choices, such as “Did that help?”" in problems(
        folder
    )


def test_a_question_without_choices_is_a_dead_end(folder: Path) -> None:
    replaced(folder, "start.yaml", HANGS, 'outbox", then: extra.end}')
    added(folder, "end:\n  ask: And now?\n  choices: {}\n")
    assert "extra.yaml:1: the step “extra.end” is a dead end: it asks and has no choices" in problems(folder)


def test_an_end_that_goes_on_is_named(folder: Path) -> None:
    line = replaced(folder, "ends.yaml", "solved:", 'solved:\n  choices: {x: {say: "X", then: start.what}}')
    assert f"ends.yaml:{line}: the step “ends.solved” is an end: it is an advise without choices" in problems(folder)


def test_questions_that_only_go_round_are_named(folder: Path) -> None:
    replaced(folder, "start.yaml", HANGS, 'outbox", then: extra.one}')
    added(
        folder,
        """
one:
  ask: One?
  choices: {a: {say: "A", then: two}}
two:
  ask: Two?
  choices: {a: {say: "A", then: one}}
""",
    )
    assert [problem.split(": ")[0] for problem in problems(folder)] == ["extra.yaml:1", "extra.yaml:4"]


def test_a_circle_without_a_question_is_named(folder: Path) -> None:
    replaced(folder, "start.yaml", HANGS, 'outbox", then: extra.one}')
    added(
        folder,
        """
one:
  go: symptom
  to: {error: two}
  otherwise: ends.human
two:
  look: Once more.
  what: probe
  otherwise: one
""",
    )
    (problem,) = problems(folder)
    assert problem == "extra.yaml:1: a circle without a question: extra.one → extra.two → extra.one"


@pytest.mark.parametrize(
    ("page", "old", "new", "sentence"),
    [
        ("settings.yaml", "    unknown: by_text", "    no_such_code: by_text", "“no_such_code” is no cause"),
        ("settings.yaml", "  go: server_kind", "  go: no_slot", "“no_slot” is no slot"),
        ("start.yaml", "    microsoft: no_smtp.start", "    macrosoft: no_smtp.start", "“macrosoft” is no value"),
        ("settings.yaml", "  page: advice", "  page: advise", "the page “advise” does not exist"),
        ("settings.yaml", "{where.server}", "{where.servre}", "the placeholder {where.servre}"),
        ("settings.yaml", "{provider.as_of}", "{seen.nothing}", "the placeholder {seen.nothing}"),
        ("start.yaml", "ask: What happens when you try to send?", "ask: What of {server}?", "says nothing where"),
        ("start.yaml", "Outlook (classic)", "Outlook of {server}", "has a placeholder"),
        ("start.yaml", "Outlook (classic)", "Outlook" * 12, "has 84 characters; 75 fit"),
        ("start.yaml", "    thunderbird: {", "    pine: {", "the mail program “pine” has no file"),
        ("start.yaml", "fields: [mail_address]", "fields: [mail_address, mail_address]", "asks for a field twice"),
        ("advice/message.yaml", "cause: mail_loop", "cause: greylisted", "the cause “mail_loop” has no advice"),
        ("advice/message.yaml", "mail_loop:", "mail_loops:", "the cause “mail_loop” has no advice"),
    ],
)
def test_a_word_that_does_not_exist_is_named(folder: Path, page: str, old: str, new: str, sentence: str) -> None:
    line = replaced(folder, page, old, new)
    found = [problem for problem in problems(folder) if sentence in problem]
    assert found
    place = found[0].split(": ")[0]
    assert place.startswith((f"{page}:", "ways.yaml:"))
    if not new.startswith(("  ", "{", "ask", "cause", "mail", "fields")):
        assert place == f"{page}:{line}"


def test_advice_that_may_say_nothing_is_named(folder: Path) -> None:
    added(
        folder,
        """
one:
  advise: That may be it.
  cause: ok
  steps: ["Use {works.host}."]
  choices: {a: {say: "A", then: ends.human}}
""",
    )
    replaced(folder, "start.yaml", HANGS, 'outbox", then: extra.one}')
    assert problems(folder) == ["extra.yaml:1: “extra.one” has no step that can be said whatever is known"]


def test_a_branch_on_a_finding_is_proven(folder: Path) -> None:
    added(
        folder,
        """
one:
  go: finding
  to: {port_filtered: ends.human, port_fitlered: ends.human}
  otherwise: ends.human
""",
    )
    replaced(folder, "start.yaml", HANGS, 'outbox", then: extra.one}')
    (problem,) = problems(folder)
    assert problem.startswith("extra.yaml:3: “port_fitlered” is no value of “finding”")


BROKEN = {
    "an unquoted no": ("one:\n  ask: Well?\n  choices:\n    no: {say: X, then: y}\n", 4, "put it in quotes, 'no'"),
    "an unquoted Yes": ("one:\n  ask: Yes\n", 2, "put it in quotes"),
    "an unquoted off": ("one:\n  advise: x\n  steps: [OFF]\n", 3, "put it in quotes"),
    "a doubled key": ("one:\n  ask: A?\n  ask: B?\n", 3, "here twice, first in line 2"),
    "a doubled step": ("one:\n  advise: x\ntwo:\n  advise: x\none:\n  advise: x\n", 5, "here twice"),
    "an unknown key": ("one:\n  advise: x\n  cuase: ok\n", 3, "“cuase” is not known here"),
    "an unknown cause": ("one:\n  advise: x\n  cause: bad_luck\n", 3, "“bad_luck” is no cause"),
    "an unknown field": ("one:\n  fill: x\n  fields: [password]\n  then: y\n", 3, "“password” is no field"),
    "an unknown look": ("one:\n  look: x\n  what: guess\n  otherwise: y\n", 3, "“guess” is no kind of look"),
    "a missing otherwise": ("one:\n  look: x\n  what: probe\n", 2, "“otherwise” is missing"),
    "two kinds at once": ("one:\n  ask: x\n  fill: y\n", 1, "exactly one of"),
    "no kind": ("one:\n  text: x\n", 1, "exactly one of"),
    "a footer's name": ("one:\n  ask: x\n  choices:\n    back: {say: B, then: y}\n", 4, "a button at the foot"),
    "a list for a text": ("one:\n  advise: {a: b}\n", 2, "a text is wanted"),
    "an empty text": ("one:\n  advise: ''\n", 2, "it is empty"),
    "a text for a list": ("one:\n  advise: x\n  steps: y\n", 3, "a list is wanted"),
    "a text for a mapping": ("one: x\n", 1, "a mapping (name: value) is wanted"),
    "no mapping at all": ("- one\n", 1, "a mapping (name: value) is wanted"),
    "code in a tag": ("one:\n  advise: !!python/object/apply:os.system {id: x}\n", 2, "a text is wanted"),
    "an anchor": ("one: &x\n  advise: x\ntwo: *x\n", 1, "no anchors"),
    "no YAML": ("one:\n  advise: [x\n", 3, "this is not YAML"),
    "a tab": ("one:\n\tadvise: x\n", 2, "this is not YAML"),
    "a missing then": ("one:\n  ask: x\n  choices:\n    a: {say: B}\n", 4, "“then” is missing"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_page_that_cannot_be_read_is_named_with_its_line(folder: Path, name: str) -> None:
    text, line, sentence = BROKEN[name]
    added(folder, text)
    with pytest.raises(PageError) as caught:
        load(folder)
    assert str(caught.value).startswith(f"{folder}/extra.yaml:{line}: ")
    assert sentence in caught.value.sentence
    assert (caught.value.file, caught.value.line) == (f"{folder}/extra.yaml", line)


def test_a_step_in_two_files_of_a_page_is_doubled(folder: Path) -> None:
    added(folder, "mail_loop:\n  advise: x\n", page="advice/zebra.yaml")
    with pytest.raises(PageError, match=r"zebra\.yaml:1: the step “advice\.mail_loop” is here twice"):
        load(folder)


def test_a_quoted_no_stays_a_string(folder: Path) -> None:
    assert load(folder).flow.choice("guess.internet", "no") is not None


def test_an_empty_page_is_no_page(folder: Path) -> None:
    added(folder, "# nothing yet\n")
    assert problems(folder) == []


def test_files_that_are_no_pages_are_left_alone(folder: Path) -> None:
    (folder / "notes.txt").write_text("no: YAML")
    (folder / "advice" / "deeper").mkdir()
    (folder / "advice" / "deeper" / "page.yaml").write_text("no: YAML")
    assert problems(folder) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="does not exist"):
        pages.load(tmp_path / "nowhere")


def test_a_folder_without_the_ways_is_said(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="the file that names the global ways is missing"):
        pages.load(tmp_path)


def test_a_change_of_any_page_changes_the_digest(folder: Path) -> None:
    before = load(folder).flow.digest
    replaced(folder, "start.yaml", "What happens", "Whatever happens")
    assert load(folder).flow.digest != before


def test_problems_come_in_the_order_of_file_and_line() -> None:
    first, second = Problem(Where("a.yaml", 2), "y"), Problem(Where("a.yaml", 10), "x")
    assert sorted([second, first]) == [first, second]


def test_words_that_lack_a_cause_or_a_place_are_named(book: Book) -> None:
    causes = {name: sentence for name, sentence in book.words.causes.items() if name != "ok"}
    labels = {**book.words.labels, "where": {**book.words.labels["where"], "port": ""}}
    poor = replace(book, words=replace(book.words, causes=causes, labels=labels))
    assert [problem.sentence for problem in prove(poor)] == [
        "nothing is said where the place of “port” is unknown",
        "the cause “ok” has no summary",
    ]


def test_a_branch_on_a_finding_or_a_look_at_one_is_taken(folder: Path) -> None:
    added(
        folder,
        """
one:
  look: Once more.
  what: probe
  then: {greeting_delayed: two, ok: three}
  otherwise: ends.human
two:
  go: finding
  to: {not_encrypted: ends.solved, greeting_delayed: three}
  otherwise: ends.human
three:
  ask: Well?
  choices: {a: {say: "A", then: ends.human}}
""",
    )
    line = "then: settings.check"
    replaced(folder, "again.yaml", line, "then: extra.one")
    book = load(folder)
    assert prove(book) == ()
    slow = Finding("greeting_delayed", Severity.WARNING, "x", {"seconds": "9"})
    for findings, step in (((slow,), "extra.three"), ((), "ends.human")):
        talk = Talk(Tree(book)).open("smtp.example.com").see("port_blocked").choose("other", "changed")
        assert talk.fill({"server": "smtp.example.com"}).see("timeout", *findings).step == step

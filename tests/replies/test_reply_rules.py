"""Every rule is proven by its examples, none steals another's, and what is shipped is what the sources say."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from probes.causes import Cause, Confidence
from probes.replies import load_own, prove, read
from probes.replies.atoms import atoms, beside
from probes.replies.proof import matched
from probes.replies.rulebook import Matcher, Pattern, Rule
from probes.replies.rulebook import shipped as loaded
from probes.replies.sources import COMPILED, COMPILED_NOTIONS, NOTIONS, RULES, book, compiled, notions, shipped

OWN = """
rules:
- name: house.mars
  cause: rate_limited
  patterns: the mars relay is resting
  confidence: certain
  examples: ['450 4.3.0 The Mars relay is resting']
  not: ['450 the moon relay is resting']
"""


def test_every_shipped_rule_is_proven_by_its_examples():
    assert [str(problem) for problem in prove()] == []


def test_every_rule_has_an_example_that_it_matches_alone():
    for source in shipped().rules:
        assert source.examples, source.rule.name
        assert all(matched(example, source.rule) for example in source.examples), source.rule.name


def test_the_compiled_rules_are_those_of_the_sources():
    assert COMPILED.read_bytes() == compiled(shipped()), "run python -m probes.replies.sources"
    assert COMPILED_NOTIONS.read_bytes() == compiled(notions()), "run python -m probes.replies.sources"


@pytest.mark.parametrize("folder", [RULES, NOTIONS])
def test_every_file_of_rules_bears_the_name_of_a_cause(folder: Path):
    assert {path.stem for path in folder.glob("*.yaml")} <= {cause.value for cause in Cause}


def test_a_sentence_that_no_rule_knows_is_read_by_its_notions_and_never_for_certain():
    assert all(source.rule.confidence is Confidence.POSSIBLE for source in notions().rules)
    reading = read("Sending aborted: the outgoing host refuses our connection on port 587.")
    assert (reading.cause, reading.rule) == (Cause.CONNECTION_REFUSED, "connection_refused.notion")
    assert reading.confidence is Confidence.POSSIBLE
    assert read("The moon refuses our invitation to tea.").cause is Cause.UNKNOWN


def test_what_a_rule_knows_is_not_read_by_its_notions():
    reading = read("The mailbox of the recipient is full, said the server, and hung up")
    assert reading.rule is not None
    assert "notion" not in reading.rule


@pytest.mark.parametrize(
    "text",
    [
        "554 5.0.0 Service is unavailable",
        "Sending aborted: the outgoing host refuses our connection on port 587." + " The moon is out." * 200,
    ],
)
def test_neither_a_coded_reply_nor_a_long_text_is_read_by_its_notions(text: str):
    assert "notion" not in (read(text).rule or "")


def test_an_own_rule_goes_before_those_shipped(tmp_path: Path):
    page = tmp_path / "own.yaml"
    page.write_text(OWN)
    assert prove(page) == []
    reading = read("450 4.3.0 The Mars relay is resting", own=load_own(page))
    assert (reading.cause, reading.rule) == (Cause.RATE_LIMITED, "house.mars")
    assert read("550 5.1.1 user unknown", own=load_own(page)).cause is Cause.RECIPIENT_UNKNOWN


def test_a_folder_of_own_rules_is_read(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(OWN)
    assert prove(tmp_path) == []
    assert isinstance(load_own(tmp_path), Matcher)


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path):
    assert "no .yaml file" in str(prove(tmp_path)[0])


def test_a_rule_made_too_wide_is_caught_stealing_examples(tmp_path: Path):
    page = tmp_path / "wide.yaml"
    page.write_text(
        "rules:\n- name: house.wide\n  cause: mailbox_full\n  patterns: user\n  weight: 99\n  examples: [a user]\n"
    )
    problems = [str(problem) for problem in prove(page)]
    assert any(p.startswith(f"{page}:2: house.wide takes ") and "recipient_unknown" in p for p in problems)


def test_a_shipped_rule_made_too_wide_is_caught(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    rules = tmp_path / "rules"
    rules.mkdir()
    for path in RULES.glob("*.yaml"):
        (rules / path.name).write_text(path.read_text("utf-8"), "utf-8")
    full = rules / "mailbox_full.yaml"
    full.write_text(
        full.read_text("utf-8") + "- name: wide\n  patterns: user\n  weight: 99\n  examples: [the user]\n", "utf-8"
    )
    monkeypatch.setattr("probes.replies.sources.RULES", rules)
    assert any("is read as mailbox_full by mailbox_full.wide" in str(problem) for problem in prove())


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("rules: [", 1, "expected the node content"),
        ("rules: 5", 1, "a list of rules"),
        ("- 5", 1, "a rule is a mapping"),
        ("- name: x\n  patterns: !!python/object/apply:os.system [id]", 2, "could not determine a constructor"),
        ("- cause: ok\n  patterns: abcd\n  examples: [abcd]", 1, "needs a name"),
        ("- name: x\n  cause: nonsense\n  patterns: abcd", 1, "nonsense"),
        ("- name: x\n  cause: ok\n  pattern: abcd", 1, "unknown key pattern"),
        ("- name: x\n  cause: ok\n  examples: [a]", 1, "neither patterns nor codes"),
        ("- name: x\n  cause: ok\n  patterns: Abcd\n  examples: [Abcd]", 1, "small letters"),
        ("- name: x\n  cause: ok\n  patterns: '(Abc)+d'\n  examples: [Abcd]", 1, "small letters"),
        ("- name: x\n  cause: ok\n  patterns: 'a.*'\n  examples: [a]", 1, "three letters"),
        ("- name: x\n  cause: ok\n  patterns: 'abc('\n  examples: [a]", 1, "missing )"),
        ("- name: x\n  cause: ok\n  patterns: abcd\n  unless: '(e'\n  examples: [abcd]", 1, "missing )"),
        ("- name: x\n  name: y\n  cause: ok", 2, "stands twice"),
        ("- name: x\n  cause: ok\n  patterns: abcd", 1, "has no example"),
        ("- name: x\n  cause: ok\n  patterns: abcd\n  examples: [efgh]", 1, "is read as unknown"),
        ("- name: x\n  cause: ok\n  patterns: abcd\n  examples: [abcd]\n  not: [abcde]", 1, "which it must not"),
        ("- name: x\n  cause: ok\n  patterns: abcd\n  weight: heavy\n  examples: [abcd]", 1, "'heavy' is no weight"),
        (
            "- name: x\n  cause: ok\n  patterns: abcd\n  confidence: sure\n  examples: [abcd]",
            1,
            "'sure' is no confidence",
        ),
        (
            "- name: x\n  cause: ok\n  patterns: abcd\n  also: [moon]\n  examples: [abcd]",
            1,
            "'moon' is no cause: use one of",
        ),
        ("- name: x\n  cause: ok\n  patterns: abcd\n  stages: [lunch]\n  examples: [abcd]", 1, "'lunch' is no stage"),
        ("- name: x\n  cause: ok\n  patterns: abcd\n  stage: lunch\n  examples: [abcd]", 1, "'lunch' is no stage"),
        (
            "- name: x\n  cause: ok\n  patterns: abcd\n  permanent: maybe\n  examples: [abcd]",
            1,
            "use one of true, false",
        ),
        ("- name: x\n  cause: ok\n  patterns: {a: b}\n  examples: [abcd]", 1, "patterns is a text or a list of texts"),
        (
            "- name: x\n  cause: ok\n  patterns: abcd\n  examples: [550 5.1.1: no]",
            1,
            "put quotes around one that holds",
        ),
        ("- name: x\n  patterns: abcd\n  examples: [abcd]", 1, "a rule says which cause its words mean"),
        ("- name: x\n  cause:\n  patterns: abcd\n  examples: [abcd]", 1, "a rule says which cause its words mean"),
        ("rule:\n- name: x", 1, "a list of rules is expected, under rules:"),
    ],
)
def test_a_mistake_in_own_rules_is_named_with_its_line(tmp_path: Path, text: str, line: int, says: str):
    page = tmp_path / "own.yaml"
    page.write_text(text)
    problems = [str(problem) for problem in prove(page)]
    assert any(p.startswith(f"{page}:{line}: ") and says in p for p in problems), problems


def test_a_file_of_rules_that_is_no_text_is_said_to_be_none(tmp_path: Path):
    page = tmp_path / "own.yaml"
    page.write_bytes(b"rules: \xff\xfe\x00")
    assert [str(problem) for problem in prove(page)] == [f"{page}:1: this is no text in UTF-8"]


def test_words_are_found_without_which_a_pattern_cannot_match():
    chosen = atoms(r"(?:cannot|unable to) \w+ (?:the )?server .{0,40}(?:refused|timed out)")
    assert chosen
    others = beside(r"(?:cannot|unable to) \w+ (?:the )?server .{0,40}(?:refused|timed out)", chosen)
    assert others
    assert not others & chosen
    text = "cannot reach the server since it refused"
    assert any(word in text for word in chosen)
    assert any(word in text for word in others)
    assert not beside("(?:un)?known", atoms("(?:un)?known"))


def test_a_word_that_stands_in_every_other_text_is_no_word_to_look_for():
    assert atoms(r"e1c6.{0,60}(?:e-?mail|address)") == {"e1c6"}


def test_of_long_words_the_beginning_is_looked_for_and_then_the_whole():
    text = "connections? limit"
    assert (atoms(text), beside(text, atoms(text))) == ({"connection"}, {"connection limit", "connections limit"})


def test_words_are_found_inside_of_a_group_that_a_rule_names():
    text = r"mailbox (?P<what>full \w+|exceeded \d+)"
    assert (atoms(text), beside(text, atoms(text))) == ({"full ", "exceeded "}, {"mailbox "})


def test_a_pattern_is_not_looked_for_where_the_words_beside_its_chosen_ones_are_missing():
    each = Pattern("server.{0,9}refused", literal=False, atoms=("server",), beside=("elsewhere",))
    rule = Rule(name="x", cause=Cause.OK, weight=60, confidence=Confidence.LIKELY, patterns=(each,))
    assert not matched("server refused", rule)
    assert matched("server refused elsewhere", rule)


def test_a_name_that_stands_twice_is_an_error(tmp_path: Path):
    page = tmp_path / "own.yaml"
    page.write_text("- &a\n  name: x\n  cause: ok\n  patterns: abcd\n  examples: [abcd]\n- *a\n")
    assert any("stands twice" in str(problem) for problem in prove(page))


def test_a_file_that_is_not_there_is_an_error_and_not_an_exception(tmp_path: Path):
    assert "No such file" in str(prove(tmp_path / "none.yaml")[0])
    with pytest.raises(ValueError, match=r"none\.yaml:1: "):
        load_own(tmp_path / "none.yaml")


def test_an_own_rule_may_need_more_words_and_say_whether_it_lasts(tmp_path: Path):
    page = tmp_path / "own.yaml"
    page.write_text(
        "- name: x\n  cause: rate_limited\n  patterns: |\n    # a comment\n    mars\n  with: relay\n"
        "  permanent: true\n  examples: [450 mars relay]\n  not: [450 mars]\n"
    )
    assert prove(page) == []
    assert read("450 mars relay", own=load_own(page)).permanent is True


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("550 mars relay", True),
        ("450 mars relay", False),
        ("mars relay", True),
        ("5.3.0 mars relay", True),
        ("4.3.0 mars relay", False),
    ],
)
def test_a_rule_may_take_a_text_without_a_reply_code_beside_those_with_one_of_its_own(
    tmp_path: Path, text: str, fits: bool
):
    page = tmp_path / "own.yaml"
    page.write_text("- name: x\n  cause: ok\n  patterns: mars\n  codes: ['5', none]\n  examples: [550 mars]\n")
    assert (read(text, own=load_own(page)).rule == "ok.x") is fits


def test_an_empty_file_of_own_rules_is_sound(tmp_path: Path):
    page = tmp_path / "own.yaml"
    page.write_text("")
    assert load_own(page) is not None
    assert prove(page) == []


def test_reading_loads_neither_yaml_nor_a_network_module():
    code = (
        "import sys; from probes.replies import read; read('550 5.1.1 user unknown'); read('From: a\\nTo: b\\n\\nx');"
        "print([m for m in ('yaml', 'aiosmtplib', 'dns', 'asyncio', 'probes.network') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys; import probes.replies; print([m for m in ('re2', 'msgspec', 'email', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_sources_build_the_book_that_is_read():
    assert len(book(shipped()).rules) == len(shipped().rules) > 100


def test_the_command_writes_the_compiled_form_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys):
    from probes.replies import sources

    monkeypatch.setattr(sources, "COMPILED", tmp_path / "rules.json")
    monkeypatch.setattr(sources, "COMPILED_NOTIONS", tmp_path / "notions.json")
    sources.main()
    assert (tmp_path / "rules.json").read_bytes() == COMPILED.read_bytes()
    assert (tmp_path / "notions.json").read_bytes() == COMPILED_NOTIONS.read_bytes()
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(sources, "RULES", tmp_path)
    (tmp_path / "ok.yaml").write_text("rules: 5")
    sources.main()
    assert "ok.yaml:1: a list of rules" in capsys.readouterr().out


BOTH = """\
rules:
- name: dialog_and_reply
  cause: timeout
  patterns: |
    rocket stays.{0,60}purple moon
  weight: 70
  examples:
  - 'The rocket stays. The server responded: 550 purple moon'
- name: reply_alone
  cause: relay_denied
  patterns: |
    purple moon
  weight: 60
  examples:
  - '550 purple moon'
"""


def test_what_a_dialog_says_together_with_the_reply_that_it_quotes_decides(tmp_path):
    page = tmp_path / "own.yaml"
    page.write_text(BOTH)
    own = load_own(page)
    assert read("The rocket stays. The server responded: 550 purple moon", own=own).cause is Cause.TIMEOUT
    assert read("The rocket goes. The server responded: 550 purple moon", own=own).cause is Cause.RELAY_DENIED


def test_loading_leaves_the_garbage_collector_as_it_was():
    was = gc.isenabled()
    try:
        for state in (gc.disable, gc.enable):
            state()
            before = gc.isenabled()
            loaded.__wrapped__()
            assert gc.isenabled() is before
    finally:
        (gc.enable if was else gc.disable)()

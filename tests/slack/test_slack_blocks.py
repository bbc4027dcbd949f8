"""Screens as blocks: within Slack's limits whatever stands in them."""

from __future__ import annotations

import json
from dataclasses import replace

import fake_blocks
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.front import Case
from bot.slack import case, home, limits, modal
from bot.slack.blocks import looked, message, shrunk, simple
from bot.slack.marks import Mark, read
from bot.store import CaseState, Handed
from flows.book import load
from flows.conversation import Opened, Seen, Status
from flows.machine import Tree
from flows.model import Go
from flows.screen import Input, Kind, Option, Progress, Screen
from flows.screens import screen as drawn_screen
from probes.causes import Cause, Confidence
from probes.findings import Finding, Settings, Severity
from probes.verdict import NotTested, Verdict

TEXT = st.text(max_size=400) | st.sampled_from(["<!channel> & <@U1>", "x" * 5000, "`" * 9, "a. " * 1500, "&" * 3000])
STATES = st.sampled_from(["waiting", "running", "good", "warning", "fault", "not_tested", "odd"])
OPTIONS = st.lists(
    st.builds(Option, st.from_regex(r"[a-z_]{1,30}", fullmatch=True), TEXT, st.booleans()),
    max_size=40,
    unique_by=lambda o: o.name,
)
FOOTER = tuple(Option(name, name) for name in ("back", "again", "human"))
SCREENS = st.builds(
    Screen,
    conversation=st.just("0123456789abcdef"),
    revision=st.integers(min_value=0, max_value=99999),
    step=st.just("a.step"),
    kind=st.sampled_from(Kind),
    title=TEXT,
    body=st.lists(TEXT, max_size=8).map(tuple),
    steps=st.lists(TEXT, max_size=20).map(tuple),
    evidence=st.lists(TEXT, max_size=40).map(tuple),
    sureness=TEXT,
    options=OPTIONS.map(tuple),
    progress=st.lists(st.builds(Progress, TEXT, TEXT, STATES, TEXT), max_size=30).map(tuple),
    footer=st.just(FOOTER),
    notice=TEXT,
)


def a_screen(**more):
    plain = {"conversation": "c1", "revision": 3, "step": "s", "kind": Kind.ASK, "title": "Which one?"}
    return Screen(**{**plain, "footer": FOOTER, **more})


@pytest.mark.parametrize("new", [False, True], ids=["classic", "new"])
@settings(deadline=None, max_examples=80)
@given(SCREENS)
def test_any_screen_is_drawn_within_the_limits_and_keeps_its_buttons(new, screen):
    for drawn in (message(screen, new=new), simple(screen)):
        assert fake_blocks.refused(drawn.blocks) == []
        assert 0 < len(drawn.text) <= 4000
        pressed = [e["action_id"] for _, e in fake_blocks.buttons(drawn.blocks)]
        assert {"smtp:back", "smtp:again", "smtp:human"} <= set(pressed)
        assert "<!channel>" not in drawn.text


def test_every_step_of_every_page_is_drawn_within_the_limits():
    tree = Tree(load())
    start, _ = tree.advance(tree.begin("c1", "slack:T1:U1"), Opened("ann@example.com"))
    causes = [Seen("r", "s", "probe", Verdict(cause=cause, confidence=Confidence.LIKELY)) for cause in Cause]
    for name, step in tree.book.flow.steps.items():
        if isinstance(step, Go):
            continue
        longest = the_longest(tree, getattr(step, "cause", None) or Cause.UNKNOWN)
        for status, seen in [*((status, tuple(causes)) for status in Status), (Status.OPEN, (longest,) * 6)]:
            answers = {"program": "thunderbird"} if len(seen) > 6 else LONG_ANSWERS
            notice = "" if len(seen) > 6 else "x" * 3000
            now = replace(start, step=name, status=status, answers=answers, seen=seen, notice=notice)
            rows = tuple(Progress(code, LONG, "fault", "x" * 500) for code in tree.book.words.labels["checks"])
            screen = drawn_screen(tree, now, rows)
            for drawn in (message(screen), message(screen, new=True), simple(screen)):
                assert fake_blocks.refused(drawn.blocks) == [], name
                assert drawn.text.strip(), name
                assert len(fake_blocks.buttons(drawn.blocks)) >= len(screen.footer), name
            if screen.inputs:
                assert fake_blocks.refused_view(modal.form(screen)) == [], name


LONG = "a-very-long-name-of-a-server-that-nobody-would-type-by-hand." * 4 + "example.com"
LONG_ANSWERS = dict.fromkeys(("server", "mail_address", "recipient", "sender", "user_name"), LONG) | {"port": "65535"}


def the_longest(tree, cause):
    """Return a look that saw everything there is a word for, at its longest."""
    findings = tuple(
        Finding(code, Severity.FAULT, LONG, {"port": "587", "said": "x" * 2000, "name": LONG, "reply": "550 " * 500})
        for code in tree.book.words.findings
    )
    missed = tuple(NotTested(check, "time_out", {}) for check in tree.book.words.labels["checks"])
    verdict = Verdict(
        cause=cause,
        confidence=Confidence.CERTAIN,
        decided_by=findings,
        findings=findings,
        works_with=Settings(LONG, 587, "starttls"),
        not_tested=missed,
        quote="550 " * 1000,
    )
    return Seen("r", "s", "probe", verdict)


def test_app_home_is_within_the_limits_at_its_longest():
    handed = Handed("c1", CaseState.CLAIMED, 0.0, "slack:T1:U1")
    view = home.home(
        going=(Mark("c1", 3), "x" * 5000),
        recent=[(0.0, "<&>" * 2000, "y" * 5000)] * 50,
        note="z" * 5000,
        it=home.ForIt(
            queue=[(handed, "slack:T1:U2", "&" * 5000, "https://work.slack.test/" + "p" * 490)] * 100,
            counts=[("c" * 3000, 10**9)] * 60,
            unread=["u" * 5000, "<!channel> " * 500] * 30,
        ),
    )
    assert fake_blocks.refused_view(view) == []


def test_what_a_server_said_cannot_call_the_channel():
    drawn = message(
        a_screen(kind=Kind.ADVISE, body=("<!channel> <@U1> <https://evil|click>",), evidence=("550 <!here>",))
    )
    whole = json.dumps(drawn.blocks)
    assert "<!" not in whole
    assert "<@" not in whole
    assert "<http" not in whole


def test_slack_is_told_to_make_no_links_of_its_own():
    drawn = message(a_screen(body=("Look at smtp.example.com",)))
    texts = [block["text"] for block in drawn.blocks if block["type"] == "section"]
    assert texts
    assert all(text["verbatim"] is True for text in texts)


def test_every_button_carries_conversation_revision_and_choice():
    drawn = message(a_screen(options=(Option("home", "At home"),)))
    marks = {e["action_id"]: read(e["value"]) for _, e in fake_blocks.buttons(drawn.blocks)}
    assert marks["smtp:choose:home"] == Mark("c1", 3, "home")
    assert marks["smtp:human"] == Mark("c1", 3, "")


def test_many_choices_become_a_menu_with_the_picked_one_in_it():
    options = tuple(Option(f"o{number}", f"Choice {number}", picked=number == 7) for number in range(30))
    (_, menu) = fake_blocks.buttons(message(a_screen(options=options)).blocks)[0]
    assert menu["type"] == "static_select"
    assert menu["initial_option"]["text"]["text"] == "Choice 7"
    assert read(menu["options"][29]["value"]) == Mark("c1", 3, "o29")


def test_the_text_beside_the_blocks_says_all_that_a_screen_reader_needs():
    screen = a_screen(
        kind=Kind.ADVISE, title="The port is closed.", steps=("Use 587.",), options=(Option("yes", "Yes, it helped"),)
    )
    assert message(screen).text == "The port is closed.\n1. Use 587.\nYou can answer: Yes, it helped."


def test_the_state_of_a_check_is_a_word_and_not_a_colour():
    rows = (Progress("a", "Is the name there?", "good"), Progress("b", "Port 25", "fault", "refused"))
    drawn = fake_blocks.texts(message(a_screen(kind=Kind.LOOK, progress=rows)).blocks)
    assert "✓ Is the name there? *fine*" in drawn
    assert "✗ Port 25: *problem* – refused" in drawn
    assert looked(rows) == "✗ Port 25 (problem) · ✓ 1 fine"


def test_an_answered_step_is_one_line_without_buttons():
    drawn = shrunk("Where are you?", "At <home>")
    assert [block["type"] for block in drawn.blocks] == ["context"]
    assert drawn.blocks[0]["elements"][0]["text"] == "Where are you?  *At &lt;home&gt;*"


def test_newer_blocks_are_a_plan_and_a_folded_container():
    drawn = message(
        a_screen(kind=Kind.LOOK, progress=(Progress("a", "Name", "running"),), evidence=("seen",)), new=True
    )
    kinds = {block["type"]: block for block in drawn.blocks}
    assert kinds["plan"]["tasks"][0]["status"] == "in_progress"
    assert kinds["container"]["default_collapsed"] is True


def test_too_many_blocks_are_found_before_slack_finds_them():
    assert limits.broken([{"type": "divider"}] * 51) == ("51 blocks, 50 allowed",)
    assert limits.broken([], "") == ("no text for notifications and screen readers",)


FIELDS = (
    Input("mail_address", "Your address", "mail", value="ann@example.com"),
    Input("port", "Port", "number", value="587", hint="a number"),
    Input("security", "Security", "select", options=(Option("", "I don't know"), Option("tls", "TLS", picked=True))),
    Input("server", "Server", "text", value="smtp .example.com", mistake="It has a space.", required=True),
)


def test_a_form_has_the_right_inputs_prefilled_and_nothing_but_the_mark_in_its_metadata():
    view = modal.form(
        a_screen(kind=Kind.FILL, title="A title that is longer than a modal may have", inputs=FIELDS, send="Check")
    )
    assert fake_blocks.refused_view(view) == []
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert elements["mail_address"]["type"] == "email_text_input"
    assert elements["port"]["initial_value"] == "587"
    assert elements["security"]["initial_option"]["text"]["text"] == "TLS"
    assert elements["server"]["initial_value"] == "smtp .example.com"
    assert read(view["private_metadata"]) == Mark("c1", 3, "")
    assert "It has a space." in fake_blocks.texts(view["blocks"])


def test_a_mistyped_value_stays_in_a_field_that_takes_it():
    fields = (Input("mail_address", "Address", "mail", value="ann@@x"), Input("port", "Port", "number", value="five"))
    view = modal.form(a_screen(kind=Kind.FILL, inputs=fields))
    assert fake_blocks.refused_view(view) == []
    kinds = [
        (block["element"]["type"], block["element"]["initial_value"])
        for block in view["blocks"]
        if block["type"] == "input"
    ]
    assert kinds == [("plain_text_input", "ann@@x"), ("plain_text_input", "five")]


def test_a_form_for_an_error_text_has_many_lines_and_says_that_a_message_will_do():
    screen = a_screen(kind=Kind.FILL, inputs=(Input("text", "The words", "text", required=True),))
    (field,) = (block for block in modal.form(screen)["blocks"] if block["type"] == "input")
    assert (field["element"]["multiline"], field["element"]["max_length"]) == (True, 3000)
    assert "as a message" in fake_blocks.texts(message(screen).blocks)


def test_values_come_back_without_slacks_decorations():
    view = {
        "state": {
            "values": {
                "server": {
                    "server": {"type": "plain_text_input", "value": "<http://smtp.example.com|smtp.example.com>"}
                },
                "sender": {"sender": {"type": "email_text_input", "value": None}},
                "security": {"security": {"type": "static_select", "selected_option": {"value": "="}}},
                "login": {"login": {"type": "static_select", "selected_option": None}},
            }
        }
    }
    assert modal.values(view) == {"server": "smtp.example.com", "sender": "", "security": "", "login": ""}


@settings(deadline=None, max_examples=40)
@given(
    TEXT, st.lists(st.tuples(TEXT, TEXT), max_size=12), st.lists(TEXT, max_size=30), st.lists(TEXT, max_size=3), TEXT
)
def test_any_case_is_drawn_within_the_limits(headline, answers, evidence, texts, transcript):
    found = Case("c1", "slack:T1:U1", headline, tuple(answers), tuple(evidence), tuple(texts), ("F1",), transcript)
    for drawn in (case.headline(found, group="S0GROUP"), *case.thread(found)):
        assert fake_blocks.refused(drawn.blocks) == []
        assert drawn.text.strip()


def test_a_long_transcript_goes_into_parts_and_says_what_it_leaves_out():
    long = "\n".join(f"S: 250 line {number} <!channel>" for number in range(2000))
    parts = case.thread(Case("c1", "slack:T1:U1", "x", transcript=long))
    assert len(parts) == case.MOST_PARTS
    assert "more characters are left out" in fake_blocks.texts(parts[-1].blocks)


@pytest.mark.parametrize("going", [None, (Mark("c1", 3), "Which <one>?")])
def test_app_home_has_start_and_where_there_is_one_the_open_conversation(going):
    view = home.home(going=going, recent=[(0.0, "The <port> is closed.", "")] * 20, note="Look")
    assert fake_blocks.refused_view(view) == []
    names = [e["text"]["text"] for _, e in fake_blocks.buttons(view["blocks"])]
    assert names == (["Go on", "Start anew"] if going else ["Start"])


@pytest.mark.parametrize("text", [None, "", "7", "{}", '["c1"]', '["c1", "x", ""]', "smtp"])
def test_a_value_of_another_shape_is_no_mark(text):
    assert read(text) is None

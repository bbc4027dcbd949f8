"""Whatever a person does, there is one step to see, the revision goes forward, and a human is one press away."""

from flow_talk import SETTINGS, saw
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.book import load
from flows.careful import careful
from flows.conversation import (
    AskedHuman,
    Chose,
    Conversation,
    Effect,
    Event,
    Filled,
    HandOver,
    Look,
    Opened,
    Pasted,
    Pictured,
    Saw,
    Show,
    StartedAgain,
    Status,
    WentBack,
)
from flows.machine import Tree, WrongTurn
from flows.model import Go
from flows.screen import Kind
from flows.screens import screen
from probes.causes import Cause
from probes.findings import Settings

TREE = Tree(load())
TEXTS = [
    "",
    "smtp.example.com",
    "ann@gmail.com",
    "550 5.1.1 no",
    "a@@b",
    "smtp.example.com:0",
    "TcpTestSucceeded : True",
]
FORMS = [
    {},
    SETTINGS,
    {"server": "localhost"},
    {"mail_address": "ann@gmail.com"},
    {"port": "five"},
    {"text": "550 5.1.1 no"},
    {"recipient": "a@@b"},
]
CAUSES = [cause.value for cause in Cause]
WORKS = [None, Settings("smtp.example.com", 465, "tls")]


def event(draw: st.DrawFn, now: Conversation) -> Event:
    """Draw one of the events that can happen, the look's end among them."""
    match draw(st.sampled_from(sorted(TREE.possible(now)))):
        case "fill":
            return Filled(draw(st.sampled_from(FORMS)))
        case "see":
            verdict = saw(
                draw(st.sampled_from(CAUSES)),
                others=(draw(st.sampled_from(CAUSES)),),
                works=draw(st.sampled_from(WORKS)),
            )
            return Saw(now.run or "", verdict)
        case "back":
            return WentBack()
        case "again":
            return StartedAgain()
        case "human":
            return AskedHuman()
        case "paste":
            return Pasted(draw(st.sampled_from(TEXTS[1:])))
        case "picture":
            return Pictured("F1")
        case choice:
            return Chose(choice)


def stands(now: Conversation, effects: tuple[Effect, ...]) -> None:
    """Hold a snapshot against what every snapshot promises."""
    shown = screen(TREE, now)
    step = TREE.book.flow.steps[now.step]
    assert not isinstance(step, Go)
    assert shown.title
    assert shown.title != TREE.book.words.shell("untitled")
    assert all("{" not in line for line in (shown.title, *shown.body, *shown.steps))
    footer = {option.name for option in shown.footer}
    assert ("human" in footer) == (now.status is not Status.HANDED)
    assert "again" in footer
    assert (shown.kind is Kind.LOOK) == (now.run is not None)
    assert shown.kind is not Kind.ASK or shown.options
    assert shown.kind is not Kind.FILL or shown.inputs
    assert shown.kind is not Kind.ADVISE or shown.options
    looks = [effect for effect in effects if isinstance(effect, Look)]
    assert [look.run for look in looks] in ([], [now.run])
    assert now.status is Status.HANDED or Show() in effects
    if HandOver() in effects:
        assert now.status is Status.HANDED


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_walk_shows_one_step_and_leaves_a_human_in_reach(data: st.DataObject) -> None:
    now = TREE.begin("w", "terminal:ann")
    now, effects = TREE.advance(now, Opened(data.draw(st.sampled_from(TEXTS))))
    stands(now, effects)
    for _ in range(data.draw(st.integers(0, 25))):
        before = now
        now, effects = TREE.advance(now, event(data.draw, now))
        assert now.revision == before.revision + 1
        stands(now, effects)
        if now.status is not Status.HANDED:
            assert TREE.advance(now, AskedHuman())[0].status is Status.HANDED


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_opening_text_leads_to_a_step(text: str) -> None:
    now, effects = TREE.advance(TREE.begin("w", "terminal:ann"), Opened(text))
    stands(now, effects)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*SETTINGS, "sender", "text", "nonsense"]), st.text(max_size=40)))
def test_any_form_is_taken_or_says_what_is_wrong(values: dict[str, str]) -> None:
    now, _ = TREE.advance(TREE.begin("w", "terminal:ann"), Opened(""))
    for choice in ("hangs", "thunderbird"):
        now, _ = TREE.advance(now, Chose(choice))
    after, effects = TREE.advance(now, Filled(values))
    stands(after, effects)
    if after.step == now.step:
        shown = screen(TREE, after)
        assert any(field.mistake for field in shown.inputs)
        typed = {field.name: field.value for field in shown.inputs if field.kind != "select"}
        kept = careful(Filled(values))[0].values
        assert all(typed[name] == value for name, value in kept.items() if name in typed)


@given(st.text(max_size=12))
def test_a_choice_that_is_not_there_is_a_wrong_turn(name: str) -> None:
    now, _ = TREE.advance(TREE.begin("w", "terminal:ann"), Opened(""))
    if name not in TREE.possible(now):
        try:
            TREE.advance(now, Chose(name))
        except WrongTurn:
            return
        raise AssertionError(name)

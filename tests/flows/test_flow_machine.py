"""The engine, event by event: pure, one revision a turn, Back onto questions only, a human from anywhere."""

from dataclasses import replace

import pytest
from flow_talk import SETTINGS, Talk, saw

from flows.conversation import (
    AskedHuman,
    Cancel,
    Chose,
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
    Stop,
    WentBack,
)
from flows.machine import WrongTurn
from flows.screen import Kind


def looking(talk: Talk) -> Talk:
    return talk.open().choose("hangs", "thunderbird").fill()


def test_it_opens_with_the_question_and_its_seven_choices(talk: Talk) -> None:
    assert talk.open().effects == (Show(),)
    assert talk.screen.title == "What happens when you try to send?"
    assert [option.name for option in talk.screen.options] == [
        "error",
        "bounced",
        "hangs",
        "password",
        "setup",
        "some_recipients",
        "not_sure",
    ]


def test_the_same_event_on_the_same_snapshot_ends_in_the_same_snapshot(talk: Talk) -> None:
    before = talk.open().choose("hangs", "thunderbird").now
    event = Filled(SETTINGS)
    assert talk.tree.advance(before, event) == talk.tree.advance(before, event)
    assert before.step == "settings.form"


def test_a_look_is_shown_first_and_then_asked_for_with_its_run(talk: Talk) -> None:
    looking(talk)
    assert talk.now.run == f"c1.{talk.now.revision}"
    assert talk.effects == (Show(), Look(talk.now.run, "probe"))
    assert talk.tree.looking(talk.now) == "probe"
    assert talk.screen.kind is Kind.LOOK


def test_nothing_is_looked_at_while_a_question_stands(talk: Talk) -> None:
    assert talk.tree.looking(talk.open().now) is None


@pytest.mark.parametrize(
    "event",
    [Chose("no_such"), Chose("go"), Filled({}), Saw("old", saw("ok")), WentBack(), Opened("again")],
)
def test_an_event_that_cannot_be_here_changes_nothing(talk: Talk, event: Event) -> None:
    before = talk.open().now
    with pytest.raises(WrongTurn):
        talk.say(event)
    assert talk.now is before


def test_a_look_that_is_over_is_not_listened_to(talk: Talk) -> None:
    run = looking(talk).now.run or ""
    talk.say(WentBack()).fill()
    with pytest.raises(WrongTurn):
        talk.say(Saw(run, saw("ok")))


def test_a_choice_of_another_step_is_a_wrong_turn(talk: Talk) -> None:
    with pytest.raises(WrongTurn):
        talk.open().choose("thunderbird")


def test_back_leads_to_the_last_question_and_keeps_what_was_answered(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").say(WentBack())
    assert talk.step == "start.program"
    assert "program" not in talk.now.answers
    assert [option.name for option in talk.screen.options if option.picked] == ["thunderbird"]
    assert talk.say(WentBack()).step == "start.what"
    assert [option.name for option in talk.screen.options if option.picked] == ["hangs"]
    assert "back" not in talk.tree.possible(talk.now)


def test_back_from_a_look_ends_it_and_never_lands_on_one(talk: Talk) -> None:
    run = looking(talk).now.run or ""
    talk.say(WentBack())
    assert talk.effects == (Cancel(run), Show())
    assert talk.step == "settings.form"
    assert {field.name: field.value for field in talk.screen.inputs if field.value} == SETTINGS
    assert talk.fill().see("ok").say(WentBack()).step == "settings.form"


def test_back_from_advice_to_advice_forgets_only_the_later_one(talk: Talk) -> None:
    looking(talk).see("timeout", others=("port_blocked",)).choose("no")
    assert talk.now.advised == ("timeout", "port_blocked")
    assert talk.say(WentBack()).step == "advice.timeout"
    assert talk.now.advised == ("timeout",)
    assert talk.choose("no").step == "advice.port_blocked"


def test_what_a_choice_sets_is_taken_back_with_it(talk: Talk) -> None:
    looking(talk).see("ok").choose("timed_out").say(WentBack())
    assert talk.step == "side.start"
    assert "person_sees" not in talk.now.answers


def test_starting_again_begins_anew_with_everything_filled_in(talk: Talk) -> None:
    run = looking(talk).now.run or ""
    talk.say(StartedAgain())
    assert talk.effects == (Cancel(run), Show())
    assert (talk.step, talk.now.trail, talk.now.answers) == ("start.what", (), {})
    talk.choose("hangs", "thunderbird")
    assert {field.name: field.value for field in talk.screen.inputs}["server"] == "smtp.example.com"


def test_a_human_can_be_asked_for_with_nothing_answered(talk: Talk) -> None:
    talk.open().say(AskedHuman())
    assert talk.effects == (Show(), HandOver())
    assert talk.now.status is Status.HANDED
    assert talk.screen.kind is Kind.HANDED
    assert {option.name for option in talk.screen.footer} == {"back", "again"}
    with pytest.raises(WrongTurn):
        talk.say(AskedHuman())


def test_a_human_ends_the_look_under_way(talk: Talk) -> None:
    run = looking(talk).now.run or ""
    assert talk.say(AskedHuman()).effects == (Cancel(run), Show(), HandOver())


def test_who_pressed_human_by_mistake_can_go_back(talk: Talk) -> None:
    talk.open().choose("hangs").say(AskedHuman()).say(WentBack())
    assert (talk.step, talk.now.status) == ("start.program", Status.OPEN)


@pytest.mark.parametrize("event", [Pasted("535 5.7.8 no"), Pictured("F1")])
def test_what_comes_for_the_human_is_kept_in_silence(talk: Talk, event: Event) -> None:
    talk.open().say(AskedHuman()).say(event)
    assert talk.effects == ()
    assert talk.now.status is Status.HANDED
    assert talk.now.texts or talk.now.pictures


def test_a_conversation_that_is_closed_can_only_start_again(talk: Talk) -> None:
    closed = replace(talk.open().now, status=Status.CLOSED)
    assert talk.tree.possible(closed) == {"again"}
    with pytest.raises(WrongTurn):
        talk.tree.advance(closed, Chose("hangs"))
    assert talk.tree.advance(closed, StartedAgain())[0].status is Status.OPEN


def test_a_text_is_read_wherever_it_is_pasted_and_back_leads_to_where_it_was(talk: Talk) -> None:
    talk.open().choose("hangs").say(Pasted("550 5.1.1 no such user here"))
    assert talk.looks == ["text"]
    assert talk.now.texts == ("550 5.1.1 no such user here",)
    assert talk.see("recipient_unknown", quote="no such user").step == "advice.recipient_unknown"
    assert "`no such user`" in talk.screen.evidence[0]
    assert talk.say(WentBack()).step == "start.program"


def test_a_password_in_a_pasted_text_is_not_kept(talk: Talk) -> None:
    talk.open().say(Pasted("it says 535\nPassword: hunter2-and-more"))
    assert "hunter2" not in repr(talk.now)
    assert talk.screen.notice == "", "reading is over too soon for anybody to see it"
    assert "password" in talk.see("auth_failed_credentials").screen.notice
    assert talk.choose("other").screen.notice == ""


def test_a_text_pasted_while_looking_ends_the_look(talk: Talk) -> None:
    run = looking(talk).now.run or ""
    talk.say(Pasted("550 5.1.1 no such user here"))
    assert talk.effects[0] == Cancel(run)
    assert talk.looks == ["text"]


def test_a_form_of_words_is_read(talk: Talk) -> None:
    talk.open().choose("error", "paste").fill({"text": "454 4.7.0 try later"})
    assert talk.looks == ["text"]
    assert "text" not in talk.now.answers


def test_a_form_without_its_words_says_so(talk: Talk) -> None:
    talk.open().choose("error", "paste").fill({})
    assert talk.step == "text.paste"
    assert talk.now.mistakes == (("text", "Paste or type the words of the message, or go back."),)


def test_a_picture_is_kept_and_answered(talk: Talk) -> None:
    talk.open().choose("hangs").say(Pictured("F123"))
    assert talk.now.pictures == ("F123",)
    assert "cannot read pictures" in talk.screen.title
    assert talk.say(WentBack()).step == "start.program"


def test_what_a_look_from_the_persons_side_printed_can_be_pasted(talk: Talk) -> None:
    looking(talk).see("ok").say(Pasted("ComputerName : smtp.example.com\nTcpTestSucceeded : False"))
    talk.see("timeout", named={"server": "smtp.example.com", "person_sees": "timed_out"})
    assert talk.now.answers["person_sees"] == "timed_out"
    assert talk.step == "side.blocked"


def test_settings_typed_in_between_go_into_the_form(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").say(Pasted("smtp.example.com:465"))
    form = {field.name: field.value for field in talk.screen.inputs}
    assert (talk.step, form["server"], form["port"]) == ("settings.form", "smtp.example.com", "465")
    assert "into the form" in talk.screen.notice


def test_settings_typed_with_no_form_open_are_looked_at(talk: Talk) -> None:
    talk.open().choose("hangs").say(Pasted("smtp.example.com:465"))
    assert talk.looks == ["probe"]


def test_wrong_settings_typed_in_between_say_why(talk: Talk) -> None:
    talk.open().choose("hangs").say(Pasted("smtp.example.com:99999"))
    assert "99999" in talk.screen.notice
    assert not talk.looks


def test_a_form_with_mistakes_keeps_what_was_typed(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill(port="five", server="my server", mail_address="a@@b.example")
    assert talk.step == "settings.form"
    wrong = {field.name: field.mistake for field in talk.screen.inputs if field.mistake}
    assert set(wrong) == {"port", "server", "mail_address"}
    assert "“five” is not a number" in wrong["port"]
    assert {field.name: field.value for field in talk.screen.inputs}["server"] == "my server"
    assert talk.fill(port="587").looks == ["probe"]
    assert talk.now.mistakes == ()


def test_a_look_without_a_server_is_passed_by(talk: Talk) -> None:
    looking(talk).see("greylisted")
    lost = replace(talk.now, answers={"program": "thunderbird"})
    after, effects = talk.tree.advance(lost, Chose("changed"))
    assert after.step == "advice.greylisted"
    assert effects == (Show(),)


def test_pages_that_changed_keep_a_step_that_still_stands(talk: Talk) -> None:
    old = replace(talk.open().choose("hangs").now, pages="before")
    assert talk.tree.settled(old).step == "start.program"
    assert talk.tree.settled(old).notice is None


def test_a_step_that_is_gone_falls_back_to_the_last_that_stands_and_says_so(talk: Talk) -> None:
    now = talk.open().choose("hangs", "thunderbird").now
    trail = (*now.trail, Stop("gone.question", "x", "X"))
    old = replace(now, pages="before", step="gone.too", trail=trail, answers={**now.answers, "program": "pine"})
    settled = talk.tree.settled(old)
    assert (settled.step, settled.revision) == ("start.program", old.revision)
    assert "program" not in settled.answers
    after, effects = talk.tree.advance(old, Chose("pine"))
    assert (after.step, effects) == ("start.program", (Show(),))
    assert "changed" in (after.notice or "")


def test_a_choice_that_is_gone_is_asked_anew_and_one_that_stands_counts(talk: Talk) -> None:
    old = replace(talk.open().choose("hangs").now, pages="before")
    after, effects = talk.tree.advance(old, Chose("pine"))
    assert (after.step, after.revision, effects) == ("start.program", old.revision + 1, (Show(),))
    assert "choose anew" in (after.notice or "")
    assert talk.tree.advance(after, Chose("thunderbird"))[0].notice is None
    assert talk.tree.advance(old, Chose("thunderbird"))[0].step == "settings.form"


@pytest.mark.parametrize(("status", "step"), [(Status.HANDED, "ends.human"), (Status.SOLVED, "ends.solved")])
def test_a_case_stays_with_its_human_and_what_is_solved_stays_solved_where_their_step_is_gone(
    talk: Talk, status: Status, step: str
) -> None:
    now = talk.open().choose("hangs").now
    old = replace(now, pages="before", step="gone.human", status=status, notice="Ina has it.")
    settled = talk.tree.settled(old)
    assert (settled.step, settled.status, settled.notice) == (step, status, "Ina has it.")


def test_a_trail_that_is_gone_altogether_starts_again(talk: Talk) -> None:
    old = replace(talk.open().now, pages="before", step="gone.question", run="r1", earlier={"symptom": "pain"})
    after, effects = talk.tree.advance(old, Saw("r1", saw("ok")))
    assert after.step == "start.what"
    assert effects[0] == Cancel("r1")
    assert "symptom" not in after.earlier


def test_a_look_whose_page_changed_goes_on_while_it_runs(talk: Talk) -> None:
    old = replace(looking(talk).now, pages="before")
    assert talk.tree.settled(old).run == old.run
    assert talk.tree.settled(replace(old, run=None)).step == "settings.form"


def test_what_is_kept_of_a_long_conversation_is_bounded(talk: Talk) -> None:
    talk.open()
    for number in range(130):
        talk.say(Pictured(f"F{number}"))
        if number % 2:
            talk.say(Pasted(f"550 5.1.1 {number}"))
            talk.see("unknown")
    assert len(talk.now.trail) <= 100
    assert len(talk.now.texts) <= 20
    assert len(talk.now.pictures) <= 20
    assert len(talk.now.seen) <= 6


@pytest.mark.parametrize("sent", [Pasted("thank you"), Pictured("F0PICTURE")])
def test_what_is_sent_after_a_case_was_called_solved_goes_to_the_human_and_it_is_said(talk: Talk, sent: Event) -> None:
    solved = talk.tree.book.flow.ways["resolved"]
    old = replace(talk.open().choose("hangs").now, step=solved)
    now, _ = talk.tree.advance(old, sent)
    assert (now.step, now.status) == (solved, Status.OPEN)
    assert now.texts + now.pictures == (*old.texts, getattr(sent, "text", None) or getattr(sent, "reference", ""))
    assert now.notice == talk.tree.book.words.shell("passed_on")

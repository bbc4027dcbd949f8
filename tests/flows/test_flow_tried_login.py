"""A login that is tried beside the conversation: the last look is made again, Back leads to where one was."""

import pytest

from flows.conversation import AskedHuman, Chose, Filled, Look, Opened, Saw, Show, Status, TriedLogin, WentBack
from flows.machine import WrongTurn
from probes.causes import Cause, Confidence
from probes.verdict import Verdict


def at_advice(tree):
    now, _ = tree.advance(tree.begin("c", "terminal:ann"), Opened("smtp.example.com"))
    return tree.advance(now, Saw(now.run, Verdict(cause=Cause.CERTIFICATE_EXPIRED, confidence=Confidence.CERTAIN)))[0]


def test_the_look_is_made_again_and_its_verdict_leads_on(tree):
    before = at_advice(tree)
    now, effects = tree.advance(before, TriedLogin())
    assert now.step == before.seen[-1].step
    assert effects == (Show(), Look(now.run, "probe"))
    wrong = Verdict(cause=Cause.ACCOUNT_DISABLED_OR_LOCKED, confidence=Confidence.CERTAIN)
    then, _ = tree.advance(now, Saw(now.run, wrong))
    assert then.step == "advice.account_disabled_or_locked"
    assert then.trail[-1].step == before.step
    assert tree.advance(then, WentBack())[0].step == before.step


def test_one_under_way_is_ended_first(tree):
    before, _ = tree.advance(at_advice(tree), TriedLogin())
    now, effects = tree.advance(before, TriedLogin())
    assert [type(effect).__name__ for effect in effects] == ["Cancel", "Show", "Look"]
    assert now.run != before.run


def test_without_a_look_before_there_is_nothing_to_try(tree):
    now, _ = tree.advance(tree.begin("c", "terminal:ann"), Opened(""))
    with pytest.raises(WrongTurn):
        tree.advance(now, TriedLogin())


def test_a_conversation_that_a_human_has_stays_with_the_human(tree):
    now, _ = tree.advance(at_advice(tree), AskedHuman())
    assert now.status is Status.HANDED
    with pytest.raises(WrongTurn):
        tree.advance(now, TriedLogin())


def test_it_is_no_choice_that_a_person_can_press(tree):
    assert "tries_login" not in tree.possible(at_advice(tree))
    with pytest.raises(WrongTurn):
        tree.advance(at_advice(tree), Chose("tries_login"))


def test_a_form_in_between_is_left_alone(tree):
    now = at_advice(tree)
    with pytest.raises(WrongTurn):
        tree.advance(now, Filled({}))

"""Texts that no rule reads surely are weighed word by word: what taught the weights, and what they decide."""

from __future__ import annotations

import pytest

from probes.causes import Cause, Confidence
from probes.replies import read
from probes.replies.clean import clean
from probes.replies.weighed import MOST, features, heavier, learned
from tests.replies.weigh import fingerprint, learn, texts

HAYS, CAUSES = texts()


def test_the_weights_are_those_of_the_texts_as_they_are_now():
    assert learned().learned_from == fingerprint(HAYS, CAUSES), "run: python -m tests.replies.weigh"


def test_learning_anew_decides_the_same():
    again, shipped = learn(HAYS, CAUSES), learned()
    assert again.causes == shipped.causes
    assert again.rows.keys() == shipped.rows.keys()
    same = 0
    sample = HAYS[::40]
    for hay in sample:
        known = [word for word in set(features(hay)) if word in shipped.rows]
        if not known:
            same += 1
            continue
        one, other = again.weigh(known), shipped.weigh(known)
        same += one.index(max(one)) == other.index(max(other))
    assert same >= 0.98 * len(sample)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Kirje liian suuri palvelimelle", "message_too_large"),
        ("The thing you attached is too heavy for us", "message_too_large"),
    ],
)
def test_a_sentence_that_no_rule_knows_is_a_hint(text: str, cause: str):
    reading = read(text)
    assert reading.cause == cause
    assert reading.confidence is Confidence.POSSIBLE
    assert reading.weighed
    assert reading.quote
    assert reading.quote in text


@pytest.mark.parametrize(
    "text",
    [
        "hello, how are you today?",
        "it does not work",
        "my printer is out of paper",
        "fatal: not a git repository (or any of the parent directories): .git",
        "The quick brown fox jumps over the lazy dog",
        "Bonjour, pouvez-vous m'aider ?",
        "Guten Tag, ich habe eine Frage zu meiner Rechnung",
        "lorem ipsum dolor sit amet consectetur adipiscing elit",
        "how do I add a signature",
        "こんにちは、お元気ですか",
        "550",
        "",
    ],
)
def test_words_that_speak_for_nothing_name_no_cause(text: str):
    assert read(text).cause is Cause.UNKNOWN


def test_a_rule_that_goes_by_clear_words_is_believed_whatever_the_others_are():
    assert not read("535 5.7.8 Authentication failed. The mailbox of the relay certificate is full").weighed


def test_weights_never_say_that_nothing_failed():
    hay = clean("Your message was delivered, thank you, all is well, it was sent and has arrived").hay
    found = heavier(hay, Cause.UNKNOWN, 0)
    assert found is None or found.cause not in (Cause.OK, Cause.NOT_A_FAILURE)


def test_a_long_text_is_weighed_by_its_beginning_and_its_end():
    words = [f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600)]
    weighed = features(" ".join(words))
    assert len(weighed) <= MOST
    assert features(" ".join(words[:55] + words[-30:])) == weighed


def test_hosts_addresses_and_numbers_count_as_such():
    told = features("smtp.example.com ann@example.org 192.0.2.1 5.7.1 javax.mail.error 550")
    assert told[:8] == [".", "@", "#", "5.7.1", "javax", "mail", "error", "550"]


def test_scripts_without_gaps_are_weighed_by_pairs_of_signs():
    assert "認証" in features("認証に失敗しました")


def test_a_text_whose_words_stand_far_down_is_weighed_all_the_same():
    assert read("-" * 7000 + "\nThe thing you attached is too heavy for us").cause == "message_too_large"

"""What a text after the command says."""

import pytest
from flow_talk import Talk

from flows.conversation import Conversation, Pasted
from flows.opening import opened
from flows.told import own_computer, told
from probes.replies.named import person_sees


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("", {}),
        ("   ", {}),
        ("smtp.example.com", {"server": "smtp.example.com"}),
        ("smtp.example.com:587", {"server": "smtp.example.com", "port": "587"}),
        ("smtp.example.com 465 ssl/tls", {"server": "smtp.example.com", "port": "465", "security": "tls"}),
        ("smtps://smtp.example.com", {"server": "smtp.example.com", "port": "465"}),
        ("<http://smtp.example.com|smtp.example.com>", {"server": "smtp.example.com"}),
        ("ann@example.com", {"mail_address": "ann@example.com"}),
        ("<mailto:ann@example.com|ann@example.com>", {"mail_address": "ann@example.com"}),
        ("“smtp.example.com”", {"server": "smtp.example.com"}),
        ("ann@example.com bob@example.org", {"mail_address": "ann@example.com", "recipient": "bob@example.org"}),
        ("localhost:1025", {"server": "localhost", "port": "1025"}),
        ("[2001:db8::1]:587", {"server": "[2001:db8::1]", "port": "587"}),
    ],
)
def test_settings_are_told_from_words(text: str, answers: dict[str, str]) -> None:
    opening = opened(text)
    assert (opening.answers, opening.text, opening.mistakes) == (answers, "", ())


@pytest.mark.parametrize(
    "text", ["535 5.7.8 authentication failed", "hello", "🙂", "smtp example com", "a b c d e f g.example"]
)
def test_all_else_is_a_text_to_be_read(text: str) -> None:
    assert opened(text).text == text
    assert not opened(text).answers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ann@@example.com", "address_two_ats"),
        ("smtp.example.com:0", "port_out_of_range"),
        ("smtp.example.com:99999", "port_out_of_range"),
        ("smtp.example.com:five", "port_not_a_number"),
        ("https://mail.example.com/owa", "server_is_url"),
        (f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 40}.example", "server_too_long"),
        ("smtp.exämple..com", "server_not_a_name"),
    ],
)
def test_a_mistake_in_settings_is_said_and_what_was_typed_is_kept(talk: Talk, text: str, code: str) -> None:
    assert [mistake.code for mistake in opened(text).mistakes] == [code]
    talk.open(text)
    assert talk.step == "start.what"
    assert talk.screen.notice.endswith(".")
    assert "`" not in talk.screen.notice
    assert talk.now.earlier


def test_a_server_is_looked_at_right_away(talk: Talk) -> None:
    assert talk.open("smtp.example.com:587").looks == ["probe"]
    assert "back" not in {option.name for option in talk.screen.footer}


def test_an_error_is_read_right_away(talk: Talk) -> None:
    talk.open("535 5.7.8 authentication failed")
    assert talk.looks == ["text"]
    talk.see("auth_failed_credentials", quote="authentication failed")
    assert talk.step == "start.program"
    assert talk.choose("thunderbird").step == "advice.auth_failed_credentials"


def test_an_error_that_nobody_understands_leads_on(talk: Talk) -> None:
    talk.open("wibble 17").see("unknown", sure="possible")
    assert talk.step == "text.not_understood"
    assert talk.choose("questions").step == "start.what"


@pytest.mark.parametrize("text", ["hi, I can’t send mail", "My e mail doesn't go out any more. Please help!", "wibble"])
def test_how_people_talk_is_answered_with_the_first_question_once(talk: Talk, text: str) -> None:
    talk.open(text).see("unknown", sure="possible")
    assert talk.step == "start.what"
    assert "so I ask" in talk.screen.notice
    assert talk.now.texts
    talk.say(Pasted("wibble: 17")).see("unknown", sure="possible")
    assert talk.step == "text.not_understood"
    assert "opened" not in talk.now.answers


def test_talk_at_a_question_leaves_the_question_open(talk: Talk) -> None:
    talk.open("").choose("hangs")
    trail = talk.now.trail
    talk.say(Pasted("what does that mean?")).see("unknown", sure="possible")
    assert (talk.step, talk.now.trail, talk.now.texts) == ("start.program", trail, ("what does that mean?",))
    assert "stay with the case" in talk.screen.notice
    assert talk.now.verdict is None
    assert talk.choose("thunderbird").step != "start.program"


def test_that_words_name_no_cause_is_said_of_words_alone(talk: Talk) -> None:
    talk.open("hi, I can't send mail").see("unknown", sure="possible").choose("hangs", "thunderbird")
    talk.fill().see("unknown", sure="possible")
    assert (talk.step, talk.screen.notice) == ("settings.unclear", "")


def test_talk_at_the_first_question_is_answered_once(talk: Talk) -> None:
    talk.open("").say(Pasted("hello there, friend")).see("unknown", sure="possible")
    assert talk.step == "start.what"
    assert talk.screen.notice == talk.tree.book.words.shell("talk")


@pytest.mark.parametrize(
    "text",
    ["error 0x800CCC0E", "5.7.1 denied", "host: refused", "wibble\nwobble", "smtp.example.com is gone", "a " * 13],
)
def test_what_is_no_talk_is_said_to_be_not_understood(talk: Talk, text: str) -> None:
    assert talk.open(text).see("unknown", sure="possible").step == "text.not_understood"


def test_talk_in_which_a_cause_is_read_is_an_error_text_like_others(talk: Talk) -> None:
    talk.open("authentication failed").see("auth_failed_credentials", quote="authentication failed")
    assert talk.step == "start.program"
    assert "so I ask" not in talk.screen.notice


def test_an_address_of_microsofts_is_not_asked_for_its_kind(talk: Talk) -> None:
    talk.open("ann@outlook.com").choose("hangs", "outlook_classic")
    assert talk.step == "no_smtp.what"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("TcpTestSucceeded       : True", "connected"),
        ("TcpTestSucceeded : False", "timed_out"),
        ("Connection to smtp.example.com port 587 [tcp/submission] succeeded!", "connected"),
        ("nc: connect to smtp.example.com port 587 (tcp) failed: Connection refused", "refused"),
        ("nc: connect to smtp.example.com port 587 (tcp) timed out: Operation now in progress", "timed_out"),
        ("535 5.7.8 authentication failed", None),
    ],
)
def test_what_the_tools_print_is_read(text: str, seen: str | None) -> None:
    assert person_sees(text) == seen


@pytest.mark.parametrize(
    ("server", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("192.0.2.1", False),
        ("a b", False),
    ],
)
def test_ones_own_computer_is_recognised(server: str, own: bool) -> None:
    assert own_computer(server) is own


def test_what_was_told_is_handed_to_the_verdict(talk: Talk) -> None:
    talk.open("550 5.1.1 unknown").see("recipient_unknown")
    said = told(talk.now)
    assert said.text_cause == "recipient_unknown"
    assert said.login == "unknown"
    assert told(Conversation("c", "o", "p", "s")).text_cause is None

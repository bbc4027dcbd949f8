"""A secret that is typed is taken out before anything is made of it, wherever it stands; the person is told."""

import pytest

from flows.careful import LONGEST, careful, without_secrets
from flows.conversation import AskedHuman, Filled, Opened, Pasted, Pictured
from probes.target import without_password

SECRET = "Tr0ub4dor-and-3"


@pytest.mark.parametrize(
    "text",
    [
        f"ann:{SECRET}@smtp.example.com",
        f"smtp://ann:{SECRET}@smtp.example.com:587",
        f"smtp://ann:p@ss{SECRET}@smtp.example.com",
        f"<mailto:ann:{SECRET}@smtp.example.com|ann:{SECRET}@smtp.example.com>",
        f"my password is {SECRET}",
        f"535 no\nPassword: {SECRET}\nUser: ann",
        f"AUTH PLAIN {SECRET}",
        f"CORP\\ann:{SECRET}@smtp.example.com",
        f"Authorization: Bearer {SECRET}",
        f"https://ann:{SECRET}@mail.example.com/x",
    ],
)
def test_it_goes_from_every_way_of_typing(tree, text):
    for event in (Opened(text), Pasted(text)):
        safe, found = careful(event)
        assert found
        assert SECRET not in safe.text
    now, _ = tree.advance(tree.begin("c", "terminal:ann"), Opened(text))
    assert SECRET not in repr(now)
    assert "I took out what looked like a password" in now.notice
    for field in ("server", "mail_address", "user_name", "port", "text"):
        safe, found = careful(Filled({field: text}))
        assert found
        assert SECRET not in safe.values[field]


@pytest.mark.parametrize(
    "text",
    [
        "To:ann@example.com",
        "Final-Recipient: rfc822;ann@example.com",
        "X-Failed-Recipients:ann@example.com",
        "<mailto:ann@example.com|ann@example.com>",
        "smtp.example.com:587 ann@example.com",
        "535 5.7.8 Username and Password not accepted",
        "https://support.google.com/mail/?p=BadCredentials a@b",
        "at 12:30:45 ann@example.com said 550",
        "",
    ],
)
def test_what_is_no_secret_stays(text):
    assert careful(Pasted(text)) == (Pasted(text), False)
    assert careful(Filled({"text": text})) == (Filled({"text": text}), False)


def test_a_press_is_none():
    assert careful(AskedHuman()) == (AskedHuman(), False)
    assert careful(Pictured("F1")) == (Pictured("F1"), False)


def test_what_is_left_of_an_address_with_a_password_is_its_name_and_server():
    assert without_password(f"smtp://ann:{SECRET}@h.example:587") == "smtp://ann@h.example:587"
    assert without_password(f"ann:{SECRET}@h.example") == "ann@h.example"


def test_of_a_long_log_both_ends_are_kept() -> None:
    log = "first\n" + "a line that says nothing\n" * 20_000 + "535 5.7.8 authentication failed"
    event, secret = careful(Pasted(log))
    assert isinstance(event, Pasted)
    assert event.text.startswith("first\n")
    assert event.text.endswith("\n535 5.7.8 authentication failed")
    assert len(event.text) <= LONGEST
    assert set(event.text.splitlines()[1:-1]) == {"a line that says nothing"}
    assert not secret


def test_of_a_long_line_below_a_short_one_the_beginning_is_kept_too() -> None:
    said = without_secrets('a log\n{"error": "535 5.7.8 authentication failed"' + ", 17" * LONGEST + "}\nthe end")
    assert "535 5.7.8 authentication failed" in said
    assert said.endswith(", 17,\nthe end")
    assert len(said) <= LONGEST


def test_a_long_text_of_one_line_is_cut_all_the_same() -> None:
    assert len(without_secrets("x" * (LONGEST * 2))) <= LONGEST

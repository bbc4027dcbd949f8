"""Secrets are taken out of a text before anything is kept, and the rest stays as it was."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import secret_texts
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.careful import without_secrets
from probes.replies import read, redact

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter22",
        'password="hunter22"',
        "my password is hunter22",
        "Passwort: hunter22",
        "contraseña: hunter22",
        "パスワード: hunter22",
        "smtp://ann:hunter22@smtp.example.com",
        "AUTH PLAIN hunter22",
        "AUTH LOGIN aHVudGVyMjI=hunter22",
        "AUTH LOGIN\n334 VXNlcm5hbWU6\nhunter22\n334 UGFzc3dvcmQ6\nhunter22",
        "Authorization: Bearer hunter22hunter22",
        "api_key=hunter22",
        "token ya29.hunter22-hunter22",
        "xoxb-1234-hunter22",
        "auth: \nC: hunter22hunter22",
    ],
)
def test_a_secret_is_removed(text: str):
    clean, removed = redact(text)
    assert removed
    assert "hunter22" not in clean


@pytest.mark.parametrize(
    "text",
    [
        "535 5.7.8 Username and Password not accepted",
        "password incorrect",
        "Password: incorrect",
        "334 is the code",
        "550 5.1.1 <bob@example.org>: user unknown",
        "Please check your password and try again.",
    ],
)
def test_what_only_speaks_of_a_password_stays(text: str):
    assert redact(text) == (text, False)


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_redacting_twice_changes_nothing_more(text: str):
    once, _ = redact(text)
    assert redact(once)[0] == once


ERROR = "535 5.7.8 authentication failed"


@pytest.mark.parametrize("name", secret_texts.NAMES)
def test_what_stands_behind_a_name_for_a_secret_goes_and_the_error_around_it_stays(name: str):
    for sign in secret_texts.SIGNS:
        safe = without_secrets(f"{ERROR}\n{name}{sign}{secret_texts.SECRET}\nuser ann@example.com")
        assert secret_texts.SECRET not in safe
        assert ERROR in safe
        assert "user ann@example.com" in safe


@pytest.mark.parametrize("text", secret_texts.SENTENCES)
def test_a_secret_goes_from_speech_settings_code_and_commands(text: str):
    assert secret_texts.SECRET not in without_secrets(text.format(secret_texts.SECRET))


@pytest.mark.parametrize(("text", "secret"), secret_texts.SHAPES)
def test_tokens_keys_and_the_answers_of_a_login_go(text: str, secret: str):
    assert secret not in without_secrets(text)


@pytest.mark.parametrize("text", secret_texts.SPOKEN)
def test_nothing_goes_from_a_text_that_only_speaks_of_secrets(text: str):
    assert without_secrets(text).strip() == text.strip()


def test_of_the_texts_that_the_reader_is_scored_on_only_logins_lose_anything():
    files = [HERE / name for name in ("training.jsonl", "heldout.jsonl", "heldout_second.jsonl")]
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    changed = [row["text"] for row in rows if redact(row["text"])[1]]
    assert len(rows) > 3000
    logins = ("AUTH PLAIN", "AUTH LOGIN", "235 Authentication successful")
    assert [text for text in changed if not any(login in text for login in logins)] == []
    for text in changed:
        assert read(redact(text)[0]).cause is read(text).cause


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("password: hunter2 and it says 535", "password: [removed] and it says 535"),
        ("Password: hunter2, then 535 5.7.8", "Password: [removed], then 535 5.7.8"),
        ("password is hunter2. It fails", "password is [removed]. It fails"),
        ('{"pass": "hunter2", "host": "h"}', '{"pass": "[removed]", "host": "h"}'),
        ("smtp://ann:hunter2@h.example:587 refused", "smtp://ann@h.example:587 refused"),
        ("swaks -ap hunter2 -s h.example", "swaks -ap [removed] -s h.example"),
        ("<password>hunter2</password><port>587</port>", "<password>[removed]</password><port>587</port>"),
        ("password: correct horse battery\n535 no", "password: [removed]\n535 no"),
        ("password: [removed]\n535 no", "password: [removed]\n535 no"),
        ("İ password: hunter2", "İ password: [removed]"),
        ("Password> hunter2", "Password> [removed]"),
        ("password: 'it\\'s hunter2'", "password: '[removed]'"),
        ("password - hunter2", "password - [removed]"),
        ("my password is hunter and it fails", "my password is [removed] and it fails"),
        ("my password is hunter.", "my password is [removed]."),
        ("smtp://a:x1@h smtp://a:x2@h", "smtp://a@h smtp://a@h"),
        ("AUTH PLAIN\n334\nAGFubgBodW50ZXIy\n535 5.7.8 no", "AUTH PLAIN\n334\n[removed]\n535 5.7.8 no"),
    ],
)
def test_what_stands_around_a_secret_stays(text: str, safe: str):
    assert without_secrets(text) == safe


@pytest.mark.parametrize(
    "piece",
    [
        "550 5.1.1 ", "password: ", "pass ", "bypass ", "password 'x", "a@b.c:", "a:b@", "x", ". ", "\t", "c: ", "-> ",
        "t", "abcd ", "334 x\n", "auth plain\n", "пароль ", "my password is ", "(", '"', "=", "key key", "login('a', ",
        "-----BEGIN PRIVATE KEY-----\n", "authorization: ", "client_send = ", "//0", "eyJ", "password for x ", "'\\",
    ],
)  # fmt: skip
def test_a_long_text_takes_no_longer_than_its_length(piece: str):
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    began = time.process_time()
    redact(text)
    assert time.process_time() - began < 4

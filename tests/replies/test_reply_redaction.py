"""Secrets are taken out of a text before anything is kept, and the rest stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.replies import redact


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

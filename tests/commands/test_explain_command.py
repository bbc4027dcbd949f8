"""`smtp-help explain` of nothing, of too little and of unknown words says which of the three it is."""

from __future__ import annotations

import pytest

from tests.commands.command_line import smtp_help


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "There were no words to read."),
        (" \n \n", "There were no words to read."),
        ("550\n", "That is too little to tell by."),
        ("hm\n", "That is too little to tell by."),
        ("the moon is made of green cheese today\n", "a rule for them can be added"),
    ],
)
async def test_what_was_not_understood_says_why(typed: str, said: str):
    ran = await smtp_help("explain", typed=typed)
    assert ran.status == 1
    assert said in ran.out
    assert ("can be added" in ran.out) is ("can be added" in said)


async def test_words_in_the_place_of_a_file_are_told_where_they_go():
    nothing = await smtp_help("explain", "")
    assert (nothing.status, nothing.out) == (2, "")
    assert "No file is named." in nothing.err
    words = await smtp_help("explain", "550 5.1.1 user unknown")
    assert (words.status, words.out) == (2, "")
    assert "paste them on standard input" in words.err

"""Nothing that reaches the terminal can move its cursor, hide or turn round what is read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.front import Case
from bot.terminal.drawing import case_lines
from bot.terminal.forms import picked
from bot.terminal.ink import harmless, inked, one_line, pieces


@given(st.text())
def test_no_control_character_is_left_in_any_text(text):
    for made in (harmless(text), one_line(text), inked(text).plain):
        assert not any(unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co") for c in made if c != "\n")
        assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in made)


@given(st.text())
def test_one_line_is_one_line(text):
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "plain", "styles"),
    [
        ("Use *port 587* now", "Use port 587 now", ["strong"]),
        ("type `nc -vz * 25`", "type nc -vz * 25", ["code"]),
        ("2 * 3 * 4", "2 * 3 * 4", []),
        ("a*b*c", "a*b*c", []),
        ("*see `x` there*", "see x there", ["strong"]),
        ("[red]not markup[/red]", "[red]not markup[/red]", []),
        ("\x1b]0;title\x07text", "]0;titletext", []),
    ],
)
def test_stars_and_backticks_are_styles_and_nothing_else_is(text, plain, styles):
    drawn = inked(text)
    assert (drawn.plain, [span.style for span in drawn.spans]) == (plain, styles)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`nc -vz h 25`", [("nc -vz h 25", True)]),
        ("Try: `nc -vz h 25`", [("Try:", False), ("nc -vz h 25", True)]),
        (
            "Here, `Test-NetConnection h -Port 25`. There, `nc -vz h 25`.",
            [("Here", False), ("Test-NetConnection h -Port 25", True), ("There", False), ("nc -vz h 25", True)],
        ),
        ("It said `550 no - go away`.", [("It said `550 no - go away`.", False)]),
        ("Use `a-b.example` now.", [("Use `a-b.example` now.", False)]),
        ("`nc -vz h\x1b 25; rm -rf /`", [("`nc -vz h\x1b 25; rm -rf /`", False)]),
        ("", []),
    ],
)
def test_a_command_is_taken_out_of_its_sentence_to_be_copied(text, found):
    assert pieces(text) == found


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("1", "a"),
        ("2", "b"),
        ("0", None),
        ("3", None),
        ("²", None),
        ("9" * 5000, None),
        ("SECOND", "b"),
        ("a", "a"),
        ("", None),
    ],
)
def test_an_answer_is_a_number_a_name_or_a_label(answer, name):
    assert picked(answer, [("a", "First"), ("b", "Second")]) == name


def test_a_case_is_plain_text_with_all_that_is_known():
    given_case = Case(
        "c1",
        "terminal:ann",
        "*Blocked*",
        (("Port", "25"),),
        ("It `hung`",),
        ("a\x1b[2J\nb",),
        ("F1",),
        "1 ms < 220\x07",
    )
    assert case_lines(given_case) == [
        "Case c1: Blocked", "", "Answers", "  Port: 25", "", "What was seen", "  It hung", "",
        "Text that was pasted", "  a[2J", "  b", "", "Pictures", "  F1", "", "Transcript", "  1 ms < 220",
    ]  # fmt: skip

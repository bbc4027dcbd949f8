"""Text on its way into Slack."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import bare, cut, escaped, fitted, marked, paragraphs, unescaped

SIGNS = [*"<>&!@#*_~`: \n|ab.;U1\u202eé", "<!channel>", "&lt;"]
HOSTILE = st.lists(st.sampled_from(SIGNS), max_size=200).map("".join)


@given(st.text(max_size=500) | HOSTILE)
def test_nothing_that_people_type_becomes_a_mention_a_link_or_an_entity(text):
    for drawn in (escaped(text), marked(text), fitted(text, 200)):
        assert "<" not in drawn
        assert ">" not in drawn
        assert not re.search(r"&(?!(?:lt|gt|amp);)", drawn)


@given(
    st.text(
        alphabet=st.characters(
            exclude_categories=["Cc", "Cs"], exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        )
    )
)
def test_what_is_escaped_reads_as_it_was_typed(text):
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize("text", ["_dmarc.example.com_", "~gone~", ":100:", "> quoted", "x _a_ y"])
def test_signs_that_slack_would_format_are_disarmed_outside_code(text):
    drawn = marked(text)
    assert "\N{WORD JOINER}" in drawn
    assert unescaped(drawn.replace("\N{WORD JOINER}", "")) == text


def test_a_line_to_copy_stays_as_it_is_in_code():
    assert marked("Type `nc -vz _mail_host 587` now") == "Type `nc -vz _mail_host 587` now"


def test_stars_and_backticks_of_our_pages_stay():
    assert marked("*Turn off* `SPA`") == "*Turn off* `SPA`"
    assert bare("*Turn off* `SPA`") == "Turn off SPA"


@given(st.text(max_size=400) | HOSTILE, st.integers(min_value=10, max_value=300))
def test_a_cut_text_is_never_longer_than_asked(text, limit):
    assert len(cut(text, limit)) <= limit
    assert len(fitted(text, limit)) <= limit


def test_a_long_text_is_cut_after_a_sentence():
    text = "First sentence is here. Second sentence is here. Third one is far too long to fit into this."
    assert cut(text, 60) == "First sentence is here. Second sentence is here. …"


def test_a_cut_leaves_no_code_open():
    assert fitted("Type `" + "x" * 100 + "` now", 40).count("`") % 2 == 0


@given(st.lists(st.text(max_size=200), max_size=12), st.integers(min_value=50, max_value=400))
def test_paragraphs_fit_into_their_pieces(texts, limit):
    assert all(0 < len(piece) <= limit for piece in paragraphs(tuple(texts), limit))

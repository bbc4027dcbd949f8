"""What was typed off a screen, with misspelt words, codes with letters for digits, and words cut by a line's end."""

from __future__ import annotations

import pytest

from probes.causes import Cause
from probes.replies import read
from probes.replies.clean import clean
from probes.replies.spelling import cut, mended


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("cant send, the conection was refussed by the sever", Cause.CONNECTION_REFUSED),
        ("The certficate for this server has exprired", Cause.CERTIFICATE_EXPIRED),
        ("authentification failled check your pasword", Cause.AUTH_FAILED_CREDENTIALS),
        ("Relay acess deneid", Cause.RELAY_DENIED),
        ("0x8oocccod", Cause.SERVER_NAME_WRONG),
        ("0×800CCC19", Cause.TIMEOUT),
        ("error 0x8004O11l", Cause.UNKNOWN),
        ("ox800ccc92", Cause.AUTH_FAILED_CREDENTIALS),
        ("2148322319", Cause.CONNECTION_DROPPED),
        ("The certi\nficate has exp\nired", Cause.CERTIFICATE_EXPIRED),
        ("Relay access den\nied", Cause.RELAY_DENIED),
    ],
)
def test_what_was_typed_off_a_screen_is_read(text: str, cause: Cause):
    assert read(text).cause is cause


def test_words_that_signs_hold_together_are_read_and_quoted_as_they_stood():
    reading = read("said: 550 Account_currently_suspended by its owner")
    assert reading.cause is Cause.SUSPENDED_OR_DISABLED_MAILBOX
    assert "Account_currently_suspended" in reading.quote
    assert read("522_mailbox_full;_sz=629145600/629145600").cause is Cause.MAILBOX_FULL
    assert read("_user_not_found_").cause is Cause.RECIPIENT_UNKNOWN


def test_a_mended_reading_is_quoted_in_the_persons_own_words_and_never_certain():
    reading = read("550 5.7.1 Relaay acess deneid for bob@example.org")
    assert reading.cause is Cause.RELAY_DENIED
    assert "deneid" in reading.quote
    assert reading.confidence.value != "certain"
    assert reading.addresses == ("bob@example.org",)


def test_words_that_are_right_are_left_alone():
    text = "the quick brown fox reads a letter about relations and pastures"
    assert mended(text) is None
    assert read(text).cause is Cause.UNKNOWN


def test_a_word_as_near_to_two_others_is_left_alone():
    assert mended("mailbax") == ["mailbox"]
    assert mended("recieve") == ["receive"]
    assert mended("rejecter") in (None, ["rejected"])


def test_two_words_drawn_together_are_read_as_both_and_quoted_as_they_stood():
    assert mended("it isn't valid") == ["it", "is not", "valid"]
    reading = read('Hello, "The certificate was issued by Mail Shield, which isn\'t trusted." it said')
    assert reading.cause is Cause.CERTIFICATE_UNTRUSTED
    assert "isn't trusted" in reading.quote
    assert "said" not in reading.quote


def test_a_word_cut_by_the_end_of_a_line_is_told_from_two_words():
    assert cut("the certi", "ficate has") == "the certi"
    assert cut("the mail", "server said") is None
    assert cut("", "server") is None
    assert cut("the end.", "Server") is None


def test_a_hyphen_at_the_end_of_a_line_goes_with_the_cut():
    assert cut("Client was not authen-", "ticated") == "Client was not authen"
    assert cut("550 the mail-", "box is full") == "550 the mail"
    assert cut("user non-", "existent") is None
    assert read("5.7.1 Client was not authen-\nticated").cause is Cause.AUTH_REQUIRED
    assert read("550 non-\nexistent user").cause is Cause.RECIPIENT_UNKNOWN


def test_of_codes_typed_off_a_screen_no_more_than_five_are_mended():
    assert clean("ox80ccc0d, ox800ccc0e").shown.endswith(" (0x800CCC0D) (0x800CCC0E)")
    many = " and ".join(
        [f"ox800ccc{number:02x}" for number in range(9)] + [f"ox8004011{number}" for number in range(9)]
    )
    assert clean(many).shown.removeprefix(many).count("(0x") == 5


def test_a_library_that_spells_the_reply_code_out_is_read():
    text = "Permanent(Code { severity: PermanentNegativeCompletion, category: Unspecified3, detail: Five }"
    assert read(text).reply_code == 535
    assert read(text.replace("Five", "Many")).reply_code is None

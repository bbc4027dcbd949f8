"""What sending services post to a program: each recipient is found; deliveries and complaints are no failure."""

from __future__ import annotations

import json

import pytest

from probes.causes import Cause
from probes.replies import read
from probes.replies.events import events

SES = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bouncedRecipients": [
            {"emailAddress": "bob@example.org", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"},
            {"emailAddress": "cat@example.net", "status": "5.2.2", "diagnosticCode": "smtp; 552 5.2.2 mailbox full"},
        ],
    },
    "mail": {"source": "ann@example.com", "destination": ["dan@example.com"]},
}


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_bounce_of_amazons_names_each_recipient_with_its_cause(wrapped: bool):
    text = json.dumps({"Type": "Notification", "Message": json.dumps(SES)} if wrapped else SES)
    reading = read(text)
    assert reading.cause is Cause.RECIPIENT_UNKNOWN
    assert {r.address: r.cause.value for r in reading.recipients} == {
        "bob@example.org": "recipient_unknown",
        "cat@example.net": "mailbox_full",
    }


@pytest.mark.parametrize(
    ("event", "cause", "permanent"),
    [
        (
            {
                "event-data": {
                    "event": "failed",
                    "severity": "permanent",
                    "recipient": "bob@example.org",
                    "delivery-status": {"code": 552, "message": "mailbox full"},
                }
            },
            Cause.MAILBOX_FULL,
            True,
        ),
        (
            [{"email": "bob@example.org", "event": "deferred", "response": "450 4.7.1 greylisted, try again later"}],
            Cause.GREYLISTED,
            False,
        ),
        (
            {"RecordType": "Bounce", "Type": "HardBounce", "Email": "bob@example.org", "Details": "smtp;550 5.1.1 x"},
            Cause.RECIPIENT_UNKNOWN,
            True,
        ),
        (
            {
                "msys": {
                    "message_event": {
                        "type": "bounce",
                        "rcpt_to": "bob@example.org",
                        "raw_reason": "554 5.7.1 rejected as spam",
                        "error_code": "554",
                    }
                }
            },
            Cause.SPAM_OR_POLICY_REJECTED,
            True,
        ),
    ],
)
def test_the_events_of_other_services_are_read(event: object, cause: Cause, permanent: bool):
    reading = read(json.dumps(event))
    assert (reading.cause, reading.permanent) == (cause, permanent)
    assert [r.address for r in reading.recipients] == ["bob@example.org"]


@pytest.mark.parametrize(
    "event",
    [
        {"notificationType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "bob@example.org"}]}},
        {"notificationType": "Delivery", "delivery": {"recipients": [{"emailAddress": "bob@example.org"}]}},
        [{"email": "bob@example.org", "event": "delivered"}],
    ],
)
def test_a_delivery_and_a_complaint_are_no_failure(event: object):
    reading = read(json.dumps(event))
    assert (reading.cause, reading.failure, reading.recipients) == (Cause.NOT_A_FAILURE, False, ())


@pytest.mark.parametrize(
    "text",
    [
        '{"bounce": ',
        '{"bounce": "{not json"}',
        '{"bounce": {"email": "nobody"}}',
        '{"name": "x"}',
        "[bounce]",
        '{"bounce": ' * 40 + "1" + "}" * 40,
    ],
)
def test_what_is_no_event_is_left_to_the_other_readers(text: str):
    assert events(text) == []


def test_an_event_of_very_many_parts_is_read_as_far_as_it_is_bounded():
    assert len(events(json.dumps([{"event": "bounce", "email": f"u{n}@example.org"} for n in range(2000)]))) < 500

"""Which address was probably meant: a well-known domain, or the person's own where the typed one takes no mail."""

from __future__ import annotations

import pytest

from probes.checks.recipient import Seen, judge
from probes.network import Answer, Found
from probes.providers import near_miss
from probes.target import Host, Target


def reading(recipient: str, found: Found, *values: str) -> dict[str, str]:
    target = Target(host=Host("", ""), mail_address="ann@practice.test", recipient=recipient)
    domain = recipient.rpartition("@")[2]
    report = judge(target, Seen(domain, mx=Answer(domain, "MX", found, values)))
    return {finding.code: finding.evidence.get("meant", "") for finding in report.findings}


@pytest.mark.parametrize(
    ("domain", "own", "meant"),
    [
        ("gmial.com", "", "gmail.com"),
        ("gmail.com", "", ""),
        ("practcie.test", "practice.test", "practice.test"),
        ("practcie.test", "", ""),
        ("practice.test", "practice.test", ""),
        ("elsewhere.test", "practice.test", ""),
        ("a.com", "b.com", ""),
    ],
)
def test_a_slip_is_compared_with_known_domains_and_with_ones_own(domain, own, meant):
    assert near_miss(domain, own) == meant


def test_a_domain_that_is_missing_is_compared_with_ones_own():
    found = reading("bob@practcie.test", Found.NXDOMAIN)
    assert found == {"recipient_domain_missing": "", "recipient_near_miss": "bob@practice.test"}


def test_a_domain_that_takes_mail_is_no_slip_for_ones_own():
    assert reading("bob@practcie.test", Found.RECORDS, "10 mx.practcie.test.") == {"recipient_domain_good": ""}

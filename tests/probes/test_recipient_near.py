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


def there(*values: str) -> tuple[Answer, Answer]:
    return Answer("mx", "AAAA", Found.NO_DATA), Answer("mx", "A", Found.RECORDS if values else Found.NO_DATA, values)


GONE = (Answer("mx", "AAAA", Found.NXDOMAIN), Answer("mx", "A", Found.NXDOMAIN))
UNCLEAR = (Answer("mx", "AAAA", Found.TIME_OUT), Answer("mx", "A", Found.SERVFAIL, detail="servfail"))


@pytest.mark.parametrize(
    ("mx", "exchangers", "code"),
    [
        (("1 mx.b.test.",), (there("192.0.2.1"),), "recipient_domain_good"),
        (("1 gone.b.test.", "2 mx.b.test."), (GONE, there("192.0.2.1")), "recipient_domain_good"),
        (("1 gone.b.test.",), (GONE,), "recipient_mx_nowhere"),
        (("1 gone.b.test.", "2 none.b.test."), (GONE, there()), "recipient_mx_nowhere"),
        (("1 192.0.2.1.",), (GONE,), "recipient_mx_wrong"),
        (("1 nobody.b.test.",), (there("0.0.0.0"),), "recipient_mx_wrong"),
        (("1 gone.b.test.", "2 mx.b.test."), (GONE, UNCLEAR), "recipient_domain_unclear"),
    ],
)
def test_a_domain_whose_mail_servers_lead_nowhere_takes_no_mail(mx, exchangers, code):
    seen = Seen("b.test", mx=Answer("b.test", "MX", Found.RECORDS, mx), exchangers=exchangers)
    report = judge(Target(host=Host("", ""), recipient="bob@b.test"), seen)
    assert [finding.code for finding in report.findings] == [code]

"""Whose servers take the mail of the person's own domain."""

from __future__ import annotations

import pytest

from bot.practice.names import SERVFAIL, NameServer
from probes.checks.hosting import PROBE, judge
from probes.findings import Outcome
from probes.network import Network
from probes.target import Host, Target
from probes.vantage import Vantage

ZONE = {
    "ours.test": {"MX": ["0 ours-test.mail.protection.outlook.com."]},
    "theirs.test": {"MX": ["1 aspmx.l.google.com.", "5 alt1.aspmx.l.google.com."]},
    "self.test": {"MX": ["10 mx.self.test."]},
    "null.test": {"MX": ["0 ."]},
    "bare.test": {"A": ["192.0.2.1"]},
    "broken.test": {"MX": SERVFAIL},
}


def asking(address: str | None) -> Target:
    return Target(host=Host("", ""), mail_address=address)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("ann@ours.test", "hosted_by_microsoft"),
        ("ann@theirs.test", "hosted_by_google"),
        ("ann@self.test", "hosted_elsewhere"),
        ("ann@null.test", "own_domain_takes_no_mail"),
        ("ann@nowhere.test", "own_domain_takes_no_mail"),
    ],
)
async def test_the_mx_tells_whose_servers_take_the_mail(address, code):
    async with NameServer.start(ZONE) as names:
        network = Network(Vantage(nameservers=((names.address, names.port),)))
        report = judge(asking(address), await PROBE.look(asking(address), network))
        await network.close()
    assert [finding.code for finding in report.findings] == [code]


async def test_a_name_server_that_fails_is_no_answer_about_the_domain():
    async with NameServer.start(ZONE) as names:
        network = Network(Vantage(nameservers=((names.address, names.port),)))
        report = judge(asking("ann@broken.test"), await PROBE.look(asking("ann@broken.test"), network))
        await network.close()
    assert (report.outcome, report.reason) == (Outcome.BLIND, "resolver_failed")


async def test_a_domain_without_mx_is_not_called_one_that_takes_no_mail():
    async with NameServer.start(ZONE) as names:
        network = Network(Vantage(nameservers=((names.address, names.port),)))
        report = judge(asking("ann@bare.test"), await PROBE.look(asking("ann@bare.test"), network))
        await network.close()
    assert (report.outcome, report.findings) == (Outcome.DONE, ())


async def test_without_an_address_nothing_is_asked():
    report = judge(asking(None), await PROBE.look(asking(None), Network(Vantage())))
    assert (report.outcome, report.findings) == (Outcome.DONE, ())

"""The whole way with real probes: Slack's clicks at one end, servers that are really broken at the other."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import fake_blocks
import pytest

from bot.looking import Looker
from bot.practice.range import Range
from probes.vantage import Vantage

DELAY = """\
From: MAILER-DAEMON@mail.practice.test
To: bob@practice.test
Subject: Delayed Mail (still being retried)

Your message could not be delivered for more than 4 hour(s). It will be retried until it is 5 day(s) old.

<ann@practice.test>: connect to mx.practice.test[192.0.2.7]:25: Connection timed out
"""


def words(message):
    return fake_blocks.texts(message["blocks"])


def vantage(practice):
    host, port = practice.nameserver.rsplit(":", 1)
    controls = (each.rsplit(":", 1) for each in practice.controls)
    return Vantage(
        nameservers=((host, int(port)),),
        controls=tuple((name, int(number)) for name, number in controls),
        ca_file=Path(practice.ca_file),
        allow_networks=tuple(map(ipaddress.ip_network, practice.networks)),
        routes=practice.routes,
        name="here",
    )


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
async def test_an_expired_certificate_is_found_by_clicks_and_handed_over_with_what_was_seen(run, socket):
    async with Range.start(true_ports=False, only=("expired-certificate",)) as practice:
        wrong = practice.servers["expired-certificate"]
        async with run(socket=socket, looker=Looker(vantage(practice)), support_channel="C0HELP") as bot:
            bot.slack.channel("C0HELP")
            ann = bot.person()
            await ann.command(wrong.sender)
            await bot.quiet(ann)
            for label in ("I am not sure, please check", "Thunderbird", "Fill in the form"):
                await ann.presses(label)
                await bot.quiet(ann)
            view = list(bot.slack.views.values())[-1]
            _, answer = await ann.submits(
                view, server=wrong.host, port=str(wrong.port), security=wrong.security, login="no"
            )
            assert answer == ""
            conversation = await bot.quiet(ann)
            assert conversation.verdict.cause is wrong.cause
            assert practice.met(wrong.host, wrong.port) > 0
            assert wrong.host in words(ann.messages[-1])
            assert "✗" in words(ann.messages[-2])
            await ann.presses("Talk to a human")
            await bot.quiet(ann)
            case, *thread = bot.slack.posted("C0HELP")
            assert words(case).count(f"*{wrong.host}*") == 1
            assert "220" in "".join(map(words, thread))


async def test_an_error_that_names_its_server_leads_straight_to_a_look_at_it(run):
    async with Range.start(true_ports=False, only=("expired-certificate",)) as practice:
        wrong = practice.servers["expired-certificate"]
        async with run(looker=Looker(vantage(practice))) as bot:
            ann = bot.person()
            await ann.command(f"Account: 'x', Server: '{wrong.host}', Protocol: SMTP, Port: {wrong.port}, 0x800CCC0E")
            conversation = await bot.quiet(ann)
            assert conversation.verdict.cause is wrong.cause
            assert conversation.trail == (), "no question came before the look"
            assert practice.met(wrong.host, wrong.port) > 0
            assert wrong.host in words(ann.messages[-1])


async def test_a_mail_that_came_back_is_looked_at_where_it_failed(run):
    async with Range.start(true_ports=False) as practice, run(looker=Looker(vantage(practice))) as bot:
        ann = bot.person()
        await ann.says("<bob@practice.test>: connect to mx.practice.test[192.0.2.7]:25: Connection timed out")
        conversation = await bot.quiet(ann)
        assert conversation.step == "far.takes"
        assert "mx.practice.test" in words(ann.messages[-1])
        met = practice.met("mx.practice.test", 25)
        assert met > 0
        bob = bot.person("U0BOB")
        await bob.says(DELAY)
        assert (await bot.quiet(bob)).step == "far.delayed"
        assert "not failed" in words(bob.messages[-1])
        assert practice.met("mx.practice.test", 25) == met

"""The recipient's other mail servers are asked, in their order, only where the given one is one of them."""

from __future__ import annotations

import ipaddress

import pytest

from bot.looking import look
from bot.practice.doors import refusing
from bot.practice.names import NameServer
from bot.practice.peer import Script, peer
from probes.causes import Cause
from probes.checks import exchangers
from probes.dialogue import Dialogue, Ended, Exchange, Reply
from probes.findings import Settings
from probes.network import Dialled, Reached
from probes.target import Login, Security, Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told, Verdict

FIRST, SECOND = "127.0.53.81", "127.0.53.82"
ZONE = {
    "peer.test": {"MX": ["20 two.peer.test.", "10 one.peer.test.", "30 nowhere.peer.test.", "40 -bad-.peer.test."]},
    "one.peer.test": {"A": [FIRST]},
    "two.peer.test": {"A": [SECOND]},
}
REFUSES = Script(replies={"RCPT": b"550 5.1.1 <bob@peer.test>: no such user\r\n"})


def target(**more: object) -> Target:
    known: dict[str, object] = {"login": Login.NO, "sender": "ann@a.test", "recipient": "bob@peer.test", "port": 25}
    known |= {"host": parse_host("one.peer.test"), "security": Security.NONE}
    return Target(**(known | more))  # type: ignore[arg-type]


@pytest.fixture
def ask():
    async def ask(first: Script | None, second: Script, **more: object) -> Verdict:
        with refusing() as closed:
            async with NameServer.start(ZONE) as names, peer(first or Script()) as one, peer(second) as two:
                routes = {(a, p): ("127.0.0.1", closed) for a in (FIRST, SECOND) for p in (25, 465, 587, 2525)}
                routes[SECOND, 25] = (two.address, two.port)
                if first is not None:
                    routes[FIRST, 25] = (one.address, one.port)
                vantage = Vantage(
                    nameservers=((names.address, names.port),),
                    allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
                    routes=routes,
                    name="here.test",
                )
                return await look(target(**more), Told(), vantage, timeout=20)

    return ask


def takes(address: str) -> Dialogue:
    return Dialogue(
        address=address,
        port=25,
        security=Security.NONE,
        dialled=Dialled(address, 25, Reached.CONNECTED),
        ended=Ended.FINISHED,
        exchanges=(Exchange("rcpt_to", "", Reply(250, "2.1.5 Ok"), 1),),
    )


def said_of(verdict: Verdict) -> list[tuple[str, str]]:
    return [(found.code, found.subject) for found in verdict.findings if found.code.startswith("mx_")]


async def test_the_next_server_takes_the_mail_where_the_first_is_down(ask) -> None:
    said = await ask(None, Script())
    assert said.cause is Cause.CONNECTION_REFUSED
    assert said.works_with == Settings("two.peer.test", 25, "none")
    assert said_of(said)[0] == ("mx_takes", "two.peer.test")


async def test_what_the_others_say_is_told_beside_the_first_ones_refusal(ask) -> None:
    said = await ask(REFUSES, REFUSES)
    assert said.cause is Cause.RECIPIENT_UNKNOWN
    assert said_of(said) == [
        ("mx_refuses", "two.peer.test"), ("mx_silent", "nowhere.peer.test"), ("mx_silent", "-bad-.peer.test"),
    ]  # fmt: skip
    assert said.works_with is None


@pytest.mark.parametrize(
    "more",
    [{"login": Login.YES}, {"recipient": "bob@elsewhere.test"}, {"recipient": None}, {"host": parse_host("a b")}],
)
async def test_nobody_else_is_asked_where_the_server_is_no_such_one(ask, more) -> None:
    assert said_of(await ask(REFUSES, Script(), **more)) == []


def test_a_second_server_is_no_way_out_where_the_first_was_heard() -> None:
    dialled = Dialled("192.0.2.1", 25, Reached.CONNECTED)
    heard = Dialogue(
        address="192.0.2.1", port=25, security=Security.NONE, dialled=dialled, ended=Ended.REFUSED, ended_at="rcpt_to"
    )
    seen = exchangers.Seen((heard,), (("two.peer.test", takes("192.0.2.2")),))
    assert exchangers.judge(target(), seen).works_with is None


def test_of_two_that_take_the_mail_the_first_is_the_way_out() -> None:
    down = Dialogue(
        address="192.0.2.1",
        port=25,
        security=Security.NONE,
        dialled=Dialled("192.0.2.1", 25, Reached.REFUSED),
        ended=Ended.NOT_REACHED,
        ended_at="connect",
    )
    others = (("two.peer.test", takes("192.0.2.2")), ("three.peer.test", takes("192.0.2.3")))
    report = exchangers.judge(target(), exchangers.Seen((down,), others))
    assert [(found.code, found.subject) for found in report.findings] == [
        ("mx_takes", "two.peer.test"), ("mx_takes", "three.peer.test"),
    ]  # fmt: skip
    assert report.works_with == Settings("two.peer.test", 25, "none")

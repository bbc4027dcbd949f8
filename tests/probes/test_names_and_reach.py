"""What the checks of names, reaching, controls and alternatives make of what they saw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.practice.names import BOGUS, REFUSED, SERVFAIL, SILENT, NameServer
from probes.checks import alternatives, controls, names, reach
from probes.dialogue import Dialogue, Ended, Exchange, Reply
from probes.findings import Outcome, Settings
from probes.network import Answer, Dialled, Found, Network, Reached
from probes.speakers import Speaker
from probes.target import Login, Security, Target, parse_host
from probes.vantage import Vantage

HOST = "smtp.a.test"
TARGET = Target(host=parse_host(HOST))


def answer(kind: str, found: Found, *values: str, chain: tuple[str, ...] = (), detail: str = "") -> Answer:
    return Answer(HOST, kind, found, values, chain, detail)


FOUR = answer("A", Found.RECORDS, "192.0.2.1")
NO_SIX = answer("AAAA", Found.NO_DATA)
NAMES = [
    (FOUR, NO_SIX, None, ["name_found"]),
    (answer("A", Found.NO_DATA), answer("AAAA", Found.RECORDS, "2001:db8::1"), None, ["name_found"]),
    (FOUR, answer("AAAA", Found.SERVFAIL, detail="x servfail"), None, ["name_found", "dns_partly_failed"]),
    (FOUR, answer("AAAA", Found.TIME_OUT), None, ["name_found", "dns_partly_failed"]),
    (answer("A", Found.RECORDS, "192.0.2.1", chain=("b.test",)), NO_SIX, None, ["name_found"]),
    (answer("A", Found.NXDOMAIN), answer("AAAA", Found.NXDOMAIN), None, ["name_missing"]),
    (answer("A", Found.NXDOMAIN), answer("AAAA", Found.TIME_OUT), None, ["name_missing"]),
    (answer("A", Found.NXDOMAIN, chain=("b.test",)), answer("AAAA", Found.NXDOMAIN), None, ["name_dangling"]),
    (answer("A", Found.SERVFAIL), answer("AAAA", Found.SERVFAIL), None, ["dns_failed"]),
    (answer("A", Found.REFUSED), answer("AAAA", Found.REFUSED), None, ["dns_refused"]),
    (answer("A", Found.TIME_OUT), answer("AAAA", Found.TIME_OUT), None, ["dns_timed_out"]),
    (answer("A", Found.LOOP, chain=("b.test", HOST)), answer("AAAA", Found.LOOP), None, ["cname_loop"]),
    (answer("A", Found.NO_DATA), NO_SIX, answer("MX", Found.RECORDS, "10 mx.a.test."), ["mail_domain_given"]),
    (answer("A", Found.NO_DATA), NO_SIX, answer("MX", Found.RECORDS, "0 ."), ["no_address"]),
    (answer("A", Found.NO_DATA), NO_SIX, answer("MX", Found.NO_DATA), ["no_address"]),
    (answer("A", Found.NO_DATA, chain=("b.test",)), NO_SIX, None, ["no_address"]),
]


@pytest.mark.parametrize(("four", "six", "mx", "codes"), NAMES)
def test_each_way_in_which_a_name_fails_has_its_code(four, six, mx, codes) -> None:
    report = names.judge(TARGET, names.Seen(four, six, mx))
    assert [finding.code for finding in report.findings] == codes


def test_what_is_no_name_is_not_looked_up() -> None:
    assert names.judge(Target(host=parse_host("a b")), None).findings[0].code == "server_not_a_name"
    assert names.judge(Target(host=parse_host("192.0.2.1")), None).findings[0].code == "address_given"


def dialled(reached: Reached, *, port: int = 587, address: str = "192.0.2.1", detail: str = "") -> Dialled:
    return Dialled(address, port, reached, 5, detail)


SIX = "2001:db8::1"
REACH = [
    ([dialled(Reached.CONNECTED)], Outcome.DONE, ["port_open"]),
    ([dialled(Reached.REFUSED), dialled(Reached.CONNECTED, port=465)], Outcome.DONE, ["port_refused", "port_open"]),
    ([dialled(Reached.FILTERED)], Outcome.DONE, ["port_filtered"]),
    ([dialled(Reached.RESET)], Outcome.DONE, ["port_reset"]),
    ([dialled(Reached.UNREACHABLE)], Outcome.DONE, ["port_unreachable"]),
    ([dialled(Reached.PROHIBITED)], Outcome.DONE, ["port_prohibited"]),
    ([dialled(Reached.NO_ROUTE)], Outcome.BLIND, ["no_route"]),
    ([dialled(Reached.FORBIDDEN, detail="address_not_allowed")], Outcome.BLIND, []),
    ([dialled(Reached.FORBIDDEN), dialled(Reached.CONNECTED, address="192.0.2.2")], Outcome.DONE, ["port_open"]),
    ([], Outcome.DONE, []),
    *(
        ([dialled(how, address=SIX), dialled(Reached.CONNECTED)], Outcome.DONE, [code, "port_open", "ipv6_broken"])
        for how, code in (
            (Reached.FILTERED, "port_filtered"),
            (Reached.REFUSED, "port_refused"),
            (Reached.RESET, "port_reset"),
            (Reached.UNREACHABLE, "port_unreachable"),
            (Reached.PROHIBITED, "port_prohibited"),
        )
    ),
    ([dialled(Reached.FILTERED, address=SIX), dialled(Reached.FILTERED)], Outcome.DONE, ["port_filtered"] * 2),
    (
        [dialled(Reached.CONNECTED, address=SIX), dialled(Reached.FILTERED)],
        Outcome.DONE,
        ["port_open", "port_filtered", "address_broken"],
    ),
    (
        [dialled(Reached.REFUSED, address=SIX), dialled(Reached.CONNECTED, address="2001:db8::2")],
        Outcome.DONE,
        ["port_refused", "port_open", "address_broken"],
    ),
]


@pytest.mark.parametrize(("seen", "outcome", "codes"), REACH)
def test_each_way_in_which_a_port_is_reached_has_its_code(seen, outcome, codes) -> None:
    report = reach.judge(TARGET, seen)
    assert (report.outcome, [finding.code for finding in report.findings]) == (outcome, codes)


def test_no_ipv6_of_our_own_is_never_the_servers_fault() -> None:
    report = reach.judge(TARGET, [dialled(Reached.NO_ROUTE, address=SIX), dialled(Reached.CONNECTED)])
    assert [finding.code for finding in report.findings] == ["no_route", "port_open"]
    assert report.not_tested == (("ipv6", "no_route_ipv6"),)


CONTROLS = [
    (
        controls.Seen((), (FOUR,), (dialled(Reached.CONNECTED),)),
        ["resolver_answers", "something_answers", "no_control"],
    ),
    (controls.Seen((), (answer("A", Found.TIME_OUT),), ()), ["resolver_silent", "no_control"]),
    (controls.Seen((), (answer("A", Found.TIME_OUT),), (), True, True), ["resolver_answers", "no_control"]),
    (
        controls.Seen((), (answer("A", Found.TIME_OUT),), (), False),
        ["resolver_silent", "no_resolver_route", "no_control"],
    ),
    (
        controls.Seen((), (NO_SIX, answer("A", Found.TIME_OUT), answer("NS", Found.TIME_OUT)), (), True, True),
        ["resolver_died", "no_control"],
    ),
    (
        controls.Seen((), (answer("A", Found.TIME_OUT), NO_SIX, answer("NS", Found.RECORDS, "a.root.")), ()),
        ["resolver_answers", "no_control"],
    ),
    (controls.Seen((), (), (), way_out=False), ["no_default_route", "no_control"]),
    (controls.Seen((), (), (dialled(Reached.NO_ROUTE),)), ["no_way_out", "no_control"]),
    (controls.Seen((), (), (dialled(Reached.FORBIDDEN),)), ["no_control"]),
    (controls.Seen((), (), (dialled(Reached.FILTERED),)), ["no_control"]),
    (controls.Seen((("c.test", 25, Reached.CONNECTED),), (), ()), ["control_reached"]),
    (controls.Seen((("c.test", 25, Reached.REFUSED),), (), ()), ["control_reached"]),
    (controls.Seen((("c.test", 25, Reached.FILTERED),), (), ()), ["control_failed"]),
    (controls.Seen((("c.test", 25, None),), (), ()), ["control_failed"]),
]


@pytest.mark.parametrize(("seen", "codes"), CONTROLS)
def test_what_shows_that_our_own_network_works(seen, codes) -> None:
    assert [finding.code for finding in controls.judge(TARGET, seen).findings] == codes


def held(port: int, ended: Ended = Ended.FINISHED, *, at: str = "", speaks: bool = True, **more) -> Dialogue:
    spoken = (Exchange("greeting", "", Reply(220, "x"), 1), Exchange("ehlo", "EHLO", Reply(250, "x"), 1))
    return Dialogue(
        address="192.0.2.1",
        port=port,
        security=Security.AUTO,
        dialled=dialled(Reached.CONNECTED, port=port),
        ended=ended,
        ended_at=at,
        exchanges=spoken if speaks else (),
        speaker=Speaker.SMTP if speaks else Speaker.NOTHING,
        **more,
    )


OTHER = Target(host=parse_host("mail.a.test"))


@pytest.mark.parametrize(
    ("given", "beside", "works_with", "codes"),
    [
        ((held(587),), (), None, []),
        ((held(587),), ((held(25), TARGET),), None, []),
        (
            (held(587, Ended.SILENT, at="greeting", speaks=False),),
            ((held(25), TARGET),),
            Settings(HOST, 25, "none"),
            [],
        ),
        ((), ((held(587), OTHER),), Settings("mail.a.test", 587, "none"), ["other_name_answers"]),
        ((), ((held(587), OTHER), (held(465), OTHER)), Settings("mail.a.test", 465, "none"), ["other_name_answers"]),
        ((), ((held(587, Ended.SILENT, at="greeting", speaks=False), OTHER),), None, []),
        ((), (), None, []),
    ],
)
def test_what_works_is_named_only_where_the_given_settings_do_not(given, beside, works_with, codes) -> None:
    report = alternatives.judge(TARGET, alternatives.Seen(given, beside))
    assert [finding.code for finding in report.findings] == codes
    if works_with is None or works_with.port != 465:
        assert report.works_with == works_with
    else:
        assert report.works_with is not None
        assert report.works_with.host == works_with.host


def test_a_server_that_answers_only_so_many_connections_leaves_its_other_ports_untested() -> None:
    silent = held(587, Ended.SILENT, at="greeting", speaks=False)
    away = replace(
        held(465, Ended.REFUSED, at="greeting"), exchanges=(Exchange("greeting", "", Reply(421, "later"), 1),)
    )
    report = alternatives.judge(TARGET, alternatives.Seen((silent,), ((away, TARGET),)))
    assert report.not_tested == (("alternatives", "throttled"),)
    report = alternatives.judge(TARGET, alternatives.Seen((silent,), ((away, TARGET), (held(25), TARGET))))
    assert report.not_tested == ()


def test_a_login_that_was_refused_is_not_answered_with_other_ports() -> None:
    refused = held(587, Ended.REFUSED, at="auth", mechanisms=("PLAIN",))
    target = Target(host=parse_host(HOST), login=Login.YES)
    report = alternatives.judge(target, alternatives.Seen((refused,), ((held(465, mechanisms=("PLAIN",)), target),)))
    assert report.works_with is None


ZONE = {
    "good.test": {"A": ["127.0.53.9"]},
    "chain.test": {"CNAME": ["middle.test."]},
    "middle.test": {"CNAME": ["good.test."]},
    "dangling.test": {"CNAME": ["nowhere.test."]},
    "refused.test": REFUSED,
    "failing.test": SERVFAIL,
    "bogus.test": BOGUS,
    "silent.test": SILENT,
    "many.test": {"A": [f"127.0.53.{number}" for number in range(40)]},
}


@pytest.mark.parametrize(
    ("name", "found", "values", "chain"),
    [
        ("good.test", Found.RECORDS, ("127.0.53.9",), ()),
        ("GOOD.test.", Found.RECORDS, ("127.0.53.9",), ()),
        ("chain.test", Found.RECORDS, ("127.0.53.9",), ("middle.test", "good.test")),
        ("dangling.test", Found.NXDOMAIN, (), ("nowhere.test",)),
        ("missing.test", Found.NXDOMAIN, (), ()),
        ("refused.test", Found.REFUSED, (), ()),
        ("failing.test", Found.SERVFAIL, (), ()),
        ("bogus.test", Found.SERVFAIL, (), ()),
    ],
)
async def test_answers_of_a_resolver_are_kept_apart(name, found, values, chain) -> None:
    async with NameServer.start(ZONE) as server:
        network = Network(Vantage(nameservers=((server.address, server.port),), name="here"))
        got = await network.lookup(name, "A")
        await network.close()
    assert (got.found, got.values, got.chain) == (found, values, chain)


async def test_an_answer_is_bounded() -> None:
    async with NameServer.start(ZONE) as server:
        network = Network(Vantage(nameservers=((server.address, server.port),), name="here"))
        assert len((await network.lookup("many.test", "A")).values) == 16
        await network.close()


@pytest.mark.parametrize("bad", [SILENT, SERVFAIL, REFUSED])
async def test_one_bad_resolver_among_several_neither_breaks_nor_slows_a_lookup(bad) -> None:
    async with NameServer.start({"good.test": bad}) as first, NameServer.start(ZONE) as second:
        network = Network(
            Vantage(nameservers=((first.address, first.port), (second.address, second.port)), name="here")
        )
        got = await network.lookup("good.test", "A")
        assert got.values == ("127.0.53.9",)
        assert network.at_ms() < 1000
        before = len(first.lookups)
        await network.lookup("chain.test", "A")
        assert len(first.lookups) == before  # it goes last now
        await network.close()


async def test_a_resolver_that_is_gone_is_given_up_after_one_question() -> None:
    network = Network(Vantage(nameservers=(("127.0.0.1", 9),), name="here"))
    assert (await network.lookup("a.test", "A")).found is Found.TIME_OUT
    began = network.at_ms()
    assert (await network.lookup("b.test", "A")).found is Found.TIME_OUT
    assert network.at_ms() - began < 100
    assert network.resolvers.heard is False
    await network.close()

"""What may be dialled: spellings of addresses, names that lead inside, ports; refused before a packet leaves."""

from __future__ import annotations

import ipaddress

import pytest

from bot.looking import look
from bot.practice.names import NameServer
from bot.practice.peer import Script, peer
from bot.settings import SettingsError, read_settings
from flows.opening import opened
from probes.causes import Cause
from probes.findings import Outcome
from probes.guard import refusal
from probes.network import Network, Reached
from probes.target import Target, parse, parse_host, split_host_port
from probes.vantage import Vantage
from probes.verdict import Told

NOWHERE = Vantage(name="here")
NO_ADDRESS = "no address"
"""What is typed is taken for no address at all, so that nothing is dialled (inet_aton's spellings above all)."""

REFUSED = """
127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.255 0.0.0.0 0.1.2.3 0.255.255.255
10.0.0.0 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255
169.254.0.1 169.254.169.254 169.254.170.2 169.254.169.253 100.100.100.200 168.63.129.16 192.0.0.192
100.64.0.1 100.127.255.255 192.0.0.1 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.88.99.2
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
224.0.0.1 224.0.0.251 239.255.255.250 232.1.1.1 240.0.0.1 250.1.2.3 255.255.255.255 255.255.255.254
127.0.0.1. [127.0.0.1] 10.0.0.1. "10.0.0.1" <10.0.0.1> `10.0.0.1`
::1 [::1] :: [::] 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::0001 0::1
::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:127.0.0.1 0:0:0:0:0:ffff:127.0.0.1 [::ffff:127.0.0.1] ::ffff:10.0.0.1
::ffff:169.254.169.254 ::ffff:a9fe:a9fe ::ffff:192.168.1.1 ::ffff:0.0.0.0 ::ffff:255.255.255.255 ::ffff:100.100.100.200
::127.0.0.1 ::10.0.0.1 ::169.254.169.254 ::8.8.8.8 ::2 ::ffff
::ffff:0:127.0.0.1 ::ffff:0:10.0.0.1 ::ffff:0:8.8.8.8
64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b::192.168.0.1 64:ff9b::0.0.0.0
64:ff9b:1::1 64:ff9b:1::10.0.0.1 64:ff9b:1:ffff::8.8.8.8 64:ff9b::224.0.0.1 64:ff9b:2::1
2002:7f00:1:: 2002:7f00:0001::1 2002:a00:1::1 2002:a9fe:a9fe::1 2002:c0a8:101::1 2002:ac10:1::1 2002:e000:1::
2001:0:7f00:1::1 2001:0:4136:e378:8000:63bf:80ff:fffe
2001:0:4136:e378:8000:63bf:f5ff:fffe 2001:0:4136:e378:8000:63bf:3fff:fdd2
2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2001:db8:ffff::1 3fff::1 3fff:fff::1
100::1 100::ffff 5f00::1 1::1 4000::1 8000::1 a000::1 c000::1 e000::1 f000::1 fe00::1
fc00::1 fd00::1 fdff:ffff::1 fd00:ec2::254 fd20:ce::254 fec0::1 feff::1 fe80::1 fe80::ffff febf::1
fe80::1%eth0 fe80::1%1 fe80::1%25eth0 2606:4700::1111%eth0 ::1%lo
ff00::1 ff01::1 ff02::1 ff02::fb ff05::2 ff0e::1 ff3e::1
IPv6:::1 [IPv6:::1] [IPv6:fe80::1]
2606:4700::5efe:127.0.0.1 2606:4700::5efe:a00:1 2606:4700::200:5efe:169.254.169.254 2a00:1::200:5efe:c0a8:101
fe80::5efe:8.8.8.8 2001:db8::5efe:8.8.8.8 64:ff9b::100.100.100.200 2002:a83f:8110::1 64:ff9b::a83f:8110
""".split()  # noqa: SIM905 - a table that can be read

NO_ADDRESSES = [
    "2130706433", "3232235777", "2852039166", "017700000001", "0177.0.0.1", "0177.0.0.01", "127.1", "127.0.1", "10.1",
    "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0X7F.0.0.1", "127.0.0.0x1", "0xa9fea9fe", "169.254.43518", "169.16689662",
    "127.0.0.01", "127.000.000.001", "0300.0250.1.1", "192.168.257", "00000177.0.0.1", "127.0.0.1.", "1.2.3.4.5",
    "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "127.0.0.1%eth0", "127.0.0.1%00", "%31%32%37.0.0.1",
    "::ffff:0x7f.1", "[::1", "::1]:25x", "0:0:0:0:0:0:0:0:1", ":::1", "1:2", "::ffff:127.1", "256.256.256.256",
    "http://127.0.0.1", "http://[::1]/", "smtp@127.0.0.1", "127.0.0.1/", "127.0.0.1\\@example.com", "127.0.0.1#x",
    "127.0.0.1\tx", "127.0.0.1 example.com", "-1", "0", "+127.0.0.1", "127..1", ".127.0.0.1", "-example.com",
]  # fmt: skip

ALLOWED = """
8.8.8.8 1.1.1.1 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.255.255 169.255.0.1
172.15.255.255 172.32.0.1 192.0.1.1 192.0.3.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 198.51.99.1
203.0.112.1 203.0.114.1 223.255.255.255 [8.8.8.8] 8.8.8.8.
2606:4700::5efe:8.8.8.8
2606:4700:4700::1111 [2606:4700:4700::1111] 2a00:1450:4001::1 2001:4860:4860::8888 2001:200::1 2400:cb00::1 2003::1
::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 2002:808:808::1 2620:fe::fe IPv6:2606:4700:4700::1111
""".split()  # noqa: SIM905 - a table that can be read


@pytest.mark.parametrize("typed", REFUSED)
def test_an_address_that_is_not_public_is_refused_in_every_spelling(typed: str) -> None:
    host = parse_host(typed)
    assert host.address
    assert refusal(host.name, 587, NOWHERE) == "address_not_allowed"
    assert refusal(host.name, 587, NOWHERE, names=("smtp.example.com",)) == "address_not_allowed"


@pytest.mark.parametrize("typed", NO_ADDRESSES)
def test_what_only_some_programs_take_for_an_address_leads_to_no_forbidden_place(typed: str) -> None:
    host = parse_host(split_host_port(typed)[0])
    if host.address:
        assert refusal(host.name, 587, NOWHERE) == "address_not_allowed"
    else:
        assert host.mistake or not host.name.rpartition(".")[2].isdigit()
        assert refusal(host.name or typed, 587, NOWHERE) == "address_not_allowed"


@pytest.mark.parametrize("typed", REFUSED + NO_ADDRESSES)
def test_no_spelling_gets_by_through_the_form_the_command_or_a_pasted_text(typed: str) -> None:
    """Each way of typing that leads to a look, with decorations that Slack and people put around a server."""
    place = typed if typed.startswith("[") or typed.count(":") < 2 else f"[{typed}]"
    for text in (typed, f"<http://{typed}|{typed}>", f"<{typed}>", f"smtp://{typed}", f"{place}:25", f" {typed} "):
        said = opened(text)
        for answers in ({"server": text}, {"server": typed, "port": "25"}, dict(said.answers)):
            found = parse(answers) if answers.get("server") else ()
            if isinstance(found, Target):
                assert refusal(found.host.name, 25, NOWHERE, names=(found.host.name,)) == "address_not_allowed", text


@pytest.mark.parametrize("typed", ALLOWED)
def test_a_public_address_may_be_dialled(typed: str) -> None:
    host = parse_host(typed)
    assert host.address
    assert refusal(host.name, 587, NOWHERE) is None


def test_the_table_is_as_long_as_it_is_said_to_be() -> None:
    assert len(set(REFUSED)) + len(set(NO_ADDRESSES)) + len(set(ALLOWED)) >= 200


@pytest.mark.parametrize("port", [25, 26, 465, 587, 2525, 2465, 2587, 110, 143, 993, 995])
def test_mail_ports_may_be_dialled(port: int) -> None:
    assert refusal("8.8.8.8", port, NOWHERE) is None


@pytest.mark.parametrize("port", [0, 1, 22, 24, 53, 80, 443, 445, 586, 588, 3306, 5432, 6379, 8080, 11211, 65535, -25])
def test_every_other_port_is_refused_wherever_it_is(port: int) -> None:
    assert refusal("8.8.8.8", port, NOWHERE) == "port_not_allowed"
    assert refusal("127.0.0.1", port, NOWHERE) == "port_not_allowed"


def test_a_port_may_be_added_by_the_settings() -> None:
    assert refusal("8.8.8.8", 1025, Vantage(extra_ports=frozenset({1025}))) is None


NETS = Vantage(allow_networks=(ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd12::/32")))


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("10.1.2.3", True),
        ("10.2.0.1", False),
        ("fd12::5", True),
        ("fd13::5", False),
        ("::ffff:10.1.2.3", False),
        ("64:ff9b::10.1.2.3", False),
        ("2002:a01:203::1", False),
        ("fd12::5%eth0", False),
        ("8.8.8.8", True),
        ("127.0.0.1", False),
    ],
)
def test_an_allowed_network_allows_its_own_addresses_and_nothing_that_carries_them(address: str, fine: bool) -> None:
    assert (refusal(address, 587, NETS) is None) is fine


@pytest.mark.parametrize(
    ("allowed", "address", "fine"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("0.0.0.0/0", "10.1.2.3", True),
        ("0.0.0.0/0", "127.0.0.1", True),
        ("127.0.0.0/8", "127.0.0.1", True),
        ("0.0.0.0/0", "169.254.169.254", False),
        ("169.0.0.0/8", "169.254.169.254", False),
        ("169.254.0.0/16", "169.254.169.254", True),
        ("169.254.169.254/32", "169.254.169.254", True),
        ("100.64.0.0/10", "100.100.100.200", False),
        ("100.64.0.0/10", "100.100.100.201", True),
        ("100.100.100.200/32", "100.100.100.200", True),
        ("168.63.0.0/16", "168.63.129.16", False),
        ("fd00::/8", "fd00:ec2::254", False),
        ("fd00::/8", "fd20:ce::254", False),
        ("fd00::/8", "fd12::5", True),
        ("fc00::/7", "fd00:ec2::254", False),
        ("fd00:ec2::/32", "fd00:ec2::254", True),
        ("::/0", "fd00:ec2::254", False),
        ("::/0", "::1", True),
        ("fe80::/10", "fe80::1", True),
        ("fe80::/10", "fe80::1%eth0", False),
        ("::/0", "::", False),
        ("0.0.0.0/0", "0.0.0.0", False),
        ("0.0.0.0/0", "255.255.255.255", False),
        ("0.0.0.0/0", "224.0.0.1", False),
        ("::/0", "ff02::1", False),
        ("::/0", "::ffff:169.254.169.254", True),
    ],
)
def test_a_wide_network_opens_no_metadata_service_and_nothing_that_is_no_unicast(
    allowed: str, address: str, fine: bool
) -> None:
    place = Vantage(allow_networks=(ipaddress.ip_network(allowed),))
    assert (refusal(address, 587, place) is None) is fine


CORP = Vantage(allow_domains=("corp.example", ".Lab.Example.", ""))


@pytest.mark.parametrize(
    ("names", "address", "fine"),
    [
        (("smtp.corp.example",), "10.0.0.5", True),
        (("SMTP.Corp.Example.",), "192.168.1.1", True),
        (("corp.example",), "172.20.0.1", True),
        (("smtp.corp.example",), "fd00:1::5", True),
        (("mail.lab.example",), "10.0.0.5", True),
        (("smtp.corp.example", "relay.corp.example"), "10.0.0.5", True),
        (("smtp.corp.example", "relay.elsewhere.test"), "10.0.0.5", False),
        (("evil.test", "smtp.corp.example"), "10.0.0.5", False),
        (("evilcorp.example",), "10.0.0.5", False),
        (("corp.example.evil.test",), "10.0.0.5", False),
        ((), "10.0.0.5", False),
        (("smtp.corp.example",), "127.0.0.1", False),
        (("smtp.corp.example",), "169.254.169.254", False),
        (("smtp.corp.example",), "100.64.0.1", False),
        (("smtp.corp.example",), "100.100.100.200", False),
        (("smtp.corp.example",), "fd00:ec2::254", False),
        (("smtp.corp.example",), "fd20:ce::254", False),
        (("smtp.corp.example",), "fe80::1", False),
        (("smtp.corp.example",), "::1", False),
        (("smtp.corp.example",), "224.0.0.1", False),
        (("smtp.corp.example",), "0.0.0.0", False),
        (("smtp.corp.example",), "::ffff:10.0.0.5", False),
        (("smtp.corp.example",), "64:ff9b::10.0.0.5", False),
        (("smtp.corp.example",), "192.0.2.1", False),
    ],
)
def test_a_name_under_an_allowed_domain_leads_to_private_unicast_and_nothing_worse(
    names: tuple[str, ...], address: str, fine: bool
) -> None:
    assert (refusal(address, 587, CORP, names=names) is None) is fine


INSIDE = "127.0.0.1"
OUTSIDE = "127.0.53.2"
"""Stands for the internet here: the one address that is allowed."""


def vantage(names: NameServer, port: int, **more: object) -> Vantage:
    """Everything leads to the same listening port, so that whatever is dialled is met."""
    routes = {(address, p): (INSIDE, port) for address in (INSIDE, OUTSIDE, "10.0.0.5") for p in (25, 465, 587, 2525)}
    return Vantage(
        nameservers=((names.address, names.port),),
        allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
        routes=routes,
        name="here",
        **more,
    )


TRICKS = {
    "an inside address": {"trick.test": {"A": [INSIDE]}},
    "a CNAME to an inside name": {"trick.test": {"CNAME": ["in.corp.test."]}, "in.corp.test": {"A": ["10.0.0.5"]}},
    "an MX to an inside name": {"trick.test": {"MX": ["1 in.corp.test."]}, "in.corp.test": {"A": ["10.0.0.5"]}},
    "an MX that is an address": {"trick.test": {"MX": ["1 127.0.0.1."]}},
    "an SRV to an inside name": {
        "trick.test": {"MX": ["1 mx.elsewhere.test."]},
        "_submissions._tcp.trick.test": {"SRV": ["0 1 465 in.corp.test."]},
        "in.corp.test": {"A": ["10.0.0.5"]},
    },
    "a near miss that leads inside": {"smtp.trick.test": {"A": [INSIDE]}},
    "a mapped address": {"trick.test": {"AAAA": ["::ffff:127.0.0.1"]}},
    "a NAT64 address": {"trick.test": {"AAAA": ["64:ff9b::7f00:1"]}},
    "metadata": {"trick.test": {"A": ["169.254.169.254"], "AAAA": ["fd00:ec2::254"]}},
    "a wildcard": {"*.test": {"A": [INSIDE]}},
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_no_name_leads_inside_and_nobody_there_is_met(trick: str) -> None:
    async with NameServer.start(TRICKS[trick]) as names, peer(Script()) as inside:
        place = vantage(names, inside.port, allow_domains=("corp.test",))
        found = await look(Target(host=parse_host("trick.test")), Told(), place, timeout=10)
    assert inside.met == 0
    assert found.works_with is None
    assert found.cause in (Cause.UNKNOWN, Cause.NO_ADDRESS, Cause.SERVER_NAME_WRONG)


async def test_a_name_that_changes_its_answer_is_asked_once_and_the_judged_address_is_dialled() -> None:
    zone = {"rebinds.test": {"A": [OUTSIDE]}}
    async with NameServer.start(zone) as names, peer(Script()) as server:
        place = vantage(names, server.port)
        network = Network(place)
        assert await network.addresses("rebinds.test") == (OUTSIDE,)
        zone["rebinds.test"] = {"A": ["10.0.0.5"]}
        assert await network.addresses("rebinds.test") == (OUTSIDE,)
        await network.close()
        dialled = await look(Target(host=parse_host("rebinds.test")), Told(), place, timeout=10)
        asked = names.lookups.count(("rebinds.test", "A"))
        assert server.met == 0
    assert asked == 2  # once a run, however many checks want it
    assert ("reach", "address_not_allowed") in [(one.check, one.reason) for one in dialled.not_tested]


async def test_a_search_domain_is_never_added() -> None:
    async with NameServer.start({"relay.corp.test": {"A": [OUTSIDE]}}) as names:
        network = Network(Vantage(nameservers=((names.address, names.port),), name="host.corp.test"))
        assert await network.addresses("relay") == ()
        assert {name for name, _ in names.lookups} == {"relay"}
        await network.close()


async def test_a_control_may_be_dialled_and_allows_nothing_else() -> None:
    async with NameServer.start({}) as names, peer(Script()) as inside:
        place = vantage(names, inside.port, controls=((INSIDE, 587),))
        found = await look(Target(host=parse_host(INSIDE)), Told(), place, timeout=10)
    assert inside.met == 1  # the control's own connection, and no other
    assert ("reach", "address_not_allowed") in [(one.check, one.reason) for one in found.not_tested]
    assert found.cause is Cause.UNKNOWN


async def test_what_is_refused_reads_and_takes_the_same_whether_something_is_there_or_not() -> None:
    said = []
    async with NameServer.start({"a.test": {"A": [INSIDE]}, "b.test": {"A": ["10.99.99.99"]}}) as names:
        for name in ("a.test", "b.test"):
            found = await look(Target(host=parse_host(name)), Told(), vantage(names, names.port), timeout=10)
            said.append((found.cause, found.confidence, [(one.check, one.reason) for one in found.not_tested]))
            assert found.elapsed_ms < 2000
    assert said[0] == said[1]


async def test_the_addresses_of_the_inside_are_not_told_either() -> None:
    zone = {"relay.corp.test": {"A": ["10.9.8.7"], "AAAA": ["fd12::7"]}, "mixed.test": {"A": ["10.9.8.7", OUTSIDE]}}
    async with NameServer.start(zone) as names:
        inside = await look(Target(host=parse_host("relay.corp.test")), Told(), vantage(names, 9), timeout=10)
        mixed = await look(Target(host=parse_host("mixed.test")), Told(), vantage(names, 9), timeout=10)
    assert "10.9.8.7" not in repr(inside)
    assert "fd12::7" not in repr(inside)
    assert next(one.evidence for one in inside.findings if one.code == "name_found") == {}
    assert "10.9.8.7" not in repr([one for one in mixed.findings if one.code == "name_found"])
    assert OUTSIDE in repr([one for one in mixed.findings if one.code == "name_found"])


@pytest.mark.parametrize("text", ["*.Bücher.example", ".bücher.example.", "xn--bcher-kva.example"])
def test_an_allowed_domain_is_read_as_the_names_under_it_are(text: str) -> None:
    settings = read_settings({"SMTP_HELP_ALLOW_DOMAINS": text})
    place = settings.vantage()
    assert refusal("10.0.0.5", 587, place, names=(parse_host("smtp.bücher.example").name,)) is None
    with pytest.raises(SettingsError, match="is no domain"):
        read_settings({"SMTP_HELP_ALLOW_DOMAINS": "10.0.0.0/8"})


async def test_a_forbidden_place_is_not_dialled_at_all() -> None:
    network = Network(NOWHERE)
    dialled = await network.dial("10.0.0.1", 587)
    assert (dialled.reached, dialled.detail, dialled.took_ms) == (Reached.FORBIDDEN, "address_not_allowed", 0)
    assert (await network.dial("8.8.8.8", 22)).detail == "port_not_allowed"
    await network.close()
    assert Outcome.BLIND == "blind"

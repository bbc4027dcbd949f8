"""The name server says what its zone says, by UDP and by TCP, its failures included."""

import asyncio

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode
import pytest

from bot.practice.names import BOGUS, REFUSED, SERVFAIL, SILENT, NameServer
from bot.practice.zone import addresses, practice_zone

ZONE = {
    "a.test": {
        "SOA": ["ns.a.test. host.a.test. 1 2 3 4 5"],
        "A": ["192.0.2.1", "192.0.2.2"],
        "AAAA": ["2001:db8::1"],
        "MX": ["10 mx.a.test.", "20 mx2.a.test."],
        "TXT": SERVFAIL,
    },
    "alias.a.test": {"CNAME": ["a.test."]},
    "astray.a.test": {"CNAME": ["nowhere.test."]},
    "round.a.test": {"CNAME": ["about.a.test."]},
    "about.a.test": {"CNAME": ["round.a.test."]},
    "x.deep.a.test": {"A": ["192.0.2.3"]},
    "*.wild.a.test": {"A": ["192.0.2.4"]},
    "_submission._tcp.a.test": {"SRV": ["0 1 587 a.test."]},
    "nomail.test": {"MX": ["0 ."]},
    "fails.test": SERVFAIL,
    "refused.test": REFUSED,
    "bogus.test": BOGUS,
    "silent.test": SILENT,
    "long.test": {"TXT": [f'"{"x" * 200} {number}"' for number in range(20)]},
}


@pytest.fixture(params=["udp", "tcp"])
async def ask(request):
    async with NameServer.start(ZONE) as names:
        call = getattr(dns.asyncquery, request.param)

        async def ask_it(name, kind="A", patience=5.0, **options):
            query = dns.message.make_query(name, kind, use_edns=True, **options)
            return await call(query, names.address, port=names.port, timeout=patience)

        ask_it.names = names
        yield ask_it


def texts(rrsets):
    return [(str(rrset.name), text) for rrset in rrsets for text in sorted(str(rdata) for rdata in rrset)]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a.test", "A", [("a.test.", "192.0.2.1"), ("a.test.", "192.0.2.2")]),
        ("A.Test", "AAAA", [("A.Test.", "2001:db8::1")]),
        ("a.test", "MX", [("a.test.", "10 mx.a.test."), ("a.test.", "20 mx2.a.test.")]),
        ("alias.a.test", "AAAA", [("alias.a.test.", "a.test."), ("a.test.", "2001:db8::1")]),
        ("alias.a.test", "CNAME", [("alias.a.test.", "a.test.")]),
        ("nomail.test", "MX", [("nomail.test.", "0 .")]),
        ("_submission._tcp.a.test", "SRV", [("_submission._tcp.a.test.", "0 1 587 a.test.")]),
        ("one.two.wild.a.test", "A", [("one.two.wild.a.test.", "192.0.2.4")]),
    ],
)
async def test_what_the_zone_holds_is_answered(ask, name, kind, expected):
    response = await ask(name, kind)
    assert response.rcode() == dns.rcode.NOERROR
    assert response.flags & dns.flags.RA
    assert texts(response.answer) == expected
    assert ask.names.lookups == [(name.lower(), kind)]


@pytest.mark.parametrize(("name", "soa"), [("b.a.test", "a.test."), ("b.test", "."), ("xa.test", ".")])
async def test_a_name_that_is_not_there_is_nxdomain_with_the_soa_of_its_zone(ask, name, soa):
    response = await ask(name)
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert str(response.authority[0].name) == soa
    assert not response.answer


@pytest.mark.parametrize(("name", "kind"), [("nomail.test", "A"), ("a.test", "SRV"), ("deep.a.test", "A")])
async def test_a_type_that_is_not_there_is_no_data_with_a_soa(ask, name, kind):
    response = await ask(name, kind)
    assert response.rcode() == dns.rcode.NOERROR
    assert not response.answer
    assert len(response.authority) == 1


async def test_an_alias_of_nothing_is_nxdomain_with_the_alias_in_the_answer(ask):
    response = await ask("astray.a.test")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert texts(response.answer) == [("astray.a.test.", "nowhere.test.")]


@pytest.mark.parametrize(
    ("name", "kind", "rcode"),
    [
        ("fails.test", "A", "SERVFAIL"),
        ("a.test", "TXT", "SERVFAIL"),
        ("refused.test", "MX", "REFUSED"),
        ("bogus.test", "A", "SERVFAIL"),
        ("round.a.test", "A", "SERVFAIL"),
    ],
)
async def test_a_failure_of_the_zone_is_its_response_code(ask, name, kind, rcode):
    assert dns.rcode.to_text((await ask(name, kind)).rcode()) == rcode


async def test_a_bogus_name_says_why_in_an_extended_error(ask):
    assert [option.code.value for option in (await ask("bogus.test")).options] == [6]
    assert not (await ask("fails.test")).options


async def test_a_silent_name_is_heard_and_never_answered(ask):
    with pytest.raises(dns.exception.Timeout):
        await ask("silent.test", patience=0.1)
    assert ask.names.lookups == [("silent.test", "A")]


async def test_an_answer_too_long_for_a_datagram_is_cut_and_whole_by_tcp():
    async with NameServer.start(ZONE) as names:
        query = dns.message.make_query("long.test", "TXT")
        cut = await dns.asyncquery.udp(query, names.address, port=names.port, timeout=5)
        assert cut.flags & dns.flags.TC
        assert not cut.answer
        whole, by_tcp = await dns.asyncquery.udp_with_fallback(query, names.address, port=names.port, timeout=5)
        assert by_tcp
        assert len(whole.answer[0]) == 20


async def test_what_is_no_dns_message_is_passed_over_and_the_next_is_answered():
    async with NameServer.start(ZONE) as names:
        reader, writer = await asyncio.open_connection(names.address, names.port)
        wire = dns.message.make_query("a.test", "A").to_wire()
        for byte in b"\0\3abc" + len(wire).to_bytes(2, "big") + wire:
            writer.write(bytes([byte]))
            await writer.drain()
        length = int.from_bytes(await reader.readexactly(2), "big")
        assert dns.message.from_wire(await reader.readexactly(length)).answer
        writer.transport.abort()


async def test_the_zone_of_the_range_holds_its_hosts_its_near_miss_and_its_bad_domains():
    zone = practice_zone()
    assert len(set(addresses().values())) == len(addresses())
    async with NameServer.start(zone) as names:

        async def ask(name, kind="A"):
            query = dns.message.make_query(name, kind)
            return await dns.asyncquery.udp(query, names.address, port=names.port, timeout=5)

        assert texts((await ask("smtp.practice.test")).answer) == [("smtp.practice.test.", addresses()["healthy"])]
        assert texts((await ask("practice.test", "MX")).answer) == [("practice.test.", "10 mx.practice.test.")]
        assert texts((await ask("nomail.test", "MX")).answer) == [("nomail.test.", "0 .")]
        for name in ("smpt.practice.test", "nowhere.practice.test", "practcie.test"):
            assert (await ask(name, "MX")).rcode() == dns.rcode.NXDOMAIN
        no_address = await ask("no-address.practice.test")
        assert (no_address.rcode(), no_address.answer) == (dns.rcode.NOERROR, [])
        assert (await ask("broken-names.practice.test")).rcode() == dns.rcode.SERVFAIL

"""Name servers that are slow, half mute, cut off or that hide names; and the hosts file, which goes before them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rrset
import pytest

from bot.practice.names import SILENT, Failing, NameServer
from probes.checks import names
from probes.network import Answer, Found, Network
from probes.target import Target, parse_host
from probes.vantage import Vantage

ZONE = {
    "half.test": {"A": ["127.0.53.9"], "AAAA": SILENT},
    "other-half.test": {"A": SILENT, "AAAA": ["fd00::9"]},
    "hidden.test": Failing("NXDOMAIN", extended=15),
    "refused-by-rule.test": Failing("REFUSED", extended=18),
}


@pytest.fixture
async def network():
    async with NameServer.start(ZONE) as server:
        made = Network(Vantage(nameservers=((server.address, server.port),), name="here"))
        yield made
        await made.close()


@pytest.mark.parametrize(("name", "six", "four"), [("half.test", (), 1), ("other-half.test", 1, ())])
async def test_a_family_that_is_never_answered_for_is_not_waited_for_long(network, name, six, four) -> None:
    got = await network.both(name)
    assert [len(answer.values) for answer in got] == [six or 0, four or 0]
    assert {answer.found for answer in got} == {Found.RECORDS, Found.TIME_OUT}
    assert network.at_ms() < 4000
    report = names.judge(Target(host=parse_host(name)), names.Seen(got[1], got[0]))
    assert [finding.code for finding in report.findings] == ["name_found", "dns_partly_failed"]


@pytest.mark.parametrize("name", ["hidden.test", "refused-by-rule.test"])
async def test_a_name_that_is_hidden_on_purpose_is_not_called_missing(network, name) -> None:
    assert (await network.lookup(name, "A")).found is Found.WITHHELD


class _Late(asyncio.DatagramProtocol):
    """Answers the first datagram only once the question came again, as a resolver does that needs a while."""

    def __init__(self) -> None:
        self.first: tuple[dns.message.Message, tuple[str, int]] | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        if self.first is None:
            self.first = (query, addr)
            return
        query, addr = self.first
        response = dns.message.make_response(query, recursion_available=True)
        response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", "127.0.53.9"))
        self.transport.sendto(response.to_wire(), addr)


class _Cutting(_Late):
    """Cuts every answer off; over TCP nobody is there."""

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        response = dns.message.make_response(dns.message.from_wire(data), recursion_available=True)
        response.flags |= dns.flags.TC
        self.transport.sendto(response.to_wire(), addr)


@asynccontextmanager
async def asked(protocol):
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(protocol, local_addr=("127.0.0.1", 0))
    network = Network(Vantage(nameservers=(transport.get_extra_info("sockname"),), name="here"))
    try:
        yield network
    finally:
        await network.close()
        transport.close()


async def test_an_answer_that_comes_after_the_question_was_sent_again_still_counts() -> None:
    async with asked(_Late) as network:
        assert (await network.lookup("slow.test", "A")).values == ("127.0.53.9",)


async def test_an_answer_that_is_cut_off_with_none_over_tcp_is_a_failure_and_no_silence() -> None:
    async with asked(_Cutting) as network:
        got = await network.lookup("cut.test", "A")
        assert (got.found, network.resolvers.heard) == (Found.SERVFAIL, True)
        assert "cut off" in got.detail


HOSTS = """
127.0.0.1 localhost
127.0.53.9\tsmtp.corp.test SMTP  # the relay
fd00::9 six.corp.test
nonsense smtp.corp.test
"""


@pytest.mark.parametrize(
    ("name", "kind", "found", "values"),
    [
        ("smtp.corp.test", "A", Found.RECORDS, ("127.0.53.9",)),
        ("smtp", "A", Found.RECORDS, ("127.0.53.9",)),
        ("smtp.corp.test", "AAAA", Found.NO_DATA, ()),
        ("six.corp.test", "AAAA", Found.RECORDS, ("fd00::9",)),
    ],
)
async def test_the_hosts_file_goes_before_the_systems_name_servers(tmp_path, name, kind, found, values) -> None:
    file = tmp_path / "hosts"
    file.write_text(HOSTS)
    network = Network(Vantage(hosts_file=file, name="here"))
    assert await network.lookup(name, kind) == Answer(name, kind, found, values, by_file=True)
    await network.close()


async def test_name_servers_of_ones_own_choice_go_before_the_hosts_file(tmp_path) -> None:
    file = tmp_path / "hosts"
    file.write_text("127.0.53.8 half.test\n")
    async with NameServer.start(ZONE) as server:
        network = Network(Vantage(nameservers=((server.address, server.port),), hosts_file=file, name="here"))
        assert (await network.lookup("half.test", "A")).values == ("127.0.53.9",)
        await network.close()


async def test_a_hosts_file_that_is_not_there_says_nothing(tmp_path) -> None:
    network = Network(Vantage(hosts_file=tmp_path / "none", nameservers=(), name="here"))
    assert network.vantage.hosts_file.exists() is False
    assert (await network.resolvers.ask("localhost.invalid", "MX")).by_file is False
    await network.close()


def test_where_a_name_comes_from_a_file_the_person_is_told() -> None:
    four = Answer("smtp.corp.test", "A", Found.RECORDS, ("127.0.53.9",), by_file=True)
    six = Answer("smtp.corp.test", "AAAA", Found.NO_DATA, by_file=True)
    report = names.judge(Target(host=parse_host("smtp.corp.test")), names.Seen(four, six))
    assert [finding.code for finding in report.findings] == ["name_found", "name_by_file"]

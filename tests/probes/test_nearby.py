"""Which names are probably meant: out of slips, out of what is no name, and out of the person's own addresses."""

from __future__ import annotations

import pytest

from bot.practice.names import NameServer
from probes import nearby
from probes.network import Network
from probes.target import Target, parse_host
from probes.vantage import Vantage


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("smpt.a.test", "smtp.a.test"),
        ("smtpp.a.test", "smtp.a.test"),
        ("pop.a.test", "smtp.a.test"),
        ("smtpa.test", "smtp.a.test"),
        ("smtp-a.test", "smtp.a.test"),
        ("mailexample.test", "mail.example.test"),
        ("smtp.example.con", "smtp.example.com"),
        ("smtp.example.cmo", "smtp.example.com"),
        ("smtp.example.nte", "smtp.example.net"),
        ("smtp.example.ogr", "smtp.example.org"),
        ("smtp.examplecom", "smtp.example.com"),
        ("smtp.exxample.test", "smtp.example.test"),
        ("smtp.gmial.com", "smtp.gmail.com"),
        ("a.test", "smtp.a.test"),
    ],
)
def test_a_slip_is_set_right(typed, meant) -> None:
    assert meant in nearby.spelled(typed)
    assert typed not in nearby.spelled(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("smtp..a.test", "smtp.a.test"),
        ("smtp,a.test", "smtp.a.test"),
        ("smtp. a.test", "smtp.a.test"),
        ("smtp.a.test (SSL)", "smtp.a.test"),
        ("“smtp.a.test”", "smtp.a.test"),
        ("-smtp.a.test", "smtp.a.test"),
        ("SMTP.A.test;", "smtp.a.test"),
    ],
)
def test_what_is_no_name_is_read_as_the_nearest_one(typed, meant) -> None:
    assert meant in nearby.mended(typed)


def test_out_of_nonsense_comes_no_name() -> None:
    assert nearby.mended("(?)") == ()


ZONE = {
    "smtp.own.test": {"A": ["127.0.53.9"]},
    "smtp.a.test": {"A": ["127.0.53.8"]},
    "out.b.test": {"A": ["127.0.53.7"]},
}
ZONE |= {"_submissions._tcp.b.test": {"SRV": ["0 1 465 out.b.test."]}, "c.test": {"MX": ["1 mx.c.test."]}}
ZONE |= {"mx.c.test": {"A": ["127.0.53.6"]}}


@pytest.mark.parametrize(
    ("target", "names"),
    [
        (Target(host=parse_host("smpt.a.test")), ("smtp.a.test",)),
        (Target(host=parse_host("smtp.onw.test"), sender="ann@own.test"), ("smtp.own.test",)),
        (Target(host=parse_host("b.test")), ("out.b.test",)),
        (Target(host=parse_host("c.test")), ("mx.c.test",)),
        (Target(host=parse_host("smtp..a.test")), ("smtp.a.test",)),
        (Target(host=parse_host("ann@b.test")), ("out.b.test",)),
        (Target(host=parse_host("smtp.nowhere.test")), ()),
    ],
)
async def test_only_names_that_exist_are_dialled(target, names) -> None:
    async with NameServer.start(ZONE) as server:
        network = Network(Vantage(nameservers=((server.address, server.port),), name="here"))
        assert await nearby.names(network, target) == names
        await network.close()

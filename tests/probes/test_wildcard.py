"""Names that exist for no server of their own: wildcards, and name servers that answer for whatever is asked."""

from __future__ import annotations

import ipaddress

import pytest

from bot.looking import look
from bot.practice.doors import refusing
from bot.practice.names import NameServer, Zone
from bot.practice.peer import Script, peer
from probes.causes import Cause, Confidence
from probes.checks import wildcard
from probes.target import Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told, Verdict

NOWHERE, MAIL = "127.0.53.8", "127.0.53.9"
ROOT: Zone = {".": {"NS": ["a.root."]}}
WILD: Zone = ROOT | {"*.a.test": {"A": [NOWHERE]}, "smtp.a.test": {"A": [MAIL]}, "a.test": {"MX": ["1 smtp.a.test."]}}
INVENTING: Zone = ROOT | {"*.test": {"A": [NOWHERE]}, "*.invalid": {"A": [NOWHERE]}}
PORTAL: Zone = {"*.test": {"A": [NOWHERE]}, "*.invalid": {"A": [NOWHERE]}}


async def looked_at(zone: Zone, host: str) -> Verdict:
    with refusing() as closed:
        async with NameServer.start(zone) as names, peer(Script()) as there:
            routes = {(NOWHERE, port): ("127.0.0.1", closed) for port in (25, 465, 587, 2525)}
            routes |= {(MAIL, port): ("127.0.0.1", closed) for port in (25, 465, 2525)}
            place = Vantage(
                nameservers=((names.address, names.port),),
                allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
                routes=routes | {(MAIL, 587): (there.address, there.port)},
                name="here.test",
            )
            return await look(Target(host=parse_host(host)), Told(), place)


@pytest.mark.parametrize(
    ("zone", "host", "cause", "sure", "codes"),
    [
        (WILD, "smpt.a.test", Cause.SERVER_NAME_WRONG, Confidence.LIKELY, {"name_by_wildcard", "other_name_answers"}),
        (WILD, "smtp.a.test", Cause.OK, Confidence.LIKELY, set()),
        (INVENTING, "smtp.b.test", Cause.SERVER_NAME_WRONG, Confidence.LIKELY, {"name_invented"}),
        (PORTAL, "smtp.b.test", Cause.CONNECTION_REFUSED, Confidence.CERTAIN, {"every_name_alike"}),
    ],
)
async def test_a_name_to_which_any_other_leads_as_well_need_not_be_one(zone, host, cause, sure, codes) -> None:
    said = await looked_at(zone, host)
    assert (said.cause, said.confidence) == (cause, sure)
    found = {finding.code for finding in said.findings}
    assert codes <= found
    assert codes or not found & {"name_by_wildcard", "name_invented", "every_name_alike"}


def test_a_name_of_its_own_says_nothing() -> None:
    report = wildcard.judge(Target(host=parse_host("smtp.a.test")), wildcard.Seen((MAIL,), (NOWHERE,), (), root=True))
    assert report.findings == ()

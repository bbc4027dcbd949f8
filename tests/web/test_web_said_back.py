"""A server that says the password back, in whatever spelling: it stands nowhere."""

import base64
import ipaddress
from pathlib import Path

import pytest

from bot.looking import look
from bot.practice.certificates import Certificates
from bot.practice.names import NameServer
from bot.practice.peer import Script, peer
from bot.saidback import spellings, told_without
from probes.findings import Finding, Line, Outcome, Report, Severity
from probes.runner import Hint, Started
from probes.target import Login, Security, Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told

PASSWORD = "Gr4nit+und=Moos"
ADDRESS = "127.0.53.70"


@pytest.mark.parametrize("spelling", spellings("ann", PASSWORD))
async def test_it_is_taken_out_of_findings_transcript_and_progress(spelling):
    said = f"535 5.7.8 no: {spelling}\r\n".encode()
    replies = {"EHLO": b"250-peer.test\r\n250 AUTH PLAIN\r\n", "AUTH": said}
    told = []
    with Certificates.made() as made:
        script, tls = Script(replies=replies), made.good("peer.test")
        async with NameServer.start({"peer.test": {"A": [ADDRESS]}}) as names, peer(script, tls=tls) as there:
            here = Vantage(
                nameservers=((names.address, names.port),),
                allow_networks=(ipaddress.ip_network("127.0.53.0/24"),),
                routes={(ADDRESS, 465): (there.address, there.port)},
                ca_file=Path(made.ca_file),
                name="here.test",
            )
            asked = Target(
                host=parse_host("peer.test"), port=465, security=Security.TLS, login=Login.YES, user_name="ann"
            )
            found = await look(asked, Told(login="yes"), here, password=PASSWORD, tell=told.append, timeout=10)
    assert "login_refused" in {finding.code for finding in found.findings}
    assert "[removed]" in repr(found)
    for form in spellings("ann", PASSWORD):
        assert form not in repr(found)
        assert form not in repr(told)


def test_a_password_that_is_a_word_of_ours_changes_no_branch():
    evidence = {"cause": "auth_failed_credentials", "reply": "535 auth auth", "given": "yes"}
    finding = Finding("login_refused", Severity.FAULT, "x", evidence)
    report = Report("login", Outcome.DONE, (finding,), transcript=(Line("auth", 1, "<", "535 auth"),))
    cleaned = told_without(report, spellings("ann", "auth"))
    assert cleaned.findings[0].evidence == {**evidence, "reply": "535 [removed] [removed]"}
    assert cleaned.transcript[0].text == "535 [removed]"
    assert told_without(Hint("login", finding), ("auth",)).finding.evidence["reply"] == "535 [removed] [removed]"
    assert told_without(Started("login"), ("auth",)) == Started("login")


def test_all_usual_spellings_are_known():
    assert base64.b64encode(f"\0ann\0{PASSWORD}".encode()).decode() in spellings("ann", PASSWORD)
    assert "Gr4nit%2Bund%3DMoos" in spellings("ann", PASSWORD)
    assert "Gr4nit+und=3DMoos" in spellings("ann", PASSWORD)

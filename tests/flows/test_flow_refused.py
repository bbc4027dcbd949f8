"""What may not be looked at is named with the way out: another port, a name to allow, or the person's own computer."""

from dataclasses import replace

import pytest
from flow_talk import SETTINGS, Talk, saw

from flows.careful import noticed
from flows.conversation import Saw
from flows.told import domain_target
from flows.values import values
from probes.findings import Finding, Severity
from probes.verdict import NotTested


@pytest.mark.parametrize(
    ("server", "reason", "evidence", "name", "place"),
    [
        ("10.1.2.3", "address_not_allowed", {}, "refused.address", "10.1.2.3"),
        ("localhost", "address_not_allowed", {}, "refused.own_computer", "localhost"),
        ("127.0.0.1", "address_not_allowed", {}, "refused.own_computer", "127.0.0.1"),
        ("", "address_not_allowed", {"server": "10.9.9.9"}, "refused.address", "10.9.9.9"),
        ("smtp.example.com", "port_not_allowed", {"port": "22"}, "refused.port", "22"),
        ("smtp.example.com", "port_not_allowed", {}, "refused.port", "587"),
    ],
)
def test_what_was_refused_is_named(
    talk: Talk, server: str, reason: str, evidence: dict[str, str], name: str, place: str
):
    verdict = replace(saw("unknown"), not_tested=(NotTested("reach", reason, evidence),))
    known = values(talk.tree.book, {"server": server, "port": "587"}, verdict)
    assert known[name] == place
    assert [key for key in known if key.startswith("refused.")] == [name]


def test_a_port_that_is_no_port_for_mail_is_named_in_the_advice(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill({**SETTINGS, "port": "22"})
    refused = NotTested("reach", "port_not_allowed", {"port": "22"})
    talk.say(Saw(talk.now.run or "", replace(saw("unknown"), not_tested=(refused,))))
    assert talk.screen.title.startswith("Port `22` is no port for mail")


def test_a_mistake_in_a_name_is_said_as_its_own_sentence(talk: Talk) -> None:
    wrong = Finding(
        "server_not_a_name", Severity.FAULT, "ann@x", {"mistake": "server_is_mail_address", "typed": "ann@x"}
    )
    known = values(talk.tree.book, {"server": "ann@x"}, saw("server_name_wrong", wrong))
    assert "ann@x" in known["word.mistake"]


def test_a_sentence_is_not_said_twice_in_one_step(talk: Talk) -> None:
    once = noticed(talk.open().now, "Take care.")
    assert noticed(once, "Take care.") is once


def test_a_question_about_a_domain_asks_nothing_of_a_server(talk: Talk) -> None:
    now = replace(talk.open().now, answers={"mail_address": "ann@example.com"})
    assert domain_target(now).mail_address == "ann@example.com"
    assert domain_target(now).host.name == ""

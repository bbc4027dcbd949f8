"""What a pasted text names fills the form, and a server that it names is looked at without a question."""

import pytest
from flow_talk import Talk

from flows.conversation import Chose, Pasted
from flows.handover import brief
from flows.told import far_target
from probes.findings import Finding, Severity

SERVER = {"server": "smtp.example.com", "port": "465", "security": "none"}


def further_on(where: str = "mx.example.org") -> Finding:
    return Finding("failed_further_on", Severity.INFO, where)


def test_a_server_that_a_text_names_is_looked_at_right_away(talk: Talk) -> None:
    talk.open("words").see("timeout", sure="possible", named=SERVER)
    assert talk.looks == ["probe"]
    assert {slot: talk.now.answers[slot] for slot in SERVER} == SERVER
    assert "smtp.example.com" in talk.screen.notice
    assert "None" in talk.screen.notice


def test_words_about_a_login_ask_for_the_program_alone(talk: Talk) -> None:
    talk.open("535").see("auth_failed_credentials", named={**SERVER, "login": "yes"})
    assert talk.step == "start.program"
    assert talk.now.answers["login"] == "yes"


def test_a_program_that_a_text_shows_is_said_and_not_asked_for(talk: Talk) -> None:
    talk.open("535").see("auth_failed_credentials", named={"login": "yes", "program": "thunderbird"})
    assert talk.step == "advice.auth_failed_credentials"
    assert "Mail program Thunderbird" in talk.screen.notice
    assert ("Mail program", "Thunderbird") in brief(talk.tree, talk.now).answers


def test_what_the_person_said_of_their_program_stands_and_a_case_says_it_once(talk: Talk) -> None:
    talk.open("").choose("hangs", "iphone")
    talk.say(Pasted("535")).see("auth_failed_credentials", named={"program": "thunderbird"})
    assert talk.now.answers["program"] == "iphone"
    assert talk.screen.notice == ""
    assert [answer for _, answer in brief(talk.tree, talk.now).answers].count("iPhone or iPad") == 1


def test_talk_that_names_the_program_answers_the_question_for_it(talk: Talk) -> None:
    talk.open("").choose("hangs").say(Pasted("well, I use Thunderbird"))
    talk.see("unknown", sure="possible", named={"program": "thunderbird"})
    assert talk.now.answers["program"] == "thunderbird"
    assert talk.step == "settings.form"
    assert talk.screen.notice == "From your words I take: Mail program Thunderbird."


def test_a_recipient_that_a_text_names_is_not_asked_for(talk: Talk) -> None:
    talk.open("hm 17").see("unknown", named={"recipient": "bob@example.org", "mail_address": "ann@example.com"})
    talk.choose("questions", "bounced", "other", "one")
    assert talk.step == "advice.recipient_unknown"
    assert "bob@example.org" in talk.screen.title


def test_what_was_answered_stands_but_the_newest_words_name_the_server(talk: Talk) -> None:
    talk.open("smtp.old.example:25").see("ok")
    talk.say(Pasted("words")).see("timeout", named={**SERVER, "login": "yes"})
    assert (talk.now.answers["server"], talk.now.answers["port"]) == ("smtp.example.com", "465")
    assert talk.now.earlier["server"] == "smtp.old.example"
    talk.see("ok").say(Pasted("more")).see("timeout", named={"server": "smtp.example.com", "login": "no"})
    assert talk.now.answers["login"] == "yes"
    assert "notice" not in talk.screen.notice


def test_what_a_tool_saw_of_another_place_is_left_aside(talk: Talk) -> None:
    talk.open("smtp.example.com:587").see("ok").say(Pasted("nc"))
    talk.see("ok", named={"server": "other.example.com", "port": "587", "person_sees": "connected"})
    assert talk.now.answers["server"] == "smtp.example.com"
    assert "person_sees" not in talk.now.answers


@pytest.mark.parametrize(("seen", "step"), [("connected", "side.connected"), ("timed_out", "side.blocked")])
def test_what_a_tool_saw_counts_before_and_after_our_own_look(talk: Talk, seen: str, step: str) -> None:
    named = {"server": "smtp.example.com", "port": "587", "person_sees": seen}
    talk.open("nc").see("ok", named=named)
    assert talk.looks == ["probe"]
    assert talk.see("ok").step == step
    talk.say(Pasted("nc")).see("ok", named={**named, "server": "192.0.2.10"})
    assert talk.step == step
    assert dict(brief(talk.tree, talk.now).answers)["What a look from your side showed"]


def test_a_tool_is_not_believed_for_ever(talk: Talk) -> None:
    talk.open("nc").see("ok", named={"server": "smtp.example.com", "person_sees": "timed_out"}).see("ok")
    talk.say(Chose("home")).say(Chose("changed")).fill({"server": "smtp.example.com", "port": "465"}).see("ok")
    assert talk.step == "side.start"


def test_words_of_success_alone_are_said_to_be_that(talk: Talk) -> None:
    talk.open("connected").see("ok", named={"person_sees": "connected"})
    assert talk.step == "text.works"


@pytest.mark.parametrize("cause", ["timeout", "connection_refused", "relay_denied", "tls_handshake_failed"])
def test_a_mail_that_failed_further_on_leaves_the_own_settings_alone(talk: Talk, cause: str) -> None:
    talk.open("bounce").see(cause, further_on(), named={"far_server": "mx.example.org", "recipient": "bob@example.org"})
    assert talk.looks == ["far"]
    asked = far_target(talk.now)
    assert (asked.host.name, asked.port, asked.recipient, asked.login) == (
        "mx.example.org",
        25,
        "bob@example.org",
        "no",
    )
    talk.see("unknown", sure="possible")
    assert talk.step == ("far.relay" if cause == "relay_denied" else "far.unreached")
    assert "mx.example.org" in talk.screen.title


def test_without_a_server_the_recipients_domain_is_looked_at(talk: Talk) -> None:
    talk.open("bounce").see("timeout", further_on(""), named={"recipient": "bob@example.org"})
    assert far_target(talk.now).host.name == ""
    talk.see("recipient_domain_invalid")
    assert talk.step == "advice.recipient_domain_invalid"


def test_a_server_further_on_that_takes_the_recipient_now_is_said(talk: Talk) -> None:
    talk.open("bounce").see(
        "timeout",
        further_on(),
        quote="timed out",
        named={"far_server": "mx.example.org", "recipient": "bob@example.org"},
    )
    talk.see("ok", Finding("rcpt_accepted", Severity.GOOD, "", {"address": "bob@example.org"}))
    assert talk.step == "far.takes"
    assert any("timed out" in line for line in talk.screen.evidence)
    said = brief(talk.tree, talk.now).evidence
    assert any("timed out" in line for line in said)
    assert any("(timeout, certain)" in line for line in said)


def test_a_look_and_the_words_pasted_after_it_both_go_with_the_case(talk: Talk) -> None:
    talk.open("smtp.example.com:587").see(
        "ok", Finding("port_open", Severity.GOOD, "", {"port": "587", "address": "x"})
    )
    talk.say(Pasted("words")).see("relay_denied", quote="relaying denied")
    said = " ".join(brief(talk.tree, talk.now).evidence)
    assert "relaying denied" in said
    assert "Port 587 of x answers" in said


@pytest.mark.parametrize("cause", ["unknown", "timeout", "mailbox_full", "greylisted"])
def test_a_mail_that_only_waits_has_not_failed_whatever_it_waits_for(talk: Talk, cause: str) -> None:
    talk.open("delay").see(cause, Finding("mail_delayed", Severity.INFO, ""), named={"delayed": "yes"})
    assert talk.step == "far.delayed"


def test_of_a_mail_that_only_waits_a_case_says_so_and_what_it_waits_for(talk: Talk) -> None:
    talk.open("delay").see("mailbox_full", Finding("mail_delayed", Severity.INFO, ""), named={"delayed": "yes"})
    case = brief(talk.tree, talk.now)
    assert "not failed" in case.headline
    assert any("mailbox is full" in line for line in case.evidence)


def test_a_mail_that_only_waits_is_said_to_have_not_failed(talk: Talk) -> None:
    waits = Finding("mail_delayed", Severity.INFO, "mx.example.org")
    named = {"far_server": "mx.example.org", "recipient": "bob@example.org", "delayed": "yes"}
    talk.open("delay").see("timeout", waits, named=named)
    assert talk.step == "far.delayed"
    assert "not failed" in talk.screen.title
    assert talk.choose("look").looks == ["far"]


def test_words_that_name_no_server_do_not_look_again(talk: Talk) -> None:
    talk.open("smtp.example.com:587").see("ok").say(Pasted("words")).see("relay_denied", quote="relaying denied")
    assert talk.step == "advice.relay_denied"
    talk.say(Pasted("words")).see("timeout")
    assert talk.step == "side.start"


def test_words_that_nobody_reads_lead_to_the_server_that_they_name(talk: Talk) -> None:
    talk.open("zmurf at smtp.example.com").see("unknown", sure="possible", named={"server": "smtp.example.com"})
    assert talk.looks == ["probe"]
    assert "cannot read a cause" in talk.screen.notice
    assert talk.see("ok").step == "side.start"


def test_a_name_that_is_found_from_here_alone_is_looked_up_wrongly_there(talk: Talk) -> None:
    talk.open("nslookup").see("server_name_wrong", named={"server": "smtp.example.com"})
    assert talk.see("ok").step == "side.name"
    assert talk.choose("no").step == "side.start"


def test_looks_at_two_servers_are_not_compared(talk: Talk) -> None:
    talk.open("smtp.old.example:25").see("ok").say(Pasted("words")).see("timeout", named=SERVER)
    talk.see("certificate_expired")
    assert not any("Before" in line for line in talk.screen.body)


def test_what_a_tool_saw_is_not_explained_once_more(talk: Talk) -> None:
    talk.open("smtp.example.com:587").see("ok").say(Pasted("nc")).see("timeout", named={"person_sees": "timed_out"})
    assert talk.step == "side.blocked"
    assert talk.screen.body == ()


def test_several_recipients_are_named_each_and_one_is_not_named_twice(talk: Talk) -> None:
    failed = [Finding("recipient_failed", Severity.FAULT, f"r{n}@example.org", {"cause": "mailbox_full"}) for n in "12"]
    named = {"recipient": "r1@example.org"}
    talk.open("bounce").see("mailbox_full", *failed, further_on(), named=named)
    assert sum("example.org" in line for line in talk.screen.body) == 2
    talk.say(Pasted("bounce")).see("mailbox_full", failed[0], further_on(), named=named)
    assert not any("example.org" in line for line in talk.screen.body)


def test_what_a_tool_saw_of_another_address_is_left_aside_where_an_address_was_given(talk: Talk) -> None:
    talk.open("192.0.2.7:587").see("ok").say(Pasted("nc"))
    talk.see("ok", named={"server": "198.51.100.9", "port": "25", "person_sees": "timed_out"})
    assert (talk.now.answers["server"], talk.now.answers["port"]) == ("192.0.2.7", "587")
    assert "person_sees" not in talk.now.answers


def test_talk_that_ends_a_look_leads_to_no_step_before_it(talk: Talk) -> None:
    far = {"far_server": "mx.example.org", "recipient": "bob@example.org"}
    talk.open("").choose("hangs").say(Pasted("bounce")).see("timeout", further_on(), named=far)
    assert talk.looks == ["far"]
    talk.say(Pasted("is it still going on"))  # it does not even end that look
    assert talk.looks == []
    assert talk.now.texts[-1] == "is it still going on"
    assert talk.see("timeout").now.run is None
    talk.say(Pasted("bounce 17")).say(Pasted("is it still going on")).see("unknown", sure="possible")
    assert talk.step == "text.not_understood"
    assert talk.now.trail[-1].label == "bounce 17"

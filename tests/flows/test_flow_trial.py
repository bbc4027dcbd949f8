"""What a trial by a new user found: no advice says more than was seen, or names what did not work."""

from dataclasses import replace

import pytest
from flow_talk import Talk, saw

from flows.advice import advice
from flows.book import Book
from flows.conversation import AskedHuman, Pasted
from flows.handover import brief
from flows.machine import Tree
from probes.findings import Finding, Settings, Severity

NOTHING: dict[str, str] = {}
ELSEWHERE = Settings("mail.example.com", 465, "tls")
BARE = Settings("smtp.example.com", 587, "none")
OPEN = Finding("port_open", Severity.GOOD, "192.0.2.1:587", {"given": "yes", "port": "587", "address": "192.0.2.1"})
BESIDE = Finding("port_open", Severity.GOOD, "192.0.2.1:465", {"given": "no", "port": "465", "address": "192.0.2.1"})


def steps(talk: Talk) -> str:
    return "\n".join(talk.screen.steps)


@pytest.mark.parametrize(
    "cause",
    [
        *("port_blocked", "connection_refused", "connection_dropped", "timeout", "not_an_smtp_server"),
        *("incoming_server_used", "helo_rejected", "wrong_security_mode", "starttls_not_offered", "tls_required"),
        *("tls_handshake_failed", "certificate_name_mismatch", "auth_required", "auth_only_after_tls"),
        *("server_name_wrong", "no_address"),
    ],
)
def test_another_host_that_works_is_named(talk: Talk, cause: str) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see(cause, works=ELSEWHERE)
    assert "`mail.example.com`" in steps(talk)


@pytest.mark.parametrize(
    "cause",
    ["port_blocked", "connection_refused", "timeout", "wrong_security_mode", "starttls_not_offered", "tls_required"],
)
@pytest.mark.parametrize("login", ["yes", "no"])
def test_nobody_is_told_to_give_encryption_up(talk: Talk, cause: str, login: str) -> None:
    talk.open().choose("hangs", "thunderbird").fill(login=login).see(cause, works=BARE)
    assert "`None`" not in steps(talk)
    talk.choose("changed")
    assert {field.name: field.value for field in talk.screen.inputs}["security"] == "starttls"


def test_a_port_that_was_not_seen_open_is_not_advised_where_encryption_is_missing(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("starttls_not_offered")
    assert "465" not in steps(talk)


def test_a_server_of_windows_logins_alone_gets_spa_switched_on(talk: Talk) -> None:
    only = Finding("login_only_windows", Severity.FAULT, "192.0.2.1:587", {"methods": "GSSAPI, NTLM"})
    talk.open().choose("password", "thunderbird").fill().see("auth_mechanism_unsupported", only)
    assert "(SPA) on for `GSSAPI, NTLM`" in steps(talk)
    assert "(SPA) off" not in steps(talk)


def test_only_what_was_seen_is_said_of_the_logins_of_a_server(talk: Talk) -> None:
    only = Finding("login_only_windows", Severity.FAULT, "192.0.2.1:587", {"methods": "NTLM"})
    none = Finding("login_not_offered", Severity.FAULT, "192.0.2.1:587", {})
    talk.open().choose("password", "thunderbird").fill().see("auth_mechanism_unsupported", only)
    assert talk.screen.title == "The server takes only logins of a Windows network (`NTLM`)."
    talk.choose("changed").fill().see("auth_mechanism_unsupported", none)
    assert talk.screen.title.endswith(" offers no login at all on this port.")
    assert "switch the login for sending off" in steps(talk)
    assert "SPA" not in steps(talk)
    talk.choose("changed").fill().see("auth_mechanism_unsupported")
    assert "Windows" not in talk.screen.title


@pytest.mark.parametrize("program", ["android", "windows_live_mail"])
def test_nobody_is_sent_to_look_for_a_box_that_may_not_be_there(talk: Talk, program: str) -> None:
    talk.open().choose("password", program)
    if talk.step == "start.account":
        talk.choose("provider")
    talk.fill().see("auth_mechanism_unsupported")
    assert "look for “secure" not in steps(talk)
    assert "If your program has" in steps(talk)


def test_a_recipient_whom_the_server_takes_is_not_called_missing(talk: Talk) -> None:
    taken = Finding("rcpt_accepted", Severity.GOOD, "bob@example.org", {"address": "bob@example.org"})
    talk.open().choose("some_recipients", "thunderbird").fill().see("ok", taken).choose("one")
    assert talk.step == "guess.taken"
    assert talk.screen.title == "Your mail server takes `bob@example.org`, so the address may well be right."


def test_answers_alone_call_a_recipient_no_more_than_probably_wrong(talk: Talk) -> None:
    talk.open().choose("some_recipients", "outlook_web", "one").fill({"recipient": "bob@example.org"})
    assert talk.screen.title == "The address `bob@example.org` is probably wrong."


def test_a_refusal_that_is_certain_says_that_there_is_no_mailbox(talk: Talk) -> None:
    talk.open().choose("some_recipients", "thunderbird").fill().see("recipient_unknown")
    assert talk.screen.title == "There is no mailbox `bob@example.org`."


@pytest.mark.parametrize(
    ("own", "typed", "meant"),
    [("", "bob@gmial.com", "bob@gmail.com"), ("ann@practice.test", "bob@practcie.test", "bob@practice.test")],
)
def test_a_slip_in_the_recipients_domain_is_noticed_without_a_look(
    talk: Talk, own: str, typed: str, meant: str
) -> None:
    talk.open(own).choose("some_recipients", "outlook_web", "one").fill({"recipient": typed})
    assert talk.screen.title == f"`{typed}` looks like a slip for `{meant}`."
    assert f"Did you mean `{meant}`?" in steps(talk)


def test_a_domain_that_does_not_exist_is_said_to_be_missing(talk: Talk) -> None:
    gone = Finding("recipient_domain_missing", Severity.FAULT, "bob@example.org", {"domain": "example.org"})
    talk.open().choose("some_recipients", "thunderbird").fill().see("recipient_domain_invalid", gone)
    assert talk.screen.title == "The part after the @, `example.org`, does not exist."


def test_a_port_that_is_fine_from_elsewhere_is_probably_blocked_and_the_other_open_one_is_advised(talk: Talk) -> None:
    none = Finding("login_not_offered", Severity.INFO, "192.0.2.1:587", {"methods": ""})
    talk.open().choose("hangs", "thunderbird").fill().see("ok", OPEN, BESIDE, none)
    assert talk.step == "side.start"
    assert talk.screen.title.startswith("`smtp.example.com` answers me")
    talk.choose("timed_out", "home")
    assert talk.screen.title == "Port `587` is probably blocked between you and `smtp.example.com`."
    assert talk.screen.steps[0].startswith("Use port `465` with `SSL/TLS`: I saw it open.")
    assert "offered me no login" in steps(talk)


def test_a_server_that_did_not_answer_is_not_said_to(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("connection_refused").choose("side")
    assert talk.screen.title == "Let us look from your side."


def test_without_a_server_no_command_is_asked_for(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill(NOTHING).choose("yes", "home", "side")
    assert talk.step == "side.elsewhere"
    assert talk.choose("cannot").step == "side.cannot"


def test_the_office_is_at_most_likely_to_be_the_reason(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("port_blocked")
    assert "certain" in talk.screen.sureness
    talk.choose("side", "timed_out", "office")
    assert talk.step == "side.office"
    assert "likely" in talk.screen.sureness


@pytest.mark.parametrize("opening", ["", "ann@outlook.com"])
def test_an_account_without_settings_is_never_asked_for_them(tree: Tree, opening: str) -> None:
    talk = Talk(tree).open(opening).choose("not_sure", "outlook_classic")
    if not opening:
        talk.choose("microsoft")
    talk.choose("nothing", "yes", "no")
    assert talk.step == "next.no_settings"
    assert {option.name for option in talk.screen.options} == {"words", "give_over"}


def test_an_address_typed_under_advice_about_a_recipient_is_the_recipients(talk: Talk) -> None:
    talk.open().choose("some_recipients", "thunderbird").fill().see("recipient_unknown")
    talk.say(Pasted("rob@example.org"))
    assert talk.step == "again.recipient"
    assert {field.name: field.value for field in talk.screen.inputs} == {"recipient": "rob@example.org"}
    assert talk.now.answers["mail_address"] == "ann@example.com"
    assert "recipient" in talk.screen.notice


def test_asking_for_a_human_is_no_answer_to_a_question(talk: Talk) -> None:
    talk.open().say(AskedHuman())
    assert brief(talk.tree, talk.now).answers == ()


def test_a_line_break_of_a_server_stays_out_of_the_marks(book: Book) -> None:
    said = Finding("incoming_server", Severity.FAULT, "192.0.2.1:110", {"speaker": "POP3", "said": "+OK ready\n"})
    assert book.words.finding(said).endswith("`+OK ready`.")


def test_what_worked_at_a_server_that_is_no_longer_named_is_not_advised(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("port_blocked", others=("timeout",), works=ELSEWHERE)
    talk.choose("changed").fill({"server": ""})
    assert "answered just now" not in steps(talk)


def test_a_program_on_a_phone_is_not_called_by_the_phone(talk: Talk) -> None:
    talk.open().choose("hangs", "iphone", "microsoft", "stuck")
    assert "Close Mail on your iPhone or iPad completely" in steps(talk)
    assert "Outbox" not in talk.screen.steps[0]


@pytest.mark.parametrize(
    ("choice", "cause"),
    [
        ("dates", "advice.certificate_expired"),
        ("name", "advice.certificate_name_mismatch"),
        ("untrusted", "advice.certificate_untrusted"),
        ("unknown", "guess.any_certificate"),
    ],
)
def test_a_certificate_is_asked_about_before_it_is_called_untrusted(talk: Talk, choice: str, cause: str) -> None:
    talk.open().choose("error", "certificate", "thunderbird").fill(NOTHING).choose(choice)
    assert talk.step == cause


def test_words_that_were_understood_are_said_back_at_the_questions(talk: Talk) -> None:
    talk.open("550 relaying denied").see("relay_denied", quote="550 relaying denied")
    assert talk.step == "start.program"
    assert talk.screen.body[0].startswith("What I read in your words: The server does not carry mail")
    assert talk.choose("thunderbird").screen.body[0].startswith("What I read in your words:")


def test_words_that_fit_several_causes_are_called_a_guess(talk: Talk) -> None:
    talk.open("0x800CCC0E").see("timeout", quote="0x800CCC0E", sure="possible")
    assert talk.screen.body[0].startswith("Your words can mean more than one thing.")
    talk.choose("outlook_new", "microsoft")
    assert talk.step == "advice.timeout"
    assert "This is my best guess so far, no more: see whether it fits." in talk.screen.body
    assert "you did nothing wrong" not in " ".join(talk.screen.body)


@pytest.mark.parametrize(("port", "said"), [("587", "Leave the port at `587`"), ("25", "not `25`")])
def test_a_port_for_programs_is_left_as_it_is(talk: Talk, port: str, said: str) -> None:
    talk.open().choose("error", "relay", "thunderbird").fill(port=port).see("auth_required")
    assert said in steps(talk)


def test_words_alone_are_not_called_seen(book: Book) -> None:
    assert "did not look" in advice(book, saw("relay_denied", quote="relaying denied")).sureness
    assert "hint" not in advice(book, saw("unknown", sure="possible")).sureness


def test_evidence_calls_encryption_as_the_form_does(book: Book) -> None:
    known = {"provider": "Example", "host": "smtp.example.com", "port": "465", "security": "tls", "as_of": "2026-01"}
    assert "`SSL/TLS`" in book.words.finding(Finding("provider_known", Severity.INFO, "x", known))
    differs = {"field": "security", "typed": "none", "wanted": "starttls", "provider": "Example", "as_of": "2026-01"}
    said = book.words.finding(Finding("differs_from_provider", Severity.WARNING, "x", differs))
    assert said.startswith("Connection security: you have `None`; `Example` uses `STARTTLS`")


def test_our_own_network_is_one_sentence_to_a_person(book: Book) -> None:
    ours = [
        Finding("control_reached", Severity.GOOD, place, {"port": "443"}) for place in ("192.0.2.7:443", "192.0.2.8:25")
    ]
    silent = Finding("port_filtered", Severity.FAULT, "192.0.2.1:587", {"port": "587", "address": "192.0.2.1"})
    lookups = Finding("resolver_answers", Severity.GOOD, "192.0.2.9")
    said = advice(book, saw("timeout", silent, *ours, lookups)).evidence
    assert [line for line in said if "network works" in line] == ["Other places answer me, so my own network works."]
    assert not any("lookup" in line for line in said)


def test_what_works_is_shown_without_our_own_plumbing(book: Book) -> None:
    lookups = Finding("resolver_answers", Severity.GOOD, "192.0.2.9")
    assert advice(book, replace(saw("ok", OPEN), decided_by=(OPEN, lookups))).evidence == (
        "Port 587 of 192.0.2.1 answers.",
    )


def test_who_said_whether_it_helped_is_not_asked_again(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("port_blocked", others=("timeout",))
    assert talk.screen.asks == "Did that help?"
    talk.choose("no")
    while not talk.step.startswith("advice."):
        talk.choose(talk.screen.options[0].choice)
    assert talk.screen.options
    assert talk.screen.asks == ""

"""The seven causes of the article from answers alone and from probes; every cause has its advice and its words."""

import pytest
from flow_talk import SETTINGS, Talk

from flows.book import Book
from flows.conversation import Pasted, Status
from flows.machine import Tree
from flows.model import Advise, Look, Step
from flows.screen import Kind
from flows.words import Words
from probes.causes import Cause
from probes.findings import Finding, Settings, Severity

NOTHING: dict[str, str] = {}
CAUSES = [cause.value for cause in Cause]

BY_ANSWERS = {
    "server_name_wrong": ["setup", "thunderbird", NOTHING, "not_found"],
    "port_blocked": ["hangs", "thunderbird", NOTHING, "yes", "home"],
    "auth_required": ["error", "relay", "thunderbird", NOTHING, "no"],
    "auth_failed_credentials": ["password", "outlook_express", NOTHING, "yes", "no"],
    "auth_mechanism_unsupported": ["password", "windows_live_mail", NOTHING, "yes", "yes"],
    "recipient_unknown": ["some_recipients", "thunderbird", NOTHING, "one", {"recipient": "bob@example.org"}],
    "no_network": ["not_sure", "thunderbird", NOTHING, "no"],
}


def play(talk: Talk, answers: list[str | dict[str, str]]) -> Talk:
    talk.open()
    for answer in answers:
        _ = talk.choose(answer) if isinstance(answer, str) else talk.fill(answer)
    return talk


@pytest.mark.parametrize("cause", BY_ANSWERS)
def test_each_cause_of_the_article_is_reached_by_answers_alone(talk: Talk, cause: str) -> None:
    play(talk, BY_ANSWERS[cause])
    assert talk.step == f"advice.{cause}"
    assert talk.screen.kind is Kind.ADVISE
    assert talk.screen.steps
    assert "did not see it myself" in talk.screen.sureness
    assert not talk.now.seen


RESOLUTIONS = {
    "server_name_wrong": ("provider", "Outgoing Server"),
    "port_blocked": ("587", "465", "internet provider"),
    "auth_required": ("requires authentication", "internet connection"),
    "auth_failed_credentials": ("log on using", "user name"),
    "auth_mechanism_unsupported": ("secure password authentication",),
    "recipient_unknown": ("letter by letter", "another way"),
    "no_network": ("web page", "VPN", "security program"),
}


@pytest.mark.parametrize("cause", RESOLUTIONS)
def test_the_resolution_says_what_the_article_says(talk: Talk, cause: str) -> None:
    said = " ".join(play(talk, BY_ANSWERS[cause]).screen.steps)
    for words in RESOLUTIONS[cause]:
        assert words in said


@pytest.mark.parametrize("cause", [cause for cause in CAUSES if cause not in ("ok", "unknown")])
def test_a_look_that_names_a_cause_leads_to_its_advice(talk: Talk, cause: str) -> None:
    talk.open().choose("hangs", "thunderbird").fill()
    assert talk.looks == ["probe"]
    assert talk.see(cause).step == f"advice.{cause}"
    assert talk.screen.steps
    assert talk.screen.options


@pytest.mark.parametrize("cause", [cause for cause in CAUSES if cause not in ("ok", "unknown")])
def test_a_text_that_names_a_cause_leads_to_advice_or_on_to_the_settings(talk: Talk, cause: str) -> None:
    talk.open("554 something that a rule knows").see(cause, quote="554 something")
    assert talk.step in {f"advice.{cause}", "start.program"}
    if talk.step == "start.program":
        talk.choose("outlook_web")
        assert talk.step == f"advice.{cause}"


@pytest.mark.parametrize("symptom", ["error", "bounced", "hangs", "password", "setup", "some_recipients", "not_sure"])
def test_a_healthy_server_leads_somewhere_useful_whatever_the_person_sees(tree: Tree, symptom: str) -> None:
    talk = Talk(tree).open().choose(symptom)
    if symptom == "error":
        talk.choose("other")
    if symptom == "bounced":
        talk.choose("relay")
    talk.choose("thunderbird").fill().see("ok")
    assert talk.step.startswith(("side.", "guess."))
    assert talk.screen.kind is Kind.ASK
    assert talk.screen.options
    assert any(option.name == "human" for option in talk.screen.footer)


def test_what_works_is_said_with_the_programs_own_words(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill(port="25")
    filtered = Finding("port_filtered", Severity.FAULT, "192.0.2.1:25", {"port": "25", "address": "192.0.2.1"})
    talk.see("port_blocked", filtered, works=Settings("smtp.example.com", 465, "tls"))
    shown = talk.screen
    assert shown.title == "Port `25` is blocked on the way to `smtp.example.com`."
    assert shown.steps[0].startswith("Use port `465` with `SSL/TLS`")
    assert "“Port”" in shown.steps[0]
    assert shown.evidence[0].startswith("Port `25` of `192.0.2.1`")
    assert "certain" in shown.sureness


def test_checking_again_offers_what_works_and_says_what_is_different(talk: Talk) -> None:
    filtered = Finding("port_filtered", Severity.FAULT, "192.0.2.1:25", {"port": "25", "address": "192.0.2.1"})
    expired = Finding("certificate_expired", Severity.FAULT, "192.0.2.1:465", {"until": "2026-01-01"})
    talk.open().choose("hangs", "thunderbird").fill(port="25", security="none")
    talk.see("port_blocked", filtered, works=Settings("smtp.example.com", 465, "tls")).choose("changed")
    form = {field.name: field.value for field in talk.screen.inputs}
    assert (form["server"], form["port"], form["security"]) == ("smtp.example.com", "465", "tls")
    talk.fill(form).see("certificate_expired", expired)
    said = "\n".join(talk.screen.body)
    assert "Before: The port is blocked" in said
    assert "No longer so: Port `25`" in said
    assert "New: The certificate ended on `2026-01-01`." in said


def test_a_check_that_finds_the_same_says_so(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("server_temporarily_unavailable")
    talk.choose("changed")
    assert talk.looks == ["probe"]
    talk.see("server_temporarily_unavailable")
    assert "Nothing is different from the last look." in talk.screen.body


def test_a_fault_that_is_mended_asks_for_one_more_message(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("connection_refused").choose("changed")
    talk.fill({"server": "smtp.example.com"}).see("ok")
    assert talk.step == "again.mended"
    talk.choose("sent")
    assert talk.now.status is Status.SOLVED
    assert talk.screen.kind is Kind.CLOSED


def test_no_leads_to_the_next_likely_cause_and_then_to_a_human(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("timeout", others=("port_blocked",))
    assert talk.choose("no").step == "advice.port_blocked"
    assert "possible" in talk.screen.sureness
    assert talk.choose("no").step == "next.last"
    assert talk.choose("give_over").now.status is Status.HANDED


def test_what_the_person_sees_from_their_side_goes_on_as_evidence(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("ok", sure="likely")
    assert "Test-NetConnection smtp.example.com -Port 587" in "\n".join(talk.screen.body)
    assert "nc -vz smtp.example.com 587" in "\n".join(talk.screen.body)
    talk.choose("timed_out", "vpn")
    assert talk.now.answers["person_sees"] == "timed_out"
    assert talk.step == "side.vpn"
    assert talk.choose("no").step == "side.security_software"


@pytest.mark.parametrize(
    ("choice", "cause"),
    [
        ("password", "guess.incoming"),
        ("stuck", "advice.client_offline_or_stuck"),
        ("times_out", "side.security_software"),
    ],
)
def test_a_network_that_lets_through_leads_to_the_program_itself(talk: Talk, choice: str, cause: str) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("ok").choose("connected", choice)
    assert talk.step == cause


@pytest.mark.parametrize("server", ["127.0.0.1", "localhost", "::1", "imap.localhost"])
def test_a_server_on_ones_own_computer_is_explained(talk: Talk, server: str) -> None:
    talk.open().choose("hangs", "thunderbird").fill(server=server)
    assert talk.step == "settings.own_computer"
    assert "your own computer" in talk.screen.title
    assert not talk.looks


@pytest.mark.parametrize("program", ["outlook_classic", "outlook_new", "iphone", "android"])
def test_a_microsoft_account_sees_no_settings_form(tree: Tree, program: str) -> None:
    talk = Talk(tree).open().choose("hangs", program, "microsoft")
    assert talk.step == "no_smtp.what"
    assert talk.choose("nothing", "yes").step == "advice.client_offline_or_stuck"


def test_webmail_is_never_asked_for_settings(talk: Talk) -> None:
    assert talk.open().choose("not_sure", "outlook_web").step == "no_smtp.what"


def test_who_does_not_know_the_account_is_asked_for_the_address(talk: Talk) -> None:
    talk.open().choose("hangs", "outlook_classic", "unknown")
    assert talk.step == "start.address"
    talk.fill({"mail_address": "ann@outlook.com"})
    assert talk.step == "no_smtp.what"


def test_a_known_provider_fills_the_form_in(talk: Talk) -> None:
    talk.open("ann@gmail.com").choose("hangs", "iphone")
    assert talk.step == "settings.form"  # the kind of account was told by the address
    form = {field.name: field.value for field in talk.screen.inputs}
    assert form["mail_address"] == form["user_name"] == "ann@gmail.com"
    assert form["server"] == "smtp.gmail.com"
    assert "Gmail" in "\n".join(talk.screen.body)


def test_a_form_without_a_server_offers_the_providers(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill({"mail_address": "ann@gmail.com"})
    assert talk.step == "settings.suggest"
    assert {field.name: field.value for field in talk.screen.inputs}["server"] == "smtp.gmail.com"
    assert talk.fill(NOTHING).step == "guess.internet"


def test_a_recipient_who_is_misspelt_is_found_without_a_look(talk: Talk) -> None:
    talk.open().choose("some_recipients", "outlook_web", "one").fill({"recipient": "bob@@example.org"})
    assert talk.step == "advice.recipient_syntax"
    assert "bob@@example.org" in talk.screen.title


def test_the_program_is_asked_for_after_a_look_only_where_its_steps_need_it(tree: Tree) -> None:
    assert Talk(tree).open("smtp.example.com:25").see("port_blocked").step == "settings.program"
    assert Talk(tree).open("smtp.example.com:25").see("certificate_expired").step == "advice.certificate_expired"


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_its_summary(book: Book, cause: str) -> None:
    words: Words = book.words
    assert words.cause(Cause(cause)).endswith(".")
    assert cause in words.causes


def test_a_form_is_read_the_same_when_all_is_known(talk: Talk) -> None:
    talk.open().choose("not_sure", "thunderbird").fill()
    assert {slot: talk.now.answers[slot] for slot in SETTINGS} == SETTINGS


@pytest.mark.parametrize(
    ("cause", "step"),
    [
        ("auth_only_after_tls", "advice.auth_only_after_tls"),
        ("relay_denied", "advice.relay_denied"),
        ("timeout", "side.start"),
        ("no_network", "guess.internet"),
    ],
)
def test_a_pasted_text_still_counts_where_the_look_finds_nothing(talk: Talk, cause: str, step: str) -> None:
    talk.open("some words").see(cause, quote="some words")
    talk.say(Pasted("smtp.example.com:587")).see("ok")
    assert talk.step == step


@pytest.mark.parametrize(("cause", "step"), [("unknown", "text.not_understood"), ("ok", "text.works")])
def test_of_words_that_say_nothing_nothing_is_said_on_the_questions_after_them(
    talk: Talk, cause: str, step: str
) -> None:
    said = talk.open("some words: 17").see(cause).screen
    assert (talk.step, said.evidence) == (step, ())
    assert not any("your words" in line.lower() for line in (said.title, *said.body))


def test_a_pasted_text_still_counts_where_the_look_cannot_tell(talk: Talk) -> None:
    talk.open("some words").see("relay_denied", quote="some words").say(Pasted("smtp.example.com:587")).see("unknown")
    assert talk.step == "advice.relay_denied"
    assert "`some words`" in talk.screen.evidence[0]
    assert talk.choose("no").say(Pasted("smtp.example.com:587")).see("unknown").step == "settings.unclear"


def of_programs(step: Step) -> bool:
    """Tell whether an advice says something that depends on the mail program."""
    assert isinstance(step, Advise)
    sentences = [*step.text, *(one for part in (*step.more, *step.steps) for one in part)]
    return any(value in one for one in sentences for value in ("{where.", "{place.", "{word.program"))


@pytest.mark.parametrize("look", ["settings.look", "text.read"])
def test_nobody_is_asked_for_the_program_where_the_advice_does_not_speak_of_it(book: Book, look: str) -> None:
    steps = book.flow.steps
    step = steps[look]
    assert isinstance(step, Look)
    asked = {cause for cause in CAUSES if step.then.get(cause, step.otherwise) in ("start.program", "settings.program")}
    asked -= {"not_a_failure"}  # no look at a server ends in it
    assert asked
    assert {cause for cause in asked if not of_programs(steps[f"advice.{cause}"])} == set()

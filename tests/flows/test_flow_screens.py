"""What a person sees: the screen, the advice of `check`, the case of a human, and the drawing."""

import subprocess
import sys
from dataclasses import replace

import pytest
from flow_talk import SETTINGS, Talk, saw

from flows.advice import advice, difference, step_for
from flows.book import Book
from flows.conversation import AskedHuman, Pasted, Saw, Stop
from flows.drawing import draw
from flows.handover import brief
from flows.screen import Progress
from flows.screens import screen
from flows.values import shipped_facts
from probes.causes import Cause, Confidence
from probes.findings import Finding, Line, Settings, Severity
from probes.verdict import NotTested, Verdict

FILTERED = Finding("port_filtered", Severity.FAULT, "192.0.2.1:25", {"port": "25", "address": "192.0.2.1"})
GREETING = Finding("greeting", Severity.GOOD, "192.0.2.1:587", {"said": "220 hello"})
SLOW = Finding("greeting_delayed", Severity.WARNING, "192.0.2.1:587", {"seconds": "9"})


def test_a_form_shows_every_field_with_its_label_and_i_dont_know(talk: Talk) -> None:
    inputs = talk.open().choose("hangs", "thunderbird").screen.inputs
    assert [field.name for field in inputs] == [
        "mail_address",
        "server",
        "port",
        "security",
        "login",
        "user_name",
        "recipient",
        "sender",
    ]
    kinds = {field.name: field.kind for field in inputs}
    assert (kinds["mail_address"], kinds["server"], kinds["port"], kinds["login"]) == (
        "mail",
        "text",
        "number",
        "select",
    )
    selects = {field.name: field.options for field in inputs if field.options}
    assert [option.name for option in selects["security"]] == ["auto", "starttls", "tls", "none"]
    assert [option.label for option in selects["login"] if option.picked] == ["I don’t know"]
    assert all(field.label for field in inputs)
    assert talk.screen.send


def test_progress_is_passed_through(talk: Talk) -> None:
    talk.open("smtp.example.com")
    progress = (Progress("names", "Does the name exist?", "running"),)
    assert screen(talk.tree, talk.now, progress).progress == progress


def test_the_providers_facts_are_a_parameter(talk: Talk) -> None:
    talk.open("ann@example.com").choose("hangs", "thunderbird")
    facts = {"name": "Example", "host": "out.example.com", "port": "465", "security": "tls", "username_form": "local"}
    shown = screen(talk.tree, talk.now, facts=lambda domain: facts if domain == "example.com" else {})
    values = {field.name: field.value for field in shown.inputs}
    assert (values["server"], values["port"], values["security"]) == ("out.example.com", "465", "tls")
    assert values["user_name"] == "ann"


def test_the_table_of_providers_knows_only_its_own() -> None:
    assert shipped_facts("gmail.com")["host"] == "smtp.gmail.com"
    assert shipped_facts("example.com") == {}
    assert shipped_facts("") == {}


def test_the_answers_so_far_are_one_line_each(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill()
    question, answer = talk.screen.answered[0]
    assert (question, answer) == ("What happens when you try to send?", "It hangs or stays in the outbox")
    assert talk.screen.answered[2][1].startswith("ann@example.com · smtp.example.com · 587")
    talk.see("timeout").choose("no")
    assert talk.screen.answered[-1] == ("Did that help?", "No, that did not help")


def test_an_answer_to_a_question_that_is_gone_is_still_shown(talk: Talk) -> None:
    now = talk.open().now
    now = replace(now, trail=(Stop("gone.step", "x", "An answer"),))
    assert screen(talk.tree, now).answered == (("Let us go on from here", "An answer"),)


def test_evidence_stands_in_the_order_of_its_weight(book: Book) -> None:
    verdict = replace(saw("port_blocked", GREETING, SLOW, FILTERED, quote="went away"), decided_by=(FILTERED,))
    said = advice(book, verdict)
    assert [line[:12] for line in said.evidence] == ["These words ", "Port 25 of 1", "The server t", "The server g"]


def test_advice_of_check_is_plain_and_for_the_program(book: Book) -> None:
    verdict = replace(
        saw("port_blocked", FILTERED, works=Settings("smtp.example.com", 465, "tls")),
        not_tested=(NotTested("login", "no_password"),),
    )
    said = advice(book, verdict, program="thunderbird", answers={"server": "smtp.example.com", "port": "25"})
    assert said.summary == "Port 25 is blocked on the way to smtp.example.com."
    assert "Thunderbird" in said.steps[0]
    assert "SSL/TLS" in said.steps[0]
    assert "`" not in "".join((said.summary, *said.steps, *said.evidence, said.sureness, *said.not_tested))
    assert said.not_tested == ("Which logins does the server take: I have no password, and want none.",)
    marked = advice(book, verdict, program="thunderbird", answers={"server": "smtp.example.com"}, marked=True)
    assert "`smtp.example.com`" in marked.summary


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_advice_in_every_program(book: Book, cause: Cause) -> None:
    for program in ("", *book.programs):
        said = advice(book, saw(cause.value), program=program)
        assert said.summary
        assert said.steps
        assert not [line for line in (said.summary, *said.steps) if "{" in line or "None" in line.split()]


def test_advice_falls_back_where_pages_of_ones_own_lack_it(book: Book) -> None:
    steps = {name: step for name, step in book.flow.steps.items() if not name.startswith("advice.")}
    poor = replace(book, flow=replace(book.flow, steps=steps))
    assert step_for(poor, Cause.PORT_BLOCKED).name.startswith("side.")
    said = advice(poor, saw("greylisted"))
    assert said.summary == "The receiving server asks to come back later, on purpose."
    assert said.steps == ()


def test_a_value_typed_for_the_domain_is_known_to_the_advice(book: Book) -> None:
    answers = {"mail_address": "ann@gmail.com", "recipient": "bob@example.org", "security": "starttls"}
    said = advice(book, saw("server_name_wrong"), answers=answers)
    assert said.steps[0] == "Gmail uses smtp.gmail.com, port 465 with SSL/TLS (as of 2026-03-12)."
    assert advice(book, saw("recipient_domain_invalid"), answers=answers).summary == "example.org takes no mail."


@pytest.mark.parametrize(
    ("limit", "said"), [("10485760", "10 megabytes"), ("4096", "4096 bytes"), ("many", "many bytes")]
)
def test_a_limit_is_said_in_megabytes(book: Book, limit: str, said: str) -> None:
    found = Finding("over_size_limit", Severity.FAULT, "mail.example.com", {"size": "99999999", "limit": limit})
    verdict = Verdict(cause=Cause.MESSAGE_TOO_LARGE, confidence=Confidence.CERTAIN, decided_by=(found,))
    assert said in advice(book, verdict).steps[0]


def test_the_port_that_was_looked_at_is_named_where_none_was_typed(book: Book) -> None:
    tls = {"server": "smtp.example.com", "security": "tls"}
    assert "Port 465" in advice(book, saw("port_blocked"), answers=tls).summary
    assert "Port 587" in advice(book, saw("port_blocked"), answers={"server": "smtp.example.com"}).summary


def test_what_is_different_is_said_in_sentences(book: Book) -> None:
    before, after = saw("port_blocked", FILTERED), saw("ok", GREETING)
    was, gone = difference(book, before, after)
    assert was == "Before: The port is blocked on the way to the server."
    assert gone.startswith("No longer so: ")
    assert difference(book, after, saw("ok", GREETING, SLOW))[0].startswith("New: ")


def test_what_could_not_be_tested_stands_with_the_evidence(talk: Talk) -> None:
    talk.open("smtp.example.com")
    verdict = replace(saw("dns_failure"), not_tested=(NotTested("reach", "time_out"),))
    talk.say(Saw(talk.now.run or "", verdict))
    assert any("I do not know" in line for line in talk.screen.evidence)
    assert any("run the mail server" in line or "runs the mail server" in line for line in talk.screen.body)


def test_a_human_gets_the_whole_case_in_plain_words(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill(port="25")
    verdict = replace(saw("port_blocked", FILTERED), transcript=(Line("connect", 12, "*", "dialling"),))
    talk.say(Saw(talk.now.run or "", verdict)).say(Pasted("550 5.1.1 no")).say(AskedHuman())
    case = brief(talk.tree, talk.now)
    assert case.headline == "Port 25 is blocked on the way to smtp.example.com."
    assert case.evidence[0].endswith("(port_blocked, certain)")
    assert ("Port", "25") in case.answers
    assert case.texts == ("550 5.1.1 no",)
    assert "dialling" in case.transcript
    assert case.evidence


def test_a_human_gets_a_case_with_nothing_in_it(talk: Talk) -> None:
    case = brief(talk.tree, talk.open().say(AskedHuman()).now)
    assert case.headline == "Cannot send mail; nothing was looked at yet"
    assert case.evidence == ()


def test_the_drawing_names_every_step_and_is_the_same_twice(book: Book) -> None:
    drawn = draw(book.flow)
    assert drawn == draw(book.flow)
    assert drawn.startswith("flowchart LR\n")
    for name in book.flow.steps:
        assert name.replace(".", "_") in drawn
    assert 'advice -- "Yes, that helped" --> ends_solved' in drawn
    assert "settings_named --> advice\n" in drawn


def test_importing_flows_loads_no_network_module() -> None:
    code = (
        "import sys; import flows.book, flows.machine, flows.screens, flows.proof, flows.drawing, flows.handover\n"
        "print([m for m in ('socket', 'ssl', 'asyncio', 'dns', 'aiosmtplib', 'aiohttp') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_settings_are_shown_as_they_were_typed(talk: Talk) -> None:
    talk.open().choose("hangs", "thunderbird").fill().see("ok")
    assert talk.screen.sureness == ""
    assert {slot: talk.now.answers[slot] for slot in SETTINGS} == SETTINGS

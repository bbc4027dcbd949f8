"""Every code that a probe can say has its sentence, and no sentence wants what its code does not bring."""

import ast
import re
from pathlib import Path

import pytest

from flows.book import Book
from flows.pages import PageError
from flows.programs import SETTINGS, read
from flows.wording import plain, worded
from flows.words import load, read_words
from probes.causes import Cause, Confidence
from probes.findings import Finding, Severity
from probes.ranking import ORDER
from probes.target import Mistake, parse
from probes.verdict import NotTested

PROBES = Path(__file__).parents[2] / "probes"
SOURCES = [*PROBES.glob("checks/*.py"), PROBES / "runner.py", *PROBES.glob("network/*.py"), PROBES / "guard.py"]
DYNAMIC = {
    *(f"certificate_{failure}" for failure in ("expired", "not_yet_valid", "name_mismatch", "self_signed")),
    *(f"certificate_{failure}" for failure in ("missing_intermediate", "untrusted", "unreadable")),
    *(f"{part}_{end}" for part in ("mail", "rcpt") for end in ("accepted", "refused")),
}
"""Codes that are put together where they are used."""

GIVEN_REASONS = {
    "port_not_allowed",
    "address_not_allowed",
    "not_reached",
    "stopped_before",
    "no_sender",
    "login_expected",
}
"""Reasons that are handed on: the guard's, and those of a part of a check."""


def strings(node: ast.AST) -> set[str]:
    found = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {text for text in found if re.fullmatch(r"[a-z][a-z0-9_]+[a-z0-9]", text)}


def branches(node: ast.expr) -> set[str]:
    """Return the texts that a conditional expression can come to, those that it compares with left out."""
    if isinstance(node, ast.IfExp):
        return branches(node.body) | branches(node.orelse)
    return strings(node) if isinstance(node, ast.Constant) else set()


def named() -> tuple[set[str], set[str]]:
    """Read the codes of findings and the reasons for not looking out of the probes' source."""
    codes, reasons = set(DYNAMIC), set(GIVEN_REASONS)
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Finding"), args=[first, *_]):
                    codes |= branches(first)
                case ast.Call(func=ast.Name(id="Blind"), args=[first, *_]):
                    reasons |= branches(first)
                case ast.keyword(arg="reason", value=value):
                    reasons |= branches(value)
                case ast.Assign(targets=[ast.Name(id="code")], value=value):
                    codes |= branches(value)
                case ast.Assign(targets=[ast.Name(id="reason")], value=value):
                    reasons |= branches(value)
                case ast.Assign(
                    targets=[ast.Name(id=("_CODES" | "_TROUBLE" | "_ENDS" | "_ERRORS"))], value=ast.Dict() as table
                ):
                    codes |= {code for value in table.values for code in strings(value)}
    return codes, reasons


CODES, REASONS = named()


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_finding_has_its_sentence(book: Book, code: str) -> None:
    assert code in book.words.findings


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_for_not_looking_has_its_sentence(book: Book, reason: str) -> None:
    assert reason in book.words.not_tested_reasons
    said = book.words.not_tested(NotTested("names", reason))
    assert said.startswith("Does the server’s name lead to an address: ")


MISTAKES = re.findall(r'(?:wrong\(|Mistake\([^"]*"?\w*"?, )"(\w+)"', (PROBES / "target.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", sorted(set(MISTAKES)))
def test_every_mistake_has_its_sentence(book: Book, code: str) -> None:
    assert code in book.words.mistakes


@pytest.mark.parametrize("check", sorted(path.stem for path in PROBES.glob("checks/[a-z]*.py")))
def test_every_check_has_its_label(book: Book, check: str) -> None:
    assert book.words.check(check).endswith("?")


def test_a_code_without_a_word_is_readable_all_the_same(book: Book) -> None:
    words = book.words
    finding = Finding("moon_is_up", Severity.INFO, "smtp.example.com", {"phase": "full"})
    assert words.finding(finding) == "smtp.example.com: Moon is up (phase full)."
    assert words.finding(Finding("moon_is_up", Severity.INFO, "")) == "Moon is up."
    assert words.check("moon_phase") == "Moon phase"
    assert words.not_tested(NotTested("moon", "clouds")) == "Moon: not looked at (Clouds)."
    assert words.mistake(Mistake("port", "odd_port", {"typed": "x"})) == "Odd port (typed x; field port)."


def test_a_sentence_that_lacks_its_evidence_gives_way(book: Book) -> None:
    assert book.words.finding(Finding("port_open", Severity.GOOD, "x")) == "x: Port open."


def test_every_level_of_sureness_is_a_sentence(book: Book) -> None:
    assert all(book.words.confidence(sure).endswith(".") for sure in Confidence)
    assert book.words.cause(Cause.OK) == "From where I look, everything that I could test works."


def test_a_mistake_is_said_without_marks(book: Book) -> None:
    (mistake,) = parse({"server": "my `server`"})
    assert book.words.mistake(mistake) == "“my 'server” has a space in it. A server's name has none: type it without."


def test_a_shell_word_that_does_not_exist_is_our_own_mistake(book: Book) -> None:
    assert book.words.shell("back") == "Back"
    with pytest.raises(KeyError):
        book.words.shell("no_such_word")


def test_a_hostile_value_cannot_leave_its_code_span() -> None:
    said = worded(("It says: {reply}.",), {"reply": "`*boo*` <b>"})
    assert said == "It says: `'*boo*' <b>`."
    assert plain(said) == "It says: '*boo*' <b>."


def test_a_long_value_is_cut() -> None:
    said = worded(("{reply}",), {"reply": "x" * 300})
    assert said == f"`{'x' * 200}…`"


def test_a_value_in_a_code_span_of_the_page_needs_no_marks() -> None:
    assert worded(("Enter `nc -vz {server} {port}`.",), {"server": "a`b", "port": "25"}) == "Enter `nc -vz a'b 25`."


def test_the_first_alternative_that_can_be_said_is_said() -> None:
    assert worded(("{a}", "{b}", "none"), {"b": "B"}) == "`B`"
    assert worded(("{a}",), {}) is None


def test_bold_is_taken_off_and_stars_in_code_stay() -> None:
    assert plain("*Talk* to `*.example.com` 2 * 3") == "Talk to *.example.com 2 * 3"


def test_words_that_are_missing_are_said() -> None:
    with pytest.raises(PageError, match="the words are missing"):
        read_words("")
    with pytest.raises(PageError, match="“findings” is missing"):
        read_words("causes: {}")
    assert load().causes


PLACE = 'name: Pine\nsends_by_smtp: "yes"\nsettings:\n' + "".join(f"  {name}: unknown\n" for name in SETTINGS[1:])


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("", 1, "empty"),
        (PLACE, 4, "“server” is missing"),
        (PLACE + "  server: {path: Setup, label: Server}\n", 10, "a label needs its as_of"),
        (PLACE + '  server: {path: Setup, label: Server, as_of: "2026"}\n', 10, "a label needs its source"),
        (PLACE + "  server: nobody knows\n", 10, "or the word unknown"),
        (PLACE.replace('"yes"', "perhaps") + "  server: unknown\n", 2, "“perhaps” is none of"),
    ],
)
def test_a_program_without_a_source_is_named_with_its_line(text: str, line: int, sentence: str) -> None:
    with pytest.raises(PageError) as caught:
        read("pine", text, "pine.yaml")
    assert caught.value.line == line
    assert sentence in caught.value.sentence


def test_a_programs_place_is_read() -> None:
    place = '{path: [Setup, Server], label: Server, as_of: "2026-01", source: a manual, version: "4", values: {tls: T}}'
    program = read("pine", PLACE + f"  server: {place}\n", "pine.yaml")
    assert (program.label, list(program.settings)) == ("Pine", ["server"])
    assert program.settings["server"].path == "Setup > Server"
    assert program.settings["server"].values == {"tls": "T"}


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_has_a_place_or_an_honest_look_for(book: Book, setting: str) -> None:
    assert setting in book.words.labels["where"]
    for program in book.programs.values():
        place = program.settings.get(setting)
        assert place is None or (place.source and place.as_of and place.label)


@pytest.mark.parametrize("stage", ORDER)
@pytest.mark.parametrize("code", ["went_silent", "hung_up", "reset_midway", "address_fails", "reply_delayed"])
def test_the_point_of_an_exchange_is_said_in_words(book: Book, code: str, stage: str) -> None:
    evidence = {"stage": stage, "address": "192.0.2.1", "seconds": "9"}
    said = book.words.finding(Finding(code, Severity.FAULT, "192.0.2.1:587", evidence))
    assert book.words.label("stages", stage) in said
    assert "_" not in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("client_certificate", "fails: the server wants a certificate of the sending computer, "),
        ("client_certificate_asked", "gets none and hangs up."),
        ("no_certificate", "fails: the server shows no certificate, "),
        ("closed", "fails: the server hangs up while "),
        ("reset", "fails: the connection is torn while "),
        ("time_out", "fails: the server does not answer in time while "),
        ("not_tls", "is no encryption (TLS)."),
        ("other:alert internal_error", "fails for a reason of TLS’s own: `alert internal error`."),
        ("other:bad_signature", "fails for a reason of TLS’s own: `bad signature`."),
    ],
)
def test_why_an_encrypted_connection_fails_is_said_in_words(book: Book, error: str, said: str) -> None:
    assert said in book.words.finding(Finding("tls_failed", Severity.FAULT, "192.0.2.1:465", {"error": error}))

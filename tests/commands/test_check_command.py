"""`smtp-help check` on every practice server, as a script would use it: JSON, exit status, settings that work."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

import jsonschema
import pytest
from command_line import smtp_help

from bot.practice.exercises import EXERCISES
from bot.practice.sheet import PASSWORD_VARIABLE, arguments
from probes.causes import Cause

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
CAUSE = {"enum": [str(cause) for cause in Cause]}
SURE = {"enum": ["certain", "likely", "possible"]}


def shape(**keys):
    return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}


WORKS = shape(host=TEXT, port={"type": "integer"}, security={"enum": ["none", "starttls", "tls"]})
WORKS["properties"] |= {"username": TEXT, "sender": TEXT, "recipient": TEXT}
INTERFACE = shape(
    cause=CAUSE,
    confidence=SURE,
    summary=TEXT,
    advice=TEXTS,
    who={"enum": ["user", "it", "provider", "isp", "recipient", "nobody"]},
    evidence=TEXTS,
    runners_up={"type": "array", "items": shape(cause=CAUSE, confidence=SURE)},
    works_with={"anyOf": [WORKS, {"type": "null"}]},
    findings={
        "type": "array",
        "items": shape(
            code=TEXT,
            severity={"enum": ["good", "info", "warning", "fault"]},
            subject=TEXT,
            evidence={"type": "object", "additionalProperties": TEXT},
        ),
    },
    not_tested={"type": "array", "items": shape(check=TEXT, reason=TEXT)},
    transcript={
        "type": "array",
        "items": shape(stage=TEXT, at_ms={"type": "integer"}, direction={"enum": ["<", ">", "*"]}, text=TEXT),
    },
    elapsed_ms={"type": "integer"},
    looked_from=TEXT,
    version=TEXT,
)


@pytest.fixture(scope="module")
def checked(practice):
    """Check every practice server, a few side by side."""
    few = asyncio.Semaphore(6)

    async def one(exercise):
        async with few:
            env = {PASSWORD_VARIABLE: exercise.password} if exercise.password else {}
            return exercise.name, await smtp_help(*arguments(practice, exercise), "--json", env=env)

    async def everything():
        # The one that never answers takes longest, so it goes first.
        ordered = sorted(practice.servers.values(), key=lambda exercise: exercise.name != "never-answers")
        return dict(await asyncio.gather(*map(one, ordered)))

    return asyncio.run(everything())


@pytest.mark.parametrize("name", EXERCISES)
def test_each_fault_is_named_from_its_settings_alone(checked, name):
    ran = checked[name]
    found = json.loads(ran.out)
    jsonschema.validate(found, INTERFACE)
    exercise = EXERCISES[name]
    works = found["works_with"]
    assert found["cause"] == exercise.cause
    assert ran.status == (0 if exercise.cause is Cause.OK else 1)
    assert ran.err == ""
    allowed = [one and {k: v for k, v in asdict(one).items() if v is not None} for one in exercise.works_with]
    assert works in allowed
    assert exercise.password is None or exercise.password not in ran.out
    assert found["advice"]
    assert found["evidence"]


async def test_a_readable_report_says_cause_steps_reasons_and_how_sure(practice):
    ran = await smtp_help(*arguments(practice, practice.servers["expired-certificate"]))
    assert ran.status == 1
    for words in ("certificate", "What to do", "Why", "certificate_expired, certain"):
        assert words in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["smtp.example.com:0"], 2, "1 to 65535"),
        (["smtp.example.com:99999"], 2, "1 to 65535"),
        (["smtp.example.com:five"], 2, "digits"),
        (["smtp.example.com", "--sender", "ann@@example.com"], 2, "--sender: “ann@@example.com”"),
        (["smtp.example.com", "--timeout", "soon"], 2, "--timeout"),
        (["smtp.example.com", "--nameserver", "nowhere"], 2, "--nameserver"),
        (["smtp.example.com", "--allow-network", "everything"], 2, "--allow-network"),
        (["smtp.example.com", "--control", "x"], 2, "--control"),
        (["smtp.example.com", "--ca-file", "/nowhere.pem"], 2, "--ca-file"),
        (["smtp.example.com", "--program", "pigeon"], 2, "--program"),
        (["smtp.example.com", "--message-size", "big"], 2, "--message-size"),
        (["smtp.example.com", "--username", "ann", "--password-env", "NOT_SET"], 2, "NOT_SET"),
    ],
)
async def test_a_wrong_call_is_one_clear_sentence(words, status, says):
    ran = await smtp_help("check", *words)
    assert ran.status == status
    assert says in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "server",
    [
        "smtp example com",
        "https://smtp.example.com/inbox",
        "ann@example.com",
        "x" * 300,
        "😀.example.com",
        "“smtp..example.com”",
        "2130706433",
    ],
)
async def test_a_host_that_is_no_host_name_is_an_answer(practice, server):
    ran = await smtp_help("check", server, "--json", "--nameserver", practice.nameserver)
    assert ran.status == 1
    assert json.loads(ran.out)["cause"] == "server_name_wrong"


@pytest.mark.parametrize(
    "server",
    [
        "<http://smtp.practice.test|smtp.practice.test>",
        "“smtp.practice.test”",
        " smtp.practice.test. ",
        "SMTP.Practice.Test:587",
        "smtp://smtp.practice.test",
    ],
)
async def test_decorations_around_a_server_are_taken_off(practice, server):
    exercise = practice.servers["healthy"]
    _, _, *rest = arguments(practice, exercise)
    ran = await smtp_help("check", server, *rest, "--json")
    assert json.loads(ran.out)["cause"] == "ok"


async def test_what_the_guard_refuses_is_not_tested_and_says_nothing_of_what_is_there(practice):
    there = await smtp_help("check", f"127.0.0.1:{practice.nameserver.rpartition(':')[2]}", "--json")
    nothing = await smtp_help("check", "10.0.0.1:587", "--json")
    assert (there.status, nothing.status) == (3, 3)
    for ran in (there, nothing):
        found = json.loads(ran.out)
        assert found["cause"] == "unknown"
        assert any(one["check"] == "reach" for one in found["not_tested"])
        assert not any(finding["code"].startswith("port_") for finding in found["findings"])


OWN = """
rules:
- cause: mail_loop
  name: parked
  patterns: |
    mailbox is disabled
  confidence: certain
  examples:
  - '550 5.2.1 Mailbox is disabled'
"""


@pytest.mark.parametrize(("own", "cause"), [("", "suspended_or_disabled_mailbox"), (OWN, "mail_loop")])
async def test_a_live_reply_is_read_by_the_admins_own_rules_before_those_shipped(practice, tmp_path, own, cause):
    page = tmp_path / "own.yaml"
    page.write_text(own)
    env = {"SMTP_HELP_RULES": str(page)} if own else {}
    ran = await smtp_help(*arguments(practice, practice.servers["disabled-mailbox"]), "--json", env=env)
    assert json.loads(ran.out)["cause"] == cause


async def test_own_rules_that_cannot_be_read_are_said_before_anything_is_looked_at(tmp_path):
    page = tmp_path / "own.yaml"
    page.write_text("rules:\n- cause: no_such_cause\n")
    ran = await smtp_help("check", "smtp.example.com", env={"SMTP_HELP_RULES": str(page)})
    assert (ran.status, ran.out) == (2, "")
    assert "own.yaml" in ran.err

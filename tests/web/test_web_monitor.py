"""Health, readiness and numbers for a monitor; labels are words of ours alone."""

import re

import pytest

from bot.store import StoreError
from bot.store.depth import waiting
from bot.store.opening import open_store
from bot.web.monitor import Monitor
from bot.web.numbers import STAGES, Numbers, durations
from bot.web.site import serving
from probes.causes import Cause, Confidence
from probes.findings import Line
from probes.verdict import Verdict

SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[A-Za-z0-9_.+]*"(,le="[0-9.+Inf]+")?\})? [0-9.]+')
LINES = (
    Line("connect", 40, "*", "connected"),
    Line("greeting", 40, "<", "220"),
    Line("greeting", 140, "<", "220"),
    Line("ehlo", 150, ">", "EHLO x"),
    Line("ehlo", 200, "<", "250"),
)


def seen(cause, ms=900, lines=LINES):
    return Verdict(cause=cause, confidence=Confidence.CERTAIN, elapsed_ms=ms, transcript=lines)


def samples(text):
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_looks_are_counted_by_cause_and_timed_by_stage():
    numbers = Numbers()
    for cause in (Cause.OK, Cause.OK, Cause.PORT_BLOCKED):
        numbers.looked(seen(cause))
    found = samples(numbers.text(waiting=3, slack={"ratelimited": 2}))
    assert found['smtp_help_checks_total{cause="ok"}'] == "2"
    assert found['smtp_help_checks_total{cause="port_blocked"}'] == "1"
    assert found['smtp_help_checks_total{cause="timeout"}'] == "0"
    assert found['smtp_help_stage_seconds_count{stage="greeting"}'] == "3"
    assert found['smtp_help_stage_seconds_sum{stage="greeting"}'] == "0.300"
    assert found['smtp_help_stage_seconds_bucket{stage="greeting",le="0.05"}'] == "0"
    assert found['smtp_help_stage_seconds_bucket{stage="greeting",le="0.1"}'] == "3"
    assert found['smtp_help_stage_seconds_bucket{stage="whole",le="+Inf"}'] == "3"
    assert found["smtp_help_queue_depth"] == "3"
    assert found['smtp_help_slack_errors_total{kind="ratelimited"}'] == "2"


def test_every_line_is_as_the_format_wants_it_and_no_stranger_names_a_label():
    numbers = Numbers()
    numbers.looked(seen(Cause.OK, lines=(Line('x"} 1\nevil 2', 5, "<", "x"),)))
    text = numbers.text(waiting=None, slack={'a"b\nc{': 1})
    assert "queue_depth" not in text
    for line in text.splitlines():
        assert line.startswith(("# HELP smtp_help_", "# TYPE smtp_help_")) or SAMPLE.fullmatch(line), line
    assert 'kind="abc"' in text


def test_a_stage_ends_where_the_next_begins():
    assert dict(durations(LINES)) == {"connect": 0.04, "greeting": 0.1, "ehlo": 0.06}
    assert list(durations(())) == []
    assert {"connect", "auth", "whole"} <= set(STAGES)


@pytest.fixture
async def monitored(tmp_path, browser):
    store = await open_store(tmp_path / "kept.db")
    state = {"serving": True, "broken": False}

    async def depth():
        if state["broken"]:
            raise StoreError("The database is away.")
        return await waiting(store)

    async def coming():
        return state["serving"]

    monitor = Monitor(numbers=Numbers(), waiting=depth, slack=dict, serving=coming)

    async def asked(path):
        async with browser.get(where + path) as answer:
            return answer.status, answer.headers["Content-Type"], await answer.text()

    async with serving(monitor.routes(), "127.0.0.1", 0) as where:
        yield state, asked
    await store.close()


async def test_ready_means_that_the_database_answers_and_slack_can_come_in(monitored):
    state, asked = monitored
    assert (await asked("/readyz"))[0] == 200
    state["serving"] = False
    assert (await asked("/readyz"))[0] == 503
    state.update(serving=True, broken=True)
    status, _, text = await asked("/readyz")
    assert (status, text) == (503, '{"ok": false, "database": false, "slack": true}')
    assert (await asked("/healthz"))[0] == 200, "alive all the same"


async def test_the_numbers_come_also_while_the_database_is_away(monitored):
    state, asked = monitored
    status, kind, text = await asked("/metrics")
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "smtp_help_queue_depth 0" in text
    state["broken"] = True
    assert "queue_depth" not in (await asked("/metrics"))[2]


async def test_nothing_else_is_there(monitored):
    _, asked = monitored
    assert (await asked("/login/x"))[0] == 404

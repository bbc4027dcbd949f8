"""The texts that the rules were written against are still read rightly, bounces with each of their recipients."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from probes.replies import read
from tests.replies.score import main, score

TRAINING = Path(__file__).with_name("training.jsonl")
ROWS = [json.loads(line) for line in TRAINING.read_text("utf-8").splitlines()]
COUNTS = functools.cache(score)
BOUNCES = [row for row in ROWS if row["kind"] == "bounce"]


@pytest.mark.parametrize("row", BOUNCES, ids=lambda row: row["id"])
def test_a_bounce_is_read_with_its_recipients(row):
    reading = read(row["text"])
    assert reading.cause in [row["cause"], *row["also_fair"]]
    assert reading.failure is row["failure"]
    assert sorted(r.address for r in reading.recipients) == sorted(row["recipients"])
    for recipient in reading.recipients:
        assert recipient.cause == row.get("recipient_causes", {}).get(recipient.address, recipient.cause)


@pytest.mark.parametrize(
    ("kind", "bar"),
    [("program", 0.97), ("library", 0.97), ("server_reply", 0.97), ("provider", 0.97), ("bounce", 0.99)],
)
def test_the_training_texts_are_read_rightly(kind: str, bar: float):
    count = COUNTS(TRAINING)[kind]
    assert count["fair"] / count["texts"] >= bar


def test_the_reader_is_rarely_wrong_where_it_is_certain():
    count = COUNTS(TRAINING)["ALL"]
    assert count["wrong_certain"] / count["texts"] < 0.01


def test_the_score_is_printed_in_totals_alone(capsys: pytest.CaptureFixture[str]):
    assert main([str(TRAINING)]) == 0
    out = capsys.readouterr().out
    assert "bounce" in out
    assert "@" not in out

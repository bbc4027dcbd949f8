"""Learns what words weigh from texts with answers: `python -m tests.replies.weigh` writes `probes/replies/weights.bin`.

Run it after texts or rules' examples were added. It learns from the collected texts (`training.jsonl`), from the rules'
examples and from texts that were written for it (`written.jsonl`, no quotations), never from the held-out ones.
"""

# ruff: noqa: T201 - a command

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from probes.causes import Cause
from probes.replies import sources
from probes.replies.clean import clean
from probes.replies.weighed import NOTHING, RARITY, Weights, features

WRITTEN = Path(sources.__file__).with_name("weights.bin")
HERE = Path(__file__).parent
LEARNED_FROM = ("training.jsonl", "written.jsonl")
LONGEST = 4000
"""Letters of a text that is learned from; what is longer is a log, most of which says nothing."""
OFTEN = 3
"""Texts that a word must stand in."""
STEPS = 127


def _rows(name: str) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, (HERE / name).read_text("utf-8").splitlines())


def texts() -> tuple[list[str], list[str]]:
    """Return the texts that are learned from, made plain, and the cause of each; whole bounces are left out."""
    pairs = [(row["text"], row["cause"]) for name in LEARNED_FROM for row in _rows(name) if row["kind"] != "bounce"]
    pairs += [(text, source.rule.cause.value) for source in sources.shipped().rules for text in source.examples]
    short = [(clean(text).hay, cause) for text, cause in pairs if len(text) < LONGEST]
    return [hay for hay, _ in short], [cause for _, cause in short]


def fingerprint(hays: list[str], causes: list[str]) -> str:
    """Return what tells whether weights were learned from these texts, and by the same features of them."""
    said = sha256()
    for hay, cause in zip(hays, causes, strict=True):
        said.update(f"{cause} {features(hay)}\n".encode())
    return said.hexdigest()


def learn(hays: list[str], causes: list[str]) -> Weights:
    """Return what the words of `hays` weigh for each cause: a linear support vector machine a cause, in bytes."""
    rarity = TfidfVectorizer(analyzer=features, binary=True, min_df=OFTEN)
    matrix = rarity.fit_transform(hays)
    machine = LinearSVC(C=1, random_state=0).fit(matrix, causes)
    heavy = (machine.coef_ * rarity.idf_).T
    unit = float(np.abs(heavy).max()) / STEPS
    rows = np.rint(heavy / unit).astype(int) + NOTHING
    rare = np.minimum(np.rint(rarity.idf_**2 * RARITY), 255).astype(int)
    return Weights(
        fingerprint(hays, causes),
        tuple(Cause(each) for each in machine.classes_),
        unit,
        tuple(float(each) for each in machine.intercept_),
        {
            str(word): bytes([*(int(each) for each in rows[at]), int(rare[at])])
            for word, at in sorted(rarity.vocabulary_.items())
        },
    )


def main() -> int:
    """Write the weights anew."""
    weights = learn(*texts())
    WRITTEN.write_bytes(msgspec.msgpack.encode(weights))
    print(f"{len(weights.rows)} words, {len(weights.causes)} causes, {WRITTEN.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

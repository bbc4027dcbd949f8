"""Times the reply reader: ms to load, a text, a bounce, and the worst of hostile inputs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from probes.replies import read
from probes.replies.sources import shipped

_LOAD = (
    "import time; import probes.replies.reader, probes.replies.bounce; from probes.replies.rulebook import shipped;"
    "began = time.perf_counter(); shipped(); print((time.perf_counter() - began) * 1000)"
)
MEGABYTE = 1_000_000


def hostile() -> dict[str, str]:
    """Return a megabyte each of what makes backtracking, joining or recursion dear."""
    return {
        "a": "a" * MEGABYTE,
        "5.": "5." * (MEGABYTE // 2),
        "a@": "a@" * (MEGABYTE // 2),
        "a.": "a." * (MEGABYTE // 2),
        "lines": "\n" * MEGABYTE,
        "quotes": "> " * (MEGABYTE // 2),
        "550-": "550-5.1.1 x\n" * (MEGABYTE // 12),
        "addresses": "From: x\nTo: y\n\n" + "a@b.example\n" * (MEGABYTE // 12),
        "parts": "From: x\nTo: y\nContent-Type: multipart/mixed; boundary=b\n\n" + "--b\n\n" * (MEGABYTE // 5),
        "headers": "From: x\nTo: y\n" + "X-A: b\n" * (MEGABYTE // 7),
        "tags": "From: x\nTo: y\nContent-Type: text/html\n\n" + "<" * MEGABYTE,
        "encoded": "From: x\nTo: y\nSubject: " + "=?utf-8?q?a?= " * (MEGABYTE // 14) + "\n\nx",
        "slack": "<mailto:a" * (MEGABYTE // 9),
        "recipients": "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n" * (MEGABYTE // 50),
        "user unknown": "user unknown " * (MEGABYTE // 13),
        "accents": "\u00e9\u00df\u0130" * (MEGABYTE // 6),
        "nul": "\0" * MEGABYTE,
    }


def _texts() -> tuple[list[str], list[str]]:
    here = Path(__file__).parent.parent / "replies" / "training.jsonl"
    rows = [json.loads(line) for line in here.read_text("utf-8").splitlines()]
    bounces = [row["text"] for row in rows if row["kind"] == "bounce"]
    texts = [row["text"] for row in rows if row["kind"] != "bounce"]
    return texts + [example for source in shipped().rules for example in source.examples], bounces


def _each(texts: list[str], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return milliseconds a text once warm, the best of five passes."""
    passes = []
    for _ in range(6):
        began = clock()
        for text in texts:
            read(text)
        passes.append((clock() - began) * 1000 / len(texts))
    return min(passes[1:])


def load_ms() -> float:
    """Return milliseconds to load the rules in a fresh process, the best of three."""
    runs = [subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(run.stdout) for run in runs)


def main() -> int:
    """Print the figures; return 1 where one is over its bar."""
    texts, bounces = _texts()
    load, text, bounce = load_ms(), _each(texts), _each(bounces)
    worst = []
    for name, sample in hostile().items():
        began = time.perf_counter()
        read(sample)
        worst.append(((time.perf_counter() - began) * 1000, name))
    slowest, which = max(worst)
    print(f"load the rules   {load:8.1f} ms (bar 50)")
    print(f"a text           {text:8.3f} ms (bar 0.3; {len(texts)} texts)")
    print(f"a bounce         {bounce:8.3f} ms (bar 3; {len(bounces)} bounces)")
    print(f"worst megabyte   {slowest:8.1f} ms ({which})")
    return 0 if load < 50 and text < 0.3 and bounce < 3 else 1

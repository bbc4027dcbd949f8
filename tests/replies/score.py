"""Scores the reader on files of texts with answers; prints totals alone: `python -m tests.replies.score FILE`."""

# ruff: noqa: E501, T201 - a command

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from probes.replies import read


def score(path: Path, show: bool = False) -> dict[str, Counter[str]]:
    """Return counts a kind: texts, exact, fair, wrong and certain, bounces with recipients and with all found."""
    totals: dict[str, Counter[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        reading = read(row["text"])
        said, fair = reading.cause.value, [row["cause"], *row.get("also_fair", [])]
        for kind in (row["kind"], "ALL"):
            count = totals.setdefault(kind, Counter())
            count["texts"] += 1
            count["exact"] += said == row["cause"]
            count["fair"] += said in fair
            count["unknown"] += said == "unknown" and "unknown" not in fair
            count["wrong_certain"] += said not in fair and reading.confidence == "certain"
            count["failure"] += reading.failure == row.get("failure", True)
            if row.get("recipients"):
                count["bounces"] += 1
                wanted = {str(r["address"] if isinstance(r, dict) else r).lower() for r in row["recipients"]}
                found = {r.address.lower() for r in reading.recipients}
                count["found"] += wanted <= found
                count["same"] += wanted == found
        if show and (said != row["cause"]):
            print(
                f"--- {row['id']} [{row['kind']}] want {fair} got {said} ({reading.confidence}) by {reading.rule}: {reading.quote!r}"
            )
            print(row["text"][:700])
    return totals


def main(arguments: list[str]) -> int:
    """Print the totals of each file; `--show` prints what was read wrongly, for a file that one trains on."""
    show = "--show" in arguments
    for name in (a for a in arguments if not a.startswith("--")):
        for kind, count in sorted(score(Path(name), show).items()):
            n = count["texts"]
            found = f" recipients {count['found']}/{count['bounces']} same {count['same']}" if count["bounces"] else ""
            print(
                f"{kind:24} {n:5} exact {count['exact'] / n:6.1%} fair {count['fair'] / n:6.1%} unknown {count['unknown']}"
                f" wrong and certain {count['wrong_certain']} failure right {count['failure'] / n:6.1%}{found}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

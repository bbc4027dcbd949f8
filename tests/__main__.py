"""Run everything that proves the project: format, lint, import walls, types, flow and rule proofs, tests, coverage.

`python -m tests [pytest's arguments]`; a test that needs what this machine lacks is left out with a printed line,
unless SMTP_HELP_TESTS=all, under which leaving one out is a failure. Given arguments, coverage is not looked at.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (sys.executable, "-W", "ignore::DeprecationWarning")
PROOFS = (
    ("format", (sys.executable, "-m", "ruff", "format", "--check", ".")),
    ("lint", (sys.executable, "-m", "ruff", "check", "--output-format", "concise", ".")),
    ("walls", (*PYTHON, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")),
    ("types", (sys.executable, "-m", "mypy")),
    ("flow", (sys.executable, "-m", "bot", "flow", "check")),
    ("rules", (sys.executable, "-m", "bot", "rules", "check")),
)


def _proved(proof: tuple[str, tuple[str, ...]], env: Mapping[str, str] | None = None) -> bool:
    name, command = proof
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=env)
    word = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:7} {word} ({time.monotonic() - began:.0f} s)", flush=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def main() -> int:
    """Run the proofs side by side, then the tests; return 0 only where all are green."""
    with ThreadPoolExecutor(2) as pool:
        proved = all(list(pool.map(_proved, PROOFS)))
    if sys.argv[1:]:
        tests = subprocess.run((sys.executable, "-m", "pytest", *sys.argv[1:]), cwd=ROOT, check=False).returncode
        return 0 if proved and tests == 0 else 1
    with TemporaryDirectory() as place:
        measuring = os.environ | {"COVERAGE_FILE": str(Path(place) / "coverage")}
        ran = subprocess.run(
            (sys.executable, "-m", "coverage", "run", "-m", "pytest"), cwd=ROOT, env=measuring, check=False
        )
        covered = _proved(("covered", (sys.executable, "-m", "coverage", "report")), measuring)
    return 0 if proved and ran.returncode == 0 and covered else 1


if __name__ == "__main__":
    sys.exit(main())

"""What every test may rely on: no Slack token or setting of the machine leaks in, and what is left out is said."""

from __future__ import annotations

import os

import pytest

ALL = os.environ.get("SMTP_HELP_TESTS") == "all"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away every setting of this machine's."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "SMTP_HELP_")) and not name.startswith("SMTP_HELP_TEST"):
            monkeypatch.delenv(name)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Make leaving a test out a failure where all are asked for."""
    outcome = yield
    report = outcome.get_result()
    if ALL and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"left out although SMTP_HELP_TESTS=all: {report.longrepr}"


def pytest_terminal_summary(terminalreporter) -> None:
    """Say in one line each what was left out."""
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ()) if report.longrepr}
    for reason in sorted(reasons):
        terminalreporter.write_line(f"left out: {reason.removeprefix('Skipped: ')}")

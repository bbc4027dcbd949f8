"""What no import rule can say about the house: its promises, its lean start, its visible top level."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import probes.checks
from flows.book import load
from probes.findings import Outcome
from probes.runner import all_probes, run
from probes.target import Target, parse_host
from probes.vantage import Vantage
from probes.verdict import Told, verdict

ROOT = Path(__file__).parent.parent
CHECKS = sorted(path for path in (ROOT / "probes" / "checks").glob("*.py") if path.stem != "__init__")
NEW_CHECK = '''
"""Is the moon up? (No RFC.)"""
from probes.findings import Finding, Outcome, Report, Severity
from probes.probe import Probe

async def look(target, network):
    return target.host.name

def judge(target, seen):
    return Report("moon", Outcome.DONE, (Finding("moon_is_up", Severity.INFO, seen),))

PROBE = Probe("moon", look, judge)
'''


def loaded_by(code: str) -> set[str]:
    """Return the top names of the modules that some code loads in a fresh interpreter."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_help_loads_nothing_heavy():
    script = "from bot.__main__ import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    loaded = loaded_by(script)
    assert not loaded & {
        "slack_bolt",
        "slack_sdk",
        "aiosmtplib",
        "sqlalchemy",
        "cryptography",
        "dns",
        "aiohttp",
        "yaml",
    }


def test_flows_load_no_network_module():
    loaded = loaded_by("import flows.screens, flows.machine, flows.proof, flows.advice")
    assert not loaded & {"socket", "asyncio", "ssl", "dns", "aiosmtplib", "aiohttp", "sqlalchemy", "slack_sdk"}


def test_explain_loads_no_network_module_of_ours():
    loaded = loaded_by("import bot.commands.manifest, probes.replies; probes.replies.read('535 5.7.8 no')")
    assert not loaded & {"dns", "aiosmtplib", "aiohttp", "sqlalchemy", "slack_sdk", "slack_bolt", "yaml"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_every_check_has_its_test(check):
    wanted = re.compile(rf"probes\.checks\.{check.stem}\b|checks import [^\n]*\b{check.stem}\b")
    assert any(wanted.search(path.read_text()) for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_every_check_opens_with_its_question_and_ends_with_its_probe(check):
    tree = ast.parse(check.read_text())
    assert "?" in (ast.get_docstring(tree) or "").split("\n")[0]
    last = tree.body[-1]
    assert isinstance(last, ast.Assign)
    assert isinstance(last.targets[0], ast.Name)
    assert last.targets[0].id == "PROBE"


async def test_a_check_is_added_by_one_file_alone(tmp_path, monkeypatch):
    (tmp_path / "moon.py").write_text(NEW_CHECK)
    monkeypatch.setattr(probes.checks, "__path__", [*probes.checks.__path__, str(tmp_path)])
    try:
        moon = next(probe for probe in all_probes() if probe.name == "moon")
        target = Target(host=parse_host("smtp.example.com"))
        reports = [news async for news in run(target, Vantage(), checks=[moon]) if hasattr(news, "outcome")]
    finally:
        sys.modules.pop("probes.checks.moon", None)
    assert [report.outcome for report in reports] == [Outcome.DONE]
    found = verdict(Told(), target, reports)
    assert [finding.code for finding in found.findings] == ["moon_is_up"]
    assert "moon" in load().words.finding(found.findings[0]).lower()


def test_the_visible_top_level_is_the_owners_list():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    if not any(listed):
        pytest.skip("the top level, which git lists (this is no checkout)")
    visible = {name.split("/")[0] for name in listed if name and not name.startswith(".")}
    wanted = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "manifest.yml",
        "bot",
        "flows",
        "probes",
        "tests",
    }
    assert visible == wanted


def test_the_wheel_holds_no_tests_and_all_the_data(tmp_path):
    if os.environ.get("SMTP_HELP_TESTS") != "all":
        pytest.skip("the wheel's contents (building one needs a package registry)")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(pip, check=True, capture_output=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert not [name for name in names if name.startswith("tests") or "/tests/" in name]
    assert {"probes/providers.csv", "flows/words.yaml", "flows/pages/start.yaml"} <= set(names)


def test_no_file_names_a_registry_or_this_machine():
    hosts = re.compile(r"(p[y]pi|pythonho[s]ted|n[p]mjs|deb\.debia[n])\.(org|com)")
    for path in [ROOT / "pyproject.toml", ROOT / "README.md", *ROOT.glob(".ci/*")]:
        assert not hosts.search(path.read_text())


def test_every_dependency_has_a_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert all(re.search(r"[<>=]", one) for one in project["dependencies"])


def test_each_changelog_line_says_what_kind_of_change_it_is():
    lines = [line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:1] == "-"]
    assert [line for line in lines if not re.match(r"- (New|Fix|Security|Breaking): \S", line)] == []
    begun = [line.partition(": ")[2][:60] for line in lines]
    assert [one for one in begun if begun.count(one) > 1] == []  # a line that was written anew stands once

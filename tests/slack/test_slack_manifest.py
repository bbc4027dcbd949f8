"""The manifest: one source, complete, and no scope that the code does not use."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from fake_rules import METHODS, SHARED

from bot.slack import marks
from bot.slack.manifest import EVENTS, SCOPES, described, manifest

ROOT = Path(__file__).resolve().parents[2]
URL = "https://bot.example.com"


def code():
    return [ast.parse(path.read_text()) for path in sorted((ROOT / "bot" / "slack").glob("*.py"))]


def called_methods():
    """Return every Web API method that the code names in a call."""
    rooms = ("chat.", "views.", "conversations.", "usergroups.", "auth.", "apps.", "users.", "files.")
    words = (
        n.value for tree in code() for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    )
    return {word for word in words if word.startswith(rooms) and word in METHODS}


def test_manifest_yml_is_what_the_command_prints():
    assert (ROOT / "manifest.yml").read_text() == manifest()


def test_it_is_for_socket_mode_and_has_no_address():
    found = yaml.safe_load(manifest())
    assert found["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(found)


@pytest.mark.parametrize("given", [URL, URL + "/", URL + "/slack/events"])
def test_the_http_one_names_the_address_wherever_slack_wants_it(given):
    found = yaml.safe_load(manifest(given))
    address = URL + "/slack/events"
    assert found["settings"]["socket_mode_enabled"] is False
    assert found["settings"]["event_subscriptions"]["request_url"] == address
    assert found["settings"]["interactivity"]["request_url"] == address
    assert found["features"]["slash_commands"][0]["url"] == address


@pytest.mark.parametrize("given", ["bot.example.com", "ftp://x", "https://", "https://a b"])
def test_an_address_that_is_none_is_refused_in_one_sentence(given):
    with pytest.raises(ValueError, match="no web address"):
        manifest(given)


def test_slacks_own_schema_takes_both():
    if not SHARED.exists():
        print("left out: ../shared/slack is not here, so the manifest is not held against Slack's schema")
        return
    for found in (described(None), described(URL)):
        major = found["_metadata"]["major_version"]
        schema = json.loads((SHARED / f"manifest.schema.{major}.0.0.json").read_text())
        assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(found)] == []


def test_every_scope_is_used_and_every_call_has_its_scope():
    if not METHODS:
        print("left out: ../shared/slack is not here, so the scopes are not held against Slack's methods")
        return
    used = {"commands", "app_mentions:read", "im:history"}  # the command, and two events
    for method in called_methods():
        possible = set(METHODS[method]["bot_scopes"])
        assert not possible or possible & set(SCOPES), f"{method} lacks a scope"
        used |= possible & set(SCOPES)
    assert used == set(SCOPES)
    assert described(None)["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)


def test_every_listener_stands_in_the_manifest():
    found = described(None)
    assert [command["command"] for command in found["features"]["slash_commands"]] == [marks.COMMAND]
    assert [shortcut["callback_id"] for shortcut in found["features"]["shortcuts"]] == [marks.EXPLAIN]
    listened = {
        node.elts[0].value
        for tree in code()
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple)
        and len(node.elts) == 2
        and isinstance(node.elts[0], ast.Constant)
        and isinstance(node.elts[1], ast.Attribute)
        and ast.unparse(node.elts[1]).startswith("self.")
    }
    assert {event.split(".")[0] for event in EVENTS} == listened
    assert found["settings"]["interactivity"]["is_enabled"] is True
    assert found["features"]["app_home"]["home_tab_enabled"] is True

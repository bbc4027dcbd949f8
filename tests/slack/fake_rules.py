"""Slack's published rules for its methods, where they are at hand: arguments and scopes; without them, none."""

from __future__ import annotations

import json
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "slack"
METHODS_FILE = SHARED / "methods.json"
METHODS = json.loads(METHODS_FILE.read_text()) if METHODS_FILE.exists() else {}


class RefusedError(Exception):
    """A method answers with this error."""

    def __init__(self, error, **more):
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


def check(method, arguments, have, broken):
    """Raise RefusedError for what lacks an argument or a scope; arguments that Slack does not know go to `broken`."""
    known = METHODS.get(method)
    if known is None:
        return
    if unknown := set(arguments) - set(known["arguments"]):
        broken.append(f"{method}: unknown arguments {sorted(unknown)}")
    if missing := set(known["required"]) - set(arguments):
        broken.append(f"{method}: lacks {sorted(missing)}")
        raise RefusedError("invalid_arguments")
    scopes = set(known["bot_scopes"])
    if scopes and not scopes & have:
        raise RefusedError("missing_scope", needed=",".join(sorted(scopes)), provided=",".join(sorted(have)))


async def arguments_of(request):
    arguments = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await request.json()
    elif request.can_read_body:
        arguments |= dict(await request.post())
    arguments.pop("token", None)
    return {
        key: json.loads(value) if key in ("blocks", "view", "metadata") and isinstance(value, str) else value
        for key, value in arguments.items()
    }

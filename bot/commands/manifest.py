"""`smtp-help manifest`: print the Slack app's manifest."""

from __future__ import annotations

import argparse

from bot.commands.looking import complain


def run(arguments: argparse.Namespace) -> int:
    """Print it; a wrong URL is a wrong call."""
    from bot.slack.manifest import manifest

    try:
        print(manifest(arguments.http), end="")
    except ValueError as wrong:
        return complain(wrong)
    return 0

"""`smtp-help doctor`: say all that is wrong with the set-up at once."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os

from bot.commands.looking import complain
from bot.doctor import Complaint, examined
from bot.settings import SettingsError, read_settings


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command has this shape
    """Print a line for each part of the set-up; 1 where something is wrong, 2 for wrong settings."""
    status = 0
    try:
        found = read_settings()
    except SettingsError as wrong:
        for sentence in wrong.sentences:
            complain(sentence)
        found, status = wrong.rest, 2
    logging.getLogger().addHandler(logging.NullHandler())  # each part is told below, in its own line
    lines = asyncio.run(examined(found, os.environ))
    for line in lines:
        print(f"{line.mark} {line.part}: {line.sentence}")
    return status or (1 if any(line.level is Complaint.WRONG for line in lines) else 0)

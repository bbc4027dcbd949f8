"""The command line as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


async def smtp_help(*words: str, typed: str = "", env: dict[str, str] | None = None) -> Ran:
    """Run the console command in a process of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "SMTP_HELP_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=ROOT,
        env=clean | (env or {}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(typed.encode())
    return Ran(process.returncode or 0, out.decode(), err.decode())

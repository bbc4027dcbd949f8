"""The audit log: one JSON object a line, for every look at a server; no address of a person, no text, no secret."""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

LOG = logging.getLogger(__name__)
LONGEST = 300
"""Characters of one value: a host has 253 at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: `at` in seconds since the epoch, `who` as the platform names them, `what` is probe or login.

    `refused` is a code (`over_budget`, `address_not_allowed`) or empty; `cause` is the verdict's, empty without one.
    """

    at: float
    who: str
    what: str
    host: str
    port: int
    cause: str = ""
    refused: str = ""
    seconds: float = 0.0


class Audit:
    """Appends to a file that only its owner reads, or without one to the program's log."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def write(self, entry: Entry) -> None:
        """Append one line in one write; a file that cannot be written is said in the log, with the line."""
        text = line(entry)
        if self._file is None:
            LOG.info("audit %s", text)
            return
        try:
            number = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(number, text.encode("ascii") + b"\n")
            finally:
                os.close(number)
        except OSError as error:
            LOG.error("the audit file cannot be written (%s): %s", error.strerror, text)  # noqa: TRY400 - it is all told


def line(entry: Entry) -> str:
    """Return an entry as one line of ASCII: JSON escapes line breaks and everything a terminal might obey."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(entry.at))
    said = {name: value[:LONGEST] if isinstance(value, str) else value for name, value in asdict(entry).items()}
    return json.dumps({**said, "at": at, "seconds": round(entry.seconds, 3)}, ensure_ascii=True)

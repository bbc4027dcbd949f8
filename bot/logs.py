"""The program's log: no secret of the settings, no line that begins by somebody else's will, no control character.

Libraries log from INFO upwards: below it they print what people typed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
REMOVED = "[removed]"
SHORTEST = 4
LONGEST = 20_000
"""Characters of one entry, its traceback included."""
OURS = ("bot", "flows", "probes")


class SafeFormatter(logging.Formatter):
    """Formats an entry; its further lines are indented, so that each line at the margin is an entry of its own."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(FORMAT)
        found = {form for secret in secrets for form in (secret, quote(secret, safe=""), unquote(secret))}
        self._secrets = sorted((one for one in found if len(one) >= SHORTEST), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as text."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, REMOVED)
        text = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text[:LONGEST])
        return text.replace("\n", "\n    ")


def log_to(handler: logging.Handler, level: str, secrets: Iterable[str] = ()) -> None:
    """Send the log to `handler`: ours from `level` upwards, that of libraries from INFO upwards."""
    handler.setFormatter(SafeFormatter(secrets))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(max(logging.getLevelName(level), logging.INFO))
    for name in OURS:
        logging.getLogger(name).setLevel(level)

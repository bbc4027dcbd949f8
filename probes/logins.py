"""The words of a login, method by method (RFC 4954, RFC 4616, RFC 2195); one attempt each, and nothing secret shown."""

from __future__ import annotations

import base64
import hmac
from typing import Protocol

from probes.dialogue import Reply

METHODS = ("PLAIN", "LOGIN", "CRAM-MD5")
"""Methods that are tried with a password, the best liked first; only one of them is."""
LOGIN_SECONDS = 25.0
"""A refused login is often slowed down on purpose."""
GO_ON = 334


class Say(Protocol):
    """Says one command and returns the reply; `shown` stands for it in the transcript."""

    async def __call__(self, stage: str, command: str, /, *, shown: str = "", seconds: float = LOGIN_SECONDS) -> Reply:
        """Return the reply."""


async def log_in(method: str, user: str, password: str, say: Say) -> Reply:
    """Log in with one of METHODS; return the server's last word."""
    if method == "PLAIN":
        return await say("auth", f"AUTH PLAIN {_base64(f'{NUL}{user}{NUL}{password}')}", shown="AUTH PLAIN ***")
    reply = await say("auth", f"AUTH {method}")
    if reply.code == GO_ON and method == "CRAM-MD5":
        return await say("auth", _cram_md5(user, password, reply.text), shown="***")
    if reply.code == GO_ON:
        reply = await say("auth", _base64(user), shown="***")
    return await say("auth", _base64(password), shown="***") if reply.code == GO_ON else reply


NUL = "\0"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _cram_md5(user: str, password: str, challenge: str) -> str:
    """Answer a challenge; one that cannot be read is answered all the same, and then refused."""
    try:
        asked = base64.b64decode(challenge.rpartition(" ")[2])
    except ValueError:
        asked = b""
    return _base64(f"{user} {hmac.new(password.encode('utf-8'), asked, 'md5').hexdigest()}")

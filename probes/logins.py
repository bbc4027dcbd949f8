"""The words of a login, method by method (RFC 4954, RFC 4616, RFC 2195); one attempt each, and nothing secret shown."""

from __future__ import annotations

from typing import Protocol

from aiosmtplib.auth import auth_crammd5_verify, auth_login_encode, auth_plain_encode
from aiosmtplib.errors import SMTPAuthenticationError

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
        return await say("auth", f"AUTH PLAIN {auth_plain_encode(user, password).decode()}", shown="AUTH PLAIN ***")
    reply = await say("auth", f"AUTH {method}")
    if reply.code == GO_ON and method == "CRAM-MD5":
        return await say("auth", _cram_md5(user, password, reply.text), shown="***")
    name, secret = (part.decode() for part in auth_login_encode(user, password))
    if reply.code == GO_ON:
        reply = await say("auth", name, shown="***")
    return await say("auth", secret, shown="***") if reply.code == GO_ON else reply


def _cram_md5(user: str, password: str, challenge: str) -> str:
    """Answer a challenge; to one that cannot be read the login is taken back (RFC 4954 section 4: a lone star)."""
    try:
        return auth_crammd5_verify(user, password, challenge.rpartition(" ")[2]).decode()
    except SMTPAuthenticationError:
        return "*"

"""Who else must agree before a place is dialled or logged in to: a budget that is kept elsewhere."""

from __future__ import annotations

from typing import Protocol


class Leave(Protocol):
    """Asked once a run for each address; an answer that is not empty is a refusal: when to come back (`5 minutes`)."""

    async def to_dial(self, address: str) -> str:
        """Ask for leave to connect to an address, on whatever port."""

    async def to_log_in(self, address: str, user_name: str) -> str:
        """Ask for leave to try a password of an account there."""

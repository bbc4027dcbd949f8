"""The fake Slack and its people, which live beside Slack's own tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "slack"))

from fake_slack import FakeSlack  # noqa: E402 - found only now


@pytest.fixture
async def slack():
    async with FakeSlack.start() as fake:
        yield fake

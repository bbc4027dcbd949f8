"""What the tests of the range share: the certificates, and a plain SMTP client that is no part of the product."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.practice.certificates import Certificates


class Client:
    """Reads replies and writes lines, nothing else."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def reply(self):
        lines = []
        while True:
            line = (await self.reader.readline()).decode()
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    async def say(self, text):
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()
        return await self.reply()

    async def secure(self, context, name):
        assert (await self.say("STARTTLS")).startswith("220")
        await self.writer.start_tls(context, server_hostname=name)


@asynccontextmanager
async def visiting(address, port, **options):
    reader, writer = await asyncio.open_connection(address, port, **options)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


@pytest.fixture(scope="session")
def certificates():
    with Certificates.made() as made:
        yield made


@pytest.fixture
def visit():
    return visiting

"""A small tree, and a chat to type into: over a pipe, or over a terminal of its own."""

import asyncio
import os
import pty
import re
import signal
import sys
import termios
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("talking_program.py")
PAGES = {
    "ways": """
opens: small.what
human: small.human
pasted: small.read
pictured: small.what
tried: small.what
closed: small.solved
""",
    "small": """
what:
  ask: What happens?
  keep: symptom
  choices:
    hangs: {say: "It hangs", then: form}
    words: {say: "It says something", then: words}
    fine: {say: "Nothing any more", then: solved}

form:
  fill: Your settings
  more:
    - Leave out what you do not know.
  fields: [mail_address, server, port, security]
  then: check

words:
  fill: What does it say?
  fields: [text]
  then: read

check:
  look: I am looking now
  what: probe
  then:
    port_blocked: blocked
  otherwise: other

read:
  look: I read what you sent
  what: text
  then:
    port_blocked: blocked
  otherwise: other

blocked:
  advise: The port to {server} is *blocked*.
  cause: port_blocked
  steps:
    - Use port 587, as a rule with STARTTLS, which your mail program may call encryption or connection security.
    - "`Test-NetConnection smtp.a-rather-long-name.example.com -Port 587 -InformationLevel Detailed`"
  choices:
    "yes": {say: "Yes, that helped", then: solved}
    check: {say: "Check again", then: check}

other:
  advise: I cannot tell.
  choices:
    check: {say: "Check again", then: check}

human:
  advise: A human takes over.

solved:
  advise: Good.
""",
}


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


class Chat:
    """A running chat: `type` a line, wait until it `says` something, `end`, `kill` or `interrupt` it."""

    def __init__(self, process, reader, write, close):
        self._process, self._reader, self._write, self._close = process, reader, write, close
        self.heard = ""
        self._seen = 0

    def type(self, *lines):
        self._write("".join(f"{line}\n" for line in lines).encode())

    def press(self, keys):
        self._write(keys.encode())

    async def says(self, words):
        """Wait until `words` are written after what was waited for last; line ends and spaces count as one space."""
        pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()))
        async with asyncio.timeout(20):
            while not (found := pattern.search(self.heard, self._seen)):
                try:
                    data = await self._reader.read(65536)
                except OSError:  # a terminal whose other end has gone
                    data = b""
                assert data, f"it ended and never said {words!r}:\n{self.heard}"
                self.heard += data.decode("utf-8", "replace")
        self._seen = found.end()
        return self.heard[: found.end()]

    async def end(self):
        """End the input and return the exit status."""
        self._close()
        return await self.status()

    async def status(self):
        async with asyncio.timeout(20):
            while True:
                try:
                    data = await self._reader.read(65536)
                except OSError:
                    data = b""
                if not data:
                    break
                self.heard += data.decode("utf-8", "replace")
            return await self._process.wait()

    def interrupt(self):
        self._process.send_signal(signal.SIGINT)

    async def kill(self):
        self._process.kill()
        return await self._process.wait()


@pytest.fixture
async def chat(tmp_path, pages):
    """Start chats on one database: `await chat()` over a pipe, `await chat(terminal=True)` over a terminal."""
    processes, transports = [], []
    loop = asyncio.get_running_loop()

    async def start(*text, terminal=False, columns=60, **environ):
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "LANG": "C.UTF-8",
            "PYTHONUTF8": "1",
            "COLUMNS": str(columns),
            **environ,
        }
        command = [sys.executable, str(PROGRAM), str(tmp_path / "chat.db"), str(pages), *text]
        if terminal:
            ours, theirs = pty.openpty()
            termios.tcsetwinsize(theirs, (50, columns))
            environ = {"TERM": "xterm-256color", **environ}
            process = await asyncio.create_subprocess_exec(
                *command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True
            )
            os.close(theirs)
            reader = asyncio.StreamReader()
            transport, _ = await loop.connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ours, "rb", buffering=0)
            )
            transports.append(transport)
            chat = Chat(process, reader, lambda data: os.write(ours, data), lambda: os.write(ours, b"\x04"))
        else:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=environ,
            )
            chat = Chat(process, process.stdout, process.stdin.write, process.stdin.close)
        processes.append(process)
        return chat

    yield start
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.wait()
        process._transport.close()
    for transport in transports:
        transport.close()
    await asyncio.sleep(0)

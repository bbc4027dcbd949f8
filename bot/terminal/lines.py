"""What a person types: a prompt with editing on a terminal, bare lines from anything else; it knows no conversation."""

from __future__ import annotations

import asyncio
import codecs
import os
import signal
import threading
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

from bot.terminal.paper import Paper
from probes.replies import redact

try:
    import termios
except ImportError:  # Windows
    termios = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

LONGEST_LINE = 200_000
"""Characters kept of one line; the rest of it is dropped."""

SHORT = 2
"""A line of so many characters is a choice or a key, never the beginning of a paste."""

PASTE_PAUSE = 0.05
"""Seconds within which the lines of one paste follow each other."""


class Interrupted(Exception):  # noqa: N818 - a key, not an error
    """Ctrl-C was pressed."""


class Ended(Exception):  # noqa: N818 - the end of input is no error
    """There is no more input."""


class Lines:
    """The person's side of the terminal; `typed_by_hand` is false for a pipe or a file."""

    def __init__(self, stdin: TextIO, paper: Paper) -> None:
        self._stdin, self._paper = stdin, paper
        self.typed_by_hand = stdin.isatty()
        self._edited = self.typed_by_hand and paper.fancy
        self._session: PromptSession[str] | None = None
        self._queue: asyncio.Queue[str | None] | None = None
        self._pressed = asyncio.Event()

    async def ask(self, before: str, *, default: str = "", ghost: str = "", many: bool = False) -> str:
        """Return one answer (with `many` several lines where they were pasted); raises `Interrupted` or `Ended`.

        `default` is named in brackets, and an empty line means it: were it there to be edited, each command would be
        typed behind it.
        """
        if self._edited:
            line = await self._edit(before, default, ghost)
            return line if line.strip() else default
        named = f"{before.rstrip()} [{default}] " if default else before
        self._paper.prompt(named)
        line = await self._line()
        if not self.typed_by_hand:
            self._paper.raw(redact(line)[0])
        elif many and len(line.strip()) > SHORT:
            line = "\n".join([line, *await self._rest_of_paste()])
        return line if line.strip() else default

    async def more(self) -> str | None:
        """Return the next line of a text of many, or None where the empty line or the lone dot ended it."""
        if self._edited:
            line = await self._edit("  ", "", "")
        else:
            line = await self._line()
            if self.typed_by_hand and not line.strip():
                rest = await self._rest_of_paste()  # an empty line amid a paste belongs to it
                line = "\n".join([line, *rest])
        return None if line.strip() in ("", ".") else line

    async def unless_interrupted(self, doing: Awaitable[None]) -> bool:
        """Wait for what is under way; False where Ctrl-C was pressed first, and it goes on."""
        with self._hushed():
            return await self._first(asyncio.ensure_future(doing))

    async def _first(self, task: asyncio.Future[Any]) -> bool:
        self._listen()
        waiting = asyncio.ensure_future(self._pressed.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        pressed = self._pressed.is_set()
        self._pressed.clear()
        return not pressed

    @contextmanager
    def _hushed(self) -> Iterator[None]:
        """Let keys that are pressed while a list is drawn over itself leave no trace in it; they are kept for later."""
        if not self._edited or termios is None:
            yield
            return
        descriptor = self._stdin.fileno()
        before = termios.tcgetattr(descriptor)
        hushed = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
        termios.tcsetattr(descriptor, termios.TCSANOW, hushed)
        try:
            yield
        finally:
            termios.tcsetattr(descriptor, termios.TCSANOW, before)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl-C as a key from here on, whenever it is pressed."""
        before = signal.getsignal(signal.SIGINT)
        self._listen()
        try:
            yield
        finally:
            with suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
                signal.signal(signal.SIGINT, before)

    def _listen(self) -> None:
        # Again before each wait, since an edited line takes the handler away. Windows has none, nor has a thread.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._pressed.set)

    async def _edit(self, before: str, default: str, ghost: str) -> str:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.formatted_text import FormattedText

        if self._session is None:
            self._session = PromptSession()
        try:
            return await self._session.prompt_async(
                FormattedText([("ansicyan bold", before), ("", f"[{default}] " if default else "")]),
                placeholder=FormattedText([("ansibrightblack", ghost)]),  # the session keeps the last one given
            )
        except KeyboardInterrupt:
            raise Interrupted from None
        except EOFError:
            raise Ended from None

    async def _line(self) -> str:
        if self._queue is None:
            self._queue = asyncio.Queue()
            reader = threading.Thread(target=self._read, args=(self._queue, asyncio.get_running_loop()), daemon=True)
            reader.start()
        getting = asyncio.ensure_future(self._queue.get())
        if not await self._first(getting):
            getting.cancel()
            raise Interrupted
        line = getting.result()
        if line is None:
            self._queue.put_nowait(None)
            raise Ended
        return line

    async def _rest_of_paste(self) -> list[str]:
        """Return the lines that came together with the last one."""
        rest: list[str] = []
        while self._queue is not None:
            try:
                line = await asyncio.wait_for(self._queue.get(), PASTE_PAUSE)
            except TimeoutError:
                break
            if line is None:
                self._queue.put_nowait(None)
                break
            rest.append(line)
        return rest

    def _read(self, queue: asyncio.Queue[str | None], loop: asyncio.AbstractEventLoop) -> None:
        # Bytes straight from the descriptor: a daemon thread that holds the buffered stdin would break the exit.
        decoder, kept = codecs.getincrementaldecoder("utf-8")("replace"), ""
        with suppress(RuntimeError):  # the loop has ended, and nobody waits for lines any more
            while True:
                try:
                    read = os.read(self._stdin.fileno(), 65536)
                except OSError:
                    read = b""
                *lines, kept = (kept + decoder.decode(read, final=not read)).split("\n")
                for line in lines:
                    loop.call_soon_threadsafe(queue.put_nowait, line.rstrip("\r")[:LONGEST_LINE])
                kept = kept[:LONGEST_LINE]
                if not read:
                    if kept:
                        loop.call_soon_threadsafe(queue.put_nowait, kept)
                    loop.call_soon_threadsafe(queue.put_nowait, None)
                    return

"""One thread with one connection to an SQLite file: what waits there together is committed together, with one sync."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
Work = Callable[[Connection], T]
TOGETHER = 64
"""Works that are committed together at most."""


class Late(Exception):  # noqa: N818 - what it is
    """A work waited for its turn for too long, and was not begun."""


@dataclass(slots=True, eq=False)
class _Task:
    work: Work[Any]
    future: Future[Any] = field(default_factory=Future)


class Lane:
    """Works are done in the order in which they came, each wholly or not at all; `together` is for those that write.

    A work may be done twice, the first time for nothing, so all that it makes it makes anew.
    """

    def __init__(self, engine: Engine, name: str, *, together: bool) -> None:
        self._engine = engine
        self._together = TOGETHER if together else 1
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def do(self, work: Work[T], *, within: float | None = None) -> T:
        """Do a work; raises what it raises, `Late` where it was not begun `within` seconds, OSError once closed."""
        if self._closed:
            raise OSError("it is closed")
        task = _Task(work)
        self._tasks.put(task)
        waiting = asyncio.wrap_future(task.future)
        if within is not None:
            await asyncio.wait([waiting], timeout=within)
            if not waiting.done() and task.future.cancel():
                raise Late
        done: T = await waiting
        return done

    async def close(self) -> None:
        """End the thread once all that waits is done, and close its connection."""
        self._closed = True
        self._tasks.put(None)
        while self._thread.is_alive():  # noqa: ASYNC110 - a thread has nothing to await
            await asyncio.sleep(0.005)

    def _run(self) -> None:
        going = True
        while going:
            found: list[_Task | None] = [self._tasks.get()]
            while len(found) < self._together and not self._tasks.empty():
                found.append(self._tasks.get())
            going = None not in found
            if tasks := [each for each in found if each and each.future.set_running_or_notify_cancel()]:
                self._do(tasks)
        self._let_go()

    def _do(self, tasks: Sequence[_Task]) -> None:
        if len(tasks) > 1:
            try:
                outcomes = self._all(tasks)
            except Exception as reason:  # noqa: BLE001 - each by itself: those that can be done are done
                self._let_go()
                if _busy(reason):  # nobody would get a turn, and each would wait for one as long as this one did
                    for task in tasks:
                        task.future.set_exception(reason)
                    return
            else:
                for task, outcome in zip(tasks, outcomes, strict=True):
                    _tell(task, outcome)
                return
        for task in tasks:
            try:
                with self._open().begin():
                    outcome = task.work(self._open())
            except Exception as reason:  # noqa: BLE001 - it is raised where the work was wanted
                if isinstance(reason, DBAPIError):
                    self._let_go()  # a file that was read-only, full or moved is opened anew
                task.future.set_exception(reason)
            else:
                task.future.set_result(outcome)

    def _all(self, tasks: Sequence[_Task]) -> list[Any]:
        """Do works in one transaction; what one of them raises undoes that one alone, but a fault of the file all."""
        outcomes: list[Any] = []
        connection = self._open()
        with connection.begin():
            for task in tasks:
                try:
                    with connection.begin_nested():
                        outcomes.append(task.work(connection))
                except DBAPIError:
                    raise
                except Exception as reason:  # noqa: BLE001 - it is raised where the work was wanted
                    outcomes.append(reason)
        return outcomes

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.close()


def _busy(reason: Exception) -> bool:
    code = getattr(getattr(reason, "orig", None), "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY


def _tell(task: _Task, outcome: Any) -> None:
    if isinstance(outcome, Exception):
        task.future.set_exception(outcome)
    else:
        task.future.set_result(outcome)

"""Files that people drop on the bot: noted with the conversation at once, fetched after the acknowledgement, read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.desk import Desk
from bot.front import Turn
from bot.slack.clicks import failed
from bot.slack.delivery import SlackFront
from bot.slack.files import Files, NotFetched
from bot.slack.home import note
from bot.slack.reading import Sent
from bot.slack.replies import Replies
from bot.slack.support import posted
from bot.slack.text import cut
from bot.slack.words import say
from flows.conversation import Conversation, Pasted, Pictured
from flows.memory import with_human
from probes.replies.files import Refused, opened

LOG = logging.getLogger(__name__)
WAITING = "dropped"
"""The note of a conversation that has files to be read still; one more a file names the delivery that brought it."""
REFUSED = {
    Refused.EMPTY: "file_empty",
    Refused.TOO_LARGE: "file_too_large",
    Refused.NOT_A_MAIL: "file_other",
    Refused.DAMAGED: "file_damaged",
}
MOST_FILES = 5
"""Files of one message that are read; of the rest it is said that they are not."""
NAMED = 500
"""Characters of their names."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Takes the files of a message into a conversation; `whose` is how its owners begin."""

    desk: Desk
    front: SlackFront
    files: Files
    replies: Replies
    whose: str

    async def take(self, now: Conversation, key: str, files: Sequence[Sent]) -> None:
        """Keep pictures with the case at once, and note what is to be read; it is read after the acknowledgement."""
        for number, file in enumerate(one for one in files if one.picture):
            turn = Turn(f"{key} file {number}", now.id, now.owner, Pictured(file.reference))
            outcome = await self.desk.take(turn)
            if outcome.said:
                self.replies.later(self.front.tell(now.owner, failed(outcome)))
        others = [one for one in files if not one.picture]
        if (count := len(others)) > MOST_FILES and await self.desk.first(f"{key} files"):
            left = ", ".join(one.name for one in others[MOST_FILES:])
            said = note(say("files_left", count=MOST_FILES, total=count, names=cut(left, NAMED)))
            self.replies.later(self.front.tell(now.owner, said))
        others = others[:MOST_FILES]
        if others:
            notes = {f"{WAITING} {file.id}": key for file in others if file.id}
            await self.desk.remember(now.id, {WAITING: "yes", **notes})
            self.replies.later(self._read_all(now, [(key, file) for file in others]))

    async def resume(self) -> None:
        """Read what a process that ended had noted and not read."""
        done: set[str] = set()
        while (found := await self.desk.found_at(WAITING, "yes")) and found not in done:
            done.add(found)
            now, notes = await self.desk.load(found), await self.desk.surface(found)
            if now is None or not now.owner.startswith(self.whose):
                continue
            left = [(notes[name], name.removeprefix(f"{WAITING} ")) for name in notes if name.startswith(f"{WAITING} ")]
            files = [(key, Sent(id=file, name=file, reference=file, incomplete=True)) for key, file in left]
            await self._read_all(now, files, again=True)

    async def _read_all(self, now: Conversation, files: Sequence[tuple[str, Sent]], *, again: bool = False) -> None:
        for key, file in files:
            await self._read(now, key, file, again=again)
            await self.desk.remember(now.id, {f"{WAITING} {file.id}": None})
        notes = await self.desk.surface(now.id)
        if not any(name.startswith(f"{WAITING} ") for name in notes):
            await self.desk.remember(now.id, {WAITING: None})

    async def _read(self, now: Conversation, key: str, file: Sent, *, again: bool) -> None:
        """Hand the words of a file to the conversation, as if they had been pasted; or say why that is not possible."""
        event: Pasted | Pictured
        try:
            if file.incomplete and file.id:
                file = await self.files.named(file.id)
            newest = await self.desk.load(now.id)
            human = newest is not None and with_human(self.desk.tree.book.flow, newest)
            if file.picture or (not file.readable and human):
                event = Pictured(file.reference)
            elif not file.readable and not file.gone:
                raise NotFetched("file_other")
            else:
                event = Pasted(await self._text(file))
        except NotFetched as reason:
            drawn = note(say(reason.word, name=file.name, why=reason.why))
            LOG.info("a dropped file was not read: %s", reason)
            channel = await self.front.channel(now.owner)
            await posted(self.front.calls, channel, drawn, now.id, f"file {file.id}", again=again)
            return
        outcome = await self.desk.take(Turn(f"{key} file {file.id}", now.id, now.owner, event))
        if outcome.said:
            await self.front.tell(now.owner, failed(outcome))

    async def _text(self, file: Sent) -> str:
        data = await self.files.fetched(file)
        found = await asyncio.to_thread(opened, data, file.name)
        if found.refused is not None:
            raise NotFetched(REFUSED[found.refused])
        return found.text

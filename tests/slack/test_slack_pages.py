"""Pages that changed between two clicks, as a new release changes them: nobody is lost, and it is said."""

from __future__ import annotations

import fake_blocks
import pytest

from flows.book import load
from flows.machine import Tree

WAYS = """
opens: small.what
human: small.human
pasted: small.what
pictured: small.what
tried: small.what
closed: small.solved
"""
SMALL = """
what:
  ask: What happens?
  keep: symptom
  choices:
    hangs: {say: "It hangs", then: where}
    fine: {say: "Nothing any more", then: solved}

where:
  ask: Where are you?
  keep: place
  choices:
    home: {say: "At home", then: last}
    office: {say: "In the office", then: last}

last:
  ask: What now?
  choices:
    done: {say: "It goes", then: solved}

human:
  advise: A human takes over.

solved:
  advise: Good.
"""
QUESTIONS_CHANGED, ANSWERS_CHANGED = "The questions have changed", "The answers have changed"


def words(message):
    return fake_blocks.texts(message["blocks"])


@pytest.fixture
def tree(tmp_path):
    return pages(tmp_path / "pages before")


def pages(folder, *changes, ways=WAYS, **more):
    """Write the small pages with each (old, new) exchanged in them, and read them."""
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    folder.mkdir()
    for name, source in {"small": text, "ways": ways, **more}.items():
        (folder / f"{name}.yaml").write_text(source)
    return Tree(load(folder))


async def asked_where(bot):
    ann = bot.person()
    await ann.command()
    await bot.quiet(ann)
    await ann.presses("It hangs")
    await bot.quiet(ann)
    assert "Where are you?" in words(ann.messages[-1])
    return ann


WHY = "why:\n  ask: And why?\n  choices:\n    a: {say: A, then: last}\n\n"
REMOVED = SMALL[SMALL.index("where:") : SMALL.index("last:")]


@pytest.mark.parametrize(
    ("changes", "pressed", "asked", "said"),
    [
        # a step removed: the last that stands is asked, its answer marked
        ([(REMOVED, ""), ("then: where", "then: last")], "At home", "What happens?", QUESTIONS_CHANGED),
        # a choice removed: the same question without it; another choice of it still counts
        ([('    home: {say: "At home", then: last}\n', "")], "At home", "Where are you?", ANSWERS_CHANGED),
        ([('    home: {say: "At home", then: last}\n', "")], "In the office", "What now?", ""),
        # a step added in between, a text changed, a choice added: the press counts, on the way of now
        ([("then: last}", "then: why}"), ("last:", WHY + "last:")], "At home", "And why?", ""),
        ([("Where are you?", "At which place are you?")], "At home", "What now?", ""),
    ],
)  # fmt: skip
async def test_a_press_after_the_pages_changed_leads_on_and_says_what_is_different(
    run, tmp_path, changes, pressed, asked, said
):
    async with run() as bot:
        ann = await asked_where(bot)
    async with run(pages=pages(tmp_path / "after", *changes)) as bot:
        ann.push = bot.push
        await ann.presses(pressed)
        now = await bot.quiet(ann)
        assert asked in words(ann.messages[-1])
        assert said in words(ann.messages[-1])
        assert (QUESTIONS_CHANGED in words(ann.messages[-1])) == (said == QUESTIONS_CHANGED)
        assert now.answers.get("place") == ("office" if pressed == "In the office" else now.answers.get("place"))
        assert now.pages == bot.desk.tree.book.flow.digest
        await ann.presses("Talk to a human")
        assert (await bot.quiet(ann)).status == "handed"


async def test_a_page_that_was_renamed_asks_from_its_beginning_with_the_answers_at_hand(run, tmp_path):
    renamed = pages(tmp_path / "after", ways=WAYS.replace("small.", "tiny."), small="", tiny=SMALL)
    async with run() as bot:
        ann = await asked_where(bot)
    async with run(pages=renamed) as bot:
        ann.push = bot.push
        await ann.presses("At home")
        now = await bot.quiet(ann)
        assert QUESTIONS_CHANGED in words(ann.messages[-1])
        assert words(ann.messages[-2]) == "Where are you?  *Continued below.*"
        assert "What happens?" in words(ann.messages[-1])
        picked = [e["text"]["text"] for _, e in fake_blocks.buttons(ann.messages[-1]["blocks"]) if e.get("style")]
        assert picked == ["It hangs"]
        assert now.status == "open"


async def test_a_case_stays_with_its_human_when_the_pages_change(run, tmp_path):
    renamed = pages(tmp_path / "after", ways=WAYS.replace("small.", "tiny."), small="", tiny=SMALL)
    async with run(support_channel="C0HELP", admins=("U0IT",)) as bot:
        bot.slack.channel("C0HELP")
        ann = await asked_where(bot)
        await ann.presses("Talk to a human")
        await bot.quiet(ann)
    async with run(pages=renamed, support_channel="C0HELP", admins=("U0IT",)) as bot:
        ann.push = bot.push
        head = {**bot.slack.posted("C0HELP")[0], "channel": "C0HELP"}
        await bot.person("U0IT").presses("Claim", head)
        now = await bot.quiet(ann)
        assert now.status == "handed"
        assert "has your case now" in words(ann.messages[-1])
        assert "A human takes over" in words(ann.messages[-1])
        assert "What happens?" not in words(ann.messages[-1])

"""Slack's newer blocks, used with SMTP_HELP_BLOCKS=new: a plan for the checks, a container that folds the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ContainerBlock,
    PlanBlock,
    RichTextBlock,
    RichTextElementParts,
    RichTextSectionElement,
    TaskCardBlock,
)

from bot.slack.text import bare, cut, plain
from bot.slack.words import say, state
from flows.screen import Screen

TASK = {
    "waiting": "pending",
    "running": "in_progress",
    "good": "complete",
    "warning": "complete",
    "fault": "error",
    "not_tested": "complete",
}
"""Slack's four states of a task; the word beside it tells those apart that share one."""


def plan(screen: Screen) -> Block:
    """Draw the checks of a look as one plan; the state stands in the title in words as well."""
    tasks = [
        TaskCardBlock(
            task_id=f"{screen.revision}-{number}",
            title=cut(f"{bare(row.label)} ({state(row.state)[1]})", 150),
            status=TASK.get(row.state, "pending"),
            details=_rich(row.detail) if row.detail else None,
        )
        for number, row in enumerate(screen.progress)
    ]
    return PlanBlock(title=cut(bare(screen.title) or say("looked"), 150), tasks=tasks)


def _rich(text: str) -> RichTextBlock:
    """Return text that Slack reads literally: a rich text element knows no markup, so nothing is escaped."""
    words = RichTextElementParts.Text(text=cut(plain(bare(text)), 600))
    return RichTextBlock(elements=[RichTextSectionElement(elements=[words])])


def folded(screen: Screen, children: Sequence[Block]) -> Block:
    """Fold the evidence away; it opens with a click."""
    return ContainerBlock(
        title=say("why"),
        child_blocks=list(children)[: ContainerBlock.child_blocks_max_length],
        is_collapsible=True,
        default_collapsed=True,
        block_id=f"smtp:{screen.conversation}:{screen.revision}:why",
    )

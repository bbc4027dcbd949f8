"""The second front door: the same desk at a prompt, with colours on a terminal and plain lines everywhere else."""

from bot.terminal.talk import Terminal

__all__ = ["Terminal"]

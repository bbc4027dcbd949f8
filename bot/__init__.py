"""Everything that acts: the desk, its store, and the ways in (terminal, Slack, command line, practice range)."""

__version__ = "0.1.0"

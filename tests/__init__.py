"""The one command that proves the project: `python -m tests`."""

"""Measures what the project promises to keep: waits and time of a check, reading of texts, a conversation's cost."""

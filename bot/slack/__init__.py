"""Slack's half of the bot: events in, blocks out; it decides nothing and knows nothing of mail."""

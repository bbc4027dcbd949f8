"""The conversation as data and as a pure function; imports probes' words, nothing of bot, and never the network."""

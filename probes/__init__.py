"""Look at a mail server and name the one cause why somebody cannot send; imports nothing of flows or bot."""

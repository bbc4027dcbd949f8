"""One question a file; a file that is put here is found by its name, and knows no other file here."""

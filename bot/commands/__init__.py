"""One console command a file: `run(arguments) -> exit status`; each imports what it needs, when it runs."""

"""Run one benchmark: `python -m tests.bench probes|replies|conversation`; status 1 where a bar is broken."""

from __future__ import annotations

import importlib
import importlib.util
import sys


def main(argv: list[str]) -> int:
    known = [name for name in ("probes", "replies", "conversation") if importlib.util.find_spec(f"tests.bench.{name}")]
    if len(argv) != 1 or argv[0] not in known:
        print(f"usage: python -m tests.bench {'|'.join(known)}", file=sys.stderr)
        return 2
    return importlib.import_module(f"tests.bench.{argv[0]}").main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

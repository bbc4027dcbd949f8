"""The console command `smtp-help`: reads the command line and hands it to one file of bot/commands."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from bot import __version__, streams

EXAMPLES = {
    "check": "smtp-help check smtp.example.com:587 --security starttls --username ann@example.com "
    "--sender ann@example.com --recipient bob@example.org",
    "explain": "smtp-help explain bounce.eml",
    "chat": "smtp-help chat",
    "demo": "smtp-help demo --tour",
    "serve": "SLACK_BOT_TOKEN=xoxb-... SLACK_APP_TOKEN=xapp-... smtp-help serve",
    "doctor": "smtp-help doctor",
    "manifest": "smtp-help manifest --http https://help.example.com",
    "flow": "smtp-help flow check",
    "rules": "smtp-help rules check",
    "unread": "smtp-help unread",
}


class _Parser(argparse.ArgumentParser):
    """argparse, but a wrong call is one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and how to learn more, and end with status 2."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="smtp-help",
        description="Find out why somebody cannot send mail: ask, look, name the cause, show the way out.",
        epilog="Start with: smtp-help demo",
    )
    parser.add_argument("--version", action="version", version=f"smtp-help {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=text, description=text + ".", epilog=f"Example: {EXAMPLES[name]}", allow_abbrev=False
        )

    _check(command("check", "Run the probes once and name the cause"))
    explain = command("explain", "Name the cause in an error text, a log line or a returned mail")
    explain.add_argument(
        "files", nargs="*", metavar="FILE", help="files to read; standard input where none is named, or for -"
    )
    explain.add_argument("--json", action="store_true", help="one JSON object a text, on one line")
    explain.add_argument(
        "--jsonl", action="store_true", help='read {"id": ..., "text": ...} a line, write one object a line'
    )
    chat = command("chat", "Have the whole conversation in this terminal")
    chat.add_argument(
        "text", nargs="*", help="what you would type after /smtp-help: a server, an address, an error text"
    )
    _looking(chat)
    demo = command("demo", "Try it with no mail server and no network, on a practice range of broken servers")
    how = demo.add_mutually_exclusive_group()
    how.add_argument("--tour", action="store_true", help="play one conversation by itself and end")
    how.add_argument("--serve", action="store_true", help="only start the range, print its settings, and wait")
    command("serve", "Run the Slack bot, over Socket Mode or HTTP as the environment says")
    command("doctor", "Say all that is wrong with the set-up at once")
    manifest = command("manifest", "Print the Slack app's manifest, for Socket Mode or with --http for HTTP")
    manifest.add_argument("--http", metavar="URL", help="where Slack reaches the bot, such as https://help.example.com")
    flow = command("flow", "Prove the troubleshooting tree, or draw it as Mermaid")
    flow.add_argument("what", choices=("check", "draw"))
    rules = command("rules", "Prove the rules that read error texts, your own included")
    rules.add_argument("what", choices=("check",))
    command("unread", "Print the pasted texts that were not understood, without secrets")
    return parser


def _check(check: argparse.ArgumentParser) -> None:
    check.add_argument("server", metavar="HOST[:PORT]", help="the outgoing server as the person typed it (port 587)")
    check.add_argument(
        "--security",
        choices=("auto", "none", "starttls", "tls"),
        default="auto",
        help="how the connection is encrypted; tls is SSL/TLS from the start (auto: by port, then by what answers)",
    )
    check.add_argument(
        "--login",
        choices=("yes", "no", "unknown"),
        help="does the person's program log in to send (yes with --username, else no)",
    )
    check.add_argument("--username", metavar="NAME", help="login name")
    check.add_argument("--password-env", metavar="NAME", help="read the password from this environment variable")
    check.add_argument("--sender", metavar="ADDRESS", help="envelope sender to try with MAIL; nothing is ever sent")
    check.add_argument("--recipient", metavar="ADDRESS", help="recipient to try with RCPT; nothing is ever sent")
    check.add_argument("--message-size", metavar="BYTES", help="the size of what the person tried to send")
    check.add_argument("--program", metavar="NAME", help="the mail program, such as thunderbird, for the advice")
    check.add_argument("--timeout", metavar="SECONDS", default="45", help="bound on the whole run (45)")
    check.add_argument("--json", action="store_true", help="one JSON object on standard output")
    _looking(check)


def _looking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--nameserver", action="append", default=[], metavar="IP[:PORT]", help="ask this resolver (may be repeated)"
    )
    parser.add_argument(
        "--control",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="a place known to be reachable (may be repeated)",
    )
    parser.add_argument("--ca-file", metavar="PEM", help="trust these authorities as well")
    parser.add_argument(
        "--allow-network",
        action="append",
        default=[],
        metavar="CIDR",
        help="may be dialled although private (may be repeated)",
    )
    parser.add_argument("--routes", metavar="FILE", help="a practice range's map of ports (demo --serve prints it)")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    streams.opened()
    arguments = _parser().parse_args(argv)
    command = importlib.import_module(f"bot.commands.{arguments.command}")
    try:
        status: int = command.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone; there is nobody left to tell
        return 1
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - nothing more can be written there
        print(f"smtp-help: the output cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    gc.freeze()  # else Python's way out searches all that was loaded for cycles, which takes longer than a verdict
    return status


if __name__ == "__main__":
    sys.exit(main())

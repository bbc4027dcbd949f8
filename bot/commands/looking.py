"""The options that `check` and `chat` share: where to look from; laid over the environment's settings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bot.settings import Settings, SettingsError, certificates, control, nameserver, network, read_settings
from probes.vantage import Vantage

T = TypeVar("T")


class WrongCall(Exception):  # noqa: N818 - what it is
    """The call itself is wrong; its text is one clear sentence."""


def complain(sentence: object) -> int:
    """Print what is wrong with the call, and return its exit status."""
    print(f"smtp-help: {sentence}", file=sys.stderr)
    return 2


def _no_more(_: Settings) -> tuple[str, ...]:
    return ()


def settings(more: Callable[[Settings], tuple[str, ...]] = _no_more) -> Settings:
    """Read the environment; raises WrongCall that says all that is wrong, and what `more` finds wrong besides."""
    try:
        found, wrong = read_settings(), tuple[str, ...]()
    except SettingsError as error:
        found, wrong = error.rest, error.sentences
    if sentences := (*wrong, *more(found)):
        raise WrongCall("\nsmtp-help: ".join(sentences))
    return found


def vantage(arguments: argparse.Namespace) -> Vantage:
    """Return the place to look from; raises WrongCall."""
    known = settings()
    try:
        found = known.vantage(known.own_rules())
    except ValueError as wrong:
        raise WrongCall(str(wrong)) from None
    if arguments.nameserver:
        found = replace(found, nameservers=_all("--nameserver", nameserver, arguments.nameserver))
    if arguments.control:
        found = replace(found, controls=_all("--control", control, arguments.control))
    if arguments.allow_network:
        more = _all("--allow-network", network, arguments.allow_network)
        found = replace(found, allow_networks=found.allow_networks + more)
    if arguments.ca_file:
        found = replace(found, ca_file=_all("--ca-file", certificates, [arguments.ca_file])[0])
    if arguments.routes:
        from bot.practice.routes import read_routes

        try:
            found = replace(found, routes=read_routes(arguments.routes))
        except OSError as wrong:
            raise WrongCall(f"--routes: {arguments.routes!r} cannot be read: {wrong.strerror}.") from None
        except ValueError as wrong:
            raise WrongCall(f"--routes: {arguments.routes!r} is no map of a practice range: {wrong}.") from None
    return found


def _all(option: str, read: Callable[[str], T], texts: list[str]) -> tuple[T, ...]:
    try:
        return tuple(read(text) for text in texts)
    except ValueError as wrong:
        raise WrongCall(f"{option}: {wrong}") from None

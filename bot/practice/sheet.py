"""What `demo --serve` prints: for each exercise the settings to type and the command lines that try them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from bot.practice.exercises import Exercise
from bot.practice.range import Range

PASSWORD_VARIABLE = "PRACTICE_PASSWORD"
SECURITY = {"none": "none", "starttls": "STARTTLS", "tls": "TLS (also called SSL)"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One exercise: (label, value) pairs to type, and the `check` and `chat` lines to copy."""

    name: str
    broken: str
    settings: tuple[tuple[str, str], ...]
    check: str
    chat: str


def options(practice: Range) -> list[str]:
    """Return the options with which `check` and `chat` see the range."""
    words = ["--nameserver", practice.nameserver, "--ca-file", practice.ca_file]
    for network in practice.networks:
        words += ["--allow-network", network]
    for control in practice.controls:
        words += ["--control", control]
    if practice.routes_file is not None:
        words += ["--routes", practice.routes_file]
    return words


def arguments(practice: Range, exercise: Exercise) -> list[str]:
    """Return the arguments of `smtp-help check` for one exercise; the password is read from PASSWORD_VARIABLE."""
    words = ["check", f"{exercise.host}:{exercise.port}", "--security", exercise.security, "--login", exercise.login]
    if exercise.user_name is not None:
        words += ["--username", exercise.user_name]
    if exercise.password is not None:
        words += ["--password-env", PASSWORD_VARIABLE]
    return [*words, "--sender", exercise.sender, "--recipient", exercise.recipient, *options(practice)]


def _settings(exercise: Exercise) -> tuple[tuple[str, str], ...]:
    pairs = [
        ("Outgoing server", exercise.host),
        ("Port", str(exercise.port)),
        ("Connection security", SECURITY[exercise.security]),
        ("Logs in to send", exercise.login),
    ]
    if exercise.user_name is not None:
        pairs.append(("User name", exercise.user_name))
    if exercise.password is not None:
        pairs.append(("Password", exercise.password))
    return (*pairs, ("From", exercise.sender), ("To", exercise.recipient))


def sheet(practice: Range) -> tuple[Entry, ...]:
    """Return an entry for each exercise of a running range."""
    chat = shlex.join(["smtp-help", "chat", *options(practice)])
    entries = []
    for exercise in practice.servers.values():
        check = shlex.join(["smtp-help", *arguments(practice, exercise)])
        if exercise.password is not None:
            check = f"{PASSWORD_VARIABLE}={shlex.quote(exercise.password)} {check}"
        entries.append(Entry(exercise.name, exercise.broken, _settings(exercise), check, chat))
    return tuple(entries)


def printed(practice: Range) -> str:
    """Return the whole sheet as text."""
    entries = sheet(practice)
    where = (
        "The servers listen on their true ports."
        if practice.true_ports
        else "The servers listen on high ports of this computer; --routes maps each name and port to its own."
    )
    lines = [f"{len(entries)} exercises. {where}", "", "To be asked instead, type the settings into:", entries[0].chat]
    for entry in entries:
        lines += ["", f"{entry.name}: {entry.broken}"]
        lines += [f"  {label + ':':21}{value}" for label, value in entry.settings]
        lines.append(f"  {entry.check}")
    return "\n".join(lines) + "\n"

"""Real mail servers for tests, each with a private folder and configuration, on free loopback ports, ended by its id.

Nothing of the machine's own mail set-up is read or changed. They need root, as mail servers do to drop it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 20


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the daemons' own users may enter, unlike pytest's."""
    made = Path(tempfile.mkdtemp(prefix="smtp-help-real-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


_GIVEN: set[int] = set()
"""Ports handed out before: of a hundred that were free, and are bound later, two would now and then be the same."""


def free_port(address: str = "127.0.0.1") -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((address, 0))
            port = int(probe.getsockname()[1])
        if port not in _GIVEN:
            _GIVEN.add(port)
            return port


@contextmanager
def running(command: Sequence[str], ports: Sequence[int], log: Path, env: Mapping[str, str] | None = None):
    """Run a daemon in the foreground in a session of its own, wait until its ports answer, end what it started."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=env
        )
    try:
        until = time.monotonic() + START_SECONDS
        for port in ports:
            while not listens(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"{command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
                time.sleep(0.05)
        yield process
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, how)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


def listens(port: int) -> bool:
    """Ask the kernel's table: a connection of ours would count against the server's limits, and be greeted."""
    wanted = f":{port:04X}"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            words = line.split()
            if words[1].endswith(wanted) and words[3] == "0A":
                return True
    return False


@dataclass
class Lab:
    """What runs: `doors` maps (name, port as the person types it) to the port that really listens."""

    home: Path
    doors: dict[tuple[str, int], int] = field(default_factory=dict)

    def door(self, name: str, port: int, real: int | None = None) -> int:
        self.doors[name, port] = real or free_port()
        return self.doors[name, port]

    @property
    def addresses(self) -> dict[str, str]:
        names = dict.fromkeys(name for name, _ in self.doors)
        return {name: f"127.54.{number // 250}.{number % 250 + 1}" for number, name in enumerate(names)}

    @property
    def routes(self) -> dict[tuple[str, int], tuple[str, int]]:
        """Every port of every name: what no server listens on goes where nobody listens."""
        closed = ("127.0.0.1", free_port())
        where = self.addresses
        ports = {25, 26, 110, 143, 465, 587, 993, 995, 2525, 2465, 2587}
        found = {(address, port): closed for address in where.values() for port in ports}
        return found | {(where[name], port): ("127.0.0.1", real) for (name, port), real in self.doors.items()}


Options = Mapping[str, str]


@contextmanager
def postfix(lab: Lab, main: Options, doors: Mapping[tuple[str, int], Options], maps: Mapping[str, str]):
    """One Postfix with a door for each (name, port): `smtpd` with the door's options, or `postscreen` with `_screen`.

    `maps` are written to files beside main.cf; `$config_directory/NAME` names them.
    """
    home = lab.home / "postfix"
    for name in ("etc", "queue", "data"):
        (home / name).mkdir(parents=True)
    for path in (home, home / "etc", home / "queue"):
        path.chmod(0o755)
    shutil.chown(home / "data", "postfix")
    for name, text in maps.items():
        (home / "etc" / name).write_text(text)
    base = {
        "compatibility_level": "3.6",
        "queue_directory": str(home / "queue"),
        "data_directory": str(home / "data"),
        "daemon_directory": "/usr/lib/postfix/sbin",
        "command_directory": "/usr/sbin",
        "mail_owner": "postfix",
        "setgid_group": "postdrop",
        "maillog_file": str(home / "log"),
        "maillog_file_prefixes": str(home),
        "inet_interfaces": "loopback-only",
        "inet_protocols": "ipv4",
        "alias_maps": "",
        "alias_database": "",
        "import_environment": "MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME",
    }
    lines = []
    for name, value in {**base, **main}.items():
        lines.append(f"{name} = {value}")
    (home / "etc" / "main.cf").write_text("\n".join(lines) + "\n")
    services = []
    ports = []
    for (name, port), options in doors.items():
        real = lab.door(name, port)
        ports.append(real)
        program = options.get("_program", "smtpd")
        limit = options.get("_limit", "-")
        given = "".join(f"\n  -o {{ {k} = {v} }}" for k, v in options.items() if not k.startswith("_"))
        services.append(f"127.0.0.1:{real} inet n - n - {limit} {program}{given}")
    services += [
        "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
        "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce",
        "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify",
        "proxymap unix - - n - - proxymap", "proxywrite unix - - n - 1 proxymap", "anvil unix - - n - 1 anvil",
        "smtp unix - - n - - smtp", "error unix - - n - - error", "retry unix - - n - - error",
        "discard unix - - n - - discard", "local unix - n n - - local", "virtual unix - n n - - virtual",
        "scache unix - - n - 1 scache", "postlog unix-dgram n - n - 1 postlogd", "flush unix n - n 1000? 0 flush",
        "dnsblog unix - - n - 0 dnsblog", "tlsproxy unix - - n - 0 tlsproxy", "smtpd pass - - n - - smtpd",
    ]  # fmt: skip
    (home / "etc" / "master.cf").write_text("\n".join(services) + "\n")
    subprocess.run(["postfix", "-c", str(home / "etc"), "check"], check=True, capture_output=True)
    command = ["/usr/lib/postfix/sbin/master", "-c", str(home / "etc"), "-d"]
    with running(command, ports, lab.home / "postfix.out", {**os.environ, "MAIL_CONFIG": str(home / "etc")}):
        yield home


@contextmanager
def dovecot(
    lab: Lab, name: str, doors: Mapping[str, Sequence[tuple[str, int]]], settings: str, people: str, auth: int = 0
):
    """One Dovecot; `doors` maps an inet_listener (`submission`, `imap`, `imaps`, `pop3`, ...) to its doors."""
    home = lab.home / f"dovecot-{name}"
    home.mkdir()
    (home / "people").write_text(people)
    (home / "mail").mkdir()
    shutil.chown(home / "mail", "nobody")
    services: dict[str, list[str]] = {}
    ports = []
    for listener, places in doors.items():
        service = listener.removesuffix("s")
        tls = "ssl = yes" if listener.endswith("s") else ""
        for number, place in enumerate(places):
            ports.append(lab.door(*place))
            services.setdefault(service, []).append(
                f"inet_listener {listener}{number or ''} {{\n address = 127.0.0.1\n port = {ports[-1]}\n {tls}\n}}"
            )
    for service, listeners in services.items():
        unused = [name for name in (service, f"{service}s") if name not in doors]
        listeners += [f"inet_listener {name} {{\n port = 0\n}}" for name in unused]
    text = [
        "protocols = " + (" ".join(services) or "none"),
        f"base_dir = {home}/run", f"state_dir = {home}/state", f"log_path = {home}/log", "auth_verbose = yes",
        f"mail_location = maildir:{home}/mail/%u", "mail_uid = nobody", "mail_gid = nogroup", "first_valid_uid = 1",
        f"passdb {{\n driver = passwd-file\n args = scheme=PLAIN username_format=%n {home}/people\n}}",
        "userdb {\n driver = static\n args = uid=nobody gid=nogroup home=" + str(home) + "/mail/%u\n}",
        "default_vsz_limit = 0", "stats_writer_socket_path =",
    ]  # fmt: skip
    text += [f"service {s}-login {{\n{chr(10).join(found)}\n}}" for s, found in services.items()]
    if auth:
        text.append(f"service auth {{\n inet_listener {{\n address = 127.0.0.1\n port = {auth}\n}}\n}}")
        ports.append(auth)
    (home / "dovecot.conf").write_text("\n".join(text) + "\n" + settings + "\n")
    with running(["dovecot", "-F", "-c", str(home / "dovecot.conf")], ports, lab.home / f"dovecot-{name}.out"):
        yield home


@contextmanager
def exim(lab: Lab, binary: str, doors: Mapping[tuple[str, int], str], config: Callable[[], str]):
    """One Exim; `doors` maps places to `tls` (from the first byte) or an empty text."""
    home = lab.home / "exim"
    (home / "spool").mkdir(parents=True)
    (home / "log").mkdir()
    for path in (home / "spool", home / "log"):
        shutil.chown(path, "nobody", "nogroup")
    real = {place: lab.door(*place) for place in doors}
    tls = ":".join(str(real[place]) for place, mode in doors.items() if mode == "tls")
    text = [
        "local_interfaces = <; " + " ; ".join(f"127.0.0.1.{port}" for port in real.values()),
        f"tls_on_connect_ports = {tls}" if tls else "",
        f"spool_directory = {home}/spool", f"log_file_path = {home}/log/%slog", "exim_user = nobody",
        "exim_group = nogroup", "primary_hostname = exim.real.test", "disable_ipv6 = true", "keep_environment =",
        f"pid_file_path = {home}/spool/exim.pid", "host_lookup =", "rfc1413_query_timeout = 0s",
        "queue_only = true",
    ]  # fmt: skip
    path = home / "exim.conf"
    path.write_text("\n".join(text) + "\n" + config())
    path.chmod(0o644)
    with running([binary, "-C", str(path), "-bdf"], list(real.values()), lab.home / "exim.out"):
        yield home

"""Times a whole check: waits on the critical path beside the minimum, and beside one plain swaks session."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bot.practice.certificates import Certificates
from bot.practice.names import NameServer
from bot.practice.routes import write_routes
from bot.practice.servers import PASSWORD, USER_NAME, serving
from tests.bench.slow_road import Road, road

HOST, ADDRESS = "smtp.bench.test", "127.0.77.2"
ZONE = {HOST: {"A": [ADDRESS]}, "practice.test": {"MX": [f"10 {HOST}."]}}
MINIMUM = {(587, True): 7, (465, True): 5, (587, False): 5, (465, False): 3}
"""Waits behind a proxy that sees neither DNS nor TCP's handshake, QUIT grouped with what goes before."""
RUNS = 5
DELAYS = (0.0, 0.05, 0.2)


class Bench:
    """A healthy server at the end of two slow roads, and the processes that talk to it."""

    def __init__(self, stack: AsyncExitStack, folder: Path) -> None:
        self.stack, self.folder = stack, folder

    async def start(self) -> Bench:
        enter = self.stack.enter_async_context
        self.certificates = self.stack.enter_context(Certificates.made())
        self.names = await enter(NameServer.start(ZONE))
        self.servers = {
            True: await enter(serving("healthy_login", self.certificates, host=HOST)),
            False: await enter(serving("healthy", self.certificates, host=HOST)),
        }
        self.roads = {(port, login): await enter(road(self.servers[login].ports[port])) for port, login in MINIMUM}
        self.routes = {}
        for login, server in self.servers.items():
            there = {(ADDRESS, port): ("127.0.0.1", p) for port, p in server.ports.items()}
            there |= {(ADDRESS, port): ("127.0.0.1", self.roads[port, login].port) for port in (465, 587)}
            self.routes[login] = str(self.folder / f"routes-{login}.json")
            write_routes(self.routes[login], there)
        return self

    def check(self, port: int, login: bool) -> list[str]:
        command = [
            sys.executable, "-m", "bot", "check", f"{HOST}:{port}", "--json", "--nameserver", self.names.where,
            "--security", "tls" if port == 465 else "starttls", "--ca-file", str(self.certificates.ca_file),
            "--allow-network", "127.0.77.0/24", "--routes", self.routes[login],
            "--sender", USER_NAME, "--recipient", "bob@practice.test",
        ]  # fmt: skip
        return [*command, "--username", USER_NAME, "--password-env", "BENCH_PASSWORD"] if login else command

    def swaks(self, port: int, login: bool) -> list[str]:
        command = [
            "swaks", "--server", "127.0.0.1", "--port", str(self.roads[port, login].port), "--from", USER_NAME,
            "--to", "bob@practice.test", "--quit-after", "RCPT", "--helo", "bench.test",
            "--tls-on-connect" if port == 465 else "--tls", "--silent", "2",
        ]  # fmt: skip
        password = ["--auth", "PLAIN", "--auth-user", USER_NAME, "--auth-password", PASSWORD]
        return [*command, *password] if login else command

    async def run(self, command: list[str], taken: Road) -> tuple[float, float, bytes]:
        """Run a process; return its seconds, those from its first connection to its end, and what it printed."""
        taken.passages.clear()
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "BENCH_PASSWORD": PASSWORD},
        )
        out, err = await process.communicate()
        ended = time.monotonic()
        if process.returncode != 0:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {(out + err).decode()[-2000:]}")
        first = min(passage.began for passage in taken.passages)
        return ended - began, ended - first, out

    async def several(self, command: list[str], taken: Road, delay: float) -> tuple[float, float]:
        """Return the median seconds of a whole process, and of its part from the first connection on."""
        for one in self.roads.values():
            one.delay = delay
        runs = [await self.run(command, taken) for _ in range(RUNS)]
        return statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs)


async def waits(bench: Bench) -> bool:
    print("1. Waits on the critical path of a whole check, through a proxy (healthy aiosmtpd, no PIPELINING offered)")
    print(f"{'':28}{'minimum':>9}{'counted':>9}   bar")
    fine = True
    for (port, login), least in MINIMUM.items():
        for one in bench.roads.values():
            one.passages.clear()
            one.delay = 0.02  # without any, what a server says on the side (TLS tickets) looks like an answer
        _, _, out = await bench.run(bench.check(port, login), bench.roads[port, login])
        assert json.loads(out)["cause"] == "ok", out
        counted = max(passage.waits for one in bench.roads.values() for passage in one.passages)
        fine = fine and counted <= least + 2
        word = "with a login" if login else "without"
        print(
            f"port {port}, {word:18}{least:>9}{counted:>9}   {least + 2} {'ok' if counted <= least + 2 else 'BROKEN'}"
        )
    return fine


async def beside_swaks(bench: Bench) -> bool:
    print(f"\n2. The whole check (all ports, all stages, verdict) beside one swaks session; median of {RUNS}, in ms")
    print("   whole: the process; talking: from its first connection to its end, so without start-up")
    if shutil.which("swaks") is None:
        print("   left out: swaks is not installed")
        return True
    print(f"{'':34}{'check':>16}{'swaks':>18}")
    print(f"{'delay':>8}{'port':>6}{'login':>7}{'':11}{'whole':>9}{'talking':>9}{'whole':>9}{'talking':>9}")
    fine = True
    for delay in DELAYS:
        for port, login in MINIMUM:
            taken = bench.roads[port, login]
            ours = await bench.several(bench.check(port, login), taken, delay)
            theirs = await bench.several(bench.swaks(port, login), taken, delay)
            good = delay != 0.05 or ours[1] <= theirs[1]
            fine = fine and good
            shown = "".join(f"{1000 * one:9.0f}" for one in (*ours, *theirs))
            row = f"{1000 * delay:>5.0f} ms{port:>6}{'yes' if login else 'no':>7}{'':11}{shown}"
            print(row if good else row + "  BROKEN")
    return fine


async def start_up(bench: Bench) -> bool:
    print("\n3. Start-up alone, in ms (median), and the most memory of a check")
    for name, command in {
        "python -c pass": [sys.executable, "-c", "pass"],
        "smtp-help --help": [sys.executable, "-m", "bot", "--help"],
        "smtp-help check, all loaded": [
            sys.executable,
            "-c",
            "import bot.commands.check, probes.runner as r; r.all_probes()",
        ],
        "swaks --version": ["swaks", "--version"],
    }.items():
        if shutil.which(command[0]) is None:
            continue
        times = []
        for _ in range(RUNS):
            began = time.monotonic()
            process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
            await process.wait()
            times.append(time.monotonic() - began)
        print(f"   {name:30}{1000 * statistics.median(times):8.0f}")
    command = bench.check(587, True)
    probe = (
        "import resource,subprocess,sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    _, _, out = await bench.run([sys.executable, "-c", probe, *command], bench.roads[587, True])
    peak = int(out) / 1024
    print(f"   {'peak of a check (bar 70 MiB)':30}{peak:8.1f} MiB")
    return peak < 70


async def bench() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            ready = await Bench(stack, Path(folder)).start()
            return all([await waits(ready), await beside_swaks(ready), await start_up(ready)])


def main() -> int:
    """Print the three tables; return 1 where a bar is broken."""
    return 0 if asyncio.run(bench()) else 1

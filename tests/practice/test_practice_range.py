"""The whole range: every exercise has what it speaks of, on true ports or on routed ones."""

import asyncio
import shlex
from pathlib import Path

import dns.asyncresolver
import pytest

from bot.practice.exercises import EXERCISES
from bot.practice.range import Range
from bot.practice.routes import read_routes
from bot.practice.sheet import printed, sheet
from probes.causes import Cause


async def dialled(practice, host, port):
    """Resolve `host` by the range's name server and connect as a network with routes would."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], int(practice.nameserver.rpartition(":")[2])
    address = (await resolver.resolve(host, "A"))[0].to_text()
    where = practice.routes.get((address, port), (address, port))
    return await asyncio.open_connection(*where)


async def test_on_high_ports_every_name_and_port_is_routed_to_one_that_listens():
    async with Range.start(False) as practice:
        assert not practice.true_ports
        assert len(set(practice.routes.values())) == len(practice.routes)
        assert {address for address, _ in practice.routes.values()} == {"127.0.0.1"}
        assert read_routes(practice.routes_file) == practice.routes
        reader, writer = await dialled(practice, "smtp.practice.test", 587)
        assert (await reader.readline()).startswith(b"220 smtp.practice.test ")
        writer.transport.abort()
        assert practice.met("smtp.practice.test", 587) == 1
        assert practice.met("smtp.practice.test", 465) == 0
        assert ("smtp.practice.test", "A") in practice.lookups
        with pytest.raises(ConnectionRefusedError):
            await dialled(practice, "wrong-port.practice.test", 25)


async def test_it_takes_the_true_ports_where_it_may_and_falls_back_where_they_are_taken():
    async with Range.start() as first, Range.start() as second:
        for practice in (first, second):
            assert practice.true_ports == (not practice.routes) == (practice.routes_file is None)
            reader, writer = await dialled(practice, "control.practice.test", 25)
            assert (await reader.readline()).startswith(b"220 control.practice.test ")
            writer.transport.abort()
        assert not (first.true_ports and second.true_ports), "two cannot have the same ports"


async def test_insisting_on_true_ports_says_when_they_cannot_be_had():
    async with Range.start(only=()) as first:
        if first.true_ports:
            with pytest.raises(OSError, match="in use"):
                async with Range.start(true_ports=True, only=()):
                    pass


async def test_a_part_of_the_range_has_the_named_exercises_and_what_all_need():
    async with Range.start(False, only=("no-tls", "name-wrong")) as practice:
        assert set(practice.servers) == {"no-tls", "name-wrong"}
        assert set(practice.running) == {"no_tls", "control", "exchanger"}
    with pytest.raises(KeyError):
        async with Range.start(False, only=("nothing of the kind",)):
            pass


async def test_every_exercise_is_about_a_host_of_the_range_or_a_name_that_fails():
    async with Range.start(False) as practice:
        hosts = {server.host: server for server in practice.running.values()}
        for exercise in practice.servers.values():
            about_names = exercise.cause in (Cause.SERVER_NAME_WRONG, Cause.NO_ADDRESS, Cause.DNS_FAILURE)
            assert (exercise.host in hosts) != about_names, exercise.name
            if not about_names:
                assert exercise.port in hosts[exercise.host].ports
            assert exercise.broken.endswith(".")
            assert (exercise.user_name is None) == (exercise.login == "no")


async def test_the_range_leaves_no_file_and_no_task_behind():
    before = asyncio.all_tasks()
    async with Range.start(False) as practice:
        folder = Path(practice.ca_file).parent
        assert sorted(file.name for file in folder.iterdir()) == ["practice-ca.pem", "routes.json"]
        reader, writer = await dialled(practice, "silent.practice.test", 587)
        start = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - start < 1
    assert not folder.exists()
    assert asyncio.all_tasks() == before
    assert await reader.read() == b""
    writer.transport.abort()


@pytest.mark.parametrize("text", ["[1]", '{"a": 1}', "no json", '[{"address": "127.0.0.1"}]'])
async def test_a_routes_file_that_is_none_is_a_value_error(tmp_path, text):
    file = tmp_path / "routes.json"
    file.write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011 - json's own and ours alike
        read_routes(str(file))


async def test_the_sheet_gives_for_each_exercise_the_line_that_tries_it():
    async with Range.start(False) as practice:
        entries = sheet(practice)
        assert [entry.name for entry in entries] == list(EXERCISES)
        expired = next(entry for entry in entries if entry.name == "expired-certificate")
        words = shlex.split(expired.check)
        assert words[:5] == ["smtp-help", "check", "expired.practice.test:587", "--security", "starttls"]
        assert words[words.index("--nameserver") + 1] == practice.nameserver
        assert words[words.index("--ca-file") + 1] == practice.ca_file
        assert words[words.index("--allow-network") + 1] == "127.0.53.0/24"
        assert read_routes(words[words.index("--routes") + 1]) == practice.routes
        assert ("Outgoing server", "expired.practice.test") in expired.settings
        assert shlex.split(expired.chat)[:2] == ["smtp-help", "chat"]
        login = next(entry for entry in entries if entry.name == "healthy-login")
        variable, _, password = shlex.split(login.check)[0].partition("=")
        assert variable in shlex.split(login.check)[1:]
        assert ("Password", password) in login.settings
        text = printed(practice)
        assert all(entry.check in text and entry.broken in text for entry in entries)


async def test_on_true_ports_no_routes_are_spoken_of():
    async with Range.start(only=("healthy",)) as practice:
        assert ("--routes" in sheet(practice)[0].check) == (not practice.true_ports)
        assert ("true ports" in printed(practice)) == practice.true_ports

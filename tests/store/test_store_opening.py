"""What is wrong with a database is one clear sentence."""

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store import StoreError, default_path
from bot.store.opening import open_store
from bot.store.packing import pack_effect, unpack, unpack_effect
from flows.conversation import Look


async def refused(where):
    with pytest.raises(StoreError) as said:
        await open_store(where)
    text = str(said.value)
    assert "\n" not in text
    assert "Traceback" not in text
    assert text.endswith((".", "'"))
    return text


async def test_the_file_and_its_directory_are_the_users_alone(tmp_path):
    path = tmp_path / "state" / "smtp-help.db"
    store = await open_store(path)
    await store.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_every_write_is_on_the_disk_before_it_is_said_to_be(tmp_path):
    store = await open_store(tmp_path / "a.db")
    rows = [
        (await store.door.rows(__import__("sqlalchemy").text(f"PRAGMA {name}")))[0][0]
        for name in ("journal_mode", "synchronous", "busy_timeout")
    ]
    await store.close()
    assert rows == ["wal", 2, 1000]


async def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear all, this is no database. " * 200)
    assert "file is not a database" in await refused(path)
    assert path.read_text().startswith("Dear all")


async def test_a_place_that_is_no_directory_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    assert "SMTP_HELP_DATABASE_URL" in await refused(tmp_path / "file" / "a.db")


async def test_a_directory_in_the_place_of_the_file_is_said(tmp_path):
    assert "cannot be kept" in await refused(tmp_path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://a@b/c", "mysql"),
        ("sqlite://", "names no file"),
        ("://", "cannot be read"),
        ("postgresql://ann:s3cret@127.0.0.1:1/none", "127.0.0.1"),
    ],
)
async def test_an_address_that_leads_nowhere_is_said_without_its_password(url, said):
    text = await refused(url)
    assert said in text
    assert "s3cret" not in text


async def test_a_database_of_a_newer_program_is_left_alone(tmp_path):
    path = tmp_path / "a.db"
    await (await open_store(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("insert into schema_version values (99)")
    connection.close()
    assert "newer smtp-help" in await refused(path)


async def test_a_database_that_breaks_while_open_is_said_too(tmp_path):
    store = await open_store(tmp_path / "a.db")
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("drop table conversations")
    connection.close()
    with pytest.raises(StoreError, match="cannot be used"):
        await store.load("c1")
    await store.close()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": 1}', '{"id":"a"}'])
def test_a_snapshot_that_nobody_can_read_is_none(text):
    assert unpack(text) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"do":"dance"}', '{"do":"look"}'])
def test_an_effect_that_nobody_can_read_is_none(text):
    assert unpack_effect(text) is None


def test_what_a_newer_program_adds_to_an_effect_is_passed_over():
    text = pack_effect(Look("r", "probe")).replace("}", ',"new":1}')
    assert unpack_effect(text) == Look("r", "probe")


def test_the_file_lies_in_the_users_state_directory():
    home = Path("/home/ann")
    assert default_path({}, home) == home / ".local/state/smtp-help/smtp-help.db"
    assert default_path({"XDG_STATE_HOME": "/var/state"}, home) == Path("/var/state/smtp-help/smtp-help.db")
    assert default_path({"XDG_STATE_HOME": "not/absolute"}, home) == home / ".local/state/smtp-help/smtp-help.db"


def test_no_database_library_is_loaded_before_a_store_is_opened():
    code = "import sys, bot.store, bot.store.opening; print([m for m in sys.modules if 'sqlalchemy' in m])"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert said.stdout.strip() == "[]"

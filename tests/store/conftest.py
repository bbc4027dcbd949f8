"""Databases for the contract: an SQLite file each, and where one is named, a PostgreSQL schema each."""

import os
import uuid

import pytest

from bot.store.opening import open_store

POSTGRES = os.environ.get("SMTP_HELP_TEST_POSTGRES", "")


def pytest_terminal_summary(terminalreporter):
    if not POSTGRES and os.environ.get("SMTP_HELP_TESTS") != "all":
        terminalreporter.write_line("left out: the store's contract on PostgreSQL (SMTP_HELP_TEST_POSTGRES is not set)")


def pytest_generate_tests(metafunc):
    if "database_url" in metafunc.fixturenames:
        kinds = ["sqlite"] + (["postgresql"] if POSTGRES or os.environ.get("SMTP_HELP_TESTS") == "all" else [])
        metafunc.parametrize("database_url", kinds, indirect=True)


@pytest.fixture
async def database_url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/kept/smtp-help.db"
        return
    assert POSTGRES, "SMTP_HELP_TESTS=all wants PostgreSQL: set SMTP_HELP_TEST_POSTGRES"
    import asyncpg

    plain = POSTGRES.replace("+asyncpg", "")
    name = f"smtp_help_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(plain)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{plain.rsplit('/', 1)[0]}/{name}"
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture
async def store(database_url):
    store = await open_store(database_url)
    yield store
    await store.close()

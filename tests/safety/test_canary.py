"""Marked secrets into every input, whole conversations at log level DEBUG, then a search: found nowhere."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import html
import json
import quopri
import re
import secrets
from itertools import count
from urllib.parse import quote

import aiohttp
import fake_blocks
import spelled
from fake_people import Person, SocketPush
from fake_slack import APP_TOKEN, TOKEN
from served import command, free_port, served

from bot.practice.certificates import Certificates
from bot.practice.names import NameServer
from bot.practice.servers import serving

HOST = "login.practice.test"


class Canaries:
    """Secrets, each marked with the input that it went into."""

    def __init__(self):
        self.made = {}
        self._number = count(1)

    def __call__(self, place):
        """Make one for a place; it has characters that each encoding changes."""
        secret = f"K4n{next(self._number)}ri={secrets.token_hex(6)}%é~x"
        self.made[place] = secret
        return secret


def test_the_search_finds_what_is_there_in_every_spelling():
    secret = Canaries()("here")
    raw = secret.encode()
    for content in (
        raw,
        base64.b64encode(b"\0ann\0" + raw),
        base64.b64encode(b"x" + raw + b"yy"),
        base64.b64encode(b"xx" + raw),
        raw.hex().encode(),
        quote(secret, safe="").encode(),
        quopri.encodestring(raw),
        json.dumps(secret).strip('"').encode(),
        secret.encode("utf-16-le"),
    ):
        assert spelled.found_in({"here": secret}, {"there": b"before " + content + b" after"}), content
    assert not spelled.found_in({"here": secret}, {"there": b"nothing"})


async def test_no_secret_that_is_typed_anywhere_is_kept_logged_or_sent_on(slack, tmp_path, capsys):
    canary = Canaries()
    slack.channel("C0HELP", members=["U0IT"])
    commands = {}
    with Certificates.made() as made:
        zone = {HOST: {"A": ["127.0.0.1"]}}
        async with serving("healthy_login", made) as server, NameServer.start(zone) as names:
            port = server.ports[587]
            settings = {
                "SMTP_HELP_NAMESERVERS": names.where,
                "SMTP_HELP_CA_FILE": str(made.ca_file),
                "SMTP_HELP_ALLOW_NETWORKS": "127.0.0.0/8",
                "SMTP_HELP_PORTS": str(port),
                "SMTP_HELP_LOG_LEVEL": "DEBUG",
            }
            serve = {
                **settings,
                "SMTP_HELP_AUDIT_FILE": str(tmp_path / "audit.jsonl"),
                "SMTP_HELP_SUPPORT_CHANNEL": "C0HELP",
                "SMTP_HELP_PUBLIC_URL": "http://localhost",
                "SMTP_HELP_LISTEN": f"127.0.0.1:{free_port()}",
                "SMTP_HELP_METRICS_LISTEN": str(free_port()),
                "SLACK_SIGNING_SECRET": canary("the signing secret in the environment"),
            }
            async with served(slack, tmp_path / "kept.db", **serve) as bot:
                pages = await conversations(slack, bot, canary, f"{HOST}:{port}")
                journal = {f"{path.name}, while it ran": path.read_bytes() for path in tmp_path.glob("kept.db*")}
            log = "".join(bot.log)
            environ = {"PW": canary("the password variable of check"), **settings}
            for name, arguments, stdin in (
                ("check", ("check", f"ann:{canary('check HOST')}@{HOST}:{port}"), ""),
                ("check --json", ("check", f"smtp://ann:{canary('check URL')}@{HOST}:{port}", "--json"), ""),
                (
                    "check --password-env",
                    ("check", f"{HOST}:{port}", "--username", "ann", "--password-env", "PW", "--json"),
                    "",
                ),
                (
                    "check --username",
                    ("check", f"{HOST}:{port}", "--username", f"ann:{canary('check --username')}@x", "--json"),
                    "",
                ),
                ("explain --json", ("explain", "--json"), f"535 no\npassword: {canary('explain, standard input')}\n"),
                (
                    "explain --jsonl",
                    ("explain", "--jsonl"),
                    json.dumps({"id": 1, "text": f"AUTH PLAIN {plain(canary('explain --jsonl'))}"}) + "\n",
                ),
                (
                    "chat",
                    ("chat", f"smtp://ann:{canary('chat, its argument')}@{HOST}:{port}"),
                    f"my password is {canary('chat, a typed line')}\n\n",
                ),
            ):
                environ["XDG_STATE_HOME"] = str(tmp_path / "state")
                commands[name] = (await command(*arguments, stdin=stdin, **environ))[1]
            doctor = {
                "SLACK_BOT_TOKEN": f"xoxb-{canary('doctor, the bot token')}",
                "SLACK_APP_TOKEN": f"xapp-{canary('doctor, the app token')}",
                "SLACK_API_URL": slack.api_url,
                "SMTP_HELP_DATABASE_URL": f"postgresql://ann:{plain(canary('doctor, the database'))}@127.0.0.1:1/x",
            }
            commands["doctor"] = (await command("doctor", **doctor))[1]
            commands["serve, wrong"] = (await command("serve", **doctor))[1]
    assert log.count("Traceback") >= 5
    places = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    places |= {f"the output of {name}": said.encode() for name, said in commands.items()}
    places["the log at DEBUG"] = log.encode()
    places["all calls of Slack's Web API"] = repr(slack.calls).encode()
    places["acknowledgements"] = repr([ack.result() for ack in slack.acks.values() if ack.done()]).encode()
    places["ephemerals"] = repr(slack.ephemerals).encode()
    places["App Home"] = repr(slack.homes).encode()
    places |= pages | journal
    assert {"kept.db", "audit.jsonl", "the log at DEBUG"} <= places.keys()
    assert {"kept.db, while it ran", "kept.db-wal, while it ran"} <= places.keys()
    looked = {**canary.made, "SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
    found = spelled.found_in(looked, places)
    with capsys.disabled():
        size = sum(map(len, places.values()))
        print(
            f"\ncanaries: {len(looked)} inputs, {len(commands) + 1} runs, {len(spelled.ENCODINGS)} encodings, "
            f"{len(places)} places ({size} bytes), {len(log.splitlines())} log lines, "
            f"{log.count('Traceback')} tracebacks, found {len(found)}"
        )
    assert found == []


def plain(secret):
    return base64.b64encode(f"\0ann\0{secret}".encode()).decode()


async def conversations(slack, bot, canary, server):
    """Type a secret into every input that Slack and the page have; return the pages that were shown."""
    ann, eve = Person(slack, SocketPush(slack)), Person(slack, SocketPush(slack), "U0EVE")

    async def told(person, many):
        await slack.until(lambda: len(person.messages) >= many)

    await ann.command(f"smtp://ann:{canary('the command, a URL')}@{server}")
    await told(ann, 1)
    assert "I took out what looked like a password" in fake_blocks.texts(ann.messages[0]["blocks"])
    for place, text in (
        ("a message, a name and a value", "password: {}"),
        ("a message, a sentence", "my password is {}"),
        ("a message, user:password@host", "ann:{}@smtp.example.com"),
        ("a message, a token", "Authorization: Bearer {}"),
        ("a message, settings", 'smtp_pass="{}"'),
        ("a message, a command", "swaks --to bob@example.org -au ann -ap {} -s smtp.example.com"),
        ("a message, code", "server.login('ann@example.com', '{}')"),
        ("a message, another language", "mot de passe : {}"),
        ("a message, a cookie", "Set-Cookie: session={}; Path=/"),
    ):
        before = len(ann.messages)
        slack.fault("chat.postMessage", "invalid_arguments")  # the step is drawn again; the log gets a traceback
        await ann.says(text.format(canary(place)))
        await told(ann, before + 1)
    login = f"334 \n{plain(canary('a paste, the dialogue of a login'))}\n535 5.7.8 no"
    await ann.says(login)
    await ann.says(f"AUTH PLAIN {plain(canary('a paste, AUTH PLAIN'))}\n535 5.7.8 Error")
    await ann.mentions(f"password: {canary('a mention')}")
    await ann.explains(f"535 no\npassword = {canary('the shortcut')}", channel="C0TALK")
    await ann.says(
        "",
        files=[
            {
                "id": "F1",
                "name": "x.png",
                "mimetype": "image/png",
                "permalink": f"https://a:{canary('a file')}@x.example/1",
            }
        ],
    )

    for name, kind, text in (
        ("error.txt", "text/plain", "535 5.7.8 no\nSMTP_PASSWORD={}\n"),
        ("sent.eml", "message/rfc822", "From: ann@x.example\nSubject: help\n\n535 no\nmein Passwort lautet {}\n"),
        ("session.log", "text/plain", "-> AUTH LOGIN\n<- 334 UGFzc3dvcmQ6\n-> {}\n<- 535 5.7.8 no\n"),
    ):
        before = len(ann.messages)
        secret = canary(f"a dropped file, {name}")
        secret = base64.b64encode(secret.encode()).decode() if "334" in text else secret
        await ann.says("", files=[slack.file(name, text.format(secret).encode(), kind)])
        await told(ann, before + 1)

    await eve.command("")
    await told(eve, 1)
    for label in ("I am not sure, please check", "Thunderbird", "My internet provider’s, or a domain of our own"):
        before = len(eve.messages)
        if any(label == e.get("text", {}).get("text") for _, e in fake_blocks.buttons(eve.messages[-1]["blocks"])):
            await eve.presses(label)
            await told(eve, before + 1)
    await eve.presses("Fill in the form")
    await slack.until(lambda: slack.views)
    view = list(slack.views.values())[-1]
    await eve.submits(
        view,
        server=f"ann:{canary('a form, the server')}@{server}",
        user_name=f"password={canary('a form, the user name')}",
        mail_address=f"eve:{canary('a form, the address')}@example.com",
        port=f"pw: {canary('a form, the port')}",
    )
    # Once without a mistake, with a secret all the same; then the page.
    await eve.submits(
        view,
        server=server.split(":")[0],
        port=server.split(":")[1],
        user_name=f"ann:{canary('a form without mistakes')}@practice.test",
        mail_address="ann@practice.test",
        security="starttls",
    )
    link = await slack.until(lambda: link_of(eve), within=30)
    page = (await bot.line("shows the page for logins")).split(": ")[1].split(",")[0]
    shown = {}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        link = link.replace("http://localhost", page)
        async with session.get(link) as answer:
            shown["the page, its form"] = (await answer.text()).encode()
        token = re.search(r'name="form" value="([^"]+)"', shown["the page, its form"].decode())[1]
        where = html.unescape(re.search(r'name="place" value="([^"]+)"', shown["the page, its form"].decode())[1])
        form = {"form": token, "place": where, "user": "ann@practice.test", "password": canary("the page")}
        async with session.post(link, data=form) as answer:
            shown["the page, its result"] = (await answer.text()).encode()
        assert "The server refused the login" in shown["the page, its result"].decode()
        forged = {"form": "x", "user": "a", "password": canary("the page, a forged form")}
        async with session.post(link, data=forged) as answer:
            shown["the page, forged"] = (await answer.text()).encode()
        numbers = (await bot.line("shows its numbers")).split(": ")[1].strip()
        async with session.get(numbers) as answer:
            shown["the numbers"] = await answer.read()
    for number, person in enumerate((eve, ann), 1):
        await handed_over(slack, person, number)
    await worked_on(slack, eve, canary)
    await eve.opens_home()
    await slack.until(lambda: slack.homes)
    return shown


async def worked_on(slack, person, canary):
    """Let IT ask and write about the first case, and the person answer, each with a secret."""
    case = {**slack.posted("C0HELP")[0], "channel": "C0HELP"}
    it, seen = Person(slack, SocketPush(slack), "U0IT"), len(person.messages)
    shown = len(slack.views)
    await it.presses("Ask a question", case)
    await slack.until(lambda: len(slack.views) > shown)
    await it.submits(list(slack.views.values())[-1], question=f"is password: {canary('the question of IT')} right")
    await it.writes(f"or try pw={canary('the thread, IT')}", "C0HELP", case["ts"])
    await slack.until(lambda: len(person.messages) >= seen + 2)
    before = len(slack.posted("C0HELP"))
    await person.says(f"no, the new password is {canary('an answer to IT')}")
    await slack.until(lambda: len(slack.posted("C0HELP")) > before)


async def handed_over(slack, person, number):
    """Press until it was the newest step that was pressed: a look may still be on its way."""
    async with asyncio.timeout(30):
        while len({each.get("thread_ts", each["ts"]) for each in slack.posted("C0HELP")}) < number:
            with contextlib.suppress(AssertionError):
                await person.presses("Talk to a human")
            with contextlib.suppress(TimeoutError):
                await slack.until(lambda: len(slack.posted("C0HELP")) > number * 50, within=1)


def link_of(person):
    for message in reversed(person.messages):
        if found := re.search(r"http://localhost/login/[\w-]+", html.unescape(json.dumps(message["blocks"]))):
            return found[0]
    return None


def test_the_marks_are_changed_by_every_encoding():
    assert len(spelled.spellings(Canaries()("x"))) >= 10

"""Starting, listening and ending: tokens, signatures, broken requests, refreshed WebSockets."""

from __future__ import annotations

import asyncio
import logging
import time
from urllib.parse import urlsplit

import aiohttp
import fake_blocks
import pytest
from fake_people import HttpPush
from fake_slack import APP_TOKEN, SECRET

from bot.settings import Settings
from bot.slack.app import api_address, connected
from bot.slack.checkup import problems
from bot.slack.faults import SlackFault


def settings(slack, **more):
    plain = {"slack_bot_token": "xoxb-fake", "slack_signing_secret": SECRET, "slack_api_url": slack.api_url}
    return Settings(**{**plain, **more})


@pytest.mark.parametrize(
    ("token", "said"),
    [("", "Slack got no token"), ("xoxb-wrong", "does not accept the token"), (APP_TOKEN, "wrong kind of Slack token")],
)
async def test_a_missing_or_wrong_token_is_one_clear_sentence_at_the_start(slack, token, said):
    with pytest.raises(SlackFault, match=said):
        async with connected(settings(slack, slack_bot_token=token), None):
            pass


async def test_a_slack_that_does_not_answer_is_one_clear_sentence_at_the_start(slack):
    slack.fault("auth.test", "drop", "drop", "drop")
    with pytest.raises(SlackFault, match="did not answer"):
        async with connected(settings(slack), None):
            pass


async def test_a_wrong_app_token_is_one_clear_sentence_at_the_start(slack, run):
    with pytest.raises(SlackFault, match="does not accept the token"):
        async with run(socket=True, slack_app_token="xapp-wrong"):
            pass


async def test_without_a_way_in_it_is_said_what_to_set(run):
    with pytest.raises(SlackFault, match="SLACK_APP_TOKEN"):
        async with run(slack_signing_secret=""):
            pass


async def test_oauth_stays_off_whatever_the_environment_says(run, monkeypatch, caplog):
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-other")
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        assert len(ann.messages) == 1
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(("secret", "age"), [("wrong", 0), (SECRET, 600)], ids=["wrong signature", "too old"])
async def test_a_request_that_slack_did_not_sign_now_is_refused(run, secret, age):
    async with run() as bot:
        ann = bot.person()
        push = HttpPush(bot.said, secret)
        payload = {"command": "/smtp-help", "text": "", "team_id": ann.team, "user_id": ann.user, "trigger_id": "1"}
        status, _ = await push("slash_commands", payload, age=age)
        assert status == 401
        assert await bot.quiet(ann) is None


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b"\xff\xfe", "application/json"),
        (b"{", "application/json"),
        (b"x", "text/plain; charset=nonsense"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_broken_request_is_refused_without_a_traceback(run, caplog, body, content):
    headers = {"Content-Type": content}
    async with run() as bot, aiohttp.request("POST", bot.said, data=body, headers=headers) as answer:
        assert 400 <= answer.status < 500
    assert not [record for record in caplog.records if record.exc_info]


async def test_the_health_page_answers(run):
    async with run() as bot, aiohttp.request("GET", bot.said.replace("/slack/events", "/healthz")) as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})


async def test_a_taken_port_is_an_oserror_for_the_one_who_started(run, slack):
    async with run() as bot:
        port = int(bot.said.split(":")[2].split("/")[0])
        with pytest.raises(OSError, match="address already in use"):
            await bot.half.serve(asyncio.Event(), port=port)


async def test_slack_gets_its_challenge_back(run):
    async with run() as bot:
        status, answer = await bot.push("events_api", {"type": "url_verification", "challenge": "abc", "token": "x"})
        assert (status, answer) == (200, {"challenge": "abc"})


async def test_one_of_two_connections_may_be_refreshed_without_losing_anything(run):
    async with run(socket=True) as bot:
        ann = bot.person()
        first = bot.slack.connections[0]
        await first.send_json({"type": "disconnect", "reason": "refresh_requested"})
        await bot.slack.until(lambda: first not in bot.slack.connections)
        await ann.command()
        await bot.quiet(ann)
        await bot.slack.until(lambda: len(bot.slack.connections) == 2)
        await ann.presses("I am not sure, please check")
        await bot.quiet(ann)
        assert len(ann.messages) == 2


async def test_the_same_envelope_over_both_connections_is_one_turn(run):
    async with run(socket=True) as bot:
        ann = bot.person()
        await ann.command("ann@example.com")
        await bot.quiet(ann)
        kind, payload = ann.last
        await type(bot.push)(bot.slack, 0)(kind, payload, envelope="E-same")
        await bot.quiet(ann)
        assert len(await bot.desk.recent(ann.owner)) == 1
        assert len(ann.messages) == 1


async def test_an_event_whose_work_fails_is_not_acknowledged_so_that_slack_sends_it_again(run, monkeypatch):
    async with run() as bot:
        ann = bot.person()

        async def breaks(owner):
            raise RuntimeError("no database")

        monkeypatch.setattr(bot.desk, "current", breaks)
        status, _ = await ann.says("error 17")
        assert status == 500
        monkeypatch.undo()
        assert await bot.quiet(ann) is None
        status, _ = await ann.again()
        assert status == 200
        assert (await bot.quiet(ann)).texts == ("error 17",)


async def test_thirty_commands_at_once_are_acknowledged_in_time(run):
    async with run() as bot:
        people = [bot.person(f"U0P{number}") for number in range(30)]
        times = []

        async def types(person):
            began = time.monotonic()
            status, _ = await person.command("ann@example.com")
            times.append(time.monotonic() - began)
            assert status == 200

        await asyncio.gather(*map(types, people))
        assert max(times) < 2.5  # Slack waits three seconds


async def test_closing_ends_everything_at_once(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        began = time.monotonic()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("url", ["https://slack-gov.com/api", "https://slack-gov.com/api/", None, ""])
def test_the_address_of_the_web_api_ends_in_a_slash(url):
    assert api_address(url) in ("https://slack-gov.com/api/", "https://slack.com/api/")


async def test_doctor_names_all_that_is_wrong_at_once(slack):
    slack.scopes -= {"im:history", "usergroups:read"}
    wrong = settings(slack, slack_app_token="xapp-wrong", slack_signing_secret="", allow_group="S0X")
    found = "\n".join(await problems(wrong))
    assert "lacks the scope im:history" in found
    assert "lacks the scope usergroups:read" in found
    assert "apps.connections.open" in found
    assert await problems(Settings()) == tuple(str(SlackFault(name)) for name in ("no_way_in", "not_authed"))


async def test_doctor_is_content_with_what_is_right(slack):
    assert await problems(settings(slack, slack_app_token=APP_TOKEN)) == ()


async def test_nothing_that_people_typed_is_logged(run, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("bot.slack.wire").setLevel(logging.INFO)
    async with run() as bot:
        ann = bot.person()
        await ann.command("ann-the-secret@example.com")
        await bot.quiet(ann)
        assert fake_blocks.texts(ann.messages[-1]["blocks"])
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("bot", "slack"))]
    assert not [line for line in ours if "ann-the-secret" in line]


async def test_ready_tells_the_present_state_of_the_connections(run, slack):
    async with run(socket=True) as bot:
        assert await bot.half.reachable() is True
        slack.fault("apps.connections.open", *["server_error"] * 50)
        await slack.connections[0].close()
        assert await bot.half.reachable() is True, "the other one is alive"
        await slack.connections[-1].close()
        await slack.until(lambda: slack.count("apps.connections.open") > 4, within=60)
        assert await bot.half.reachable() is False
        slack.faults["apps.connections.open"].clear()
        await slack.until(lambda: slack.connections, within=60)
        async with asyncio.timeout(60):
            while not await bot.half.reachable():
                await asyncio.sleep(0.05)
    assert await bot.half.reachable() is False


async def test_over_http_ready_means_that_it_listens(run):
    async with run() as bot:
        assert await bot.half.reachable() is True
    assert await bot.half.reachable() is False


async def test_the_same_command_twice_draws_its_step_once(run):
    async with run() as bot:
        ann = bot.person()
        await ann.command()
        await bot.quiet(ann)
        status, _ = await ann.again()
        assert status == 200
        await bot.quiet(ann)
        assert len(ann.messages) == 1
        await ann.command()
        await bot.quiet(ann)
        assert len(ann.messages) == 2  # another command is another wish


async def test_a_mention_that_comes_to_two_replicas_is_answered_once(run):
    async with run() as bot, run() as other:
        ann = bot.person()
        bot.slack.channel("C0TALK")
        await ann.mentions()
        await other.push(*ann.last)
        await bot.half.listeners.replies.settled()
        await other.half.listeners.replies.settled()
        assert len(bot.slack.ephemerals) == 1


@pytest.mark.parametrize("socket", [False, True])
async def test_a_slack_that_answers_nothing_any_more_keeps_no_process_from_its_end(run, slack, look, socket):
    look.go_on.clear()
    async with run(support_channel="C0HELP", socket=socket) as bot:
        slack.channel("C0HELP")
        people = [bot.person(f"U0P{number}") for number in range(3)]
        for each in people:
            await each.command("ann@example.com")
            await bot.quiet(each)
        before = len(slack.calls)
        slack.weather = lambda _: ("", asyncio.Event(), 0)
        await people[0].presses("Talk to a human")
        await people[1].presses("I am not sure, please check")
        await people[2].opens_home()
        halved = None
        if not socket:  # a delivery that does not come to its end
            where = urlsplit(bot.push.url)
            _, halved = await asyncio.open_connection(where.hostname, where.port)
            halved.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
            await halved.drain()
        await slack.until(lambda: {"views.publish", "chat.update"} <= {name for name, _ in slack.calls[before:]})
        began = time.monotonic()
    if halved is not None:
        halved.close()
    assert time.monotonic() - began < 9.5

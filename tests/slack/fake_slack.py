"""A Slack that is none: its Web API and its WebSocket on loopback, with its rules and, by name, its faults."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from contextlib import asynccontextmanager

import fake_blocks
from aiohttp import WSMsgType, web
from fake_rules import RefusedError, arguments_of, check

TEAM, APP, BOT, BOT_USER = "T0HOME", "A0SMTP", "B0SMTP", "U0SMTPBOT"
TOKEN, APP_TOKEN, SECRET = "xoxb-fake", "xapp-fake", "shhh"
SCOPES = {
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
}
TRIGGER_LIFE = 3.0
RESPONSE_LIFE, RESPONSE_USES = 1800.0, 5


class FakeSlack:
    """One workspace with the app in it; `start` serves it. `calls` has all API calls, `clock` can be moved."""

    def __init__(self):
        self.calls = []
        self.moved = 0.0
        self.scopes = set(SCOPES)
        self.messages = defaultdict(dict)
        self.people = {}
        self.guests = {}
        self.dms = {}
        self.channels = {}
        self.groups = {}
        self.views = {}
        self.homes = {}
        self.ephemerals = []
        self.triggers = {}
        self.urls = {}
        self.faults = defaultdict(deque)
        self.weather = None
        self.files = {}
        self.fetches = []
        self.broken_rules = []
        self.connections = []
        self.acks = {}
        self.acked_over = {}
        self.links = []
        self.link_weather = ""
        self.changed = asyncio.Event()
        self._numbers = itertools.count(1)
        self._tickets = set()

    @classmethod
    @asynccontextmanager
    async def start(cls):
        self = cls()
        site = web.Application()
        site.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.post("/response/{id}", self._respond),
                web.get("/link/{ticket}", self._link),
                web.get("/files-pri/{id}/download/{name}", self._file),
                web.get("/signin", self._signin),
            ]
        )
        runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.api_url = f"{self.root}/api/"
        try:
            yield self
        finally:
            for socket in list(self.connections):
                await socket.close()
            await runner.cleanup()

    # What a test arranges and asks.

    def now(self):
        return time.time() + self.moved

    def number(self):
        return next(self._numbers)

    def stamp(self):
        return f"{int(self.now())}.{self.number():06d}"

    def channel(self, channel, *, joined=True, archived=False, members=None):
        """Make a channel; `members` are user ids, None means everybody."""
        self.channels[channel] = {"joined": joined, "archived": archived, "members": members}
        return channel

    def file(self, name, data, mimetype="application/octet-stream", *, shared=False, **more):
        """Put a file into this workspace; returns what an event says of it, in a `shared` channel no more than its id.

        The faults of `file` itself: signin (a token without the scope), elsewhere, endless, slow, gone.
        """
        number = f"F{self.number():06d}"
        url = f"{self.root}/files-pri/{number}/download/{name}"
        known = {"id": number, "name": name, "mimetype": mimetype, "size": len(data), "mode": "hosted"}
        known |= {"url_private": url, "url_private_download": url, "permalink": f"{self.root}/files/{number}"}
        self.files[number] = {**known, **more, "data": data}
        if shared:
            return {"id": number, "mode": "file_access", "file_access": "check_file_info"}
        return {**known, **more}

    def fault(self, method, *names):
        """Make the next calls fail: drop and drop_after_accept, server_error and error_after_accept,
        ratelimited:SECONDS, or Slack's name of an error. `weather(method)` gives what else befalls a call: such a name
        or "", and the seconds (or an event) before and the seconds after it is taken. Those of `link`, a new WebSocket
        (`link_weather` for all of them): refused, mute (no hello), silent (it says hello and nothing more), or a
        reason to disconnect it before its hello.
        """
        self.faults[method].extend(names)

    def trigger(self):
        name = f"{self.number()}.{TEAM}.trigger"
        self.triggers[name] = {"until": self.now() + TRIGGER_LIFE, "used": False}
        return name

    def response_url(self, channel, ts=None, user=None):
        name = str(self.number())
        self.urls[name] = {"until": self.now() + RESPONSE_LIFE, "uses": 0, "channel": channel, "ts": ts, "user": user}
        return f"{self.root}/response/{name}"

    def dm(self, user):
        if user not in self.dms:
            self.dms[user] = f"D0{user[1:]}"
            self.channels[self.dms[user]] = {"joined": True, "archived": False, "im": user}
        return self.dms[user]

    def posted(self, channel):
        """Return the bot's messages of a channel, oldest first."""
        return [message for message in self.messages[channel].values() if message.get("bot_id")]

    def count(self, method):
        return sum(name == method for name, _ in self.calls)

    async def until(self, true, within=30.0):
        """Wait until something of this Slack is so; returns what it was."""
        async with asyncio.timeout(within):
            while not (found := true()):
                self.changed.clear()
                await self.changed.wait()
        return found

    # The Web API.

    async def _api(self, request):
        method = request.match_info["method"]
        arguments = await arguments_of(request)
        self.calls.append((method, arguments))
        fault = self.faults[method].popleft() if self.faults[method] else ""
        before = after = 0.0
        if self.weather is not None and not fault:
            fault, before, after = self.weather(method)
        if isinstance(before, asyncio.Event):
            self.changed.set()
            await before.wait()
        else:
            await asyncio.sleep(before)
        try:
            if fault.startswith("ratelimited"):
                wait = fault.partition(":")[2] or "1"
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": wait}
                )
            if fault == "server_error":
                return web.json_response({"ok": False, "error": "internal_error"}, status=503)
            if fault == "drop":
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            if fault and not fault.endswith("after_accept"):
                raise RefusedError(fault)
            answer = {"ok": True, **self._answer(method, arguments, request.headers.get("Authorization", ""))}
        except RefusedError as refused:
            answer = refused.answer
        finally:
            self.changed.set()
        await asyncio.sleep(after)
        if fault == "drop_after_accept" and request.transport is not None:
            request.transport.abort()
        if fault == "error_after_accept":
            return web.json_response({"ok": False, "error": "internal_error"}, status=503)
        return web.json_response(answer, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))})

    def _answer(self, method, arguments, authorization):
        wanted = APP_TOKEN if method == "apps.connections.open" else TOKEN
        token = authorization.removeprefix("Bearer ")
        if token != wanted:
            raise RefusedError("not_allowed_token_type" if token in (TOKEN, APP_TOKEN) else "invalid_auth")
        check(method, arguments, self.scopes, self.broken_rules)
        work = getattr(self, "do_" + method.replace(".", "_"), None)
        if work is None:
            self.broken_rules.append(f"{method} is not known")
            raise RefusedError("unknown_method")
        return work(**arguments)

    def _refuse_blocks(self, faults):
        if faults:
            self.broken_rules += faults
            raise RefusedError("invalid_blocks", response_metadata={"messages": faults})

    def do_auth_test(self):
        return {"url": self.root, "team": "Home", "user": "smtp", "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}

    def do_apps_connections_open(self):
        ticket = str(self.number())
        self._tickets.add(ticket)
        return {"url": f"{self.root.replace('http', 'ws', 1)}/link/{ticket}"}

    def do_conversations_open(self, users):
        if users not in self.people:
            raise RefusedError("user_not_found")
        return {"channel": {"id": self.dm(users)}}

    def do_conversations_history(self, channel, **more):
        self._known(channel)
        heads = [m for m in self.messages[channel].values() if m.get("thread_ts") in (None, m["ts"])]
        return self._page(heads[::-1], **more)

    def do_conversations_replies(self, channel, ts, **more):
        """Answer as Slack does: the oldest first."""
        self._known(channel)
        if ts not in self.messages[channel]:
            raise RefusedError("thread_not_found")
        return self._page([m for m in self.messages[channel].values() if ts in (m["ts"], m.get("thread_ts"))], **more)

    def _page(self, messages, limit="100", cursor="0", include_all_metadata=False, **_):
        shown = str(include_all_metadata).lower() in ("1", "true")
        page, following = messages[int(cursor) : int(cursor) + int(limit)], int(cursor) + int(limit)
        return {
            "messages": [m if shown else {k: v for k, v in m.items() if k != "metadata"} for m in page],
            "response_metadata": {"next_cursor": str(following) if following < len(messages) else ""},
        }

    def do_conversations_members(self, channel, limit="100", cursor="0", **_):
        members = self._known(channel)["members"]
        members = [*self.people, BOT_USER] if members is None else members
        page, following = members[int(cursor) : int(cursor) + int(limit)], int(cursor) + int(limit)
        more = {"response_metadata": {"next_cursor": str(following) if following < len(members) else ""}}
        return {"members": page, **more}

    def do_users_info(self, user, include_locale=False, **_):
        if user not in self.people:
            raise RefusedError("user_not_found")
        locale = {"locale": "de-DE"} if str(include_locale).lower() in ("1", "true") else {}
        restricted = {"is_restricted": user in self.guests, "is_ultra_restricted": self.guests.get(user) == "single"}
        return {"user": {"id": user, **restricted, "profile": {"display_name": user[2:].capitalize()}, **locale}}

    def _known(self, channel):
        if channel not in self.channels:
            raise RefusedError("channel_not_found")
        if not self.channels[channel]["joined"]:
            raise RefusedError("not_in_channel")
        return self.channels[channel]

    def do_chat_postMessage(self, channel, text="", blocks=None, metadata=None, thread_ts=None, **_):  # noqa: N802
        if self._known(channel)["archived"]:
            raise RefusedError("is_archived")
        self._said(text, blocks)
        ts = self.stamp()
        message = {"ts": ts, "text": text, "bot_id": BOT, "user": BOT_USER, "blocks": blocks or [], "edits": []}
        message["at"] = time.monotonic()
        message |= {"metadata": metadata} if metadata else {}
        message |= {"thread_ts": thread_ts} if thread_ts else {}
        self.messages[channel][ts] = message
        return {"channel": channel, "ts": ts, "message": message}

    def do_chat_update(self, channel, ts, text="", blocks=None, metadata=None, **_):
        self._known(channel)
        message = self.messages[channel].get(ts)
        if message is None:
            raise RefusedError("message_not_found")
        if not message.get("bot_id"):
            raise RefusedError("cant_update_message")
        if len(text) > 4000:
            raise RefusedError("msg_too_long")
        self._said(text, blocks)
        message.update(text=text, blocks=blocks or [])
        message["edits"].append(time.monotonic())
        if metadata:
            message["metadata"] = metadata
        return {"channel": channel, "ts": ts, "text": text}

    def do_chat_getPermalink(self, channel, message_ts, **_):  # noqa: N802
        if message_ts not in self.messages[channel]:
            raise RefusedError("message_not_found")
        return {"channel": channel, "permalink": f"https://work.slack.test/archives/{channel}/p{message_ts}"}

    def do_chat_postEphemeral(self, channel, user, text="", blocks=None, **_):  # noqa: N802
        self._known(channel)
        self._said(text, blocks)
        self.ephemerals.append({"channel": channel, "user": user, "text": text, "blocks": blocks or []})
        return {"message_ts": self.stamp()}

    def _said(self, text, blocks):
        if not text:
            self.broken_rules.append("a message without text")
        if blocks is not None:
            self._refuse_blocks(fake_blocks.refused(blocks))

    def do_views_open(self, trigger_id, view):
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise RefusedError("invalid_trigger_id")
        if trigger["used"]:
            raise RefusedError("exchanged_trigger_id")
        if self.now() > trigger["until"]:
            raise RefusedError("expired_trigger_id")
        self._refuse_blocks(fake_blocks.refused_view(view))
        trigger["used"] = True
        name = f"V{self.number()}"
        self.views[name] = {**view, "id": name, "hash": f"{self.number()}.h", "team_id": TEAM}
        return {"view": self.views[name]}

    def do_views_publish(self, user_id, view, **_):
        self._refuse_blocks(fake_blocks.refused_view(view))
        self.homes[user_id] = {**view, "id": f"V{self.number()}", "hash": f"{self.number()}.h"}
        return {"view": self.homes[user_id]}

    def do_files_info(self, file, **_):
        if file not in self.files:
            raise RefusedError("file_not_found")
        return {"file": {key: value for key, value in self.files[file].items() if key != "data"}}

    def do_usergroups_users_list(self, usergroup, **_):
        if usergroup not in self.groups:
            raise RefusedError("no_such_subteam")
        return {"users": self.groups[usergroup]}

    # Files

    async def _file(self, request):
        """Serve a file to the bot's token alone; without one, or without the scope, Slack leads to its sign-in page."""
        file, fault = self.files.get(request.match_info["id"]), next(iter(self.faults["file"]), "")
        self.fetches.append(dict(request.headers))
        if fault:
            self.faults["file"].popleft()
        self.changed.set()
        if fault == "elsewhere":
            return web.Response(
                status=302, headers={"Location": f"http://localhost:{self.root.rsplit(':')[-1]}/signin"}
            )
        allowed = request.headers.get("Authorization") == f"Bearer {TOKEN}" and "files:read" in self.scopes
        if fault == "signin" or not allowed:
            return web.Response(status=302, headers={"Location": f"{self.root}/signin"})
        if file is None or fault == "gone":
            return web.Response(status=404)
        if fault != "endless":
            return web.Response(body=file["data"], content_type="application/octet-stream")
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"x" * 65536)
        except (ConnectionError, OSError):
            return answer

    async def _signin(self, request):
        self.fetches.append({"signin": True, **request.headers})
        return web.Response(text="<html>sign in</html>", content_type="text/html")

    # response_url

    async def _respond(self, request):
        url, body = self.urls.get(request.match_info["id"]), await request.json()
        self.calls.append(("response_url", body))
        try:
            if url is None or self.now() > url["until"] or url["uses"] >= RESPONSE_USES:
                return web.Response(status=404, text="expired_url")
            url["uses"] += 1
            if body.get("replace_original") and url["ts"] is None:
                self.broken_rules.append("a command's response_url has no original to replace")
            self._said(body.get("text"), body.get("blocks"))
        except RefusedError as refused:
            return web.json_response(refused.answer, status=400)
        finally:
            self.changed.set()
        replaced = {"replaced": url["ts"]} if body.get("replace_original") else {}
        entry = {"channel": url["channel"], "user": url["user"], "text": body["text"], "blocks": body.get("blocks", [])}
        self.ephemerals.append({**entry, **replaced})
        return web.Response(text="ok")

    # Socket Mode

    async def _link(self, request):
        fault = self.faults["link"].popleft() if self.faults["link"] else self.link_weather
        self.links.append(time.monotonic())
        known = request.match_info["ticket"] in self._tickets
        self._tickets.discard(request.match_info["ticket"])
        if fault == "refused" or not known:
            return web.Response(status=408)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if fault == "mute":
            async for _ in socket:
                pass
            return socket
        if fault and fault != "silent":
            await socket.send_json({"type": "disconnect", "reason": fault})
            await socket.close()
            return socket
        await socket.send_json({"type": "hello", "num_connections": len(self.connections) + 1})
        self.connections.append(socket)
        self.changed.set()
        try:
            if fault == "silent":
                await asyncio.Event().wait()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    answer = json.loads(message.data)
                    self.acked_over[answer.get("envelope_id")] = socket
                    if (waiting := self.acks.get(answer.get("envelope_id"))) and not waiting.done():
                        waiting.set_result(answer.get("payload"))
        finally:
            self.connections.remove(socket)
            self.changed.set()
        return socket

"""People in the fake Slack: they type, press, fill in forms; what they do reaches the app by HTTP or by WebSocket."""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import urlencode

import aiohttp
import fake_blocks
from fake_slack import APP, BOT_USER, SECRET, TEAM
from slack_sdk.signature import SignatureVerifier


class HttpPush:
    """Deliveries as signed HTTP requests; returns (status, body)."""

    def __init__(self, url, secret=SECRET):
        self.url, self.secret = url, secret

    async def __call__(self, kind, payload, *, age=0, headers=None):
        if kind == "events_api":
            body, content = json.dumps(payload), "application/json"
        else:
            form = {"payload": json.dumps(payload)} if kind == "interactive" else payload
            body, content = urlencode(form), "application/x-www-form-urlencoded"
        at = str(int(time.time()) - age)
        signed = SignatureVerifier(self.secret).generate_signature(timestamp=at, body=body)
        headers = {
            "Content-Type": content,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": signed,
            **(headers or {}),
        }
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as answer:
            text = await answer.text()
        return answer.status, json.loads(text) if text.startswith("{") else text


class SocketPush:
    """Deliveries as envelopes over the newest WebSocket; returns (200, payload of the ack)."""

    def __init__(self, slack, connection=-1):
        self.slack, self.connection = slack, connection

    async def __call__(self, kind, payload, *, envelope=None, **_):
        envelope = envelope or f"E{self.slack.number()}"
        self.slack.acks[envelope] = asyncio.get_running_loop().create_future()
        frame = {
            "type": kind,
            "envelope_id": envelope,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        await self.slack.connections[self.connection].send_json(frame)
        async with asyncio.timeout(5):
            return 200, await self.slack.acks[envelope] or ""


class Person:
    """Somebody at a Slack client. `last` is the newest delivery, so that it can come twice."""

    def __init__(self, slack, push, user="U0ANN", team=TEAM):
        self.slack, self.push, self.user, self.team = slack, push, user, team
        slack.people[user] = team
        self.last = None

    @property
    def owner(self):
        return f"slack:{self.team}:{self.user}"

    @property
    def dm(self):
        return self.slack.dm(self.user)

    @property
    def messages(self):
        return self.slack.posted(self.dm)

    async def deliver(self, kind, payload, **more):
        self.last = (kind, payload)
        return await self.push(kind, payload, **more)

    async def again(self):
        """The same delivery once more."""
        return await self.push(*self.last)

    async def command(self, text="", channel="C0TALK"):
        payload = {
            "command": "/smtp-help",
            "text": text,
            "team_id": self.team,
            "user_id": self.user,
            "channel_id": channel,
            "api_app_id": APP,
            "trigger_id": self.slack.trigger(),
            "response_url": self.slack.response_url(channel, user=self.user),
        }
        return await self.deliver("slash_commands", payload)

    async def _event(self, event, **more):
        payload = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": APP,
            "event_id": f"Ev{self.slack.number()}",
            "event": {"user": self.user, "team": self.team, "event_ts": self.slack.stamp(), **event},
        }
        return await self.deliver("events_api", payload, **more)

    async def says(self, text, files=(), **more):
        ts = self.slack.stamp()
        self.slack.messages[self.dm][ts] = {"ts": ts, "text": text, "user": self.user}
        shared = {"files": list(files), "subtype": "file_share"} if files else {}
        event = {"type": "message", "channel_type": "im", "channel": self.dm, "text": text, "ts": ts, **shared, **more}
        return await self._event(event)

    async def writes(self, text, channel, thread_ts, **more):
        """Write into a thread of a channel."""
        ts = self.slack.stamp()
        message = {"ts": ts, "text": text, "user": self.user, "thread_ts": thread_ts}
        self.slack.messages[channel][ts] = message
        event = {"type": "message", "channel_type": "channel", "channel": channel, **message, **more}
        return await self._event(event)

    async def edits(self, text, channel, ts, **more):
        """Change a message of one's own, in the direct message or a channel."""
        before = dict(self.slack.messages[channel][ts])
        self.slack.messages[channel][ts]["text"] = text
        after = {**before, "text": text, "edited": {"user": self.user, "ts": self.slack.stamp()}, **more}
        return await self._changed("message_changed", channel, before, message=after)

    async def deletes(self, channel, ts):
        return await self._changed("message_deleted", channel, self.slack.messages[channel].pop(ts), deleted_ts=ts)

    async def _changed(self, subtype, channel, before, **more):
        kind = "im" if channel == self.dm else "channel"
        event = {"type": "message", "subtype": subtype, "channel": channel, "channel_type": kind, "user": None}
        return await self._event(
            {**event, "hidden": True, "ts": self.slack.stamp(), "previous_message": before, **more}
        )

    async def mentions(self, text="help", channel="C0TALK", **more):
        return await self._event(
            {"type": "app_mention", "channel": channel, "text": f"<@{BOT_USER}> {text}", "ts": "1.2", **more}
        )

    async def opens_home(self):
        return await self._event({"type": "app_home_opened", "tab": "home", "channel": self.dm})

    def button(self, message, label):
        """Find a button by its label or action id, in a message or a view."""
        for block_id, element in fake_blocks.buttons(message["blocks"]):
            if element["type"] == "button" and label in (element["text"]["text"], element["action_id"]):
                return {"block_id": block_id, **element}
            for option in element.get("options", ()):
                if option["text"]["text"] == label:
                    return {
                        "block_id": block_id,
                        "action_id": element["action_id"],
                        "type": "static_select",
                        "selected_option": option,
                    }
        labels = [e["text"]["text"] for _, e in fake_blocks.buttons(message["blocks"]) if "text" in e]
        raise AssertionError(f"no {label!r} among {labels}")

    async def presses(self, label, message=None, *, at=None):
        message = self.messages[-1] if message is None else message
        return await self.clicks(self.button(message, label), message, at=at)

    async def clicks(self, element, message, *, at=None):
        """Press something that was once on a message, whatever it shows now."""
        action = {**element, "action_ts": f"{self.slack.now():.6f}" if at is None else at}
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": self.user, "team_id": self.team},
            "api_app_id": APP,
            "trigger_id": self.slack.trigger(),
            "actions": [action],
        }
        if "ts" in message:
            channel = message.get("channel", self.dm)
            payload["container"] = {"type": "message", "message_ts": message["ts"], "channel_id": channel}
            payload["response_url"] = self.slack.response_url(channel, message["ts"], self.user)
        elif "channel" in message:
            payload["container"] = {
                "type": "message",
                "is_ephemeral": True,
                "channel_id": message["channel"],
                "message_ts": "9.9",
            }
            payload["response_url"] = self.slack.response_url(message["channel"], "9.9", self.user)
        else:
            payload["view"] = message
            payload["container"] = {"type": "view", "view_id": message["id"]}
        return await self.deliver("interactive", payload)

    async def submits(self, view, **typed):
        """Hand in a form; fields that are not given keep what stands in them."""
        values = {}
        for block in view["blocks"]:
            if block["type"] != "input":
                continue
            name, element = block["block_id"], block["element"]
            if element["type"] == "static_select":
                chosen = element.get("initial_option")
                if name in typed:
                    chosen = next(
                        o for o in element["options"] if typed[name] in (o["text"]["text"], o["value"].lstrip("="))
                    )
                state = {"type": "static_select", "selected_option": chosen}
            else:
                state = {"type": element["type"], "value": typed.get(name, element.get("initial_value"))}
            values[name] = {element["action_id"]: state}
        assert set(typed) <= set(values), f"no such fields: {set(typed) - set(values)}"
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": self.user, "team_id": self.team},
            "api_app_id": APP,
            "trigger_id": self.slack.trigger(),
            "view": {**view, "state": {"values": values}},
        }
        return await self.deliver("interactive", payload)

    async def closes(self, view):
        user = {"id": self.user, "team_id": self.team}
        return await self.deliver(
            "interactive", {"type": "view_closed", "team": {"id": TEAM}, "user": user, "view": view}
        )

    async def explains(self, text, channel="C0TALK", **message):
        payload = {
            "type": "message_action",
            "callback_id": "smtp:explain",
            "team": {"id": TEAM},
            "user": {"id": self.user, "team_id": self.team},
            "channel": {"id": channel},
            "message": {"type": "message", "text": text, "ts": "1.1", **message},
            "trigger_id": self.slack.trigger(),
            "response_url": self.slack.response_url(channel, user=self.user),
        }
        return await self.deliver("interactive", payload)

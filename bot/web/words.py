"""The page's own sentences, all in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TITLES: Final[Mapping[str, str]] = {
    "try": "Try your login once",
    "worked": "The login worked",
    "refused": "The server refused the login",
    "not_tried": "The login was not tried",
    "looking": "I am still looking",
    "used": "This link was used already",
    "expired": "This link is too old",
    "unknown": "This link is not one of mine",
    "over": "This conversation has moved on",
    "unsafe": "I send no password there",
    "forged": "This form did not come from my own page",
    "insecure": "Please open this page over https",
    "too_often": "That was too often",
    "failed": "Something went wrong on my side",
}

SAID: Final[Mapping[str, str]] = {
    "try": "The bot logs in to this server once with what you type here, and tells you what the server says.",
    "worked": "The server took this user name and password.",
    "refused": "The server answered, and did not take this user name and password.",
    "not_tried": "I did not get as far as the login, so your password was not sent.",
    "looking": "It takes longer than this page can wait. The result comes in our conversation.",
    "used": "Each link works once. Nothing was sent. A fresh one stands in our conversation after the next look.",
    "expired": "A link works for ten minutes. Nothing was sent. A fresh one comes after the next look.",
    "unknown": "Nothing was sent. Please open the newest link in our conversation.",
    "over": "There is no look to make again. Nothing was sent. Please go on in our conversation.",
    "unsafe": "The connection to this server is not encrypted or not proven: a password could be read on the way.",
    "forged": "Nothing was sent. Please open the link in our conversation again, and type it there.",
    "insecure": "Nothing was sent. A password typed on a page without https could be read on the way.",
    "too_often": "Nothing was sent. Please wait a minute, then open the link again.",
    "failed": "Please try again in a minute. Your password was not kept.",
    "missing": "Please type your user name and your password.",
    "afterwards": "The same stands in our conversation. You can close this page.",
    "back": "You can close this page and go back to our conversation.",
}

FACTS: Final[Mapping[str, str]] = {
    "server": "Server",
    "port": "Port",
    "security": "Encryption",
    "certificate": "Certificate",
}
CERTIFICATE_GOOD: Final = "proven, valid until {until}"

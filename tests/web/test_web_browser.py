"""The page in a real browser that runs no script: on a desktop and on a phone, by sight and by screen reader."""

import os
from pathlib import Path

import pytest
from chromium import MISSING, chromium

pytestmark = pytest.mark.skipif(MISSING, reason="the page in a real browser (chromium or its driver is missing)")
PICTURES = os.environ.get("SMTP_HELP_TEST_PICTURES", "")
"""A folder for screenshots."""
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844, "phone": True}}


async def pictured(browser, name):
    if PICTURES:
        await browser.picture(Path(PICTURES) / f"login_{name}.png")


@pytest.mark.parametrize("size", SIZES)
async def test_a_login_is_tried_from_the_first_look_to_the_result(placed, size):
    async with placed("healthy-login") as place, chromium(**SIZES[size]) as browser:
        login = place.practice.servers["healthy-login"]
        now = await place.look("healthy-login")
        await browser.open(place.link(now))
        await pictured(browser, f"form_{size}")
        assert await browser.text("h1") == "Try your login once"
        facts = await browser.text("dl")
        assert login.host in facts
        assert "valid until" in facts
        assert (await browser.label("#user"), await browser.role("#user")) == ("User name", "textbox")
        assert await browser.label("#password") == "Password"
        assert await browser.label("button") == "Try it once"
        assert await browser.attribute("#password", "type") == "password"
        assert await browser.attribute("#user", "value") == login.user_name
        button, width = await browser.rect("button"), SIZES[size]["width"]
        assert button["height"] >= 44, "a thumb must hit it"
        assert button["x"] + button["width"] <= width, "nothing is scrolled sideways for"
        await browser.types("#password", "wrong-by-intent")
        await browser.sends("button")
        assert await browser.text("h1") == "The server refused the login"
        assert await browser.role("#problem") == "alert"
        await pictured(browser, f"refused_{size}")
        await place.desk.settled(now.id)

        again = await place.look("healthy-login")
        await browser.open(place.link(again))
        await browser.types("#user", login.user_name)
        await browser.types("#password", login.password)
        await browser.sends("button")
        assert await browser.text("h1") == "The login worked"
        await pictured(browser, f"worked_{size}")
        await place.desk.settled(again.id)
        assert "login_worked" in {one.code for one in (await place.desk.load(again.id)).verdict.findings}


async def test_a_used_and_an_expired_link_and_a_forged_form_say_what_to_do(placed):
    async with placed("healthy-login") as place, chromium(**SIZES["desktop"]) as browser:
        now = await place.look("healthy-login")
        link = place.link(now)
        await browser.open(link)
        await browser.types("#user", "ann")
        await browser.types("#password", "x1y2")
        await browser.sends("button")
        await place.desk.settled(now.id)
        await browser.open(link)
        assert await browser.text("h1") == "This link was used already"
        await pictured(browser, "used_desktop")
        old = place.link(await place.look("healthy-login"))
        place.clock.now += 601
        await browser.open(old)
        assert await browser.text("h1") == "This link is too old"
        await pictured(browser, "expired_desktop")


async def test_another_sites_form_sends_nothing(placed, tmp_path):
    async with placed("healthy-login") as place, chromium(**SIZES["desktop"]) as browser:
        now = await place.look("healthy-login")
        link = place.link(now)
        evil = tmp_path / "evil.html"
        evil.write_text(
            f'<form method="post" action="{link}"><input name="form" value="x"><input name="user" value="a">'
            '<input name="password" value="b"><button>win</button></form>'
        )
        await browser.open(link)  # so that the browser has a cookie of the page
        await browser.open(f"file://{evil}")
        await browser.sends("button")
        assert await browser.text("h1") == "This form did not come from my own page"
        await pictured(browser, "forged_desktop")
        assert (await place.desk.load(now.id)).revision == now.revision


async def test_the_cookie_is_not_for_scripts_and_not_for_other_sites(placed):
    async with placed("healthy-login") as place, chromium(**SIZES["desktop"]) as browser:
        await browser.open(place.link(await place.look("healthy-login")))
        (cookie,) = await browser.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/login/")

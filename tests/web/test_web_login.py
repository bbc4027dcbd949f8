"""The page where a login is tried once: real probes, a real server that logs in, a browser without JavaScript."""

import base64
import html
import re

import pytest

from bot.ledger.limits import Limits
from bot.web.doorway import HEADERS
from flows.conversation import AskedHuman

PASSWORD = "correct horse battery"


def field(page):
    return re.search(r'name="form" value="([^"]+)"', page)[1]


def filled(page, user, password):
    """Return the form as a browser sends it."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {**{name: html.unescape(value) for name, value in hidden}, "user": user, "password": password}


def title(page):
    return html.unescape(re.search(r"<h1>(.*?)</h1>", page)[1])


async def tried(browser, link, user, password, **headers):
    async with browser.get(link) as answer:
        page = await answer.text()
        assert answer.status == 200, page
    async with browser.post(link, data=filled(page, user, password), headers=headers) as answer:
        return answer.status, await answer.text()


async def test_a_login_that_works_is_said_on_the_page_and_in_the_conversation(placed, browser):
    async with placed("healthy-login") as place:
        login = place.practice.servers["healthy-login"]
        now = await place.look("healthy-login")
        status, page = await tried(browser, place.link(now), login.user_name, login.password)
        assert (status, title(page)) == (200, "The login worked")
        await place.desk.settled(now.id)
        after = await place.desk.load(now.id)
        assert "login_worked" in {finding.code for finding in after.verdict.findings}
        assert len(after.seen) == 2
        assert place.front.screens[now.id].revision == after.revision
        assert not place.front.screens[now.id].link, "a login that worked needs no second try"


async def test_a_wrong_password_is_said_with_the_servers_words_and_what_to_do(placed, browser):
    async with placed("healthy-login") as place:
        login = place.practice.servers["healthy-login"]
        now = await place.look("healthy-login")
        status, page = await tried(browser, place.link(now), login.user_name, PASSWORD)
        assert (status, title(page)) == (200, "The server refused the login")
        assert "535" in page
        assert "<ol>" in page
        await place.desk.settled(now.id)
        after = await place.desk.load(now.id)
        assert after.verdict.cause == "auth_failed_credentials"
        said = [word for heard in place.practice.heard(login.host) for word in heard.split(b"\r\n")]
        assert sum(word.upper().startswith(b"AUTH") for word in said) == 1, "an account is tried once"


async def test_neither_password_nor_secret_of_the_link_is_kept_anywhere(placed, browser, caplog):
    caplog.set_level("DEBUG")
    async with placed("healthy-login") as place:
        now = await place.look("healthy-login")
        link = place.link(now)
        await tried(browser, link, "ann@example.test", PASSWORD)
        await place.desk.settled(now.id)
        kept = b"".join(path.read_bytes() for path in place.folder.rglob("*") if path.is_file())
        for secret in (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), link.rsplit("/", 1)[1]):
            assert secret.encode() not in kept
        assert PASSWORD not in caplog.text


async def test_a_link_works_once_also_when_two_come_at_the_same_time(placed, browser):
    async with placed("healthy-login") as place:
        now = await place.look("healthy-login")
        link = place.link(now)
        await tried(browser, link, "ann", PASSWORD)
        async with browser.get(link) as answer:
            assert (answer.status, title(await answer.text())) == (410, "This link was used already")
        secret = link.rsplit("/", 1)[1]
        assert not await place.page.links.use(secret, place.clock())


async def test_a_password_goes_to_the_server_that_the_page_showed_and_to_no_other(placed, browser):
    async with placed("healthy-login") as place:
        now = await place.look("healthy-login")
        link = place.link(now)
        async with browser.get(link) as answer:
            form = filled(await answer.text(), "ann", PASSWORD)
        for wrong in ("evil.test:587 starttls", form["place"].replace("587", "465"), ""):
            async with browser.post(link, data={**form, "place": wrong}) as answer:
                assert (answer.status, title(await answer.text())) == (409, "This conversation has moved on")
        assert not any(b"AUTH" in heard for heard in place.practice.heard("login.practice.test"))
        async with browser.post(link, data=form) as answer:
            assert title(await answer.text()) == "The server refused the login"


async def test_opening_the_link_does_not_use_it_up(placed, browser):
    async with placed("healthy-login") as place:
        link = place.link(await place.look("healthy-login"))
        for _ in range(3):
            async with browser.get(link) as answer:
                assert title(await answer.text()) == "Try your login once"
        async with browser.head(link) as answer:
            assert answer.status == 200


async def test_a_link_ends_after_ten_minutes(placed, browser):
    async with placed("healthy-login") as place:
        link = place.link(await place.look("healthy-login"))
        async with browser.get(link) as answer:
            page = await answer.text()
        place.clock.now += 601
        form = {"form": field(page), "user": "ann", "password": PASSWORD}
        async with browser.post(link, data=form) as answer:
            assert (answer.status, title(await answer.text())) == (410, "This link is too old")
        async with browser.get(link) as answer:
            assert answer.status == 410
        assert place.practice.heard(place.practice.servers["healthy-login"].host)
        assert not any(b"AUTH" in heard for heard in place.practice.heard("login.practice.test"))


async def test_a_link_that_was_never_given_opens_nothing(placed, browser):
    async with placed("healthy-login") as place:
        await place.look("healthy-login")
        for guess in ("x", "A" * 43, "-" * 100):
            async with browser.get(f"{place.where}/login/{guess}") as answer:
                assert (answer.status, title(await answer.text())) == (404, "This link is not one of mine")


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, "guessed"),
        ({}, ""),
        ({"Origin": "https://evil.example"}, None),
        ({"Sec-Fetch-Site": "cross-site"}, None),
        ({"Sec-Fetch-Site": "same-site"}, None),
        ({"Content-Type": "text/plain"}, None),
        ({"Cookie": "smtp_help_form=mine"}, "mine-not"),
    ],
)
async def test_a_forged_form_sends_nothing_and_uses_nothing_up(placed, browser, headers, token):
    async with placed("healthy-login") as place:
        now = await place.look("healthy-login")
        link = place.link(now)
        async with browser.get(link) as answer:
            page = await answer.text()
        form = {"form": field(page) if token is None else token, "user": "ann", "password": PASSWORD}
        async with browser.post(link, data=form, headers=headers) as answer:
            assert (answer.status, title(await answer.text())) == (403, "This form did not come from my own page")
        assert (await place.desk.load(now.id)).revision == now.revision
        status, page = await tried(browser, link, "ann", PASSWORD)
        assert (status, title(page)) == (200, "The server refused the login")


async def test_a_form_without_its_cookie_is_forged(placed, browser):
    async with placed("healthy-login") as place:
        link = place.link(await place.look("healthy-login"))
        async with browser.get(link) as answer:
            page = await answer.text()
        browser.cookie_jar.clear()
        async with browser.post(link, data={"form": field(page), "user": "a", "password": "b"}) as answer:
            assert answer.status == 403


async def test_an_empty_form_is_shown_again_and_uses_nothing_up(placed, browser):
    async with placed("healthy-login") as place:
        link = place.link(await place.look("healthy-login"))
        status, page = await tried(browser, link, "ann@example.test", "")
        assert status == 400
        assert "Please type your user name and your password." in page
        assert 'value="ann@example.test"' in page
        assert (await tried(browser, link, "ann", PASSWORD))[0] == 200


@pytest.mark.parametrize("name", ["self-signed", "expired-certificate", "no-tls", "wrong-name"])
async def test_no_link_is_offered_where_the_connection_is_not_proven(placed, name):
    async with placed(name) as place:
        now = await place.look(name)
        assert place.front.screens[now.id].link == ""


async def test_a_link_opens_nothing_once_a_human_has_the_case(placed, browser):
    from bot.front import Turn

    async with placed("healthy-login") as place:
        now = await place.look("healthy-login")
        link = place.link(now)
        await place.desk.take(Turn("h", now.id, now.owner, AskedHuman()))
        async with browser.get(link) as answer:
            assert answer.status == 409
        await place.desk.settled(now.id)


async def test_a_link_opens_nothing_once_its_person_is_forgotten(placed, browser):
    async with placed("healthy-login") as place:
        now = await place.look("healthy-login")
        link = place.link(now)
        await place.desk.forget(now.owner)
        async with browser.get(link) as answer:
            assert (answer.status, title(await answer.text())) == (409, "This conversation has moved on")


async def test_every_answer_bears_the_strict_headers(placed, browser):
    async with placed("healthy-login") as place:
        link = place.link(await place.look("healthy-login"))
        for url in (link, f"{place.where}/login/nothing", f"{place.where}/login/page.css"):
            async with browser.get(url) as answer:
                sent = {name: answer.headers.get(name) for name in HEADERS}
            assert {**sent, "Cache-Control": ""} == {**HEADERS, "Cache-Control": ""}
        async with browser.get(link) as answer:
            assert answer.headers["Cache-Control"] == "no-store, max-age=0"
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/login/" in cookie
        assert "script" not in HEADERS["Content-Security-Policy"]


async def test_over_http_the_page_is_for_this_machine_alone(placed, browser):
    async with placed("healthy-login", public_url="https://help.example.test") as place:
        now = await place.look("healthy-login")
        link = place.where + place.front.screens[now.id].link.removeprefix("https://help.example.test")
        for headers in ({}, {"X-Forwarded-Proto": "https"}):  # nobody here is a trusted proxy
            async with browser.get(link, headers=headers) as answer:
                assert (answer.status, title(await answer.text())) == (403, "Please open this page over https")
            async with browser.post(link, data={"user": "a", "password": "b"}, headers=headers) as answer:
                assert answer.status == 403


async def test_a_trusted_proxys_word_counts_and_its_cookie_is_for_https_alone(placed, browser):
    async with placed("healthy-login", public_url="https://help.example.test", proxies=["127.0.0.0/8"]) as place:
        now = await place.look("healthy-login")
        link = place.where + place.front.screens[now.id].link.removeprefix("https://help.example.test")
        secure = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        async with browser.get(link, headers=secure) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert "; Secure" in answer.headers["Set-Cookie"]
            assert answer.headers["Strict-Transport-Security"]
        async with browser.get(link, headers={**secure, "X-Forwarded-Proto": "http"}) as answer:
            assert answer.status == 403
        form = filled(page, "ann", PASSWORD)
        origin = {"Origin": "https://help.example.test", "Cookie": f"smtp_help_form={field(page)}"}
        async with browser.post(link, data=form, headers={**secure, **origin}) as answer:
            assert title(await answer.text()) == "The server refused the login"


async def test_one_address_may_not_try_again_and_again(placed, browser):
    async with placed("healthy-login") as place:
        link = place.link(await place.look("healthy-login"))
        seen = []
        for _ in range(7):
            async with browser.post(link, data={"form": "x", "user": "a", "password": "b"}) as answer:
                seen.append(answer.status)
        assert seen == [403] * 5 + [429] * 2
        for _ in range(40):
            async with browser.get(link) as answer:
                status = answer.status
        assert status == 429


async def test_over_the_budget_of_logins_the_page_says_when_to_come_back(placed, browser):
    async with placed("healthy-login", limits=Limits(logins=1)) as place:
        now = await place.look("healthy-login")
        await tried(browser, place.link(now), "ann", PASSWORD)
        again = await place.look("healthy-login")
        status, page = await tried(browser, place.link(again), "ann", PASSWORD)
        assert (status, title(page)) == (200, "The login was not tried")
        assert "In 60 minutes I can look again." in page


async def test_what_is_typed_or_seen_is_text_on_the_page_and_never_markup(placed, browser):
    async with placed("healthy-login") as place:
        link = place.link(await place.look("healthy-login"))
        hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
        _, page = await tried(browser, link, hostile, "")
        assert "<script" not in page
        assert "<img" not in page
        assert html.escape(hostile, quote=False).split(">")[-1] in page or "&lt;script&gt;" in page


async def test_a_form_that_is_too_big_is_not_read(placed, browser):
    async with placed("healthy-login") as place:
        link = place.link(await place.look("healthy-login"))
        async with browser.post(link, data={"form": "x" * 20_000}) as answer:
            assert answer.status == 403


async def test_the_facts_that_a_person_checks_first_are_on_the_page(placed, browser):
    async with placed("healthy-login") as place:
        login = place.practice.servers["healthy-login"]
        async with browser.get(place.link(await place.look("healthy-login"))) as answer:
            page = await answer.text()
        assert f"<dd>{login.host}</dd>" in page
        assert f"<dd>{login.port}</dd>" in page
        assert "<dd>TLSv1.3</dd>" in page
        assert re.search(r"<dd>proven, valid until \d{4}-\d\d-\d\d</dd>", page)
        assert re.search(
            r'<label for="password">Password</label>\s*<input id="password" name="password" type="password"', page
        )

"""In HTTP mode the page stands beside Slack's deliveries, on the same port."""

from bot.slack.web import PATH, pages
from bot.web.doorway import Doorway
from bot.web.login import LoginPage
from bot.web.site import serving


async def test_the_page_is_served_where_slack_delivers(placed, browser):
    from aiohttp import web

    async with placed("healthy-login") as place:
        site = pages(None, place.page.routes())
        runner = web.AppRunner(site, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            where = f"http://127.0.0.1:{runner.addresses[0][1]}"
            link = where + "/login/" + place.link(await place.look("healthy-login")).rsplit("/", 1)[1]
            async with browser.get(link) as answer:
                assert "Try your login once" in await answer.text()
            async with browser.get(where + "/healthz") as answer:
                assert answer.status == 200
            async with browser.get(where + PATH) as answer:
                assert answer.status == 405
        finally:
            await runner.cleanup()


async def test_a_page_that_breaks_says_so_and_shows_nothing_of_why(browser, caplog):
    class Broken:
        async def found(self, secret, now):
            raise RuntimeError("the innermost secret")

    page = LoginPage(desk=None, links=Broken(), attempts=None, doorway=Doorway("http://localhost"))
    async with serving(page.routes(), "127.0.0.1", 0) as where, browser.get(f"{where}/login/abc") as answer:
        text = await answer.text()
    assert answer.status == 500
    assert "Something went wrong on my side" in text
    assert "innermost" not in text
    assert "innermost" in caplog.text

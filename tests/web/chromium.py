"""A real Chromium without JavaScript, driven over the WebDriver protocol (W3C) by its own driver."""

from __future__ import annotations

import asyncio
import base64
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
MISSING = not (shutil.which("chromedriver") and (shutil.which("chromium") or shutil.which("chromium-browser")))


class Browser:
    """One window."""

    def __init__(self, http, url):
        self._http, self._url = http, url

    async def _ask(self, verb, path, **body):
        more = {"json": body} if verb == "POST" else {}
        async with self._http.request(verb, self._url + path, **more) as answer:
            found = (await answer.json())["value"]
        assert answer.status == 200, found
        return found

    async def open(self, url):
        await self._ask("POST", "/url", url=url)

    async def find(self, selector):
        found = await self._ask("POST", "/element", using="css selector", value=selector)
        return found[ELEMENT]

    async def text(self, selector):
        return await self._ask("GET", f"/element/{await self.find(selector)}/text")

    async def attribute(self, selector, name):
        return await self._ask("GET", f"/element/{await self.find(selector)}/property/{name}")

    async def label(self, selector):
        """What a screen reader says of an element."""
        return await self._ask("GET", f"/element/{await self.find(selector)}/computedlabel")

    async def role(self, selector):
        return await self._ask("GET", f"/element/{await self.find(selector)}/computedrole")

    async def types(self, selector, text):
        element = await self.find(selector)
        await self._ask("POST", f"/element/{element}/clear")
        await self._ask("POST", f"/element/{element}/value", text=text)

    async def sends(self, selector):
        """Click what leads to another page, and wait for that page."""
        before = await self.find("html")
        await self._ask("POST", f"/element/{await self.find(selector)}/click")
        async with asyncio.timeout(30):
            while await self.find("html") == before:
                await asyncio.sleep(0.02)

    async def rect(self, selector):
        return await self._ask("GET", f"/element/{await self.find(selector)}/rect")

    async def cookies(self):
        return await self._ask("GET", "/cookie")

    async def picture(self, file):
        Path(file).write_bytes(base64.b64decode(await self._ask("GET", "/screenshot")))


@asynccontextmanager
async def chromium(width=1280, height=900, *, phone=False):
    driver = await asyncio.create_subprocess_exec(
        "chromedriver", "--port=0", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        port = None
        while port is None:
            line = (await driver.stdout.readline()).decode()
            assert line, "chromedriver ended"
            if "on port " in line and "successfully" in line:
                port = int(line.split("on port ")[1].split(".")[0])
        options = {
            "binary": shutil.which("chromium") or shutil.which("chromium-browser"),
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            + [
                "--hide-scrollbars",
                f"--window-size={width},{height}",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost",
            ],
            "prefs": {"profile.managed_default_content_settings.javascript": 2},
        }
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "pageLoadStrategy": "normal"}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=90)) as http:
            root = f"http://127.0.0.1:{port}/session"
            async with http.post(root, json={"capabilities": {"alwaysMatch": wanted}}) as answer:
                made = (await answer.json())["value"]
                assert answer.status == 200, made
            url = f"{root}/{made['sessionId']}"
            try:
                # Between two pages there is no element at all for a moment: the browser waits for one to come.
                async with http.post(f"{url}/timeouts", json={"implicit": 20_000}) as answer:
                    assert answer.status == 200, await answer.text()
                if phone:
                    metrics = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
                    asked = {"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics}
                    async with http.post(f"{url}/goog/cdp/execute", json=asked) as answer:
                        assert answer.status == 200, await answer.text()
                yield Browser(http, url)
            finally:
                async with http.delete(url):
                    pass
    finally:
        driver.terminate()
        await driver.wait()

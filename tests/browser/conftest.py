"""A headless Chromium over a real server."""

from __future__ import annotations

import base64
import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

Open = Callable[..., "Chrome"]
Visit = Callable[["Chrome", str], None]
OUTPUT = Path(__file__).resolve().parent.parent / "output" / "screenshots"


@pytest.fixture(scope="session")
def site(repository: Path, shared_state: Path, server: Any) -> Any:
    """The server of this run, with the front end bundled as the sources say, by one test process at a time."""
    with (shared_state / "bundle.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "hatch_build.py"], cwd=repository, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return server


SETTLED = """
const sheets = [...document.querySelectorAll('link[rel=stylesheet]')];
return {at: performance.timeOrigin, ready: document.readyState === 'complete' && document.fonts.status === 'loaded',
        bare: sheets.filter(link => !link.sheet).map(link => link.href)};
"""


@pytest.fixture(scope="session")
def visit(site: Any) -> Visit:
    """Opens a path of the site and waits until the new page, its style sheets and its fonts have come.

    The driver may come back while the page still loads, and a just started Chromium may drop a request when it
    notices the machine's networks: a page without its style sheets is asked for again, twice at most.
    """
    from selenium.webdriver.support.ui import WebDriverWait

    def go(driver: Chrome, path: str) -> None:
        for _ in range(3):
            before = driver.execute_script(SETTLED)["at"]
            driver.get(site.url + path)

            def settled(held: Chrome, before: float = before) -> Any:
                state = held.execute_script(SETTLED)
                return state if state["ready"] and state["at"] != before else None

            state = WebDriverWait(driver, 30, poll_frequency=0.05).until(settled)
            if not state["bare"]:
                return
        pytest.fail(f"{path} came without {state['bare']}: {driver.get_log('browser')}")

    return go


@pytest.fixture(scope="session")
def axe(repository: Path, site: Any) -> str:
    """The accessibility checker, as the lock file says; `npm ci` of the bundle brings it."""
    assert site
    return (repository / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def serious(axe: str) -> Callable[[Chrome], list[tuple[str, str, str]]]:
    """What the checker finds serious or critical on the page shown: the rule, the element, and what is wrong."""

    def find(driver: Chrome) -> list[tuple[str, str, str]]:
        driver.execute_script(axe)
        result = driver.execute_async_script("axe.run(document, {resultTypes: ['violations']}).then(arguments[0])")
        bad = [v for v in result["violations"] if v["impact"] in {"serious", "critical"}]
        return [(v["id"], v["nodes"][0]["html"][:160], v["nodes"][0]["failureSummary"][:200]) for v in bad]

    return find


WIDER = """
const room = document.documentElement.clientWidth;
const holds = e => e && (getComputedStyle(e).overflowX !== 'visible' || holds(e.parentElement));
const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > room + 1);
const named = out.filter(e => !holds(e.parentElement)).map(e => e.outerHTML.slice(0, 160));
return document.documentElement.scrollWidth <= room ? [] : [document.documentElement.scrollWidth, ...named];
"""
"""How wide a page is that scrolls sideways, and which elements make it so; empty where none does."""


@pytest.fixture(scope="session")
def overflow() -> Callable[[Chrome], list[Any]]:
    """How wide the page shown is if it scrolls sideways, and what makes it so; empty where it does not."""

    def find(driver: Chrome) -> list[Any]:
        found: list[Any] = driver.execute_script(WIDER)
        return found

    return find


@pytest.fixture
def browser() -> Iterator[Open]:
    """Opens a browser of a given width, light or dark, with or without script; all are closed at the end."""
    from selenium import webdriver

    opened: list[Chrome] = []

    def start(width: int = 1440, *, dark: bool = False, script: bool = True) -> Chrome:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        assert options.binary_location, "Chromium is needed: apt-get install chromium chromium-driver"
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver") or ""))
        driver.set_script_timeout(120)
        driver.set_page_load_timeout(120)
        opened.append(driver)
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": theme})
        if not script:
            driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        return driver

    yield start
    for driver in opened:
        driver.quit()


@pytest.fixture
def requests_of() -> Callable[[Chrome], list[str]]:
    """Gives the addresses that a browser asked for since the last call."""

    def asked(driver: Chrome) -> list[str]:
        events = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]

    return asked


@pytest.fixture
def keep() -> Callable[[Chrome, str], None]:
    """Writes a screenshot of the whole page for people to look at."""

    def write(driver: Chrome, name: str) -> None:
        OUTPUT.mkdir(parents=True, exist_ok=True)
        size = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 4000), "scale": 1}
        shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
        (OUTPUT / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    return write

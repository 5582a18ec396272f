"""The five places in a real browser: accessible, narrow and wide, light and dark, with and without script."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

PLACES = {
    "start": "/",
    "hypothesis": "/hypotheses/H2",
    "explore": "/explore?kind=alliance",
    "entity": "/id/organization/argenx",
    "alliance": "/id/alliance/ablynx-wyeth-2006",
    "query": "/query?query=SELECT%20%3Fa%20WHERE%20%7B%20%3Fa%20a%20bkg%3AAlliance%20%7D%20LIMIT%2020",
    "canned": "/query/firm-register",
    "data": "/data",
    "table": "/data/tables/alliances",
    "validate": "/data/validate",
    "ontology": "/ontology",
    "search": "/search?q=galapgos",
    "matrix": "/pictures/matrix",
    "flows": "/pictures/flows",
    "map": "/pictures/map",
    "timeline": "/pictures/timeline",
    "network": "/pictures/network",
}
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def example(file: Path) -> str:
    """The address of an example of the query page, with the engine's plan."""
    lines = file.read_text(encoding="utf-8").splitlines()
    show = next(line for line in lines if line.startswith("# show: ")).removeprefix("# show: ")
    text = "\n".join(line for line in lines if not line.startswith("# "))
    return "/query?" + urlencode({"query": text, "show": show, "plan": "yes"})


EXAMPLES = Path(__file__).resolve().parents[2] / "src" / "biokg" / "web" / "queries" / "examples"
PLACES |= {f"answer-{file.stem}": example(file) for file in sorted(EXAMPLES.glob("[2-68]*.rq"))}
PLACES["selection"] = "/explore?kind=organization&by=region&show=map"


def wait(driver: Chrome, condition: Callable[[Chrome], Any], seconds: float = 20) -> Any:
    return WebDriverWait(driver, seconds, poll_frequency=0.05).until(condition)


OFFERED = "return [...document.querySelectorAll('.cm-tooltip-autocomplete li')].map(e => e.textContent).join('; ')"
# The editor takes no Enter while its list is being renewed, nor in the first 75 ms of it.
READY = """
const chosen = document.querySelector(
  '.cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled) li[aria-selected]')
return chosen ? chosen.textContent : ''"""


def focus_on(driver: Chrome, selector: str) -> None:
    """Tab from where one is until the first element of *selector* has the focus."""
    wanted = driver.find_element(By.CSS_SELECTOR, selector)
    driver.execute_script("document.activeElement.blur(); document.getElementById('main').focus()")
    for _ in range(150):
        if driver.switch_to.active_element == wanted:
            return
        driver.switch_to.active_element.send_keys(Keys.TAB)
    raise AssertionError(f"{selector} cannot be reached by the keyboard")


def type_query(driver: Chrome, text: str) -> None:
    editor = driver.find_element(By.CSS_SELECTOR, ".cm-content")
    editor.send_keys(Keys.CONTROL, "a")
    driver.execute_cdp_cmd("Input.insertText", {"text": text})


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(visit: Any, serious: Any, browser: Any, keep: Any, dark: bool) -> None:
    driver = browser(1440, dark=dark)
    found = {}
    for name, path in PLACES.items():
        visit(driver, path)
        found[name] = serious(driver)
        keep(driver, f"{name}-{'dark' if dark else 'light'}")
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_no_page_scrolls_sideways_on_a_phone(visit: Any, browser: Any, overflow: Any, keep: Any) -> None:
    driver = browser(390)
    wide = {}
    for name, path in PLACES.items():
        visit(driver, path)
        wide[name] = overflow(driver)
        keep(driver, f"{name}-phone")
    assert {name: why for name, why in wide.items() if why} == {}


def test_no_page_scrolls_sideways_when_its_style_sheets_do_not_come(site: Any, browser: Any, overflow: Any) -> None:
    driver = browser(390)
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*.css*", "*.woff2*"]})
    wide = {}
    for name, path in PLACES.items():
        driver.get(site.url + path)
        wait(driver, lambda d: d.execute_script("return document.readyState") == "complete")
        wide[name] = overflow(driver)
    assert {name: why for name, why in wide.items() if why} == {}


def test_no_request_leaves_the_origin_and_nothing_is_refused_by_the_policy(
    site: Any, visit: Any, browser: Any, requests_of: Any
) -> None:
    driver = browser()
    for path in PLACES.values():
        visit(driver, path)
    asked = requests_of(driver)
    assert len(asked) > len(PLACES)
    assert [a for a in asked if not a.startswith((site.url, "data:", "about:"))] == []
    assert [e["message"] for e in driver.get_log("browser") if "Content Security Policy" in e["message"]] == []


def test_the_start_page_stays_light(site: Any, visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/")
    scripts = driver.execute_script("return [...document.scripts].map(s => s.src)")
    folder = Path(__file__).resolve().parents[2] / "src" / "biokg" / "web" / "static" / "bundle"
    size = sum(len(gzip.compress((folder / s.split("/")[-1].split("?")[0]).read_bytes())) for s in scripts)
    assert 0 < size <= 60_000
    assert all(s.startswith(site.url) for s in scripts)


def test_a_firm_is_found_by_keyboard_alone(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/")
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert driver.switch_to.active_element.get_attribute("class") == "skip", "the first stop skips the navigation"
    body.send_keys("/")
    assert driver.switch_to.active_element.get_attribute("id") == "q"
    driver.switch_to.active_element.send_keys("galapgos", Keys.ENTER)
    wait(driver, lambda d: "/search" in d.current_url)
    for _ in range(40):
        here = driver.switch_to.active_element
        if "/id/organization/galapagos" in (here.get_attribute("href") or ""):
            break
        here.send_keys(Keys.TAB)
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    wait(driver, lambda d: "/id/organization/galapagos" in d.current_url)
    assert driver.find_element(By.TAG_NAME, "h1").text == "Galapagos"


def test_a_query_is_written_and_asked_by_keyboard_alone(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/query")
    type_query(driver, "SELECT ?firm WHERE { ?firm bkg:basedIn <https://w3id.org/biokg/id/region/wallonia> }")
    driver.switch_to.active_element.send_keys(Keys.CONTROL, Keys.ENTER)
    wait(driver, lambda d: d.find_elements(By.ID, "result"))
    assert "Complete: " in driver.find_element(By.ID, "answer").text
    assert "query=SELECT" in driver.current_url, "the address is the whole state"
    kept = json.loads(driver.execute_script("return localStorage.getItem('biokg.queries')"))
    assert "wallonia" in kept[0]


def test_completion_offers_the_terms_of_the_graph(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/query")
    type_query(driver, "SELECT * WHERE { ?a a ")
    for letter in "bkg:Allia":
        driver.switch_to.active_element.send_keys(letter)
    wait(driver, lambda d: "bkg:Alliance" in d.execute_script(OFFERED))


def test_a_mistake_is_marked_where_it_is(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/query")
    type_query(driver, "SELECT ?a WHERE {\n ?a a bkg:Alliance ;; ) }")
    driver.switch_to.active_element.send_keys(Keys.CONTROL, Keys.ENTER)
    wait(driver, lambda d: d.find_elements(By.ID, "problem"))
    wait(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".cm-lintRange-error, .cm-lintPoint-error"))
    assert "line 2" in driver.find_element(By.ID, "problem").text


def test_stop_stops_and_frees_the_worker(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/query")
    type_query(driver, SLOW)
    run = driver.find_element(By.ID, "run")
    for _ in range(3):  # more often than there are workers
        run.click()
        wait(driver, lambda d: run.text == "Stop" and "running" in d.find_element(By.ID, "run-state").text)
        run.click()
        wait(driver, lambda d: "stopped" in d.find_element(By.ID, "run-state").text, 5)
    type_query(driver, "ASK { ?s ?p ?o }")
    run.click()
    wait(driver, lambda d: d.find_elements(By.ID, "result"), 10)
    assert "yes" in driver.find_element(By.ID, "answer").text


def test_an_answer_is_shown_another_way_by_keyboard_alone(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/query")
    type_query(driver, "SELECT ?region (COUNT(*) AS ?n) WHERE { ?seat bkg:seatRegion ?region } GROUP BY ?region")
    driver.switch_to.active_element.send_keys(Keys.CONTROL, Keys.ENTER)
    wait(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "svg.drawing-result-chart"))
    focus_on(driver, 'a[data-show="map"]')
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    wait(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "svg.drawing-result-map"))
    wait(driver, lambda d: d.switch_to.active_element.get_attribute("data-show") == "map")
    assert "show=map" in driver.current_url, "the address is the whole state"
    assert driver.find_elements(By.CSS_SELECTOR, "#answer table"), "every picture has its table"
    focus_on(driver, "a[data-plan]")
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    wait(driver, lambda d: "QuadPattern" in d.find_element(By.ID, "answer").text)
    wait(driver, lambda d: d.switch_to.active_element.get_attribute("id") == "plan")


def test_a_selection_is_narrowed_and_dropped_by_keyboard_alone(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/explore?kind=alliance")
    total = driver.find_element(By.CSS_SELECTOR, "[role=status]").text
    focus_on(driver, ".facet a")
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    wait(driver, lambda d: d.find_element(By.CSS_SELECTOR, "[role=status]").text != total)
    focus_on(driver, "[role=status] a.badge")
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    wait(driver, lambda d: d.find_element(By.CSS_SELECTOR, "[role=status]").text == total)
    focus_on(driver, "#within")
    driver.switch_to.active_element.send_keys("nanobdy", Keys.ENTER)
    wait(driver, lambda d: "has “nanobdy”" in d.find_element(By.CSS_SELECTOR, "[role=status]").text)


def test_what_was_asked_is_kept_in_the_browser_only_and_can_be_forgotten(
    visit: Any, browser: Any, requests_of: Any
) -> None:
    driver = browser()
    visit(driver, "/query")
    type_query(driver, "ASK { ?kept bkg:basedIn ?there }")
    driver.find_element(By.ID, "run").click()
    wait(driver, lambda d: d.find_elements(By.ID, "result"))
    visit(driver, "/query")
    requests_of(driver)
    kept = wait(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "#kept button"))
    driver.execute_script("document.querySelector('#kept').closest('details').open = true")
    kept[0].click()
    assert "?kept" in driver.find_element(By.CSS_SELECTOR, ".cm-content").text
    driver.find_element(By.ID, "forget").click()
    assert driver.execute_script("return localStorage.getItem('biokg.queries')") is None
    assert requests_of(driver) == []


def test_an_iri_is_completed_by_its_label(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/query")
    type_query(driver, "SELECT * WHERE { ?a ?b ")
    for letter in "<galapag":
        driver.switch_to.active_element.send_keys(letter)

    looks: list[str] = []

    def offered(d: Chrome) -> bool:
        """Whether the name has stood ready for two looks; every tenth look the last letter is typed again."""
        looks.append(d.execute_script(READY))
        if len(looks) % 10 == 0:
            d.switch_to.active_element.send_keys(Keys.BACKSPACE, "g")
            looks.append("")
        return "Galapagos" in looks[-1] and looks[-2:] == looks[-1:] * 2

    WebDriverWait(driver, 60, poll_frequency=0.3).until(offered)
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    text = "https://w3id.org/biokg/id/organization/galapagos>"
    wait(driver, lambda d: text in d.find_element(By.CSS_SELECTOR, ".cm-content").text)


def test_the_start_page_is_painted_soon(visit: Any, browser: Any) -> None:
    driver = browser()
    visit(driver, "/")
    visit(driver, "/")
    script = "return performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)"
    painted = wait(driver, lambda d: d.execute_script(script))
    print(f"first contentful paint after {painted[0]:.0f} ms")
    assert painted[0] < 5_000, "1 s on an idle machine; tests share theirs"


def test_everything_works_without_script(visit: Any, browser: Any) -> None:
    driver = browser(script=False)
    visit(driver, "/query")
    box = driver.find_element(By.ID, "sparql")
    box.clear()
    box.send_keys("SELECT ?a WHERE { ?a a bkg:Cluster }")
    driver.find_element(By.ID, "run").click()
    wait(driver, lambda d: d.find_elements(By.ID, "result"))
    assert "Complete: " in driver.find_element(By.ID, "answer").text
    visit(driver, "/pictures/matrix")
    assert driver.find_elements(By.CSS_SELECTOR, "svg.drawing path.flow")
    visit(driver, "/explore?kind=alliance")
    driver.find_element(By.CSS_SELECTOR, ".facet a").click()
    wait(driver, lambda d: " of " in d.find_element(By.CSS_SELECTOR, "[role=status]").text)


def test_an_answer_is_shown_every_way_without_script(visit: Any, browser: Any, overflow: Any) -> None:
    driver = browser(390, script=False)
    visit(
        driver,
        "/query?query=SELECT%20%3Fregion%20%28COUNT%28*%29%20AS%20%3Fn%29%20WHERE%20%7B%20%3Fs%20"
        "bkg%3AseatRegion%20%3Fregion%20%7D%20GROUP%20BY%20%3Fregion",
    )
    for view, drawn in (("Map", "map"), ("Chart", "chart")):
        driver.find_element(By.LINK_TEXT, view).click()
        wait(driver, lambda d, drawn=drawn: d.find_elements(By.CSS_SELECTOR, f"svg.drawing-result-{drawn}"))
        assert driver.find_elements(By.CSS_SELECTOR, "section table"), "every picture has its table"
        assert overflow(driver) == []
    visit(driver, PLACES["answer-2-years"])
    driver.find_element(By.CSS_SELECTOR, "form.choose button").click()
    wait(driver, lambda d: "x=" in d.current_url and d.find_elements(By.CSS_SELECTOR, "svg.drawing-result-chart"))
    driver.find_element(By.LINK_TEXT, "Timeline").click()
    wait(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "svg.drawing-result-timeline"))


def test_the_pages_stand_without_the_bundle(client: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    frame = sys.modules["biokg.web.frame"]
    (tmp_path / "biokg.css").write_text("")
    (tmp_path / "mark.svg").write_text("")
    monkeypatch.setattr(frame, "STATIC", tmp_path)
    page = client.get("/query", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "<script" not in page.text
    assert 'name="query"' in page.text

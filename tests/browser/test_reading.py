"""Pictures, things, data and validation in a real browser: accessible, by keyboard alone, on a phone, on paper."""

from __future__ import annotations

import urllib.request
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

PLACES = {
    "hypotheses": "/hypotheses",
    "pictures": "/pictures",
    "portfolios": "/pictures/portfolios",
    "pipeline": "/pictures/pipeline",
    "intervals": "/pictures/intervals",
    "robustness": "/pictures/robustness/H2",
    "history": "/pictures/history/argenx",
    "partners": "/pictures/partners/galapagos",
    "where": "/pictures/where/region/flanders",
    "asset": "/id/asset/jetrea",
    "region": "/id/region/flanders",
    "policy": "/id/policy/athena",
    "person": "/id/person/paul-janssen",
    "document": "/id/document/dissertation",
    "concept": "/scheme/alliance-type/joint-venture",
    "observation": "/id/observation/ind-001",
    "criterion": "/id/criterion/h1a-incentives",
    "row": "/data/tables/alliances/ablynx-wyeth-2006",
    "report": "/data/report",
    "versions": "/data/versions",
    "problem": "/problem?about=/id/organization/argenx&wrong=The+year",
    "not-found": "/id/organization/argenxx",
}
BAD = """@prefix bkg: <https://w3id.org/biokg/ontology/> .
<https://w3id.org/biokg/id/alliance/mine-yours> a bkg:Alliance ."""


@pytest.fixture(scope="module")
def computed(site: Any) -> None:
    """The robustness grids: the page of a new version waits for nothing, its JSON does."""
    with urllib.request.urlopen(site.url + PLACES["robustness"] + ".json", timeout=300) as answer:
        assert answer.status == 200


def wait(driver: Chrome, condition: Callable[[Chrome], Any], seconds: float = 60) -> Any:
    return WebDriverWait(driver, seconds, poll_frequency=0.05).until(condition)


def tab_to(driver: Chrome, wanted: Callable[[Any], bool], most: int = 120) -> Any:
    """Press Tab until the focus is on what is *wanted*."""
    for _ in range(most):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        here = driver.switch_to.active_element
        if wanted(here):
            return here
    pytest.fail("the keyboard does not get there")


def leads_to(part: str) -> Callable[[Any], bool]:
    return lambda element: part in (element.get_attribute("href") or "")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_where_one_reads(
    serious: Any, browser: Any, visit: Any, keep: Any, computed: None, dark: bool
) -> None:
    driver = browser(1440, dark=dark)
    found = {}
    for name, path in PLACES.items():
        visit(driver, path)
        found[name] = serious(driver)
        assert name != "robustness" or driver.find_elements(By.CSS_SELECTOR, "svg.drawing-robustness")
        keep(driver, f"{name}-{'dark' if dark else 'light'}")
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_no_reading_page_scrolls_sideways_on_a_phone(
    browser: Any, visit: Any, overflow: Any, keep: Any, computed: None
) -> None:
    driver = browser(390)
    wide = {}
    for name, path in PLACES.items():
        visit(driver, path)
        wide[name] = overflow(driver)
        keep(driver, f"{name}-phone")
    assert {name: why for name, why in wide.items() if why} == {}


def test_each_page_has_its_landmarks_and_headings_without_a_gap(browser: Any, visit: Any) -> None:
    driver = browser()
    for path in PLACES.values():
        visit(driver, path)
        for landmark in ("header", "nav", "main", "footer"):
            assert driver.find_elements(By.TAG_NAME, landmark), (path, landmark)
        levels = [int(h.tag_name[1]) for h in driver.find_elements(By.CSS_SELECTOR, "h1, h2, h3, h4")]
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)


def test_from_a_statement_to_its_source_and_its_row_by_keyboard_alone(browser: Any, visit: Any) -> None:
    driver = browser()
    visit(driver, "/id/alliance/ablynx-wyeth-2006")
    tab_to(driver, leads_to("#source-1")).send_keys(Keys.ENTER)
    wait(driver, lambda d: d.current_url.endswith("#source-1"))
    assert "originally signed with Wyeth" in driver.find_element(By.ID, "source-1").text
    tab_to(driver, leads_to("/data/tables/alliances/ablynx-wyeth-2006")).send_keys(Keys.ENTER)
    wait(driver, lambda d: "/data/tables/alliances/" in d.current_url)
    assert "2006-11" in driver.find_element(By.TAG_NAME, "main").text
    tab_to(driver, leads_to("/id/statement/alliances/ablynx-wyeth-2006")).send_keys(Keys.ENTER)
    wait(driver, lambda d: "/id/statement/" in d.current_url)


def test_where_the_focus_is_can_be_seen(browser: Any, visit: Any) -> None:
    driver = browser()
    visit(driver, "/data")
    for _ in range(12):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        style = driver.execute_script(
            "const s = getComputedStyle(document.activeElement); return [s.outlineStyle, parseFloat(s.outlineWidth)]"
        )
        assert style[0] != "none"
        assert style[1] >= 2


def test_data_of_ones_own_is_checked_by_keyboard_alone_on_a_phone(
    browser: Any, visit: Any, overflow: Any, keep: Any
) -> None:
    driver = browser(390)
    visit(driver, "/data/validate")
    box = tab_to(driver, lambda element: element.get_attribute("id") == "text")
    box.send_keys(BAD)
    tab_to(driver, lambda element: element.tag_name == "button" and element.text == "Check").send_keys(Keys.ENTER)
    wait(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "[role=alert]"))
    assert "Violation" in driver.find_element(By.TAG_NAME, "main").text
    tab_to(driver, leads_to("#line-2")).send_keys(Keys.ENTER)
    assert "mine-yours" in driver.find_element(By.CSS_SELECTOR, "span:target").text
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 390
    keep(driver, "validate-findings-phone")


def test_a_report_is_composed_and_not_sent(browser: Any, visit: Any, requests_of: Any, site: Any) -> None:
    driver = browser()
    visit(driver, "/id/asset/jetrea")
    driver.find_element(By.LINK_TEXT, "Report a problem with this page").click()
    wait(driver, lambda d: d.find_elements(By.ID, "wrong"))
    driver.find_element(By.ID, "wrong").send_keys("The year is 2013", Keys.TAB, Keys.TAB, Keys.ENTER)
    report = wait(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "section pre")) or []
    assert "https://w3id.org/biokg/id/asset/jetrea" in report[0].text
    assert "The year is 2013" in report[0].text
    assert all(address.startswith((site.url, "data:", "about:")) for address in requests_of(driver))


def test_a_picture_changes_its_view_and_keeps_its_downloads_without_script(browser: Any, site: Any) -> None:
    driver = browser(script=False)
    for path in PLACES.values():
        driver.get(site.url + path)
        assert wait(driver, lambda d: d.find_elements(By.TAG_NAME, "h1"))[0].text
    driver.get(site.url + "/pictures/portfolios")
    Select(driver.find_element(By.ID, "view")).select_by_value("dissertation")
    driver.find_element(By.CSS_SELECTOR, "main form button").click()
    wait(driver, lambda d: "view=dissertation" in d.current_url)
    assert driver.find_elements(By.CSS_SELECTOR, "svg.drawing text")
    assert "view=dissertation" in driver.find_element(By.LINK_TEXT, "SVG").get_attribute("href")
    driver.get(site.url + "/id/organization/galapagos")
    driver.find_element(By.LINK_TEXT, "Nederlands").click()
    wait(driver, lambda d: "organisatie" in d.find_element(By.CSS_SELECTOR, ".crumbs").text)


def test_paper_shows_what_is_folded_away_and_no_navigation(browser: Any, visit: Any, keep: Any) -> None:
    driver = browser()
    visit(driver, "/id/alliance/ablynx-wyeth-2006")
    on_screen = driver.find_element(By.CSS_SELECTOR, "details pre")
    assert not driver.execute_script("return arguments[0].checkVisibility()", on_screen), "it is folded on screen"
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not driver.find_element(By.CSS_SELECTOR, ".masthead nav").is_displayed()
    assert driver.find_element(By.CSS_SELECTOR, "#source-1 blockquote").is_displayed()
    folded = driver.find_element(By.CSS_SELECTOR, "details pre")
    assert driver.execute_script("return arguments[0].checkVisibility()", folded)
    assert (
        driver.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    keep(driver, "alliance-print")


def test_nothing_moves_for_those_who_asked_for_stillness(browser: Any, visit: Any) -> None:
    driver = browser()
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    )
    visit(driver, "/")
    moving = driver.execute_script(
        "return [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);"
        "return parseFloat(s.transitionDuration) > 0 || s.animationName !== 'none' }).length"
    )
    assert moving == 0

"""Ten questions of a first-time reader, walked from the start page in the steps that docs/interface.md gives."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

pytestmark = pytest.mark.browser

DOCS = Path(__file__).resolve().parents[2] / "docs" / "interface.md"
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| (\d+) \|", re.MULTILINE)


class Reader:
    """Somebody at the start page. A click, or a text typed and sent, is a step; reading and scrolling are none."""

    def __init__(self, driver: Chrome) -> None:
        self.driver, self.steps = driver, 0

    def click(self, css: str, text: str) -> None:
        """Click the first element of *css* whose text begins with *text*, and wait for the page it opens."""
        found = [e for e in self.driver.find_elements(By.CSS_SELECTOR, css) if e.text.strip().startswith(text)]
        assert found, f"no {css} with {text!r} on {self.driver.current_url}"
        self.press(found[0])

    def press(self, element: WebElement) -> None:
        """Click *element*, and wait for the page it opens."""
        self._step(element.click)

    def count_of(self, kind: str) -> None:
        """Click the number of things of a kind on the start page."""
        self.press(next(e for e in self.driver.find_elements(By.CSS_SELECTOR, ".counts a") if kind in e.text))

    def facet(self, name: str, choice: str) -> None:
        """Choose a value of a facet."""
        groups = self.driver.find_elements(By.CSS_SELECTOR, ".facet-group")
        group = next(g for g in groups if g.find_element(By.TAG_NAME, "h3").text == name)
        self.press(group.find_element(By.LINK_TEXT, choice))

    def row(self, first: str) -> WebElement:
        """The first row of a table that begins with *first*."""
        rows = self.driver.find_elements(By.CSS_SELECTOR, "main tbody tr")
        return next(row for row in rows if row.text.startswith(first))

    def search(self, text: str) -> None:
        """Type into the search of every page and send it."""
        box = self.driver.find_element(By.ID, "q")
        self._step(lambda: box.send_keys(text, Keys.ENTER))

    def years(self, facet: str, low: str, high: str) -> None:
        """Fill in the years of a facet and send them."""
        form = self.driver.find_element(By.CSS_SELECTOR, f"form.range:has(input[value='{facet}'])")
        form.find_element(By.NAME, "from").send_keys(low)
        to = form.find_element(By.NAME, "to")
        self._step(lambda: to.send_keys(high, Keys.ENTER))

    def _step(self, act: Callable[[], Any]) -> None:
        before = self.driver.execute_script("return performance.timeOrigin")
        act()
        script = "return document.readyState === 'complete' && performance.timeOrigin"
        WebDriverWait(self.driver, 60, poll_frequency=0.05).until(
            lambda d: d.execute_script(script) not in {False, before}
        )
        self.steps += 1

    @property
    def text(self) -> str:
        """What the page says."""
        return self.driver.find_element(By.TAG_NAME, "main").text


def walloon_firms_with_large_pharma(reader: Reader) -> None:
    reader.count_of("Organisations")
    reader.facet("Region", "Wallonia")
    reader.facet("Alliances with", "big pharmaceutical company")
    assert "Mithra" in reader.text


def what_happened_to_a_candidate(reader: Reader) -> None:
    reader.search("filgotinib")
    reader.click("main td a", "Filgotinib")
    assert "Phase III" in reader.text
    assert "option declined" in reader.text


def which_source_gives_a_founding_year(reader: Reader) -> None:
    reader.search("Galapagos")
    reader.click("main td a", "Galapagos")
    reader.press(reader.row("1999").find_element(By.PARTIAL_LINK_TEXT, "source"))
    assert "joint venture between Crucell and Tibotec" in reader.text
    assert "glpg.com/history" in reader.text


def firms_without_a_recorded_alliance(reader: Reader) -> None:
    reader.search("firms with no alliance")
    reader.click("main li a", "Which firms have no sourced alliance")
    assert "none recorded: not known" in reader.text


def foundings_of_both_regions(reader: Reader) -> None:
    reader.search("foundings in Flanders and Wallonia")
    reader.click("main li a", "Foundings in time, by region")
    said = reader.driver.find_element(By.CSS_SELECTOR, "svg.drawing-result-timeline").text
    assert "Flanders" in said
    assert "Wallonia" in said


def policies_of_some_years(reader: Reader) -> None:
    reader.count_of("Policy instruments")
    reader.years("launched", "1997", "2004")
    assert "launched: 1997 to 2004" in reader.text
    reader.click("main table a", "Industrial Research Fund")
    assert "2004" in reader.text


def spin_offs_of_a_university(reader: Reader) -> None:
    reader.search("KU Leuven")
    reader.click("main td a", "KU Leuven")
    assert "What came out of it" in reader.text
    assert "reMYND" in reader.text


def what_is_not_known_of_walloon_firms(reader: Reader) -> None:
    reader.count_of("Organisations")
    reader.facet("Region", "Wallonia")
    reader.facet("Type", "new biotechnology firm")
    lacking = reader.driver.find_element(By.CSS_SELECTOR, ".lacks").text
    assert "founded" in lacking
    assert "alliances of type" in lacking


def what_contradicts_an_answer(reader: Reader) -> None:
    reader.click(".card .question a", "Does their development depend")
    assert "Speaks against H2A" in reader.text
    assert "challenges" in reader.text


def alliances_with_their_sources(reader: Reader) -> None:
    reader.count_of("Alliances")
    link = reader.driver.find_element(By.LINK_TEXT, "CSV")
    with urllib.request.urlopen(link.get_attribute("href") or "", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    reader.steps += 1
    assert "sources" in lines[0].split(",")
    assert "http" in lines[1]


WALKS: list[Callable[[Reader], None]] = [
    walloon_firms_with_large_pharma,
    what_happened_to_a_candidate,
    which_source_gives_a_founding_year,
    firms_without_a_recorded_alliance,
    foundings_of_both_regions,
    policies_of_some_years,
    spin_offs_of_a_university,
    what_is_not_known_of_walloon_firms,
    what_contradicts_an_answer,
    alliances_with_their_sources,
]


def test_ten_questions_are_answered_in_the_steps_that_the_documentation_gives(browser: Any, visit: Any) -> None:
    driver = browser()
    counted = {}
    for number, walk in enumerate(WALKS, start=1):
        visit(driver, "/")
        reader = Reader(driver)
        walk(reader)
        counted[number] = reader.steps
    assert counted == {int(number): int(steps) for number, steps in ROW.findall(DOCS.read_text(encoding="utf-8"))}


def test_the_same_answers_are_found_without_script_on_a_phone(browser: Any, site: Any) -> None:
    driver = browser(390, script=False)
    for walk in (firms_without_a_recorded_alliance, policies_of_some_years, spin_offs_of_a_university):
        driver.get(site.url + "/")
        WebDriverWait(driver, 30).until(lambda d: d.find_elements(By.TAG_NAME, "footer"))
        walk(Reader(driver))

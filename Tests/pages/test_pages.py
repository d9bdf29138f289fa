"""The pages as somebody sees them, with and without scripts. The fixtures check that no page asks another server for
anything, and that none complains."""
import subprocess
import sys
import time
import uuid

import pytest

from scene import FOLDER, PROJECT

CANVAS = "[data-name='accuracy'] canvas"


def names(browser) -> list:
    return browser.texts("[data-runs] tbody td:first-child")


def drawn(browser, name: str) -> int:
    """The points of a chart's last drawing."""
    return int(browser.script(
        "return document.querySelector(`[data-name='${arguments[0]}'] .plot`)?.dataset.drawn ?? -1", name))


def test_from_the_workspaces_to_a_run(browser, server, runs):
    browser.open("/")
    assert browser.texts("a.tile strong") == [server.workspace]
    browser.one("a.tile").click()
    browser.until(lambda: PROJECT in browser.texts("td.name"), "the list of projects")
    browser.link(PROJECT).click()
    browser.until(lambda: "first" in names(browser), "the table of runs")
    browser.link("first").click()
    browser.until(lambda: browser.texts("h1") == ["first"], "the run's page")
    assert browser.texts(".state") == ["finished"]
    assert set(browser.texts(".headline .tag")) == {"paper", "baseline"}
    browser.link(PROJECT).click()
    browser.until(lambda: "first" in names(browser), "the way back")


def test_the_table_sorts_filters_and_takes_columns(browser, server, runs):
    browser.open(f"/{server.workspace}/{PROJECT}?column=metric:loss&column=param:rate")
    assert browser.texts("[data-runs] thead th")[2:] == ["loss", "rate"]
    browser.link("loss").click()
    browser.until(lambda: browser.texts("th[aria-sort=descending]") == ["loss ↓"], "sorting")
    assert [name for name in names(browser) if name in runs] == ["first", "third", "second"]
    browser.link("loss ↓").click()
    browser.until(lambda: browser.texts("th[aria-sort=ascending]") == ["loss ↑"], "sorting back")
    assert [name for name in names(browser) if name in runs] == ["second", "third", "first"]
    browser.one("[data-filter]").send_keys("paper")
    browser.until(lambda: names(browser) == ["first"], "filtering while typing")
    assert "q=paper" in browser.driver.current_url and "column=" in browser.driver.current_url
    browser.one("[data-filter]").send_keys(" nothing")
    browser.until(lambda: "No run matches" in browser.one("[data-result]").text, "filtering all away")
    browser.open(f"/{server.workspace}/{PROJECT}")
    browser.one("details.menu summary").click()
    for box in browser.all(".choices input"):
        if box.is_selected() != (box.get_attribute("value") == "param:optimizer"):
            box.click()
    browser.one(".sheet button").click()
    browser.until(lambda: browser.texts("[data-runs] thead th") == ["Run", "State", "optimizer"], "choosing columns")


def test_charts_are_drawn_in_groups_and_filtered(browser, server, runs):
    browser.open(f"/{server.workspace}/{PROJECT}/{runs['first']}")
    browser.until(lambda: browser.ink(CANVAS) > 500, "a drawn chart")
    assert browser.texts(".group h2") == ["Metrics", "test", "train", "val", "System"]
    assert browser.texts("[data-name='accuracy'] tbody th") == ["train", "validate"]
    assert browser.one("[data-name='sys.ram.used']").is_displayed() is False
    assert browser.texts("[data-name='train/loss'] [data-max]") == ["1"]
    browser.one("[data-chart-filter]").send_keys("ram.used")
    browser.until(lambda: browser.texts(".panel h3") == ["sys.ram.used"], "filtering charts")
    browser.one("[data-chart-filter]").clear()
    browser.one("[data-chart-filter]").send_keys("loss")
    browser.until(lambda: browser.texts(".panel h3") == ["loss", "train/loss", "val/loss"], "filtering others")


def test_a_run_grows_while_one_looks_at_it(browser, signed_in, server):
    key = uuid.uuid4().hex
    script = subprocess.Popen(
        [sys.executable, str(FOLDER / "scripts" / "log_slowly.py"), PROJECT, key], stdin=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=server.client_environment(), cwd=server.home.parent)

    def step(text="go"):
        script.stdin.write(text + "\n")
        script.stdin.flush()

    try:
        step()
        home = f"/{server.workspace}/{PROJECT}/{key}"
        browser.until(lambda: server.call("GET", f"/api/v1/experiments/{key}/metrics")[2].get("metrics"), "the first point", 60)
        browser.open(home)
        browser.script("window.stayed = true")
        browser.until(lambda: drawn(browser, "train/loss") >= 1, "the first drawing")
        browser.until(lambda: browser.texts(".live") == ["live"], "the stream")
        console = signed_in()
        console.open(home + "/console")
        console.until(lambda: "printed at 0" in console.one("[data-console]").text, "the first line")
        before = drawn(browser, "train/loss")
        for _ in range(5):
            step()
        step("more")
        browser.until(lambda: drawn(browser, "train/loss") >= before + 6, "growth")
        browser.until(lambda: browser.texts("[data-name='train/loss'] [data-min]") == ["0.14286"], "the newest number")
        browser.until(lambda: drawn(browser, "late/metric") >= 1, "a chart of a new metric")
        console.until(lambda: "printed at 6" in console.one("[data-console]").text, "the console's growth")
        script.stdin.close()
        assert script.wait(60) == 0, script.stderr.read()
        for page in (browser, console):
            page.until(lambda: page.texts("[data-run-state]") == ["finished"], "the end")
        assert browser.script("return window.stayed") is True
    finally:
        script.kill()
        script.wait()


def test_console_code_and_parameters(browser, server, runs):
    home = f"/{server.workspace}/{PROJECT}/{runs['first']}"
    browser.open(home + "/console")
    shown = browser.one("[data-console]").text
    assert "a line of the first run" in shown and any("a red line" in text for text in browser.texts("[data-console] .err"))
    assert "[31m" not in shown
    status, headers, text = server.call("GET", f"/api/v1/experiments/{runs['first']}/output?text=true", raw=True)
    assert status == 200 and headers["Content-Type"].startswith("text/plain") and b"a line of the first run" in text
    browser.open(home + "/code")
    assert "Logs three runs to a project" in browser.one("pre.code").text
    browser.open(home + "/values")
    assert ["optimizer", "adamw"] in [row.text.split() for row in browser.all("table.values tbody tr")]
    browser.open(home + "/system")
    assert "Python" in browser.texts("dt")


def test_files_have_previews(browser, server, runs):
    home = f"/{server.workspace}/{PROJECT}/{runs['first']}"
    browser.open(home + "/assets")
    images = "return [...document.querySelectorAll('.gallery img')].map(one => one.complete ? one.naturalWidth : 0).sort()"
    browser.until(lambda: browser.script(images) == [64, 80], "a picture and a figure")
    browser.link("red.png").click()
    browser.until(lambda: browser.script("return document.querySelector('.preview img')?.naturalWidth") == 64, "the picture")
    for name, kind in (("report.html", "iframe"), ("HTML of the run", "iframe"), ("table.csv", "table")):
        browser.open(home + "/assets")
        browser.link(name).click()
        browser.until(lambda: browser.all(f".preview {kind}"), name)
        if kind == "iframe":
            browser.driver.switch_to.frame(browser.one(".preview iframe"))
            browser.until(lambda: browser.one("#ran").text == "scripts run", "the report's own script")
            browser.driver.switch_to.default_content()
        else:
            assert browser.texts(".preview td") == ["cat", "0.93"]


def test_dark_is_dark_and_light_is_light(browser, server, runs):
    browser.open(f"/{server.workspace}/{PROJECT}/{runs['first']}")
    lightness = ("const [r, g, b] = getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
                 ".match(/[\\d.]+/g).map(Number); return (r + g + b) / 3")
    for scheme, sign in (("light", 1), ("dark", -1)):
        browser.colors(scheme)
        ground, text = (browser.script(lightness, "body", name) for name in ("backgroundColor", "color"))
        assert sign * (ground - text) > 150
        browser.until(lambda: browser.ink(CANVAS) > 500, "a chart in " + scheme)
    browser.one("[data-theme-switch]").click()
    assert browser.script(lightness, "body", "backgroundColor") > 200
    browser.driver.refresh()
    assert browser.script(lightness, "body", "backgroundColor") > 200
    browser.script("localStorage.clear()")
    browser.colors("light")


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(signed_in, server, runs, width):
    browser = signed_in(width=width, height=900)
    home = f"/{server.workspace}/{PROJECT}/{runs['first']}"
    browser.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
    for path in ["/", f"/{server.workspace}", f"/{server.workspace}/{PROJECT}", home] + [
            home + "/" + tab for tab in ("values", "console", "assets", "code", "system", "html")]:
        browser.open(path)
        assert browser.script("return document.documentElement.scrollWidth") <= width, path


def test_all_can_be_read_without_scripts(signed_in, server, runs):
    browser = signed_in(scripts=False)
    home = f"/{server.workspace}/{PROJECT}/{runs['first']}"
    browser.open(f"/{server.workspace}/{PROJECT}")
    browser.one("[data-filter]").send_keys("paper")
    browser.one("form[data-runs-form] button.by-hand").click()
    browser.until(lambda: [one.text for one in browser.all("td.name")] == ["first"], "filtering by hand")
    browser.open(home)
    row = browser.one("[data-name='train/loss'] tbody tr")
    assert [cell.text for cell in row.find_elements("tag name", "td")][1:] == ["0.0067548", "1"]
    assert not browser.one("[data-name='train/loss'] .plot").is_displayed()
    assert not any(one.is_displayed() for one in browser.all(".by-script, [data-theme-switch]"))
    browser.open(home + "/console")
    assert "a line of the first run" in browser.one("[data-console]").text
    browser.open(home + "/assets")
    assert len(browser.all(".gallery img")) == 2


def test_five_hundred_charts_cost_what_is_seen(browser, server):
    key = uuid.uuid4().hex
    done = server.run(str(FOLDER / "scripts" / "log_many.py"), PROJECT, key)
    assert done.returncode == 0, done.stderr
    browser.open(f"/{server.workspace}/{PROJECT}/{key}")
    began = time.monotonic()
    browser.until(lambda: browser.ink(".panel canvas") > 100, "the first chart")
    assert time.monotonic() - began < 5
    assert len(browser.all("[data-name^=layer]")) == 500
    asked = [address for address in browser.requests() if f"/experiments/{key}/metrics/" in address]
    assert 0 < len(asked) <= 40, len(asked)
    browser.one("[data-chart-filter]").send_keys("layer49/value9")
    browser.until(lambda: browser.texts(".panel h3") == ["layer49/value9"], "filtering five hundred charts")
    browser.until(lambda: browser.ink("[data-name='layer49/value9'] canvas") > 100, "the chart that was searched")


def test_what_is_not_there_is_told(browser, server, runs):
    browser.open(f"/{server.workspace}/nothing")
    assert browser.texts("h1") == ["Not found"]
    assert len(browser.complaints()) == 1  # Chromium notes the 404 itself.

"""Whatever a client can write is shown as it was written: no page runs it (SECURITY X2)."""
import uuid

import pytest

EVIL = "\"'><img src=x onerror=hacked()><script>hacked()</script>{{run.key}}"


@pytest.fixture(scope="module")
def evil(server):
    """A run whose every text is the attack."""
    key = uuid.uuid4().hex
    done = server.run(f"""
import comet_ml, os, tempfile
evil = {EVIL!r}
e = comet_ml.Experiment(project_name="evil <b>", experiment_key="{key}", log_code=False, display_summary_level=0)
e.set_name(evil); e.add_tag(evil); e.log_parameter(evil, evil); e.log_other(evil, evil); e.set_filename(evil)
e.log_metric("group" + evil, 1, step=1)
with e.context_manager(evil): e.log_metric("accuracy", 1, step=1)
e.log_system_info(evil, evil)
e.log_asset_data(evil, name="evil<img src=x onerror=hacked()>.txt"); e.log_asset_data("a," + evil + "\\n1,2\\n", name="evil.csv")
e.log_text(evil); print(evil, flush=True)
raise RuntimeError(evil)
""")
    assert "RuntimeError" in done.stderr, done.stderr
    assets = server.call("GET", f"/api/rest/v2/experiment/asset/list?experimentKey={key}")[2]["assets"]
    project = f"/{server.workspace}/evil%20%3Cb%3E"
    return {"project": project, "home": f"{project}/{key}", "assets": [asset["assetId"] for asset in assets]}


def test_nothing_that_was_logged_runs_in_a_page(browser, server, evil):
    home = evil["home"]
    tabs = [home + "/" + tab for tab in ("values", "console", "assets", "code", "system")]
    files = [f"{home}/assets/{asset}" for asset in evil["assets"]]
    columns = evil["project"] + "?column=tags"
    for path in ["/", f"/{server.workspace}", evil["project"], columns, evil["project"] + "?q=%22%3E%3Cscript%3Ehacked()%3C/script%3E",
                 home, *tabs, *files, "/login?next=%22%3E%3Cscript%3E", "/setup/%22%3E%3Cscript%3Ehacked()%3C%2Fscript%3E"]:
        browser.open(path)
        browser.until(lambda: browser.script("return document.readyState") == "complete", "loading")
        assert browser.script("return typeof window.hacked") == "undefined", path
        assert browser.script("return document.querySelectorAll('[onerror], main script, main b').length") == 0, path
    assert len(files) >= 3


def test_it_is_shown_as_it_was_written(browser, evil):
    home = evil["home"]
    browser.open(home)
    browser.until(lambda: browser.ink(".panel canvas") > 10, "a chart of a metric with such a name")
    assert browser.texts("h1") == [EVIL] and browser.texts(".headline .tag") == [EVIL]
    assert "group" + EVIL in browser.texts(".panel h3")
    assert "<img src=x onerror=hacked()><script>hacked()</script>" in browser.one(".run-notice").text
    browser.open(home + "/values")
    assert [EVIL, EVIL] in [[cell.text for cell in row.find_elements("tag name", "td")] for row in browser.all("table.values tbody tr")]
    browser.open(home + "/console")
    assert EVIL in browser.one("[data-console]").text

"""The audit log as a page, with and without scripts."""
import re


def actions(browser) -> list:
    return browser.texts("table.audit td:nth-child(3)")


def test_the_log_is_filtered_and_followed_to_a_key(browser, server, cookie):
    browser.open("/")
    browser.link("Audit log").click()
    browser.until(lambda: browser.texts("h1") == ["Audit log"], "the log")
    assert "instance.bootstrap" in actions(browser) and "password.set" in actions(browser)
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", text) for text in browser.texts("table.audit time"))
    browser.one("[name=action]").send_keys("password.*")
    browser.one("form.audit button").click()
    browser.until(lambda: set(actions(browser)) == {"password.set"}, "filtering")
    assert browser.one("[name=action]").get_attribute("value") == "password.*"
    browser.link("Show everything").click()
    browser.until(lambda: "instance.bootstrap" in actions(browser), "all of it")
    assert browser.link("Export as JSON lines").get_attribute("href").endswith("/api/v1/audit/export")


def test_the_log_of_a_workspace_without_scripts(signed_in, server):
    browser = signed_in(scripts=False)
    browser.open(f"/{server.workspace}")
    browser.link("Audit log").click()
    browser.until(lambda: browser.texts(".headline .soft") == [f"of {server.workspace}, times in UTC"], "its log")
    assert "grant.set" in actions(browser) and "instance.bootstrap" not in actions(browser)
    browser.one("[name=actor]").send_keys("nobody at all")
    browser.one("form.audit button").click()
    browser.until(lambda: "Nothing in the log matches" in browser.one("main").text, "nothing")
    browser.link("Show everything").click()
    browser.until(lambda: "grant.set" in actions(browser), "everything")

"""A server of its own, whose setup link nobody has used, and what a real client has logged to it."""
import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "clients"))

from browser import Browser  # noqa: E402
from harness import Server  # noqa: E402
from scene import PROJECT, logged  # noqa: E402

PASSWORD = "four unrelated words do"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("pages") / "home")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()


@pytest.fixture(scope="session")
def runs(server):
    """Three runs of one project: `first` with everything, `second` and `third` for the table."""
    return logged(server, "log_pages.py", PROJECT)


@pytest.fixture(scope="session")
def cookie(server):
    """The session that the setup link begins: the first page that a new administrator sees."""
    browser = Browser(server.url)
    try:
        browser.open(server.credentials["setupLink"])
        for name, text in (("password", "fourteen chars"), ("again", "fourteen chars")):
            browser.script("document.querySelector('[name=' + arguments[0] + ']').removeAttribute('minlength')", name)
            browser.one(f"[name={name}]").send_keys(text)
        browser.one("button.primary").click()
        assert "needs at least 15" in browser.until(lambda: browser.one("[role=alert]").text, "a refusal")
        browser.complaints()  # Chromium notes the 400.
        for name in ("password", "again"):
            browser.one(f"[name={name}]").send_keys(PASSWORD)
        browser.one("button.primary").click()
        browser.until(lambda: browser.texts("h1") == ["Workspaces"], "the first sign-in")
        assert browser.complaints() == []
        return browser.driver.get_cookie("halley_s")
    finally:
        browser.quit()


def sign_in(browser: Browser, cookie: dict) -> Browser:
    browser.open("/static/icon.svg")
    browser.driver.add_cookie({"name": cookie["name"], "value": cookie["value"], "httpOnly": True})
    return browser


def problems(browser: Browser, server) -> list:
    """Requests to anybody else, and what was complained about, since it was last asked."""
    ours = (server.url + "/", f"http://127.0.0.1:{server.port + 1}/", "data:", "chrome:", "about:")
    asked = [address for address in browser.requests() if not address.startswith(ours)]
    browser.asked.clear()
    return asked + browser.complaints()


@pytest.fixture
def signed_in(server, cookie):
    """Makes browsers that are signed in. When the test is over, none may have asked anybody else, or complained."""
    made = []

    def make(**options) -> Browser:
        browser = Browser(server.url, **options)
        made.append(browser)
        return sign_in(browser, cookie)

    yield make
    found = [problem for browser in made for problem in problems(browser, server)]
    for browser in made:
        browser.quit()
    assert found == []


@pytest.fixture(scope="session")
def shared(server, cookie):
    made = sign_in(Browser(server.url), cookie)
    yield made
    made.quit()


@pytest.fixture
def browser(shared, server):
    """The one that most tests use, one after the other; the same is asked of it after each."""
    shared.asked.clear()
    yield shared
    shared.driver.switch_to.default_content()
    assert problems(shared, server) == []

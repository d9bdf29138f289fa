"""Setting up a second factor and signing in with it, as somebody does it in a browser. A server of its own: it changes how its
administrator signs in."""
import subprocess
import time
import urllib.parse

import pytest

from browser import Browser
from conftest import PASSWORD
from harness import Server


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("security") / "home")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()


@pytest.fixture
def page(house, request):
    browser = Browser(house.url, scripts=getattr(request, "param", True))
    yield browser
    browser.quit()


def fill(page, heading: str, **fields) -> None:
    """Fills in the form under a heading, and sends it."""
    page.until(lambda: page.one("h1").text == heading, heading)
    for name, text in fields.items():
        page.one(f"[name={name}]").send_keys(text)
    page.one("button.primary").click()


def code(secret: str, ahead: int = 0) -> str:
    done = subprocess.run(["oathtool", "--totp", "--base32", "--now", f"@{int(time.time()) + 30 * ahead}", secret],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def enrolled(house):
    """The administrator from the one-time link to the recovery codes."""
    page = Browser(house.url)
    try:
        page.open(house.credentials["setupLink"])
        fill(page, "Choose a password", password=PASSWORD, again=PASSWORD)
        page.until(lambda: page.one("h1").text == "Workspaces", "the first sign-in")
        page.open("/settings/security")
        page.shoot("security")
        page.one("form[action$=enrol] button").click()
        page.until(lambda: page.one("h1").text == "Set up an authenticator", "the QR picture")
        page.until(lambda: page.script("return document.querySelector('img.qr').naturalWidth") > 0, "the picture")
        page.one("details summary").click()
        secret = page.one(".secret").text.replace(" ", "")
        uri = page.one("[name=uri]").get_attribute("value")
        assert urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)["secret"] == [secret]
        page.shoot("enrol")
        fill(page, "Set up an authenticator", code="000000")
        assert "not the code" in page.until(lambda: page.one("[role=alert]").text, "a refusal")
        assert page.one("[name=uri]").get_attribute("value") == uri
        page.complaints()  # Chromium notes the 400.
        fill(page, "Set up an authenticator", code=code(secret))
        page.until(lambda: page.one("h1").text == "Recovery codes", "the codes")
        codes = page.one("#codes").text.split()
        assert len(set(codes)) == 10
        page.shoot("codes")
        page.link("I have kept them").click()
        page.until(lambda: "10 of 10" in page.one("section").text, "the settings")
        page.shoot("security-enrolled")
        assert page.complaints() == []
        return {"secret": secret, "codes": codes}
    finally:
        page.quit()


@pytest.mark.parametrize("page", [True, False], ids=["scripts", "plain"], indirect=True)
def test_signing_in_takes_two_steps(house, page, enrolled):
    page.open("/settings/security")
    fill(page, "Sign in", name="admin", password=PASSWORD)
    page.until(lambda: page.one("h1").text == "Second factor", "the second step")
    assert page.driver.get_cookie("halley_s") is None
    page.shoot("second-step")
    fill(page, "Second factor", code="000000")
    assert "wrong" in page.until(lambda: page.one("[role=alert]").text, "a refusal")
    fill(page, "Second factor", code=enrolled["codes"].pop())
    page.until(lambda: page.one("h1").text == "Security", "the page that was asked for")


def test_what_is_sensitive_asks_again(house, page, enrolled):
    page.open("/login?next=/settings/security")
    fill(page, "Sign in", name="admin", password=PASSWORD)
    fill(page, "Second factor", code=enrolled["codes"].pop())
    page.until(lambda: page.one("h1").text == "Security", "the settings")
    before = page.driver.get_cookie("halley_s")["value"]
    house.sql("UPDATE auth.sessions SET proved_at = proved_at - interval '11 minutes'")

    def asked():  # The gateway asks auth anew within a second; the page is asked until then.
        if page.one("h1").text == "Security":
            page.one("form[action$=policy] button").click()
        return page.one("h1").text == "Prove that it is you"

    page.until(asked, "the question")
    page.shoot("reauthenticate")
    fill(page, "Prove that it is you", password=PASSWORD, code=enrolled["codes"].pop())
    page.until(lambda: page.one("h1").text == "Security", "the way back")
    assert page.driver.get_cookie("halley_s")["value"] != before
    for place, words in ((0, ("everybody", "administrators", "nobody")), (1, ("everybody", "nobody"))):
        for word in words:
            rules = "form[action$=policy]"
            field = f"return document.querySelectorAll('{rules} select')[{place}]"
            page.script(f"{field}.value = '{word}'")
            page.all(f"{rules} button")[place].click()
            page.until(lambda: "said=policy" in page.driver.current_url and page.script(f"{field}.value") == word, word)
            page.open("/settings/security")


def test_a_password_is_changed_and_the_factor_removed(house, page, enrolled):
    page.open("/login?next=/settings/security")
    fill(page, "Sign in", name="admin", password=PASSWORD)
    fill(page, "Second factor", code=enrolled["codes"].pop())
    page.until(lambda: page.one("h1").text == "Security", "the settings")
    change = "form[action$=password]"

    def send(current, new, again):
        for name, text in (("current", current), ("password", new), ("again", again)):
            page.one(f"{change} [name={name}]").send_keys(text)
        page.one(f"{change} button").click()

    send(PASSWORD, PASSWORD + " more", PASSWORD + " other")
    assert "differ" in page.until(lambda: page.one("[role=alert]").text, "a refusal")
    send("wrong", PASSWORD + " more", PASSWORD + " more")
    assert "wrong" in page.until(lambda: page.one("[role=alert]").text, "another refusal")
    send(PASSWORD, PASSWORD + " more", PASSWORD + " more")
    assert "was changed" in page.until(lambda: page.one("[role=status]").text, "the change")
    page.one("form[action$=remove] button").click()
    assert "was removed" in page.until(lambda: page.one("[role=status]").text, "the removal")
    assert page.all("form[action$=enrol]")

"""What administrators of the instance see and do: accounts, providers, the log. A server of its own."""
import json
import subprocess

import pytest

import test_admin
from browser import Browser
from conftest import PASSWORD, sign_in
from harness import Server
from scene import cookie_of
from test_readable import LOOK
from test_tenants import Browser as Session


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("administration") / "home")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()


@pytest.fixture(scope="module")
def admin(house):
    made = Session(house)
    made.setup(house.credentials["setupLink"], PASSWORD)
    return made


def person(admin, name) -> Session:
    made = Session(admin.server)
    made.setup(admin.post("/api/v1/accounts", {"name": name})["setup_link"], PASSWORD)
    return made


@pytest.fixture(params=[True, False], ids=["scripts", "plain"])
def page(house, admin, request):
    browser = Browser(house.url, scripts=request.param)
    yield sign_in(browser, cookie_of(admin))
    complaints = [text for text in browser.complaints() if "status of 4" not in text]  # Chromium notes refusals.
    browser.quit()
    assert complaints == []


def row(page, name: str):
    return next(row for row in page.all("tbody tr") if row.find_element("tag name", "td").text.split()[0] == name)


def test_a_second_factor_that_was_lost_is_taken_away(page, house, admin, request):
    name = "ada-" + request.node.callspec.id
    ada = person(admin, name)
    begun = ada.post("/api/v1/second-factor", {})
    code = subprocess.run(["oathtool", "--totp", "--base32", begun["secret"]], capture_output=True, text=True, check=True)
    ada.post("/api/v1/second-factor/confirm", {"code": code.stdout.strip()})
    page.open("/admin/accounts")
    assert "set up" in row(page, name).text and "none" in row(page, "admin").text
    details = row(page, name).find_element("tag name", "details")
    assert not details.find_element("tag name", "button").is_displayed()
    details.find_element("tag name", "summary").click()
    page.shoot("accounts-" + request.node.callspec.id)
    details.find_element("tag name", "button").click()
    page.until(lambda: "set up" not in row(page, name).text, "the removal")
    fresh = Session(house)
    fresh.sign_in(name, PASSWORD)
    assert json.loads(fresh.open("/api/v1/me").read())["name"] == name
    page.open("/admin/audit?action=factor.*")
    assert "admin" in page.texts("table.audit td:nth-child(2)")


def test_a_provider_is_added_changed_and_deleted(page, house, request):
    label = "Acme " + request.node.callspec.id
    page.open("/admin/providers")
    page.link("Add OpenID Connect").click()
    page.until(lambda: page.one("h1").text == "New provider", "the form")
    assert page.texts("nav.side [aria-current=page]") == ["Providers"]
    page.shoot("provider-new")
    for name, text in (("label", label), ("issuer", "http://10.1.2.3"), ("client_id", "halley")):
        page.one(f"[name={name}]").send_keys(text)
    page.one("button.primary").click()
    assert page.until(lambda: page.texts("[role=alert]"), "a refusal")
    assert page.one("[name=client_id]").get_attribute("value") == "halley"
    page.one("[name=issuer]").clear()
    page.one("[name=issuer]").send_keys("https://login.example.org")
    page.one("button.primary").click()
    page.until(lambda: page.one("h1").text == label, "the provider")
    assert page.texts("[role=status]") == ["Saved."] and "https://login.example.org" in page.one(".facts").text
    page.one("[name=group_claim]").send_keys("groups")
    page.one("[name=group]").send_keys("research")
    page.one("[name=workspace]").send_keys(house.workspace)
    page.one("button.primary").click()
    page.until(lambda: page.one("[name=group]").get_attribute("value") == "research", "the group")
    assert page.all("#secret") == []
    page.one("form[action$='/scim-tokens'] [name=name]").send_keys("okta")
    page.one("form[action$='/scim-tokens'] button").click()
    page.until(lambda: [text[:5] for text in page.texts("#secret")] == ["hlyc_"], "the token")
    assert "okta" in page.texts("tbody td.name")
    page.shoot("provider")
    assert page.script(LOOK) == []
    confirm = page.one("details.confirm")
    assert not confirm.find_element("tag name", "button").is_displayed()
    confirm.find_element("tag name", "summary").click()
    confirm.find_element("tag name", "button").click()
    page.until(lambda: page.one("h1").text == "Sign-in providers", "the list")
    assert label not in page.one("main").text


def test_a_role_that_a_provider_brings_is_seen(house, admin):
    person(admin, "grace")
    grace = json.loads(admin.open("/api/v1/accounts?text=grace").read())["accounts"][0]["id"]
    provider = admin.post("/api/v1/providers", {"kind": "oidc", "label": "Lab", "issuer": "https://login.example.org", "client_id": "x",
                                                "enabled": True, "group_claim": "groups"})["id"]
    place = house.postgres("psql", "-qtAX", "-c", "SELECT workspace_id FROM auth.grants WHERE role = 'owner'").strip()
    house.sql(f"INSERT INTO auth.identities (account_id, provider_id, subject) VALUES ('{grace}', '{provider}', 'grace-there')")
    for workspace, role in (("00000000-0000-0000-0000-000000000000", "instanceAdmin"), (place, "editor")):
        house.sql("INSERT INTO auth.provider_grants (workspace_id, account_id, provider_id, role) "
                  f"VALUES ('{workspace}', '{grace}', '{provider}', '{role}')")
    roles = {row["role"]: row.get("provider") for row in test_admin.told(house.home, "users", "list") if row["name"] == "grace"}
    assert roles == {"instanceUser": None, "instanceAdmin": "Lab"}
    page = sign_in(Browser(house.url), cookie_of(admin))
    try:
        page.open("/admin/accounts")
        assert "instanceAdmin through Lab" in row(page, "grace").text and "through" not in row(page, "admin").text
        page.open(f"/settings/workspaces/{house.workspace}")
        assert "through Lab" in row(page, "grace").text and not row(page, "grace").find_elements("tag name", "button")
        page.shoot("members-through")
        row(page, "grace").find_element("link text", "Why?").click()
        page.until(lambda: "through the provider Lab allows log." in page.one("table.why").text, "the reason")
        page.open(f"/admin/providers/{provider}")
        page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": True})
        assert all(one.size["width"] > 100 for one in page.all(".rules input, .rules select")), "too narrow to read"
        assert page.complaints() == []
    finally:
        page.quit()


def test_the_log_stands_in_the_settings_and_has_room(page, house, admin):
    page.driver.set_window_size(1440, 1000)
    page.open("/admin/audit")
    assert page.texts("nav.side [aria-current=page]") == ["Audit log"]
    assert page.script("return document.querySelector('.scroll').clientWidth") > 1050
    page.open(f"/settings/workspaces/{house.workspace}")
    page.one("nav.tabs").find_element("link text", "Audit log").click()
    page.until(lambda: page.one("h1").text == "Audit log", "the workspace's log")
    assert page.texts("nav.side [aria-current=page]") == [house.workspace]
    assert page.texts("nav.tabs [aria-current=page]") == ["Audit log"]


def test_an_auditor_finds_the_log_and_nothing_else(house, admin):
    auditor = person(admin, "vera")
    found = json.loads(admin.open("/api/v1/accounts?text=vera").read())["accounts"][0]
    token = json.loads(admin.open("/api/v1/me").read())["csrf_token"]
    page = sign_in(Browser(house.url), cookie_of(auditor))
    try:
        page.open("/settings/keys")
        assert "Instance" not in page.texts("nav.side h2")
        house.call("PATCH", f"/api/v1/accounts/{found['id']}", {"role": "instanceAuditor"}, key=False, headers={
            "Cookie": "halley_s=" + cookie_of(admin)["value"], "X-CSRF-Token": token})

        def told():  # The gateway asks auth anew within a second.
            page.open("/settings/keys")
            return page.texts("nav.side a")[-1] == "Audit log"

        page.until(told, "the log's entry")
        assert "Accounts" not in page.texts("nav.side a")
        page.link("Audit log").click()
        page.until(lambda: page.all("table.audit"), "the log")
    finally:
        page.quit()


def test_a_group_is_made_filled_given_a_role_and_deleted(page, house, admin, request):
    mark = request.node.callspec.id
    person(admin, "mona-" + mark)
    page.open("/admin/groups")
    if mark == "scripts":
        assert "No group yet" in page.one("main").text
        page.shoot("groups-empty")
    page.one("[name=name]").send_keys("research " + mark)
    page.one("button.primary").click()
    page.until(lambda: page.one("h1").text == "research " + mark, "the group")
    for who, seen in (("nobody-at-all", "There is no account"), ("mona-" + mark, "mona-" + mark)):
        page.one("[name=who]").clear()
        page.one("[name=who]").send_keys(who)
        page.one("form[action$='/members'] button").click()
        page.until(lambda: seen in page.one("main").text, seen)
    page.one("form[action$='/roles'] button").click()
    page.until(lambda: f"viewer {house.workspace}" in " ".join(" ".join(page.texts("tbody tr")).split()), "the role")
    page.shoot("group")
    assert page.script(LOOK) == []
    page.one("form[action$='/roles/remove'] button").click()
    page.until(lambda: "No role" in page.one("main").text, "that it is gone")
    page.one("details.confirm summary").click()
    page.one("details.confirm button").click()
    page.until(lambda: page.one("h1").text == "Groups", "the list")
    assert "research " + mark not in page.one("main").text


def test_a_group_that_a_provider_keeps_is_read_only(house, admin):
    provider = admin.post("/api/v1/providers", {"kind": "oidc", "label": "Directory", "issuer": "https://login.example.org", "client_id": "y"})["id"]
    group = admin.post("/api/v1/groups", {"name": "kept"})["id"]
    house.sql("INSERT INTO auth.provisioned_groups (account_id, provider_id, name, name_key, external_id) "
              f"VALUES ('{group}', '{provider}', 'kept', 'kept', '')")
    page = sign_in(Browser(house.url), cookie_of(admin))
    try:
        page.open("/admin/groups")
        assert "Directory" in row(page, "kept").text
        page.link("kept").click()
        page.until(lambda: "Directory keeps this group" in page.one("main").text, "who keeps it")
        assert page.all("form[action$='/members'], [name=name], details.confirm") == []
        page.shoot("group-kept")
    finally:
        page.quit()
    house.sql(f"DELETE FROM auth.accounts WHERE id = '{group}'")


def test_a_workspace_is_entered_with_a_reason_and_left(page, house, admin, request):
    mark = request.node.callspec.id
    owner = person(admin, "owner-" + mark)
    place = "Private-" + mark
    owner.post("/api/v1/workspaces", {"name": place})
    page.open("/" + place)
    assert place not in page.one("h1").text
    page.open("/admin/entries")
    for name, text in (("workspace", "no-such-place"), ("reason", "<b>They asked</b> for help with a run.")):
        page.one(f"[name={name}]").send_keys(text)
    page.one("button.primary").click()
    assert "no such workspace" in page.until(lambda: page.texts("#workspace-problem"), "a refusal")[0]
    page.one("[name=workspace]").clear()
    page.one("[name=workspace]").send_keys(place)
    page.one("button.primary").click()
    page.until(lambda: "Inside now" in page.one("main").text, "the entry")
    page.shoot("entries")
    assert page.script(LOOK) == []
    with_owner = sign_in(Browser(house.url), cookie_of(owner))
    try:
        with_owner.open("/settings/workspaces/" + place)
        assert "admin is in this workspace as viewer" in with_owner.one(".inside").text
        assert "<b>They asked</b>" in with_owner.one(".inside").text
        with_owner.shoot("entered")
    finally:
        with_owner.quit()
    page.open("/settings/workspaces/" + place)
    page.link("Leave").click()
    page.until(lambda: page.one("h1").text == "Entering workspaces", "where one leaves")
    page.one("tbody button").click()
    page.until(lambda: "Inside now" not in page.one("main").text, "the end")
    page.open("/" + place)
    assert place not in page.one("h1").text

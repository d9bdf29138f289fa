"""Groups, roles of a workspace's own, denials, and who may what, as somebody does it in a browser. A server of its own: its
members are made up for this."""
import json
import uuid

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from browser import Browser
from conftest import PASSWORD, sign_in
from harness import Server
from scene import cookie_of, jar_of
from test_readable import LOOK
from test_tenants import Browser as Session


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("rights") / "home")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()


@pytest.fixture(scope="module")
def people(house):
    """The administrator, who owns the workspace with a project, and ada, who edits in it: their sessions."""
    admin, ada = Session(house), Session(house)
    admin.setup(house.credentials["setupLink"], PASSWORD)
    ada.setup(admin.post("/api/v1/accounts", {"name": "ada", "email": "ada@example.org"})["setup_link"], PASSWORD)
    admin.post("/api/v1/members", {"workspace": house.workspace, "name": "ada", "role": "editor"})
    admin.post("/api/v1/projects", {"workspace": house.workspace, "name": "vision"})
    admin.post("/api/v1/service-accounts", {"workspace": house.workspace, "name": "nightly", "role": "editor"})
    return {"admin": admin, "ada": ada, "base": f"/settings/workspaces/{house.workspace}"}


@pytest.fixture(params=[True, False], ids=["scripts", "plain"])
def page(house, people, request):
    browser = Browser(house.url, scripts=request.param)
    yield sign_in(browser, cookie_of(people["admin"]))
    complaints = [text for text in browser.complaints() if "status of 4" not in text]  # Chromium notes refusals.
    browser.quit()
    assert complaints == []


def send(page, form: str, **fields) -> None:
    """Fills in a form and sends it; a list checks exactly those boxes."""
    for name, value in fields.items():
        if isinstance(value, list):
            for box in page.all(f"{form} [name={name}]"):
                if box.is_selected() != (box.get_attribute("value") in value):
                    box.click()
            continue
        field = page.one(f"{form} [name={name}]")
        if field.tag_name == "select":
            Select(field).select_by_visible_text(value)
        else:
            field.clear()
            field.send_keys(value)
    page.one(f"{form} button:not(.link):not(.danger)").click()


def beside(page, field: str) -> str:
    """What is said beside a field, which says so to those who do not see it."""
    told = page.until(lambda: page.one(f"[name={field}][aria-invalid=true]").get_attribute("aria-describedby"), "a refusal")
    return page.one(f"#{told}[role=alert]").text


def confirm(page, details: str) -> None:
    """By keyboard alone: nothing is done before it was asked whether it should be."""
    assert not page.one(f"{details} button").is_displayed()
    page.one(f"{details} summary").send_keys(Keys.ENTER)
    page.until(lambda: page.one(f"{details} button").is_displayed(), "the question")
    page.one(f"{details} button").send_keys(Keys.ENTER)


def answers(page) -> dict:
    """Of each action that is shown whether they may."""
    return {row.find_element("tag name", "th").text.split("\n")[0]: row.find_element("css selector", ".state").text == "may"
            for row in page.all("table.why tbody tr")}


def heading(page, text: str) -> None:
    page.until(lambda: page.one("h1").text == text, text)


def test_a_group_from_its_making_to_its_end(page, house, people):
    name, base = "team-" + uuid.uuid4().hex[:6], people["base"]
    page.open(base)
    page.one(f"a[href='{base}/groups']").click()  # beside those of the instance
    send(page, f"form[action$='{base}/groups']", name="a@b")
    assert "neither @ nor #" in beside(page, "name")
    assert page.one("[name=name]").get_attribute("value") == "a@b"
    send(page, f"form[action$='{base}/groups']", name=name, description="looks at pictures")
    heading(page, name)
    address = page.driver.current_url
    send(page, "form[action$='/members']", who="nobody like that")
    assert "Nobody here is called" in beside(page, "who")
    send(page, "form[action$='/members']", who="ada@example.org")
    page.until(lambda: "ada" in page.texts("td.name"), "the first member")
    send(page, "form[action$='/members']", who="NIGHTLY")
    page.until(lambda: "nightly service account" in page.texts("td.name"), "a machine")
    send(page, "form[action$='/roles']", role="admin", project="vision")
    page.until(lambda: "admin vision Take away" in [" ".join(row.text.split()) for row in page.all("tbody tr")], "the role")
    page.link("What its members may by it, and why").click()
    page.until(lambda: page.one(".panes > h2").text == f"{name}, in all of {house.workspace}", "what it may")
    assert set(answers(page).values()) == {False}
    send(page, "form.tools", who="ada", project="vision", action="Delete")
    page.until(lambda: answers(page) == {"Delete": True}, "what ada may by it")
    assert f"through the group {name} allows delete." in page.one("table.why").text
    page.open(address)
    page.one("button[aria-label='Remove nightly from the group']").click()
    page.until(lambda: page.texts("td.name") == ["ada"], "the machine's going")
    send(page, f"form[action='{address.removeprefix(house.url)}']", name=name + "-2", description="")
    heading(page, name + "-2")
    page.one(f"a[href='{base}/groups']").click()  # beside those of the instance
    assert page.one(f"a[href='{address.removeprefix(house.url)}']").text == name + "-2"
    assert page.texts("tbody .tag") == ["admin in vision"]
    page.open(address)
    confirm(page, "details.confirm")
    heading(page, f"Groups of {house.workspace}")
    assert name + "-2" not in page.one("main").text


def test_members_are_added_and_the_problem_stands_beside_its_field(page, house, people):
    page.open(people["base"])
    send(page, "form[action$='/members']", who="nobody@example.org", role="viewer")
    assert "Invite them by a link instead" in beside(page, "who")
    assert page.one("[name=who]").get_attribute("value") == "nobody@example.org"
    send(page, "form[action$='/service-accounts']", name="NIGHTLY", description="trains")
    assert "one of this name here" in beside(page, "name")
    assert page.one("[name=description]").get_attribute("value") == "trains"
    page.open("/settings/keys")
    page.one("details summary").click()
    assert "Delete experiments and their files for good." in page.one("fieldset").text


def test_a_role_of_ones_own(page, house, people):
    name, base = "role-" + uuid.uuid4().hex[:6], people["base"]
    page.open(base + "/roles")
    assert len(page.all("table.matrix tbody tr")) == 9
    form = f"form[action='{base}/roles']"
    send(page, form, name="Owner", actions=["read", "delete"])
    assert "a role of that name everywhere" in beside(page, "name")
    assert [box.get_attribute("value") for box in page.all("[name=actions]") if box.is_selected()] == ["read", "delete"]
    send(page, form, name=name, actions=[])
    assert page.until(lambda: page.texts("#actions-problem"), "a refusal") == ["Choose at least one of these."]
    send(page, form, name=name, actions=["read", "createProject"])
    page.until(lambda: name in page.texts("td.name"), "the role")
    assert page.texts("tbody .tag") == ["Read", "Make projects"]
    page.link("Members").click()
    row = next(row for row in page.all("tbody tr") if row.text.startswith("ada"))
    Select(row.find_element("name", "role")).select_by_visible_text(name)
    page.press(row.find_element("css selector", "button"))
    page.open(base + "/roles")
    page.link(name).click()
    heading(page, name)
    assert page.texts("td.name") == ["ada"] and not page.all("details.confirm")
    assert "once nobody holds it" in page.one("main").text
    send(page, ".card.form form", name=name, actions=["read", "log"])
    heading(page, f"Roles of {house.workspace}")
    assert page.texts("tbody .tag") == ["Read", "Log"]
    people["admin"].post("/api/v1/members", {"workspace": house.workspace, "name": "ada", "role": "editor"})
    page.link(name).click()
    heading(page, name)
    confirm(page, "details.confirm")
    heading(page, f"Roles of {house.workspace}")
    assert name not in page.texts("td.name")


def test_what_is_denied_and_why(page, house, people):
    base = people["base"]
    form = f"form[action='{base}/denials']"
    page.open(base)
    page.link("Denials").click()
    heading(page, f"Denials of {house.workspace}")
    send(page, form, who="ada", project="vision", actions=[], reason="is on leave")
    assert page.until(lambda: page.texts("#actions-problem"), "a refusal") == ["Choose at least one of these."]
    assert page.one("[name=reason]").get_attribute("value") == "is on leave"
    send(page, form, who="ada", project="vision", actions=["log", "edit"], reason="is on leave")
    page.until(lambda: page.texts("td.name") == ["ada"], "the denial")
    assert page.texts("tbody .tag") == ["Log", "Edit"]
    assert "is on leave" in page.one("tbody").text and "admin" in page.one("tbody").text
    page.link("Who may what").click()
    send(page, "form.tools", who="ada", project="vision")
    page.until(lambda: answers(page).get("Log") is False, "what ada may")
    assert answers(page)["Comment"] is True
    assert "log is denied in the project. Reason: is on leave" in page.one("table.why").text
    own = sign_in(Browser(house.url), cookie_of(people["ada"]))
    try:
        own.open(base + "/access?project=vision")
        assert own.texts(".tabs a") == ["Members", "Groups", "Roles", "Who may what"] and not own.all("[name=who]")
        assert answers(own)["Log"] is False and "is on leave" in own.one("table.why").text
        own.open(base + "/denials")
        assert own.texts("h1") == ["Forbidden"]
    finally:
        own.quit()
    page.open(base + "/denials")
    page.link("Change").click()
    page.until(lambda: [box.get_attribute("value") for box in page.all("[name=actions]") if box.is_selected()] == ["log", "edit"], "the form")
    send(page, form, actions=["log"])
    page.until(lambda: page.texts("tbody .tag") == ["Log"], "the change")
    assert "is on leave" in page.one("tbody").text
    confirm(page, "details.confirm")
    page.until(lambda: "Nothing is denied" in page.one("main").text, "the end of it")


def test_making_a_group_asks_again_who_it_is(page, house, people):
    page.open(people["base"] + "/groups")
    house.sql("UPDATE auth.sessions SET proved_at = proved_at - interval '11 minutes'")

    def asked():  # The gateway asks auth anew within a second; until then groups are made.
        if page.one("h1").text != "Prove that it is you":
            page.open(people["base"] + "/groups")
            send(page, f"form[action$='{people['base']}/groups']", name="late-" + uuid.uuid4().hex[:6])
        return page.one("h1").text == "Prove that it is you"

    page.until(asked, "the question")
    page.one("[name=password]").send_keys(PASSWORD)
    page.one("button.primary").click()
    heading(page, f"Groups of {house.workspace}")
    fresh = page.driver.get_cookie("halley_s")["value"]
    next(one for one in jar_of(people["admin"]) if one.name == "halley_s").value = fresh
    assert json.loads(people["admin"].open("/api/v1/me").read())["name"] == "admin"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_can_be_read_and_fits(house, people, scheme):
    admin, base = people["admin"], people["base"]
    group = admin.post("/api/v1/groups", {"workspace": house.workspace, "name": "shown-" + scheme, "description": "looks at pictures"})
    role = admin.post("/api/v1/roles", {"workspace": house.workspace, "name": "annotator-" + scheme, "actions": ["read", "comment"]})
    page = sign_in(Browser(house.url), cookie_of(admin))
    try:
        page.colors(scheme)
        page.open(f"{base}/groups/{group['id']}")
        send(page, "form[action$='/members']", who="ada")
        page.until(lambda: any("ada" in text for text in page.texts("tbody tr")), "the member")
        send(page, "form[action$='/roles']", role="commenter", project="vision")
        page.until(lambda: any("commenter" in text for text in page.texts("tbody tr")), "the role")
        page.open(f"{base}/denials")
        send(page, f"form[action='{base}/denials']", who="nightly (service account)", actions=["edit", "delete"], reason="only ever logs")
        found = {}
        for name, path in (("members", ""), ("groups", "/groups"), ("group", f"/groups/{group['id']}"), ("roles", "/roles"),
                           ("role", f"/roles/{role['id']}"), ("denials", "/denials"), ("access", "/access"),
                           ("audit", None)):
            page.open("/admin/audit" if path is None else base + path)
            page.shoot("rights-" + name)
            page.colors(scheme)
            page.script("for (const one of document.querySelectorAll('details')) one.open = true")
            found[name] = page.script(LOOK)
        assert {name: problems for name, problems in found.items() if problems} == {}
        page.open(base + "/access")
        page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": True})
        assert page.one("table.why tbody td:last-child").size["width"] > 280, "too narrow to read"
    finally:
        page.quit()

def test_a_job_needs_no_key(page, people, request):
    """Of a service account, from its keys: a rule is made, told what is wrong with it first, and removed."""
    accounts = json.loads(people["admin"].open(f"/api/v1/service-accounts?workspace={people['base'].split('/')[-1]}").read())
    owner = next(one["id"] for one in accounts["service_accounts"] if one["name"].lower() == "nightly")
    page.open(f"/settings/keys?owner={owner}")
    page.link("Keyless access").click()
    page.until(lambda: page.one("h1").text == "Keyless access of nightly", "the page")
    assert page.texts("nav.side [aria-current=page]") == ["API keys"]
    name, form = "training " + request.node.callspec.id, "form[action='/settings/trusts']"
    assert page.one("[name=audience]").get_attribute("value") == page.url
    rows = page.all("[name=pattern]")
    rows[0].send_keys("*")
    send(page, form, name=name, issuer="https://token.actions.githubusercontent.com")
    page.until(lambda: "would fit nearly anything" in page.one("#claims-problem").text, "a refusal")
    # What was typed is still there.
    assert page.one("[name=name]").get_attribute("value") == name
    page.all("[name=pattern]")[0].clear()
    page.all("[name=pattern]")[0].send_keys("repo:acme/vision:*")
    send(page, form, minutes="30")
    page.until(lambda: name in page.texts("td.name"), "the rule")
    assert page.texts("td .tag.mono") == ["sub = repo:acme/vision:*"] and "30 minutes" in page.one("tbody").text
    page.shoot("trusts-" + request.node.callspec.id)
    for scheme in ("dark", "light"):
        page.colors(scheme)
        assert page.script(LOOK) == []
    page.one(f"[aria-label='Remove the rule {name}']").click()
    page.until(lambda: "No rule yet" in page.one("main").text, "the removal")

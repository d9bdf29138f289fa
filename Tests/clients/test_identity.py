"""Accounts, keys, groups and roles over our own interface, with an unmodified client where it matters."""
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest

from harness import Server
from people import Browser

PASSWORD = "a long password of the administrator"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of its own: the link of the first password is spent here."""
    made = Server(tmp_path_factory.mktemp("identity") / "home")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()


@pytest.fixture(scope="module")
def admin(server):
    browser = Browser(server)
    browser.setup(server.credentials["setupLink"], PASSWORD)
    return browser


def send(browser, method, path, body=None):
    token = json.loads(browser.open("/api/v1/me").read())["csrf_token"]
    headers = {"Content-Type": "application/json", "X-CSRF-Token": token}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(browser.server.url + path, method=method, data=data, headers=headers)
    return json.loads(browser.opener.open(request, timeout=30).read())


def refused(work):
    with pytest.raises(urllib.error.HTTPError) as error:
        work()
    return error.value.code, json.loads(error.value.read())


def person(admin, name):
    made = send(admin, "POST", "/api/v1/accounts", {"name": name})
    browser = Browser(admin.server)
    browser.setup(made["setup_link"], f"a long password of {name}")
    return browser, made["id"]


def until_refused(server, key, path="/api/v1/me"):
    until = time.monotonic() + 1.0
    while server.call("GET", path, key=key)[0] == 200:
        assert time.monotonic() < until, "still accepted after a second"
        time.sleep(0.05)


LOGGED = """
import comet_ml, sys
e = comet_ml.Experiment(project_name="robots", experiment_key=sys.argv[1])
e.log_metric("loss", 0.5, step=1); e.end()
"""


def test_a_service_account_logs_with_an_unmodified_client(server, admin):
    made = send(admin, "POST", "/api/v1/service-accounts",
                {"workspace": server.workspace, "name": "nightly", "description": "trains", "role": "editor"})
    key = send(admin, "POST", "/api/v1/keys", {"name": "runner", "owner": made["id"]})
    assert key["secret"].startswith("hlys_") and key["key"]["kind"] == "serviceAccount"
    run = uuid.uuid4().hex
    done = server.run(LOGGED, run, COMET_API_KEY=key["secret"])
    assert done.returncode == 0 and "ERROR" not in done.stderr, done.stderr
    status, _, me = server.call("GET", "/api/v1/me", key=key["secret"])
    assert status == 200 and me["name"] == "nightly" and me["by"] == "key" and me["key"]["name"] == "runner"
    assert {"role": "editor", "workspace": server.workspace,
            "actions": ["comment", "createProject", "edit", "log", "read"]} in me["roles"]
    assert server.call("GET", f"/api/v1/experiments/{run}", key=key["secret"])[0] == 200
    new = send(admin, "POST", f"/api/v1/keys/{key['key']['id']}/replacement", {"grace_seconds": 60})
    for secret in (key["secret"], new["secret"]):
        assert server.call("GET", "/api/v1/me", key=secret)[0] == 200
    listed = send(admin, "GET", f"/api/v1/keys?owner={made['id']}")["keys"]
    assert [row.get("replaced_by") for row in listed] == [None, new["key"]["id"]]
    send(admin, "PATCH", f"/api/v1/accounts/{made['id']}", {"active": False})
    until_refused(server, new["secret"])


def test_a_key_works_from_its_networks_only(server, admin):
    near = send(admin, "POST", "/api/v1/keys", {"name": "near", "address_ranges": ["127.0.0.0/8"]})
    far = send(admin, "POST", "/api/v1/keys", {"name": "far", "address_ranges": ["192.0.2.0/24"]})
    assert server.call("GET", "/api/v1/me", key=near["secret"])[0] == 200
    status, _, said = server.call("GET", "/api/v1/me", key=far["secret"])
    assert status == 401 and "127.0.0.1" in said["detail"], said
    code, said = refused(lambda: send(admin, "POST", "/api/v1/keys", {"name": "x", "address_ranges": ["10.0.0.1/8"]}))
    assert code == 400 and "network" in said["detail"]


def test_an_invitation_is_used_once(server, admin):
    made = send(admin, "POST", "/api/v1/invitations", {"workspace": server.workspace, "role": "commenter", "label": "Joan"})
    link = made["link"][len(server.url):]
    joan = Browser(server)
    page = joan.open(link).read().decode()
    assert "commenter" in page and "admin" in page
    form = {"name": "joan", "password": "a long password of joan", "again": "a long password of joan"}
    assert joan.open(link, urllib.parse.urlencode(form).encode()).status == 200
    assert json.loads(joan.open("/api/v1/me").read())["workspaces"] == [server.workspace]
    with pytest.raises(urllib.error.HTTPError) as error:
        Browser(server).open(link, urllib.parse.urlencode({**form, "name": "jean"}).encode())
    assert error.value.code == 404
    assert send(admin, "GET", f"/api/v1/invitations?workspace={server.workspace}")["invitations"] == []


def test_a_changed_role_is_felt_within_a_second(server, admin):
    browser, ident = person(admin, "kay")
    member = {"workspace": server.workspace, "role": "viewer"}
    send(admin, "PUT", f"/api/v1/members/{ident}", member)
    key = send(browser, "POST", "/api/v1/keys", {"name": "k"})["secret"]
    projects = f"/api/v1/projects?workspace={server.workspace}"
    assert server.call("GET", projects, key=key)[0] == 200
    new = {"workspace": server.workspace, "name": "of-kay"}
    assert server.call("POST", "/api/v1/projects", new, key=key)[0] == 403
    role = send(admin, "POST", "/api/v1/roles", {"workspace": server.workspace, "name": "planner", "actions": ["read", "createProject"]})
    send(admin, "PUT", f"/api/v1/members/{ident}", {**member, "role": "planner"})
    assert server.call("POST", "/api/v1/projects", new, key=key)[0] == 201
    send(admin, "PUT", f"/api/v1/denials/{ident}", {"workspace": server.workspace, "actions": ["createProject"]})
    assert server.call("POST", "/api/v1/projects", {**new, "name": "another"}, key=key)[0] == 403
    told = send(browser, "GET", f"/api/v1/access/explain?action=createProject&workspace={server.workspace}")
    assert not told["allowed"] and [step["allows"] for step in told["steps"]] == [True, False], told
    code, said = refused(lambda: send(admin, "DELETE", f"/api/v1/roles/{role['id']}?workspace={server.workspace}"))
    assert code == 409 and "holds this role" in said["detail"]
    send(admin, "DELETE", f"/api/v1/members/{ident}?workspace={server.workspace}")
    until_refused(server, key, projects)


def test_a_group_brings_its_roles(server, admin):
    browser, ident = person(admin, "lin")
    group = send(admin, "POST", "/api/v1/groups", {"name": "team"})["id"]
    send(admin, "PUT", f"/api/v1/members/{group}", {"workspace": server.workspace, "role": "editor"})
    send(admin, "PATCH", f"/api/v1/groups/{group}", {"add": [ident]})
    assert json.loads(browser.open("/api/v1/me").read())["workspaces"] == [server.workspace]
    members = send(admin, "GET", f"/api/v1/members?workspace={server.workspace}")["members"]
    assert ("team", "group", "editor") in {(row["name"], row["kind"], row["role"]) for row in members}
    send(admin, "PATCH", f"/api/v1/groups/{group}", {"remove": [ident]})
    assert json.loads(browser.open("/api/v1/me").read())["workspaces"] == []

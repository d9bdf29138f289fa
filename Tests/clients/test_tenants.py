"""A key of one workspace learns nothing of another: not even that something is there."""
import json
import re
import urllib.error
import uuid

import pytest

from people import Browser
from routes import ROUTES, fill, requests


@pytest.fixture(scope="module")
def tenants(server):
    """A workspace with an experiment that has everything, and two strangers, each with a workspace of their own: another key
    of the same account, limited to that, and another account."""
    browser = Browser(server)
    browser.setup(server.credentials["setupLink"], "a long password of the administrator")
    limited = stranger(browser, {"limits": True})
    eve = Browser(server)
    made = browser.post("/api/v1/accounts", {"name": "eve", "email": "eve@example.org"})
    eve.setup(made["setup_link"], "a long password of somebody else")
    account = stranger(eve, {})
    mine = browser.post("/api/v1/keys", {"name": "mine", "limits": {"workspaces": [server.workspace]}})
    key = uuid.uuid4().hex
    done = server.run(LOGGED, key, COMET_API_KEY=mine["secret"])
    assert done.returncode == 0, done.stderr
    victim = {"key": key, "workspace": server.workspace, "credential": mine["key"]["id"], "id": key, "token": key,
              "file": "x.css", "mine": mine["secret"], "browser": browser}
    victim["principal"] = json.loads(browser.open("/api/v1/me").read())["id"]
    ask = lambda path: server.call("GET", f"/api/rest/v2/{path}", key=mine["secret"])[2]
    assets = ask(f"experiment/asset/list?experimentKey={key}")["assets"]
    victim["asset"] = next(asset["assetId"] for asset in assets if asset["fileName"] == "secret.txt")
    victim["project"] = next(project["projectId"] for project in ask(f"projects?workspaceName={server.workspace}")["projects"]
                             if project["projectName"] == "secret-project")
    for path, body in (("/api/rest/v2/write/project/notes", {"projectId": victim["project"], "notes": "canary-value"}),
                       ("/api/rest/v2/write/experiment/code", {"experimentKey": key, "code": "canary-value"})):
        assert server.call("POST", path, body, key=mine["secret"])[0] == 200
    victim["upload"] = server.call("POST", "/clientlib/asset/upload-start", {
        "experimentId": key, "assetId": uuid.uuid4().hex, "fileName": "parts", "startUploadParams": {"numOfFileParts": 1}},
        key=mine["secret"])[2]["requestId"]
    return {"victim": victim, "limited": limited, "account": account, "before": everything(server, victim)}


LOGGED = """
import comet_ml, sys, os
open("secret-model", "w").write("canary-value")
e = comet_ml.Experiment(project_name="secret-project", experiment_key=sys.argv[1])
e.log_metric("secret-metric", 1); e.log_parameter("secret-parameter", "canary-value"); e.log_other("secret-other", "canary-value")
e.add_tag("secret-tag"); e.log_html("canary-value"); e.set_model_graph("canary-value"); print("canary-value")
e.log_asset_data("canary-value", name="secret.txt"); e.log_model("secret-model", "secret-model"); e.end()
"""


def stranger(browser, limits) -> dict:
    name = "other-" + uuid.uuid4().hex[:8]
    browser.post("/api/v1/workspaces", {"name": name})
    made = browser.post("/api/v1/keys", {"name": name, "limits": {"workspaces": [name]} if limits else {}})
    return {"theirs": made["secret"], "other": name}


def everything(server, victim) -> list:
    """All that can be read of the experiment and its project by who may."""
    key = f"experimentKey={victim['key']}"
    where = f"workspaceName={victim['workspace']}&projectName=secret-project"
    paths = [f"experiment/{what}?{key}" for what in (
        "metadata", "metrics/summary", "metrics/get-all", "parameters", "log-other", "tags", "html", "code", "graph", "output",
        "system-details", "git/metadata", "asset/list", "model")]
    paths += [f"experiment/asset/get-asset?{key}&assetId={victim['asset']}", f"projects?workspaceName={victim['workspace']}",
              f"project/notes?projectId={victim['project']}", f"experiments?{where}", f"experiments?{where}&archived=true"]
    found = [(path, *server.call("GET", "/api/rest/v2/" + path, key=victim["mine"])[::2]) for path in paths]
    assert all(status == 200 for _, status, _ in found), found
    return found


STRANGERS = ["limited", "account"]


def of_kind(*kinds) -> list:
    """Rows of the table: who is a stranger to what they name is denied, unless a row says why not."""
    rows = [row for row in ROUTES if next((kind for kind in ("open", "own") if kind in row), "denied") in kinds]
    return [pytest.param(row, id=row["route"].replace(" ", ":")) for row in rows]


def attempts(server, row, names):
    """Sends what the row says under each base; answers path, status and what was said, without the names that were asked for."""
    names = {**names, "fresh": uuid.uuid4().hex}
    for method, path, body, headers in requests(row, names):
        status, _, said = server.call(method, path, body, key=names["theirs"], headers=headers)
        if isinstance(said, dict):
            said.pop("request_id", None)
        said = said if isinstance(said, bytes) else json.dumps(said).encode()
        assert b"canary" not in said, (path, status, said)
        for name, value in sorted(names.items()):
            said = said.replace(value.encode(), name.encode()) if isinstance(value, str) and value else said
        yield path, status, said


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("row", of_kind("denied"))
def test_a_stranger_cannot_tell_it_from_what_does_not_exist(server, tenants, who, row):
    nothing = {"key": uuid.uuid4().hex, "project": str(uuid.uuid4()), "workspace": "nowhere-" + uuid.uuid4().hex[:6],
               "credential": str(uuid.uuid4()), "principal": str(uuid.uuid4()), "asset": uuid.uuid4().hex, "upload": uuid.uuid4().hex}
    there = attempts(server, row, {**tenants["victim"], **tenants[who]})
    nowhere = attempts(server, row, {**tenants["victim"], **nothing, **tenants[who]})
    for (path, status, said), (_, status_of_nothing, said_of_nothing) in zip(there, nowhere, strict=True):
        assert 400 <= status < 500 and status == status_of_nothing, (path, status, status_of_nothing, said)
        assert said.startswith(b"<!") or said == said_of_nothing, (path, said, said_of_nothing)


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("row", of_kind("own", "open"))
def test_what_is_open_or_their_own_tells_a_stranger_nothing(server, tenants, who, row):
    for path, status, said in attempts(server, row, {**tenants["victim"], **tenants[who]}):
        assert status < 500 and b"secret-" not in said, (path, status, said)


@pytest.mark.parametrize("row", [row for row in of_kind("denied", "own") if "/api/v1/" in row.values[0]["route"]])
def test_our_own_interface_asks_for_a_key(server, tenants, row):
    for path, status, said in attempts(server, row, {**tenants["victim"], "theirs": False}):
        assert status == 401, (path, status, said)


@pytest.mark.parametrize("path", ["", "/metrics", "/metrics/secret-metric", "/output", "/events", "/assets/{asset}"])
def test_our_own_interface_answers_404(server, tenants, path):
    victim = tenants["victim"]
    for who in STRANGERS:
        status, _, body = server.call("GET", f"/api/v1/experiments/{victim['key']}{fill(path, victim)}", key=tenants[who]["theirs"])
        assert status == 404, body


PAGES = [
    "/{workspace}", "/{workspace}/secret-project", "/{workspace}/secret-project?q=secret", "/{workspace}/secret-project/{key}",
    "/{other}/secret-project/{key}", *("/{workspace}/secret-project/{key}/" + part for part in (
        "values", "console", "assets", "code", "system", "html", "html/view", "assets/{asset}", "assets/{asset}/view")),
]


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_not_there_for_others(server, tenants, who, path):
    address = fill(path, {**tenants["victim"], **tenants[who]})
    status, _, body = server.call("GET", address, key=tenants[who]["theirs"], raw=True)
    assert status == 404 and b"canary" not in body and b"secret-" not in body, body
    if not path.endswith("view") and "{other}" not in path:
        assert server.call("GET", address, key=tenants["victim"]["mine"], raw=True)[0] == 200


def test_after_all_that_it_is_as_it_was(server, tenants):
    victim = tenants["victim"]
    assert everything(server, victim) == tenants["before"]
    assert server.call("POST", "/clientlib/asset/upload-complete", {"requestId": victim["upload"], "succeed": False},
                       key=victim["mine"])[0] == 200


def test_a_revoked_key_is_refused_within_a_second(server, tenants):
    import time
    browser = tenants["victim"]["browser"]
    made = browser.post("/api/v1/keys", {"name": "short"})
    path = "/api/rest/v2/account-details"
    assert server.call("GET", path, key=made["secret"])[0] == 200
    browser.delete("/api/v1/keys/" + made["key"]["id"])
    until = time.monotonic() + 1.0
    while server.call("GET", path, key=made["secret"])[0] == 200:
        assert time.monotonic() < until, "still accepted after a second"
        time.sleep(0.05)
    assert server.call("GET", path, key=made["secret"])[0] == 401


def test_signing_out_elsewhere(server, tenants):
    here, phone, train = tenants["victim"]["browser"], Browser(server), Browser(server)
    for other in (phone, train):
        other.sign_in(server.credentials["userName"], "a long password of the administrator")
    sessions = lambda browser: json.loads(browser.open("/api/v1/sessions").read())["sessions"]
    assert len(sessions(here)) == 3
    phones = next(session["id"] for session in sessions(phone) if session["is_this"])
    assert here.delete("/api/v1/sessions/" + phones) == {"ended": 1}
    assert status_of(phone) == 401 and status_of(train) == 200
    assert here.delete("/api/v1/sessions") == {"ended": 1}
    assert status_of(train) == 401
    assert [session["is_this"] for session in sessions(here)] == [True]
    assert server.call("GET", "/api/v1/sessions", key=tenants["victim"]["mine"])[0] == 403


def status_of(browser) -> int:
    try:
        return browser.open("/api/v1/me").status
    except urllib.error.HTTPError as error:
        return error.code


LIMITED = """
import comet_ml, sys
e = comet_ml.Experiment(project_name=sys.argv[1], experiment_key=sys.argv[2])
print("ALIVE" if e.alive else "NO RUN")
e.log_metric("m", 1); e.log_parameter("p", 2); e.end()
"""


def test_a_key_for_logging_to_one_project(server, tenants):
    browser = tenants["victim"]["browser"]
    place = f"{server.workspace}/secret-project"
    made = browser.post("/api/v1/keys", {"name": "ingest", "limits": {"actions": ["log"], "projects": [place]}})
    key, elsewhere = uuid.uuid4().hex, uuid.uuid4().hex
    done = server.run(LIMITED, "secret-project", key, COMET_API_KEY=made["secret"])
    assert "ALIVE" in done.stdout and not re.search("WARNING|ERROR", done.stdout + done.stderr), done.stdout + done.stderr
    read = f"/api/rest/v2/experiment/metrics/summary?experimentKey={key}"
    assert server.call("GET", read, key=tenants["victim"]["mine"])[0] == 200
    assert server.call("GET", read, key=made["secret"])[0] == 403
    refused = server.run(LIMITED, "another-project", elsewhere, COMET_API_KEY=made["secret"])
    assert "ALIVE" not in refused.stdout and "you or your key may not see it" in refused.stdout + refused.stderr
    assert server.call("GET", read.replace(key, elsewhere), key=tenants["victim"]["mine"])[0] in (400, 404)

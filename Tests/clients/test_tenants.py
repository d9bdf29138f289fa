"""A key of one workspace learns nothing of another: not even that something is there."""
import http.cookiejar
import json
import re
import urllib.request
import uuid

import pytest


class Browser:
    """A session: signs in by the one-time link, and carries the cookie and the form token."""

    def __init__(self, server):
        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, path, data=None, headers=None):
        request = urllib.request.Request(self.server.url + path, data=data, headers=headers or {})
        return self.opener.open(request, timeout=30)

    def setup(self, link: str, password: str) -> None:
        path = link[len(self.server.url):]
        form = urllib.parse.urlencode({"password": password, "again": password}).encode()
        assert self.open(path, form).status == 200

    def post(self, path, body):
        token = json.loads(self.open("/api/v1/me").read())["csrf_token"]
        answer = self.open(path, json.dumps(body).encode(), {"Content-Type": "application/json", "X-CSRF-Token": token})
        return json.loads(answer.read())


import urllib.parse  # noqa: E402


@pytest.fixture(scope="module")
def tenants(server):
    """Two keys, each limited to a workspace of its own, and an experiment with everything in the first."""
    browser = Browser(server)
    browser.setup(server.credentials["setupLink"], "a long password of the administrator")
    other = "other-" + uuid.uuid4().hex[:8]
    browser.post("/api/v1/workspaces", {"name": other})
    mine = browser.post("/api/v1/keys", {"name": "mine", "limits": {"workspaces": [server.workspace]}})["secret"]
    theirs = browser.post("/api/v1/keys", {"name": "theirs", "limits": {"workspaces": [other]}})["secret"]
    key = uuid.uuid4().hex
    done = server.run(f"""
import comet_ml
e = comet_ml.Experiment(project_name="secret-project", experiment_key="{key}")
e.log_metric("secret-metric", 1); e.log_parameter("secret-parameter", "canary-value"); e.log_other("secret-other", "canary-value")
e.add_tag("secret-tag"); e.log_html("canary-value"); e.set_model_graph("canary-value"); print("canary-value")
e.log_asset_data("canary-value", name="secret.txt"); e.end()
""", COMET_API_KEY=mine)
    assert done.returncode == 0, done.stderr
    assets = server.call("GET", f"/api/rest/v2/experiment/asset/list?experimentKey={key}", key=mine)[2]["assets"]
    projects = server.call("GET", f"/api/rest/v2/projects?workspaceName={server.workspace}", key=mine)[2]["projects"]
    project = next(project for project in projects if project["projectName"] == "secret-project")
    return {"mine": mine, "theirs": theirs, "key": key, "asset": assets[0]["assetId"], "project": project["projectId"],
            "workspace": server.workspace, "other": other, "browser": browser}


READS = [
    "experiment/metadata?experimentKey={key}", "experiment/metrics/summary?experimentKey={key}",
    "experiment/metrics/get-metric?experimentKey={key}&metricName=secret-metric",
    "experiment/metrics/get-all?experimentKey={key}", "experiment/parameters?experimentKey={key}",
    "experiment/log-other?experimentKey={key}", "experiment/tags?experimentKey={key}", "experiment/html?experimentKey={key}",
    "experiment/graph?experimentKey={key}", "experiment/output?experimentKey={key}",
    "experiment/system-details?experimentKey={key}", "experiment/git/metadata?experimentKey={key}",
    "experiment/git/patch?experimentKey={key}", "experiment/asset/list?experimentKey={key}",
    "experiment/asset/get-asset?experimentKey={key}&assetId={asset}",
    "projects?workspaceName={workspace}", "project?projectId={project}", "project/notes?projectId={project}",
    "experiments?workspaceName={workspace}&projectName=secret-project",
    "project/column-names?workspaceName={workspace}&projectName=secret-project",
    "write/experiment/archive?experimentKey={key}", "write/experiment/delete?experimentKey={key}",
    "write/experiment/stop?experimentKey={key}", "write/experiment/set-status?experimentKey={key}",
    "write/experiment/asset/delete?experimentKey={key}&assetId={asset}",
]
NATIVE = [
    "experiments/{key}", "experiments/{key}/metrics", "experiments/{key}/metrics/secret-metric", "experiments/{key}/output",
    "experiments/{key}/events", "experiments/{key}/assets/{asset}",
    "projects?workspace={workspace}", "experiments?workspace={workspace}&project=secret-project",
]


@pytest.mark.parametrize("path", READS)
def test_the_dialect_denies_it_exists(server, tenants, path):
    there = server.call("GET", "/api/rest/v2/" + path.format(**tenants), key=tenants["theirs"])
    assert 400 <= there[0] < 500 and "canary" not in str(there[2]), there
    nowhere = dict(tenants, key=uuid.uuid4().hex, project=str(uuid.uuid4()), workspace="nowhere-" + uuid.uuid4().hex[:6])
    missing = server.call("GET", "/api/rest/v2/" + path.format(**nowhere), key=tenants["theirs"])
    assert (there[0], there[2].get("sdk_error_code")) == (missing[0], missing[2].get("sdk_error_code"))


@pytest.mark.parametrize("path", NATIVE)
def test_our_own_interface_answers_404(server, tenants, path):
    status, _, body = server.call("GET", "/api/v1/" + path.format(**tenants), key=tenants["theirs"])
    assert status == 404, body
    assert server.call("GET", "/api/v1/" + path.format(**tenants), key=False)[0] == 401


PAGES = [
    "/{workspace}", "/{workspace}/secret-project", "/{workspace}/secret-project?q=secret", "/{workspace}/secret-project/{key}",
    "/{other}/secret-project/{key}", *("/{workspace}/secret-project/{key}/" + part for part in (
        "values", "console", "assets", "code", "system", "html", "html/view", "assets/{asset}", "assets/{asset}/view")),
]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_not_there_for_others(server, tenants, path):
    status, _, body = server.call("GET", path.format(**tenants), key=tenants["theirs"], raw=True)
    assert status == 404 and b"canary" not in body and b"secret-" not in body, body
    if not path.endswith("view") and "{other}" not in path:
        assert server.call("GET", path.format(**tenants), key=tenants["mine"], raw=True)[0] == 200


WRITES = [
    ("POST", "/clientlib/batch/logger/experiment/metric", {"experimentKey": "{key}", "values": [
        {"metricName": "x", "metricValue": 1, "step": 1, "timestamp": 1}]}),
    ("POST", "/clientlib/batch/logger/experiment/parameter", {"experimentKey": "{key}", "values": [
        {"parameterName": "x", "parameterValue": 1, "timestamp": 1}]}),
    ("POST", "/clientlib/logger/get/run", {"apiKey": "{theirs}", "previousExperiment": "{key}", "libVersion": "3.58.8"}),
    ("POST", "/clientlib/status-report/update", {"experimentKey": "{key}", "is_alive": True, "runId": "x"}),
    ("POST", "/clientlib/tags/add-tags-to-experiment", {"experimentKey": "{key}", "addedTags": ["x"]}),
    ("POST", "/clientlib/rest/v2/write/experiment/output", {"experimentKey": "{key}", "outputLines": [
        {"stderr": False, "output": "x", "offset": 10**6}]}),
    ("POST", "/clientlib/rest/v2/write/experiment/system-details", {"experimentKey": "{key}", "user": "x"}),
    ("POST", "/api/rest/v2/write/experiment/log-other", {"experimentKey": "{key}", "key": "x", "value": "x"}),
    ("POST", "/api/rest/v2/write/experiment/html", {"experimentKey": "{key}", "html": "x", "override": True}),
    ("POST", "/api/rest/v2/write/experiment/graph", {"experimentKey": "{key}", "graph": "x"}),
    ("POST", "/api/rest/v2/write/experiment/update-status", {"experimentKey": "{key}", "isAlive": True, "hasCrashed": True}),
    ("POST", "/api/rest/v2/write/project/update", {"projectId": "{project}", "newProjectName": "taken"}),
    ("POST", "/api/rest/v2/write/project/delete", {"projectId": "{project}", "deleteAllExperiments": True}),
    ("POST", "/api/rest/v2/write/project/notes", {"projectId": "{project}", "notes": "x"}),
]


@pytest.mark.parametrize("method, path, body", WRITES, ids=[write[1] for write in WRITES])
def test_nothing_of_another_workspace_can_be_changed(server, tenants, method, path, body):
    filled = json.loads(re.sub(r"\{(\w+)\}", lambda match: str(tenants[match.group(1)]), json.dumps(body)))
    status, _, answer = server.call(method, path, filled, key=tenants["theirs"])
    assert 400 <= status < 500 and "canary" not in str(answer), answer


def test_after_all_that_it_is_as_it_was(server, tenants):
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/metrics/summary?experimentKey={tenants['key']}", key=tenants["mine"])
    assert [value["name"] for value in body["values"] if not value["name"].startswith("sys.")].count("x") == 0
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/tags?experimentKey={tenants['key']}", key=tenants["mine"])
    assert body["tags"] == ["secret-tag"]


def test_a_revoked_key_is_refused_within_a_second(server, tenants):
    import time
    made = tenants["browser"].post("/api/v1/keys", {"name": "short"})
    path = "/api/rest/v2/account-details"
    assert server.call("GET", path, key=made["secret"])[0] == 200
    token = json.loads(tenants["browser"].open("/api/v1/me").read())["csrf_token"]
    request = urllib.request.Request(server.url + "/api/v1/keys/" + made["key"]["id"], method="DELETE",
                                     headers={"X-CSRF-Token": token})
    tenants["browser"].opener.open(request, timeout=30)
    until = time.monotonic() + 1.0
    while server.call("GET", path, key=made["secret"])[0] == 200:
        assert time.monotonic() < until, "still accepted after a second"
        time.sleep(0.05)
    assert server.call("GET", path, key=made["secret"])[0] == 401

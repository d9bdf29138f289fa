"""Every route by whoever may come: what each role and each kind of key is answered, held in Tests/Golden/routes-by-role.txt.

Each has a workspace of their own with the same things in it, since who may delete does. HALLEY_GOLDEN=write makes the file anew.
"""
import concurrent.futures
import http.client
import json
import os
import subprocess
import time
import urllib.parse
import uuid

import pytest

from harness import PYTHON, ROOT, Server
from people import Browser
from routes import ROUTES, requests

GOLDEN = ROOT / "Tests" / "Golden" / "routes-by-role.txt"
MEMBERS = ["viewer", "commenter", "editor", "admin", "owner"]
KEYS = ["limited", "expired", "revoked"]
PEOPLE = ["stranger", *MEMBERS, "auditor", "operator"]
ACTORS = [*PEOPLE, *KEYS]
PASSWORD = "a long password of "

LOGGED = """
import comet_ml, sys
for line in sys.stdin.read().split():
    workspace, key = line.split(":")
    open("secret-model", "w").write("x")
    e = comet_ml.Experiment(workspace=workspace, project_name="secret-project", experiment_key=key)
    e.log_metric("secret-metric", 1); e.log_parameter("secret-parameter", "x"); e.log_other("secret-other", "x")
    e.add_tag("secret-tag"); e.log_html("x"); e.set_model_graph("x"); print("x")
    e.log_asset_data("x", name="secret.txt"); e.log_model("secret-model", "secret-model"); e.end()
"""


class Actor:
    """Somebody, what they prove themselves with, and the names of what is in the workspace that they try."""

    def __init__(self, server, owner, name):
        self.name, self.server = name, server
        self.workspace = f"world-{name}"
        owner.post("/api/v1/workspaces", {"name": self.workspace})
        self.names = {"workspace": self.workspace, "key": uuid.uuid4().hex, "id": uuid.uuid4().hex,
                      "token": uuid.uuid4().hex, "file": "x.css", "other": f"own-{name}"}
        self.session, self.secret = owner, None

    def join(self, owner):
        """An account of their own with the role that the name says, and a key of it."""
        made = owner.post("/api/v1/accounts", {"name": f"the-{self.name}", "email": f"{self.name}@example.org"})
        self.session = Browser(self.server)
        self.session.setup(made["setup_link"], PASSWORD + self.name)
        if self.name in MEMBERS:
            owner.post("/api/v1/members", {"workspace": self.workspace, "name": f"the-{self.name}", "role": self.name})
        elif self.name != "stranger":
            role = {"auditor": "instanceAuditor", "operator": "instanceAdmin"}[self.name]
            account = next(each for each in accounts(owner) if each["name"] == f"the-{self.name}")
            owner.send("PATCH", "/api/v1/accounts/" + account["id"], {"role": role})
        self.session.post("/api/v1/workspaces", {"name": self.names["other"]})
        self.secret = self.session.post("/api/v1/keys", {"name": "theirs"})["secret"]

    def limit(self, owner):
        """A key of the owner, who may everything: limited to logging, over in a moment, or revoked."""
        limits = {"limits": {"actions": ["log"]}} if self.name == "limited" else {}
        expiry = {"expires_ms": int(time.time() * 1000) + 1500} if self.name == "expired" else {}
        made = owner.post("/api/v1/keys", {"name": self.name, **limits, **expiry})
        self.secret = made["secret"]
        owner.post("/api/v1/workspaces", {"name": self.names["other"]})
        if self.name == "revoked":
            owner.delete("/api/v1/keys/" + made["key"]["id"])
        if self.name in ("expired", "revoked"):
            until = time.monotonic() + 10
            while self.server.call("GET", "/api/v1/me", key=self.secret)[0] != 401:
                assert time.monotonic() < until
                time.sleep(0.1)

    def furnish(self, owner, root):
        """What routes name beside the experiment: an asset, an open upload, a bystander and a key that is not theirs."""
        ask = lambda path: self.server.call("GET", f"/api/rest/v2/{path}", key=root)[2]
        key = self.names["key"]
        self.names["asset"] = next(asset["assetId"] for asset in ask(f"experiment/asset/list?experimentKey={key}")["assets"]
                                   if asset["fileName"] == "secret.txt")
        self.names["project"] = next(project["projectId"] for project in ask(f"projects?workspaceName={self.workspace}")["projects"]
                                     if project["projectName"] == "secret-project")
        self.names["upload"] = self.server.call("POST", "/clientlib/asset/upload-start", {
            "experimentId": key, "assetId": uuid.uuid4().hex, "fileName": "parts",
            "startUploadParams": {"numOfFileParts": 1}}, key=root)[2]["requestId"]
        made = owner.post("/api/v1/service-accounts", {"workspace": self.workspace, "name": "bystander", "role": "viewer"})
        self.names["principal"] = made["id"]
        held = owner.post("/api/v1/keys", {"name": "held", "owner": made["id"]})
        self.names["credential"] = held["key"]["id"]

    def open_window(self):
        """Reads what the session's requests carry, once."""
        self.token = json.loads(self.session.open("/api/v1/me").read())["csrf_token"]
        self.cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies)

    def tries(self, row, way) -> str:
        """What is answered under each base of the row."""
        found = set()
        for method, path, body, headers in requests(row, {**self.names, "fresh": uuid.uuid4().hex, "theirs": self.secret}):
            if way == "key":
                headers["Authorization"] = self.secret
            else:
                headers.update({"Cookie": self.cookie, "X-CSRF-Token": self.token})
                if "form" in row:
                    body += ("&" if body else "").encode() + urllib.parse.urlencode({"csrf": self.token}).encode()
            found.add(self.ask(method, path, body, headers))
        return "/".join(map(str, sorted(found)))

    def ask(self, method, path, body, headers) -> int:
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        assert answer.status < 500, (self.name, method, path, answer.read())
        if answer.headers["Content-Type"] != "text/event-stream":
            answer.read()  # Fails when the answer breaks off.
        connection.close()
        return answer.status


def accounts(owner) -> list:
    return json.loads(owner.open("/api/v1/accounts").read())["accounts"]


@pytest.fixture(scope="module")
def actors(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("roles") / "home")
    server.start()
    owner = Browser(server)
    owner.setup(server.credentials["setupLink"], PASSWORD + "the administrator")
    owner.post("/api/v1/accounts", {"name": "eve", "email": "eve@example.org"})
    found = [Actor(server, owner, name) for name in ACTORS]
    places = "\n".join(f"{actor.workspace}:{actor.names['key']}" for actor in found)
    subprocess.run([PYTHON, "-c", LOGGED], input=places, env=server.client_environment(), check=True, text=True,
                   capture_output=True, timeout=170, cwd=server.home.parent)
    for actor in found:
        actor.furnish(owner, server.key)
        actor.join(owner) if actor.name in PEOPLE else actor.limit(owner)
        actor.open_window()
    yield found
    assert server.stop() == 0, server.tail()


LAST = ("delete", "DELETE", "move", "PATCH", "/active", "revoke", "withdraw", "complete", "PUT /api/v1/denials", "PUT /api/v1/members",
        "/admin/accounts/{id}", "members/{id}", "replace")


def destructive(row) -> bool:
    """What takes away what other rows name comes last."""
    return any(word in row["route"] for word in LAST)


def ways(row) -> list:
    """The dialect and SCIM are spoken with keys alone, pages are for sessions, and our own interface takes both."""
    path = row["route"].split(" ")[1]
    if path.startswith("/api/v1/"):
        return ["key", "session"]
    return ["key"] if path.startswith(("@", "/api/", "/scim/")) else ["session"]


def test_every_route_by_every_role(actors):
    rows = [row for row in ROUTES if "open" not in row and "own" not in row]
    order = [(row, way) for row in sorted(rows, key=destructive) for way in ways(row)]

    def tried(actor):
        return [(row["route"], way, actor.name, actor.tries(row, way)) for row, way in order
                if way == "key" or actor.name not in KEYS]

    grid, lines = {}, []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for route, way, name, answer in (one for found in pool.map(tried, actors) for one in found):
            grid.setdefault((route, way), {})[name] = answer
    for (route, way), answers in sorted(grid.items(), key=lambda item: (item[0][0].split(" ")[1], item[0])):
        said = {}
        for name, answer in answers.items():
            said.setdefault(answer, []).append(name)
        lines.append(f"{route} ({way})\n" + "".join(f"    {answer}: {' '.join(names)}\n" for answer, names in sorted(said.items())))
    text = "".join(lines)
    if os.environ.get("HALLEY_GOLDEN") == "write":
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_a_key_that_is_over_opens_nothing(actors):
    for row in ROUTES:
        if "open" in row or "key" not in ways(row):
            continue
        for actor in actors:
            if actor.name in ("expired", "revoked"):
                assert set(actor.tries(row, "key").split("/")) <= {"401", "400"}, (actor.name, row)

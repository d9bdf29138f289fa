"""The audit log over HTTP: filters, pages, export, and what a key did."""
import json
import time
import uuid

import pytest

from harness import Server
from people import Browser


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("audit") / "home")
    made.start()
    made.admin = Browser(made)
    made.admin.setup(made.credentials["setupLink"], "a long password of the administrator")
    made.eve = Browser(made)
    made.eve.setup(made.admin.post("/api/v1/accounts", {"name": "eve"})["setup_link"], "a long password of somebody else")
    yield made
    assert made.stop() == 0, made.tail()


def events(browser, query=""):
    return json.loads(browser.open("/api/v1/audit?" + query).read())["events"]


def test_filters_and_pages(house):
    assert [event["action"] for event in events(house.admin, "action=account.*")] == ["account.create"]
    assert {event["actor"] for event in events(house.admin, "actor=eve")} == {"eve"}
    assert events(house.admin, "from=2100-01-01") == [] and events(house.admin, "to=2020-01-01T00:00:00Z") == []
    everything = [event["sequence"] for event in events(house.admin, "to=2100-01-01")]
    seen, cursor = [], ""
    while cursor is not None:
        page = json.loads(house.admin.open(f"/api/v1/audit?to=2100-01-01&limit=2&cursor={cursor}").read())
        seen += [event["sequence"] for event in page["events"]]
        cursor = page["next_cursor"]
    assert seen == everything and len(seen) > 3


@pytest.mark.parametrize("query", ["from=yesterday", "limit=0", "limit=501", "outcome=maybe", "credential=x", "cursor=x", "action=*"])
def test_what_cannot_be_understood_is_refused(house, query):
    for path in ("audit", "audit/export") if query[:5] not in ("limit", "curso") else ("audit",):
        status, _, body = house.call("GET", f"/api/v1/{path}?{query}")
        assert status == 400, body


def test_what_a_key_did_where_from_and_by_which_request(house):
    made = house.admin.post("/api/v1/keys", {"name": "watched"})
    name = "by-key-" + uuid.uuid4().hex[:6]
    status, headers, _ = house.call("POST", "/api/v1/projects", {"workspace": house.workspace, "name": name}, key=made["secret"])
    assert status == 201
    eventually(lambda: events(house.admin, "credential=" + made["key"]["id"]))  # The workspace service tells of it a moment later.
    for who in (lambda path: json.loads(house.admin.open(path).read()), lambda path: house.call("GET", path, key=made["secret"])[2]):
        found = who("/api/v1/audit?credential=" + made["key"]["id"])["events"]
        assert [(event["action"], event["object"]) for event in found] == [("project.create", name)]
        assert found[0]["address"] == "127.0.0.1" and found[0]["request"] == headers["X-Request-Id"]
    assert house.call("GET", "/api/v1/audit?credential=" + made["key"]["id"], key=key_of(house.eve))[0] == 403


def key_of(browser):
    return browser.post("/api/v1/keys", {"name": uuid.uuid4().hex})["secret"]


def eventually(ask, seconds=20):
    until = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found


def test_refusals_are_in_the_log(house):
    key = key_of(house.eve)
    for _ in range(3):
        assert house.call("POST", "/api/v1/accounts", {"name": "mallory"}, key=key)[0] == 403
    told = lambda: events(house.admin, "action=access.refused&actor=eve&object=POST%20/api/v1/accounts")
    times = lambda: sum(int(json.loads(event["detail"])["times"]) for event in told())
    assert eventually(lambda: times() >= 3) and times() == 3
    assert all(event["outcome"] == "refused" and event["address"] == "127.0.0.1" for event in told())


def test_the_log_of_a_workspace_and_its_export(house):
    of = f"workspace={house.workspace}"
    assert events(house.admin, of)[-1]["action"] == "grant.set"
    answer = house.admin.open(f"/api/v1/audit/export?{of}")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="audit-{house.workspace}.jsonl"'
    rows = [json.loads(line) for line in answer.read().splitlines()]
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1)) and rows[-1]["action"] == "audit.export"
    stranger = key_of(house.eve)
    assert house.call("GET", f"/api/v1/audit/export?{of}", key=stranger)[0] == 404
    assert house.call("GET", "/api/v1/audit/export", key=stranger)[0] == 403
    assert house.call("GET", "/api/v1/audit", key=stranger)[0] == 403
    assert house.call("GET", "/api/v1/audit", key=False)[0] == 401

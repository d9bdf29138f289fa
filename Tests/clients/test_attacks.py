"""What is written into headers, cookies and logs stays a value: behind TLS, and with line breaks in it."""
import http.client
import json
import pathlib
import urllib.parse

import pytest

from harness import Server

PASSWORD = "a long password of the administrator"
PUBLIC = "https://halley.example.org"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """A server that a proxy with TLS stands before, as its settings say."""
    made = Server(tmp_path_factory.mktemp("attacks") / "home", HALLEY_PUBLIC_URL=PUBLIC, HALLEY_LOG="debug")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()


@pytest.fixture(scope="module")
def session(behind):
    """The administrator's cookie and form token."""
    path = urllib.parse.urlparse(behind.credentials["setupLink"]).path
    answer = ask(behind, "POST", path, urllib.parse.urlencode({"password": PASSWORD, "again": PASSWORD}), FORM)
    assert answer.status == 303, answer.said
    cookie = answer.getheader("Set-Cookie").split(";")[0]
    return {"cookie": cookie, "csrf": json.loads(ask(behind, "GET", "/api/v1/me", headers={"Cookie": cookie}).said)["csrf_token"]}


def ask(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    answer.said = answer.read()
    connection.close()
    return answer


def cookies(answer) -> list:
    return [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]


def test_every_cookie_is_bound_to_this_host_and_to_tls(behind, session):
    sign_in = json.dumps({"name": "admin", "password": PASSWORD})
    own = {"Cookie": session["cookie"], **FORM}
    made = [
        ask(behind, "POST", "/api/v1/session", sign_in, {"Content-Type": "application/json"}),
        ask(behind, "POST", "/login", urllib.parse.urlencode({"name": "admin", "password": PASSWORD}), FORM),
        ask(behind, "POST", "/reauthenticate", urllib.parse.urlencode({"csrf": session["csrf"], "password": PASSWORD}), own),
    ]
    session["cookie"] = cookies(made[-1])[0].split(";")[0]
    fresh = cookies(made[0])[0].split(";")[0]
    token = json.loads(ask(behind, "GET", "/api/v1/me", headers={"Cookie": fresh}).said)["csrf_token"]
    made.append(ask(behind, "POST", "/logout", urllib.parse.urlencode({"csrf": token}), {"Cookie": fresh, **FORM}))
    for answer, expected in zip(made, [["__Host-s", "__Host-b"], ["__Host-s", "__Host-b"], ["__Host-s"], ["__Host-s"]]):
        assert [cookie.split("=")[0] for cookie in cookies(answer)] == expected, (answer.status, answer.said)
        for cookie in cookies(answer):
            attributes = [part.strip() for part in cookie.split(";")][1:]
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes), attributes
            assert not any(part.lower().startswith("domain") for part in attributes)
        assert answer.getheader("Strict-Transport-Security")
    assert f"Max-Age={365 * 86400}" in cookies(made[0])[1]


def test_a_neighbour_of_the_domain_sets_nobodys_session(behind, session):
    """A page of evil.example.org can set `halley_s` for all of example.org, but nothing that begins with `__Host-`."""
    value = session["cookie"].split("=", 1)[1]
    assert ask(behind, "GET", "/api/v1/me", headers={"Cookie": session["cookie"]}).status == 200
    assert ask(behind, "GET", "/api/v1/me", headers={"Cookie": f"halley_s={value}"}).status == 401


BREAK = "x\r\nX-Injected: yes\r\n\r\n<script>"


def test_no_value_becomes_a_header(behind, session):
    quoted = urllib.parse.quote(BREAK)
    own = {"Cookie": session["cookie"], **FORM}
    key = behind.key
    project = {"workspaceName": behind.workspace, "projectName": "injected"}
    made = json.loads(ask(behind, "POST", "/api/rest/v2/write/experiment/create", json.dumps(project), {"Authorization": key}).said)
    experiment = made["experimentKey"]
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhello\r\n--b--\r\n'
    for number, name in enumerate([BREAK, 'a"; filename="evil.exe', "a\x7f\x85b", "é" * 10]):
        where = f"/clientlib/asset/upload?experimentId={experiment}&assetId={number:032x}&fileName={urllib.parse.quote(name)}"
        ask(behind, "POST", where, body, {"Authorization": key, "Content-Type": "multipart/form-data; boundary=b"})
    answers = [
        ask(behind, "GET", f"/login?next={quoted}"), ask(behind, "GET", f"/login?next=//evil.example/{quoted}"),
        ask(behind, "POST", "/login", urllib.parse.urlencode({"name": "admin", "password": PASSWORD, "next": "/" + BREAK}), FORM),
        ask(behind, "POST", "/reauthenticate", urllib.parse.urlencode(
            {"csrf": session["csrf"], "password": "x", "next": "/" + BREAK}), own),
        ask(behind, "GET", f"/device?code={quoted}", headers=own), ask(behind, "GET", f"/{quoted}/{quoted}", headers=own),
        ask(behind, "GET", f"/api/v1/audit/export?action={quoted}", headers=own),
        *(ask(behind, "GET", f"/api/rest/v2/experiment/asset/get-asset?experimentKey={experiment}&assetId={number:032x}",
              headers={"Authorization": key}) for number in range(4)),
    ]
    for answer in answers:
        assert answer.getheader("X-Injected") is None and answer.status < 500, answer.getheaders()
        for name, value in answer.getheaders():
            assert "\r" not in value and "\n" not in value and "evil.example" not in (value if name == "Location" else ""), (name, value)
        kind = answer.getheader("Content-Type", "")
        assert b"<script>" not in answer.said or not kind.startswith("text/html"), answer.said[:500]
    told = answers[-3].getheader("Content-Disposition", "")
    assert answers[-3].status == 200 and told.count('"') % 2 == 0 and not told.endswith('filename="evil.exe"'), told


def test_no_value_becomes_a_line_of_the_log(behind, session):
    forged = "2026-01-01T00:00:00Z error forged=line"
    headers = {"Cookie": session["cookie"], "User-Agent": "x\x1b[31m" + forged, "X-Forwarded-For": "1.2.3.4\t" + forged}
    ask(behind, "GET", "/" + urllib.parse.quote("\n" + forged), headers=headers)
    ask(behind, "POST", "/api/v1/session", json.dumps({"name": "x\n" + forged, "password": "y\n" + forged}), {"Content-Type": "application/json"})
    ask(behind, "POST", "/api/v1/accounts", json.dumps({"name": "x\n" + forged}), {
        "Content-Type": "application/json", "Cookie": session["cookie"], "X-CSRF-Token": session["csrf"]})
    ask(behind, "POST", "/oauth/device_authorization", urllib.parse.urlencode({"client_id": "x\n" + forged}), FORM)
    log = pathlib.Path(behind.log.name).read_text(errors="replace")
    assert "POST /api/v1/session" in log
    assert not [line for line in log.splitlines() if line.startswith(forged) or "\x1b" in line]

"""Signing in with a second factor, and proving a session again, through the real gateway. Codes come from Debian's oathtool."""
import base64
import http.cookiejar
import json
import pathlib
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from harness import Server

PASSWORD = "a long password of the administrator"
RUN = "5" * 32


class Visitor:
    """A browser without scripts: a cookie, and the token that its writes must carry."""

    def __init__(self, server):
        self.server = server
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.csrf = ""

    @property
    def cookie(self) -> str:
        return next((cookie.value for cookie in self.jar if cookie.name == "halley_s"), "")

    def send(self, method, path, data=None, headers=None):
        request = urllib.request.Request(self.server.url + path, data=data, method=method, headers=headers or {})
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.read().decode(), answer.url

    def api(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method != "GET" else None
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self.csrf}
        status, text, _ = self.send(method, "/api/v1/" + path, data, headers)
        said = json.loads(text)
        self.csrf = said.get("csrf_token", self.csrf)
        return status, said

    def form(self, path, **fields):
        """What the browser shows after a form was sent: the status, the page and its address."""
        data = urllib.parse.urlencode({"csrf": self.csrf, **fields}).encode()
        return self.send("POST", path, data, {"Content-Type": "application/x-www-form-urlencoded",
                                              "Referer": self.server.url + "/settings/security"})

    def sign_in(self, name="admin", password=PASSWORD):
        return self.api("POST", "session", {"name": name, "password": password})


def code(secret: str, ahead: int = 0) -> str:
    """What an authenticator shows now, or will so many steps later."""
    done = subprocess.run(["oathtool", "--totp", "--base32", "--now", f"@{int(time.time()) + 30 * ahead}", secret],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def enrol(visitor) -> dict:
    status, begun = visitor.api("POST", "second-factor")
    assert status == 201 and begun["uri"].startswith("otpauth://totp/") and begun["picture_svg"].startswith("<svg"), begun
    status, said = visitor.api("POST", "second-factor/confirm", {"code": code(begun["secret"])})
    assert status == 200, said
    return {"secret": begun["secret"], "codes": said["recovery_codes"]}


def first_sign_in(server) -> Visitor:
    visitor = Visitor(server)
    visitor.send("POST", server.credentials["setupLink"][len(server.url):],
                 urllib.parse.urlencode({"password": PASSWORD, "again": PASSWORD}).encode())
    assert visitor.api("GET", "me")[0] == 200
    return visitor


@pytest.fixture
def admin(own_server):
    return first_sign_in(own_server)


def person(admin, name: str) -> Visitor:
    status, made = admin.api("POST", "accounts", {"name": name})
    assert status == 201, made
    visitor = Visitor(admin.server)
    visitor.send("POST", made["setup_link"][len(admin.server.url):],
                 urllib.parse.urlencode({"password": PASSWORD, "again": PASSWORD}).encode())
    visitor.id = made["id"]
    assert visitor.api("GET", "me")[0] == 200
    return visitor


def age(server, minutes: int) -> None:
    """As if all sessions had been proven so many minutes earlier: asked of the cluster itself."""
    server.sql(f"UPDATE auth.sessions SET proved_at = proved_at - interval '{minutes} minutes'")


def forgotten(visitor) -> None:
    """Waits until the gateway asks auth again; it does so after 0.7 s. A key of this name is never made."""
    until = time.monotonic() + 5
    while visitor.api("POST", "keys", {"name": "a/b"})[1].get("code") != "reauth_required":
        assert time.monotonic() < until


def test_enrolling_signing_in_and_out(own_server, admin):
    enrolled = enrol(admin)
    status, about = admin.api("GET", "second-factor")
    assert about["enrolled"] and about["recovery_codes_left"] == 10 and "secret" not in about
    visitor = Visitor(own_server)
    status, half = visitor.sign_in()
    assert status == 202 and "csrf_token" not in half and visitor.cookie == ""
    assert visitor.send("GET", "/api/v1/me")[0] == 401
    finish = lambda **proof: visitor.api("POST", "session/second-factor", {"pending_token": half["pending_token"], **proof})
    assert finish(code="000000")[1]["code"] == "second_factor_refused"
    assert finish()[1]["code"] == "second_factor_missing"
    good = code(enrolled["secret"], ahead=1)
    assert finish(code=good)[0] == 200
    assert visitor.api("GET", "me")[1]["name"] == "admin"
    assert finish(code=good)[1]["code"] == "sign_in_expired"
    other = Visitor(own_server)
    _, half = other.sign_in()
    assert finish(code=good)[1]["code"] == "second_factor_refused"
    assert finish(recovery_code=enrolled["codes"][0])[0] == 200
    _, half = other.sign_in()
    assert finish(recovery_code=enrolled["codes"][0])[1]["code"] == "second_factor_refused"
    assert visitor.api("GET", "second-factor")[1]["recovery_codes_left"] == 9
    status, said = visitor.api("POST", "second-factor/recovery-codes")
    assert status == 200 and not set(said["recovery_codes"]) & set(enrolled["codes"])
    assert visitor.api("DELETE", "second-factor")[0] == 200
    assert Visitor(own_server).sign_in()[0] == 200


def test_a_session_gets_another_token_when_it_rises(own_server, admin):
    planted = admin.cookie
    assert admin.sign_in()[0] == 200 and admin.cookie != planted
    assert own_server.call("GET", "/api/v1/me", key=False, headers={"Cookie": f"halley_s={planted}"})[0] == 401
    age(own_server, 11)
    forgotten(admin)
    before, old = admin.cookie, admin.csrf
    assert admin.api("POST", "session/reauthenticate", {"password": "wrong"})[1]["code"] == "password_refused"
    assert admin.api("POST", "session/reauthenticate", {"password": PASSWORD})[0] == 200
    assert admin.cookie != before and admin.csrf != old
    assert own_server.call("GET", "/api/v1/me", key=False, headers={"Cookie": f"halley_s={before}"})[0] == 401
    made = admin.api("POST", "keys", {"name": "x"})
    assert made[0] == 201, made
    assert admin.api("PUT", "password", {"current": PASSWORD, "password": PASSWORD + " now"})[0] == 200
    assert Visitor(own_server).sign_in()[0] == 401
    assert Visitor(own_server).sign_in(password=PASSWORD + " now")[0] == 200


def test_the_pages_work_without_scripts(own_server, admin):
    status, page, _ = admin.form("/settings/security/enrol")
    uri = re.search(r'name="uri" value="([^"]+)"', page).group(1).replace("&amp;", "&")
    secret = urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)["secret"][0]
    assert status == 200 and 'src="data:image/svg+xml;base64,' in page
    assert admin.form("/settings/security/confirm", uri=uri, code="000000")[0] == 400
    status, page, _ = admin.form("/settings/security/confirm", uri=uri, code=code(secret))
    codes = re.findall(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}", page)
    assert status == 200 and len(codes) == 10
    visitor = Visitor(own_server)
    status, page, _ = visitor.form("/login", name="admin", password=PASSWORD, next="/settings/security")
    pending = re.search(r'name="pending" value="([^"]+)"', page).group(1)
    assert status == 200 and visitor.cookie == "" and PASSWORD not in page
    assert visitor.form("/login/code", pending=pending, code="000 000", next="/")[0] == 401
    status, page, where = visitor.form("/login/code", pending=pending, code=codes[0].lower(), next="/settings/security")
    assert status == 200 and where.endswith("/settings/security") and "9 of 10" in page
    visitor.csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
    age(own_server, 11)
    forgotten(visitor)
    status, page, where = visitor.form("/settings/security/recovery-codes")
    assert status == 200 and where.endswith("/reauthenticate?next=%2Fsettings%2Fsecurity")
    status, page, where = visitor.form("/reauthenticate", password=PASSWORD, code=codes[1], next="https://evil.example/")
    assert status == 200 and where == own_server.url + "/"
    assert visitor.send("GET", "/api/v1/me")[0] == 200


def test_the_reset_link_and_the_administrator(own_server, admin):
    ada = person(admin, "ada")
    enrolled = enrol(ada)
    assert ada.api("DELETE", f"accounts/{ada.id}/second-factor")[0] == 200
    enrolled = enrol(ada)
    eve = person(admin, "eve")
    assert eve.api("DELETE", f"accounts/{ada.id}/second-factor")[0] == 403
    assert own_server.call("DELETE", f"/api/v1/accounts/{ada.id}/second-factor")[2]["code"] == "session_required"
    assert admin.api("DELETE", f"accounts/{ada.id}/second-factor")[0] == 200
    until = time.monotonic() + 2
    while ada.send("GET", "/api/v1/me")[0] != 401:
        assert time.monotonic() < until, "the session goes on"
    visitor = Visitor(own_server)
    assert visitor.sign_in("ada")[0] == 200 and enrolled["codes"]


def test_what_is_required_is_asked_for(own_server, admin):
    ada = person(admin, "ada")
    bob = person(admin, "bob")
    key = ada.api("POST", "keys", {"name": "training"})[1]["secret"]
    assert admin.api("PUT", "second-factor-policy", {"required_of": "everybody"})[1]["code"] == "second_factor_missing"
    enrol(admin)
    assert admin.api("PUT", "second-factor-policy", {"required_of": "whoever"})[0] == 400
    assert admin.api("PUT", "second-factor-policy", {"required_of": "everybody"})[0] == 200
    assert ada.api("PUT", "second-factor-policy", {"required_of": "nobody"})[0] == 403
    visitor = Visitor(own_server)
    assert visitor.sign_in("ada")[0] == 200
    for method, path in (("GET", "me"), ("GET", "workspaces"), ("POST", "keys"), ("GET", "sessions")):
        status, said = visitor.api(method, path, {"name": "x"})
        assert (status, said["code"]) == (403, "second_factor_required"), (path, said)
    status, page, where = visitor.send("GET", "/")
    assert where.endswith("/settings/security") and "required of you" in page
    assert own_server.call("GET", "/api/v1/workspaces", key=key)[0] == 200
    enrol(visitor)
    assert visitor.api("GET", "workspaces")[0] == 200
    name = own_server.workspace
    assert admin.api("PUT", "second-factor-policy", {"required_of": "nobody"})[0] == 200
    assert admin.api("PUT", f"workspaces/{name}/second-factor-policy", {"required_of": "everybody"})[0] == 200
    assert admin.api("GET", f"workspaces/{name}/second-factor-policy")[1] == {"required_of": "everybody"}
    assert visitor.api("GET", f"workspaces/{name}/second-factor-policy")[0] == 404
    own_server.run("import comet_ml, sys; e = comet_ml.Experiment(project_name='shut', experiment_key=sys.argv[1]); e.end()", RUN)
    own_server.sql(f"""INSERT INTO auth.grants (workspace_id, project_id, account_id, role, granted_by)
        SELECT workspace_id, project_id, a.id, 'editor', account_id FROM auth.grants, auth.accounts a
         WHERE role = 'owner' AND a.name IN ('ada', 'bob')""")
    bob.sign_in("bob")
    assert visitor.api("GET", f"experiments/{RUN}")[0] == 200
    for path in (f"projects?workspace={name}", "projects", f"experiments?workspace={name}&project=shut", f"experiments/{RUN}",
                 f"experiments/{RUN}/metrics", f"workspaces/{name}/second-factor-policy"):
        status, said = bob.api("GET", path)
        assert (status, said["code"]) == (403, "second_factor_required"), (path, said)
    assert bob.api("GET", "experiments/" + "0" * 32)[0] == bob.api("GET", "projects?workspace=nowhere")[0] == 404
    assert "is shut until" in bob.send("GET", "/")[1]
    assert bob.send("GET", f"/{name}/shut")[2].endswith("/settings/security")


def test_secrets_stand_in_no_log_and_no_dump(tmp_path, monkeypatch):
    """Through all of it at the chattiest level: logs of every process, and what pg_dump writes."""
    monkeypatch.setenv("HALLEY_LOG", "debug")
    server = Server(tmp_path / "home")
    server.start()
    try:
        admin = first_sign_in(server)
        enrolled = enrol(admin)
        visitor = Visitor(server)
        half = visitor.sign_in()[1]["pending_token"]
        step = lambda **proof: visitor.api("POST", "session/second-factor", {"pending_token": half, **proof})
        typed = code(enrolled["secret"], ahead=1)
        assert step(code="000000")[0] == 401 and step(code=typed)[0] == 200
        first = visitor.cookie
        proof = {"password": PASSWORD, "recovery_code": enrolled["codes"][0]}
        assert visitor.api("POST", "session/reauthenticate", proof)[0] == 200
        assert visitor.api("PUT", "password", {"current": PASSWORD, "password": PASSWORD + " now"})[0] == 200
        waiting = visitor.sign_in(password=PASSWORD + " now")[1]["pending_token"]
        link = server.credentials["setupLink"].rsplit("/", 1)[1]
        secrets = [enrolled["secret"], PASSWORD, link, half, waiting, first, visitor.cookie, visitor.csrf, *enrolled["codes"]]
        seed = base64.b32decode(enrolled["secret"])
        secrets += [seed.hex(), base64.b64encode(seed).decode()]
        secrets += [base64.b32decode(one.replace("-", "")).hex() for one in enrolled["codes"]]
        dump = server.dump()
        assert "factor.enrol" in dump and "recovery_codes" in dump
        assert not [secret for secret in secrets if secret in dump]
    finally:
        assert server.stop() == 0
    logs = [pathlib.Path(server.log.name), *server.home.rglob("*.log")]
    text = "".join(path.read_text(errors="replace") for path in logs)
    assert "PUT /api/v1/password" in text, "the level is too quiet for this test"
    assert text.count(link) == 1, "the link that the first start prints is nowhere else"
    assert not [secret for secret in secrets if secret in text and secret != link]
    assert not re.search(rf"(?<![\w.]){typed}(?![\w.])", text)

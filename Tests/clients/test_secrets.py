"""A copy of the database and the logs at debug level hold no secret in clear, whatever was done with it."""
import base64
import hashlib
import json
import pathlib
import urllib.parse

import pytest

from harness import Server
from test_second_factor import PASSWORD, Visitor, code, enrol, first_sign_in

LONG = "canary password typed where a name belongs"


@pytest.fixture
def debugged(tmp_path):
    made = Server(tmp_path / "home", HALLEY_LOG="debug")
    made.start()
    yield made


def done_with_everything(server) -> dict:
    """Makes one secret of each kind, uses it, and brings it where it does not belong."""
    admin = first_sign_in(server)
    found = {"password": PASSWORD, "first key": server.key, "session": admin.cookie, "form token": admin.csrf,
             "setup link": server.credentials["setupLink"].rsplit("/", 1)[1]}
    half = enrol(admin)
    found["TOTP secret"] = half["secret"]
    found.update({f"recovery code {number}": text for number, text in enumerate(half["codes"])})
    other = Visitor(server)
    status, pending = other.sign_in()
    assert status == 202 or "pending_token" in pending, pending
    found["pending token"] = pending["pending_token"]
    proof = {"pending_token": pending["pending_token"], "recovery_code": half["codes"][0]}
    assert other.api("POST", "session/second-factor", proof)[0] == 200
    found["second session"] = other.cookie
    made = other.api("POST", "accounts", {"name": "ada", "email": "ada@example.org"})[1]
    found["link of an account"] = made["setup_link"].rsplit("/", 1)[1]
    found["invitation"] = other.api("POST", "invitations", {"workspace": server.workspace, "role": "viewer"})[1]["link"].rsplit("/", 1)[1]
    found["key"] = other.api("POST", "keys", {"name": "canary"})[1]["secret"]
    found["client secret"] = "canary-client-secret"
    assert other.api("POST", "providers", {"kind": "oidc", "label": "Acme", "issuer": "https://login.example.org",
                                           "client_id": "x", "client_secret": found["client secret"]})[0] == 201
    begun = server.call("POST", "/oauth/device_authorization", b"client_id=x", key=False)[2]
    found["device code"], found["user code"] = begun["device_code"], begun["user_code"]
    assert other.form("/device", code=begun["user_code"], do="approve")[0] == 200
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": begun["device_code"]}
    issued = server.call("POST", "/oauth/token", urllib.parse.urlencode(grant).encode(), key=False)[2]
    found["issued key"] = issued["access_token"]
    misplaced(server, found, half)
    return found


def misplaced(server, found, half):
    """Secrets in addresses, in the wrong fields, in bodies that are broken, and with a line break behind them."""
    key = found["key"]
    for path in ("/api/v1/me?key=", "/api/rest/v2/workspaces?api_key=", "/clientlib/x/", "/login?next=/", "/device?code="):
        server.call("GET", path + urllib.parse.quote(key), key=False, raw=True)
    Visitor(server).sign_in(LONG, PASSWORD)
    Visitor(server).sign_in("admin", LONG)
    Visitor(server).sign_in("admin", code(half["secret"]))
    server.call("POST", "/clientlib/logger/add/run", ('{"apiKey": "' + key + '", broken').encode(), key=key)
    server.call("POST", "/api/v1/session", b'{"name": "x", "password": "' + LONG.encode() + b'"', key=False)
    server.call("GET", "/api/v1/me", headers={"User-Agent": "x " + key}, key=key)
    found["typed as a name"] = LONG


def shapes(text: str) -> set:
    """In clear, and as others would write the same bytes."""
    raw = text.encode()
    return {text, urllib.parse.quote(text), base64.b64encode(raw).decode().rstrip("="), raw.hex(), json.dumps(text)[1:-1]}


def test_no_secret_is_in_the_database_or_the_logs(debugged):
    found = done_with_everything(debugged)
    dump = debugged.dump()
    log = pathlib.Path(debugged.log.name).read_text(errors="replace")
    assert "ada@example.org" in dump and "GET /api/v1/me" in log, "there is something to look through"
    # The administrator's first key and link are printed by the first start, and nowhere else.
    for name, secret in found.items():
        # What follows the key's id is its secret; the id is for people to recognize it by.
        secret = secret.split("*")[0][13:] if "key" in name and secret.startswith("hly") else secret
        for shape in shapes(secret):
            assert shape not in dump, f"{name} stands in the database"
            assert log.count(shape) <= (name in ("first key", "setup link")), f"{name} stands in the logs"
        digest = hashlib.sha256(secret.encode()).hexdigest()
        assert "password" not in name or digest not in dump, f"{name} is only hashed fast"
    assert debugged.stop() == 0

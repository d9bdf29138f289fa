"""`halley login` and `halley keys create`: a program gets a key that somebody approves in their browser."""
import configparser
import json
import os
import re
import stat
import subprocess
import urllib.error
import urllib.parse
import uuid

import pytest

from harness import BINARY, Server
from people import Browser

PASSWORD = "a long password of the administrator"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("device") / "home")
    made.start()
    made.browser = Browser(made)
    made.browser.setup(made.credentials["setupLink"], PASSWORD)
    yield made
    assert made.stop() == 0, made.tail()


class Program:
    """`halley` as somebody runs it on another machine."""

    def __init__(self, folder, *words):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("HALLEY_", "XDG_"))}
        environment.update(HOME=str(folder), SWIFT_BACKTRACE="enable=no")
        self.process = subprocess.Popen([BINARY, *words], env=environment, text=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def code(self, stream) -> str:
        while line := stream.readline():
            if found := re.search(r"code ([A-Z]{4}-[A-Z]{4})", line):
                return found.group(1)
        raise AssertionError(self.process.communicate(timeout=30))

    def end(self, status=0):
        out, error = self.process.communicate(timeout=60)
        assert self.process.returncode == status, (out, error)
        return out, error


def decide(server, code, what="approve"):
    page = server.browser.open("/device?" + urllib.parse.urlencode({"code": code})).read().decode()
    token = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
    form = urllib.parse.urlencode({"csrf": token, "code": code, "do": what}).encode()
    return page, server.browser.open("/device", form).read().decode()


def test_signing_in_on_another_machine(own, tmp_path):
    program = Program(tmp_path, "login", own.url, "--expires", "2h", "--comet")
    page, done = decide(own, program.code(program.process.stdout))
    assert "2 hours" in page and "everything that you may" in page and "has its key" in done
    out, _ = program.end()
    assert "You are signed in" in out and "hlyu_" not in out
    file = tmp_path / ".config" / "halley" / "login.json"
    key = json.loads(file.read_text())["api_key"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert own.call("GET", "/api/v1/me", key=key)[2]["name"] == own.credentials["userName"]
    config = configparser.ConfigParser()
    config.read(tmp_path / ".comet.config")
    assert config["comet"]["api_key"] == key

    listed, _ = Program(tmp_path, "keys", "list").end()
    assert "halley on " in listed and "hlyu_" in listed
    Program(tmp_path, "logout").end()
    assert own.call("GET", "/api/v1/me", key=key)[0] == 401 and not file.exists()
    _, error = Program(tmp_path, "keys", "list").end(1)
    assert "halley login" in error


LOGS = """
import comet_ml, sys
e = comet_ml.Experiment(workspace=sys.argv[1], project_name="narrow", experiment_key=sys.argv[2])
print("ALIVE" if e.alive else "NO RUN")
e.log_metric("m", 1); e.end()
"""


def test_a_key_for_a_script_logs_there_and_nowhere_else(own, tmp_path):
    own.browser.post("/api/v1/projects", {"workspace": own.workspace, "name": "narrow"})
    program = Program(tmp_path, "keys", "create", "for training", "--limit", "log", "--at", f"{own.workspace}/narrow",
                      "--expires", "1d", "--url", own.url, "--json")
    page, _ = decide(own, program.code(program.process.stderr))
    assert f"{own.workspace}/narrow" in page and "<td>log</td>" in page and "24 hours" in page
    made = json.loads(program.end()[0])
    assert made["key"].startswith("hlyi_") and made["url"] == own.url and made["expires_in"] > 86_000
    key = uuid.uuid4().hex
    done = own.run(LOGS, own.workspace, key, COMET_API_KEY=made["key"], COMET_URL_OVERRIDE=None)
    assert "ALIVE" in done.stdout, done.stdout + done.stderr
    summary = f"/api/rest/v2/experiment/metrics/summary?experimentKey={key}"
    assert own.call("GET", summary)[0] == 200 and own.call("GET", summary, key=made["key"])[0] == 403


def test_what_is_denied_gives_no_key(own, tmp_path):
    program = Program(tmp_path, "keys", "create", "no", "--url", own.url)
    _, done = decide(own, program.code(program.process.stderr), "deny")
    assert "nothing" in done
    out, error = program.end(1)
    assert out == "" and "denied" in error


def test_slips_are_told(own, tmp_path):
    refusals = [(("login", "not an address"), "no address", 1), (("login", "http://127.0.0.1:1"), "cannot be reached", 1),
                (("keys", "create", "x", "--limit", "fly", "--url", own.url), "no action fly", 1),
                (("login", own.url, "--expires", "soon"), "30d, 12h or 45m", 64),
                (("keys", "create", "x", "--expires", "9999d", "--url", own.url), "365 days", 1)]
    for words, told, status in refusals:
        assert told in Program(tmp_path, *words).end(status)[1], words
    with pytest.raises(urllib.error.HTTPError) as refused:
        own.browser.open("/device?code=BCDF-GHJK")
    assert refused.value.code == 404 and b"No program waits" in refused.value.read()
    assert own.call("GET", "/device?code=BCDF-GHJK", raw=True)[0] == 403, "a key approves nothing"
    begun = own.call("POST", "/oauth/device_authorization", b"client_id=x", key=False)[2]
    approve = lambda token: own.browser.open("/device", urllib.parse.urlencode(
        {"csrf": token, "code": begun["user_code"], "do": "approve"}).encode())
    with pytest.raises(urllib.error.HTTPError) as refused:
        approve("forged")
    assert refused.value.code == 403
    ask = lambda: own.call("POST", "/oauth/token", urllib.parse.urlencode({
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": begun["device_code"]}).encode(), key=False)
    status, headers, body = ask()
    assert status == 400 and body["error"] == "authorization_pending" and headers["Cache-Control"] == "no-store"
    assert ask()[2]["error"] == "slow_down"
    described = own.call("GET", "/.well-known/oauth-authorization-server", key=False)[2]
    assert described["device_authorization_endpoint"] == own.url + "/oauth/device_authorization"

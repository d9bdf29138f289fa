"""`halley admin` on a running server: the real binary, as whoever runs the machine."""
import json
import os
import re
import subprocess
import urllib.request

import pytest

from harness import BINARY
from people import Browser


def admin(home, *words, status=0):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HALLEY_")}
    done = subprocess.run([BINARY, "admin", *words], env=dict(environment, HALLEY_HOME=str(home), SWIFT_BACKTRACE="enable=no"),
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    return done


def told(home, *words):
    return json.loads(admin(home, *words, "--json").stdout)


def test_an_account_is_made_and_its_link_works_once(server):
    made = told(server.home, "users", "create", "grace", "--email", "grace@example.org")
    assert made["setup_link"].startswith(server.url + "/setup/") and made["name"] == "grace"
    Browser(server).setup(made["setup_link"], "a long password of grace hopper")
    with pytest.raises(urllib.request.HTTPError):
        Browser(server).setup(made["setup_link"], "a long password of somebody else")
    table = admin(server.home, "users").stdout
    assert table.splitlines()[0].split() == ["NAME", "ROLE", "E-MAIL", "SINCE", "ID"]
    assert "grace@example.org" in table and made["id"] in table
    assert re.search(r"grace +instanceUser +grace@example.org +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +" + made["id"], table), table
    people = {row["name"]: row for row in told(server.home, "users", "list")}
    assert people["admin"]["role"] == "instanceAdmin" and people["grace"]["role"] == "instanceUser"
    text = admin(server.home, "users", "create", "linus").stdout
    assert text.startswith("linus chooses a password here") and server.url in text
    again = admin(server.home, "users", "create", "GRACE", status=1)
    assert "There is an account of this name." in again.stderr and again.stdout == ""


def test_an_account_is_put_out_of_use_and_comes_back_by_a_link(server):
    home, browser = server.home, Browser(server)
    browser.setup(told(home, "users", "create", "ida")["setup_link"], "a long password of ida rhodes")
    secret = browser.post("/api/v1/keys", {"name": "laptop"})["secret"]
    (key,) = told(home, "keys", "list", "--of", "ida")
    assert (key["name"], key["state"]) == ("laptop", "alive") and "laptop" in admin(home, "keys", "list", "--of", "ida").stdout
    assert admin(home, "users", "deactivate", "ida").stdout == "ida is out of use, and signed out everywhere.\n"
    assert server.call("GET", "/api/v1/me", key=secret)[0] == 401
    assert "out of use" in admin(home, "users", "reset-link", "ida", status=1).stderr
    admin(home, "users", "reactivate", "ida")
    link = told(home, "users", "reset-link", "ida")["reset_link"]
    browser = Browser(server)
    browser.setup(link, "another long password of ida")
    assert [row["state"] for row in told(home, "keys", "list", "--of", "ida")] == ["revoked"]
    fresh = [browser.post("/api/v1/keys", {"name": f"key {number}"}) for number in range(3)]
    admin(home, "keys", "revoke", fresh[0]["key"]["id"])
    assert told(home, "keys", "revoke-all", "--of", "ida") == {"revoked": 2}
    assert "There is no account named" in admin(home, "users", "deactivate", "nobody", status=1).stderr
    assert "last administrator" in admin(home, "users", "deactivate", "admin", status=1).stderr
    assert "is no key's id" in admin(home, "keys", "revoke", "x", status=1).stderr


def test_who_has_no_second_factor_cannot_lose_it(server):
    assert "There is no account of this name." in admin(server.home, "users", "drop-factor", "nobody", status=1).stderr
    assert admin(server.home, "users", "drop-factor", "admin", status=1).stderr.startswith("halley: ")


def test_a_service_account_and_its_keys(server):
    home = server.home
    made = told(home, "service-accounts", "create", "nightly", "--description", "trains at night")
    rows = {row["name"]: row for row in told(home, "service-accounts")}
    assert rows["nightly"] == {"id": made["id"], "name": "nightly", "description": "trains at night", "active": True}
    assert re.search(r"nightly +in use +never +trains at night +" + made["id"], admin(home, "service-accounts", "list").stdout)
    assert "There is one of this name here." in admin(home, "service-accounts", "create", "NIGHTLY", status=1).stderr
    key = told(home, "service-accounts", "create-key", "nightly", "--name", "runner", "--days", "7", "--action", "read")
    assert key["secret"].startswith("hlys_")
    status, _, me = server.call("GET", "/api/v1/me", key=key["secret"])
    assert status == 200 and (me["name"], me["key"]["name"], me["key"]["actions"]) == ("nightly", "runner", ["read"]), me
    text = admin(home, "service-accounts", "create-key", "Nightly").stdout
    assert "not shown again" in text and "hlys_" in text
    assert [(row["id"] == key["id"], row["state"]) for row in told(home, "service-accounts", "keys", "nightly") if row["name"] == "runner"] == [(True, "alive")]
    assert told(home, "service-accounts", "revoke-keys", "nightly") == {"revoked": 2}
    key = told(home, "service-accounts", "create-key", "nightly")
    assert admin(home, "service-accounts", "deactivate", "nightly").stdout == "nightly is out of use, and its keys have ended.\n"
    assert server.call("GET", "/api/v1/me", key=key["secret"])[0] == 401
    assert [row["active"] for row in told(home, "service-accounts") if row["name"] == "nightly"] == [False]
    admin(home, "service-accounts", "reactivate", "nightly")
    assert {row["state"] for row in told(home, "service-accounts", "keys", "nightly")} == {"revoked"}
    assert "has no service account" in admin(home, "service-accounts", "keys", "nobody", status=1).stderr
    assert "no provider" in admin(home, "providers", "show", "nobody", status=1).stderr
    assert told(home, "providers") == []


def test_each_command_is_in_the_log(server):
    admin(server.home, "users", "list")
    rows = told(server.home, "audit", "list", "--action", "operator.access", "--limit", "2")
    assert "audit list" in rows[0]["detail"] and "users list" in rows[1]["detail"]
    assert all(row["actor"] == "operator" and row["credential_id"] for row in rows)
    own = told(server.home, "audit", "list", "--credential", rows[1]["credential_id"])
    assert [row["action"] for row in own] == ["operator.access"]


def test_export_and_verify(server):
    lines = [json.loads(line) for line in admin(server.home, "audit", "export").stdout.splitlines()]
    assert [line["sequence"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["action"] == "instance.bootstrap" and lines[-1]["action"] == "audit.export"
    few = [json.loads(line) for line in admin(server.home, "audit", "export", "--action", "instance.*").stdout.splitlines()]
    assert [line["action"] for line in few] == ["instance.bootstrap"]
    findings = told(server.home, "audit", "verify")
    assert findings[0]["chain"] == "instance" and all(finding["is_whole"] for finding in findings), findings
    assert len(findings) >= 2, "the first workspace has a log as well"
    assert told(server.home, "audit", "verify", "--of", findings[1]["chain"])[0]["rows"] == findings[1]["rows"]
    assert "whole" in admin(server.home, "audit", "verify", "--of", "instance").stdout


def test_a_cut_end_is_found_by_the_file_of_heads(own_server):
    """Not even PostgreSQL's superuser can make it unseen without that file."""
    heads = own_server.home / "audit-heads"
    admin(own_server.home, "audit", "verify")
    assert heads.read_text().startswith("halley audit heads 1\n") and heads.stat().st_mode & 0o077 == 0
    nobody = "00000000-0000-0000-0000-000000000000"
    published = next(int(line.split()[1]) for line in heads.read_text().splitlines() if line.startswith(nobody))
    psql = ["psql", "-qtAX", f"host={own_server.home}/run/pg user=postgres dbname=halley "
            f"passfile={own_server.home}/secrets/pgpass-postgres"]
    subprocess.run([*psql, "-c", f"DELETE FROM auth.audit WHERE sequence >= {published} AND workspace_id = '{nobody}'"], check=True)
    done = admin(own_server.home, "audit", "verify", "--of", "instance", "--json", status=2)
    finding = json.loads(done.stdout)[0]
    assert not finding["is_whole"] and finding["first_bad"] == published, finding
    heads.write_text(heads.read_text().replace("time_us", "time_us "))
    assert "was changed after that" in admin(own_server.home, "audit", "verify", status=1).stderr


def test_without_a_server_it_says_where_it_looked(tmp_path):
    nowhere = admin(tmp_path / "nowhere", "users", status=1)
    assert f"no data folder {tmp_path}/nowhere" in nowhere.stderr and "HALLEY_HOME" in nowhere.stderr
    idle = admin(tmp_path, "audit", "list", status=1)
    assert f"Nothing runs on the data folder {tmp_path}" in idle.stderr and "halley up" in idle.stderr


@pytest.mark.parametrize("words", [
    [], ["users"], ["users", "create"], ["audit"], ["audit", "list"], ["audit", "verify"], ["service-accounts"],
    ["service-accounts", "create-key"], ["providers"], ["providers", "test"], ["providers", "remove"]])
def test_help_says_what_it_is_for(words):
    text = admin("/nonexistent", *words, "--help").stdout
    assert text.startswith("OVERVIEW: ") and f"USAGE: halley admin {' '.join(words)}".strip() in text


@pytest.mark.parametrize("words", [["audit", "list", "--from", "yesterday"], ["audit", "list", "--credential", "x"],
                                   ["audit", "verify", "--of", "main"], ["users", "create"], ["nothing"], ["providers", "show"],
                                   ["service-accounts", "create-key", "x", "--action", "fly"],
                                   ["service-accounts", "create-key", "x", "--days", "0"]])
def test_what_is_not_understood_is_refused_before_anything_is_done(words):
    assert "Usage" in admin("/nonexistent", *words, status=64).stderr

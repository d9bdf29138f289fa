"""`halley admin providers`: the real binary against real providers."""
import json
import time

import test_admin


def command(server, *words, status=0):
    return test_admin.admin(server.home, "providers", *words, status=status)


def told(server, *words, status=0):
    return json.loads(command(server, *words, "--json", status=status).stdout)


def offered(agent, label: str, expected: bool) -> bool:
    """The sign-in page remembers its providers for a second."""
    until = time.monotonic() + 2
    while (label in agent.get("/login").text) != expected:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_a_provider_is_seen_tested_and_switched(server, admin, agent, providers):
    provider = providers[0]
    provider.user = {"sub": "from-the-shell", "preferred_username": "sheila"}
    made = server.provider(admin, provider, label="From the shell")
    row = next(row for row in told(server, "list") if row["id"] == made)
    assert (row["label"], row["kind"], row["enabled"], row["place"]) == ("From the shell", "oidc", True, provider.issuer)
    assert row["identities"] == 0 and row["has_secret"] is True
    table = command(server).stdout
    assert table.splitlines()[0].split() == ["LABEL", "KIND", "STATE", "ACCOUNTS", "WHERE", "ID"] and made in table
    shown = command(server, "show", "from the SHELL").stdout
    assert provider.issuer in shown and row["redirect_uri"] in shown and provider.secret not in shown
    assert told(server, "show", made) == row
    assert all(step["works"] for step in told(server, "test", made)) and "works" in command(server, "test", made).stdout
    assert offered(agent, "From the shell", True)
    assert command(server, "disable", made).stdout == "From the shell is no longer offered on the sign-in page.\n"
    assert offered(agent, "From the shell", False)
    assert agent.get(f"/login/with/{made}").status_code == 404
    assert told(server, "enable", made)["enabled"] is True
    assert agent.sign_in(made).status_code == 303 and agent.me() is not None, "the secret was kept"
    assert "Say --yes" in command(server, "remove", made, status=1).stderr
    assert "1 account would lose" in command(server, "remove", made, status=1).stderr
    assert command(server, "remove", made, "--yes").stdout.startswith("From the shell is removed; 1 account lost")
    assert "There is no provider" in command(server, "show", made, status=1).stderr


def test_what_does_not_work_is_named(server, admin, providers, canaille_port):
    body = {"kind": "oidc", "label": "Nobody", "issuer": f"http://127.0.0.1:{canaille_port}/nowhere", "client_id": "x"}
    made = admin.call("POST", "/api/v1/providers", body).json()["id"]
    steps = told(server, "test", "Nobody", status=2)
    assert steps[0]["works"] is False and "was not reached" in steps[0]["problem"]
    twin = admin.call("POST", "/api/v1/providers", {**body, "label": "nobody"}).json()["id"]
    both = command(server, "disable", "NOBODY", status=1).stderr
    assert made in both and twin in both
    for one in (made, twin):
        command(server, "remove", one, "--yes")
    actions = json.loads(test_admin.admin(server.home, "audit", "list", "--action", "provider.*", "--limit", "2", "--json").stdout)
    assert [(row["actor"], row["action"]) for row in actions] == [("operator", "provider.delete")] * 2

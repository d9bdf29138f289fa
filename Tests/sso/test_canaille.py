"""O1: end to end with a provider that others have written."""
import time
import urllib.parse

import pytest

from canaille import Canaille
from conftest import Agent, token_of


@pytest.fixture(scope="module")
def canaille(tmp_path_factory, canaille_port):
    made = Canaille(tmp_path_factory.mktemp("canaille"), canaille_port)
    yield made
    made.close()


@pytest.fixture(scope="module")
def id(server, admin, canaille):
    """The redirect address is known once the provider is here, and the client once it is registered there."""
    body = {"kind": "oidc", "label": "Canaille", "issuer": canaille.described["issuer"], "client_id": "not yet",
            "creates_accounts": True}
    made = admin.call("POST", "/api/v1/providers", body).json()
    client = canaille.register(made["redirect_uri"], made["sign_out_uri"])
    change = {"client_id": client["client_id"], "client_secret": client["client_secret"], "enabled": True,
              "signs_out": True}
    assert admin.call("PATCH", f"/api/v1/providers/{made['id']}", change).status_code == 200
    steps = admin.call("POST", f"/api/v1/providers/{made['id']}/test").json()
    assert steps["ok"], steps
    return made["id"]


def back(agent, canaille, id) -> str:
    away = agent.get(f"/login/with/{id}").headers["Location"]
    return canaille.walk(agent.session, away, agent.server.url)


def arrive(server, agent, canaille, id):
    """Within one second Canaille makes the same access token twice, which its own table then refuses."""
    until = time.monotonic() + 10
    while agent.me() is None:
        assert time.monotonic() < until, server.last_sign_in()
        agent.get(back(agent, canaille, id))


def test_somebody_signs_in(server, agent, canaille, id):
    location = back(agent, canaille, id)
    assert "iss=" in location
    assert agent.get(location).status_code == 303
    assert agent.me()["name"] == "ada"
    identity = agent.get("/api/v1/identities").json()["identities"][0]
    # Canaille's subject is the user name: see Docs/security.md.
    assert identity["subject"] == "ada" and identity["email"] == "ada@example.org"
    again = Agent(server)
    arrive(server, again, canaille, id)
    assert again.me()["id"] == agent.me()["id"]


def test_who_signs_out_here_signs_out_there(server, agent, canaille, id):
    arrive(server, agent, canaille, id)
    there = agent.session.get(canaille.url + "/profile/ada", timeout=30)
    assert there.status_code == 200 and "ada@example.org" in there.text
    page = agent.post("/logout", data={"csrf": token_of(agent.get("/settings/identities").text)})
    back_here = canaille.walk(agent.session, page.headers["Refresh"].removeprefix("0;url="), server.url)
    assert back_here == server.url + "/login" and agent.me() is None
    # Nobody was asked, because the ID token said who signs out; and nobody is signed in there any more.
    assert "ada@example.org" not in agent.session.get(canaille.url + "/profile/ada", timeout=30).text


def test_it_minds_the_verifier(server, agent, canaille, id):
    """A code that was stolen from another browser: the provider itself refuses it."""
    thief = Agent(server)
    stolen = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(back(agent, canaille, id)).query))["code"]
    own = urllib.parse.urlparse(back(thief, canaille, id))
    query = {**dict(urllib.parse.parse_qsl(own.query)), "code": stolen}
    assert thief.get(own._replace(query=urllib.parse.urlencode(query)).geturl()).status_code == 401
    assert server.last_sign_in()["check"] == "token_refused" and thief.me() is None

"""Who leaves a directory is out of use here soon after, without signing in again."""
import pathlib
import shutil
import tempfile
import time

import pytest

from conftest import PASSWORD, Agent, Instance
from directory import BASE, PASSWORDS, SERVICE, SERVICE_PASSWORD, Directory, uid


@pytest.fixture
def directory():
    made = Directory()
    yield made
    made.close()


@pytest.fixture
def server():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="watch"))
    made = Instance(folder / "home", HALLEY_DIRECTORY_EVERY="1")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()
    shutil.rmtree(folder)


@pytest.fixture
def admin(server):
    agent = Agent(server)
    form = {"password": PASSWORD, "again": PASSWORD}
    assert agent.post(server.credentials["setupLink"], data=form).status_code == 303
    return agent


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def searches(directory) -> int:
    return directory.heard().count("(entryUUID=")


def test_who_is_gone_or_shut_out_is_out_of_use(server, admin, directory):
    provider = admin.call("POST", "/api/v1/providers", {
        "kind": "ldap", "label": "The directory", "url": directory.tls, "certificate_authority": directory.authority.pem,
        "bind_dn": SERVICE, "client_secret": SERVICE_PASSWORD, "base_dn": f"ou=people,{BASE}",
        "user_filter": "(&(uid={name})(!(description=gone)))", "enabled": True, "creates_accounts": True}).json()["id"]
    people = {}
    for name in ("ada", "bob", "carl"):
        agent = people[name] = Agent(server)
        body = {"provider": provider, "name": name, "password": PASSWORDS.get(name, name)}
        assert agent.post("/api/v1/session", json=body).status_code == 200
    # A directory that is away, or shows nobody, ends nobody.
    directory.stop()
    until(lambda: "a directory does not say who is there" in server.tail())
    directory.start()
    seen = searches(directory)
    until(lambda: searches(directory) > seen + 1)
    assert all(agent.me() for agent in people.values())
    # Nor does one in which this instance may read whom it lets in, and no longer search for them.
    conf = directory.folder / "slapd.conf"
    open_to_all = conf.read_text()
    directory.stop()
    conf.write_text(open_to_all.replace("access to", f'access to attrs=entryUUID by dn.exact="{SERVICE}" =r by * read\naccess to', 1))
    directory.start()
    said = server.tail().count("notAnswered")
    until(lambda: server.tail().count("notAnswered") > said)
    assert all(agent.me() for agent in people.values())
    directory.stop()
    conf.write_text(open_to_all)
    directory.start()
    # One is deleted, the other no longer fits the filter.
    directory.tool("ldapdelete", uid("ada") + "\n")
    directory.modify(uid("bob"), "add: description\ndescription: gone")
    until(lambda: people["ada"].me() is None and people["bob"].me() is None)
    assert people["carl"].me()["name"].startswith("carl")
    told = [event for event in admin.get("/api/v1/audit?action=account.deactivate").json()["events"]]
    assert len(told) == 2 and all(event["actor"] == "The directory" for event in told), told

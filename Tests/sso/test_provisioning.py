"""SCIM: what another's tester says, who may, and what it means for sessions, keys and roles."""
import json
import pathlib
import re
import uuid

import pytest
from test_command_line import told

from conftest import Agent, token_of
from scim import Scim, op_active, token, within

ROUTES = json.loads((pathlib.Path(__file__).parents[1] / "clients" / "routes.json").read_text())


@pytest.fixture(scope="module")
def provider(server, admin, providers):
    return server.provider(admin, providers[0], label="Kept", group_claim="groups", creates_accounts=False, group_roles=[
        {"group": "scim-writers", "workspace": server.workspace, "role": "editor"}])


@pytest.fixture(scope="module")
def scim(server, admin, provider):
    return Scim(server, token(admin, provider))


@pytest.fixture(scope="module")
def other(server, admin, providers):
    return Scim(server, token(admin, server.provider(admin, providers[1], label="Not kept")))


def signed_in(server, providers, provider, subject):
    providers[0].user = {"sub": subject}
    agent = Agent(server)
    assert agent.sign_in(provider).status_code == 303, agent.get("/login").text
    return agent


def test_the_tester_of_others_finds_no_fault(server, admin, providers):
    from httpx2 import Client
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    mine = token(admin, server.provider(admin, providers[0], label="Tested"))
    headers = {"Authorization": f"Bearer {mine}"}
    with Client(base_url=server.url + "/scim/v2", headers=headers, trust_env=False, timeout=60) as client:
        results = check_server(SyncSCIMClient(client))
    bad = [result for result in results if result.status not in (Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED)]
    assert not bad, "\n".join(f"{result.status} {result.title}: {result.reason}" for result in bad)
    skipped = {result.title for result in results if result.status == Status.SKIPPED}
    assert skipped <= {"search_with_attributes"} and len(results) > 60


def test_only_a_token_opens_it_and_it_opens_nothing_else(server, admin, scim):
    """Ten kinds of callers."""
    service = admin.call("POST", "/api/v1/service-accounts", {"name": "robot-" + uuid.uuid4().hex[:6]}).json()["id"]
    key = lambda **more: admin.call("POST", "/api/v1/keys", {"name": "x", **more}).json()["secret"]
    person, revoked = Agent(server), key()
    admin.call("DELETE", "/api/v1/keys/" + admin.get("/api/v1/keys").json()["keys"][0]["id"])
    callers = {"administrator": (key(), 403), "service account": (key(owner=service), 403), "ingest": (key(limits={"actions": ["log"]}), 403),
               "workspace": (key(limits={"workspaces": [server.workspace]}), 403), "the first key": (server.key, 403),
               "revoked": (revoked, 401), "mistyped": (scim.token[:-1] + ("0" if scim.token[-1] != "0" else "1"), 401),
               "random": ("hlyc_" + "0" * 44, 401), "nobody": ("", 401)}
    paths = ["/Users", "/Groups", "/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/Users/" + str(uuid.uuid4())]
    for path in paths:
        for who, (secret, status) in callers.items():
            answer = Scim(server, secret)("GET", path)
            assert answer.status_code == status, (who, path, answer.text)
        # A session is worth nothing here.
        assert admin.get("/scim/v2" + path).status_code == 401 and person.get("/scim/v2" + path).status_code == 401
    assert Scim(server, callers["administrator"][0])("POST", "/Users", {"userName": "eve"}).status_code == 403
    tried, others = 0, []
    for row in ROUTES:
        method, route = row["route"].split(" ")
        if route.startswith(("/scim/", "/static", "/login", "/setup", "/invite", "/oauth")) or "open" in row:
            continue
        path = re.sub(r"\{\w+\}", str(uuid.uuid4()), route.replace("@client", "/clientlib").replace("@rest", "/api/rest/v2"))
        answer = scim.session.request(method, server.url + path, json=row.get("body", {}), headers={"Authorization": scim.token}, timeout=60,
                                      allow_redirects=False)
        # The dialect says 400 to much of what it refuses.
        said = ("This is a SCIM token", "This server does not keep versioned artifacts")
        if answer.status_code not in (401, 403) and not any(words in answer.text for words in said):
            others.append((row["route"], answer.status_code, answer.text[:200]))
        tried += 1
    assert tried > 200 and others == [("GET /settings", 303, "")], others
    counted = "SELECT count(*) FROM auth.audit WHERE action = 'access.refused' AND detail LIKE '%provisioning_only%'"
    # The gateway tells of them in batches.
    within(20, lambda: int(server.postgres("psql", "-Atc", counted)) > 0)


def test_a_token_is_shown_once_listed_replaced_and_revoked(server, admin, provider, providers):
    path = f"/api/v1/providers/{provider}/scim-tokens"
    made = admin.call("POST", path, {"name": "Okta", "address_ranges": ["127.0.0.0/8"]}).json()
    assert made["secret"].startswith("hlyc_") and made["token"]["hint"][:13] == made["secret"][:13]
    listed = admin.get(path).json()
    assert listed["base_url"] == server.url + "/scim/v2" and made["secret"] not in json.dumps(listed)
    found = next(one for one in listed["tokens"] if one["id"] == made["token"]["id"])
    assert found["name"] == "Okta" and found["address_ranges"] == ["127.0.0.0/8"] and found["revoked_ms"] is None
    new = admin.call("POST", f"{path}/{found['id']}/replacement", {"grace_seconds": 60}).json()
    for secret in (made["secret"], new["secret"]):
        assert Scim(server, secret)("GET", "/Users").status_code == 200
    assert admin.call("DELETE", f"{path}/{new['token']['id']}").status_code == 200
    within(1, lambda: Scim(server, new["secret"])("GET", "/Users").status_code == 401)
    elsewhere = server.provider(admin, providers[1], label="Elsewhere")
    assert admin.call("DELETE", f"/api/v1/providers/{elsewhere}/scim-tokens/{found['id']}").status_code == 404
    dump = server.postgres("pg_dump", "--data-only", "--schema=auth")
    assert made["secret"] not in dump and new["secret"] not in dump
    elsewhere_only = admin.call("POST", path, {"name": "far", "address_ranges": ["192.0.2.0/24"]}).json()["secret"]
    assert Scim(server, elsewhere_only)("GET", "/Users").status_code == 401


def test_the_page_and_the_command_line_make_tokens(server, admin, provider):
    path = f"/admin/providers/{provider}"
    page = admin.get(path).text
    assert server.url + "/scim/v2" in page
    shown = admin.post(path + "/scim-tokens", data={"csrf": token_of(page), "name": "By hand"}).text
    secret = shown.split('id="secret">')[1].split("<")[0]
    assert Scim(server, secret)("GET", "/Users").status_code == 200 and secret not in admin.get(path).text
    made = told(server, "scim-token", "create", provider, "--name", "shell", "--days", "30")
    assert Scim(server, made["secret"])("GET", "/Users").status_code == 200
    assert {"By hand", "shell"} <= {row["name"] for row in told(server, "scim-token", "list", provider)}
    new = told(server, "scim-token", "rotate", provider, made["id"], "--hours", "0")
    within(1, lambda: Scim(server, made["secret"])("GET", "/Users").status_code == 401)
    assert told(server, "scim-token", "revoke", provider, new["id"]) == {}
    within(1, lambda: Scim(server, new["secret"])("GET", "/Users").status_code == 401)


def test_who_is_put_out_of_use_is_out_within_two_seconds(server, providers, provider, scim):
    user = scim.user("greta@kept.example", externalId="kept-greta", emails=[{"value": "greta@kept.example", "primary": True}])
    agent = signed_in(server, providers, provider, "kept-greta")
    assert agent.me()["id"] == user["id"] and agent.me()["name"] == "greta"
    key = agent.call("POST", "/api/v1/keys", {"name": "mine"}).json()["secret"]
    asks = lambda: server.call("GET", "/api/v1/me", key=key)[0]
    assert asks() == 200
    scim.patch("/Users/" + user["id"], op_active("False"))
    within(2, lambda: asks() == 401 and agent.me() is None)
    assert Agent(server).sign_in(provider).status_code != 303
    scim.patch("/Users/" + user["id"], op_active("True"))
    again = signed_in(server, providers, provider, "kept-greta")
    assert again.me()["id"] == user["id"] and asks() == 401 and agent.me() is None


def test_people_of_entra_are_known_by_their_oid(server, admin, providers):
    """Their `sub` is another for each application, and no directory knows it."""
    entra = server.provider(admin, providers[0], label="Entra", subject_claim="oid", creates_accounts=False)
    user = Scim(server, token(admin, entra)).user("eva@contoso.example", externalId="0a21f0f2-8d2a")
    providers[0].user = {"sub": "pairwise-of-eva", "oid": "0a21f0f2-8d2a"}
    agent = Agent(server)
    assert agent.sign_in(entra).status_code == 303 and agent.me()["id"] == user["id"]
    for others in ({"sub": "0a21f0f2-8d2a"}, {"sub": "0a21f0f2-8d2a", "oid": "another"}):
        providers[0].user = others
        stranger = Agent(server)
        assert stranger.sign_in(entra).status_code != 303 and stranger.me() is None


def test_groups_bring_roles_at_once_and_take_them(server, providers, provider, scim):
    user = scim.user("ines", externalId="kept-ines")
    agent = signed_in(server, providers, provider, "kept-ines")
    sees = lambda: agent.get(f"/{server.workspace}").status_code == 200
    assert not sees()
    group = scim.group("scim-writers", user["id"])
    within(2, sees)
    assert scim.read("/Users/" + user["id"])["groups"][0]["display"] == "scim-writers"
    scim.patch("/Groups/" + group["id"], {"op": "remove", "path": f'members[value eq "{user["id"]}"]'})
    within(2, lambda: not sees())


def test_another_providers_token_finds_nothing(scim, other):
    user = scim.user("mine")
    group = scim.group("mine", user["id"])
    for path in ("/Users/" + user["id"], "/Groups/" + group["id"]):
        before = scim.read(path)
        for method, body in (("GET", None), ("PUT", {"userName": "x", "displayName": "x"}), ("DELETE", None),
                             ("PATCH", {"Operations": [{"op": "replace", "path": "displayName", "value": "x"}]})):
            answer = other(method, path, body)
            assert answer.status_code == 404 and "mine" not in answer.text
        assert scim.read(path) == before
    assert other.read('/Users?filter=userName eq "mine"')["totalResults"] == 0
    assert other("POST", "/Groups", {"displayName": "stolen", "members": [{"value": user["id"]}]}).status_code == 400


def test_administrators_are_out_of_reach_and_a_name_after_a_delete_is_somebody_new(server, admin, providers, provider, scim):
    user = scim.user("root-to-be", externalId="kept-root")
    agent = signed_in(server, providers, provider, "kept-root")
    assert admin.call("PATCH", "/api/v1/accounts/" + user["id"], {"role": "instanceAdmin"}).status_code == 200
    for method, body in (("PATCH", {"Operations": [op_active("False")]}), ("DELETE", None)):
        answer = scim(method, "/Users/" + user["id"], body)
        assert answer.status_code == 403 and agent.me() is not None
    assert admin.call("PATCH", "/api/v1/accounts/" + user["id"], {"role": "instanceUser"}).status_code == 200
    key = agent.call("POST", "/api/v1/keys", {"name": "mine"}).json()["secret"]
    assert scim("DELETE", "/Users/" + user["id"]).status_code == 204
    within(2, lambda: agent.me() is None and server.call("GET", "/api/v1/me", key=key)[0] == 401)
    again = scim.user("root-to-be", externalId="kept-root")
    new = signed_in(server, providers, provider, "kept-root")
    assert again["id"] != user["id"] and new.me()["id"] == again["id"] and new.get("/api/v1/keys").json()["keys"] == []


def test_every_change_is_told_with_provider_and_key(server, admin, provider, scim):
    user = scim.user("told")
    scim.patch("/Users/" + user["id"], op_active("False"))
    rows = server.postgres("psql", "-AtF|", "-c", f"SELECT a.action, a.detail, k.key_id FROM auth.audit a JOIN auth.api_keys k "
                           f"ON k.id = a.credential_id WHERE a.object = '{user['id']}' ORDER BY a.sequence").strip().splitlines()
    assert [row.split("|")[0] for row in rows] == ["account.create", "account.deactivate"]
    assert all(json.loads(row.split("|")[1])["provider_id"] == provider and row.endswith(scim.token[5:13]) for row in rows)

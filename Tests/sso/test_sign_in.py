"""Signing in through providers: what goes well, and who is then who."""
import concurrent.futures
import re
import urllib.parse

from conftest import PASSWORD, Agent, token_of


def test_the_page_offers_what_is_switched_on(server, admin, agent, providers, ids):
    off = server.provider(admin, providers[0], label="Not <yet>", enabled=False)
    page = agent.get("/login?next=/halley").text
    assert f'href="/login/with/{ids[0]}?next=%2Fhalley"' in page and "Sign in with Provider 0" in page
    assert off not in page and agent.get(f"/login/with/{off}").status_code == 404


def test_a_first_sign_in_makes_an_account_and_a_second_finds_it(server, agent, providers, ids):
    providers[0].user = {"sub": "grace", "preferred_username": "grace", "email": "grace@example.org", "email_verified": True}
    location = agent.depart(ids[0], "/settings/identities")
    cookie = next(cookie for cookie in agent.session.cookies if cookie.name == "halley_sso")
    assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Lax" and cookie.path == "/"
    answer = agent.get(location)
    assert answer.status_code == 303 and answer.headers["Location"] == "/settings/identities"
    assert "halley_sso" not in agent.session.cookies
    assert agent.me()["name"] == "grace"
    assert "grace@example.org" in agent.get("/settings/identities").text
    told = server.last_sign_in()
    assert told["outcome"] == "ok" and told["provider_id"] == ids[0] and told["subject"] == "grace"
    again = Agent(server)
    again.sign_in(ids[0])
    assert again.me()["id"] == agent.me()["id"]
    assert "client_secret" not in admin_view(server, ids)


def admin_view(server, ids):
    return server.postgres("psql", "-Atc", "SELECT detail FROM auth.audit")


def test_the_provider_is_asked_for_all_that_protects(agent, providers, ids):
    for provider, id in zip(providers, ids):
        location = agent.get(f"/login/with/{id}").headers["Location"]
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(location).query))
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
        assert asked["redirect_uri"].endswith("/login/callback/" + id) and asked["client_id"] == provider.client_id


def test_an_address_joins_nobody(server, admin, providers, ids):
    """O13: two providers say alice's address, verified and unverified; she has an account with it."""
    made = admin.call("POST", "/api/v1/accounts", {"name": "alice", "email": "alice@example.org"}).json()
    alice = Agent(server)
    password = "some words that alice likes"
    alice.post(made["setup_link"], data={"password": password, "again": password})
    for number, (verified, provider) in enumerate(zip((True, False), providers)):
        provider.user = {"sub": "mallory", "preferred_username": "alice", "email": "alice@example.org", "email_verified": verified}
        mallory = Agent(server)
        assert mallory.sign_in(ids[number]).status_code == 303
        assert mallory.me()["id"] != alice.me()["id"] and mallory.me()["name"].startswith("alice-")
    assert alice.get("/api/v1/identities").json() == {"identities": []}


def test_nobody_gets_an_account_where_none_are_made(server, admin, agent, providers):
    id = server.provider(admin, providers[0], label="Closed", creates_accounts=False)
    providers[0].user = {"sub": "newcomer"}
    answer = agent.sign_in(id)
    assert answer.status_code == 401 and agent.me() is None
    assert server.last_sign_in()["check"] == "account_unknown"


def joined(server, admin, name: str) -> Agent:
    made = admin.call("POST", "/api/v1/accounts", {"name": name, "email": ""}).json()
    agent = Agent(server)
    assert agent.post(made["setup_link"], data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    return agent


def begin_link(agent, id) -> str:
    """The address that the browser is sent back to."""
    token = token_of(agent.get("/settings/identities").text)
    page = agent.post(f"/settings/identities/{id}/link", data={"csrf": token})
    assert page.status_code == 200 and page.headers["Refresh"].startswith("0;url=")
    return agent.get(page.headers["Refresh"].removeprefix("0;url=")).headers["Location"]


def test_an_account_is_joined_from_within_and_parted_again(server, admin, providers, ids):
    hedy, id = joined(server, admin, "hedy"), ids[1]
    providers[1].user = {"sub": "hedy-there"}
    answer = hedy.get(begin_link(hedy, id))
    assert answer.status_code == 303 and answer.headers["Location"] == "/settings/identities"
    assert [identity["subject"] for identity in hedy.get("/api/v1/identities").json()["identities"]] == ["hedy-there"]
    other = Agent(server)
    other.sign_in(id)
    assert other.me()["id"] == hedy.me()["id"]
    # Somebody else cannot have it too.
    thief = joined(server, admin, "thief")
    assert thief.get(begin_link(thief, id)).status_code == 401
    assert server.last_sign_in()["check"] == "identity_taken"
    assert hedy.call("DELETE", f"/api/v1/identities/{id}").status_code == 200
    assert hedy.get("/api/v1/identities").json() == {"identities": []}


def test_joining_needs_the_form_and_the_session_that_asked(server, admin, providers, ids):
    """O14: what was proven is joined to the account that asked for it, and to no other."""
    ida, eve = joined(server, admin, "ida"), joined(server, admin, "eve-of-link")
    assert ida.post(f"/settings/identities/{ids[0]}/link", data={}).status_code == 403
    providers[0].user = {"sub": "evil"}
    location = begin_link(eve, ids[0])
    # Eve's way back, with Eve's cookie of the sign-in, but in Ida's session.
    ida.session.cookies.set("halley_sso", eve.session.cookies["halley_sso"])
    assert ida.get(location).status_code == 401
    assert server.last_sign_in()["check"] == "link_session"
    for agent in (ida, eve):
        assert agent.get("/api/v1/identities").json() == {"identities": []}


def test_the_only_way_in_stays(server, providers, ids):
    agent = Agent(server)
    providers[0].user = {"sub": "without-password"}
    agent.sign_in(ids[0])
    answer = agent.call("DELETE", f"/api/v1/identities/{ids[0]}")
    assert answer.status_code == 409 and answer.json()["code"] == "last_way_in"


def test_roles_come_and_go_with_groups(server, admin, providers):
    rules = [{"group": "lab", "workspace": server.workspace, "role": "editor"}, {"group": "ops", "role": "instanceAdmin"}]
    id = server.provider(admin, providers[0], label="Groups", group_claim="realm.roles", group_roles=rules)
    agent = Agent(server)
    for groups, sees, status in ((["lab"], [server.workspace], 403), (["lab", "ops"], [server.workspace], 200), ([], [], 403)):
        providers[0].user = {"sub": "grouped", "realm": {"roles": groups + [f"g{number}" for number in range(500)]}}
        agent.sign_in(id)
        assert agent.me()["workspaces"] == sees
        assert agent.get("/api/v1/providers").status_code == status
    providers[0].user = {"sub": "grouped", "_claim_names": {"realm.roles": "elsewhere"}}
    assert agent.sign_in(id).status_code == 401
    assert server.last_sign_in()["check"] == "groups_elsewhere"


def test_oauth2_without_id_tokens(server, admin, agent, providers):
    there = providers[1].issuer
    id = server.provider(admin, providers[1], kind="oauth2", label="Hub", issuer="", authorize_url=there + "/authorize",
                         token_url=there + "/token", userinfo_url=there + "/userinfo", scopes=["read:user"])
    providers[1].user = {"id": 9007199254740993, "login": "octo", "email": None}
    assert agent.sign_in(id).status_code == 303
    assert agent.me()["name"] == "octo"
    assert agent.get("/api/v1/identities").json()["identities"][0]["subject"] == "9007199254740993"


def test_keys_are_exchanged_while_people_sign_in(server, admin, providers):
    """O12: at twenty sign-ins a second, nobody notices; and nobody is asked for keys more than once."""
    id = server.provider(admin, providers[0], label="Rotating")
    Agent(server).sign_in(id)
    before = providers[0].fetched.count("/jwks")

    def sign_in(number: int) -> int:
        if number == 20:
            providers[0].rotate()
        return Agent(server).sign_in(id).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(sign_in, range(60))) == {303}
    assert providers[0].fetched.count("/jwks") - before == 1


def test_ways_on_are_ways_within(server, providers, ids):
    """O19"""
    for next in ("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/%0d%0aSet-Cookie:x=y", "javascript:x",
                 "///evil.example", "/ /evil.example", "/\tevil", "http:evil.example", "%2f%2fevil.example", "/login\r\nX: y"):
        location = Agent(server).sign_in(ids[0], next).headers["Location"]
        assert re.fullmatch(r"/([^/\\\s][^\\\s]*)?", location), (next, location)


def test_passwords_work_while_a_provider_is_away(server, admin, agent, providers, ids):
    """O18"""
    id = server.provider(admin, providers[0], label="Away")
    providers[0].fault = "redirect"
    answer = agent.get(f"/login/with/{id}")
    assert answer.status_code == 503 and "Away does not answer" in answer.text
    form = {"name": server.credentials["userName"], "password": PASSWORD}
    assert agent.post("/login", data=form).status_code == 303 and agent.me()["name"] == server.credentials["userName"]


def test_secrets_are_in_no_dump_and_no_log(server, agent, providers, ids):
    location = agent.depart(ids[0])
    assert agent.get(location).status_code == 303
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(location).query))
    asked = agent.get(f"/login/with/{ids[1]}").headers["Location"]
    begun = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(asked).query))
    secrets = [provider.secret for provider in providers] + [query["code"], query["state"], begun["state"], begun["nonce"],
                                                             agent.session.cookies["halley_sso"], agent.session.cookies["halley_s"]]
    dump, log = server.postgres("pg_dump", "--inserts"), open(server.log.name).read()
    assert "INSERT INTO auth.providers" in dump and "route=GET /login/callback/{provider}" in log.replace('"', "")
    for secret in secrets:
        assert secret not in dump and secret not in log, secret
        assert secret.encode().hex() not in dump

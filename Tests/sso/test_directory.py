"""Signing in with the name and password of a directory: Debian's slapd."""
import concurrent.futures
import re
import statistics
import time

import pytest

from conftest import PASSWORD, Agent, token_of
from directory import ALL, BASE, ELSEWHERE, OPS, PASSWORDS, PHYSICS, SERVICE, SERVICE_PASSWORD, Authority, Directory, uid


@pytest.fixture(scope="module")
def directory():
    made = Directory()
    yield made
    made.close()


@pytest.fixture(scope="module")
def configure(server, admin, directory):
    """Configures the directory as a provider; answers its id."""
    def configure(there=directory, **fields):
        body = {"kind": "ldap", "label": "The directory", "url": there.tls, "certificate_authority": there.authority.pem,
                "bind_dn": SERVICE, "client_secret": SERVICE_PASSWORD, "base_dn": f"ou=people,{BASE}", "user_filter": "(uid={name})",
                "group_claim": "memberOf", "enabled": True, "creates_accounts": True, **fields}
        made = admin.call("POST", "/api/v1/providers", body)
        assert made.status_code == 201, made.text
        return made.json()["id"]
    return configure


@pytest.fixture(scope="module")
def provider(configure):
    return configure()


def sign_in(agent, provider, name, password=None):
    body = {"provider": provider, "name": name, "password": PASSWORDS.get(name, name) if password is None else password}
    return agent.post("/api/v1/session", json=body)


def refused(server, answer, check):
    assert answer.status_code == 401 and answer.json()["code"] == "sign_in_refused", answer.text
    told = server.last_sign_in()
    assert told["outcome"] == "refused" and told["check"] == check, told


def test_a_form_asks_for_the_directory_s_password(server, agent, provider):
    # What the page offers is remembered for a second.
    until, offered = time.monotonic() + 5, None
    while offered is None:
        assert time.monotonic() < until
        offered = re.search(rf'href="(/login/with/{provider}[^"]*)">Sign in with The directory', agent.get("/login").text)
    form = agent.get(offered.group(1))
    assert form.status_code == 200 and f'action="/login/with/{provider}"' in form.text
    wrong = agent.post(f"/login/with/{provider}", data={"name": "ada", "password": "wrong", "next": "/x/y"})
    assert wrong.status_code == 401 and "The name or the password is wrong." in wrong.text and 'value="/x/y"' in wrong.text
    assert 'value="ada"' in wrong.text and "wrong</" not in wrong.text and agent.me() is None
    right = agent.post(f"/login/with/{provider}", data={"name": "ada", "password": PASSWORDS["ada"], "next": "//evil.example.org"})
    assert right.status_code == 303 and right.headers["Location"] == "/"
    assert agent.me()["name"].startswith("ada")
    again = Agent(server)
    assert sign_in(again, provider, "ada").status_code == 200
    assert again.me()["id"] == agent.me()["id"]
    identity = again.get("/api/v1/identities").json()["identities"][0]
    assert identity["email"] == "ada@example.org" and re.fullmatch(r"[0-9a-f-]{36}", identity["subject"])
    told = server.last_sign_in()
    assert told["outcome"] == "ok" and told["provider"] == "The directory" and told["subject"] == identity["subject"]
    assert agent.post(f"/login/with/{provider}", data={"name": "ada"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("name", [
    "*", "*)(uid=*", "admin)(|(a=*", "a*", "ada)(cn=ada", "(uid=ada)", "\\2a", "{name}", "ada\\", "&(uid=ada)", "nobody", "ädä", "ada\nbob",
])
def test_a_hostile_name_is_nobody_s(server, agent, provider, name):
    for password in (PASSWORDS["ada"], "wrong"):
        refused(server, sign_in(agent, provider, name, password), "user_unknown")
    assert agent.me() is None


def test_what_cannot_be_right_is_not_asked(server, agent, provider, directory):
    before = directory.heard().count("SRCH base")
    refused(server, sign_in(agent, provider, "x" * 10_000, "wrong"), "user_unknown")
    refused(server, sign_in(agent, provider, "ada", "x" * 2000), "password_wrong")
    assert sign_in(agent, provider, "ada", "").status_code == 400
    empty = agent.post(f"/login/with/{provider}", data={"name": "ada", "password": ""})
    assert empty.status_code == 401 and server.last_sign_in()["check"] == "password_wrong"
    # A NUL does not even get through the door.
    for name, password in (("ada\0bob", PASSWORDS["ada"]), ("ada\0", PASSWORDS["ada"]), ("ada", PASSWORDS["ada"] + "\0")):
        assert agent.post(f"/login/with/{provider}", data={"name": name, "password": password}).status_code == 400
    assert directory.heard().count("SRCH base") == before and agent.me() is None
    refused(server, sign_in(agent, provider, "ada", "wrong"), "password_wrong")
    assert directory.heard().count("SRCH base") == before + 1


def test_of_two_entries_none_is_meant(server, agent, configure):
    provider = configure(base_dn=BASE, label="All of it")
    refused(server, sign_in(agent, provider, "twin"), "user_ambiguous")
    assert sign_in(agent, provider, "carl").status_code == 200
    attribute = configure(subject_claim="description", label="No subject")
    answer = sign_in(Agent(server), attribute, "ada")
    assert answer.status_code == 401 and server.last_sign_in()["check"] == "subject_malformed"


@pytest.mark.parametrize("changes, check", [
    ({"certificate_authority": Authority().pem}, "directory_untrusted"), ({"certificate_authority": ""}, "directory_untrusted"),
    ({"certificate_authority": "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"}, "directory_untrusted"),
    ({"client_secret": "wrong"}, "directory_not_admitted"), ({"bind_dn": f"cn=nobody,{BASE}"}, "directory_not_admitted"),
    ({"url": "ldaps://127.0.0.1:1"}, "directory_unreachable"), ({"base_dn": f"ou=nowhere,{BASE}"}, "directory_not_answered"),
    ({"bind_dn": "", "client_secret": ""}, "directory_not_answered"),
])
def test_a_directory_that_is_not_as_it_should_be(server, admin, agent, configure, changes, check):
    provider = configure(label="Wrong", **changes)
    answer = sign_in(agent, provider, "ada")
    assert answer.status_code == 503 and answer.json()["code"] == "provider_unreachable", answer.text
    assert server.last_sign_in()["check"] == check and agent.me() is None
    tried = admin.call("POST", f"/api/v1/providers/{provider}/test").json()
    assert not tried["ok"] and tried["steps"][0]["message"], tried


def test_ways_to_get_there(server, admin, directory, configure):
    for fields in ({}, {"url": directory.plain}, {"url": directory.plain, "start_tls": False, "certificate_authority": ""},
                   {"url": directory.plain.replace("127.0.0.1", "localhost"), "start_tls": False}):
        provider = configure(label="A way", **fields)
        assert admin.call("POST", f"/api/v1/providers/{provider}/test").json()["ok"]
        assert sign_in(Agent(server), provider, "carl").status_code == 200
    outside = {"kind": "ldap", "label": "x", "url": "ldap://ldap.example.org", "start_tls": False, "base_dn": BASE, "user_filter": "(uid={name})"}
    made = admin.call("POST", "/api/v1/providers", outside)
    assert made.status_code == 400 and "HALLEY_EGRESS_ALLOW" in made.text


def test_a_certificate_of_another_name(server, configure):
    other = Directory(ELSEWHERE)
    try:
        for url in (other.tls, other.plain):
            provider = configure(other, url=url, label="Another name")
            assert sign_in(Agent(server), provider, "ada").status_code == 503
            assert server.last_sign_in()["check"] == "directory_untrusted"
        assert f'BIND dn="{SERVICE}"' not in other.heard()
    finally:
        other.close()


def roles(agent) -> set:
    return {(role.get("workspace"), role["role"]) for role in agent.me()["roles"]}


@pytest.mark.parametrize("search", [False, True])
def test_roles_come_and_go_with_groups(server, directory, configure, search):
    fields = {"group_base_dn": f"ou=groups,{BASE}", "group_filter": "(member={dn})"} if search else {}
    rules = [{"group": PHYSICS.replace(",", ", ").upper(), "workspace": server.workspace, "role": "editor"},
             {"group": OPS, "role": "instanceAuditor"}, {"group": ALL, "workspace": server.workspace, "role": "viewer"}]
    provider = configure(label=f"Groups {search}", group_roles=rules, **fields)
    agent = Agent(server)
    assert sign_in(agent, provider, "ada").status_code == 200
    assert (server.workspace, "editor") in roles(agent) and (None, "instanceAuditor") not in roles(agent)
    other = Agent(server)
    assert sign_in(other, provider, "bob").status_code == 200
    # By search, who is in a group that is in a group is in both.
    assert roles(other) - {(None, "instanceUser")} == {(None, "instanceAuditor")} | ({(server.workspace, "viewer")} if search else set())
    directory.modify(PHYSICS, f"replace: member\nmember: {uid('carl')}")
    try:
        assert (server.workspace, "editor") in roles(agent)
        assert sign_in(agent, provider, "ada").status_code == 200
        assert roles(agent) == {(None, "instanceUser")}
    finally:
        directory.modify(PHYSICS, f"replace: member\nmember: {uid('ada')}")


def test_who_is_out_stays_out(server, admin, configure):
    provider = configure(label="Out")
    agent = Agent(server)
    assert sign_in(agent, provider, "carl").status_code == 200
    me = agent.me()["id"]
    assert admin.post("/login", data={"name": "admin", "password": PASSWORD}).status_code == 303
    assert admin.call("PATCH", f"/api/v1/accounts/{me}", {"active": False}).status_code == 200
    assert agent.me() is None
    answer = sign_in(agent, provider, "carl")
    assert answer.status_code == 401 and server.last_sign_in()["check"] == "account_inactive"
    closed = configure(label="No newcomers", creates_accounts=False)
    assert sign_in(agent, closed, "carl").status_code == 401 and server.last_sign_in()["check"] == "account_unknown"
    domains = configure(label="Elsewhere", email_domains=["example.net"])
    assert sign_in(agent, domains, "carl").status_code == 401 and server.last_sign_in()["check"] == "email_domain"


def test_an_account_is_joined_from_within(server, configure):
    provider, agent = configure(label="Joined", creates_accounts=False), Agent(server)
    assert agent.post("/login", data={"name": "admin", "password": PASSWORD}).status_code == 303
    me, page = agent.me()["id"], agent.get("/settings/identities").text
    form = agent.post(f"/settings/identities/{provider}/link", data={"csrf": token_of(page)})
    assert form.status_code == 200 and f'action="/settings/identities/{provider}/join"' in form.text
    path, data = f"/settings/identities/{provider}/join", {"csrf": token_of(form.text), "name": "bob", "password": "wrong"}
    assert agent.post(path, data={**data, "csrf": "x"}).status_code == 403
    assert agent.post(path, data=data).status_code == 401
    assert agent.post(path, data={**data, "password": PASSWORDS["bob"]}).status_code == 303
    other = Agent(server)
    assert sign_in(other, provider, "bob").status_code == 200 and other.me()["id"] == me
    assert Agent(server).post(path, data=data).status_code in (303, 401)


def test_guesses_are_counted(server, configure):
    provider, agent = configure(label="Guessed"), Agent(server)
    seen = [sign_in(agent, provider, "bob", f"guess {number}").status_code for number in range(12)]
    assert seen[:10] == [401] * 10 and 429 in seen[10:], seen
    # Neither somebody else, nor the same name elsewhere.
    assert sign_in(agent, provider, "ada").status_code == 200
    assert sign_in(agent, configure(label="Not guessed"), "bob").status_code == 200


def test_strangers_do_not_slow_a_browser_that_is_known(server, configure):
    provider, desk, others = configure(label="Hammered"), Agent(server), Agent(server)
    assert sign_in(desk, provider, "bob").status_code == 200
    assert sign_in(others, provider, "ada").status_code == 200
    known = desk.session.cookies["halley_b"]
    assert [sign_in(Agent(server), provider, "bob", "guess").status_code for _ in range(11)] == [401] * 10 + [429]
    assert sign_in(Agent(server), provider, "bob").status_code == 429
    assert sign_in(others, provider, "bob").status_code == 429, "known to somebody else"
    assert sign_in(desk, provider, "bob", "mistyped").status_code == 401
    assert sign_in(desk, provider, "bob").status_code == 200 and desk.session.cookies["halley_b"] != known
    form = desk.post(f"/login/with/{provider}", data={"name": "bob", "password": PASSWORDS["bob"]})
    assert form.status_code == 303 and len(form.raw.headers.getlist("Set-Cookie")) == 2


def test_a_directory_that_is_away_takes_no_tries(server, configure):
    there = Directory()
    provider = configure(there, label="Away for long")
    try:
        there.stop()
        assert [sign_in(Agent(server), provider, "ada").status_code for _ in range(12)] == [503] * 12
        there.start()
        assert sign_in(Agent(server), provider, "ada").status_code == 200
    finally:
        there.close()


def test_an_unknown_name_takes_as_long_as_a_wrong_password(server, provider):
    def times(name):
        found = []
        for number in range(6):
            began = time.monotonic()
            assert sign_in(Agent(server), provider, name.format(number), "wrong").status_code == 401
            found.append(time.monotonic() - began)
        return found
    unknown, wrong = times("nobody{}"), times("admin")
    assert min(unknown + wrong) > 0.35
    assert abs(statistics.median(unknown) - statistics.median(wrong)) < 0.1, (unknown, wrong)


def test_the_directory_is_away(server, agent, configure):
    there = Directory()
    provider = configure(there, label="Away")
    try:
        there.freeze()
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            waiting = pool.submit(sign_in, Agent(server), provider, "ada")
            assert agent.post("/login", data={"name": "admin", "password": PASSWORD}).status_code == 303
            assert time.monotonic() - began < 4
            answer = waiting.result()
        assert answer.status_code == 503 and time.monotonic() - began < 6.5
        assert "Away does not answer" in answer.json()["detail"]
        there.thaw()
        assert sign_in(Agent(server), provider, "ada").status_code == 200
        there.stop()
        answer = sign_in(Agent(server), provider, "ada")
        assert answer.status_code == 503 and server.last_sign_in()["check"] == "directory_unreachable"
        page = Agent(server).post(f"/login/with/{provider}", data={"name": "ada", "password": PASSWORDS["ada"]})
        assert page.status_code == 503 and "does not answer" in page.text
        assert Agent(server).post("/login", data={"name": "admin", "password": PASSWORD}).status_code == 303
        there.start()
        assert sign_in(Agent(server), provider, "ada").status_code == 200
    finally:
        there.close()


def test_passwords_are_in_no_dump_and_no_log(server, agent, provider):
    assert sign_in(agent, provider, "ada").status_code == 200
    dump, log = server.postgres("pg_dump", "--inserts"), open(server.log.name).read()
    assert "INSERT INTO auth.directories" in dump and SERVICE in dump and "route=POST /api/v1/session" in log.replace('"', "")
    for secret in [SERVICE_PASSWORD, *PASSWORDS.values()]:
        assert secret not in dump and secret not in log and secret.encode().hex() not in dump

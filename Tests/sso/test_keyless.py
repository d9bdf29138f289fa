"""A CI job without a secret: the token that its own service gives it is worth a short key here."""
import time

import pytest
import requests

SUBJECT = "repo:acme/app:ref:refs/heads/main"


@pytest.fixture(scope="module")
def account(server, admin):
    made = admin.call("POST", "/api/v1/service-accounts", {"workspace": server.workspace, "name": "ci", "role": "editor"})
    assert made.status_code == 201, made.text
    return made.json()["id"]


@pytest.fixture(scope="module")
def trust(admin, account, providers):
    made = rule(admin, account, providers[0])
    assert made.status_code == 201, made.text
    return made.json()


def rule(admin, account, provider, **fields):
    return admin.call("POST", "/api/v1/trusts", {
        "service_account": account, "name": "acme on main", "issuer": provider.issuer, "audience": provider.client_id,
        "claims": [{"claim": "sub", "pattern": "repo:acme/app:ref:refs/heads/*"}], "actions": ["log", "read"], "key_seconds": 600,
        **fields})


def token(provider, subject=SUBJECT) -> str:
    provider.user = {"sub": subject}
    return provider.token(provider.claims({"nonce": None}))


def exchange(server, text, **fields):
    return requests.post(server.url + "/oauth/token", timeout=30, data={
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": text,
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token", **fields})


def told(server) -> str:
    """The check that the audit log names for the last refusal."""
    return server.postgres("psql", "-At", "-c", "SELECT detail::jsonb->>'check' FROM auth.audit WHERE action = 'trust.exchange' "
                           "ORDER BY time_us DESC, sequence DESC LIMIT 1").strip()


def test_a_token_is_worth_a_short_key(server, providers, trust, account):
    answer = exchange(server, token(providers[0]))
    made = answer.json()
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store", made
    assert made["token_type"] == "Bearer" and 500 < made["expires_in"] <= 600 and made["scope"] == "log read"
    assert made["access_token"].startswith("hlys_")
    me = requests.get(server.url + "/api/v1/me", headers={"Authorization": made["access_token"]}, timeout=30).json()
    assert me["id"] == account, me
    assert exchange(server, token(providers[0]), service_account=account).status_code == 200
    assert exchange(server, token(providers[0]), service_account="00000000-0000-4000-8000-000000000000").status_code == 400


@pytest.mark.parametrize("fault, check", [
    ("alg none", "id_token_algorithm"), ("HS256 with the public key", "id_token_algorithm"), ("unknown kid", "id_token_key"),
    ("jku", "id_token_key"), ("jwk", "id_token_key"), ("signed by another", "id_token_signature"),
    ("broken signature", "id_token_signature"), ("expired", "id_token_expired"), ("no expiry", "id_token_expired"),
    ("issued in the future", "id_token_issued_at"), ("aud without us", "id_token_audience"),
    ("issuer off by a slash", "id_token_issuer"), ("issuer of another", "id_token_issuer"),
])
def test_what_does_not_hold_is_worth_nothing(server, providers, trust, fault, check):
    providers[0].fault = fault
    answer = exchange(server, token(providers[0]))
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant" and check not in answer.text
    assert told(server) == check


@pytest.mark.parametrize("subject", ["repo:acme/app:ref:refs/tags/v1", "repo:acme/apple:ref:refs/heads/main", "", "x" + SUBJECT])
def test_others_of_the_same_issuer_get_nothing(server, providers, trust, subject):
    assert exchange(server, token(providers[0], subject)).json()["error"] == "invalid_grant"
    assert told(server) == "claims_do_not_fit"


@pytest.mark.parametrize("fields, error", [
    ({"grant_type": "password"}, "unsupported_grant_type"), ({"subject_token_type": "x"}, "invalid_request"),
    ({"subject_token": ""}, "invalid_grant"), ({"subject_token": "a.b.c"}, "invalid_grant"),
])
def test_what_is_no_such_request_is_told_so(server, trust, fields, error):
    answer = exchange(server, "x", **fields)
    assert answer.status_code == 400 and answer.json()["error"] == error, answer.text


def test_rules_that_let_in_everybody_are_refused(server, admin, account, providers):
    for claims in ([], [{"claim": "sub", "pattern": "*"}], [{"claim": "iss", "pattern": providers[0].issuer}]):
        assert rule(admin, account, providers[0], claims=claims).status_code == 400
    assert rule(admin, account, providers[0], issuer="http://ci.example.org").status_code == 400
    person = admin.me()["id"]
    assert rule(admin, person, providers[0]).status_code == 404


def test_with_the_rule_go_its_keys(server, admin, account, providers):
    made = rule(admin, account, providers[1], audience=providers[1].client_id).json()
    key = exchange(server, token(providers[1])).json()["access_token"]
    ask = lambda: requests.get(server.url + "/api/v1/me", headers={"Authorization": key}, timeout=30).status_code
    assert ask() == 200
    assert admin.call("DELETE", "/api/v1/trusts/" + made["id"]).status_code == 200
    until = time.monotonic() + 1.5
    while ask() == 200:
        assert time.monotonic() < until, "still accepted"
    assert ask() == 401
    assert exchange(server, token(providers[1])).json()["error"] == "invalid_grant"
    listed = admin.get("/api/v1/trusts", params={"service_account": account}).json()["trusts"]
    assert made["id"] not in [each["id"] for each in listed] and "last_used_ms" in listed[0]


def test_out_of_use_it_gets_none(server, admin, account, providers, trust):
    assert admin.call("PATCH", f"/api/v1/accounts/{account}", {"active": False}).status_code == 200
    assert exchange(server, token(providers[0])).json()["error"] == "invalid_grant"
    assert admin.call("PATCH", f"/api/v1/accounts/{account}", {"active": True}).status_code == 200
    assert exchange(server, token(providers[0])).status_code == 200

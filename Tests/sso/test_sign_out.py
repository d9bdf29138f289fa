"""O17: signing out here and at a provider, whichever comes first."""
import base64
import concurrent.futures
import json
import time
import urllib.parse

import pytest

from conftest import Agent, token_of
from test_sign_in import joined


@pytest.fixture()
def place(server, admin, providers):
    """The first provider once more, told that who signs out here signs out there."""
    id = server.provider(admin, providers[0], label="Place", signs_out=True)
    yield id
    assert admin.call("DELETE", f"/api/v1/providers/{id}").status_code == 200


def arrived(server, provider, id, subject, sid=None) -> Agent:
    provider.user = {"sub": subject, "preferred_username": subject, **({"sid": sid} if sid else {})}
    agent = Agent(server)
    agent.sign_in(id)
    assert agent.me() is not None
    return agent


def tell(server, id, token):
    return Agent(server).post(f"/oauth/logout/{id}", data={"logout_token": token})


def log_out(agent):
    return agent.post("/logout", data={"csrf": token_of(agent.get("/settings/identities").text)})


def test_who_signs_out_is_sent_on(server, providers, place):
    agent = arrived(server, providers[0], place, "joan")
    page = log_out(agent)
    assert page.status_code == 200 and agent.me() is None
    address = page.headers["Refresh"].removeprefix("0;url=")
    assert address.startswith(providers[0].issuer + "/logout?from=halley&")
    said = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(address).query))
    assert said["post_logout_redirect_uri"] == server.url + "/login" and said["client_id"] == "halley"
    claims = said["id_token_hint"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["sub"] == "joan"


def test_who_did_not_come_from_there_is_not(server, admin, providers, ids, place):
    assert log_out(joined(server, admin, "nettie")).headers["Location"] == "/login"
    # The same provider, where this is switched off.
    assert log_out(arrived(server, providers[0], ids[0], "nettie-there")).headers["Location"] == "/login"


def test_a_provider_ends_what_came_from_it(server, admin, providers, ids, place):
    here = joined(server, admin, "stays")
    one, two = (arrived(server, providers[0], place, "betty", sid) for sid in ("there-1", "there-2"))
    other = arrived(server, providers[0], place, "jean", "there-3")
    elsewhere = arrived(server, providers[1], ids[1], "betty", "there-1")
    answer = tell(server, place, providers[0].logout_token(sub="betty", sid="there-1"))
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store" and answer.text == ""
    ended(one)
    assert all(agent.me() for agent in (here, two, other, elsewhere))
    assert tell(server, place, providers[0].logout_token(sub="betty")).status_code == 200
    ended(two)
    assert all(agent.me() for agent in (here, other, elsewhere))
    assert tell(server, place, providers[0].logout_token(sid="there-3")).status_code == 200
    ended(other)
    assert here.me() and elsewhere.me()
    told = [json.loads(line) for line in server.postgres(
        "psql", "-Atc", "SELECT detail FROM auth.audit WHERE action = 'session.end' ORDER BY sequence DESC LIMIT 3").splitlines()]
    assert [(event["provider"], event["which"]) for event in told] == [
        ("Place", "one there"), ("Place", "all of a person"), ("Place", "one there")]


def ended(agent):
    """Within a second, as every revocation."""
    until = time.monotonic() + 5
    while agent.me() is not None:
        assert time.monotonic() < until


def test_one_that_waits_for_its_code_ends_too(server, admin, providers, place):
    agent = arrived(server, providers[0], place, "kathleen")
    account = agent.me()["id"]
    # As if enrolled: half a sign-in is what comes of the next one.
    server.postgres("psql", "-c", f"INSERT INTO auth.factors (id, account_id, kind, seed, begun_at, confirmed_at) "
                    f"VALUES (gen_random_uuid(), '{account}', 'totp', decode(repeat('00', 60), 'hex'), now(), now())")
    again = Agent(server)
    page = again.get(again.depart(place))
    assert page.status_code == 200 and "code" in page.text
    waiting = "SELECT count(*) FROM auth.pending_sign_ins WHERE used_at IS NULL AND account_id = "
    assert server.postgres("psql", "-Atc", f"{waiting}'{account}'").strip() == "1"
    assert tell(server, place, providers[0].logout_token(sub="kathleen")).status_code == 200
    assert server.postgres("psql", "-Atc", f"{waiting}'{account}'").strip() == "0"


EVIL = {
    "iss": ({"iss": "https://login.example.org"}, "id_token_issuer"), "aud": ({"aud": "another"}, "id_token_audience"),
    "old": ({"iat": -130}, "id_token_issued_at"), "early": ({"iat": 130}, "id_token_issued_at"),
    "no iat": ({"iat": None}, "id_token_issued_at"), "over": ({"exp": -70}, "id_token_expired"),
    "no event": ({"events": None}, "logout_token_kind"), "other event": ({"events": {"http://example.org": {}}}, "logout_token_kind"),
    "an event that is none": ({"events": {"http://schemas.openid.net/event/backchannel-logout": 1}}, "logout_token_kind"),
    "nonce": ({"nonce": "x"}, "logout_token_kind"), "no jti": ({"jti": None}, "logout_token_kind"),
    "nobody": ({"sub": None}, "subject_malformed"), "a subject that is too long": ({"sub": "x" * 300}, "subject_malformed"),
}


@pytest.mark.parametrize("fault", EVIL)
def test_an_evil_token_ends_nothing(server, providers, place, fault):
    victim = arrived(server, providers[0], place, "victim")
    changes, check = EVIL[fault]
    changes = {name: int(time.time()) + value if name in ("iat", "exp") and value else value for name, value in changes.items()}
    refused(server, place, providers[0].logout_token(**{"sub": "victim", **changes}), check)
    assert victim.me()


@pytest.mark.parametrize("fault", ["alg none", "HS256 with the public key", "signed by another", "broken signature", "jwk"])
def test_a_token_of_somebody_else_ends_nothing(server, providers, place, fault):
    victim = arrived(server, providers[0], place, "victim")
    providers[0].fault = fault
    try:
        token = providers[0].logout_token(sub="victim")
    finally:
        providers[0].fault = None
    checks = {"alg none": "id_token_algorithm", "HS256 with the public key": "id_token_algorithm", "jwk": "id_token_key"}
    refused(server, place, token, checks.get(fault, "id_token_signature"))
    assert victim.me()


def test_an_id_token_and_another_providers_word_end_nothing(server, providers, ids, place):
    victim = arrived(server, providers[0], place, "victim")
    claims = {"iss": providers[0].issuer, "aud": "halley", "exp": int(time.time()) + 60, "iat": int(time.time()), "nonce": "x", "sub": "victim"}
    refused(server, place, providers[0].token(claims), "logout_token_kind")
    refused(server, place, providers[1].logout_token(sub="victim"), "id_token_key", "id_token_signature")
    refused(server, place, "no token at all", "id_token_malformed")
    assert tell(server, "00000000-0000-4000-8000-000000000000", providers[0].logout_token(sub="victim")).status_code == 400
    assert victim.me()


def refused(server, place, token, *checks):
    answer = tell(server, place, token)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request", answer.text
    said = server.postgres("psql", "-Atc", "SELECT detail FROM auth.audit WHERE action = 'session.end' ORDER BY sequence DESC LIMIT 1")
    assert json.loads(said)["check"] in checks


def test_sixteen_bring_one_token_and_it_counts_once(server, providers, place):
    arrived(server, providers[0], place, "replayed")
    token = providers[0].logout_token(sub="replayed")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = [job.result().status_code for job in [pool.submit(tell, server, place, token) for _ in range(16)]]
    assert sorted(answers) == [200] + [400] * 15

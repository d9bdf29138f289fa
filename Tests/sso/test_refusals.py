"""Whatever is not as it should be is refused: the person sees one page, the audit log names the check."""
import concurrent.futures
import time
import urllib.parse

import pytest

from conftest import Agent
from provider import Provider

FAULTS = {
    "other nonce": "id_token_nonce", "missing nonce": "id_token_nonce", "aud without us": "id_token_audience",
    "several aud, azp not us": "id_token_azp", "several aud, no azp": "id_token_azp", "issuer off by a slash": "id_token_issuer",
    "issuer of another": "id_token_issuer", "expired": "id_token_expired", "no expiry": "id_token_expired",
    "issued in the future": "id_token_issued_at", "no subject": "subject_malformed", "subject of 300": "subject_malformed",
    "alg none": "id_token_algorithm", "HS256 with the public key": "id_token_algorithm", "unknown kid": "id_token_key",
    "jku": "id_token_key", "jwk": "id_token_key", "x5u": "id_token_key", "no kid": "id_token_signature", "signed by another": "id_token_signature",
    "broken signature": "id_token_signature", "no id token": "id_token_missing", "iss of another": "issuer_parameter",
    "promised iss is missing": "issuer_parameter", "says no": "provider_error", "other user": "userinfo_subject",
}


def refused(server, agent, answer, check):
    assert answer.status_code == 401 and "This did not work" in answer.text and check not in answer.text
    assert agent.me() is None and "halley_s" not in agent.session.cookies
    told = server.last_sign_in()
    assert told["outcome"] == "refused" and told["check"] == check, told


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_each_algorithm_is_believed_when_it_holds(server, admin, agent, providers, algorithm):
    provider = providers[0]
    keys, provider.algorithm = provider.keys, algorithm
    provider.keys = []
    provider.rotate()
    try:
        id = server.provider(admin, provider, label=algorithm)
        assert agent.sign_in(id).status_code == 303
        provider.fault = "broken signature"
        refused(server, other := Agent(server), other.sign_in(id), "id_token_signature")
    finally:
        provider.keys, provider.algorithm = keys, "RS256"


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_refused(server, admin, agent, providers, ids, fault):
    provider = providers[0]
    id = server.provider(admin, provider, label=fault) if "kid" in fault or fault in ("jku", "jwk", "x5u") else ids[0]
    if fault == "no kid":
        provider.keys = provider.keys[:1]
    provider.fault = fault
    refused(server, agent, agent.sign_in(id), FAULTS[fault])
    provider.fault = None
    assert agent.sign_in(ids[0]).status_code == 303
    assert "/evil-jwks" not in provider.fetched


def test_the_id_token_of_another_provider(server, agent, providers, ids):
    providers[0].other = providers[1]
    providers[0].fault = "id token of another provider"
    refused(server, agent, agent.sign_in(ids[0]), "id_token_signature")


def changed(location: str, **changes) -> str:
    url = urllib.parse.urlparse(location)
    query = {**dict(urllib.parse.parse_qsl(url.query)), **changes}
    return url._replace(query=urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})).geturl()


def test_the_state_is_of_one_browser_and_one_use(server, agent, providers, ids):
    location, stranger = agent.depart(ids[0]), Agent(server)
    refused(server, stranger, stranger.get(location), "state_browser")
    for address, check in ((location, "state_browser"), (changed(location, state="A" * 43), "state_unknown"),
                           (changed(location, state=None), "state_unknown"), (location + "&state=" + "A" * 43, "state_unknown")):
        stranger.depart(ids[0])
        refused(server, stranger, stranger.get(address), check)
    cookie = agent.session.cookies["halley_sso"]
    assert agent.get(location).status_code == 303
    again = Agent(server)
    again.session.cookies.set("halley_sso", cookie)
    refused(server, again, again.get(location), "state_used")


def test_sixteen_come_back_with_one_state(server, agent, ids):
    location, cookie = agent.depart(ids[0]), agent.session.cookies["halley_sso"]

    def come(_) -> int:
        other = Agent(server)
        other.session.cookies.set("halley_sso", cookie)
        return other.get(location).status_code

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(come, range(16))) == [303] + [401] * 15


def test_answers_are_not_mixed_up(server, agent, providers, ids):
    """O10: begun at one provider, answered by another; with and without RFC 9207."""
    first, second = (f"/login/callback/{id}" for id in ids)
    for begun, other in ((0, 1), (1, 0)):
        path = (first, second)[other]
        location = urllib.parse.urlparse(agent.depart(ids[begun]))._replace(path=path).geturl()
        refused(server, agent, agent.get(location), "state_provider")
    refused(server, agent, agent.get(changed(agent.depart(ids[0]), iss=providers[1].issuer)), "issuer_parameter")
    refused(server, agent, agent.get(changed(agent.depart(ids[0]), iss=providers[0].issuer + "/")), "issuer_parameter")
    # Who does not promise to name itself may not be named as somebody else.
    refused(server, agent, agent.get(changed(agent.depart(ids[1]), iss=providers[0].issuer)), "issuer_parameter")
    # A code of the other, which its own name and its own client protect.
    stolen = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(Agent(server).depart(ids[1])).query))["code"]
    refused(server, agent, agent.get(changed(agent.depart(ids[0]), code=stolen)), "token_refused")


def test_another_sign_in_s_code_does_not_fit(server, agent, providers, ids):
    """PKCE: a code that was stolen on its way back is of no use in another browser."""
    stolen = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(Agent(server).depart(ids[0])).query))["code"]
    refused(server, agent, agent.get(changed(agent.depart(ids[0]), code=stolen)), "token_refused")
    refused(server, agent, agent.get(changed(agent.depart(ids[0]), code=None)), "code_missing")


@pytest.mark.parametrize("fault, check", [
    ("redirect", "discovery_unreachable"), ("endless", "discovery_malformed"), ("slow", "discovery_unreachable"),
    ("discovery issuer", "discovery_issuer"), ("keys elsewhere", "discovery_address"), ("token in plain elsewhere", "discovery_address"),
])
def test_a_description_that_leads_astray(server, admin, agent, providers, fault, check):
    """O11: in five seconds at most, and in little memory."""
    id = server.provider(admin, providers[0], label=fault)
    providers[0].fault = fault
    auth, began = server.children()["auth"], time.monotonic()
    before = memory(auth)
    answer = agent.get(f"/login/with/{id}")
    assert answer.status_code == 503 and time.monotonic() - began < 6.5
    assert memory(auth) - before < 30_000_000
    assert server.last_sign_in()["check"] == check
    steps = admin.call("POST", f"/api/v1/providers/{id}/test").json()
    assert not steps["ok"] and "169.254" not in str(steps) and not steps["steps"][0]["ok"]


def memory(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.parametrize("place", [
    "http://169.254.169.254", "https://169.254.169.254", "https://127.0.0.1", "https://localhost", "https://[::1]", "https://10.0.0.1",
    "https://[::ffff:127.0.0.1]", "https://[64:ff9b::7f00:1]", "https://0.0.0.0", "https://2130706433", "https://0x7f.1", "https://0177.0.0.1",
    "https://localhost.", "https://login.example.org@127.0.0.1", "https://127.0.0.1:22", "file:///etc/passwd", "gopher://127.0.0.1",
])
def test_an_issuer_within_the_house(server, admin, agent, providers, place):
    """Either it cannot be written down, or it is not reached; what listens there never hears of it."""
    body = {"kind": "oidc", "label": "inside", "issuer": place, "client_id": "x", "enabled": True}
    made = admin.call("POST", "/api/v1/providers", body)
    if made.status_code == 201:
        answer = agent.get(f"/login/with/{made.json()['id']}")
        assert answer.status_code == 503 and server.last_sign_in()["check"] == "discovery_unreachable"
        assert admin.call("DELETE", f"/api/v1/providers/{made.json()['id']}").status_code == 200
    else:
        assert made.status_code == 400 and made.json()["code"] == "provider_invalid", made.text


def test_a_neighbour_that_is_not_allowed(server, admin, agent):
    neighbour = Provider()
    try:
        body = {"kind": "oidc", "label": "neighbour", "issuer": neighbour.issuer, "client_id": "x", "enabled": True}
        assert admin.call("POST", "/api/v1/providers", body).status_code == 400
        assert neighbour.fetched == []
    finally:
        neighbour.close()


def test_other_sites_begin_nothing(agent, ids):
    answer = agent.get(f"/login/with/{ids[0]}", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and "halley_sso" not in agent.session.cookies

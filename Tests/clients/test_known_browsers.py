"""Browsers in which somebody has signed in: strangers who try the name do not slow them."""
import http.client
import json
import urllib.parse

PASSWORD = "a long password of the administrator"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def ask(server, method, path, body=None, headers=None):
    """The answer, and what it sets: names of cookies with their values."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    answer.said = answer.read().decode()
    connection.close()
    fields = [value.split(";")[0].split("=", 1) for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return answer, dict(fields)


def sign_in(server, password=PASSWORD, name="admin", **headers):
    body = json.dumps({"name": name, "password": password})
    return ask(server, "POST", "/api/v1/session", body, {"Content-Type": "application/json", **headers})


def by_form(server, password=PASSWORD, **headers):
    return ask(server, "POST", "/login", urllib.parse.urlencode({"name": "admin", "password": password}), {**FORM, **headers})


def test_the_owner_gets_in_while_strangers_try(own_server):
    server = own_server
    path = urllib.parse.urlparse(server.credentials["setupLink"]).path
    answer, begun = ask(server, "POST", path, urllib.parse.urlencode({"password": PASSWORD, "again": PASSWORD}), FORM)
    assert answer.status == 303 and set(begun) == {"halley_s", "halley_b"}
    own = {"Cookie": f"halley_b={begun['halley_b']}"}

    said = [sign_in(server, "wrong")[0] for _ in range(10)]
    assert [each.status for each in said] == [401] * 10
    page, _ = by_form(server, "wrong")
    assert page.status == 429 and "Try again in" in page.said and "an administrator" in page.said, page.said
    assert 1 <= int(page.getheader("Retry-After")) <= 90
    answer, _ = sign_in(server)
    told = json.loads(answer.said)
    assert answer.status == 429 and told["code"] == "sign_in_throttled" and 1 <= int(answer.getheader("Retry-After")) <= 90
    unknown = [sign_in(server, name="nobody")[0] for _ in range(12)]
    assert [each.status for each in unknown] == [401] * 10 + [429] * 2

    # It opens nothing, nor does a key that comes along with it.
    assert ask(server, "GET", "/api/v1/me", headers=own)[0].status == 401
    assert sign_in(server, **own, Authorization=server.key)[0].status == 429
    assert sign_in(server, Cookie=f"halley_b={'A' * 43}")[0].status == 429
    assert sign_in(server, Cookie=f"__Host-b={begun['halley_b']}")[0].status == 429

    answer, first = sign_in(server, **own)
    assert answer.status == 200 and set(first) == {"halley_s", "halley_b"} and first["halley_b"] != begun["halley_b"]
    assert sign_in(server, **own)[0].status == 429, "a copy from before"
    page, second = by_form(server, Cookie=f"halley_b={first['halley_b']}")
    assert page.status == 303 and set(second) == {"halley_s", "halley_b"}
    wrong, set_now = by_form(server, "wrong", Cookie=f"halley_b={second['halley_b']}")
    assert wrong.status == 401 and not set_now and "an administrator" in wrong.said

    # Signing out leaves it known; signing out everywhere else does not.
    session = {"Cookie": f"halley_s={second['halley_s']}; halley_b={second['halley_b']}"}
    csrf = json.loads(ask(server, "GET", "/api/v1/me", headers=session)[0].said)["csrf_token"]
    gone, cleared = ask(server, "DELETE", "/api/v1/session", headers={**session, "X-CSRF-Token": csrf})
    assert gone.status == 200 and cleared == {"halley_s": ""}
    answer, third = sign_in(server, Cookie=f"halley_b={second['halley_b']}")
    assert answer.status == 200
    session = {"Cookie": f"halley_s={third['halley_s']}"}
    csrf = json.loads(ask(server, "GET", "/api/v1/me", headers=session)[0].said)["csrf_token"]
    assert ask(server, "DELETE", "/api/v1/sessions", headers={**session, "X-CSRF-Token": csrf})[0].status == 200
    assert sign_in(server, Cookie=f"halley_b={third['halley_b']}")[0].status == 429

    dump = server.dump()
    for token in (begun, first, second, third):
        assert token["halley_b"] not in dump
    assert "auth.known_browsers" in dump

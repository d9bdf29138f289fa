"""Mail by a real relay: links for passwords, notices, and a relay that is away or says nothing."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import Agent, Instance, PASSWORD, free_port
from harness import BINARY
from relay import PASSWORD as RELAY_PASSWORD
from relay import USER, Relay, Silence, link

NEW = "quite another long password"


@pytest.fixture(scope="module")
def folder():
    made = pathlib.Path(tempfile.mkdtemp(prefix="mail"))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def relay(folder):
    made = Relay(free_port(), folder).start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def settings(relay):
    return {"HALLEY_SMTP_URL": f"smtp://127.0.0.1:{relay.port}", "HALLEY_SMTP_CA": str(relay.authority),
            "HALLEY_SMTP_USER": USER, "HALLEY_SMTP_PASSWORD": RELAY_PASSWORD,
            "HALLEY_MAIL_FROM": "Halley Prüfung <halley@lab.example>", "HALLEY_LOG": "trace"}


@pytest.fixture(scope="module")
def server(folder, settings):
    made = Instance(folder / "home", **settings)
    made.start()
    yield made
    if made.process.poll() is None:
        log = made.tail()
        assert made.stop() == 0, log


@pytest.fixture(scope="module")
def admin(server):
    agent = Agent(server)
    assert agent.post(server.credentials["setupLink"], data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    return agent


@pytest.fixture(scope="module")
def ada(server, relay, admin):
    """Somebody who came by a link in a mail, and whose address so is theirs."""
    made = admin.call("POST", "/api/v1/accounts", {"name": "ada", "email": "ada@example.org"})
    assert made.status_code == 201
    mail = relay.take("ada@example.org", "Your Halley account")
    assert mail["From"] == "Halley Prüfung <halley@lab.example>" and mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@lab.example>") and mail["Date"]
    assert link(mail).startswith(made.json()["setup_link"] + "?mail=")
    agent = Agent(server)
    proof = link(mail).split("?mail=")[1]
    assert f'value="{proof}"' in agent.get(link(mail)).text
    assert set_password(agent, link(mail).split("?")[0], PASSWORD, proof) == 303
    assert agent.get("/api/v1/email").json() == {"email": "ada@example.org", "confirmed": True, "waiting": ""}
    relay.take("ada@example.org", "Your password was set anew")
    return agent


def set_password(agent, url, password, proof=""):
    return agent.post(url, data={"password": password, "again": password, "mail": proof}).status_code


def signs_in(server, name, password):
    agent = Agent(server)
    return agent.post("/login", data={"name": name, "password": password}).status_code == 303


def mail_of(admin, kind, state="queued"):
    """What waits of a kind and was tried, as an administrator sees it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for mail in admin.get("/api/v1/mail").json()["mails"]:
            if mail["kind"] == kind and mail["state"] == state and mail["problem"]:
                return mail
    raise AssertionError(admin.get("/api/v1/mail").text)


def halley(server, settings, *words):
    environment = dict(os.environ, HALLEY_HOME=str(server.home), HALLEY_LISTEN=f"127.0.0.1:{server.port}", **settings)
    return subprocess.run([BINARY, *words], env=environment, capture_output=True, text=True, timeout=60)


def test_a_forgotten_password_is_set_by_one_of_sixteen_and_hosts_do_not_matter(server, relay, ada):
    assert 'href="/forgot"' in Agent(server).get("/login").text
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    asked = Agent(server).post("/forgot", data={"name": "ada"}, headers=evil)
    assert asked.status_code == 200 and "is on the way" in asked.text
    mail = relay.take("ada@example.org", "A new password for Halley")
    assert "evil" not in mail.as_string() and link(mail).startswith(server.url + "/setup/")
    with ThreadPoolExecutor(16) as pool:
        got = list(pool.map(lambda _: set_password(Agent(server), link(mail), NEW), range(16)))
    assert sorted(set(got)) == [303, 404] and got.count(303) == 1
    assert ada.me() is None
    notice = relay.take("ada@example.org", "Your password was set anew")
    assert "From: 127.0.0.1" in notice.get_content() and "If it was not you" in notice.get_content()
    assert not signs_in(server, "ada", PASSWORD) and signs_in(server, "ada", NEW)


def test_whoever_is_not_known_gets_the_same_answer_in_the_same_time(server, relay, admin, ada):
    assert admin.call("POST", "/api/v1/accounts", {"name": "bob", "email": ""}).status_code == 201
    pages, beats = set(), []
    for name in ("ada", "bob", "nobody", "nobody@example.org"):
        began = time.monotonic()
        page = Agent(server).post("/forgot", data={"name": name})
        beats.append(round((time.monotonic() - began) / 0.4))
        assert page.status_code == 200
        pages.add(page.text)
    assert len(pages) == 1
    # Whole beats: a machine under load may take another one, for whomever it is.
    assert min(beats) >= 1
    relay.take("ada@example.org", "A new password for Halley")
    asked = [Agent(server).session.post(server.url + "/api/v1/password/reset", json={"name": "nobody"}) for _ in range(7)]
    assert [each.status_code for each in asked].count(429) >= 2 and asked[0].json() == {}


def test_an_invitation_is_mailed_and_proves_the_address(server, relay, admin):
    page = admin.get("/settings/workspaces/main").text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    made = admin.post("/settings/workspaces/main/invitations",
                      data={"csrf": token, "label": "grace@example.org", "role": "editor"})
    assert "It was mailed to grace@example.org, too." in made.text
    sent = link(relay.take("grace@example.org", "You are invited to Halley"))
    assert sent.split("?mail=")[0] in made.text and sent not in made.text
    agent = Agent(server)
    form = {"name": "grace", "password": PASSWORD, "again": PASSWORD, "mail": sent.split("?mail=")[1]}
    assert agent.post(sent.split("?")[0], data=form).status_code == 303
    assert agent.get("/api/v1/email").json() == {"email": "grace@example.org", "confirmed": True, "waiting": ""}


def test_an_address_is_changed_by_a_link_that_is_opened_and_a_form(server, relay, ada):
    agent = Agent(server)
    assert agent.post("/login", data={"name": "ada", "password": NEW}).status_code == 303
    assert agent.call("PUT", "/api/v1/email", {"email": "ada@new.example"}).status_code == 202
    sent = link(relay.take("ada@new.example", "Is this your address?"))
    assert "Confirm the address" in Agent(server).get(sent).text
    assert agent.get("/api/v1/email").json()["email"] == "ada@example.org"
    assert "is confirmed" in Agent(server).post(sent).text
    assert agent.get("/api/v1/email").json() == {"email": "ada@new.example", "confirmed": True, "waiting": ""}
    assert Agent(server).post(sent).status_code == 404
    relay.take("ada@example.org", "Your address was changed")
    for wrong in ("ada@new.example\r\nBcc: eve@evil.example", "a b@example.org", "eve@evil.example>"):
        assert agent.call("PUT", "/api/v1/email", {"email": wrong}).status_code == 400


def test_the_command_line_tells_whether_mail_works(server, settings, relay):
    tested = halley(server, settings, "admin", "mail", "test", "eve@example.org", "--json")
    assert tested.returncode == 0 and json.loads(tested.stdout)["sent"] is True, tested.stderr
    relay.take("eve@example.org", "A test of Halley's mail")
    refused = halley(server, settings, "admin", "mail", "test", "refused@example.org")
    assert refused.returncode == 2 and "nobody of that name" in refused.stdout
    listed = json.loads(halley(server, settings, "admin", "mail", "list", "--json").stdout)
    assert {"setup", "reset"} <= {mail["kind"] for mail in listed}
    assert RELAY_PASSWORD not in server.tail()
    fine = halley(server, settings, "doctor")
    assert "takes it" in fine.stdout and fine.returncode == 0, fine.stdout


def test_a_relay_that_is_not_whom_it_should_be_is_told_nothing(server, settings, folder):
    def doctor(**changed):
        return halley(server, {**settings, **changed}, "doctor").stdout

    assert "refuses the user or the password" in doctor(HALLEY_SMTP_PASSWORD="wrong")
    assert "certificate" in doctor(HALLEY_SMTP_CA="/etc/ssl/certs/ca-certificates.crt")
    (server.home / "secrets" / "smtp-password").touch(0o600)
    (server.home / "secrets" / "smtp-password").write_text(RELAY_PASSWORD + "\n")
    assert "takes it" in doctor(HALLEY_SMTP_PASSWORD="")
    (folder / "plain").mkdir()
    plain = Relay(free_port(), folder / "plain", encrypts=False).start()
    place = f"smtp://127.0.0.1:{plain.port}"
    assert "offers no STARTTLS" in doctor(HALLEY_SMTP_URL=place)
    assert "takes it" in doctor(HALLEY_SMTP_URL=place, HALLEY_SMTP_STARTTLS="off", HALLEY_SMTP_USER="")
    plain.stop()
    assert "HALLEY_MAIL_FROM" in halley(server, {**settings, "HALLEY_MAIL_FROM": ""}, "doctor").stderr


def test_mail_waits_while_the_relay_is_away_and_its_link_is_in_no_dump(server, relay, admin):
    relay.stop()
    assert Agent(server).post("/forgot", data={"name": "ada"}).status_code == 200
    mail = mail_of(admin, "reset")
    assert "cannot be reached" in mail["problem"] and mail["recipient"] == "ada@new.example"
    dump = server.postgres("pg_dump", "-d")
    relay.start()
    assert admin.call("POST", f"/api/v1/mail/{mail['id']}/retry", {}).status_code == 200
    sent = link(relay.take("ada@new.example", "A new password for Halley"))
    assert sent.rsplit("/", 1)[1] not in dump


def test_what_is_refused_for_good_is_given_up(server, relay, admin):
    assert admin.call("POST", "/api/v1/accounts", {"name": "carl", "email": "refused@example.org"}).status_code == 201
    mail = mail_of(admin, "setup", "dead")
    assert "nobody of that name" in mail["problem"] and mail["attempts"] == 1
    page = admin.get("/admin/mail").text
    assert "nobody of that name" in page and "Try again" in page


def test_a_relay_that_says_nothing_holds_up_nobody_nor_the_end_of_the_server(server, relay, admin):
    relay.stop()
    silence = Silence(relay.port)
    try:
        for index in range(6):
            made = admin.call("POST", "/api/v1/accounts", {"name": f"p{index}", "email": f"p{index}@example.org"})
            assert made.status_code == 201
        assert silence.came.wait(20)
        began = time.monotonic()
        assert signs_in(server, "ada", NEW)
        assert Agent(server).post("/forgot", data={"name": "nobody else"}).status_code in (200, 429)
        assert server.call("GET", "/api/v1/me")[0] == 200
        assert time.monotonic() - began < 8
        log, began = server.tail(), time.monotonic()
        assert server.stop() == 0, log
        assert time.monotonic() - began < 12
    finally:
        silence.close()
        relay.start()

"""A real server that may ask the providers of these tests, and its administrator."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import pytest
import requests

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "clients"))

from harness import Server  # noqa: E402
from provider import Provider  # noqa: E402

PASSWORD = "a long password of the administrator"
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Agent:
    """A browser without a face: keeps cookies, and goes on only when it is told to."""

    def __init__(self, server):
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, url, **options):
        url = urllib.parse.urljoin(self.server.url, url)
        return self.session.get(url, allow_redirects=False, timeout=60, **options)

    def post(self, url, **options):
        url = urllib.parse.urljoin(self.server.url, url)
        return self.session.post(url, allow_redirects=False, timeout=60, **options)

    def call(self, method, path, body=None):
        """A write of our own pages."""
        token = self.get("/api/v1/me").json()["csrf_token"]
        return self.session.request(method, self.server.url + path, json=body, headers={"X-CSRF-Token": token}, timeout=60)

    def me(self):
        """Who is signed in; nothing for nobody. A machine that is busy with something else may first say 503 or 504."""
        until = time.monotonic() + 20
        while (answer := self.get("/api/v1/me")).status_code in (503, 504) and time.monotonic() < until:
            pass
        assert answer.status_code in (200, 401), answer.text
        return answer.json() if answer.status_code == 200 else None

    def depart(self, provider_id, next="/"):
        """To the provider; answers where it sends the browser back to."""
        away = self.get(f"/login/with/{provider_id}", params={"next": next})
        assert away.status_code == 303, away.text
        back = self.get(away.headers["Location"])
        assert back.status_code == 302, back.text
        return back.headers["Location"]

    def sign_in(self, provider_id, next="/"):
        return self.get(self.depart(provider_id, next))


class Instance(Server):
    def postgres(self, program, *arguments) -> str:
        run = self.home / "run" / "pg"
        passfile = self.home / "secrets" / "pgpass-postgres"
        place = f"host={run} user=postgres dbname=halley passfile={passfile}"
        done = subprocess.run([str(POSTGRES / program), *arguments, place], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def last_sign_in(self) -> dict:
        """What the audit log says of the last sign-in."""
        row = self.postgres("psql", "-AtF|", "-c", "SELECT outcome, detail FROM auth.audit WHERE action IN "
                            "('session.sign_in', 'identity.link') ORDER BY time_us DESC, sequence DESC LIMIT 1")
        outcome, detail = row.strip().split("|", 1)
        return {"outcome": outcome, **json.loads(detail)}

    def provider(self, admin, provider, **fields) -> str:
        """Configures it; answers its id."""
        body = {"kind": "oidc", "label": "Acme", "issuer": provider.issuer, "client_id": provider.client_id,
                "client_secret": provider.secret, "enabled": True, "creates_accounts": True, **fields}
        made = admin.call("POST", "/api/v1/providers", body)
        assert made.status_code == 201, made.text
        return made.json()["id"]


@pytest.fixture(scope="session")
def canaille_port():
    return free_port()


@pytest.fixture(scope="session")
def providers():
    """Two honest ones, of which the first promises to name itself, and the second cannot."""
    made = [Provider(), Provider(client_id="halley two", secret="canary/secret:two", names_itself=False)]
    yield made
    for provider in made:
        provider.close()


@pytest.fixture(scope="session")
def server(providers, canaille_port):
    # The addresses of sockets are short.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sso"))
    places = [f"127.0.0.1:{port}" for port in [canaille_port] + [provider.port for provider in providers]]
    made = Instance(folder / "home", HALLEY_EGRESS_ALLOW=",".join(places), HALLEY_LOG="debug")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def admin(server):
    agent = Agent(server)
    form = {"password": PASSWORD, "again": PASSWORD}
    assert agent.post(server.credentials["setupLink"], data=form).status_code == 303
    return agent


@pytest.fixture(scope="session")
def ids(server, admin, providers):
    """The two providers' ids, as they are configured."""
    made = [server.provider(admin, provider, label=f"Provider {number}") for number, provider in enumerate(providers)]
    return made


@pytest.fixture(autouse=True)
def honest(providers):
    yield
    for provider in providers:
        provider.fault, provider.user = None, {"sub": "ada"}


@pytest.fixture
def agent(server):
    return Agent(server)


def token_of(page: str) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page).group(1)

"""A real `halley up` on a folder of its own, once a session, and scripts run with the real client against it.

HALLEY_BINARY names the executable (default: the debug build of this checkout).
HALLEY_CLIENT_PYTHON names the interpreter whose comet_ml is tested (default: the one that runs pytest).
"""
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("HALLEY_BINARY", str(ROOT / ".build" / "debug" / "halley"))
PYTHON = os.environ.get("HALLEY_CLIENT_PYTHON", sys.executable)


def free_ports() -> int:
    """A port whose next one is free too: the second origin takes it. Below those that the system gives to connections, one
    of which could come in between."""
    while True:
        port = random.randrange(20_000, 32_000, 2)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


class Server:
    def __init__(self, home: pathlib.Path, **environment):
        self.home = home
        # All tests come from one address, and many of them are refused on purpose.
        self.environment = {"HALLEY_RATE_ADDRESS": "off", **environment}
        self.port = free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(home.parent / (home.name + ".log"), "ab")
        self.process = None

    def start(self, seconds: float = 120) -> float:
        began = time.monotonic()
        environment = dict(os.environ, HALLEY_HOME=str(self.home), HALLEY_LISTEN=f"127.0.0.1:{self.port}",
                           SWIFT_BACKTRACE="enable=no", **self.environment)
        self.process = subprocess.Popen([BINARY, "up"], env=environment, stdout=self.log, stderr=self.log)
        self.wait(seconds)
        self.credentials = json.loads((self.home / "credentials.json").read_text())
        self.key = self.credentials["apiKey"]
        self.workspace = self.credentials["workspace"]
        return time.monotonic() - began

    def wait(self, seconds: float = 120) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, "halley up ended: " + self.tail()
            try:
                if urllib.request.urlopen(self.url + "/readyz", timeout=2).status == 200:
                    if (self.home / "credentials.json").exists():
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.05)
        raise AssertionError("halley up was not ready in time: " + self.tail())

    def stop(self) -> int:
        """Its exit status, which is not 0 when a service had to be killed. It may take what PostgreSQL's last checkpoint
        takes: on a busy disk that is long."""
        self.process.terminate()
        try:
            return self.process.wait(150)
        except subprocess.TimeoutExpired:
            left = ", ".join(self.children())
            self.process.kill()
            raise AssertionError(f"halley up did not stop; left were: {left}\n{self.tail()}") from None

    def tail(self) -> str:
        self.log.flush()
        return pathlib.Path(self.log.name).read_text(errors="replace")[-3000:]

    def sql(self, statement: str) -> None:
        """As the superuser of the server's own cluster."""
        self.postgres("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c", statement)

    def dump(self) -> str:
        return self.postgres("pg_dump")

    def postgres(self, program: str, *arguments: str) -> str:
        environment = dict(os.environ, PGPASSFILE=str(self.home / "secrets" / "pgpass-postgres"))
        place = ["-h", str(self.home / "run" / "pg"), "-U", "postgres", "-d", "halley"]
        done = subprocess.run([program, *place, *arguments], env=environment, check=True, capture_output=True, text=True)
        return done.stdout

    def children(self) -> dict:
        """The service processes under `halley up`, by name."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if int(stat[1]) == self.process.pid and len(words) > 1:
                program = os.path.basename(words[0].decode())
                name = words[1].decode() if program == "halley" else program
                found[name] = int(entry.name)
        return found

    def call(self, method: str, path: str, body=None, key=None, headers=None, raw=False):
        """One HTTP request; (status, headers, JSON or bytes)."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=dict(headers or {}))
        if key is not False:
            request.add_header("Authorization", key or self.key)
        if data is not None and not request.has_header("Content-type"):
            request.add_header("Content-Type", "application/json;charset=utf-8")
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        content = answer.read()
        if raw:
            return answer.status, answer.headers, content
        try:
            return answer.status, answer.headers, json.loads(content or b"null")
        except ValueError:
            return answer.status, answer.headers, content

    def begin(self, project: str) -> str:
        """A run that no client watches over: its key."""
        key = uuid.uuid4().hex
        status, _, body = self.call("POST", "/clientlib/logger/add/run", {
            "apiKey": self.key, "experimentKey": key, "projectName": project, "teamName": self.workspace, "offline": False,
            "libVersion": "3.58.8", "local_timestamp": 1700000000000, "getOrCreateEnabled": False})
        assert status == 200, body
        return key

    def client_environment(self, **more) -> dict:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COMET_")}
        environment.update(
            COMET_URL_OVERRIDE=self.url + "/clientlib/", COMET_API_KEY=self.key, COMET_WORKSPACE=self.workspace,
            COMET_ERROR_TRACKING_ENABLE="0", COMET_INTERNAL_REPORTING="0", COMET_DISABLE_ANNOUNCEMENT="1",
            NO_PROXY="127.0.0.1", MPLBACKEND="agg", HOME=str(self.home.parent))
        environment.update(more)
        return {name: value for name, value in environment.items() if value is not None}

    def run(self, script: str, *arguments: str, seconds: float = 180, **environment) -> subprocess.CompletedProcess:
        """Runs a script of `scripts/`, or code, with the real client."""
        folder = pathlib.Path(__file__).parent / "scripts"
        head = [PYTHON, str(folder / script)] if script.endswith(".py") else [PYTHON, "-c", script]
        return subprocess.run(
            head + list(arguments), env=self.client_environment(**environment), capture_output=True, text=True,
            timeout=seconds, cwd=self.home.parent)


# What the client says of itself: that embeddings are experimental; and that the copy it keeps in case the server goes away
# missed a temporary file, which it had already uploaded and removed. The latter depends on which of its threads is faster.
OWN_NOTICES = ("experimental", "Unknown offline streaming error: FileNotFoundError")


def complaints(done: subprocess.CompletedProcess) -> list:
    """WARNING and ERROR lines, but for the client's notices of itself."""
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines
            if ("WARNING" in line or "ERROR" in line or "Traceback" in line)
            and not any(notice in line for notice in OWN_NOTICES)]

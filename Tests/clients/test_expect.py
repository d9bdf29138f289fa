"""`Expect: 100-continue`: leave to send a body is given when it will be read, and not to who is refused before."""
import socket
import time
import uuid

import pytest

BODY = b'--b\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\nhello\r\n--b--\r\n'


@pytest.fixture(scope="module")
def experiment(server):
    key = uuid.uuid4().hex
    status, _, body = server.call("POST", "/clientlib/logger/add/run", {
        "apiKey": server.key, "experimentKey": key, "projectName": "expect", "teamName": server.workspace, "offline": False,
        "libVersion": "3.58.8", "local_timestamp": 1700000000000, "getOrCreateEnabled": False})
    assert status == 200, body
    return key


class Sender:
    """A connection that sends a request's head, and its body only when told to."""

    def __init__(self, server):
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self.answers = self.socket.makefile("rb")

    def head(self, path: str, **headers) -> None:
        fields = {"Host": "x", "Authorization": self.server.key, "Content-Type": "multipart/form-data; boundary=b",
                  "Content-Length": str(len(BODY)), "Expect": "100-continue", **headers}
        lines = [f"POST {path} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields.items() if value]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")

    def status(self) -> tuple:
        """The next answer's status and headers; its body is read and dropped."""
        status, headers = int(self.answers.readline().split()[1]), {}
        while line := self.answers.readline().strip():
            name, value = line.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        self.answers.read(int(headers.get("content-length", "0")) if status >= 200 else 0)
        return status, headers


def upload(experiment: str) -> str:
    return f"/clientlib/asset/upload?experimentId={experiment}&assetId={uuid.uuid4().hex}&fileName=x.txt&overwrite=False"


def test_leave_is_given_once_and_before_the_answer(server, experiment):
    sender = Sender(server)
    for _ in range(2):  # the connection goes on
        sender.head(upload(experiment))
        assert sender.status() == (100, {})
        sender.socket.sendall(BODY)
        assert sender.status()[0] == 200


def test_who_did_not_ask_is_not_told(server, experiment):
    sender = Sender(server)
    sender.head(upload(experiment), Expect=None)
    sender.socket.sendall(BODY)
    assert sender.status()[0] == 200


def test_json_is_waited_for_as_well(server, experiment):
    body = f'{{"experimentKey": "{experiment}", "addedTags": ["x"]}}'.encode()
    sender = Sender(server)
    sender.head("/clientlib/tags/add-tags-to-experiment", **{"Content-Type": "application/json", "Content-Length": str(len(body))})
    assert sender.status()[0] == 100
    sender.socket.sendall(body)
    assert sender.status()[0] == 200


@pytest.mark.parametrize("change, status", [
    ({"Authorization": "nobody"}, 401), ({"Content-Length": str(10**12)}, 413), ({"Content-Encoding": "br"}, 415),
    ({"Content-Encoding": "gzip"}, 415), ({"Content-Type": "text/plain"}, 400), ({"experiment": "0" * 32}, 400),
])
def test_who_is_refused_for_the_head_never_sends_a_body(server, experiment, change, status):
    sender = Sender(server)
    headers = {name: value for name, value in change.items() if name != "experiment"}
    sender.head(upload(change.get("experiment", experiment)), **headers)
    assert sender.status()[0] == status


def test_curl_does_not_wait_for_its_patience_to_end(server, experiment, tmp_path):
    import shutil
    import subprocess
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    (tmp_path / "big.bin").write_bytes(bytes(2 << 20))
    patience, began = 20, time.monotonic()
    done = subprocess.run(["curl", "-s", "-w", "%{http_code}", "-o", "/dev/null", "--expect100-timeout", str(patience),
                           "-H", f"Authorization: {server.key}", "-F", f"file=@{tmp_path}/big.bin",
                           server.url + upload(experiment)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "200" and time.monotonic() - began < patience / 2

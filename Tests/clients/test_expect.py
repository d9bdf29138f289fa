"""`Expect: 100-continue`: leave to send a body is given when it will be read, and not to who is refused before."""
import time
import uuid

import pytest

from connection import Connection

BODY = b'--b\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\nhello\r\n--b--\r\n'


@pytest.fixture(scope="module")
def experiment(server):
    return server.begin("expect")


class Sender(Connection):
    """Sends a request's head, and its body only when told to."""

    def head(self, path: str, **headers) -> None:
        self.send(self.request("POST", path, **{
            "Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(len(BODY)), "Expect": "100-continue",
            **headers}))


def upload(experiment: str) -> str:
    return f"/clientlib/asset/upload?experimentId={experiment}&assetId={uuid.uuid4().hex}&fileName=x.txt&overwrite=False"


def test_leave_is_given_once_and_before_the_answer(server, experiment):
    sender = Sender(server)
    for _ in range(2):  # the connection goes on
        sender.head(upload(experiment))
        assert sender.answer() == (100, {}, b"")
        sender.send(BODY)
        assert sender.answer()[0] == 200


def test_who_did_not_ask_is_not_told(server, experiment):
    sender = Sender(server)
    sender.head(upload(experiment), Expect=None)
    sender.send(BODY)
    assert sender.answer()[0] == 200


def test_json_is_waited_for_as_well(server, experiment):
    body = f'{{"experimentKey": "{experiment}", "addedTags": ["x"]}}'.encode()
    sender = Sender(server)
    sender.head("/clientlib/tags/add-tags-to-experiment", **{"Content-Type": "application/json", "Content-Length": str(len(body))})
    assert sender.answer()[0] == 100
    sender.send(body)
    assert sender.answer()[0] == 200


@pytest.mark.parametrize("change, status", [
    ({"Authorization": "nobody"}, 401), ({"Content-Length": str(10**12)}, 413), ({"Content-Encoding": "br"}, 415),
    ({"Content-Encoding": "gzip"}, 415), ({"Content-Type": "text/plain"}, 400), ({"experiment": "0" * 32}, 400),
])
def test_who_is_refused_for_the_head_never_sends_a_body(server, experiment, change, status):
    sender = Sender(server)
    headers = {name: value for name, value in change.items() if name != "experiment"}
    sender.head(upload(change.get("experiment", experiment)), **headers)
    assert sender.answer()[0] == status


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

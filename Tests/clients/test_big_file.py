"""A large file goes up and comes back at constant memory in every service.

HALLEY_BIG=1 sends 2 GiB instead of 256 MiB, which takes a minute or two and as much room on disk.
"""
import hashlib
import http.client
import os
import time
import uuid

MIB = 1 << 20
SIZE = (2048 if os.environ.get("HALLEY_BIG") == "1" else 256) * MIB
RESIDENT_BYTES_MAX = 100_000_000
SERVICES = ["gateway", "auth", "workspace", "tracking", "artifact"]


def content():
    """SIZE bytes, a mebibyte at a time; no two are equal, and nothing in them can be left out or shortened."""
    seed = os.urandom(MIB - 8)
    for number in range(SIZE // MIB):
        yield number.to_bytes(8, "big") + seed


def forget_peaks(server) -> dict:
    """The services' ids; the kernel begins to note their largest resident size anew."""
    pids = {name: server.children()[name] for name in SERVICES}
    for pid in pids.values():
        with open(f"/proc/{pid}/clear_refs", "w") as out:
            out.write("5")
    return pids


def peaks(pids: dict) -> dict:
    found = {}
    for name, pid in pids.items():
        with open(f"/proc/{pid}/status") as status:
            found[name] = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    return found


def upload(server, key: str, asset: str, digest) -> None:
    """As the client's `asset/upload`: one multipart body of known length."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'.encode()
    tail = f"\r\n--{boundary}--\r\n".encode()

    def body():
        yield head
        for piece in content():
            digest.update(piece)
            yield piece
        yield tail

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    path = f"/clientlib/asset/upload?experimentId={key}&assetId={asset}&fileName=big.bin&type=model-element&groupingName=big"
    connection.request("POST", path, body(), {
        "Authorization": server.key, "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(head) + SIZE + len(tail))})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def download(server, path: str, skipped: int, digest) -> None:
    """Reads all, and counts SIZE bytes behind the first `skipped` ones."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    connection.request("GET", f"/api/rest/v2/experiment/{path}", headers={"Authorization": server.key})
    answer = connection.getresponse()
    assert answer.status == 200 and int(answer.headers["Content-Length"]) >= SIZE, answer.headers
    answer.read(skipped)
    left = SIZE
    while piece := answer.read(min(MIB, left)):
        digest.update(piece)
        left -= len(piece)
    assert left == 0
    answer.read()
    connection.close()


def test_a_large_file_is_never_held_in_memory(own_server):
    server, key, asset = own_server, own_server.begin("big"), uuid.uuid4().hex
    pids = forget_peaks(server)
    sent, received, zipped = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    began, seen = time.monotonic(), {}
    for what, work in (
            ("up", lambda: upload(server, key, asset, sent)),
            ("down", lambda: download(server, f"asset/get-asset?experimentKey={key}&assetId={asset}", 0, received)),
            ("down in a zip", lambda: download(
                server, f"model/download?experimentKey={key}&modelName=big", 30 + len("big.bin"), zipped))):
        work()
        seen, speed = peaks(pids), SIZE / MIB / (time.monotonic() - began)
        print(f"{what}: {speed:.0f} MiB/s, resident at most", {name: f"{size / 1e6:.0f} MB" for name, size in seen.items()})
        began = time.monotonic()
    assert sent.digest() == received.digest() == zipped.digest()
    assert {name: size for name, size in seen.items() if size > RESIDENT_BYTES_MAX} == {}
    assert {name: server.children()[name] for name in SERVICES} == pids, "a service was started anew"

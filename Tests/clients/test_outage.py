"""The gateway is gone for half a minute while the real client logs: afterwards everything is there, once."""
import os
import re
import signal
import subprocess
import threading
import time

import pytest
from harness import PYTHON

OUTAGE_SECONDS = 30


def read(server, key: str, path: str):
    status, _, body = server.call("GET", f"/api/rest/v2/experiment/{path}experimentKey={key}")
    return body if status == 200 else None


def wait_until_logged(server, key: str) -> None:
    """All kinds have arrived, and two files more: then the answer to the lines, sent every five seconds, has arrived as well.
    Lines whose answer is lost are sent again under new offsets: to the server they are others."""
    enough, until = None, time.monotonic() + 60
    while time.monotonic() < until:
        output, files = read(server, key, "output?"), read(server, key, "asset/list?type=asset&")
        if enough is None and output and "<5>" in output["output"] and files and files["assets"]:
            enough = len(files["assets"]) + 2
        if enough is not None and files and len(files["assets"]) >= enough:
            return
        threading.Event().wait(0.1)
    raise AssertionError("the client has logged nothing: " + server.tail())


def lose_gateway(server, seconds: float) -> None:
    """Kills the gateway while its supervisor is stopped, so that nobody starts it again before time."""
    gateway = server.children()["gateway"]
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        os.kill(gateway, signal.SIGKILL)
        gone = threading.Event()
        assert not gone.wait(seconds)
        with pytest.raises(OSError):
            server.call("GET", "/healthz")
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    server.wait(30)
    assert server.children()["gateway"] != gateway


def test_nothing_is_lost_or_doubled_while_the_gateway_is_gone(own_server, tmp_path, key_of_experiment):
    key, back = key_of_experiment, tmp_path / "back"
    script = os.path.join(os.path.dirname(__file__), "scripts", "outage.py")
    client = subprocess.Popen([PYTHON, script, str(back), key], env=own_server.client_environment(), cwd=tmp_path, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_until_logged(own_server, key)
        lose_gateway(own_server, OUTAGE_SECONDS)
        back.touch()
        said = client.communicate(timeout=120)[0]
    finally:
        client.kill()
    assert client.returncode == 0 and "ERROR" not in said, said
    assert "comet upload" not in said, "the client gave up and kept an archive: " + said
    check(own_server, key, int(re.search(r"TURNS (\d+)", said).group(1)))


def check(server, key: str, turns: int) -> None:
    assert turns > OUTAGE_SECONDS * 2, turns
    points = [(point["step"], float(point["metricValue"])) for point in read(server, key, "metrics/get-metric?metricName=m&")["metrics"]]
    assert sorted(points) == [(turn, turn + 0.5) for turn in range(turns)]
    lines = [int(line) for line in re.findall(r"<(\d+)>", read(server, key, "output?")["output"])]
    assert sorted(lines) == list(range(turns))
    parameters = [(value["name"], value["valueCurrent"]) for value in read(server, key, "parameters?")["values"]
                  if re.fullmatch(r"p\d+", value["name"])]
    assert sorted(parameters) == sorted((f"p{turn}", str(turn)) for turn in range(turns))
    others = [(value["name"], value["valueCurrent"]) for value in read(server, key, "log-other?")["values"]
              if re.fullmatch(r"o\d+", value["name"])]
    assert sorted(others) == sorted((f"o{turn}", f"v{turn}") for turn in range(turns))
    files = {asset["fileName"]: asset["assetId"] for asset in read(server, key, "asset/list?type=asset&")["assets"]}
    assert sorted(files) == sorted(f"a{turn}.txt" for turn in range(0, turns, 5))
    assert len(files) == len(read(server, key, "asset/list?type=asset&")["assets"])
    for name, asset in files.items():
        path = f"/api/rest/v2/experiment/asset/get-asset?assetId={asset}&experimentKey={key}"
        assert server.call("GET", path, raw=True)[2] == f"{name[1:-4]} ".encode() * 500, name
    assert not read(server, key, "metadata?")["running"]

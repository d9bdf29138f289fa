"""Writers that log numbered facts and remember which of them were acknowledged, and a checker that reads all of it back.

lost = acknowledged and not there; doubled = there more than once. What was sent without an answer may be there or not.
"""
import http.client
import json
import threading
import time
import uuid


class Writer(threading.Thread):
    """One experiment: points, parameters, output lines and files, each sent until it is acknowledged or time is up."""

    def __init__(self, server, number: int, stop: threading.Event):
        super().__init__(daemon=True)
        self.server, self.number, self.stopping = server, number, stop
        self.key = uuid.uuid4().hex
        self.connection = None
        self.points, self.parameters, self.lines, self.files = set(), set(), set(), {}
        self.refusals = []

    def call(self, method: str, path: str, body: bytes, headers=None) -> bool:
        """True when acknowledged. The same request is repeated, as the real client does."""
        headers = {"Authorization": self.server.key, "Content-Type": "application/json;charset=utf-8", **(headers or {})}
        while True:
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                content = answer.read()
                if answer.status == 200:
                    return True
                if answer.status < 500 and answer.status != 429:
                    self.refusals.append((path.split("?")[0], answer.status, content[:300]))
                    return False
            except (OSError, http.client.HTTPException):
                if self.connection is not None:
                    self.connection.close()
                self.connection = None
            if self.stopping.is_set():
                return False
            time.sleep(0.02)

    def json(self, path: str, value) -> bool:
        return self.call("POST", path, json.dumps(value).encode())

    def run(self):
        began = self.json("/clientlib/logger/add/run", {
            "apiKey": self.server.key, "experimentKey": self.key, "projectName": "kill", "teamName": self.server.workspace,
            "offline": False, "libVersion": "3.58.8", "local_timestamp": int(time.time() * 1000), "getOrCreateEnabled": True})
        turn = 0
        while began and not self.stopping.is_set():
            self.turn(turn)
            turn += 1

    def turn(self, turn: int) -> None:
        first = turn * 5
        values = [{"metricName": f"m{step % 2}", "metricValue": step + 0.5, "step": step, "epoch": None, "context": None,
                   "timestamp": 1700000000000 + step} for step in range(first, first + 5)]
        if self.json("/clientlib/batch/logger/experiment/metric", {"experimentKey": self.key, "values": values}):
            self.points.update(range(first, first + 5))
        if self.json("/clientlib/rest/v2/write/experiment/output", {"experimentKey": self.key, "runContext": None, "outputLines": [
                {"stderr": False, "output": f"<{turn}>", "localTimestamp": turn, "offset": turn}]}):
            self.lines.add(turn)
        if turn % 3 == 0 and self.json("/clientlib/batch/logger/experiment/parameter", {"experimentKey": self.key, "values": [
                {"parameterName": f"p{turn}", "parameterValue": turn, "step": None, "source": "manual", "context": None,
                 "timestamp": 1700000000000 + turn}]}):
            self.parameters.add(turn)
        if turn % 4 == 0:
            self.file(turn)

    def file(self, turn: int) -> None:
        name, boundary = uuid.uuid4().hex, uuid.uuid4().hex
        content = f"{self.key} {turn} ".encode() * (50 + turn % 700)
        body = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'.encode() + content
                + f"\r\n--{boundary}--\r\n".encode())
        path = f"/clientlib/asset/upload?experimentId={self.key}&assetId={name}&fileName=f{turn}.bin&overwrite=False"
        if self.call("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}):
            self.files[name] = content

    def check(self) -> dict:
        """Counts of what was acknowledged; fails on the first thing lost, doubled or changed."""
        assert not self.refusals, self.refusals[:3]
        read = lambda path: self.server.call("GET", f"/api/rest/v2/experiment/{path}experimentKey={self.key}")[2]
        found = [point for name in ("m0", "m1") for point in read(f"metrics/get-metric?metricName={name}&")["metrics"]]
        steps = [int(point["step"]) for point in found]
        assert len(steps) == len(set(steps)), "doubled points"
        assert self.points <= set(steps), f"lost points {sorted(self.points - set(steps))[:5]}"
        assert all(float(point["metricValue"]) == point["step"] + 0.5 for point in found)
        output = read("output?")["output"]
        lines = [int(piece) for piece in output.replace(">", "").split("<") if piece]
        assert len(lines) == len(set(lines)) and self.lines <= set(lines), "lost or doubled output"
        names = {value["name"] for value in read("parameters?")["values"]}
        assert {f"p{turn}" for turn in self.parameters} <= names, "lost parameters"
        assets = [asset["assetId"] for asset in read("asset/list?")["assets"]]
        assert len(assets) == len(set(assets)) and set(self.files) <= set(assets), "lost or doubled files"
        for name, content in self.files.items():
            path = f"/api/rest/v2/experiment/asset/get-asset?assetId={name}&experimentKey={self.key}"
            assert self.server.call("GET", path, raw=True)[2] == content, "a file came back changed"
        for name, own in (("m0", 0), ("m1", 1)):
            mine = [step for step in steps if step % 2 == own]
            summary = [value for value in read("metrics/summary?")["values"] if value["name"] == name]
            if mine:
                assert float(summary[0]["valueMax"]) == max(mine) + 0.5 and float(summary[0]["valueMin"]) == min(mine) + 0.5
        return {"points": len(self.points), "lines": len(self.lines), "parameters": len(self.parameters), "files": len(self.files)}

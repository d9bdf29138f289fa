"""What an unmodified Experiment logs ends without a complaint and reads back equal."""
import json
import math

import pytest

from harness import complaints


def result(done):
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stdout + done.stderr
    return json.loads(lines[-1][len("RESULT "):])


@pytest.fixture(scope="module")
def logged(server):
    done = server.run("log_everything.py", "everything")
    assert done.returncode == 0, done.stdout + done.stderr
    return done, result(done)["key"]


def points(server, key, name):
    status, _, body = server.call("GET", f"/api/rest/v2/experiment/metrics/get-metric?experimentKey={key}&metricName={name}")
    assert status == 200, body
    return body["metrics"]


def test_no_warning_and_no_error(logged):
    assert complaints(logged[0]) == []


def test_values_that_are_not_finite_are_kept(server, logged):
    values = [float(point["metricValue"]) for point in points(server, logged[1], "loss")]
    assert values[0] == 0.5 and math.isnan(values[1]) and values[2:] == [math.inf, -math.inf, 0.25]


def test_every_point_is_there_once(server, logged):
    found = points(server, logged[1], "many")
    assert [(point["step"], float(point["metricValue"])) for point in found] == [(step, step * 0.5) for step in range(1500)]


def test_steps_epochs_and_contexts(server, logged):
    first = points(server, logged[1], "loss")[0]
    assert (first["step"], first["epoch"]) == (1, 1)
    assert points(server, logged[1], "half%20step")[0]["step"] == 1.5
    assert float(points(server, logged[1], "big")[0]["metricValue"]) == 2.0**70
    contexts = set()
    for name in ("accuracy", "train_accuracy", "validate_accuracy", "test_accuracy"):
        contexts |= {point["runContext"] for point in points(server, logged[1], name)}
    assert {"train", "validate", "test"} <= contexts


def test_parameters_others_and_tags(server, logged):
    key = logged[1]
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/parameters?experimentKey={key}")
    parameters = {value["name"]: value["valueCurrent"] for value in body["values"]}
    assert parameters["lr"] == "0.1" and parameters["name with spaces"] == "value" and parameters["nested|k|z"] == "1"
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/log-other?experimentKey={key}")
    others = {value["name"]: value["valueCurrent"] for value in body["values"]}
    assert others["text"] == "größer than 界" and others["Name"] == "everything at once"
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/tags?experimentKey={key}")
    assert sorted(body["tags"]) == ["blue", "green", "red"]


def test_console_output(server, logged):
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/output?experimentKey={logged[1]}")
    assert "a printed line\n" in body["output"] and "on stderr" in body["output"]


def test_files_come_back_byte_for_byte(server, logged):
    key = logged[1]
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/asset/list?experimentKey={key}")
    assets = {asset["fileName"]: asset for asset in body["assets"]}
    assert {"asset.bin", "data.json", "table.csv"} <= set(assets)
    assert any(name.endswith("sub/y.txt") for name in assets)
    asset = assets["asset.bin"]
    path = f"/api/rest/v2/experiment/asset/get-asset?assetId={asset['assetId']}&experimentKey={key}"
    status, headers, content = server.call("GET", path, raw=True)
    assert status == 200 and content == bytes(range(256)) * 64
    assert int(headers["Content-Length"]) == len(content) and json.loads(asset["metadata"]) == {"a": 1}
    status, headers, part = server.call("GET", path, raw=True, headers={"Range": "bytes=10-19"})
    assert status == 206 and part == content[10:20]
    kinds = {asset["type"] for asset in body["assets"]}
    assert {"source_code", "audio", "video", "histogram3d", "confusion-matrix", "curve", "model-element"} <= kinds


def test_the_rest_of_what_was_logged(server, logged):
    key = logged[1]
    _, _, html = server.call("GET", f"/api/rest/v2/experiment/html?experimentKey={key}")
    assert "<b>bold</b>" in html["html"]
    _, _, graph = server.call("GET", f"/api/rest/v2/experiment/graph?experimentKey={key}")
    assert graph["graph"] == "graph of the model"
    _, _, system = server.call("GET", f"/api/rest/v2/experiment/system-details?experimentKey={key}")
    assert system["hostname"] and system["pythonVersion"] and system["installedPackages"]
    assert {"key": "extra", "value": "detail"} in system["logAdditionalSystemInfoList"]
    _, _, metadata = server.call("GET", f"/api/rest/v2/experiment/metadata?experimentKey={key}")
    assert metadata["experimentName"] == "everything at once" and metadata["running"] is False
    assert metadata["hasCrashed"] is False and metadata["projectName"] == "everything"

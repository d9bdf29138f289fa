"""Bad input gets a 4xx that names the field; the service lives and loses nothing."""
import gzip
import json

import pytest

METRICS = "/clientlib/batch/logger/experiment/metric"


@pytest.fixture(scope="module")
def experiment(server):
    return server.begin("bad input")


def metric(**over):
    return {"metricName": "m", "metricValue": 1.0, "step": 1, "epoch": None, "context": None, "timestamp": 1700000000000, **over}


@pytest.mark.parametrize("value, field", [
    (metric(metricName=5), "metricName"),
    (metric(metricName="m" * 10_000_000), "metricName"),
    (metric(metricName="a\0b"), "metricName"),
    (metric(metricValue={"a": 1}), "metricValue"),
    (metric(step="soon"), "step"),
    (metric(step=1e300), "step"),
    (metric(timestamp="yesterday"), "timestamp"),
    (metric(context=7), "context"),
])
def test_a_wrong_value_is_named(server, experiment, value, field):
    status, _, body = server.call("POST", METRICS, {"experimentKey": experiment, "values": [value]})
    assert 400 <= status < 500 and field in body["msg"], (status, str(body)[:500])


@pytest.mark.parametrize("body, headers", [
    (b"{", {}), (b"[]", {}), (b"", {}), (b"\xff\xfe", {}), (b'{"values": 1}', {}),
    (gzip.compress(b'{"experimentKey": "x"}')[:-9], {"Content-Encoding": "gzip"}),
    (b"not gzip", {"Content-Encoding": "gzip"}),
    (gzip.compress(bytes(300_000_000)), {"Content-Encoding": "gzip"}),
    (json.dumps({"a": 1}).encode() * 2, {}),
    (b"[" * 100_000, {}),
])
def test_a_broken_body_is_refused(server, body, headers):
    status, _, answer = server.call("POST", METRICS, body, headers=headers)
    assert 400 <= status < 500 and isinstance(answer, dict) and answer["msg"], (status, answer)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/../etc/passwd", "a/../../b", "nul\0name", "..", "a\\..\\..\\b", "x\u202ey"])
def test_a_file_name_cannot_escape(server, experiment, name):
    import urllib.parse
    boundary = "b" * 32
    body = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\nhello\r\n--{boundary}--\r\n').encode()
    query = urllib.parse.urlencode({"experimentId": experiment, "assetId": "f" * 32, "fileName": name, "overwrite": "False"})
    status, _, answer = server.call("POST", f"/clientlib/asset/upload?{query}", body,
                                    headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})
    assert 400 <= status < 500 and "fileName" in answer["msg"], (status, answer)


def test_two_different_keys_in_one_request_are_refused(server, experiment):
    body = {"experimentKey": experiment, "addedTags": ["two keys"]}
    path = "/clientlib/tags/add-tags-to-experiment"
    status, _, answer = server.call("POST", path, {**body, "apiKey": "another"})
    assert status == 401 and "two different API keys" in answer["msg"], answer
    _, _, tags = server.call("GET", f"/api/rest/v2/experiment/tags?experimentKey={experiment}")
    assert tags["tags"] == []
    assert server.call("POST", path, {**body, "apiKey": server.key})[0] == 200


def test_the_service_lives_and_lost_nothing(server, experiment):
    status, _, _ = server.call("POST", METRICS, {"experimentKey": experiment, "values": [metric(metricName="good", step=7)]})
    assert status == 200
    status, _, body = server.call("GET", f"/api/rest/v2/experiment/metrics/get-metric?experimentKey={experiment}&metricName=good")
    assert status == 200 and len(body["metrics"]) == 1
    assert set(server.children()) >= {"gateway", "auth", "workspace", "tracking", "artifact"}

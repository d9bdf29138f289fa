"""Limits of requests: shared by gateways, kept over a crash, and no harm to a client that logs."""
import concurrent.futures
import os
import pathlib
import subprocess
import time
import urllib.request
import uuid

import pytest

from harness import BINARY, Server, complaints, free_ports


@pytest.fixture
def limited(request, tmp_path):
    made = Server(tmp_path / "home", **request.param)
    made.start()
    yield made
    assert made.stop() == 0, made.tail()


def limits(**settings):
    return pytest.mark.parametrize("limited", [{f"HALLEY_RATE_{name.upper()}": value for name, value in settings.items()}],
                                   indirect=True)


def statuses(server, count, path="/api/v1/me", url=None, **call):
    def one(_):
        there = Server.__new__(Server)
        there.url, there.key = url or server.url, server.key
        return there.call("GET", path, **call)[0]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(count)))


@limits(key="0.5:40")
def test_a_key_is_told_what_is_left_and_refused_when_nothing_is(limited):
    status, headers, _ = limited.call("GET", "/api/v1/me")
    assert status == 200 and headers["RateLimit-Limit"] == "40"
    assert int(headers["RateLimit-Remaining"]) < 40 and int(headers["RateLimit-Reset"]) >= 0
    # The first go into debt while the gateway asks for more; they are paid afterwards.
    assert 35 <= statuses(limited, 100).count(200) <= 54
    status, headers, body = limited.call("GET", "/api/v1/me")
    assert status == 429 and body["code"] == "rate_limited", body
    assert int(headers["Retry-After"]) >= 1 and headers["RateLimit-Remaining"] == "0"
    status, headers, body = limited.call("GET", "/api/rest/v2/account-details")
    assert status == 429 and headers["Retry-After-Custom"] == headers["Retry-After"] and body["code"] == 429
    assert limited.call("GET", "/healthz", key=False)[0] == 200


@limits(key="0.5:100")
def test_two_gateways_share_a_budget_and_a_crash_does_not_refill_it(limited):
    port = free_ports()
    environment = dict(os.environ, HALLEY_HOME=str(limited.home), HALLEY_LISTEN=f"127.0.0.1:{port}",
                       HALLEY_PUBLIC_URL=limited.url, SWIFT_BACKTRACE="enable=no", **limited.environment)
    second = subprocess.Popen([BINARY, "gateway"], env=environment, stdout=limited.log, stderr=limited.log)
    try:
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 20
        while True:
            try:
                if urllib.request.urlopen(url + "/healthz", timeout=2).status == 200:
                    break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.05)
        passed = 0
        for _ in range(5):
            passed += statuses(limited, 20).count(200) + statuses(limited, 20, url=url).count(200)
        assert 85 <= passed <= 115, passed
        os.kill(limited.children()["gateway"], 9)
        limited.wait()
        assert statuses(limited, 60).count(200) <= 20, "the budget is not the gateway's"
    finally:
        second.terminate()
        assert second.wait(30) == 0


@limits(address="0.5:20", key="100:200")
def test_strangers_are_slowed_and_those_who_are_known_are_not(limited):
    bad = statuses(limited, 80, key="hlyu_" + "0" * 44)
    assert set(bad) == {401, 429} and 18 <= bad.count(401) <= 32, bad
    assert limited.call("GET", "/api/v1/me", key=False)[0] == 429
    assert limited.call("GET", "/api/v1/me")[0] == 200, "a good key is let in from the same address"
    for path in ("/healthz", "/readyz", "/login", "/static/app.css", "/clientlib/isAlive/ver"):
        assert set(statuses(limited, 30, path, key=False)) == {200}, path
    # A slow machine took so long for these that there is something left again; it is soon gone.
    seen = [limited.call("GET", "/clientlib/experiment/metadata", key=False) for _ in range(40)]
    refused = [headers for status, headers, _ in seen if status == 429]
    assert refused and all(headers["Retry-After-Custom"] for headers in refused)


PATIENT = """
import comet_ml, sys, time
e = comet_ml.Experiment(project_name="patient", experiment_key=sys.argv[1])
for step in range(300):
    e.log_metric("m", step, step=step); e.log_parameter(f"p{step % 40}", step)
    if step % 10 == 0: e.flush(); e.log_asset_data(str(step), name=f"file-{step}.txt")
e.end()
"""


@limits(key="4:8")
def test_a_client_that_is_told_to_wait_loses_nothing(limited):
    key = uuid.uuid4().hex
    done = limited.run(PATIENT, key, seconds=170)
    assert done.returncode == 0, done.stderr
    time.sleep(3)
    read = lambda path: patient(limited, f"/api/rest/v2/experiment/{path}?experimentKey={key}")
    steps = [point["step"] for point in read("metrics/get-all")["metrics"] if point["metricName"] == "m"]
    assert sorted(steps) == list(range(300)), complaints(done)
    assert len([row for row in read("parameters")["values"] if row["name"].startswith("p")]) == 40
    names = {asset["fileName"] for asset in read("asset/list")["assets"]}
    assert {f"file-{step}.txt" for step in range(0, 300, 10)} <= names
    assert "status=429" in pathlib.Path(limited.log.name).read_text(), "it was never told to wait"


def patient(server, path):
    until = time.monotonic() + 30
    while True:
        status, headers, body = server.call("GET", path)
        if status != 429:
            assert status == 200, body
            return body
        assert time.monotonic() < until
        time.sleep(int(headers["Retry-After"]))

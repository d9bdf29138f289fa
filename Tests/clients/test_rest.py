"""comet_ml.API and APIExperiment read back what they wrote, find it, and change it."""
import importlib.metadata
import json
import uuid

import pytest

from harness import complaints

REST = "/api/rest/v2/"

# Older clients lack some of the methods that the script calls, get_metric_total_df among them.
CLIENT = tuple(int(part) for part in importlib.metadata.version("comet_ml").split(".")[:2])


@pytest.fixture(scope="module", autouse=True)
def new_enough():
    if CLIENT < (3, 58):
        pytest.skip("needs the APIExperiment of comet_ml 3.58")


@pytest.fixture(scope="module")
def told(server):
    done = server.run("rest_everything.py", "rest " + uuid.uuid4().hex[:8])
    assert done.returncode == 0, done.stdout + done.stderr
    assert complaints(done) == []
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return json.loads(lines[-1][len("RESULT "):])


def test_projects(told):
    assert told["projects"] == {
        "description": "first words", "same": True, "described": "other words", "notes": "# what we know",
        "listed": True}


def test_metrics(told):
    assert told["metrics"] == {
        "all": 5, "values": ["1.5", "0.5", "-0.5"], "times": [1700000000000, 1700000001000, 1700000002000],
        "summary": ["-0.5", "1.5", "-0.5"], "names": ["a", "loss/train", "nest/b"], "frame": 3,
        "chart": ["a", "loss/train"]}


def test_parameters_others_and_tags(told):
    values = told["values"]
    assert values["before"] == {"lr": "0.1", "gone": "1", "s": "text", "n|k": "2"}
    assert values["after"] == ["lr", "s"]
    assert values["others"]["o"] == "v" and values["others"]["Name"] == "second"
    assert (values["tags"], values["name"]) == (["t0", "t1"], "second")


def test_texts_and_git(told):
    assert told["texts"] == {
        "html": ["<b>x</b><i>y</i>", "z"], "code": "print(1)", "graph": "graph", "output": "hello\nworld\n",
        "git": {"branch": "main", "origin": "o", "parent": "p", "root": "r", "user": "u"},
        "no patch": None, "patches": ["one\n", "two\n"]}


def test_system_details(told):
    system = told["system"]
    assert system["wrong"] == [] and system["file"] == "b.py" and system["more"] == [{"key": "k", "value": "v"}]
    assert {"sys.ram.used", "sys.cpu.percent.avg", "sys.load.avg", "sys.gpu.0.free_memory"} <= set(system["metrics"])
    assert {"gpuStaticInfoList", "networkInterfaceIps", "totalRam", "maxTotalMemory", "env"} <= set(system["keys"])


def test_files(told):
    files = told["files"]
    assert files["same"] and files["link"] and files["downloaded"]
    listed = files["listed"]
    assert listed["dir/a.bin"] == ["asset", 3, '{"m":1}'] and listed["film"] == ["video", None, '{"a":1}']
    assert listed["picture"] == ["image", 2, None] and "dropped" not in listed
    assert (files["typed"], files["images"], files["curve"]) == (["newer"], ["picture"], "roc")
    assert files["lineage"] == {"artifacts": []}


def test_states_and_times(told):
    states = told["states"]
    assert states["seen"] == ["running", "crashed", "finished"] and states["whole"]
    assert states["times"] == [1700000000000, 1700000100000, 100_000]
    assert states["beat"]["isAliveBeatDurationMillis"] > 0


def test_queries(told):
    finds = told["finds"]
    assert (finds["missing"], finds["unsearched"], finds["too many"]) == ([], [], [])
    assert finds["get"] == [True, True, True] and finds["pattern"] == 1 and finds["unknown"] is None


def test_archive_move_and_delete(told):
    assert told["changes"] == {
        "archived": [0, 1], "restored": [1, 0], "moved": [0, 1, 1], "gone": None, "projects": []}


@pytest.fixture(scope="module")
def experiment(server):
    status, _, body = server.call("POST", REST + "write/experiment/create", {"projectName": "rest files"})
    assert status == 200, body
    return body["experimentKey"]


def multipart(**parts):
    text = ""
    for name, value in parts.items():
        text += f'--b\r\nContent-Disposition: form-data; name="{name}"'
        text += ('; filename="f"' if name == "file" else "") + f"\r\n\r\n{value}\r\n"
    return (text + "--b--\r\n").encode(), {"Content-Type": "multipart/form-data; boundary=b"}


def upload(server, query, key=None, **parts):
    body, headers = multipart(**parts)
    return server.call("POST", REST + "write/experiment/upload-asset?" + query, body, key=key, headers=headers)


def assets(server, experiment):
    _, _, body = server.call("GET", f"{REST}experiment/asset/list?experimentKey={experiment}&type=all")
    return {asset["fileName"]: asset for asset in body["assets"]}


def test_without_a_patch_the_answer_begins_as_clients_expect(server, experiment):
    status, headers, body = server.call("GET", f"{REST}experiment/git/patch?experimentKey={experiment}", raw=True)
    assert status == 200 and body.startswith(b'{"msg"') and headers["Content-Type"] == "application/json"


def test_a_file_elsewhere_is_kept_as_its_link(server, experiment):
    query = f"experimentKey={experiment}&fileName=far.bin&type=asset"
    status, _, body = upload(server, query, link="https://example.org/far.bin", metadata='{"a": 1}')
    assert status == 200 and body["assetId"], body
    found = assets(server, experiment)["far.bin"]
    assert found["remote"] is True and found["link"] == "https://example.org/far.bin"
    assert json.loads(found["metadata"]) == {"a": 1}


def test_the_metadata_of_the_query_does_not_count(server, experiment):
    query = f"experimentKey={experiment}&fileName=told.txt&context=train&step=1.5&epoch=2&metadata=broken"
    assert upload(server, query, metadata='{"b": 2}', file="x")[0] == 200
    found = assets(server, experiment)["told.txt"]
    assert json.loads(found["metadata"]) == {"b": 2}
    assert (found["runContext"], found["step"], found["fileSize"]) == ("train", 1.5, 1)


@pytest.mark.parametrize("query, parts, said", [
    ("fileName=x", {"file": "x"}, "experimentKey"),
    ("fileName=x&experimentKey={key}&step=soon", {"file": "x"}, "step"),
    ("fileName=x&experimentKey={key}&overwrite=perhaps", {"file": "x"}, "overwrite"),
    ("fileName=a/../../b&experimentKey={key}", {"file": "x"}, "fileName"),
    ("fileName=x&experimentKey={key}", {"other": "x"}, "neither"),
])
def test_a_broken_upload_is_refused_and_named(server, experiment, query, parts, said):
    before = assets(server, experiment)
    status, _, body = upload(server, query.format(key=experiment), **parts)
    assert status == 400 and said in body["msg"], body
    assert assets(server, experiment).keys() == before.keys()


def test_strangers_are_refused(server, experiment):
    status, _, body = upload(server, f"experimentKey={experiment}&fileName=x", key="nobody", file="x")
    assert status == 401 and body["sdk_error_code"] == 90212
    status, _, body = server.call("GET", f"{REST}experiment/git/patch?experimentKey={experiment}", key="nobody")
    assert status == 401
    status, _, body = upload(server, "fileName=x&experimentKey=" + "0" * 32, file="x")
    assert status == 400 and body["sdk_error_code"] == 90210

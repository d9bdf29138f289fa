"""A model comes back as it was logged, through the client's own download."""
import io
import os
import uuid
import zipfile

LOG = """
import comet_ml, sys
e = comet_ml.Experiment(project_name="models", experiment_key=sys.argv[1], display_summary_level=0)
e.log_model("net", sys.argv[2])
e.log_model("other", sys.argv[2] + "/one.bin")
e.end()
"""
DOWNLOAD = """
import comet_ml, sys
run = comet_ml.API().get_experiment_by_key(sys.argv[1])
print("NAMES", sorted(run.get_model_names()))
run.download_model("net", output_path=sys.argv[2])
"""


def log(server, tmp_path, key) -> dict:
    """A folder of files, one of them larger than what is read at once."""
    files = {"one.bin": os.urandom(1000), "empty.txt": b"", "deep/er/größe.bin": os.urandom(3_000_001)}
    for name, content in files.items():
        (tmp_path / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / name).write_bytes(content)
    done = server.run(LOG, key, str(tmp_path / "model"))
    assert done.returncode == 0, done.stderr
    return files


def test_the_client_downloads_what_it_logged(server, tmp_path, key_of_experiment):
    files = log(server, tmp_path, key_of_experiment)
    done = server.run(DOWNLOAD, key_of_experiment, str(tmp_path / "back"))
    assert done.returncode == 0 and "NAMES ['net', 'other']" in done.stdout, done.stdout + done.stderr
    found = {str(path.relative_to(tmp_path / "back")): path.read_bytes() for path in (tmp_path / "back").rglob("*") if path.is_file()}
    assert {name.split("model/", 1)[-1]: content for name, content in found.items()} == files


def download(server, key, name):
    return server.call("GET", f"/api/rest/v2/experiment/model/download?experimentKey={key}&modelName={name}", raw=True)


def test_of_two_files_of_a_name_the_newer_one_is_sent(server):
    key, boundary = server.begin("models"), uuid.uuid4().hex
    for content in (b"older", b"newer, and longer"):
        part = b'Content-Disposition: form-data; name="file"; filename="file"\r\n\r\n' + content
        query = f"experimentId={key}&assetId={uuid.uuid4().hex}&fileName=net.bin&type=model-element&groupingName=net&overwrite=False"
        assert server.call("POST", f"/clientlib/asset/upload?{query}", b"--%b\r\n%b\r\n--%b--\r\n" % ((boundary.encode(), part) + (
            boundary.encode(),)), headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})[0] == 200
    status, headers, content = download(server, key, "net")
    assert status == 200 and headers["Content-Type"] == "application/zip" and int(headers["Content-Length"]) == len(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None and archive.namelist() == ["net.bin"]
        assert archive.read("net.bin") == b"newer, and longer"


def test_a_model_without_files_here_is_not_found(server, key_of_experiment, tmp_path):
    log(server, tmp_path, key_of_experiment)
    body = {"experimentKey": key_of_experiment, "modelName": "far", "remoteEntities": [{"remoteUrl": "s3://x/y", "fileName": "y"}]}
    assert server.call("POST", "/clientlib/asset/log-remote-model", body)[0] == 200
    for name in ("nothing", "far"):
        assert download(server, key_of_experiment, name)[0] == 404

"""A script that prints its key, logs it and writes it into files gives it to nobody: its secret gets into no store."""
import json
import pathlib
import subprocess
import sys
import threading
import time

MASK = "_was_a_key_and_is_removed_by_halley_"
# The key is in the script's own text as well, which the client logs as code.
SCRIPT = """
import comet_ml
key = "KEY"
experiment = comet_ml.Experiment(workspace=WORKSPACE, project_name="exposed", auto_metric_logging=False)
print("my key is", key, "and its neighbour", key[:-1] + ("0" if key[-1] != "0" else "1"))
experiment.log_parameter("key", key)
experiment.log_parameters({"nested": {"api_key": key}, "config": f"--key={key} --lr=1"})
experiment.log_other("note", f"<b>{key}</b>")
experiment.log_html(f"<p>{key}</p>")
experiment.log_text(f"text {key}", metadata={"key": key})
experiment.log_asset_data({"deep": [key]}, name="data.json")
experiment.log_asset_data(b"\\0binary " + key.encode(), name="data.bin")
experiment.end()
print(experiment.get_key())
"""


def test_a_logged_key_is_masked_and_told(server, tmp_path):
    plain = server.key.split("*")[0]
    script = tmp_path / "train.py"
    script.write_text(SCRIPT.replace("KEY", plain, 1).replace("WORKSPACE", repr(server.workspace)))
    done = subprocess.run([sys.executable, script], env=server.client_environment(), capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    key = done.stdout.strip().splitlines()[-1]
    masked = plain[:13] + MASK

    def read(what, **more):
        query = "&".join(f"{name}={value}" for name, value in {"experimentKey": key, **more}.items())
        return server.call("GET", f"/api/rest/v2/experiment/{what}?{query}", raw=True)[2].decode(errors="replace")

    parameters = {p["name"]: p["valueCurrent"] for p in json.loads(read("parameters"))["values"]}
    assert parameters["key"] == masked and parameters["config"] == f"--key={masked} --lr=1"
    assert any(masked in value for name, value in parameters.items() if name.startswith("nested"))
    output = read("output")
    assert masked in output and plain[:-1] in output, "what only looks like a key stays as it is"
    assert masked in read("log-other") and masked in read("html")
    assets = json.loads(read("asset/list"))["assets"]
    texts = {a["fileName"]: read("asset/get-asset", assetId=a["assetId"]) for a in assets}
    assert json.loads(texts["data.json"]) == {"deep": [masked]}
    assert texts["data.bin"].endswith(plain), "what is binary is not touched"
    assert any(name.endswith("train.py") and masked in text for name, text in texts.items()), list(texts)
    dump = server.dump()
    assert plain not in dump and masked in dump
    blobs = [path.read_bytes() for path in pathlib.Path(server.home / "blobs").rglob("*") if path.is_file()]
    assert sum(plain.encode() in blob for blob in blobs) == 1, "only the binary file"

    told, until = [], time.monotonic() + 30
    while not told and time.monotonic() < until:
        threading.Event().wait(0.1)
        told = server.postgres("psql", "-qAtX", "-c", "SELECT detail FROM auth.audit WHERE action = 'key.expose'").split("\n")
        told = [json.loads(line) for line in told if line]
    assert len(told) == 1 and told[0]["where"].startswith("POST /clientlib/"), told

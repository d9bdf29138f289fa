"""Reads and writes through comet_ml.API and APIExperiment; prints what came back, one object a theme."""
import datetime
import io
import json
import os
import sys
import tempfile
import zipfile

from comet_ml import API, APIExperiment
from comet_ml.query import Metadata, Metric, Other, Parameter, Tag

api = API(cache=False)
workspace, project = api.get_default_workspace(), sys.argv[1]
folder = tempfile.mkdtemp()


def file(name, content):
    path = os.path.join(folder, name)
    with open(path, "wb") as out:
        out.write(content)
    return path


def patch(e, text):
    e.set_git_patch(file("change.patch", text))
    return zipfile.ZipFile(io.BytesIO(e.get_git_patch())).read("git_diff.patch").decode()


def projects():
    api.create_project(workspace, "made", "first words", False)
    made = api.get_project(workspace, "made")
    by_id = api.get_project_by_id(made["projectId"])
    api.update_project(workspace, "made", description="other words")
    described = api.get_project(workspace, "made")["projectDescription"]
    api.update_project_by_id(made["projectId"], new_project_name=project)
    api.set_project_notes(workspace, project, "# what we know")
    return {"description": made["projectDescription"], "same": by_id["projectId"] == made["projectId"],
            "described": described, "notes": api.get_project_notes(workspace, project),
            "listed": project in api.get_projects(workspace)}


def metrics(e):
    for step in range(3):
        e.log_metric("loss/train", 1.5 - step, step=step, epoch=0, timestamp=1700000000 + step)
    e.log_metrics({"a": 1.0, "nest": {"b": 2}}, step=3)
    one = e.get_metrics_summary("loss/train")
    chart = api.get_metrics_for_chart([e.id], ["a", "loss/train"])[e.id]["metrics"]
    return {"all": len(e.get_metrics()), "values": [p["metricValue"] for p in e.get_metrics("loss/train")],
            "times": [p["timestamp"] for p in e.get_metrics("loss/train")],
            "summary": [one["valueMin"], one["valueMax"], one["valueCurrent"]],
            "names": [m["name"] for m in e.get_metrics_summary()],
            "frame": len(e.get_metric_total_df("loss/train")),
            "chart": sorted(metric["metricName"] for metric in chart)}


def values(e):
    e.log_parameter("lr", 0.1)
    e.log_parameters({"gone": 1, "s": "text", "n": {"k": 2}})
    before = {p["name"]: p["valueCurrent"] for p in e.get_parameters_summary()}
    e.delete_parameter("gone")
    e.delete_parameters(["n|k"])
    e.log_other("o", "v")
    e.add_tag("t0")
    e.add_tags(["t1", "t2"])
    e.delete_tags(["t2"])
    e.set_name("second")
    return {"before": before, "after": [p["name"] for p in e.get_parameters_summary()],
            "others": {o["name"]: o["valueCurrent"] for o in e.get_others_summary()},
            "tags": sorted(e.get_tags()), "name": e.get_name()}


def texts(e):
    e.log_html("<b>x</b>")
    e.log_html("<i>y</i>")
    both = e.get_html()
    e.log_html("z", clear=True)
    e.set_code("print(1)")
    e.set_model_graph("graph")
    e.log_output("hello\n")
    e.log_output("world\n", stderr=True)
    e.set_git_metadata("u", "r", "main", "p", "o")
    nothing = e.get_git_patch()
    return {"html": [both, e.get_html()], "code": e.get_code(), "graph": e.get_model_graph(), "output": e.get_output(),
            "git": e.get_git_metadata(), "no patch": nothing, "patches": [patch(e, b"one\n"), patch(e, b"two\n")]}


def system(e):
    told = {"user": "me", "python_version": "3.11", "pid": 12, "os_type": "Linux", "ip": "1.2.3.4", "hostname": "host",
            "executable": "/bin/py", "machine": "x86", "installed_packages": ["a==1"], "os_packages": ["b==2"],
            "command": ["python", "x.py"]}
    for name, value in told.items():
        getattr(e, "set_" + name)(value)
    e.set_filename("/a/b.py")
    e.log_additional_system_info("k", "v")
    e.log_ram_metrics(100, 50, step=1)
    e.log_cpu_metrics([10, 20], step=1)
    e.log_load_metrics(0.5, step=1)
    e.log_gpu_metrics([{"gpuId": 0, "freeMemory": 1, "usedMemory": 2, "gpuUtilization": 3, "totalMemory": 4}])
    return {"wrong": [name for name, value in told.items() if getattr(e, "get_" + name)() != value],
            "more": e.get_additional_system_info(), "metrics": e.get_system_metric_names(),
            "file": e.get_metadata()["fileName"], "keys": sorted(e.get_system_details())}


def files(e):
    content = bytes(range(256))
    path = file("a.bin", content)
    made = e.log_asset(path, step=3, name="dir/a.bin", metadata={"m": 1})
    e.log_asset(path, name="typed", ftype="my-type")
    e.log_asset(file("b.bin", b"newer"), name="typed", ftype="my-type", overwrite=True)
    e.log_image(file("i.png", b"\x89PNG\r\n\x1a\n"), image_name="picture", step=2)
    e.log_curve("roc", [0, 1], [0, 1], step=1)
    e.log_video(file("v.mp4", b"\0" * 100), name="film", metadata={"a": 1})
    dropped = e.log_asset(path, name="dropped")
    e.delete_asset(dropped["assetId"])
    listed = {a["fileName"]: [a["type"], a["step"], a["metadata"]] for a in e.get_asset_list()}
    api.download_experiment_asset(e.id, made["assetId"], os.path.join(folder, "back"))
    return {"listed": listed, "same": e.get_asset(made["assetId"]) == content,
            "link": made["link"].endswith(f"/api/asset/download?assetId={made['assetId']}&experimentKey={e.id}"),
            "typed": [a.decode() for a in e.get_assets_by_name("typed", asset_type="my-type")],
            "images": [a["fileName"] for a in e.get_asset_list("image")], "curve": e.get_curves()[0]["name"],
            "downloaded": os.path.exists(os.path.join(folder, "back")), "lineage": e.get_artifact_lineage()}


def states(e):
    # A sign of life makes an ended experiment run again, so it comes first.
    beat, seen = e.update_status(), []
    for state in ("running", "crashed", "finished"):
        e.set_state(state)
        seen.append(e.get_state())
    e.set_start_time(1700000000000)
    e.set_end_time(1700000100000)
    metadata = e.get_metadata()
    return {"seen": seen, "beat": beat, "whole": e.to_json(full=True)["id"] == e.id,
            "times": [metadata["startTimeMillis"], metadata["endTimeMillis"], metadata["durationMillis"]]}


def finds(e):
    at = (workspace, project)
    found = {"metric": Metric("loss/train") < 0, "number": Parameter("lr") == 0.1,
             "text": Parameter("s").contains("ex"), "other": Other("o") == "v", "tag": Tag("t0"), "between": Metric("a").between(0, 2),
             "and": (Metric("a") == 1) & (Parameter("s") == "text") & Tag("t1"),
             "or": (Metric("a") == 2) | (Parameter("s") == "text"), "is there": Parameter("lr") != None,  # noqa: E711
             "since": Metadata("start_server_timestamp") > datetime.datetime(2020, 1, 1),
             "duration": Metadata("duration") == 100}
    missed = {"metric": Metric("loss/train") > 0, "not": ~(Metric("a") == 1),
              "tag": Metric("a").between(2, 3) & Tag("t0")}
    return {"missing": [name for name, query in found.items() if [x.id for x in api.query(*at, query)] != [e.id]],
            "unsearched": [name for name, query in found.items() if [x.id for x in api.search(*at, query)] != [e.id]],
            "too many": [name for name, q in missed.items() if api.query(*at, q) or api.search(*at, q)],
            "get": [api.get(*at)[0].id == e.id, api.get(*at, e.id).id == e.id, api.get(*at, "second").id == e.id],
            "pattern": len(api.get_experiments(*at, "sec.*")), "unknown": api.get_experiment_by_key("0" * 32)}


def changes(e):
    def count(name, archived=False):
        listing = api.get_archived_experiments if archived else api.get_experiments
        return len(listing(workspace, name))

    e.archive()
    archived = [count(project), count(project, archived=True)]
    api.restore_experiment(e.id)
    restored = [count(project), count(project, archived=True)]
    api.move_experiments([e.id], workspace, project + " 2")
    moved = [count(project), count(project + " 2"), len(e.get_asset_list("my-type"))]
    api.stop_experiment(e.id)
    api.delete_experiment(e.id)
    gone = api.get_experiment_by_key(e.id)
    for name in (project, project + " 2"):
        api.delete_project(workspace, name)
    return {"archived": archived, "restored": restored, "moved": moved, "gone": gone,
            "projects": [name for name in api.get_projects(workspace) if name.startswith(project)]}


result = {"projects": projects()}
experiment = APIExperiment(api=api, workspace=workspace, project_name=project, experiment_name="first")
for theme in (metrics, values, texts, system, files, states, finds, changes):
    result[theme.__name__] = theme(experiment)
print("RESULT " + json.dumps(result))

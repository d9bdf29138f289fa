"""Uses every log_* call of Experiment, then prints what it logged as one JSON line that begins with RESULT."""
import json
import os
import sys
import tempfile
import wave

import comet_ml
from PIL import Image

experiment = comet_ml.Experiment(project_name=sys.argv[1], log_code=True, log_git_metadata=True, log_git_patch=True)
folder = tempfile.mkdtemp()


def file(name: str, content: bytes) -> str:
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(content)
    return path


experiment.set_name("everything at once")
experiment.log_metric("loss", 0.5, step=1, epoch=1)
experiment.log_metric("loss", float("nan"), step=2)
experiment.log_metric("loss", float("inf"), step=3)
experiment.log_metric("loss", float("-inf"), step=4)
experiment.log_metric("loss", 0.25, step=5)
experiment.log_metric("big", 2**70, step=1)
experiment.log_metric("half step", 1.0, step=1.5)
experiment.log_metrics({"a": 1, "b": 2.5}, step=3)
with experiment.train():
    experiment.log_metric("accuracy", 0.75, step=10)
with experiment.validate():
    experiment.log_metric("accuracy", 0.7, step=10)
with experiment.test():
    experiment.log_metric("accuracy", 0.65, step=10)
for step in range(1500):
    experiment.log_metric("many", step * 0.5, step=step)
experiment.log_parameter("lr", 0.1)
experiment.log_parameter("name with spaces", "value")
experiment.log_parameters({"nested": {"k": {"z": 1}}, "list": [1, 2], "none": None, "flag": True, "inf": float("inf")})
experiment.log_other("text", "größer than 界")
experiment.log_other("nan", float("nan"))
experiment.log_others({"one": 1, "two": 2.5})
experiment.add_tag("red")
experiment.add_tags(["green", "blue"])
experiment.log_html("<b>bold</b>")
experiment.log_html_url("http://127.0.0.1/", label="link")
experiment.log_text("some text", step=1, metadata={"k": 1})
experiment.log_asset(file("asset.bin", bytes(range(256)) * 64), file_name="asset.bin", metadata={"a": 1})
experiment.log_asset_data({"k": "v"}, name="data.json")
file("tree/x.txt", b"x")
file("tree/sub/y.txt", b"y")
experiment.log_asset_folder(os.path.join(folder, "tree"), log_file_name=True, recursive=True)
experiment.log_code(file_name=file("extra.py", b"print('extra')\n"))
experiment.log_image(Image.new("RGB", (8, 8)), name="black", step=1)
with wave.open(file("quiet.wav", b""), "wb") as sound:
    sound.setparams((1, 2, 8000, 0, "NONE", ""))
    sound.writeframes(bytes(4000))
experiment.log_audio(os.path.join(folder, "quiet.wav"), file_name="quiet.wav")
experiment.log_video(file("clip.mp4", b"\0\0\0\x18ftypmp42" + bytes(200)), name="clip")
experiment.log_histogram_3d([1, 2, 3, 3, 4], name="histogram", step=1)
experiment.log_confusion_matrix([0, 1, 1, 0], [0, 1, 0, 0])
experiment.log_curve("roc", [0.0, 0.5, 1.0], [0.0, 0.8, 1.0])
experiment.log_table("table.csv", [[1, 2], [3, 4]], headers=["a", "b"])
experiment.log_model("model", file("model.bin", b"weights" * 1000))
experiment.log_remote_asset("s3://bucket/key", remote_file_name="remote.bin")
experiment.log_embedding([[0.0, 1.0], [1.0, 0.0]], ["p", "q"], title="embedding")
experiment.log_points_3d("points", points=[[0, 0, 0], [1, 1, 1]])
experiment.log_dataset_info(name="mnist", version="1", path="/data")
experiment.log_dataset_hash([1, 2, 3])
experiment.log_system_info("extra", "detail")
experiment.log_dependency("libfoo", "1.2.3")
experiment.log_epoch_end(1, step=7)
experiment.log_current_epoch(2)
experiment.set_step(20)
experiment.set_epoch(3)
experiment.set_filename("train.py")
experiment.set_model_graph("graph of the model")
experiment.send_notification("done", "finished")
try:
    import matplotlib.pyplot as plot

    plot.plot([1, 2, 3])
    experiment.log_figure("figure", plot.gcf())
except ImportError:
    pass
print("a printed line")
print("on stderr", file=sys.stderr)
key = experiment.get_key()
experiment.end()
print("RESULT " + json.dumps({"key": key}))

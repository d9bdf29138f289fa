"""Logs three runs to a project, and prints their keys as one JSON line that begins with RESULT."""
import json
import math
import sys

import comet_ml
from PIL import Image

HTML = "<!doctype html><meta charset=utf-8><h1>Report</h1><p id=ran></p><script>ran.textContent = 'scripts run'</script>"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='80' height='40'><rect width='80' height='40' fill='green'/></svg>"


def begin(name: str, **options) -> comet_ml.Experiment:
    experiment = comet_ml.Experiment(
        project_name=sys.argv[1], auto_histogram_weight_logging=False, display_summary_level=0, **options)
    experiment.set_name(name)
    return experiment


keys = {}
for name, rate, loss in (("third", 0.1, 0.3), ("second", 0.01, 0.2)):
    experiment = begin(name, log_code=False)
    experiment.log_parameter("rate", rate)
    experiment.log_metric("loss", loss, step=1)
    keys[name] = experiment.get_key()
    experiment.end()

experiment = begin("first", log_code=True, log_git_metadata=True)
keys["first"] = experiment.get_key()
experiment.add_tags(["paper", "baseline"])
experiment.log_parameters({"rate": 0.001, "optimizer": "adamw"})
for step in range(2000):
    experiment.log_metric("train/loss", math.nan if step == 700 else math.exp(-step / 400), step=step)
    if step % 20 == 0:
        with experiment.train():
            experiment.log_metric("accuracy", 1 - math.exp(-step / 300), step=step)
        with experiment.validate():
            experiment.log_metric("accuracy", 0.9 - math.exp(-step / 300), step=step)
for name in ("val/loss", "val/top5", "test/accuracy", "loss", "train/rate", "train/norm", "sys.cpu.percent.avg", "sys.ram.used"):
    experiment.log_metric(name, 0.5, step=1)
experiment.log_image(Image.new("RGB", (64, 48), (200, 40, 40)), name="red.png", step=1)
experiment.log_html(HTML)
experiment.log_asset_data(HTML, name="report.html")
experiment.log_asset_data(SVG, name="figure.svg")
experiment.log_asset_data("class,cat\ncat,0.93\n", name="table.csv")
experiment.log_text("a sample of text", step=1)
print("a line of the first run")
print("\x1b[31ma red line\x1b[0m", file=sys.stderr)
experiment.end()
print("RESULT " + json.dumps(keys))

"""Logs a point and a line for each line that it reads; ends when there are no more."""
import sys

import comet_ml

experiment = comet_ml.Experiment(project_name=sys.argv[1], experiment_key=sys.argv[2], log_code=False, display_summary_level=0)
experiment.set_name("live")
for step, line in enumerate(sys.stdin):
    experiment.log_metric("train/loss", 1 / (step + 1), step=step)
    if line.strip() == "more":
        experiment.log_metric("late/metric", step, step=step)
    print(f"printed at {step}", flush=True)
experiment.end()

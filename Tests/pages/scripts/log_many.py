"""Logs a run with five hundred metrics of a few points each."""
import sys

import comet_ml

experiment = comet_ml.Experiment(project_name=sys.argv[1], experiment_key=sys.argv[2], log_code=False, display_summary_level=0)
for step in range(5):
    experiment.log_metrics({f"layer{number // 10:02d}/value{number % 10}": number + step for number in range(500)}, step=step)
experiment.end()

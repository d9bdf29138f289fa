"""Logs numbered facts, one of each kind a turn, until a file appears, and some turns more; then prints how many turns it took."""
import os
import sys
import threading

import comet_ml

until, turns_after = sys.argv[1], 25
experiment = comet_ml.Experiment(project_name="outage", experiment_key=sys.argv[2], display_summary_level=0)
pause, turn, left = threading.Event(), 0, turns_after
while left > 0:
    experiment.log_metric("m", turn + 0.5, step=turn)
    experiment.log_parameter(f"p{turn}", turn)
    experiment.log_other(f"o{turn}", f"v{turn}")
    print(f"<{turn}>")
    if turn % 5 == 0:
        experiment.log_asset_data(f"{turn} " * 500, name=f"a{turn}.txt")
    turn += 1
    left -= os.path.exists(until)
    pause.wait(0.2)
experiment.end()
print(f"TURNS {turn}")

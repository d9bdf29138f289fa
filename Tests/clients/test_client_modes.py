"""start(), login(), existing and offline experiments, comet upload, comet check, reading through API()."""
import json
import pathlib
import re
import subprocess

from harness import PYTHON, complaints

COMET = str(pathlib.Path(PYTHON).parent / "comet")


def ok(done):
    assert done.returncode == 0, done.stdout + done.stderr
    assert complaints(done) == [], done.stdout + done.stderr
    return done.stdout


def test_the_best_run_is_found(server):
    ok(server.run("""
import comet_ml
for lr, best in ((0.1, 0.7), (0.2, 0.9), (0.3, 0.8)):
    experiment = comet_ml.Experiment(project_name="best", display_summary_level=0)
    experiment.log_parameter("lr", lr)
    for step, value in enumerate((0.1, best, 0.5)):
        experiment.log_metric("accuracy", value, step=step)
    experiment.end()
"""))
    said = ok(server.run("""
import comet_ml, os
experiments = comet_ml.API().get_experiments(os.environ["COMET_WORKSPACE"], "best")
assert len(experiments) == 3, experiments
winner = max(experiments, key=lambda e: float(e.get_metrics_summary("accuracy")["valueMax"]))
print("lr", winner.get_parameters_summary("lr")["valueCurrent"])
"""))
    assert "lr 0.2" in said


def test_a_key_with_its_address_needs_no_other_setting(server):
    assert "*" in server.key
    ok(server.run("import comet_ml; e = comet_ml.Experiment(project_name='address'); e.log_metric('m', 1); e.end()",
                  COMET_URL_OVERRIDE=None))


def test_an_existing_experiment_goes_on(server, key_of_experiment):
    key = key_of_experiment
    ok(server.run(f"import comet_ml; e = comet_ml.Experiment(project_name='existing', experiment_key='{key}'); "
                  "e.log_metric('m', 1, step=1); print('first'); e.end()"))
    ok(server.run(f"import comet_ml; e = comet_ml.ExistingExperiment(previous_experiment='{key}'); "
                  "e.log_metric('m', 2, step=2); print('second'); e.end()"))
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/metrics/get-metric?experimentKey={key}&metricName=m")
    assert [float(point["metricValue"]) for point in body["metrics"]] == [1, 2]
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/output?experimentKey={key}")
    assert body["output"].index("first") < body["output"].index("second")


def test_every_mode_of_start(server, key_of_experiment):
    key = key_of_experiment
    start = "import comet_ml; e = comet_ml.start(project_name='modes', experiment_key='{}', mode='{}'); "
    log = "e.log_metric('m', {}, step={}); e.end()"
    ok(server.run(start.format(key, "create") + log.format(1, 1)))
    ok(server.run(start.format(key, "get") + log.format(2, 2)))
    ok(server.run(start.format(key, "get_or_create") + log.format(3, 3)))
    ok(server.run("import comet_ml; e = comet_ml.start(project_name='modes'); e.log_metric('m', 4); e.end()"))
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/metrics/get-metric?experimentKey={key}&metricName=m")
    assert len(body["metrics"]) == 3
    again = server.run(start.format(key, "create") + log.format(9, 9))
    assert again.returncode != 0 and "already exists" in again.stderr + again.stdout


def test_login(server, tmp_path):
    ok(server.run("import comet_ml, os; comet_ml.login(api_key=os.environ['COMET_API_KEY'])", HOME=str(tmp_path)))


def test_comet_check(server):
    done = subprocess.run([COMET, "check"], env=server.client_environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ERROR" not in done.stdout + done.stderr


def test_offline_upload(server, tmp_path):
    made = server.run(f"""
import comet_ml
experiment = comet_ml.OfflineExperiment(project_name="offline", offline_directory={str(tmp_path)!r})
for step in range(50):
    experiment.log_metric("m", step, step=step)
experiment.log_parameter("p", "v")
experiment.log_asset_data("data", name="data.txt")
print("printed offline")
print("KEY", experiment.get_key())
experiment.end()
""")
    assert made.returncode == 0, made.stderr
    key = re.search(r"KEY (\w+)", made.stdout).group(1)
    archive = next(tmp_path.glob("*.zip"))

    def upload(*flags):
        return subprocess.run([COMET, "upload", *flags, str(archive)], env=server.client_environment(),
                              capture_output=True, text=True, timeout=180)

    first = upload()
    assert first.returncode == 0 and "ERROR" not in first.stderr + first.stdout, first.stdout + first.stderr
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/metrics/get-metric?experimentKey={key}&metricName=m")
    assert [float(point["metricValue"]) for point in body["metrics"]] == list(range(50))
    again = upload()
    assert "already" in again.stdout + again.stderr
    forced = upload("--force-reupload")
    assert forced.returncode == 0, forced.stdout + forced.stderr
    said = ok(server.run("import comet_ml, os; "
                         "print('N', len(comet_ml.API().get_experiments(os.environ['COMET_WORKSPACE'], 'offline')))"))
    assert "N 2" in said


def test_a_crash_is_shown_as_one(server, key_of_experiment):
    server.run(f"import comet_ml; e = comet_ml.Experiment(project_name='crash', experiment_key='{key_of_experiment}'); "
               "raise ValueError('boom')")
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/metadata?experimentKey={key_of_experiment}")
    assert body["hasCrashed"] is True and body["running"] is False


def test_stop_reaches_the_script(server, key_of_experiment):
    script = f"""
import comet_ml, time, urllib.request, os
experiment = comet_ml.Experiment(project_name="stop", experiment_key="{key_of_experiment}")
request = urllib.request.Request("{server.url}/api/rest/v2/write/experiment/stop?experimentKey={key_of_experiment}",
    headers={{"Authorization": os.environ["COMET_API_KEY"]}})
print(urllib.request.urlopen(request).status)
for step in range(600):
    experiment.log_metric("m", step)
    time.sleep(0.1)
print("was not stopped")
"""
    done = server.run(script)
    assert "was not stopped" not in done.stdout
    _, _, body = server.call("GET", f"/api/rest/v2/experiment/log-other?experimentKey={key_of_experiment}")
    assert any(other["name"] == "experiment_stopped_by_user" for other in body["values"])

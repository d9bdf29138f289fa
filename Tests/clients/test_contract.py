"""What `Docs/api/openapi.yaml` promises, tried with generated requests. Needs `schemathesis` of PyPI, which HALLEY_SCHEMATHESIS
names; without it nothing is tried."""
import os
import subprocess

import pytest

from harness import ROOT

PROGRAM = os.environ.get("HALLEY_SCHEMATHESIS")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.skipif(not PROGRAM, reason="HALLEY_SCHEMATHESIS names no program")
def test_no_answer_is_a_mistake_of_ours_or_not_described(own_server):
    done = subprocess.run(
        [PROGRAM, "run", str(ROOT / "Docs" / "api" / "openapi.yaml"), "--url", own_server.url + "/api/v1",
         "-H", "Authorization: " + own_server.key, "--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", "15",
         "--exclude-path-regex", "/events$", "--generation-deterministic", "--no-color"],
        capture_output=True, text=True, timeout=600, cwd=own_server.home.parent)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]

"""What the tests of pages look at."""
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent
PROJECT = "pages"


def logged(server, script: str, *arguments: str) -> dict:
    """Runs a script of this folder's `scripts/`; what it says of itself in its last line."""
    done = server.run(str(FOLDER / "scripts" / script), *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1].removeprefix("RESULT "))

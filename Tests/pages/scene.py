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


def cookie_of(session) -> dict:
    """What a session without a browser would send along, for one with a browser."""
    return {"name": "halley_s", "value": next(one.value for one in jar_of(session) if one.name == "halley_s")}


def jar_of(session):
    return next(handler.cookiejar for handler in session.opener.handlers if hasattr(handler, "cookiejar"))

"""A real server for the whole session."""
import pathlib
import shutil
import uuid

import pytest

from harness import PYTHON, Server, complaints  # noqa: F401  tests take them from here as well

# What asks the server by itself, so that it says the same beside each client: once is enough.
SERVER_ONLY = {
    "test_admin.py", "test_attacks.py", "test_audit.py", "test_bad_input.py", "test_big_file.py", "test_by_role.py",
    "test_connections.py", "test_contract.py", "test_expect.py", "test_kill.py", "test_known_browsers.py",
    "test_processes.py", "test_secrets.py",
    "test_tenants.py",
}


def pytest_addoption(parser):
    parser.addoption("--clients-only", action="store_true", help="leave out what does not depend on the client")


def pytest_configure(config):
    missing = [name for name in SERVER_ONLY if not (pathlib.Path(__file__).parent / name).exists()]
    assert not missing, f"SERVER_ONLY names what is not there: {missing}"


def pytest_ignore_collect(collection_path, config):
    return True if config.getoption("--clients-only") and collection_path.name in SERVER_ONLY else None


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("halley") / "home")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()


@pytest.fixture
def own_server(tmp_path):
    """A server for one test, for what others would feel; its folder is removed."""
    made = Server(tmp_path / "home")
    made.start()
    yield made
    assert made.stop() == 0, made.tail()
    shutil.rmtree(made.home)


@pytest.fixture
def key_of_experiment():
    return uuid.uuid4().hex

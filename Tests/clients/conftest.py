"""A real server for the whole session."""
import shutil
import uuid

import pytest

from harness import PYTHON, Server, complaints  # noqa: F401  tests take them from here as well


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

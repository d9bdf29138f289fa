"""What is sent over one connection: several requests before the first answer, and none, or nonsense, after them. Short POSTs
are answered beside the connection, all else by the router: neither may overtake the other, and both answer alike."""
import json
import os
import signal
import socket
import threading

import pytest

from connection import Connection


@pytest.fixture
def connection(server):
    made = Connection(server)
    yield made
    made.socket.close()


def tags(key: str, *names: str) -> tuple:
    return "POST", "/clientlib/tags/add-tags-to-experiment", {"experimentKey": key, "addedTags": list(names)}


VERSION = ("GET", "/clientlib/isAlive/ver")
TAGS = "/clientlib/tags/add-tags-to-experiment"


@pytest.fixture(scope="module")
def experiment(server):
    return server.begin("connections")


def logged_tags(server, key: str) -> set:
    return set(server.call("GET", f"/api/rest/v2/experiment/tags?experimentKey={key}")[2]["tags"])


def test_requests_sent_together_are_answered_in_order(server, experiment, connection):
    short, refused = tags(experiment, "a"), tags("0" * 32, "b")
    kinds = [short, VERSION, short, refused, VERSION, VERSION, refused, short]
    connection.send(*(connection.request(*kind) for kind in kinds))
    for kind in kinds:
        status, _, body = connection.answer()
        assert status == (400 if kind is refused else 200)
        assert (b"version" in body) == (kind is VERSION)


def test_a_router_s_answer_is_not_overtaken(server, experiment, connection):
    # The list of projects asks two services, the second request none.
    connection.send(connection.request("GET", "/api/rest/v2/projects?workspaceName=" + server.workspace),
                    connection.request("POST", "/clientlib/asset/3d-limits"))
    assert b"projects" in connection.answer()[2]
    assert b"maxPoints" in connection.answer()[2]


def test_many_at_once_are_all_logged(server, connection):
    key = server.begin("connections")
    connection.send(*(connection.request(*tags(key, f"t{number}")) for number in range(300)))
    assert connection.statuses(300) == [200] * 300
    assert logged_tags(server, key) == {f"t{number}" for number in range(300)}


def test_thousands_that_wait_for_one_are_answered(server, experiment, connection):
    """Nobody has to be asked for theirs, so that they are answered as soon as they are looked at."""
    connection.socket.settimeout(120)
    free = connection.request("POST", "/asset/3d-limits", Host=None, Authorization=None)
    many = (connection.request(*tags(experiment, "x")) + free * 2_000) * 5
    threading.Thread(target=connection.send, args=[many], daemon=True).start()
    assert set(connection.statuses(5 * 2_001)) <= {200, 429}


def test_a_request_arrives_in_pieces(server, connection):
    key = server.begin("connections")
    for byte in connection.request(*tags(key, "drop", "by", "drop")):
        connection.send(bytes([byte]))
    assert connection.answer()[0] == 200
    assert logged_tags(server, key) == {"drop", "by"}


def test_who_has_nothing_more_to_say_still_gets_the_answers(server, experiment, connection):
    connection.send(connection.request(*tags(experiment, "x")), connection.request(*VERSION))
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.statuses(3) == [200, 200, None]


def test_nonsense_after_a_request_does_not_cost_its_answer(server, experiment, connection):
    connection.send(connection.request(*tags(experiment, "x")), b"\0\1 nonsense\r\n\r\n")
    assert connection.statuses(3) == [200, 400, None]


def test_a_connection_is_closed_when_its_client_says_so(server, experiment, connection):
    connection.send(connection.request(*tags(experiment, "x"), Connection="close"))
    assert connection.statuses(2) == [200, None]


def test_half_a_request_logs_nothing(server, connection):
    key = server.begin("connections")
    connection.send(connection.request(*tags(key, "half"))[:-3])
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.answer()[0] in (400, None)
    assert logged_tags(server, key) == set()


@pytest.mark.parametrize("headers, body", [
    ({}, {"addedTags": ["x"]}), ({}, b"{"), ({"Authorization": "nobody"}, {}), ({"Content-Encoding": "br"}, {}),
    ({"Authorization": None}, {"apiKey": "nobody"}), ({"Content-Encoding": "gzip"}, b"no gzip"),
])
def test_both_ways_answer_alike(server, connection, headers, body):
    """A body that is asked for leave goes the router's way."""
    connection.send(connection.request("POST", TAGS, body, Connection="keep-alive", **headers))
    short = connection.answer()
    connection.send(connection.request("POST", TAGS, body, Expect="100-continue", **headers))
    long = connection.answer()
    if long[0] == 100:
        long = connection.answer()
    assert (short[0], short[2]) == (long[0], long[2]) and short[0] >= 400
    assert list(short[1]) == list(long[1])
    assert all(answer[1]["date"].endswith(" GMT") and len(answer[1]["date"]) == 29 for answer in (short, long))


@pytest.mark.parametrize("size", [(256 << 10) - 1, 256 << 10, (256 << 10) + 1, 3 << 20])
def test_a_body_of_any_length_is_read(server, experiment, connection, size):
    empty = json.dumps({"experimentKey": experiment, "values": [], "padding": ""})
    body = empty.replace('"padding": "', '"padding": "' + "x" * (size - len(empty))).encode()
    assert len(body) == size
    connection.send(connection.request("POST", "/clientlib/batch/logger/experiment/metric", body))
    assert connection.answer()[0] == 200


def test_what_is_under_way_when_the_gateway_stops_is_answered(own_server):
    key, connection = own_server.begin("connections"), Connection(own_server)
    children = own_server.children()
    os.kill(children["tracking"], signal.SIGSTOP)
    connection.send(connection.request(*tags(key, "late")), connection.request(*VERSION)[:20])
    os.kill(children["gateway"], signal.SIGTERM)
    while own_server.children().get("gateway") == children["gateway"]:
        try:
            socket.create_connection(("127.0.0.1", own_server.port), timeout=60).close()
        except ConnectionRefusedError:
            break
    os.kill(children["tracking"], signal.SIGCONT)
    assert connection.statuses(2) == [200, None]

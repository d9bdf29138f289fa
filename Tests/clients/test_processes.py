"""What the processes of a server look like from outside, while they work."""
import os
import pathlib
import resource
import signal
import time


def ticks(pid: int) -> dict:
    """Processor time of each thread, in ticks, by its id."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
        found[(task / "comm").read_text().strip(), task.name] = int(fields[11]) + int(fields[12])
    return found


def test_tasks_run_on_the_event_loops(own_server):
    """Decision 0005. The hook was lost once, and nothing but the speed told."""
    pid = own_server.children()["gateway"]
    before, spent = ticks(pid), {}
    while sum(spent.values()) < 100:
        for _ in range(200):
            assert own_server.call("GET", "/api/v1/me")[0] == 200
        spent = {thread: used - before.get(thread, 0) for thread, used in ticks(pid).items()}
    loops = sum(used for (name, _), used in spent.items() if name.startswith("NIO-SGLTN"))
    assert loops > 0.9 * sum(spent.values()), spent
    assert "tasks do not run on the event loops" not in own_server.tail()


def test_a_service_takes_the_open_files_that_it_may_have(own_server):
    """Whatever the shell gives that starts it."""
    files = resource.RLIMIT_NOFILE
    hard = resource.prlimit(own_server.process.pid, files)[1]
    resource.prlimit(own_server.process.pid, files, (512, hard))
    before = own_server.children()["gateway"]
    os.kill(before, signal.SIGKILL)
    until = time.monotonic() + 30
    while own_server.children().get("gateway") in (None, before):
        assert time.monotonic() < until, own_server.tail()
        time.sleep(0.05)
    own_server.wait()
    most = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    assert resource.prlimit(own_server.children()["gateway"], files)[0] == most

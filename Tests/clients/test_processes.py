"""What the processes of a server look like from outside, while they work."""
import pathlib


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

"""Acknowledged is durable: services and PostgreSQL are killed at random moments while clients log.

HALLEY_KILL_ROUNDS (default 100) kills; HALLEY_SEED repeats a run.
"""
import os
import random
import signal
import threading
import time

from ledger import Writer

ROUNDS = int(os.environ.get("HALLEY_KILL_ROUNDS", "100"))
SEED = int(os.environ.get("HALLEY_SEED", str(random.randrange(10**9))))
VICTIMS = ["gateway", "auth", "workspace", "tracking", "artifact", "postgres"]


def kill(server, victim: str) -> bool:
    pid = server.children().get(victim)
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def test_nothing_acknowledged_is_lost(own_server):
    print("seed", SEED)
    chance = random.Random(SEED)
    server = own_server
    stop = threading.Event()
    writers = [Writer(server, number, stop) for number in range(8)]
    for writer in writers:
        writer.start()
    killed = dict.fromkeys(VICTIMS, 0)
    try:
        while sum(killed.values()) < ROUNDS:
            stop.wait(chance.uniform(0.05, 0.6))
            victim = VICTIMS[sum(killed.values()) % len(VICTIMS)]
            until = time.monotonic() + 30
            while not kill(server, victim):
                assert time.monotonic() < until, f"{victim} did not come back: {server.tail()}"
                stop.wait(0.02)
            killed[victim] += 1
        server.wait(30)
        before = [len(writer.points) for writer in writers]
        stop.wait(2)
        assert all(len(writer.points) > count for writer, count in zip(writers, before)), "writers are stuck"
    finally:
        stop.set()
    for writer in writers:
        writer.join(60)
    totals = [writer.check() for writer in writers]
    print("killed", killed, "acknowledged", {name: sum(total[name] for total in totals) for name in totals[0]})


def test_what_was_logged_is_there_after_the_supervisor_is_killed(own_server):
    server = own_server
    stop = threading.Event()
    writer = Writer(server, 0, stop)
    writer.start()
    until = time.monotonic() + 30
    while len(writer.points) < 50 and time.monotonic() < until:
        stop.wait(0.05)
    server.process.kill()
    server.process.wait()
    stop.set()
    writer.join(30)
    assert writer.points
    server.start()
    writer.stopping = threading.Event()
    writer.check()


def test_a_second_up_on_the_same_folder_is_refused(server):
    import subprocess
    from harness import BINARY
    done = subprocess.run([BINARY, "up"], env=dict(os.environ, HALLEY_HOME=str(server.home), HALLEY_LISTEN="127.0.0.1:1"),
                          capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert str(server.home) in done.stdout + done.stderr and str(server.process.pid) in done.stdout + done.stderr

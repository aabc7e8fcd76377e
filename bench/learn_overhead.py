"""What recording costs a server: processor time per request, in alternated pairs, and beside it what strace costs.

    python bench/learn_overhead.py PAIRS [NAME...]

Each pair is one series of requests as usual and one while it is recorded, which of them first alternates; the time is
what the kernel charges to the container's control group, so it includes what the recorder does in its calls, and what
else the machine does disturbs it little. The interval is the one of Student's t over the logarithms of the ratios.
It wants root, libbpf, strace, wrk, redis-benchmark, pgbench, and the images of bench/servers in the engine that
DOCKER_HOST names, and to be run in that engine's network.
"""

from __future__ import annotations

import json
import math
import os
import re
import statistics
import subprocess
import sys
import time
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from hardhull.learn.bpf import Recorder
from hardhull.learn.cgroup import groups, read
from hardhull.learn.trace import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STUDENT = {4: 2.776, 9: 2.262, 19: 2.093}
"""The 97.5 % quantile of Student's t, by degrees of freedom."""


class Server(NamedTuple):
    """A server and how it is asked.

    Attributes:
        words: of ``docker run``, beyond the image's name.
        prepare: before the first series; words of a command.
        load: a series of requests; words of a command.
        requests: finds their number in what the load writes.
    """

    image: str
    words: tuple[str, ...]
    prepare: tuple[str, ...]
    load: tuple[str, ...]
    requests: str


SERVERS = {
    "nginx": Server(
        "hardhull-bench/nginx", (), (), ("wrk", "-t1", "-c16", "-d4s", "http://{ip}/"), r"(\d+) requests in"
    ),
    "redis": Server(
        "hardhull-bench/redis", (), (),
        ("redis-benchmark", "-h", "{ip}", "-n", "200000", "-c", "16", "-t", "set,get"), r"(\d+) requests completed",
    ),
    "postgres": Server(
        "hardhull-bench/postgres", ("-e", "POSTGRES_PASSWORD=bench"),
        ("pgbench", "-h", "{ip}", "-U", "postgres", "-i", "-q", "postgres"),
        ("pgbench", "-h", "{ip}", "-U", "postgres", "-c4", "-T5", "postgres"),
        r"number of transactions actually processed: (\d+)",
    ),
}  # fmt: skip


def out(*words: str) -> str:
    """What a command writes; its complaint where it fails."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, "PGPASSWORD": "bench"})
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip()[-400:]}")
    return done.stdout


@contextmanager
def running(server: Server) -> Iterator[tuple[int, str]]:
    """The server's first process and its address, once it answers."""
    ident = out("docker", "run", "-d", *server.words, server.image).strip()
    try:
        asked = json.loads(out("docker", "inspect", ident))[0]
        time.sleep(5)
        yield asked["State"]["Pid"], asked["NetworkSettings"]["IPAddress"]
    finally:
        out("docker", "rm", "-f", "-v", ident)


def series(server: Server, pid: int, ip: str) -> float:
    """Microseconds of processor time for one request."""
    where = groups(pid)
    before = read(where).cpu_seconds or 0.0
    said = out(*(word.format(ip=ip) for word in server.load))
    used = (read(where).cpu_seconds or 0.0) - before
    return used / sum(map(int, re.findall(server.requests, said))) * 1e6


def ratios(server: Server, pairs: int, watched: Callable[[int], AbstractContextManager[object]]) -> list[float]:
    """Watched over unwatched, for each pair."""
    found = []
    with running(server) as (pid, ip):
        if server.prepare:
            out(*(word.format(ip=ip) for word in server.prepare))
        series(server, pid, ip)  # warm
        for number in range(pairs):
            each = {}
            for is_watched in (True, False) if number % 2 else (False, True):
                with watched(pid) if is_watched else nullcontext():
                    each[is_watched] = series(server, pid, ip)
                time.sleep(1)
            print(f"    {each[False]:.1f} us, {each[True]:.1f} us", flush=True)
            found.append(each[True] / each[False])
    return found


def told(found: list[float]) -> str:
    """The mean ratio with its interval of 95 %."""
    logs = [math.log(each) for each in found]
    mean = statistics.mean(logs)
    half = STUDENT.get(len(found) - 1, 2.0) * statistics.stdev(logs) / math.sqrt(len(found))
    low, middle, high = (math.exp(mean + each) for each in (-half, 0, half))
    return f"{100 * (middle - 1):+.1f} % ({100 * (low - 1):+.1f} to {100 * (high - 1):+.1f}), {len(found)} pairs"


def processes(pid: int) -> list[int]:
    """All processes of the container, which strace has to be told."""
    ident = re.search(r"[0-9a-f]{64}", out("cat", f"/proc/{pid}/cgroup"))
    listed = out("docker", "top", ident.group() if ident else "", "-o", "pid").split()[1:]
    return [int(each) for each in listed if int(each) != pid]


def main(pairs: int, wanted: list[str]) -> None:
    for name, server in SERVERS.items():
        if wanted and name not in wanted:
            continue
        print(name, flush=True)
        recorded = told(ratios(server, pairs, lambda _: Recorder()))
        traced = told(ratios(server, 5, lambda pid: Tracer(pid, others=processes(pid))))
        print(f"{name}: recorded {recorded}; strace {traced} (its own time not counted)", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])

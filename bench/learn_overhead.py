"""What recording costs a server: processor time per request, in alternated pairs, and beside it what strace costs.

    python bench/learn_overhead.py PAIRS [NAME...]

Each pair is a number of short series of requests as usual and as many that are recorded, in turn; the time is what
the kernel charges to the container's control group, so it includes what the recorder does in its calls, and what else
the machine does disturbs it little. The interval is the one of Student's t over the logarithms of the ratios. The floor
is a program that does nothing where a call begins and where it ends: what the kernel takes for telling anybody at all.
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
import tempfile
import time
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.learn.bpf import Recorder
from hardhull.learn.cgroup import groups, read
from hardhull.learn.libbpf import Program
from hardhull.learn.program.build import COMPILE
from hardhull.learn.trace import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Watch = Callable[[int], AbstractContextManager[object]]

STUDENT = {4: 2.776, 9: 2.262, 19: 2.093}
"""The 97.5 % quantile of Student's t, by degrees of freedom."""
ROUNDS = 4
"""Series of each kind in a pair."""
NOTHING = """
#define SECTION(name) __attribute__((section(name), used))
const char LICENSE[] SECTION("license") = "GPL";
SECTION("tp_btf/sys_enter") int begins(void *context) { return 0; }
SECTION("tp_btf/sys_exit") int ends(void *context) { return 0; }
"""


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
        "hardhull-bench/nginx", (), (), ("wrk", "-t1", "-c16", "-d1s", "http://{ip}/"), r"(\d+) requests in"
    ),
    "redis": Server(
        "hardhull-bench/redis", (), (),
        ("redis-benchmark", "-h", "{ip}", "-n", "20000", "-c", "16", "-t", "set,get"), r"(\d+) requests completed",
    ),
    "postgres": Server(
        "hardhull-bench/postgres", ("-e", "POSTGRES_PASSWORD=bench"),
        ("pgbench", "-h", "{ip}", "-U", "postgres", "-i", "-q", "postgres"),
        ("pgbench", "-h", "{ip}", "-U", "postgres", "-c4", "-T1", "postgres"),
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


def series(server: Server, pid: int, ip: str) -> tuple[float, int]:
    """Microseconds of processor time, and requests."""
    where = groups(pid)
    before = read(where).cpu_seconds or 0.0
    said = out(*(word.format(ip=ip) for word in server.load))
    used = (read(where).cpu_seconds or 0.0) - before
    return used * 1e6, sum(map(int, re.findall(server.requests, said)))


def ratios(server: Server, pairs: int, watches: list[Watch], rounds: int = ROUNDS) -> list[list[float]]:
    """Watched over unwatched, for each watch, for each pair."""
    found: list[list[float]] = [[] for _ in watches]
    kinds = [lambda _: nullcontext(), *watches]
    with running(server) as (pid, ip):
        if server.prepare:
            out(*(word.format(ip=ip) for word in server.prepare))
        series(server, pid, ip)  # warm
        for _ in range(pairs):
            sums = [(0.0, 0)] * len(kinds)
            for turn in range(rounds):
                order = range(len(kinds))
                for kind in order if turn % 2 else reversed(order):
                    with kinds[kind](pid):
                        used, many = series(server, pid, ip)
                    sums[kind] = sums[kind][0] + used, sums[kind][1] + many
            usual, *others = (used / many for used, many in sums)
            print(f"    {usual:.2f} us, " + ", ".join(f"{each:.2f} us" for each in others), flush=True)
            for ratio, each in zip(found, others, strict=True):
                ratio.append(each / usual)
    return found


@cache
def nothing() -> bytes:
    """The compiled program that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "nothing.c").write_text(NOTHING)
        environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": folder, "ZIG_LOCAL_CACHE_DIR": folder}
        words = [sys.executable, "-m", "ziglang", "cc", "-c", *COMPILE, "-Wno-unused-parameter", "nothing.c"]
        subprocess.run(words, cwd=folder, env=environment, check=True)
        return Path(folder, "nothing.o").read_bytes()


@contextmanager
def floor(_pid: int) -> Iterator[None]:
    """The kernel tells a program that does nothing of every call."""
    program = Program(nothing())
    try:
        program.load()
        program.attach(("begins", "ends"))
        yield
    finally:
        program.close()


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
        least, recorded = map(told, ratios(server, pairs, [floor, Recorder]))
        (traced,) = map(told, ratios(server, 5, [lambda pid: Tracer(pid, others=processes(pid))], rounds=2))
        print(f"{name}: floor {least}; recorded {recorded}; strace {traced} (its own time not counted)", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])

"""Rare system calls at known moments of a container's life: is each of them recorded?

    python bench/learn_rare.py RUNS

Each run makes ten calls that nothing else of the program makes, in an order that is drawn anew, at ten moments: before
main, in the middle, in a thread, in a signal handler, in a child that ends at once, in one that shares the memory, in a
grandchild whose parent has gone, in a child that is killed right after, in the next program, and after main. The
container has no checks, no load and a life of half a second: whoever attaches to it comes too late. It wants root,
libbpf, gcc, and an engine that DOCKER_HOST names.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path

from hardhull.facts.syscall_numbers import numbers
from hardhull.learn.bpf import Recorder

IMAGE = "hardhull-bench/rare"
RARE = (
    "getcpu", "ioprio_get", "mincore", "sched_rr_get_interval", "times", "inotify_init1", "epoll_create1", "timer_delete",
    "memfd_create", "epoll_ctl", "sched_getparam", "getpgid", "getsid", "flock", "readahead", "sync_file_range",
    "fadvise64", "timerfd_gettime", "signalfd4", "mlock", "munlock", "sched_get_priority_max", "splice", "tee", "capget",
)  # fmt: skip
"""Calls that neither the C library nor the runtime makes here, and that the engine's default filter lets through."""
MOMENTS = (
    "before main", "middle", "thread", "signal handler", "child", "child with shared memory", "orphan", "killed child",
    "next program", "after main",
)  # fmt: skip


def image() -> None:
    """An image with the program alone."""
    with tempfile.TemporaryDirectory() as folder:
        program, archive = Path(folder, "rare"), Path(folder, "rare.tar")
        source = Path(__file__).with_name("rare.c")
        subprocess.run(["gcc", "-O2", "-static", "-pthread", "-o", str(program), str(source)], check=True)
        with tarfile.open(archive, "w") as tar:
            tar.add(program, "rare")
        subprocess.run(["docker", "import", str(archive), IMAGE], check=True, stdout=subprocess.DEVNULL)


def seen(recorder: Recorder, words: str) -> set[str]:
    """The calls that are recorded of one container."""
    host = f"rare{random.randrange(1 << 32):08x}"  # noqa: S311
    subprocess.run(["docker", "run", "--rm", "--network=none", f"--hostname={host}", IMAGE, "/rare", words], check=True)
    return {call.name for call in recorder.snapshot(forget=True).newcomers(host)["syscalls"]}


def main(runs: int) -> None:
    image()
    of_name = {name: number for number, name in numbers("amd64").items()}
    missed: Counter[str] = Counter()
    unexpected: Counter[str] = Counter()
    with Recorder() as recorder:
        for _ in range(runs):
            drawn = random.sample(RARE, len(MOMENTS))
            found = seen(recorder, ",".join(str(of_name[each]) for each in drawn))
            missed.update(f"{name} {moment}" for moment, name in zip(MOMENTS, drawn, strict=True) if name not in found)
            unexpected.update(found & set(RARE) - set(drawn))
    made = runs * len(MOMENTS)
    print(json.dumps({"runs": runs, "calls": made, "missed": dict(missed), "never made": dict(unexpected)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))

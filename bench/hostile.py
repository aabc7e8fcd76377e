"""Hostile containers and hardened twins on a real engine: what is found, by which proof, and what docker-bench finds.

    python bench/hostile.py [--docker-bench FOLDER] [--keep OUT.json]

Starts an engine of its own in a network namespace (as the tests do; needs root, docker.io, busybox-static), all
containers of hostile_cases.py, scans, and removes everything. FOLDER is a checkout of docker/docker-bench-security,
which then judges the same containers in the same run. Exit 1 where a hostile one is missed or a twin is accused.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path[:0] = [str(Path(__file__).parent.parent / "tests"), str(Path(__file__).parent)]

from hostile_cases import Case, hostile, twins  # noqa: E402

from docker_engine import running_engine  # noqa: E402
from hardhull.rules.rule import find_rule  # noqa: E402
from live_containers import HARDENED, facts, judged, pid_of, prepare, start  # noqa: E402

if TYPE_CHECKING:
    from docker_engine import Engine
    from hardhull.model.result import Found, Result

ALLOWED = frozenset({"image-not-pinned"})
"""What may be said of a twin: its image has no digest, because no registry gave it one."""
ROOT_USER = b"""FROM registry.example.com/team/app:1.4.2
USER 0
RUN echo 'toor:x:0:0::/:/bin/sh' >> /etc/passwd
RUN printf '#!/bin/sh\\nsleep 1000000\\n' > /bin/sshd && chmod 755 /bin/sshd
"""


def images(engine: Engine) -> None:
    """The base, with a user of another name who is root and a program with the name of a server."""
    prepare(engine)
    engine.build(ROOT_USER, HARDENED["Image"])
    engine.tag(HARDENED["Image"], "registry.example.com/team/app", "latest")


def change(engine: Engine, case: Case, folder: Path) -> subprocess.Popen[bytes] | None:
    """What is done to a container after its start; a process to end later."""
    if case.after in {"", "outside"}:
        return outside(folder) if case.after else None
    if case.after == "pause":
        engine.call("POST", f"/containers/{case.name}/pause")
    elif case.after.startswith("exec-"):
        made = engine.send(
            "POST", f"/containers/{case.name}/exec", Cmd=["sleep", "1000000"], User="0",
            Privileged=case.after == "exec-privileged",
        )  # fmt: skip
        engine.send("POST", f"/exec/{made['Id']}/start", Detach=True)
    elif case.after in {"pids", "memory"}:
        group(pid_of(engine, case.name), case.after)
    else:
        enter(pid_of(engine, case.name), case.after)
    return None


def group(pid: int, what: str) -> None:
    """A limit is taken off the control group itself."""
    files = {"pids": ("pids.max",), "memory": ("memory.memsw.limit_in_bytes", "memory.limit_in_bytes", "memory.max")}
    for line in Path(f"/proc/{pid}/cgroup").read_text(encoding="ascii").splitlines():
        _, names, path = line.split(":", 2)
        for name in files[what]:
            file = Path(f"/sys/fs/cgroup/{what if names else ''}{path}/{name}")
            if what in names.split(",") and file.exists():
                file.write_text("-1" if "bytes" in name else "max", encoding="ascii")


def enter(pid: int, what: str) -> None:
    """The container's mounts are changed from outside: by no program in it, and without the engine."""
    remount = "assert libc.mount(None, b'/', None, 0x1020, None) == 0, ctypes.get_errno()\n"  # MS_REMOUNT | MS_BIND
    attach = "assert libc.syscall(429, tree, b'', -100, b'/etc', 4) == 0, ctypes.get_errno()\n"  # move_mount
    code = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "tree = libc.syscall(428, -100, b'/etc', 1)\n"  # open_tree(AT_FDCWD, "/etc", OPEN_TREE_CLONE)
        f"space = os.open('/proc/{pid}/ns/mnt', os.O_RDONLY)\n"
        "assert tree >= 0 and libc.setns(space, 0x20000) == 0, ctypes.get_errno()\n"
    )
    subprocess.run([sys.executable, "-c", code + (remount if what == "remount" else attach)], check=True)


def outside(folder: Path) -> subprocess.Popen[bytes]:
    """A container that no engine knows of: namespaces and a root folder of its own."""
    root = folder / "outside"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "busybox").write_bytes(Path("/bin/busybox").read_bytes())
    (root / "bin" / "busybox").chmod(0o755)
    command = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        f"--root={root}",
        "/bin/busybox",
        "sleep",
        "1000000",
    ]
    return subprocess.Popen(command)


def by_container(result: Result) -> dict[str, list[Found]]:
    out: dict[str, list[Found]] = defaultdict(list)
    for found in result.findings:
        if found.subject.startswith("container "):
            out[found.subject.split()[1]].append(found)
    return out


def found_by(case: Case, found: dict[str, list[Found]]) -> str:
    """The proof of the wanted rule; empty where it is missing, or is read somewhere else."""
    rule = find_rule(case.rule)
    assert rule is not None, case.rule
    mine = found.get(case.name, []) if case.after != "outside" else [one for each in found.values() for one in each]
    for one in mine:
        if one.rule == rule.id:
            for what, value, where in one.readings:
                if case.where in f"{where} {what}":
                    return f"{where} {what} = {value[:60]}"
    return ""


def docker_bench(folder: Path, engine: Engine) -> tuple[dict[str, set[str]], float]:
    """What it warns of: number of the item to names of containers; and its wall time."""
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        environment = {**os.environ, "DOCKER_HOST": f"unix://{engine.socket}"}
        started = time.perf_counter()
        subprocess.run(
            ["sh", "docker-bench-security.sh", "-b", "-l", str(log)],
            cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - started
        document = json.loads(Path(f"{log}.json").read_text(encoding="utf-8"))
    told: dict[str, set[str]] = {}
    for section in document["tests"]:
        for item in section["results"]:
            if item["result"] == "WARN":
                told[item["id"]] = set(item.get("items") or ())
    return told, seconds


def peer_found(case: Case, told: dict[str, set[str]]) -> bool | None:
    """Whether docker-bench names the container for an item that the rule belongs to; None where it has no such item."""
    rule = find_rule(case.rule)
    assert rule is not None
    numbers = [one.partition(":")[2] for one in rule.cis if one.startswith("docker-1.6:")]
    if not numbers:
        return None
    return any(case.name in told.get(number, ()) for number in numbers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docker-bench", type=Path)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with running_engine("hostile", full=True) as engine, tempfile.TemporaryDirectory() as name:
        return measure(engine, Path(name), options)


def measure(engine: Engine, folder: Path, options: argparse.Namespace) -> int:
    (folder / "harmless").symlink_to("/etc")
    (folder / "bound").mkdir()
    (folder / "queue").touch()
    images(engine)
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "--make-shared", folder], check=True)
    subprocess.run(["mount", "--bind", "/etc", folder / "bound"], check=True)
    subprocess.run(["mount", "--bind", engine.socket, folder / "queue"], check=True)
    processes: list[subprocess.Popen[bytes]] = []
    cases, good, failed = hostile(engine.socket, folder, engine.socket.parent / "data"), twins(), {}
    try:
        for case in cases:
            try:
                if case.made:
                    start(engine, case.name, case.made)
                process = change(engine, case, folder)
                if process is not None:
                    processes.append(process)
            except (AssertionError, subprocess.CalledProcessError) as error:
                failed[case.name] = str(error)[:160]
        for name, made in good.items():
            start(engine, name, made)
        return report(engine, folder, options, [case for case in cases if case.name not in failed], list(good), failed)
    finally:
        for process in processes:
            process.kill()
            process.wait()
        for mount in ("bound", "queue", ""):
            subprocess.run(["umount", "--lazy", folder / mount], check=False, stderr=subprocess.DEVNULL)
        engine.close()  # the connection may have ended meanwhile; the next call opens another
        for one in json.loads(engine.call("GET", "/containers/json?all=1")):
            with suppress(AssertionError):
                engine.call("DELETE", f"/containers/{one['Id']}?force=1&v=1")


def report(
    engine: Engine,
    folder: Path,
    options: argparse.Namespace,
    cases: list[Case],
    good: list[str],
    failed: dict[str, str],
) -> int:
    started, cpu = time.perf_counter(), time.process_time()
    document = facts(engine, "containers")
    collected = time.perf_counter() - started
    result = judged(document, folder)
    seconds, used = time.perf_counter() - started, time.process_time() - cpu
    found = by_container(result)
    proofs = {case.name: found_by(case, found) for case in cases}
    missed = [case for case in cases if not proofs[case.name]]
    names = {rule.name for rule in result.rules.values()}
    accused: Counter[str] = Counter()
    quiet: Counter[str] = Counter()
    for name in good:
        for one in found.get(name, []):
            rule = result.rules[one.rule].name
            if rule not in ALLOWED:
                (accused if one.severity.word in {"critical", "high", "medium"} else quiet)[f"{name}: {rule}"] += 1
    running = json.loads(engine.call("GET", "/containers/json"))
    print(f"{len(running)} containers run, {len(result.findings)} findings by {len(names)} rules")
    print(f"hostile: {len(cases)} started, {len(cases) - len(missed)} found by the rule and proof that was wanted")
    print(f"twins: {len(good)} started, {len(accused)} accused, {len(quiet)} remarks of low severity")
    print(f"time: {seconds:.2f} s wall ({collected:.2f} s to collect), {used:.2f} CPU-s")
    for case in missed:
        also = sorted({result.rules[one.rule].name for one in found.get(case.name, [])})
        print(f"  missed {case.name}: wanted {case.rule} at {case.where!r}; found {', '.join(also) or 'nothing'}")
    for name in sorted({*accused, *quiet}):
        print(f"  {'accused' if name in accused else 'remark'} {name}")
    for name, why in failed.items():
        print(f"  not started {name}: {why}")
    if options.keep:
        rows: list[dict[str, Any]] = [
            {"name": case.name, "rule": case.rule, "proof": proofs[case.name]} for case in cases
        ]
        options.keep.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if options.docker_bench:
        told, peer_seconds = docker_bench(options.docker_bench, engine)
        answers = {case.name: peer_found(case, told) for case in cases}
        asked = [name for name, answer in answers.items() if answer is not None]
        warned = sum(1 for name in asked if answers[name])
        innocent = {name for name in good if any(name in names for names in told.values())}
        print(f"docker-bench: {warned} of {len(asked)} hostile ones named (no item for {len(cases) - len(asked)}), "
              f"{len(innocent)} of {len(good)} twins warned of, {peer_seconds:.1f} s, {peer_seconds / seconds:.0f} times ours")  # fmt: skip
    return 1 if missed or accused else 0


if __name__ == "__main__":
    sys.exit(main())

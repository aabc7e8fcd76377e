"""Which audit rules record: those of ``hardhull fix host``, and those that docker-bench-security tells to add.

    python bench/audit_rules.py

As root, with auditd and curl installed, on a machine whose audit is not in use; it is put back, also after a kill. An engine
of its own is started. Each thing that the engine uses gets one stimulus by a new process under either set of rules, and its
record is looked for by ausearch; so are calls of the API by three clients, and what one ``docker run`` records by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent.parent / "src"))
os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent / "src")

from docker_engine import Engine, running_engine
from hardhull.audit.proof import Proven, prove
from hardhull.audit.records import Records
from hardhull.audit.wanted import Wish, wishes
from hardhull.facts.host import Host
from hardhull.formats.live import read
from hardhull.hosts import kernel_audit
from hardhull.hosts.document import collect
from hardhull.hosts.kernel_rules import kernel_rules
from hardhull.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

BENCH = (
    "-w /usr/bin/dockerd -k docker",
    "-a exit,always -F path=/run/containerd -F perm=war -k docker",
    "-w /var/lib/docker -k docker",
    "-w /etc/docker -k docker",
    "-w /lib/systemd/system/docker.service -k docker",
    "-w /run/containerd/containerd.sock -k docker",
    "-w /lib/systemd/system/docker.socket -k docker",
    "-w /etc/default/docker -k docker",
    "-w /etc/docker/daemon.json -k docker",
    "-w /etc/containerd/config.toml -k docker",
    "-w /etc/sysconfig/docker -k docker",
    "-w /usr/bin/containerd -k docker",
    "-w /usr/bin/containerd-shim -k docker",
    "-w /usr/bin/containerd-shim-runc-v1 -k docker",
    "-w /usr/bin/containerd-shim-runc-v2 -k docker",
    "-w /usr/bin/runc -k docker",
)
"""The remediations of docker-bench-security 1.6.0, tests/1_host_configuration.sh, 1.1.3 to 1.1.18."""
GUIDE = "-w {socket} -p rw -k docker"
"""What guides add for the socket; here for this engine's own."""
PYTHON = "import socket,sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.send(b'GET /_ping HTTP/1.0\\r\\n\\r\\n'); s.recv(9)"


def auditctl(*words: str) -> bool:
    return subprocess.run(["auditctl", *words], capture_output=True, check=False).returncode == 0


@contextmanager
def audit() -> Iterator[None]:
    """The kernel's audit, switched on; put back by a shell that outlives this process."""
    state = kernel_audit.status()
    if state is None or state["enabled"] or kernel_rules():
        sys.exit("the audit of this machine is in use")
    back = f"read -r _; auditctl -D; auditctl -e 0; auditctl -b {state['backlog_limit']}"
    with subprocess.Popen(
        ["sh", "-c", back], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    ) as watch:
        auditctl("-b", "8192")
        auditctl("-e", "1")
        yield
        assert watch.stdin
        watch.stdin.close()


def loaded(rules: list[str]) -> int:
    """How many of these rules the kernel takes, and nothing else."""
    auditctl("-D")
    return sum(auditctl(*rule.split()) for rule in rules)


def calls(engine: Engine) -> list[bool]:
    """Whether a call of the API is recorded: by docker, curl and Python."""
    path = str(engine.socket)
    ways = (
        ["docker", "version"], ["curl", "-s", "--unix-socket", path, "http://engine/_ping"],
        [sys.executable, "-c", PYTHON, path],
    )  # fmt: skip
    with Records() as records:
        pids = []
        for way in ways:
            process = subprocess.Popen(way, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            process.wait()
            pids.append(process.pid)
        # Of docker also that it was run is recorded: only connect counts (42 on x86-64, 203 on arm64)
        return [pid in {hit.pid for hit in records.of(pids) if hit.call in {42, 203}} for pid in pids]


def noise(engine: Engine) -> int:
    """Records of one container that does nothing, started by somebody who is recorded too."""
    body = {"Image": "hh/app:1", "Cmd": ["true"], "HostConfig": {"AutoRemove": True}}
    with Records() as records:
        ident = engine.send("POST", "/containers/create", **body)["Id"]
        engine.send("POST", f"/containers/{ident}/start")
        time.sleep(3)
        return len(records.all())


def table(made: list[Wish], ours: list[Proven], theirs: list[Proven]) -> None:
    """One row for each rule."""
    width = max(len(one.wish.used.path) for one in ours)
    print(f"{'what':8} {'path':{width}} {'stimulus':55} {'hardhull':10} docker-bench")
    words = {True: "recorded", False: "nothing"}
    for mine, other in zip(ours, theirs, strict=True):
        arch = " (32 bits)" if ("arch", "=", "b32") in mine.wish.rule.fields else ""
        said = (mine.stimulus.none or mine.stimulus.said)[:55]
        print(f"{mine.wish.used.kind:8} {mine.wish.used.path:{width}} {said:55} "
              f"{words[mine.hit is not None]:10} {words[other.hit is not None]}{arch}")  # fmt: skip
    print(f"{len(made)} rules, {len(made) - len(ours)} of them leave noise out; recorded: hardhull "
          f"{sum(one.hit is not None for one in ours)} of {len(ours)}, docker-bench's {len(BENCH)} rules and the guides' one "
          f"{sum(one.hit is not None for one in theirs)} of {len(theirs)}")  # fmt: skip


def cost() -> float:
    """Nanoseconds of processor time of an open and a close, the least of five."""
    least = 1e9
    for _ in range(5):
        before = time.process_time()
        for _ in range(50_000):
            os.close(os.open("/etc/hostname", os.O_RDONLY))
        least = min(least, (time.process_time() - before) / 50_000 * 1e9)
    return least


def main() -> None:
    with running_engine("audit") as engine:
        os.environ["DOCKER_HOST"] = f"unix://{engine.socket}"
        engine.add_image("hh/app:1")
        facts = read(Source("live", collect(["host"]))).facts
        host = next(fact for fact in facts if isinstance(fact, Host))
        made, _, _ = wishes([item.value for item in host.in_use.value], [])
        with audit():
            off = cost()
            bench = [*BENCH, GUIDE.format(socket=engine.socket)]
            taken = loaded(bench)
            theirs = prove(made)
            their_calls, their_noise, their_cost = calls(engine), noise(engine), cost()
            count = loaded([wish.text for wish in made])
            assert count == len(made), "the kernel takes all of ours"
            ours = prove(made)
            our_calls, our_noise, our_cost = calls(engine), noise(engine), cost()
            loaded([wish.text for wish in made if not wish.quiet])
            loud = noise(engine)
            loaded([])
            on = cost()
    table(made, ours, theirs)
    print(
        f"rules that the kernel takes: hardhull {count} of {len(made)}, docker-bench and guides {taken} of {len(bench)}"
    )
    print(
        f"calls of the API by docker, curl, Python recorded: hardhull {sum(our_calls)} of 3, the others {sum(their_calls)} of 3"
    )
    print(f"records of one container that does nothing: hardhull {our_noise}, without the rules that leave noise out {loud}, "
          f"the others {their_noise} (they do not watch this engine's folders)")  # fmt: skip
    print(
        f"open and close, ns: audit off {off:.0f}, on without rules {on:.0f}, hardhull {our_cost:.0f}, the others {their_cost:.0f}"
    )


if __name__ == "__main__":
    main()

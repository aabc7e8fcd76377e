"""Container can give orders to the container engine.

What it checks: mounts of an engine's socket (Docker, Podman, containerd, CRI-O) or of a folder that holds it, such as
`/var/run`.

Why it matters: whoever may talk to the engine may start a privileged container with the host's disk in it: that is
root on the host. Mounting it read-only changes nothing, because a socket is not written to.

How to fix: remove it. If the application only has to list containers, put a socket proxy that allows reading between
them; for builds use rootless BuildKit or Kaniko.

When it is fine: the socket proxy itself, for which the finding is low, and tools whose purpose is to administer the
engine. The socket of a rootless engine gives what its user may do, not root: then the finding is high.

References: https://docs.docker.com/engine/security/#docker-daemon-attack-surface
https://docs.docker.com/engine/security/protect-access/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.hardening import snippet
from hardhull.rules.hostpaths import engine_socket, names_a_socket, of_one_user
from hardhull.rules.questions import host_path, image_name, known_first
from hardhull.rules.rule import CRITICAL, HIGH, LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Mount
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.model.source import Place
    from hardhull.rules.policy import Policy

PROXIES = ("socket-proxy", "dockerproxy", "socketproxy")
"""Parts of the names of images that filter what passes to the engine."""


def _engine(mount: Mount) -> str | None:
    """The engine that a mount leads to."""
    if mount.kind == "npipe":
        return "Docker" if "docker_engine" in (mount.source or "") else None
    path = host_path(mount) or (mount.source if mount.kind == "bind" else None)
    return engine_socket(path) if path else None


def _fix(workload: Workload, *, proxy: bool) -> Fix:
    """A proxy in front of the socket: what mounts it asks the engine for something, and without it only fails."""
    if proxy:
        return advise(
            "keep the proxy where only its users reach it", "give it an internal network and no published port"
        )
    return advise(
        "put a proxy that only lets reading through in front of the engine's socket, or do without it",
        snippet(workload, compose=COMPOSE, docker=DOCKER, kubernetes=KUBERNETES),
    )


COMPOSE = """# instead of the socket, for a service that only reads (Traefik, Dozzle, Homepage ...)
    environment:
      - DOCKER_HOST=tcp://engine-proxy:2375   # Traefik: --providers.docker.endpoint=tcp://engine-proxy:2375
    networks: [engine]   # beside its others
# for all of them
  engine-proxy:
    image: tecnativa/docker-socket-proxy
    environment:
      - CONTAINERS=1   # more only where a log shows that it is asked for: NETWORKS, SERVICES, TASKS, POST
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
    networks: [engine]
# at the top level
networks:
  engine:
    internal: true"""
DOCKER = """docker network create --internal engine
docker run -d --name engine-proxy --network engine --env CONTAINERS=1 \\
  --volume /var/run/docker.sock:/var/run/docker.sock:ro tecnativa/docker-socket-proxy
# then for it, instead of the socket: --network engine --env DOCKER_HOST=tcp://engine-proxy:2375"""
KUBERNETES = (
    "what it asks the engine for, the API of Kubernetes, the kubelet's metrics or an agent of the runtime gives as well"
    " (a ServiceAccount with only those rights); images are built without an engine by rootless BuildKit"
)


@rule(
    "HH-PRV-017",
    "docker-socket-mounted",
    dimension=PRIVILEGE,
    severity=CRITICAL,
    cis=["docker-1.6:5.32", "docker-1.8:5.32"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0006", "checkov:CKV_K8S_27", "kube-linter:docker-sock"],
    about=["mounts", "sockets"],
    by_hand="what mounts the socket cannot work without the engine; what takes its place depends on what it asks for",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each mount that leads to an engine."""
    proxy = any(part in image_name(workload) for part in PROXIES)
    told: set[Place] = set()
    for item in known_first(workload.mounts):
        if not item.known and names_a_socket(item.place.text):
            engine: str | None = "the engine"
            where, read_only = "its socket", False
        else:
            mount = item.value
            engine, where, read_only = _engine(mount), mount.source or "", mount.read_only
        if engine:
            own = of_one_user(where)
            becomes = "everything that its user may do on the host" if own else "root on the host"
            yield item.finding(
                f"{workload.subject} can give orders to {engine} and so {'do' if own else 'become'} {becomes}",
                label="read-only does not help: a socket is not written to"
                if read_only
                else f"whoever reaches it is {'that user' if own else 'root'}",
                value=where,
                severity=LOW if proxy else HIGH if own else None,
                fix=_fix(workload, proxy=proxy),
            )
            told.add(item.place)
    for reached in known_first(workload.sockets):
        if not any(place.span.start <= reached.place.span.start < place.span.end for place in told):
            yield reached.finding(
                f"{workload.subject} reaches the socket of {reached.value} and so can become root on the host",
                label="an engine listens there, whatever it is called",
                severity=LOW if proxy else None,
                fix=_fix(workload, proxy=proxy),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro  #! HH-PRV-017
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -v /run:/host/run nginx:1.27  #! HH-PRV-017
""",
        good="""
docker run -d nginx:1.27
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes:
    - name: engine
      hostPath:
        path: /run/containerd  #! HH-PRV-017
  containers:
    - name: web
      image: nginx:1.27
      volumeMounts:
        - name: engine
          mountPath: /run/containerd
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
""",
    ),
]

"""Manifests of all styles, and all that can be wanted of them, for the laws of writing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import strategies as st

from hardhull.facts.parts import EnvVar, Healthcheck, Mount, Port
from hardhull.model.change import Add, Drop, SetTo, Swap

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change

COMMENT = "# kept "
STYLES = ["block", "indented", "mixed", "flow", "crlf", "no end", "json", "json lines", "list", "anchors"]


class _Indented(yaml.SafeDumper):
    """Lists that stand deeper than their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def dumped(objects: list[Any], how: str) -> str:
    """Objects as a file; the block styles have comments at line ends and between lines."""
    if how == "json":
        return json.dumps(objects[0] if len(objects) == 1 else listed(objects))
    if how == "json lines":
        return json.dumps(objects[0] if len(objects) == 1 else listed(objects), indent=2) + "\n"
    if how == "list":
        objects = [listed(objects)]
    dumper = _Indented if how in {"indented", "list"} else yaml.SafeDumper
    flow = {"mixed": None, "flow": True}.get(how, False)
    if how != "anchors":
        objects = json.loads(json.dumps(objects))
    text = str(yaml.dump_all(objects, Dumper=dumper, default_flow_style=flow, sort_keys=False, width=1000))
    if flow is False:
        text = "".join(
            f"{line}  {COMMENT}{n}\n" if n % 3 == 0 and line != "---" else f"{line}\n"
            for n, line in enumerate(text.splitlines())
        )
    if how == "crlf":
        return text.replace("\n", "\r\n")
    return text.rstrip("\n") if how == "no end" else text


def listed(objects: list[Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": objects}


def comments(text: str) -> list[str]:
    """All comments of a file that :func:`dumped` put there."""
    return sorted(part.split("\n")[0].strip() for part in text.split(COMMENT)[1:])


def some(**values: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with any of these keys."""
    return st.fixed_dictionaries({}, optional={key.replace("__", "/"): value for key, value in values.items()})


PROFILE = st.sampled_from(
    [{"type": "RuntimeDefault"}, {"type": "Unconfined"}, {"type": "Localhost", "localhostProfile": "a.json"}]
)
BOTH = {
    "runAsUser": st.sampled_from([0, 1000]),
    "runAsGroup": st.sampled_from([0, 2000]),
    "runAsNonRoot": st.booleans(),
    "seccompProfile": PROFILE,
    "appArmorProfile": PROFILE,
    "seLinuxOptions": some(type=st.just("spc_t"), level=st.just("s0:c1")),
}
NAMES = st.lists(st.sampled_from(["ALL", "NET_ADMIN", "CAP_SYS_ADMIN", "CHOWN"]), max_size=3, unique=True)
SECURITY = some(
    **BOTH,
    privileged=st.booleans(),
    allowPrivilegeEscalation=st.booleans(),
    readOnlyRootFilesystem=st.booleans(),
    procMount=st.sampled_from(["Default", "Unmasked"]),
    capabilities=some(add=NAMES, drop=NAMES),
    windowsOptions=some(hostProcess=st.booleans()),
    fsGroup=st.just(1),  # without effect there
)
QUANTITIES = some(memory=st.sampled_from(["64Mi", "1Gi", 1000]), cpu=st.sampled_from(["100m", "1", 2, 0.5]))
PROBE = st.sampled_from(
    [
        {"httpGet": {"path": "/x", "port": 80, "scheme": "HTTPS"}, "periodSeconds": 3},
        {"exec": {"command": ["true"]}},
        {"tcpSocket": {"port": "web"}, "failureThreshold": 2},
        {"grpc": {"port": 9, "service": "s"}},
    ]
)
MOUNTS = st.lists(
    st.sampled_from(
        [
            {"name": "data", "mountPath": "/data", "readOnly": True},
            {"name": "data", "mountPath": "/other", "subPath": "x"},
            {"name": "conf", "mountPath": "/conf"},
            {"name": "host", "mountPath": "/host", "mountPropagation": "Bidirectional"},
            {"name": "claimed", "mountPath": "/claimed"},
        ]
    ),
    max_size=4,
    unique_by=str,
)
VOLUMES = [
    {"name": "data", "emptyDir": {}},
    {"name": "conf", "configMap": {"name": "conf"}},
    {"name": "host", "hostPath": {"path": "/var/run/docker.sock", "type": "Socket"}},
    {"name": "claimed", "persistentVolumeClaim": {"claimName": "claim"}},
]
ENV = st.lists(
    st.sampled_from(
        [
            {"name": "A", "value": "x"},
            {"name": "B", "value": "$(A)"},
            {"name": "C", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            {"name": "D"},
        ]
    ),
    max_size=4,
    unique_by=str,
)
PORTS = st.lists(
    st.sampled_from(
        [
            {"containerPort": 80, "hostPort": 8080},
            {"containerPort": 53, "hostPort": 53, "hostIP": "10.0.0.1", "protocol": "UDP"},
            {"containerPort": 443, "name": "tls"},
        ]
    ),
    max_size=3,
    unique_by=str,
)


def container(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"name": st.just(name), "image": st.sampled_from(["nginx:1.27", "busybox"])},
        optional={
            "imagePullPolicy": st.sampled_from(["Always", "Never"]),
            "command": st.just(["sh", "-c", "sleep 1"]),
            "workingDir": st.just("/srv"),
            "tty": st.booleans(),
            "env": ENV,
            "ports": PORTS,
            "resources": some(limits=QUANTITIES, requests=QUANTITIES),
            "securityContext": SECURITY,
            "volumeMounts": MOUNTS,
            "livenessProbe": PROBE,
            "readinessProbe": PROBE,
            "privileged": st.just(True),  # without effect there
        },
    )


@st.composite
def pods(draw: st.DrawFn) -> dict[str, Any]:
    """A pod template."""
    count = draw(st.integers(1, 3))
    spec = draw(
        some(
            hostNetwork=st.booleans(),
            hostPID=st.booleans(),
            shareProcessNamespace=st.booleans(),
            hostIPC=st.booleans(),
            hostUsers=st.booleans(),
            automountServiceAccountToken=st.booleans(),
            serviceAccountName=st.just("web"),
            runtimeClassName=st.just("runc"),
            hostname=st.just("web"),
            terminationGracePeriodSeconds=st.just(5),
            securityContext=some(
                **BOTH,
                fsGroup=st.just(2000),
                supplementalGroups=st.just([1, 2]),
                sysctls=st.just([{"name": "net.core.somaxconn", "value": "1"}]),
            ),
        )
    )
    spec["containers"] = [draw(container(f"c{number}")) for number in range(count)]
    if draw(st.booleans()):
        spec["initContainers"] = [draw(container("init"))]
    mounted = any(one.get("volumeMounts") for key in ("containers", "initContainers") for one in spec.get(key, []))
    if mounted:
        spec["volumes"] = [dict(one) for one in VOLUMES]
    metadata: dict[str, Any] = {"labels": {"app": "web"}}
    if draw(st.booleans()):
        metadata["annotations"] = {
            "container.apparmor.security.beta.kubernetes.io/c0": draw(
                st.sampled_from(["unconfined", "runtime/default", "localhost/x"])
            ),
            "note": "1",
        }
    return {"metadata": metadata, "spec": spec}


@st.composite
def objects(draw: st.DrawFn, shared: bool = False) -> list[Any]:
    """One or two workload objects; with ``shared``, they have parts in common."""
    found = []
    parts: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["Deployment", "Pod", "CronJob", "DaemonSet", "Job"]))
        pod = draw(pods())
        for one in pod["spec"]["containers"] if shared else ():
            for key in ("securityContext", "resources", "env"):
                if key in one:
                    one[key] = parts.setdefault(key, one[key])
        name = {"name": f"w{number}", "namespace": "shop"}
        head = {
            "apiVersion": {"Pod": "v1", "CronJob": "batch/v1", "Job": "batch/v1"}.get(kind, "apps/v1"),
            "kind": kind,
        }
        if kind == "Pod":
            found.append({**head, "metadata": {**name, **pod["metadata"]}, "spec": pod["spec"]})
        elif kind == "CronJob":
            job = {"spec": {"template": pod}}
            found.append({**head, "metadata": name, "spec": {"schedule": "* * * * *", "jobTemplate": job}})
        else:
            found.append({**head, "metadata": name, "spec": {"template": pod}})
    return found


PROBES = (Healthcheck(("HTTP", "80", "/"), interval=10.0), Healthcheck(("CMD", "true"), retries=2), None)
VALUES: dict[str, tuple[Any, ...]] = {
    "image": ("nginx@sha256:" + "a" * 64,),
    "pull_policy": ("always", "missing", None),
    "command": (("serve",), None),
    "entrypoint": (("sh",), None),
    "working_dir": ("/tmp", None),
    "tty": (True, False),
    "stdin_open": (True, False),
    "hostname": ("db", None),
    "stop_grace": (20.0, None),
    "user": ("10001", "10001:10001", "nobody", None),
    "group": ("3000", None),
    "run_as_non_root": (True, False, None),
    "userns": ("private", "host", None),
    "privileged": (True, False),
    "no_new_privileges": (True, False, None),
    "seccomp": ("default", "unconfined", "profiles/x.json", None),
    "apparmor": ("default", "unconfined", "x", None),
    "unmasked_paths": (True, False),
    "read_only": (True, False),
    "runtime_name": ("gvisor", None),
    "service_account": ("other", None),
    "automount_token": (True, False, None),
    "host_process": (True, False),
    "network_mode": ("host", "none", None),
    "pid": ("host", "pod", None),
    "ipc": ("host", None),
    "memory": (268435456, 1000, None),
    "cpus": (0.5, 2.0, None),
    "memory_reservation": (64 << 20, None),
    "cpu_reservation": (0.1, None),
    "storage": (1 << 30, None),
    "healthcheck": PROBES,
    "readiness": PROBES,
    "startup": PROBES,
    "pids": (100,),
    "restart": ("never", "onfailure"),
}
ITEMS: dict[str, tuple[Any, ...]] = {
    "cap_add": ("NET_BIND_SERVICE", "CHOWN"),
    "cap_drop": ("ALL", "NET_RAW"),
    "group_add": ("4000",),
    "sysctls": (("kernel.shm_rmid_forced", "1"),),
    "selinux": ("type:container_t", "disable"),
    "labels": (("team", "shop"),),
    "annotations": (("owner", "x"),),
    "env": (EnvVar("NEW", "a b", "a b"), EnvVar("A", None, "s/k", "secret")),
    "ports": (Port("443", "8443"), Port("9", "9", "127.0.0.1", "udp")),
    "mounts": (
        Mount("tmpfs", None, "/tmp", options=("size=64m",)),
        Mount("bind", "/etc", "/host-etc", read_only=True),
        Mount("tmpfs", None, "/data"),
    ),
}
SWAPS: dict[str, Any] = {
    "env": lambda old: EnvVar(old.name, None, "s/k", "secret"),
    "ports": lambda old: old._replace(host="9000", host_ip="127.0.0.1"),
    "mounts": lambda old: old._replace(read_only=not old.read_only),
    "cap_add": lambda _: "KILL",
    "cap_drop": lambda _: "KILL",
    "selinux": lambda old: f"{old.partition(':')[0]}:other",
    "labels": lambda old: (old[0], "other"),
    "annotations": lambda old: (old[0], "runtime/default"),
    "sysctls": lambda old: (old[0], "7"),
    "group_add": lambda _: "77",
}


def changes(workload: Workload) -> st.SearchStrategy[Change]:
    """Anything that can be wanted of a workload."""
    found: list[Change] = [SetTo(name, value) for name, values in VALUES.items() for value in values]
    for name, items in ITEMS.items():
        found += [Add(name, item) for item in items]
        field = getattr(workload, name)
        for item in field.value if field.known else ():
            found.append(Drop(name, item))
            if item.known:
                found.append(Swap(name, item, SWAPS[name](item.value)))
    found += [Drop("hollow", item) for item in workload.hollow.value]
    return st.sampled_from(found)

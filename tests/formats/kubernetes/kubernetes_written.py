"""Every Change that can be wanted, written into a few manifests: what an API server is asked about."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from kubernetes_models import ITEMS, SWAPS, VALUES, dumped

from hardhull.formats.kubernetes.patch import plain
from hardhull.formats.kubernetes.read import read
from hardhull.formats.kubernetes.site import Stands
from hardhull.formats.writing import write
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import Draft, Drafts, Log, UnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change

_FULL = {
    "name": "app",
    "image": "nginx:1.27",
    "env": [{"name": "A", "value": "x"}],
    "ports": [{"containerPort": 80, "hostPort": 8080}, {"containerPort": 443}],
    "resources": {"limits": {"memory": "1Gi", "cpu": "2"}},
    "livenessProbe": {"tcpSocket": {"port": 80}, "failureThreshold": 2},
    "volumeMounts": [{"name": "sock", "mountPath": "/sock"}, {"name": "conf", "mountPath": "/conf"}],
    "securityContext": {
        "runAsUser": 0,
        "allowPrivilegeEscalation": True,
        "readOnlyRootFilesystem": True,
        "seccompProfile": {"type": "Unconfined"},
        "seLinuxOptions": {"type": "spc_t"},
        "capabilities": {"add": ["NET_ADMIN", "SYS_TIME"], "drop": ["CHOWN"]},
    },
}
_SPEC = {
    "hostNetwork": False,
    "hostPID": True,
    "automountServiceAccountToken": True,
    "terminationGracePeriodSeconds": 5,
    "securityContext": {
        "supplementalGroups": [1],
        "fsGroup": 2,
        "sysctls": [{"name": "kernel.shm_rmid_forced", "value": "0"}],
    },
    "containers": [_FULL, {"name": "other", "image": "busybox"}],
    "initContainers": [{"name": "init", "image": "busybox", "securityContext": {"privileged": True}}],
    "volumes": [
        {"name": "sock", "hostPath": {"path": "/var/run/docker.sock"}},
        {"name": "conf", "configMap": {"name": "conf"}},
    ],
}
_META = {"name": "web", "namespace": "default"}
_LABELS = {"app": "web"}
OBJECTS: dict[str, tuple[Any, str]] = {
    "Deployment": (
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": _META,
            "spec": {
                "selector": {"matchLabels": _LABELS},
                "template": {"metadata": {"labels": _LABELS}, "spec": _SPEC},
            },
        },
        "block",
    ),
    "Pod": ({"apiVersion": "v1", "kind": "Pod", "metadata": {**_META, "labels": _LABELS}, "spec": _SPEC}, "json lines"),
    "CronJob": (
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": _META,
            "spec": {
                "schedule": "1 * * * *",
                "jobTemplate": {"spec": {"template": {"spec": {**_SPEC, "restartPolicy": "Never"}}}},
            },
        },
        "flow",
    ),
}


def every(fact: Workload) -> Iterator[Change]:
    """All Changes of the models, in a fixed order."""
    for name, values in VALUES.items():
        yield from (SetTo(name, value) for value in values)
    for name, items in ITEMS.items():
        if name in fact.cannot:
            continue
        yield from (Add(name, item) for item in items)
        for item in getattr(fact, name).value:
            yield Drop(name, item)
            yield Swap(name, item, SWAPS[name](item.value))


def outcomes() -> Iterator[tuple[str, Any]]:
    """What each Change makes of each object: a name for it, and the object as an API server gets it."""
    for kind, (made, how) in OBJECTS.items():
        text = dumped([made], how)
        path = "web.json" if how.startswith("json") else "web.yaml"
        for fact in read(Source(path, text.encode())).workloads:
            for change in every(fact):
                drafts = Drafts()
                try:
                    write(fact, [change], drafts)
                except UnwritableError:
                    continue
                result = next((draft.result() for draft in drafts), text.encode())
                thing = Stands(Draft(Source(path, result), Log())).things[0]
                yield f"{kind} {fact.name}: {_shown(change)}", plain(thing.node)


def _shown(change: Any) -> str:
    words = [type(change).__name__, change.field]
    words += [str(part.value) if hasattr(part, "known") else str(part) for part in change[1:]]
    return " ".join(words)


def key_of(made: Any) -> str:
    """A short name for an object."""
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]

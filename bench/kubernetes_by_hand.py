"""What a Kubernetes manifest says of its containers, derived from PyYAML's plain objects.

An independent second opinion for bench/oracle_kubernetes.py: written from the API reference, sharing no code with the
reader. Values are plain; UNKNOWN where Kubernetes would refuse the value, UNWRITTEN where a switch is written as off.
"""

from __future__ import annotations

import decimal
import math
import re
from typing import Any

import yaml

UNKNOWN, UNWRITTEN = "?", "off"
SEPARATOR = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)


class Loader(yaml.CSafeLoader):
    """PyYAML without what kubectl's YAML does not have: numbers to the base of 60, and dates."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith((":timestamp", ":int", ":float", ":value"))]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*|0[0-7_]+|0x[0-9a-fA-F_]+)$"), list("-+0123456789")
)
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+|[0-9]+[eE][-+]?[0-9]+)$"),
    list("-+0123456789."),
)

GROUPS = {
    "Pod": {""}, "PodTemplate": {""}, "ReplicationController": {""}, "Deployment": {"apps", "extensions"},
    "DaemonSet": {"apps", "extensions"}, "ReplicaSet": {"apps", "extensions"}, "StatefulSet": {"apps"},
    "Job": {"batch", "extensions"}, "CronJob": {"batch"},
}  # fmt: skip


class WrongError(Exception):
    """A value of a wrong type; the reader must call the field unknown."""


def typed(value: Any, kind: type) -> Any:
    if value is not None and type(value) is not kind:
        raise WrongError
    return value


def strings(value: Any) -> list[str] | None:
    return None if value is None else [typed(item, str) for item in value]


def first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def quantity(value: Any) -> decimal.Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise WrongError
    found = re.match(r"^([-+]?[\d.]+)([numkMGTPE]?i?)(?:[eE]([-+]?\d+))?$", str(value))
    if not found:
        raise WrongError
    number, unit, exponent = found.groups()
    powers = {"": 0, "n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
    if unit.endswith("i"):
        factor = decimal.Decimal(1024) ** ("KMGTPE".index(unit[0]) + 1)
    else:
        factor = decimal.Decimal(10) ** powers[unit]
    return decimal.Decimal(number) * factor * decimal.Decimal(10) ** int(exponent or 0)


def template(doc: dict[str, Any]) -> dict[str, Any]:
    """The pod template of a workload object."""
    if doc["kind"] == "Pod":
        return doc
    if doc["kind"] == "PodTemplate":
        return doc.get("template") or {}
    if doc["kind"] == "CronJob":
        doc = (doc.get("spec") or {}).get("jobTemplate") or {}
    return (doc.get("spec") or {}).get("template") or {}


class Container:
    """One container with all that is above it; each method is a field of a Workload."""

    def __init__(self, doc: dict[str, Any], container: dict[str, Any], role: str) -> None:
        self.doc, self.own, self.list = doc, container, role
        self.pod = template(doc)
        self.spec = self.pod["spec"]
        self.metadata = self.pod.get("metadata") or {}
        self.above, self.inner = self.spec.get("securityContext") or {}, self.own.get("securityContext") or {}
        self.name = self.own.get("name")

    def fields(self) -> dict[str, Any]:
        """Every field that somebody wrote."""
        found = {}
        for slot in FIELDS:
            try:
                value = getattr(self, slot)()
            except (WrongError, KeyError, TypeError, AttributeError):
                value = UNKNOWN
            if value is not None:
                found[slot] = value
        return found

    def either(self, key: str, kind: type) -> Any:
        return typed(first(self.inner.get(key), self.above.get(key)), kind)

    def role(self) -> Any:
        return "sidecar" if self.list == "init" and self.own.get("restartPolicy") == "Always" else self.list

    def image(self) -> Any:
        value = typed(self.own["image"], str)
        if not re.fullmatch(r"\w[\w.:/@-]*", value):
            raise WrongError
        return value

    def entrypoint(self) -> Any:
        return strings(self.own.get("command"))

    def command(self) -> Any:
        return strings(self.own.get("args"))

    def pull_policy(self) -> Any:
        value = self.own.get("imagePullPolicy")
        return value and {"Always": "always", "IfNotPresent": "missing", "Never": "never"}[value]

    def tty(self) -> Any:
        return typed(self.own.get("tty"), bool)

    def user(self) -> Any:
        uid, gid = self.either("runAsUser", int), self.either("runAsGroup", int)
        return None if uid is None else f"{uid}" if gid is None else f"{uid}:{gid}"

    def run_as_non_root(self) -> Any:
        return self.either("runAsNonRoot", bool)

    def privileged(self) -> Any:
        return typed(self.inner.get("privileged"), bool)

    def no_new_privileges(self) -> Any:
        value = typed(self.inner.get("allowPrivilegeEscalation"), bool)
        return None if value is None else not value

    def read_only(self) -> Any:
        return typed(self.inner.get("readOnlyRootFilesystem"), bool)

    def unmasked_paths(self) -> Any:
        value = self.inner.get("procMount")
        return None if value is None else value == "Unmasked"

    def cap_add(self) -> Any:
        return self.capabilities("add")

    def cap_drop(self) -> Any:
        return self.capabilities("drop")

    def capabilities(self, key: str) -> Any:
        listed = strings((self.inner.get("capabilities") or {}).get(key))
        return None if listed is None else [item.upper().removeprefix("CAP_") for item in listed]

    def seccomp(self) -> Any:
        old = "seccomp.security.alpha.kubernetes.io"
        return first(
            self.profile(self.inner.get("seccompProfile")),
            self.annotation(f"container.{old}/{self.name}"),
            self.profile(self.above.get("seccompProfile")),
            self.annotation(f"{old}/pod"),
        )

    def apparmor(self) -> Any:
        return first(
            self.profile(self.inner.get("appArmorProfile")),
            self.annotation(f"container.apparmor.security.beta.kubernetes.io/{self.name}"),
            self.profile(self.above.get("appArmorProfile")),
        )

    def profile(self, block: Any) -> Any:
        known = {"RuntimeDefault": "default", "Unconfined": "unconfined"}
        return None if block is None else known.get(block["type"], block.get("localhostProfile"))

    def annotation(self, name: str) -> Any:
        value = (self.metadata.get("annotations") or {}).get(name)
        if value in {"runtime/default", "docker/default"}:
            return "default"
        return value and value.removeprefix("localhost/")

    def selinux(self) -> Any:
        options = first(self.inner.get("seLinuxOptions"), self.above.get("seLinuxOptions"))
        keys = ("user", "role", "type", "level")
        return None if options is None else [f"{key}:{options[key]}" for key in keys if options.get(key) is not None]

    def group_add(self) -> Any:
        listed, owner = self.above.get("supplementalGroups"), self.above.get("fsGroup")
        if listed is None and owner is None:
            return None
        return [str(item) for item in (*(listed or []), owner) if item is not None]

    def sysctls(self) -> Any:
        listed = self.above.get("sysctls")
        return None if listed is None else [(item["name"], item.get("value") or "") for item in listed]

    def network_mode(self) -> Any:
        return self.switch("hostNetwork", "host")

    def ipc(self) -> Any:
        return self.switch("hostIPC", "host")

    def pid(self) -> Any:
        host, pod = self.switch("hostPID", "host"), self.switch("shareProcessNamespace", "pod")
        return host if host == "host" else pod if pod == "pod" else first(host, pod)

    def userns(self) -> Any:
        value = typed(self.spec.get("hostUsers"), bool)
        return None if value is None else "host" if value else "private"

    def switch(self, key: str, word: str) -> Any:
        value = typed(self.spec.get(key), bool)
        return None if value is None else word if value else UNWRITTEN

    def memory(self) -> Any:
        return self.whole("limits", "memory")

    def storage(self) -> Any:
        return self.whole("limits", "ephemeral-storage")

    def memory_reservation(self) -> Any:
        return self.whole("requests", "memory")

    def cpus(self) -> Any:
        return self.part("limits", "cpu")

    def cpu_reservation(self) -> Any:
        return self.part("requests", "cpu")

    def amount(self, where: str, key: str) -> decimal.Decimal | None:
        levels = (self.own.get("resources") or {}, self.spec.get("resources") or {})
        value = first(*((level.get(where) or {}).get(key) for level in levels))
        return None if value is None else quantity(value)

    def whole(self, where: str, key: str) -> Any:
        value = self.amount(where, key)
        return None if value is None else math.ceil(value)

    def part(self, where: str, key: str) -> Any:
        value = self.amount(where, key)
        return None if value is None else round(float(value), 9)

    def ports(self) -> Any:
        listed = self.own.get("ports") or []
        for port in listed:
            typed(port["containerPort"], int)
        return [(str(port["containerPort"]), str(port["hostPort"])) for port in listed if port.get("hostPort")] or None

    def healthcheck(self) -> Any:
        return self.probe("livenessProbe")

    def readiness(self) -> Any:
        return self.probe("readinessProbe")

    def startup(self) -> Any:
        return self.probe("startupProbe")

    def probe(self, key: str) -> Any:
        block = self.own.get(key)
        if block is None:
            return None
        words = {"exec": "CMD", "httpGet": "HTTP", "tcpSocket": "TCP", "grpc": "GRPC"}
        word = next((word for name, word in words.items() if block.get(name) is not None), None)
        if word is None:
            raise WrongError
        return word, block.get("periodSeconds"), block.get("failureThreshold")

    def service_account(self) -> Any:
        return typed(first(self.spec.get("serviceAccountName"), self.spec.get("serviceAccount")), str)

    def automount_token(self) -> Any:
        return typed(self.spec.get("automountServiceAccountToken"), bool)

    def restart(self) -> Any:
        value = first(self.own.get("restartPolicy"), self.spec.get("restartPolicy"))
        return value and value.lower()

    def stop_grace(self) -> Any:
        value = typed(self.spec.get("terminationGracePeriodSeconds"), int)
        return None if value is None else float(value)

    def runtime_name(self) -> Any:
        return typed(self.spec.get("runtimeClassName"), str)

    def replicas(self) -> Any:
        return None if self.doc["kind"] == "Pod" else typed((self.doc.get("spec") or {}).get("replicas"), int)

    def namespace(self) -> Any:
        name = typed((self.doc.get("metadata") or {}).get("namespace"), str)
        return UNKNOWN if name and "${" in name else name

    def pod_labels(self) -> Any:
        labels = self.metadata.get("labels")
        return None if labels is None else sorted(labels.items())

    def env(self) -> Any:
        found: list[Any] = [
            ((origin.get("prefix") or "") + "*", None, "secret" if origin.get("secretRef") else "config")
            for origin in self.own.get("envFrom") or []
        ]
        known: dict[str, str | None] = {}
        for item in self.own.get("env") or []:
            name, origin, value = item["name"], item.get("valueFrom"), item.get("value")
            known[name] = None
            if origin is not None:
                found.append((name, None, "secret" if origin.get("secretKeyRef") is not None else "config"))
            elif not isinstance(value, str | None):
                found.append(UNKNOWN)
            else:
                known[name] = text = expanded(value or "", known)
                found.append((name, text, "variable" if text is None else "literal"))
        return found or None

    def mounts(self) -> Any:
        volumes = {volume["name"]: volume for volume in self.spec.get("volumes") or []}
        for claim in (self.doc.get("spec") or {}).get("volumeClaimTemplates") or []:
            name = claim["metadata"]["name"]
            volumes[name] = {"name": name, "persistentVolumeClaim": {"claimName": name}}
        found = [
            mounted(volumes.get(mount["name"]), mount["mountPath"], read_only=bool(mount.get("readOnly")))
            for mount in self.own.get("volumeMounts") or []
        ]
        found += [
            mounted(volumes.get(device["name"]), device["devicePath"], read_only=False)
            for device in self.own.get("volumeDevices") or []
        ]
        return found or None


METHODS = {"fields", "either", "capabilities", "profile", "annotation", "switch", "amount", "whole", "part", "probe"}
FIELDS = [name for name in vars(Container) if not name.startswith("_") and name not in METHODS]


def expanded(value: str, known: dict[str, str | None]) -> str | None:
    """A variable's value with references to those above it; None where one is not known."""
    if re.search(r"\$\{[A-Za-z_][^{}]*\}|\{\{", value):
        return None
    if any(known.get(name) is None for name in re.findall(r"(?<!\$)\$\(([^()]*)\)", value)):
        return None
    return re.sub(r"\$\$|\$\(([^()]*)\)", lambda found: "$" if found[1] is None else known[found[1]] or "", value)


def mounted(volume: dict[str, Any] | None, target: str, *, read_only: bool) -> Any:
    """Kind, source, target and whether it is read-only."""
    if volume is None:
        return UNKNOWN
    key = next((key for key in volume if key != "name" and volume[key] is not None), "emptyDir")
    body, name = volume.get(key) or {}, volume["name"]
    kind, source = {
        "hostPath": ("bind", body.get("path")),
        "emptyDir": ("empty_dir", name),
        "secret": ("secret", body.get("secretName")),
        "configMap": ("config_map", body.get("name") or name),
        "persistentVolumeClaim": ("claim", body.get("claimName")),
        "projected": ("projected", name),
        "downwardAPI": ("projected", name),
        "ephemeral": ("claim", name),
    }.get(key, ("other", name))
    if kind == "bind" and ("${" in source or source.startswith("<")):
        return UNKNOWN
    always = kind in {"secret", "config_map", "projected"} or (kind != "bind" and bool(body.get("readOnly")))
    return kind, source or name, target, read_only or always


def workloads(doc: Any) -> list[tuple[str, dict[str, Any]]]:
    """Every container of a whole workload object: a title, and its fields."""
    if not isinstance(doc, dict) or not isinstance(doc.get("kind"), str) or not isinstance(doc.get("apiVersion"), str):
        return []
    kind, version = doc["kind"], doc["apiVersion"]
    if kind.endswith("List"):
        bare = {} if kind == "List" else {"kind": kind.removesuffix("List"), "apiVersion": version}
        return [found for item in doc.get("items") or [] if item for found in workloads({**bare, **item})]
    metadata = doc.get("metadata") or {}
    name = metadata.get("name") or metadata.get("generateName")
    if version.rpartition("/")[0] not in GROUPS.get(kind, ()) or not name:
        return []
    spec = template(doc).get("spec") or {}
    containers = spec.get("containers") or []
    if not containers or any(not isinstance(item, dict) or item.get("image") is None for item in containers):
        return []
    return [
        (f"{role} {container.get('name')} of {kind} {name}", Container(doc, container, role).fields())
        for role, key in (("init", "initContainers"), ("app", "containers"), ("ephemeral", "ephemeralContainers"))
        for container in spec.get(key) or []
    ]


def derived(data: bytes) -> tuple[list[tuple[str, dict[str, Any]]], int]:
    """The workloads of a file, document by document, and how many documents PyYAML cannot read."""
    found, failed = [], 0
    for piece in SEPARATOR.split(data.removeprefix(b"\xef\xbb\xbf")):
        try:
            for doc in yaml.load_all(piece, Loader):
                found += workloads(doc)
        except (yaml.YAMLError, ValueError, TypeError):
            failed += 1
    return found, failed

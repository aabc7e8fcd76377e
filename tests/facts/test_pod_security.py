"""Pod Security levels; what the admission plugin of kube-apiserver 1.36 said of the same pods stands in the cases."""

from __future__ import annotations

import pytest

from hardhull.formats.kubernetes.read import read
from hardhull.model.source import Source

RESTRICTED = (
    "securityContext: {allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL]},"
    " seccompProfile: {type: RuntimeDefault}}"
)
CASES = {
    "": "baseline",
    RESTRICTED: "restricted",
    RESTRICTED.replace("drop: [ALL]", "drop: [ALL], add: [NET_BIND_SERVICE]"): "restricted",
    RESTRICTED.replace("drop: [ALL]", "drop: [ALL], add: [CHOWN]"): "baseline",
    RESTRICTED.replace("drop: [ALL]", "drop: [NET_RAW]"): "baseline",
    RESTRICTED.replace("runAsNonRoot: true", "runAsNonRoot: true, runAsUser: 0"): "baseline",
    RESTRICTED.replace("RuntimeDefault", "Unconfined"): "privileged",
    "securityContext: {privileged: true}": "privileged",
    "securityContext: {capabilities: {add: [NET_ADMIN]}}": "privileged",
    "securityContext: {procMount: Unmasked}": "privileged",
    "securityContext: {seLinuxOptions: {type: container_init_t, level: 's0:c1'}}": "baseline",
    "securityContext: {seLinuxOptions: {type: spc_t}}": "privileged",
    "securityContext: {seLinuxOptions: {user: root}}": "privileged",
    "securityContext: {appArmorProfile: {type: Unconfined}}": "privileged",
    "ports: [{containerPort: 80, hostPort: 80}]": "privileged",
    f"{RESTRICTED}\n  hostNetwork: true": "privileged",
    f"{RESTRICTED}\n  hostPID: true": "privileged",
    f"{RESTRICTED}\n  volumes: [{{name: v, hostPath: {{path: /srv}}}}]": "privileged",
    f"{RESTRICTED}\n  volumes: [{{name: v, nfs: {{server: s, path: /}}}}]": "baseline",
    f"{RESTRICTED}\n  volumes: [{{name: v, csi: {{driver: d}}}}, {{name: w, emptyDir: {{}}}}]": "restricted",
    f"{RESTRICTED}\n  securityContext: {{sysctls: [{{name: net.ipv4.tcp_syncookies, value: '1'}}]}}": "restricted",
    f"{RESTRICTED}\n  securityContext: {{sysctls: [{{name: kernel.msgmax, value: '1'}}]}}": "privileged",
}


def pod(keys: str) -> str:
    own, _, spec = keys.partition("\n")
    container = f"    {own}\n" if own else ""
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: c\n    image: i\n{container}{spec}\n"


@pytest.mark.parametrize(("keys", "level"), CASES.items())
def test_the_level_is_the_strictest_that_admits_the_pod(keys: str, level: str) -> None:
    parts = read(Source("p.yaml", pod(keys).encode())).cluster_parts
    assert next(part.record.level for part in parts if part.slot == "pods") == level  # type: ignore[attr-defined]

from __future__ import annotations

import pytest
from kubernetes_texts import hollow, read_text, workload

from hardhull.facts.parts import Grant, Mount
from hardhull.model.field import NotKnownError

VOLUMES = """
volumes:
  - {name: sock, hostPath: {path: /var/run/docker.sock, type: Socket}}
  - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
  - {name: tls, secret: {secretName: web-tls}}
  - {name: conf, configMap: {name: web}}
  - {name: data, persistentVolumeClaim: {claimName: web-data, readOnly: true}}
  - {name: all, projected: {sources: [{secret: {name: a}}, {configMap: {name: b}}, {serviceAccountToken: {path: t}}]}}
  - {name: share, nfs: {server: 10.0.0.9, path: /, readOnly: false}}
"""


def mount(text: str) -> Mount:
    found = workload(f"volumeMounts: [{text}]", VOLUMES)
    (item,) = found.mounts.value
    return item.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{name: sock, mountPath: /sock}",
            Mount("bind", "/var/run/docker.sock", "/sock", options=("type=Socket",), host_root="/var/run/docker.sock"),
        ),
        (
            "{name: tmp, mountPath: /tmp, mountPropagation: Bidirectional}",
            Mount("empty_dir", "tmp", "/tmp", propagation="rshared", options=("medium=Memory", "size=64Mi")),
        ),
        ("{name: tls, mountPath: /tls}", Mount("secret", "web-tls", "/tls", read_only=True)),
        ("{name: conf, mountPath: /c, readOnly: false}", Mount("config_map", "web", "/c", read_only=True)),
        ("{name: data, mountPath: /data}", Mount("claim", "web-data", "/data", read_only=True)),
        (
            "{name: share, mountPath: /s, readOnly: true}",
            Mount("other", "share", "/s", read_only=True, options=("nfs",)),
        ),
    ],
)
def test_volumes_become_mounts(text: str, expected: Mount) -> None:
    assert mount(text) == expected


def test_a_host_path_stands_where_it_is_written_and_others_at_the_mount() -> None:
    found = workload("volumeMounts: [{name: sock, mountPath: /a}, {name: tmp, mountPath: /b}]", VOLUMES)
    assert [item.place.text for item in found.mounts.value] == ["/var/run/docker.sock", "/b"]
    assert found.mounts.place.text == "volumeMounts"


def test_a_sub_path_narrows_what_is_mounted_of_the_host() -> None:
    found = mount("{name: sock, mountPath: /a, subPath: x/../y}")
    assert (found.source, found.host_root) == ("/var/run/docker.sock", "/var/run/docker.sock/y")


def test_secrets_and_config_maps_are_grants() -> None:
    found = workload("volumeMounts: [{name: tls, mountPath: /tls}, {name: all, mountPath: /all}]", VOLUMES)
    assert [item.value for item in found.secrets.value] == [Grant("web-tls", "/tls"), Grant("a", "/all")]
    assert [item.value for item in found.configs.value] == [Grant("b", "/all")]
    assert found.mounts.value[1].value.options == ("serviceAccountToken",)


def test_a_mount_without_its_volume_is_unknown_and_the_others_are_not() -> None:
    found = workload("volumeMounts: [{name: nope, mountPath: /a}, {name: tmp, mountPath: /b}]", VOLUMES)
    missing, other = found.mounts.value
    with pytest.raises(NotKnownError, match="no volume nope"):
        _ = missing.value
    assert other.value.target == "/b"


@pytest.mark.parametrize(
    "volume",
    [
        "{name: v, hostPath: {}}",
        "{name: v, hostPath: /x}",
        "{name: v, hostPath: {path: '${P}'}}",
        "{name: v, hostPath: {path: /}, emptyDir: {}}",
    ],
)
def test_a_volume_that_cannot_be_read_is_unknown_where_it_is_mounted(volume: str) -> None:
    found = workload("volumeMounts: [{name: v, mountPath: /a}]", f"volumes: [{volume}]")
    assert not found.mounts.value[0].known


def test_unmounted_volumes_are_nobody_s() -> None:
    assert workload("", VOLUMES).mounts.value == ()


def test_read_only_written_at_the_host_path_does_nothing() -> None:
    volumes = "volumes: [{name: v, hostPath: {path: /etc, readOnly: true}}]"
    found = workload("volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /b, readOnly: true}]", volumes)
    assert [item.value.read_only for item in found.mounts.value] == [False, True]
    assert hollow(found) == ["readOnly has no effect in hostPath: Kubernetes has it at the volumeMount"]
    assert hollow(workload("", volumes)) == []


def test_claims_of_a_stateful_set_and_raw_block_devices() -> None:
    text = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      template:
        spec:
          containers:
            - name: db
              image: postgres
              volumeMounts: [{name: data, mountPath: /data}]
              volumeDevices: [{name: raw, devicePath: /dev/xvda}]
      volumeClaimTemplates:
        - metadata: {name: data}
        - metadata: {name: raw}
    """
    one, other = read_text(text).workloads[0].mounts.value
    assert one.value == Mount("claim", "data", "/data")
    assert other.value == Mount("claim", "raw", "/dev/xvda", options=("block",))

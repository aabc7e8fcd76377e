"""What is refused, with which reason, and what a workload becomes as a create body. No engine is asked."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from hardhull.run import hostpaths
from hardhull.run.create import Container, needed, prepare
from hardhull.run.refusal import CannotRunError
from hardhull.run.settings import Bounds, Settings
from worlds import workloads

if TYPE_CHECKING:
    from pathlib import Path


def made(folder: Path, text: str, name: str = "compose.yaml", **settings: object) -> list[Container]:
    return prepare(workloads(folder, text, name), Settings(base=folder, **settings))  # type: ignore[arg-type]


def service(keys: str) -> str:
    return f"services: {{web: {{image: IMAGE, {keys}}}}}"


REFUSED = [
    ("platform: windows/amd64", "Windows container", ""),
    ("deploy: {replicas: 3}", "3 replicas", "replicas"),
    ("network_mode: host", "shares the host's network", "network_mode"),
    ("pid: host", "shares the host's process list", "pid"),
    ("ipc: host", "shares the host's shared memory", "ipc"),
    ("privileged: true", "privileged", "privileged"),
    ("devices: [/dev/nowhere]", "has no device /dev/nowhere", ""),
    ("devices: [/dev/console]", "is a device of this machine", "devices"),
    ("pid: 'service:web'", "that of another service", ""),
    ("network_mode: 'container:other'", "a container outside the run", ""),
    ("volumes: ['/:/host']", "all of this machine", ""),
    ("volumes: ['/proc:/p']", "the kernel's", ""),
    ("volumes: ['/dev:/p']", "the kernel's", ""),
    ("volumes: ['./sock:/s']", "is a socket", ""),
    ("security_opt: ['seccomp:nowhere.json']", "cannot be read as JSON", ""),
]


@pytest.mark.parametrize(("keys", "why", "consent"), REFUSED)
def test_what_cannot_be_run_is_refused_in_three_parts(tmp_path: Path, keys: str, why: str, consent: str) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "sock"))
        with pytest.raises(CannotRunError) as caught:
            made(tmp_path, service(keys))
    (refusal,) = caught.value.refusals
    assert refusal.what == "service web is not run"
    assert why in refusal.why
    assert refusal.how
    assert refusal.consent == consent


@pytest.mark.parametrize("keys", [keys for keys, _, consent in REFUSED if consent and "/dev" not in keys])
def test_consent_lifts_what_it_names(tmp_path: Path, keys: str) -> None:
    consent = next(consent for one, _, consent in REFUSED if one == keys)
    assert made(tmp_path, service(keys), allow=frozenset({consent}))


def test_all_reasons_are_told_at_once(tmp_path: Path) -> None:
    text = "services: {a: {image: IMAGE, privileged: true, pid: host}, b: {image: IMAGE, volumes: ['/:/x']}}"
    with pytest.raises(CannotRunError) as caught:
        made(tmp_path, text)
    assert len(caught.value.refusals) == 3


def test_external_secrets_and_files_that_are_missing(tmp_path: Path) -> None:
    text = "services: {web: {image: IMAGE, secrets: [s]}}\nsecrets: {s: {SOURCE}}"
    for source, why in (
        ("external: true", "only a swarm"),
        ("environment: X", "no file"),
        ("file: ./x", "does not exist"),
    ):
        with pytest.raises(CannotRunError, match=why):
            made(tmp_path, text.replace("SOURCE", source))


JOB = """apiVersion: batch/v1
kind: Job
metadata: {name: j}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: IMAGE}]}}}
"""
POD = """apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: c, image: IMAGE, KEYS}]
  volumes: [VOLUME]
"""


def test_kubernetes_beyond_the_subset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="containers of a Job are not run"):
        made(tmp_path, JOB, "job.yaml")
    mounted = "volumeMounts: [{name: v, mountPath: /v}]"
    for keys, volume, why in (
        (mounted, "{name: v, configMap: {name: m}}", "only a cluster has"),
        (mounted, "{name: v, secret: {secretName: m}}", "only a cluster has"),
        ("env: [{name: P, valueFrom: {secretKeyRef: {name: s, key: k}}}]", "", "value of P comes from elsewhere"),
    ):
        with pytest.raises(CannotRunError, match=why):
            made(tmp_path, POD.replace("KEYS", keys).replace("VOLUME", volume), "job.yaml")
    given = POD.replace("KEYS", keys).replace("VOLUME", "")
    (container,) = made(tmp_path, given, "job.yaml", env={"P": "q"})
    assert container.body["Env"] == ["P=q"]


def test_the_security_settings_of_a_service_reach_the_body(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"defaultAction": "SCMP_ACT_ALLOW"}')
    keys = """user: '1:2', read_only: true, cap_drop: [ALL], cap_add: [CHOWN], init: true, cpus: 0.5,
      security_opt: ['no-new-privileges:true', 'seccomp:./p.json', 'apparmor:unconfined'], sysctls: {net.core.somaxconn: 5},
      ulimits: {nofile: 64}, shm_size: 1m, working_dir: /x, stop_signal: SIGINT, stop_grace_period: 1500ms, tmpfs: ['/t:size=1m'],
      entrypoint: [], restart: always, container_name: own, labels: {a: b}"""
    (container,) = made(tmp_path, service(keys))
    body, host = container.body, container.body["HostConfig"]
    assert (body["User"], body["WorkingDir"], body["StopSignal"], body["StopTimeout"]) == ("1:2", "/x", "SIGINT", 2)
    assert (host["ReadonlyRootfs"], host["Init"], host["NanoCpus"], host["ShmSize"]) == (
        True,
        True,
        500_000_000,
        1 << 20,
    )
    assert (host["CapDrop"], host["CapAdd"], host["Tmpfs"]) == (["ALL"], ["CHOWN"], {"/t": "size=1m"})
    options = ["no-new-privileges=true", "apparmor=unconfined", 'seccomp={"defaultAction": "SCMP_ACT_ALLOW"}']
    assert host["SecurityOpt"] == options
    assert host["Sysctls"] == {"net.core.somaxconn": "5"}
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 64, "Hard": 64}]
    assert host["RestartPolicy"] == {"Name": "no"}
    assert "Labels" not in body
    assert container.networks == (("default", ("web", "own")),)


def test_who_waits_for_each_other_is_refused_and_who_is_missing(tmp_path: Path) -> None:
    text = "services: {a: {image: IMAGE, network_mode: 'service:b'}, b: {image: IMAGE, network_mode: 'service:a'}}"
    with pytest.raises(CannotRunError, match="wait for each other"):
        made(tmp_path, text)
    found = workloads(tmp_path, "services: {a: {image: IMAGE, depends_on: [b]}, b: {image: IMAGE}, c: {image: IMAGE}}")
    with pytest.raises(CannotRunError, match="depends on b, which is not there"):
        prepare([one for one in found if one.name == "a"], Settings(base=tmp_path))
    subject = next(one for one in found if one.name == "a")
    assert [one.key for one in prepare(needed(subject, found), Settings(base=tmp_path))] == ["b", "a"]


def test_copies_are_bounded_and_follow_no_links(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to("/etc/passwd")
    (tmp_path / "in" / "file").write_bytes(b"x" * 100)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "in" / "sock"))
        files = hostpaths.copy(tmp_path / "in", Bounds())
    assert files.left_out == (str(tmp_path / "in" / "sock"),)
    assert b"root:" not in files.archive
    with pytest.raises(hostpaths.TooLargeError):
        hostpaths.copy(tmp_path / "in", Bounds(copy_bytes=99))
    with pytest.raises(hostpaths.TooLargeError):
        hostpaths.copy(tmp_path / "in", Bounds(copy_files=2))
    with pytest.raises(CannotRunError, match="too large to copy"):
        made(tmp_path, service("volumes: ['./in:/x']"), bounds=Bounds(copy_bytes=99))

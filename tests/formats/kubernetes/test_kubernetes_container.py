from __future__ import annotations

import pytest
from kubernetes_texts import pod, read_text, workload

from hardhull.facts.parts import Healthcheck, Port
from hardhull.facts.workload import Workload
from hardhull.model.field import InexpressibleError, NotKnownError


def test_subject_and_place() -> None:
    found = workload()
    assert found.subject == "container app of Deployment shop/web"
    assert found.place.text == "app"
    assert (found.name, found.runtime, found.syntax) == ("app", "kubernetes", "kubernetes")
    assert (found.namespace.value, found.controller.value, found.role.value) == ("shop", "Deployment", "app")
    assert [item.value for item in found.pod_labels.value] == [("app", "web")]


def test_an_unwritten_namespace_is_not_made_up() -> None:
    found = read_text(pod().replace(", namespace: shop", "")).workloads[0]
    assert found.subject == "container app of Deployment web"
    assert found.namespace.value is None


def test_what_is_started() -> None:
    found = workload("""
        command: [/bin/app]
        args: ["--port", "80"]
        workingDir: /srv
        tty: true
        stdin: true
        imagePullPolicy: IfNotPresent
        lifecycle: {stopSignal: SIGQUIT}
    """)
    assert found.entrypoint.value == ("/bin/app",)
    assert found.command.value == ("--port", "80")
    assert (found.working_dir.value, found.tty.value, found.stdin_open.value) == ("/srv", True, True)
    assert (found.pull_policy.value, found.stop_signal.value) == ("missing", "SIGQUIT")


def test_namespaces_of_the_host() -> None:
    found = workload("", "hostNetwork: true\nhostPID: true\nhostIPC: true\nhostUsers: true\n")
    assert (found.network_mode.value, found.pid.value, found.ipc.value, found.userns.value) == ("host",) * 4
    off = workload("", "hostNetwork: false\nhostPID: false\nhostUsers: false\n")
    assert (off.network_mode.value, off.pid.value, off.userns.value) == (None, None, "private")
    assert off.network_mode.written
    assert workload("", "shareProcessNamespace: true\nhostPID: false\n").pid.value == "pod"
    assert workload("", "shareProcessNamespace: true\nhostPID: true\n").pid.value == "host"


def test_what_the_pod_says_of_its_containers() -> None:
    found = workload(
        "",
        """
        restartPolicy: OnFailure
        terminationGracePeriodSeconds: 5
        runtimeClassName: gvisor
        serviceAccountName: web
        automountServiceAccountToken: false
        hostname: box
        hostAliases: [{ip: 10.0.0.1, hostnames: [db, cache]}]
        dnsConfig: {nameservers: [10.0.0.2]}
        os: {name: windows}
        """,
    )
    assert (found.restart.value, found.stop_grace.value, found.runtime_name.value) == ("onfailure", 5.0, "gvisor")
    assert (found.service_account.value, found.automount_token.value) == ("web", False)
    assert [item.value for item in found.extra_hosts.value] == ["db:10.0.0.1", "cache:10.0.0.1"]
    assert (found.hostname.value, found.dns.value, found.platform.value) == ("box", ("10.0.0.2",), "windows")


def test_the_old_name_of_the_service_account_is_the_weaker_one() -> None:
    assert workload("", "serviceAccount: old\n").service_account.value == "old"
    assert workload("", "serviceAccount: old\nserviceAccountName: new\n").service_account.value == "new"


def test_limits() -> None:
    found = workload("""
        resources:
          limits: {memory: 1Gi, cpu: 500m, ephemeral-storage: 2e9}
          requests: {memory: 64M, cpu: 1}
    """)
    assert (found.memory.value, found.cpus.value, found.storage.value) == (2**30, 0.5, 2_000_000_000)
    assert (found.memory_reservation.value, found.cpu_reservation.value) == (64_000_000, 1.0)
    assert found.memory.place.text == "1Gi"


def test_limits_of_the_whole_pod_hold_for_containers_that_write_none() -> None:
    found = workload("resources: {limits: {cpu: 2}}", "resources: {limits: {cpu: 4, memory: 1Gi}}")
    assert (found.cpus.value, found.memory.value, found.memory.origin) == (2.0, 2**30, "the pod")


def test_ports_on_the_node_are_published_others_only_exposed() -> None:
    found = workload("""
        ports:
          - {containerPort: 80}
          - {containerPort: 53, protocol: UDP}
          - {containerPort: 8080, hostPort: 80, hostIP: 127.0.0.1}
    """)
    assert [item.value for item in found.ports.value] == [Port("8080", "80", "127.0.0.1", "tcp")]
    assert found.expose.value == ("80", "53/udp")
    assert found.ports.value[0].place.text == "80"
    with pytest.raises(NotKnownError, match="no containerPort"):
        _ = workload("ports: [{containerPort: 80}, {grpcPort: 8081}]").ports.value


def test_probes() -> None:
    found = workload("""
        livenessProbe: {httpGet: {path: /up, port: web}, periodSeconds: 5, failureThreshold: 2, initialDelaySeconds: 9}
        readinessProbe: {tcpSocket: {port: 80}}
        startupProbe: {exec: {command: [test, -f, /ready]}}
    """)
    assert found.healthcheck.value == Healthcheck(("HTTP", "web", "/up"), interval=5, start_period=9, retries=2)
    assert found.readiness.value == Healthcheck(("TCP", "80"))
    assert found.startup.value == Healthcheck(("CMD", "test", "-f", "/ready"))
    with pytest.raises(NotKnownError, match="says nothing"):
        _ = workload("livenessProbe: {periodSeconds: 5}").healthcheck.value


ROLES = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
    - {name: setup, image: busybox}
    - {name: proxy, image: envoy, restartPolicy: Always}
  containers:
    - {name: app, image: nginx}
  ephemeralContainers:
    - {name: debug, image: busybox, targetContainerName: app}
"""


def test_init_sidecar_and_ephemeral_containers() -> None:
    setup, proxy, app, debug = read_text(ROLES).workloads
    assert [item.role.value for item in (setup, proxy, app, debug)] == ["init", "sidecar", "app", "ephemeral"]
    assert setup.subject == "init container setup of Pod web"
    assert proxy.subject == "sidecar container proxy of Pod web"
    assert (proxy.restart.value, app.restart.value) == ("always", None)
    assert debug.unread == []


def test_what_only_some_containers_can_have() -> None:
    setup, proxy, app, debug = read_text(ROLES).workloads
    for found, slot in ((setup, "healthcheck"), (debug, "memory"), (debug, "ports"), (app, "pids")):
        with pytest.raises(InexpressibleError):
            _ = getattr(found, slot).value
    assert proxy.healthcheck.value is None
    assert app.memory.value is None


def test_fields_that_kubernetes_cannot_express_are_fields_of_a_workload() -> None:
    slots = {slot.name for slot in Workload.slots()}
    assert workload().cannot <= slots
    assert {"pids", "block_io", "log_driver", "ulimits", "shm_size"} <= workload().cannot


@pytest.mark.parametrize(
    ("container", "slot"),
    [
        ("securityContext: {privileged: 'true'}", "privileged"),
        ("securityContext: {runAsUser: root}", "user"),
        ("securityContext: {runAsUser: '${UID}'}", "user"),
        ("securityContext: [privileged]", "read_only"),
        ("securityContext: {runAsNonRoot: true, runAsNonRoot: true}", "run_as_non_root"),
        ("resources: {limits: {memory: 1GB}}", "memory"),
        ("resources: {limits: {memory: 1Gi}}\nresources: {}", "memory"),
        ("imagePullPolicy: always", "pull_policy"),
        ("args: [80]", "command"),
        ("ports: [{containerPort: http}]", "expose"),
        ("env: {A: b}", "env"),
        ("volumeMounts: data", "mounts"),
        ("tty: 'no'", "tty"),
    ],
)
def test_a_wrong_type_or_a_duplicate_makes_one_field_unknown(container: str, slot: str) -> None:
    found = workload(container)
    with pytest.raises(NotKnownError):
        _ = getattr(found, slot).value
    assert found.image.value == "nginx:1.27"
    assert getattr(found, slot).place.text in pod(container)


@pytest.mark.parametrize("value", ["${IMAGE}", "<your image>", "registry/{{ name }}", "%IMAGE%"])
def test_a_placeholder_is_no_image(value: str) -> None:
    found = read_text(pod().replace("nginx:1.27", f'"{value}"')).workloads[0]
    assert not found.image.known
    assert "image" in (found.image.why or "")


def test_null_is_absent() -> None:
    found = workload("securityContext: null\nresources: {limits: {memory: null}}\nenv:\nports: ~")
    assert not found.privileged.written
    assert found.memory.value is None
    assert found.env.value == ()


def test_words_that_yaml_1_1_takes_for_booleans() -> None:
    assert workload("securityContext: {privileged: yes}").privileged.value is True
    assert workload("securityContext: {privileged: off}").privileged.value is False


def test_unknown_keys_are_named_at_their_place() -> None:
    found = workload("commandd: [x]", "hostnetwork: true\n")
    assert sorted(item.value for item in found.unread) == ["commandd", "hostnetwork"]
    assert [item.place.text for item in found.unread] == [item.value for item in found.unread]


def test_a_container_without_a_name_is_judged_at_its_own_place() -> None:
    found = read_text(pod().replace("- name: app\n          image", "- image")).workloads[0]
    assert found.subject == "container #1 of Deployment shop/web"
    assert found.place.start.line == 10

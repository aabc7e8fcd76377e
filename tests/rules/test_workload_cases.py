"""Rules about workloads where one setting decides about another: what is reported, how bad, and what is left out."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
from texts import scan_texts

from hardhull.rules.policy import Policy
from hardhull.scan import Options, scan

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.model.result import Result

DIGEST = "0a" * 32


def compose(body: str, *, image: str = "nginx:1.27", top: str = "") -> dict[str, str]:
    inner = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return {"compose.yaml": f"services:\n  web:\n    image: {image}\n{inner}\n{top}"}


def run(line: str, path: str = "run.sh") -> dict[str, str]:
    return {path: line + "\n"}


def pod(container: str, spec: str = "", more: str = "", kind: str = "Pod") -> dict[str, str]:
    inner = textwrap.indent(textwrap.dedent(container).strip("\n"), "      ")
    outer = textwrap.indent(textwrap.dedent(spec).strip("\n"), "  ")
    text = f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: web\n  namespace: shop\nspec:\n{outer}\n"
    text += f"  containers:\n    - name: web\n      image: ghcr.io/example/web:1\n{inner}\n{more}"
    return {"pod.yaml": text}


def severities(files: dict[str, str], rule: str, policy: Policy | None = None) -> list[str]:
    return of_rule(scan_texts(files, policy), rule)


def of_rule(result: Result, rule: str) -> list[str]:
    names = {info.name: info.id for info in result.rules.values()}
    return [found.severity.word for found in result.findings if found.rule == names.get(rule)]


DROPPED = "[AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, NET_RAW, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT]"
PROXY = "tecnativa/docker-socket-proxy:0.3"
SOCKET = "volumes: ['/var/run/docker.sock:/var/run/docker.sock']"
CI = {
    ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    services:\n      db:\n        image: postgres:17\n"
    "        options: --health-cmd pg_isready\n        ports: ['5432:5432']\n        env: {POSTGRES_PASSWORD: postgres}\n    steps:\n      - run: docker run -d nginx:1.27\n"
}
WAITS = """\
  db:
    image: postgres:17
    healthcheck: {test: [CMD, pg_isready]}
    depends_on: {web: {condition: service_completed_successfully}}
"""

CASES = [
    # one cause, one finding
    ("capability-drop-all-missing", compose("privileged: true"), []),
    ("no-new-privileges-missing", compose("privileged: true"), []),
    ("writable-root-filesystem", compose("privileged: true"), []),
    ("dangerous-capability-added", compose("privileged: true\ncap_add: [SYS_ADMIN]"), []),
    ("no-new-privileges-missing", compose("security_opt: ['no-new-privileges:false']"), []),
    ("image-not-pinned", compose("", image="nginx"), []),
    ("port-on-all-interfaces", compose("ports: ['5432:5432']", image="postgres:17"), []),
    ("host-path-volume", pod("volumeMounts: [{name: v, mountPath: /v}]", "volumes: [{name: v, hostPath: {path: /etc}}]"), []),
    ("run-as-non-root-missing", pod("securityContext: {runAsUser: 0}"), []),
    # what amounts to the same
    ("capability-drop-all-missing", compose(f"cap_drop: {DROPPED}"), []),
    ("capability-drop-all-missing", compose("cap_drop: [all]"), []),
    ("capability-drop-all-missing", compose("user: '101:101'"), ["low"]),
    ("capability-drop-all-missing", run("docker service create --name web nginx:1.27"), ["medium"]),
    ("dangerous-capability-added", compose("cap_add: [CAP_NET_ADMIN]"), ["medium"]),
    ("dangerous-capability-added", compose("cap_add: [NET_ADMIN]\nnetwork_mode: host"), ["high"]),
    ("dangerous-capability-added", compose("cap_add: [NET_ADMIN]", image="linuxserver/wireguard:1"), ["low"]),
    ("dangerous-capability-added", compose("cap_add: [SYS_PTRACE]\npid: host"), ["high"]),
    ("no-new-privileges-missing", pod("securityContext: {capabilities: {add: [SYS_ADMIN]}}"), []),
    ("capability-drop-without-effect", compose("cap_drop: [ALL, NET_ADMIN]"), []),
    ("capability-add-without-effect", pod("securityContext: {capabilities: {add: [NET_RAW]}}"), []),
    ("capability-add-without-effect", run("podman run -d --cap-add=NET_RAW nginx:1.27"), []),
    ("capability-add-without-effect", run("podman run -d -u 101 --cap-add=CHOWN nginx:1.27"), []),
    ("capability-add-without-effect", run("podman run -d --cap-add=CHOWN nginx:1.27"), ["low"]),
    ("apparmor-unconfined", compose("security_opt: ['apparmor:unconfined']\ncap_add: [SYS_ADMIN]"), ["high"]),
    # sockets and host paths
    ("docker-socket-mounted", compose(SOCKET), ["critical"]),
    ("docker-socket-mounted", compose(SOCKET, image=PROXY), ["low"]),
    ("docker-socket-mounted", compose("volumes: ['/run/user/1000/podman/podman.sock:/s']"), ["high"]),
    ("docker-socket-mounted", run("[Container]\nImage=web:1\nVolume=%t/podman/podman.sock:/s", "web.container"), ["high"]),
    ("docker-socket-mounted", compose("volumes: ['${SOCK}:/var/run/docker.sock']"), ["critical"]),
    ("docker-socket-mounted", compose("volumes: ['${DATA}:/data', '/var/run/docker.sock:/s']"), ["critical"]),
    ("docker-socket-mounted", compose("volumes: ['sock:/var/run']", top="volumes:\n  sock:\n    driver_opts: {type: none, o: bind, device: /var/run}\n"), ["critical"]),
    ("sensitive-host-path-mounted", compose("volumes: ['/:/rootfs:ro']"), ["high"]),
    ("sensitive-host-path-mounted", compose("volumes: ['/:/rootfs:ro']", image="prom/node-exporter:v1"), ["medium"]),
    ("sensitive-host-path-mounted", compose("volumes: ['/etc/localtime:/etc/localtime:ro', '/var/log:/l:ro']"), []),
    ("device-exposed", run("docker run -d --device=/dev/sda:/dev/xvdc:m nginx:1.27"), ["low"]),
    ("device-exposed", run("docker run -d --device=/dev/sda:/dev/xvdc:r nginx:1.27"), ["high"]),
    # users
    ("user-without-group", compose("user: node"), []),
    ("user-without-group", compose("user: '0'"), []),
    ("runs-as-root", compose("", image="postgres:17"), ["low"]),
    ("runs-as-root", compose("user: root", image="postgres:17"), ["high"]),
    ("runs-as-root", compose("", image="example/unknown:1"), []),
    ("runs-as-root", pod("securityContext: {runAsUser: 0}", "hostUsers: false"), ["low"]),
    ("runs-as-root", pod("securityContext: {runAsUser: 7}", "initContainers: [{name: own, image: 'busybox:1', securityContext: {runAsUser: 0}}]"), ["medium"]),
    ("run-as-non-root-missing", pod("", "os: {name: windows}"), []),
    # tools that run once
    ("memory-limit-missing", run("docker run --rm nginx:1.27"), []),
    ("memory-limit-missing", run("docker run -it nginx:1.27 sh"), []),
    ("memory-limit-missing", run("docker run -d --rm nginx:1.27"), ["medium"]),
    ("memory-limit-missing", run("[Service]\nExecStart=/usr/bin/docker run --rm nginx:1.27", "web.service"), ["medium"]),
    ("memory-limit-missing", run("id=$(docker create nginx:1.27)\ndocker cp $id:/etc/nginx ."), []),
    ("memory-limit-missing", run("docker create --name web --restart always nginx:1.27\ndocker start web"), ["medium"]),
    ("memory-limit-missing", CI, []),
    ("weak-default-password", CI, ["low"]),
    ("capability-drop-all-missing", run("docker run --rm nginx:1.27"), ["low"]),
    ("healthcheck-missing", compose("restart: 'no'"), []),
    ("healthcheck-missing", compose("", image="pihole/pihole:2024"), []),
    ("healthcheck-missing", compose("", top=WAITS), []),
    ("healthcheck-missing", {"compose.test.yaml": "services:\n  sut:\n    build: .\n"}, []),
    ("healthcheck-missing", compose("healthcheck: {test: ['CMD', 'true']}"), []),
    ("probes-missing", pod("livenessProbe: {tcpSocket: {port: 80}}"), []),
    ("probes-missing", pod("", "restartPolicy: Never"), []),
    # limits
    ("memory-limit-missing", pod("", more="---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: l, namespace: shop}\nspec:\n  limits:\n    - type: Container\n      default: {memory: 1Gi}\n"), []),
    ("pids-limit-missing", run("podman run -d nginx:1.27"), []),
    ("pids-limit-missing", compose("deploy: {resources: {limits: {pids: 200}}}"), []),
    ("io-throttling-missing", compose("volumes: ['data:/data:ro']", top="volumes: {data: {}}\n"), []),
    ("io-throttling-missing", compose("volumes: ['/var/run/docker.sock:/s', './nginx.conf:/etc/nginx/nginx.conf', '/dev:/host/dev']"), []),
    ("io-throttling-missing", compose("volumes: ['./data:/data', './nginx.conf:/etc/nginx/nginx.conf']"), ["low"]),
    ("oom-killer-disabled", compose("oom_kill_disable: true"), ["high"]),
    ("limits-contradict", run("docker run -d --memory 4m nginx:1.27"), ["medium"]),
    ("limits-contradict", run("docker run -d --memory-swap 1g nginx:1.27"), ["medium"]),
    ("limits-contradict", pod("resources: {limits: {cpu: 1}, requests: {cpu: 2}}"), ["medium"]),
    ("memory-without-swap-limit", pod("resources: {limits: {memory: 1Gi}}"), []),
    # networks
    ("port-on-all-interfaces", compose("ports: ['80:8080', '443:8443', '127.0.0.1:9000:9000']"), []),
    ("port-on-all-interfaces", compose("ports: ['8080']"), ["low"]),
    ("port-on-all-interfaces", compose("ports: ['[::]:8080:80']"), ["medium"]),
    ("port-on-all-interfaces", compose("network_mode: host\nports: ['8080:80']"), []),
    ("admin-or-database-port-published", run("docker run -d -p 2375:2375 docker:27-dind"), ["critical"]),
    ("ssh-port-published", compose("ports: ['2222:22']", image="gitea/gitea:1.22"), []),
    ("ssh-port-published", compose("ports: ['2222:22']", image="dokku/dokku:${VERSION}"), []),
    ("ssh-port-published", {"compose.yaml": "services:\n  gitlab:\n    build: .\n    ports: ['2222:22']\n"}, []),
    ("ssh-port-published", compose("ports: ['127.0.0.1:2222:22']"), ["low"]),
    ("host-network", pod("", "hostNetwork: true\ninitContainers: [{name: first, image: busybox:1}]"), ["high"]),
    ("host-port", pod("ports: [{containerPort: 80, hostPort: 80}]", "hostNetwork: true"), []),
    ("default-network-only", compose(""), []),
    ("default-network-only", compose("", top="  db:\n    image: postgres:17\nnetworks:\n  default:\n    internal: true\n"), []),
    ("default-network-only", compose("", top="  db:\n    image: postgres:17\n    networks: [n]\nnetworks: {n: {}}\n"), []),
    ("default-network-only", compose("network_mode: none", top="  db:\n    image: postgres:17\n"), []),
    ("default-network-only", run("podman run -d nginx:1.27"), []),
    # logs
    ("log-rotation-missing", compose("", top="") | {"daemon.json": '{"log-driver": "local"}\n'}, []),
    ("log-option-refused", compose("logging: {options: {max-size: 10m}}") | {"daemon.json": '{"log-driver": "syslog"}\n'}, ["medium"]),
    ("log-option-refused", compose("logging: {driver: json-file, options: {max-size: 10m, max-file: '3'}}"), []),
    # images
    ("image-latest-or-untagged", compose("", image=f"nginx@sha256:{DIGEST}"), []),
    ("image-latest-or-untagged", compose("", image="localhost:5000/web"), ["medium"]),
    ("image-latest-or-untagged", compose("", image="localhost/web"), []),
    ("image-latest-or-untagged", compose("build: .", image="web") | {"Dockerfile": "FROM nginx:1.27\nUSER 1\n"}, []),
    ("image-latest-or-untagged", run("docker build -t web .\ndocker run -d web") | {"Dockerfile": "FROM nginx:1.27\n"}, []),
    # secrets
    ("weak-default-password", compose("environment: {DB_PASSWORD: root}\nports: ['8080:80']"), ["medium"]),
    ("weak-default-password", compose("environment: {ADMIN_PASSWORD: root}\nports: ['8080:80']"), ["high"]),
    ("weak-default-password", compose("environment: {ADMIN_PASSWORD: root}\nports: ['127.0.0.1:8080:80']"), ["medium"]),
    ("weak-default-password", compose("environment: {MYSQL_PASSWORD: root}\nports: ['3306:3306']", image="mysql:8.4"), ["high"]),
    ("weak-default-password", compose("environment: {MONGO_PASSWORD: root}\nports: ['9229:9229']"), ["medium"]),
    ("secret-in-command", compose("command: [redis-server, --requirepass, uG7kq2ZpL9x]"), ["high"]),
    # Kubernetes accounts
    ("service-account-token-mounted", pod("", "serviceAccountName: s", "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s, namespace: shop}\nautomountServiceAccountToken: false\n"), []),
    ("service-account-token-mounted", pod("", "serviceAccountName: s", "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: shop}\nroleRef: {kind: Role, name: r, apiGroup: rbac.authorization.k8s.io}\nsubjects: [{kind: ServiceAccount, name: s, namespace: shop}]\n"), []),
    ("run-as-non-root-cannot-start", pod("securityContext: {runAsNonRoot: true, runAsUser: 0}"), ["medium"]),
    ("run-as-non-root-cannot-start", pod("securityContext: {runAsNonRoot: true}"), []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "files", "wanted"), CASES, ids=lambda case: case if isinstance(case, str) else "")
def test_what_is_reported(rule: str, files: dict[str, str], wanted: list[str]) -> None:
    assert severities(files, rule) == wanted


def test_a_secret_counts_in_the_file_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DB_PASSWORD=uG7!kq2ZpL9x\nP=uG7kq2ZpL9x\n")
    (tmp_path / "db.env").write_text("APP_PASSWORD=hF3-qv8Wm2Tz\n")
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    image: nginx:1.27\n    environment:\n      DB_PASSWORD: ${DB_PASSWORD}\n"
        "    env_file: db.env\n    command: redis-server --requirepass ${P}\n"
    )
    result = scan([str(tmp_path)], Options(strict=True, today="2026-01-01"))
    rules = {info.name: info.id for info in result.rules.values()}
    found = [one for one in result.findings if one.rule == rules["secret-in-environment"]]
    assert [(one.locations[0].path, one.locations[0].line) for one in found] == [("db.env", 1)]
    assert of_rule(result, "secret-in-command") == []
    assert "hF3-qv8Wm2Tz" not in repr(result)


def test_an_unknown_item_does_not_hide_the_others_and_is_named() -> None:
    result = scan_texts(compose("volumes: ['${DATA}:/data', '/etc:/e']"))
    names = {info.id: info.name for info in result.rules.values()}
    assert "sensitive-host-path-mounted" in {names[found.rule] for found in result.findings}
    assert any("DATA" in note.why for note in result.not_checked)


def test_decisions_of_the_team() -> None:
    policy = Policy(allowed_ports=("8080",), max_memory=2**30, trusted_registries=("ghcr.io/example",))
    assert severities(compose("ports: ['8080:80', '9090:90']"), "port-on-all-interfaces", policy) == ["medium"]
    assert severities(compose("mem_limit: 2g"), "memory-limit-missing", policy) == ["medium"]
    assert severities(compose("mem_limit: 512m"), "memory-limit-missing", policy) == []
    assert severities(compose("", image="ghcr.io/example/web:1"), "untrusted-registry", policy) == []
    assert severities(compose("", image="ghcr.io/examples/web:1"), "untrusted-registry", policy) == ["high"]
    assert severities(compose("", image="ghcr.io/examples/web:1"), "untrusted-registry") == []


def test_a_secret_is_in_no_part_of_the_result() -> None:
    secret = "uG7!kq2ZpL9xW"
    files = compose(f"environment:\n  DB_PASSWORD: {secret}\ncommand: run --token {secret}")
    files |= pod(f"env:\n  - name: DB_PASSWORD # the database\n    value: {secret}\nargs: ['--password', '{secret}']")
    result = scan_texts(files)
    names = {info.id: info.name for info in result.rules.values()}
    assert {"secret-in-environment", "secret-in-command"} <= {names[found.rule] for found in result.findings}
    assert secret not in repr(result)


def test_a_default_network_is_reported_once() -> None:
    services = "".join(f"  s{number}:\n    image: nginx:1.27\n" for number in range(5))
    assert severities({"compose.yaml": f"services:\n{services}"}, "default-network-only") == ["low"]


@pytest.mark.parametrize(
    "image", ["`\n  --env PASSWORD=uG7kq2ZpL9x `", "<IMAGE>\n```\n", "web:${{ matrix.version }}\n"]
)
def test_what_is_no_image_is_not_quoted_over_lines(image: str) -> None:
    found = scan_texts({"run.md": f"```sh\ndocker run -d {image}\n```\n", "run.sh": f"docker run -d {image}\n"})
    assert not any("\n" in one.subject or "uG7kq2ZpL9x" in one.subject for one in found.findings)

"""What is proposed for real services: the good case beside the one in which the same change would break something."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest
import yaml
from planning import planned

from hardhull.model.plan import Status
from hardhull.rules.rule import find_rule

if TYPE_CHECKING:
    from hardhull.model.plan import Plan


def plan_of(rule: str, files: dict[str, str]) -> Plan:
    found = find_rule(rule)
    assert found is not None
    return planned(files, found)


def service(rule: str, text: str, **others: str) -> Plan:
    """The plan for a Compose project with one service (or a few: the text is what stands below ``services``)."""
    return plan_of(rule, {"compose.yaml": "services:\n" + indent(dedent(text).strip("\n"), "  ") + "\n", **others})


def written(plan: Plan, name: str = "app") -> dict[str, object]:
    """The service as the plan leaves it."""
    (file,) = plan.files
    made: dict[str, object] = yaml.safe_load(file.after)["services"][name]
    return made


def advice(plan: Plan) -> str:
    """What a person is told where nothing is written."""
    assert not plan.files
    (each,) = plan.of(Status.BY_HAND)
    return f"{each.fix.title}\n{each.fix.advice}"


@pytest.mark.parametrize(
    ("image", "port", "closed"),
    [
        ("nginx:1.27", "8080:80", "127.0.0.1:8080:80"),
        ("n8nio/n8n:1.70.0", "5678:5678", "127.0.0.1:5678:5678"),
        ("traefik:v3.2", "8080:8080", "127.0.0.1:8080:8080"),
        ("traefik:v3.2", "8000:80", ""),
        ("caddy:2.8", "8443:443", ""),
        ("mailserver/docker-mailserver:14.0", "465:465", ""),
        ("pihole/pihole:2024.07.0", "53:53/tcp", ""),
        ("pihole/pihole:2024.07.0", "53:53/udp", ""),
        ("linuxserver/wireguard:1.0.20210914", "51820:51820/udp", ""),
        ("gitea/gitea:1.22", "2222:22", ""),
    ],
)
def test_a_port_is_closed_unless_it_serves_other_machines(image: str, port: str, closed: str) -> None:
    plan = service("port-on-all-interfaces", f"app:\n  image: {image}\n  ports:\n    - '{port}'")
    if closed:
        assert written(plan)["ports"] == [closed]
    else:
        assert "allowed-ports = [" in advice(plan)


def test_a_database_is_closed_even_beside_a_proxy() -> None:
    plan = service("admin-or-database-port-published", "app:\n  image: postgres:17\n  ports:\n    - '5432:5432'")
    assert written(plan)["ports"] == ["127.0.0.1:5432:5432"]


def test_the_socket_is_never_just_taken_away() -> None:
    text = "app:\n  image: traefik:v3.2\n  volumes:\n    - /var/run/docker.sock:/var/run/docker.sock:ro"
    told = advice(service("docker-socket-mounted", text))
    assert "docker-socket-proxy" in told
    assert "internal: true" in yaml.safe_dump(yaml.safe_load(told[told.index("networks:\n  engine:") :]))


def test_a_folder_of_the_host_is_made_read_only_where_that_is_enough_and_never_just_taken_away() -> None:
    text = "app:\n  image: prom/node-exporter:v1.8.2\n  volumes:\n    - /:/host:ro"
    assert "documentation" in advice(service("sensitive-host-path-mounted", text))
    made = written(service("sensitive-host-path-mounted", "app:\n  image: x:1\n  volumes:\n    - /usr:/host/usr"))
    assert made["volumes"] == ["/usr:/host/usr:ro"]


@pytest.mark.parametrize(
    ("rule", "setting", "tool"),
    [
        ("host-network", "network_mode: host", "prom/node-exporter:v1.8.2"),
        ("host-pid", "pid: host", "prom/node-exporter:v1.8.2"),
        ("privileged-container", "privileged: true", "docker:27-dind"),
    ],
)
def test_what_works_on_the_host_is_not_taken_off_it(rule: str, setting: str, tool: str) -> None:
    assert "works on the host itself" in advice(service(rule, f"app:\n  image: {tool}\n  {setting}"))
    assert len(written(service(rule, f"app:\n  image: example.com/shop:1\n  {setting}"))) == 1


@pytest.mark.parametrize("policy", ["always", "unless-stopped"])
def test_a_restart_policy_stays_because_of_reboots(policy: str) -> None:
    plan = service("restart-without-limit", f"app:\n  image: postgres:17\n  restart: {policy}")
    assert "reboot" in advice(plan)


def test_services_are_not_all_put_on_one_network() -> None:
    plan = service("default-network-only", "app:\n  image: nginx:1.27\ndb:\n  image: postgres:17")
    told = advice(plan)
    assert yaml.safe_load(told.partition("\n")[2])["networks"]["back"] == {"internal": True}


def test_a_user_comes_with_the_folders_it_writes_to() -> None:
    made = written(service("runs-as-root", "app:\n  image: nginx:1.27"))
    assert (made["user"], made["tmpfs"]) == ("101:101", ["/var/cache/nginx", "/var/run"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("image: nextcloud:30-apache", "as root it changes files"),
        ("image: wordpress:6.7\n  entrypoint: /cron.sh", "its own entrypoint may need root"),
        ("image: postgres:17", "becomes postgres by itself"),
        ("image: example.com/unknown:1\n  user: root", "find a number that works"),
    ],
)
def test_a_user_is_not_guessed(text: str, why: str) -> None:
    assert why in advice(service("runs-as-root", f"app:\n  {text}"))


POD = """
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - name: app
      image: IMAGE
      securityContext: {runAsUser: 0}
"""


def test_the_stage_that_counts_is_named() -> None:
    recipe = "FROM debian:13.1 AS dev\nFROM dev\nUSER 1000:1000\n"
    compose = "services:\n  app:\n    build:\n      context: .\n      target: dev\n"
    plan = plan_of("runs-as-root", {"compose.yaml": compose, "Dockerfile": recipe})
    assert advice(plan) == "create a user in its Dockerfile\nfix Dockerfile: in its stage dev the last USER counts"
    plan = plan_of(
        "runs-as-root",
        {"compose.yaml": compose.replace("      target: dev\n", ""), "Dockerfile": recipe.replace("1000:1000", "0")},
    )
    assert advice(plan) == "create a user in its Dockerfile\nfix Dockerfile: its last USER counts"


def test_a_low_port_needs_root_in_many_clusters() -> None:
    low = plan_of("runs-as-root", {"pod.yaml": POD.replace("IMAGE", "nginx:1.27")})
    assert "nginx-unprivileged" in advice(low)
    high = plan_of("runs-as-root", {"pod.yaml": POD.replace("IMAGE", "node:22.12.0")})
    assert b"runAsUser: 1000" in high.files[0].after


STEP_DOWN = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("image: wordpress:6.7", STEP_DOWN),
        ("image: ghost:5.100", STEP_DOWN),
        ("image: lscr.io/linuxserver/plex:1.41.0", STEP_DOWN),
        ("image: example.com/media:1\n  environment:\n    - PUID=1000", STEP_DOWN),
        ("image: postgres:17\n  user: '999:999'", None),
        ("image: grafana/grafana:11.3.0", None),
        ("image: elasticsearch:7.16.1", ["SETGID", "SETUID", "SYS_CHROOT"]),
        ("image: elasticsearch:8.16.0", None),
        ("image: dpage/pgadmin4:8.13", ["NET_BIND_SERVICE"]),
        ("build: ./db", STEP_DOWN),
        ("build: ./own", None),
    ],
)
def test_what_an_entrypoint_needs_stays(text: str, kept: list[str] | None) -> None:
    recipes = {
        "db/Dockerfile": "FROM mariadb:11.4\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
        "own/Dockerfile": 'FROM mariadb:11.4\nENTRYPOINT ["/app"]\n',
    }
    made = written(service("capability-drop-all-missing", f"app:\n  {text}", **recipes))
    assert (made["cap_drop"], made.get("cap_add")) == (["ALL"], kept)


def test_data_are_not_moved_into_memory() -> None:
    plan = service("writable-root-filesystem", "app:\n  image: grafana/grafana:11.3.0")
    assert "give /var/lib/grafana a volume" in advice(plan)
    text = "app:\n  image: grafana/grafana:11.3.0\n  volumes:\n    - data:/var/lib/grafana"
    assert written(service("writable-root-filesystem", text))["read_only"] is True


@pytest.mark.parametrize("image", ["zookeeper:3.9", "nextcloud:30", "apache/kafka:3.9.0"])
def test_what_is_changed_at_every_start_is_not_closed(image: str) -> None:
    assert "while it starts" in advice(service("writable-root-filesystem", f"app:\n  image: {image}"))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("image: nginx:1.27", "128M"),
        ("image: mcr.microsoft.com/mssql/server:2022-latest", "2560M"),
        ("image: docker.elastic.co/kibana/kibana:8.16.0", "2G"),
        ("image: elasticsearch:8.16.0\n  environment:\n    ES_JAVA_OPTS: -Xms512m -Xmx512m", "1G"),
        ("image: example.com/unknown:1", "512M"),
        ("build: ./java", "1G"),
    ],
)
def test_a_limit_leaves_room_to_start(text: str, limit: str) -> None:
    java = {"java/Dockerfile": 'FROM eclipse-temurin:21-jre\nCMD ["java", "-jar", "/app.jar"]\n'}
    made = written(service("memory-limit-missing", f"app:\n  {text}", **java))
    assert made["memswap_limit"] == limit


def test_a_limit_is_said_as_people_say_it() -> None:
    (fix,) = service("memory-limit-missing", "app:\n  image: mysql:8.4").of(Status.PLANNED)
    assert fix.fix.title == "limit its memory to 1 GiB"
    (fix,) = service("cpu-limit-missing", "app:\n  image: nginx:1.27").of(Status.PLANNED)
    assert fix.fix.title == "limit it to 1 processor"


@pytest.mark.parametrize(
    ("image", "test"),
    [
        ("redis:7.4-alpine", ["CMD", "redis-cli", "ping"]),
        ("mariadb:11.4", ["CMD", "mariadb-admin", "ping", "-h", "127.0.0.1", "--silent"]),
        ("mysql:8.4", ["CMD", "mysqladmin", "ping", "-h", "127.0.0.1", "--silent"]),
        ("mongo:7.0", ["CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/27017"]),
    ],
)
def test_a_database_is_asked_with_its_own_program(image: str, test: list[str]) -> None:
    made = written(service("healthcheck-missing", f"app:\n  image: {image}"))
    check = made["healthcheck"]
    assert isinstance(check, dict)
    assert check["test"] == test
    assert next(iter(check)) == "test", "what is asked stands first"


def test_what_opens_a_folder_to_everybody_is_not_called_safe() -> None:
    text = "app:\n  image: nginx:1.27\n  user: '101:101'\n  tmpfs:\n    - /run:mode=1750"
    (fix,) = service("tmpfs-not-writable", text).of(Status.PLANNED)
    assert (fix.fix.risk, bool(fix.fix.mitigation)) == ("needs-proof", True)


def test_a_sure_fix_asks_for_no_proof() -> None:
    pod = POD.replace("IMAGE", "nginx:1.27").replace("runAsUser: 0", "runAsUser: 101")
    (fix,) = plan_of("run-as-non-root-missing", {"pod.yaml": pod}).of(Status.PLANNED)
    assert (fix.fix.risk, fix.fix.mitigation) == ("safe", "")


DEPLOYED = """
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: NAMESPACE}
spec:
  containers:
    - name: app
      image: nginx:1.27
"""


def test_the_namespace_of_the_name_server_is_not_cut_off() -> None:
    there = plan_of("network-policy-missing", {"pod.yaml": DEPLOYED.replace("NAMESPACE", "kube-system")})
    assert "name server" in advice(there)
    here = plan_of("network-policy-missing", {"pod.yaml": DEPLOYED.replace("NAMESPACE", "shop")})
    assert b"default-deny" in here.files[0].after


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: LoadBalancer
  selector: {app: web}
  ports:
    - port: PORT
"""


def test_the_way_in_for_everybody_stays_open() -> None:
    assert "loadBalancerSourceRanges" in advice(
        plan_of("service-exposed", {"web.yaml": SERVICE.replace("PORT", "443")})
    )
    closed = plan_of("service-exposed", {"db.yaml": SERVICE.replace("PORT", "5432")})
    assert b"LoadBalancer" not in closed.files[0].after

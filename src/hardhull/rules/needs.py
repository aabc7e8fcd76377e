"""What well-known images need once they are locked down: capabilities as root, folders they write, room to start with.

Read from the images' own Dockerfiles and entrypoints (docker-library and the projects' repositories, November 2026): an
entrypoint that changes the owner of its data and steps down to another user takes CHOWN, SETUID and SETGID, and
DAC_OVERRIDE where root reads what belongs to that user. Sizes are starting values of ours, not measurements of
anybody's load: every fix that proposes one says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.rules.observed import glimpsed
from hardhull.rules.observed_fixes import places_for, processors_for, room_for
from hardhull.rules.questions import MIB, image_name
from hardhull.rules.recipe_users import program_of

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload

STEP_DOWN: Final = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID")
"""What an entrypoint takes that gives its data to another user and becomes that one."""
_SERVER: Final = ("CHOWN", "SETGID", "SETUID")
_CACHE: Final = ("CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID")


class Needs(NamedTuple):
    """What an image needs.

    Attributes:
        name: the last part of its name.
        capabilities: as root, in the order of the alphabet.
        writes: folders beside its volumes that it writes to.
        memory: MiB to start with.
        cpus: to start with.
        pids: to start with.
        data: folders of the image itself, without a volume of its own, in which it keeps what must not be lost.
        changes: a folder of the image whose files it changes while it starts, as root or as the image's user.
        low_port: whether it listens below 1024, which takes NET_BIND_SERVICE outside of Docker's networks.
    """

    name: str
    capabilities: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    memory: int = 512
    cpus: float = 1.0
    pids: int = 256
    low_port: bool = False
    data: tuple[str, ...] = ()
    changes: str = ""


_TABLE: Final = {
    needs.name: needs
    for needs in (
        Needs("nginx", _SERVER, ("/var/cache/nginx", "/var/run"), 128, low_port=True),
        Needs("httpd", _SERVER, ("/usr/local/apache2/logs",), 256, low_port=True),
        Needs("caddy", (), (), 128, low_port=True, data=("/data",)),
        Needs("traefik", (), (), 128, low_port=True),
        Needs("haproxy", (), (), 256),
        Needs("postgres", STEP_DOWN, ("/var/run/postgresql", "/tmp"), 512, 2.0),
        Needs("postgis", STEP_DOWN, ("/var/run/postgresql", "/tmp"), 512, 2.0),
        Needs("timescaledb", STEP_DOWN, ("/var/run/postgresql", "/tmp"), 1024, 2.0),
        Needs("mysql", STEP_DOWN, ("/var/run/mysqld", "/tmp"), 1024, 2.0, 512),
        Needs("mariadb", STEP_DOWN, ("/run/mysqld", "/tmp"), 1024, 2.0, 512),
        Needs("redis", _CACHE, (), 256, pids=64),
        Needs("valkey", _CACHE, (), 256, pids=64),
        Needs("memcached", (), (), 128, pids=64),
        Needs("mongo", _CACHE, ("/tmp",), 1024, 2.0, 512),
        Needs("rabbitmq", STEP_DOWN, ("/tmp",), 512, pids=512),
        Needs(
            "elasticsearch", ("SETGID", "SETUID", "SYS_CHROOT"), ("/tmp", "/usr/share/elasticsearch/logs"), 2048, 2.0,
            1024, data=("/usr/share/elasticsearch/data",), changes="/usr/share/elasticsearch/config",
        ),
        Needs(
            "opensearch", (), ("/tmp", "/usr/share/opensearch/logs"), 2048, 2.0, 1024,
            data=("/usr/share/opensearch/data",), changes="/usr/share/opensearch/config",
        ),
        Needs("kafka", (), ("/tmp",), 2048, 2.0, 1024, changes="/opt/kafka/config"),
        Needs("cp-kafka", (), ("/tmp",), 2048, 2.0, 1024, changes="/etc/kafka"),
        Needs("cp-zookeeper", (), ("/tmp",), 1536, pids=512, changes="/etc/kafka"),
        Needs("zookeeper", STEP_DOWN, ("/tmp",), 1536, pids=512, changes="/conf"),
        Needs("wordpress", STEP_DOWN, ("/tmp", "/run"), 512, low_port=True),
        Needs(
            "nextcloud", STEP_DOWN, ("/tmp", "/run"), 512, low_port=True, changes="/usr/local/etc/php/conf.d",
        ),
        Needs("prometheus", (), (), 512),
        Needs("alertmanager", (), (), 128),
        Needs("node-exporter", (), (), 64, 0.5, 64),
        Needs("grafana", (), ("/tmp",), 512, data=("/var/lib/grafana",)),
        Needs("jenkins", (), ("/tmp",), 2048, 2.0, 1024),
    )
}  # fmt: skip
"""By the last part of the image's name, where that is one of the official image or of the project's own."""

_OFFICIAL: Final = re.compile(
    r"(?:library/|nginx/|bitnamilegacy/|grafana/|prom/|prometheus/|postgis/|timescale/|valkey/|confluentinc/|apache/"
    r"|opensearchproject/|docker\.elastic\.co/elasticsearch/|jenkins/|quay\.io/prometheus/|traefik/)?[\w.-]+"
)
_SIZES: Final = {
    "mcr.microsoft.com/mssql/server": (2560, 512),
    "mcr.microsoft.com/azure-sql-edge": (2560, 512),
    "clickhouse/clickhouse-server": (4096, 2048),
    "altinity/clickhouse-server": (4096, 2048),
    "docker.elastic.co/kibana/kibana": (2048, 512),
    "kibana": (2048, 512),
    "docker.elastic.co/logstash/logstash": (2048, 1024),
    "logstash": (2048, 1024),
    "opensearchproject/opensearch-dashboards": (1536, 512),
    "cassandra": (4096, 1024),
    "neo4j": (2048, 1024),
    "solr": (1536, 1024),
    "sonarqube": (4096, 4096),
    "sonatype/nexus3": (6144, 1024),
    "gitlab/gitlab-ce": (6144, 2048),
    "gitlab/gitlab-ee": (6144, 2048),
    "quay.io/keycloak/keycloak": (1536, 1024),
    "keycloak/keycloak": (1536, 1024),
    "tomcat": (1024, 512),
    "eclipse-temurin": (1024, 512),
    "confluentinc/cp-schema-registry": (1024, 512),
    "graylog/graylog": (2048, 1024),
    "onlyoffice/documentserver": (4096, 1024),
    "collabora/code": (2048, 1024),
    "clamav/clamav": (4096, 512),
    "itzg/minecraft-server": (3072, 1024),
    "ollama/ollama": (8192, 1024),
    "influxdb": (1024, 512),
    "apache/tika": (1024, 512),
}
"""MiB and processes of images of which only that is known: what their makers ask for, or their heap and half of it."""
_FILE_CAPABILITIES: Final = {
    "caddy": ("NET_BIND_SERVICE",),
    "coredns/coredns": ("NET_BIND_SERVICE",),
    "dpage/pgadmin4": ("NET_BIND_SERVICE",),
    "adguard/adguardhome": ("NET_BIND_SERVICE", "NET_RAW"),
    "hashicorp/vault": ("IPC_LOCK", "SETFCAP"),
    "pihole/pihole": (*STEP_DOWN, "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SYS_NICE"),
}
"""Capabilities that are written at the program itself: as any user, the kernel refuses to start it without them."""
DEFAULT: Final = Needs("")
"""For images that nobody has looked at: no capability, a folder for temporary files, room for an ordinary service."""
_HEAP: Final = re.compile(r"-Xmx(\d{1,6})([mMgG])")


def needs_of(workload: Workload) -> Needs | None:
    """What is known of the workload's image; None where nothing is, or where it is built here."""
    if workload.build.get(None) is not None or workload.recipe.get(None) is not None:
        return None
    name = image_name(workload)
    return _TABLE.get(name.rpartition("/")[2]) if _OFFICIAL.fullmatch(name) else None


def file_capabilities(workload: Workload) -> tuple[str, ...]:
    """What the program of its image cannot be started without, whoever the user is."""
    if workload.build.get(None) is not None or workload.recipe.get(None) is not None:
        return ()
    return _FILE_CAPABILITIES.get(image_name(workload), ())


def proposed_memory(workload: Workload, most: int) -> tuple[int, str]:
    """A limit in bytes to start with, and where it comes from.

    Args:
        workload: what it is for.
        most: the largest limit that the team allows; 0 for no decision.
    """
    found = glimpsed(workload)
    if found is not None and found.profile.peaks.memory_bytes:
        size, basis = room_for(found.profile.peaks.memory_bytes), f"twice {found.basis}"
        return (min(size, most) if most > 0 else size), basis
    memory, _, basis = _sizes(workload)
    size = memory * MIB
    heap = _heap(workload)
    if heap:
        size, basis = 2 * heap, "twice the heap that -Xmx allows: threads, code and buffers come on top of it"
    reserved = workload.memory_reservation.get(None) or 0
    if reserved > 0 and reserved >= size:
        size, basis = 2 * reserved, "twice what it reserves"
    if 0 < most < size:
        size, basis = most, "max-memory of hardhull.toml"
    return size, basis


def proposed_cpus(workload: Workload) -> tuple[float, str]:
    """A number of processors to start with, and where it comes from."""
    found = glimpsed(workload)
    observed = processors_for(found) if found is not None else None
    if found is not None and observed is not None:
        return observed, f"four times the average of {found.basis}"
    needs = needs_of(workload)
    cpus, basis = (needs or DEFAULT).cpus, _basis(needs)
    reserved = workload.cpu_reservation.get(None) or 0
    if reserved > cpus:
        cpus, basis = 2 * reserved, "twice what it reserves"
    return cpus, basis


def proposed_pids(workload: Workload) -> tuple[int, str]:
    """A number of processes and threads to start with, and where it comes from."""
    found = glimpsed(workload)
    if found is not None and found.profile.peaks.pids:
        return places_for(found.profile.peaks.pids), f"twice {found.basis}, and some"
    _, pids, basis = _sizes(workload)
    return pids, basis


def _sizes(workload: Workload) -> tuple[int, int, str]:
    """MiB of memory and a number of processes to start with, and where they come from."""
    name = image_name(workload)
    if workload.build.get(None) is None and workload.recipe.get(None) is None and name in _SIZES:
        return (*_SIZES[name], f"a starting value of ours for {name}")
    recipe = workload.recipe.get(None)
    if recipe is not None and program_of(recipe) == "java":
        return 1024, 512, "a starting value of ours for Java"
    needs = needs_of(workload)
    return (needs or DEFAULT).memory, (needs or DEFAULT).pids, _basis(needs)


def _basis(needs: Needs | None) -> str:
    if needs is None:
        return "a starting value of ours for an image that nobody has looked at"
    return f"a starting value of ours for {needs.name}"


def _heap(workload: Workload) -> int:
    """The largest heap that its variables or its command name, in bytes; 0 where none is named."""
    variables = [item.value for item in workload.env.get(()) if item.known]
    words = [variable.value for variable in variables if variable.value]
    words += [*(workload.command.get(None) or ()), *(workload.entrypoint.get(None) or ())]
    found = [int(number) * (1024 * MIB if unit in "gG" else MIB) for number, unit in _HEAP.findall(" ".join(words))]
    return max(found, default=0)

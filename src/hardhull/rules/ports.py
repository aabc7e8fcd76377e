"""What published ports mean: who reaches them, and which services are not for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.rules.questions import image_name

if TYPE_CHECKING:
    from hardhull.facts.parts import Port
    from hardhull.facts.workload import Workload

LOOPBACK: Final = ("127.", "::1", "[::1]", "localhost")

INNER_PORTS: Final = {
    "2375": "the Docker API",
    "2376": "the Docker API",
    "1433": "SQL Server",
    "1521": "Oracle",
    "3306": "MySQL",
    "33060": "MySQL",
    "5432": "PostgreSQL",
    "6379": "Redis",
    "26379": "Redis Sentinel",
    "27017": "MongoDB",
    "27018": "MongoDB",
    "9042": "Cassandra",
    "7000": "Cassandra",
    "5984": "CouchDB",
    "7474": "Neo4j",
    "7687": "Neo4j",
    "8086": "InfluxDB",
    "8123": "ClickHouse",
    "9200": "Elasticsearch",
    "9300": "Elasticsearch",
    "11211": "memcached",
    "2181": "ZooKeeper",
    "2379": "etcd",
    "2380": "etcd",
    "8500": "Consul",
    "5672": "a message queue",
    "15672": "RabbitMQ's administration",
    "61616": "a message queue",
    "8161": "ActiveMQ's administration",
    "10250": "the kubelet",
    "5900": "a remote desktop",
    "5901": "a remote desktop",
    "3389": "a remote desktop",
    "5601": "Kibana",
    "9229": "a debugger",
    "5005": "a debugger",
}
"""Ports on which databases, caches, queues and administration listen by default; only numbers that mean one thing."""

_AMBIGUOUS: Final = {
    "7000": ("cassandra", "scylla"),
    "8123": ("clickhouse",),
    "5005": ("java", "jdk", "tomcat", "jre"),
    "5900": ("vnc", "novnc", "selenium"),
    "5901": ("vnc", "novnc", "selenium"),
}
"""Numbers that other services use as well: they count only for images with such a name."""

ADMIN_IMAGES: Final = {
    "phpmyadmin": "phpMyAdmin",
    "adminer": "Adminer",
    "pgadmin": "pgAdmin",
    "mongo-express": "mongo-express",
    "redis-commander": "Redis Commander",
    "redisinsight": "Redis Insight",
    "portainer/portainer": "Portainer",
    "kafka-ui": "a Kafka administration",
    "akhq": "a Kafka administration",
    "kibana": "Kibana",
    "dockge": "Dockge",
    "yacht": "Yacht",
    "cloudbeaver": "CloudBeaver",
    "dozzle": "all container logs",
}
"""Parts of the names of images that are for administrators only."""

SSH_ON_PURPOSE: Final = (
    "gitea", "gitlab", "forgejo", "gogs", "sftp", "onedev", "soft-serve", "borg", "gerrit",
    "bastion", "dokku",
)  # fmt: skip
"""Parts of the names of images that speak SSH for their users."""


OUTER_PORTS: Final = frozenset(
    {
        "25", "110", "143", "465", "587", "993", "995", "4190", "53", "853", "443", "514", "1883", "5044", "5060",
        "5061", "5222", "5269", "5349", "6514", "8883", "12201", "24224", "25565",
    }
)  # fmt: skip
"""Ports of the container on which other machines are served, or nobody is: mail, names, TLS, logs, calls, messages."""
EDGES: Final = ("traefik", "caddy", "haproxy", "nginx-proxy", "swag", "ingress", "envoy", "zoraxy", "pangolin")
"""Parts of the names of images that stand in front of others; their own pages for administrators are other ports."""
_EDGE_PORTS: Final = frozenset({"80", "443", "8000", "8443"})


def serves_others(workload: Workload, port: Port) -> bool:
    """Whether a published port is most likely meant for other machines: on localhost alone it would be of no use.

    UDP (names, tunnels, calls, games, logs) is hardly ever meant for the host itself.
    """
    if port.protocol != "tcp" or port.container in OUTER_PORTS:
        return True
    if port.container == "22":
        return speaks_ssh(workload)
    name = image_name(workload) or workload.name or ""
    return port.container in _EDGE_PORTS and any(part in name for part in EDGES)


def is_public(workload: Workload, port: Port) -> bool:
    """Whether other machines reach a published port: it is bound to all addresses or to one that is not localhost."""
    address = port.host_ip
    if address:
        return not address.startswith(LOOPBACK)
    engine = workload.engine.get(None)
    default = engine.ip.get("") if engine is not None and workload.runtime == "docker" else ""
    return not default.startswith(LOOPBACK)


def inner_service(workload: Workload, port: Port) -> str | None:
    """What a port leads to if that is not for everybody; None for other ports and for ranges."""
    if port.protocol != "tcp":
        return None
    image = image_name(workload)
    known = INNER_PORTS.get(port.container)
    if known and port.container in _AMBIGUOUS and not any(part in image for part in _AMBIGUOUS[port.container]):
        known = None
    if known:
        return known
    return next((title for part, title in ADMIN_IMAGES.items() if part in image), None) if image else None


def reported_elsewhere(workload: Workload, port: Port) -> bool:
    """Whether the rules about database, administration and SSH ports report it."""
    ssh = port.container == "22" and port.protocol == "tcp"
    return inner_service(workload, port) is not None or (ssh and not speaks_ssh(workload))


def speaks_ssh(workload: Workload) -> bool:
    """Whether its users come by SSH on purpose.

    Where the image has no name, what is written for it counts (``gitlab:${VERSION}``), and the service's own name.
    """
    name = image_name(workload) or f"{workload.image.place.text} {workload.name}"
    return any(part in name for part in SSH_ON_PURPOSE)

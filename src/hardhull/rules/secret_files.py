"""Which images read a secret from the file that ``NAME_FILE`` names, instead of from the variable ``NAME``.

From the images' own descriptions (docker-library/docs, November 2026: "`_FILE` may be appended", "this is only
supported for ...") and entrypoints (PostGIS and TimescaleDB start that of ``postgres``; pgadmin-org/pgadmin4,
``pkg/docker/entrypoint.sh``). Left out: Nextcloud's database, where all variables of a group have to be files at once,
and RabbitMQ, whose newer images refuse them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.rules.questions import image_name

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload

_POSTGRES: Final = frozenset({"POSTGRES_PASSWORD"})
_MYSQL: Final = frozenset({"MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD"})
_KEYS: Final = ("AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE")

READ_FROM_FILES: Final = {
    "postgres": _POSTGRES,
    "postgis/postgis": _POSTGRES,
    "timescale/timescaledb": _POSTGRES,
    "mysql": _MYSQL,
    "percona": _MYSQL,
    "mariadb": _MYSQL | {"MARIADB_ROOT_PASSWORD", "MARIADB_PASSWORD"},
    "mongo": frozenset({"MONGO_INITDB_ROOT_PASSWORD"}),
    "wordpress": frozenset(
        {"WORDPRESS_DB_PASSWORD"} | {f"WORDPRESS_{name}_{kind}" for name in _KEYS for kind in ("KEY", "SALT")}
    ),
    "nextcloud": frozenset({"NEXTCLOUD_ADMIN_PASSWORD"}),
    "joomla": frozenset({"JOOMLA_DB_PASSWORD"}),
    "redmine": frozenset({"REDMINE_DB_PASSWORD", "REDMINE_SECRET_KEY_BASE"}),
    "phpmyadmin": frozenset({"PMA_PASSWORD", "MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD"}),
    "yourls": frozenset({"YOURLS_DB_PASS", "YOURLS_PASS"}),
    "espocrm": frozenset({"ESPOCRM_DATABASE_PASSWORD", "ESPOCRM_ADMIN_PASSWORD"}),
    "dpage/pgadmin4": frozenset({"PGADMIN_DEFAULT_PASSWORD"}),
}
"""By the image's name, the variables that hold secrets."""


def reads_from_file(workload: Workload, name: str) -> bool:
    """Whether the image is known to take ``NAME_FILE``, and nothing else in the container is told to use ``NAME``.

    What runs in the container beside its entrypoint (a health check, a command through a shell) has the variable no
    more once the entrypoint reads it from a file.
    """
    if workload.build.written or name not in READ_FROM_FILES.get(image_name(workload), frozenset()):
        return False
    if any(item.known and item.value.name == f"{name}_FILE" for item in workload.env.get(())):
        return False
    check = workload.healthcheck.get(None)
    words = [
        *(check.test if check else ()),
        *(workload.command.get(None) or ()),
        *(workload.entrypoint.get(None) or ()),
    ]
    return workload.entrypoint.get(None) is None and not any(name in word for word in words)

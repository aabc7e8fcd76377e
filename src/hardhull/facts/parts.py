"""The records that a Workload's list fields are made of. Sizes are bytes, times seconds, CPUs a float of cores."""

from __future__ import annotations

from typing import NamedTuple


class EnvVar(NamedTuple):
    """One environment variable.

    Attributes:
        name: its name; ends with ``*`` for every key of a Kubernetes Secret or ConfigMap (``envFrom``).
        value: what it is set to; None where it comes from elsewhere or cannot be known (``why`` says it then).
        raw: the text as written, before interpolation (``${DB_PASSWORD:-changeme}``).
        source: ``literal``, ``default`` (a literal default of a variable), ``env_file``, ``host`` (passed through),
            ``variable`` (interpolated from a value outside the tree), ``secret`` (a secret reference), ``config``
            (a ConfigMap or field reference).
    """

    name: str
    value: str | None
    raw: str = ""
    source: str = "literal"


class Mount(NamedTuple):
    """One mount.

    Attributes:
        kind: ``bind``, ``volume``, ``tmpfs``, ``image``, ``npipe``, ``cluster``, ``empty_dir``, ``config_map``,
            ``secret``, ``projected``, ``claim`` or ``other``.
        source: host path, volume name, or None (anonymous, tmpfs).
        target: path in the container.
        read_only: whether it is mounted read-only.
        propagation: ``rprivate`` and so on, empty where not written.
        options: other mount options as written (``z``, ``noexec``, ``size=64m``).
        host_root: where the named volume is really a bind (driver_opts o=bind) or the source could be resolved: the
            absolute host path, else None.
    """

    kind: str
    source: str | None
    target: str
    read_only: bool = False
    propagation: str = ""
    options: tuple[str, ...] = ()
    host_root: str | None = None


class Port(NamedTuple):
    """One published port (or range).

    Attributes:
        container: port or range in the container, as text (``80``, ``8000-8005``).
        host: host port or range; None or empty for one that the engine chooses.
        host_ip: address it is bound to; None where not written (all addresses, unless the daemon says otherwise).
        protocol: ``tcp``, ``udp`` or ``sctp``.
    """

    container: str
    host: str | None = None
    host_ip: str | None = None
    protocol: str = "tcp"


class Device(NamedTuple):
    """A host device given to the container: host path, path inside, and cgroup permissions (``rwm``)."""

    host: str
    container: str = ""
    permissions: str = "rwm"


class Ulimit(NamedTuple):
    """A resource limit; -1 is unlimited.

    Attributes:
        name: of the limit (``nofile``).
        soft: what holds; programs may raise it up to ``hard``.
        hard: the most.
        key: in daemon.json, where limits have a key and a name inside: the key, if it is not the name.
    """

    name: str
    soft: int
    hard: int
    key: str = ""


class BlockLimit(NamedTuple):
    """A block I/O throttle.

    Attributes:
        what: ``weight``, ``weight_device``, ``read_bps``, ``write_bps``, ``read_iops`` or ``write_iops``.
        device: the device path, empty for ``weight``.
        rate: weight, bytes a second or operations a second.
    """

    what: str
    device: str
    rate: int


class Healthcheck(NamedTuple):
    """A health check (or a Kubernetes probe).

    Attributes:
        test: the command as words; the first is ``CMD``, ``CMD-SHELL``, ``HTTP``, ``TCP`` or ``GRPC``.
        disabled: whether it switches the image's own check off.
        interval: seconds, None where not written; likewise ``timeout``, ``start_period`` and ``retries``.
    """

    test: tuple[str, ...]
    disabled: bool = False
    interval: float | None = None
    timeout: float | None = None
    start_period: float | None = None
    retries: int | None = None


class Build(NamedTuple):
    """How the image is built: context folder relative to the scanned root (None for a remote one) and the rest."""

    context: str | None
    dockerfile: str = "Dockerfile"
    target: str | None = None
    args: tuple[tuple[str, str | None], ...] = ()
    inline: str | None = None


class Attachment(NamedTuple):
    """A network the container is attached to, with what is known of that network's own definition.

    Attributes:
        name: its name (``default`` for Compose's implicit one).
        declared: whether its definition was read.
        internal: no way out of it.
        external: made elsewhere.
        driver: as written.
        icc: ``com.docker.network.bridge.enable_icc`` where set.
        subnets: CIDRs of its ipam configuration.
        aliases: names in it.
    """

    name: str
    declared: bool = False
    internal: bool = False
    external: bool = False
    driver: str = ""
    icc: bool | None = None
    subnets: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class Grant(NamedTuple):
    """A secret or config given to the container: its name, where it appears, and the file it comes from."""

    name: str
    target: str = ""
    file: str | None = None
    external: bool = False


class Dependency(NamedTuple):
    """Another service that starts first, and the condition it must meet."""

    service: str
    condition: str = "service_started"


class Drift(NamedTuple):
    """Something that is declared and does not hold.

    Attributes:
        field: of the fact (``no_new_privileges``).
        declared: what was asked for.
        real: what the kernel or the engine has.
        why: how that comes about, as a sentence part; empty where nobody can say.
    """

    field: str
    declared: str
    real: str
    why: str = ""

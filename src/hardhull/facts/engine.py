"""How one Docker engine is configured: daemon.json, the options of ``dockerd``, and what both amount to.

The defaults are those of moby (``daemon/config/config.go`` and ``config_linux.go``, v28.5.2, Apache-2.0): a key that
nobody writes has the value the engine then uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from hardhull.facts.fact import Fact, Items, Slot
from hardhull.facts.problem import Problem
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.facts.limits import ShownLimit
    from hardhull.facts.parts import Drift, Ulimit
    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.model.source import Place


class AddressPool(NamedTuple):
    """Addresses for new networks: a CIDR and the prefix length of each network cut from it."""

    base: str
    size: int


class Runtime(NamedTuple):
    """An OCI runtime known to the engine, by its path and arguments or by its containerd type."""

    name: str
    path: str = ""
    args: tuple[str, ...] = ()
    type: str = ""


class SocketFile(NamedTuple):
    """A Unix socket: its path, its mode as a number, owner, group, and whether an access list says more."""

    path: str
    mode: int
    owner: str
    group: str
    access_list: bool = False


ONLY_LIVE: Final = frozenset(
    {
        "after_upgrade", "components", "limits", "overlays", "sockets", "swarm", "swarm_autolock",
        "swarm_certificate_days", "swarm_managers", "swarm_ports", "unreal", "unwritten_state", "warnings",
    }
)  # fmt: skip
"""Fields that a running engine has, and no configuration."""


class Engine(Fact):
    """One Docker engine as it is configured.

    A list or map field holds Fields, so that a rule can point at one entry; the field itself points at its key.
    The names are those of daemon.json with ``_`` for ``-``.

    Attributes:
        unread: keys or options that are not understood, each at its place.
        unexpanded: the variable (``$DOCKER_OPTS``) that may bring more options to a command line; empty where none.
    """

    __slots__ = ("unexpanded", "unread")
    kind: ClassVar[str] = "engine"

    def __init__(
        self,
        subject: str,
        syntax: str,
        place: Place,
        *,
        cannot: frozenset[str] = frozenset(),
        absent_unknown: str | None = None,
    ) -> None:
        super().__init__(subject, syntax, place, cannot=cannot, absent_unknown=absent_unknown)
        self.unread: list[Field[str]] = []
        self.unexpanded = ""

    version: Slot[str | None] = Slot(None)
    """The engine's version where somebody stated it (``28.5.2``)."""
    config_file: Slot[str] = Slot("/etc/docker/daemon.json")
    """Where a command line says that its daemon.json is."""
    problems: Slot[Items[Problem]] = Slot(())
    unreal: Slot[Items[Drift]] = Slot(())
    """A running engine: settings of its configuration that it does not follow."""
    unwritten_state: Slot[Items[Drift]] = Slot(())
    """A running engine: what it does although its configuration does not say so; the next start takes it back."""
    sockets: Slot[Items[SocketFile]] = Slot(())
    """A running engine: the Unix sockets that it listens on."""
    warnings: Slot[Items[str]] = Slot(())
    """A running engine: what it says itself that is missing."""
    limits: Slot[Items[ShownLimit]] = Slot(())
    """A running engine: what limits of containers do on its machine, as it says or loads have shown."""
    swarm: Slot[str] = Slot("")
    """A running engine: ``inactive``, ``active`` ..., as it says; ``manager`` for an active one that manages."""
    swarm_managers: Slot[int | None] = Slot(None)
    """An engine in a swarm, as one of its managers tells: how many there are; likewise the rest."""
    swarm_autolock: Slot[bool | None] = Slot(None)
    swarm_certificate_days: Slot[float | None] = Slot(None)
    swarm_ports: Slot[Items[str]] = Slot(())
    """``tcp://ADDRESS:PORT`` on which it speaks with other nodes."""
    overlays: Slot[Items[tuple[str, bool]]] = Slot(())
    """Overlay networks, and whether they are encrypted."""
    after_upgrade: Slot[Items[Problem]] = Slot(())
    """A running engine: what of its configuration the newest engine would refuse or ignore."""
    components: Slot[Items[tuple[str, str]]] = Slot(())
    """A running engine: containerd, runc and the like with their versions."""
    seccomp: Slot[SeccompProfile | None] = Slot(None)
    """Link: the profile that ``seccomp_profile`` names, where it was read."""

    # Whom it listens to
    hosts: Slot[Items[str]] = Slot(())
    """As written (``tcp://0.0.0.0:2375``); empty is the socket ``/var/run/docker.sock``."""
    tls: Slot[bool | None] = Slot(None)
    tlsverify: Slot[bool | None] = Slot(None)
    """None: verified if ``tls`` is on. Writing it at all, true or false, switches TLS on."""
    tlscacert: Slot[str | None] = Slot(None)
    tlscert: Slot[str | None] = Slot(None)
    tlskey: Slot[str | None] = Slot(None)
    group: Slot[str] = Slot("docker")
    authorization_plugins: Slot[Items[str]] = Slot(())
    api_cors_header: Slot[str] = Slot("")
    min_api_version: Slot[str] = Slot("")
    metrics_addr: Slot[str] = Slot("")
    network_diagnostic_port: Slot[int] = Slot(0)
    containerd: Slot[str] = Slot("")
    rootless: Slot[bool] = Slot(False)

    # What a container may do unless it says otherwise
    no_new_privileges: Slot[bool] = Slot(False)
    userns_remap: Slot[str] = Slot("")
    seccomp_profile: Slot[str] = Slot("builtin")
    """``builtin``, ``unconfined`` or the path of a profile; empty is ``builtin``."""
    selinux_enabled: Slot[bool] = Slot(False)
    default_cgroupns_mode: Slot[str] = Slot("")
    """``private`` or ``host``; empty: private with cgroup v2, host with cgroup v1."""
    default_ipc_mode: Slot[str] = Slot("private")
    cgroup_parent: Slot[str] = Slot("")
    default_runtime: Slot[str] = Slot("runc")
    runtimes: Slot[Items[Runtime]] = Slot(())
    init: Slot[bool] = Slot(False)
    cri_containerd: Slot[bool] = Slot(False)

    # Network
    icc: Slot[bool] = Slot(True)
    iptables: Slot[bool] = Slot(True)
    ip6tables: Slot[bool | None] = Slot(None)
    """None: on since 27.0, off before."""
    ip_forward: Slot[bool] = Slot(True)
    ip_forward_no_drop: Slot[bool] = Slot(False)
    ip_masq: Slot[bool] = Slot(True)
    ipv6: Slot[bool] = Slot(False)
    ip: Slot[str] = Slot("")
    """The address that published ports are bound to; empty is all addresses."""
    allow_direct_routing: Slot[bool] = Slot(False)
    userland_proxy: Slot[bool] = Slot(True)
    bridge: Slot[str] = Slot("")
    bip: Slot[str] = Slot("")
    bip6: Slot[str] = Slot("")
    fixed_cidr: Slot[str] = Slot("")
    default_address_pools: Slot[Items[AddressPool]] = Slot(())
    default_network_opts: Slot[Items[tuple[str, str]]] = Slot(())
    """``driver:option`` and its value."""
    dns: Slot[Items[str]] = Slot(())
    dns_search: Slot[Items[str]] = Slot(())
    dns_opts: Slot[Items[str]] = Slot(())
    mtu: Slot[int] = Slot(1500)
    firewall_backend: Slot[str] = Slot("")
    http_proxy: Slot[str] = Slot("")
    https_proxy: Slot[str] = Slot("")
    no_proxy: Slot[str] = Slot("")

    # Where images come from
    insecure_registries: Slot[Items[str]] = Slot(())
    registry_mirrors: Slot[Items[str]] = Slot(())
    allow_nondistributable_artifacts: Slot[Items[str]] = Slot(())
    max_concurrent_downloads: Slot[int] = Slot(3)
    max_concurrent_uploads: Slot[int] = Slot(5)
    max_download_attempts: Slot[int] = Slot(5)

    # Limits
    default_ulimits: Slot[Items[Ulimit]] = Slot(())
    default_shm_size: Slot[str] = Slot("64MiB")
    """As written; the engine takes only a string with a unit."""
    shutdown_timeout: Slot[int] = Slot(15)
    """Seconds."""
    default_stop_timeout: Slot[int] = Slot(10)
    """Seconds."""

    # Logs and operation
    log_driver: Slot[str] = Slot("json-file")
    log_opts: Slot[Items[tuple[str, str]]] = Slot(())
    log_level: Slot[str] = Slot("info")
    log_format: Slot[str] = Slot("text")
    debug: Slot[bool] = Slot(False)
    live_restore: Slot[bool] = Slot(False)
    experimental: Slot[bool] = Slot(False)
    features: Slot[Items[tuple[str, bool]]] = Slot(())
    builder_gc: Slot[bool | None] = Slot(None)
    builder_gc_keep: Slot[str] = Slot("")
    """The size that the build cache is cut down to, as written."""
    builder_entitlements: Slot[Items[tuple[str, bool]]] = Slot(())
    labels: Slot[Items[str]] = Slot(())
    exec_opts: Slot[Items[str]] = Slot(())

    # Storage
    data_root: Slot[str] = Slot("/var/lib/docker")
    exec_root: Slot[str] = Slot("/var/run/docker")
    storage_driver: Slot[str] = Slot("")
    """Empty: the engine chooses."""
    storage_opts: Slot[Items[str]] = Slot(())


def tls_state(engine: Engine) -> str:
    """What a TCP listener of the engine asks of its clients.

    As moby's ``loadDaemonCliConfig`` decides it: writing ``tlsverify`` at all switches TLS on, and TLS without
    ``tlsverify`` verifies.

    Returns:
        ``verified`` (a client certificate signed by the CA), ``encrypted`` (anybody may connect) or ``none``.

    Raises:
        NotKnownError: one of the two settings is not known.
    """
    verify = engine.tlsverify.value
    if verify is None:
        return "verified" if engine.tls.value else "none"
    return "verified" if verify else "encrypted"


def remaps_users(engine: Engine) -> bool:
    """Whether root in a container is another user on the host. ``root`` remapped to itself switches it off (moby).

    Raises:
        NotKnownError: ``userns_remap`` or ``rootless`` is not known.
    """
    user = engine.userns_remap.value.partition(":")[0]
    return engine.rootless.value or user not in {"", "root", "0"}


NOT_CONFLICTING = frozenset({"after_upgrade", "config_file", "problems", "runtimes", "seccomp", "version"})
"""Fields that are no keys, and the one key that may be given twice (moby, ``skipDuplicates``)."""


def combined(file: Engine, flags: Engine) -> Engine:
    """The engine that a daemon.json and the options of ``dockerd`` make together.

    Args:
        file: read from daemon.json; what neither of them sets has the engine's default.
        flags: read from a command line, a unit or an options file.

    Returns:
        A new Engine with the subject and place of ``file``. A key given in both is a problem (the engine
        refuses to start, ``runtimes`` excepted) and keeps the value of the file; of lists both.
    """
    open_why = f"{flags.unexpanded} may bring more options" if flags.unexpanded else file.absent_unknown
    both = Engine(file.subject, file.syntax, file.place, cannot=file.cannot, absent_unknown=open_why)
    both.unexpanded = flags.unexpanded
    both.unread = [*file.unread, *flags.unread]
    both.fields = {**flags.fields, **file.fields}
    twice = sorted(file.fields.keys() & flags.fields.keys() - NOT_CONFLICTING)
    problems = [*file.problems.get(()), *flags.problems.get(())]
    problems += [_conflict(name, file.fields[name], flags.fields[name]) for name in twice]
    for name in twice:
        ours, theirs = file.fields[name].get(None), flags.fields[name].get(None)
        if isinstance(ours, tuple) and isinstance(theirs, tuple):
            both.fields[name] = Field(name, (*ours, *theirs), file.fields[name].place)
    if "runtimes" in file.fields and "runtimes" in flags.fields and file.runtimes.known and flags.runtimes.known:
        merged = (*file.runtimes.value, *flags.runtimes.value)
        both.runtimes = Field("runtimes", merged, file.runtimes.place)
    if problems:
        both.problems = Field("problems", tuple(problems), file.place)
    return both


def _conflict(name: str, in_file: Field[object], as_flag: Field[object]) -> Field[Problem]:
    key = name.replace("_", "-")
    there = f"{as_flag.place.source.path}:{as_flag.place.start.line}"
    return Field(name, Problem("conflict", key, f"{key} is also given as an option of dockerd, {there}"), in_file.place)

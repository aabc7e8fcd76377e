"""What one container may do, and how it is started: read from compose, Kubernetes, ``docker run``, units, the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardhull.facts.fact import Fact, Items, Slot

if TYPE_CHECKING:
    from hardhull.facts.cluster import Cluster
    from hardhull.facts.engine import Engine
    from hardhull.facts.local_image import LocalImage
    from hardhull.facts.parts import (
        Attachment,
        BlockLimit,
        Build,
        Dependency,
        Device,
        Drift,
        EnvVar,
        Grant,
        Healthcheck,
        Mount,
        Port,
        Ulimit,
    )
    from hardhull.facts.profile import Profile
    from hardhull.facts.proof import Proof
    from hardhull.facts.recipe import ImageRecipe
    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.model.field import Field
    from hardhull.model.source import Place


class Workload(Fact):
    """One container as it is declared (or runs).

    A list field holds Fields, so that a rule can point at one item; the list itself points at its key. None stands
    for "not set: the engine's default". A format fills only what is written; links and effective values are added by
    :mod:`hardhull.scan.link`.

    Attributes:
        name: the short name (service, container).
        runtime: who obeys it: ``docker``, ``swarm``, ``podman`` or ``kubernetes``; decides what defaults mean.
        active: False for a service that only an inactive profile starts.
        from_docs: written in documentation, not in something that is run.
        unread: keys or options that are not understood, each at its place.
        within: for a command line what the text around it is: ``shell``, ``makefile``, ``workflow``, ``gitlab``,
            ``systemd`` or ``markdown``; else empty.
        origin: what the writer of its syntax goes by; nobody else looks at it.
    """

    __slots__ = ("active", "from_docs", "name", "origin", "runtime", "unread", "within")
    kind: ClassVar[str] = "workload"

    def __init__(
        self,
        name: str,
        subject: str,
        syntax: str,
        place: Place,
        *,
        runtime: str = "docker",
        cannot: frozenset[str] = frozenset(),
        absent_unknown: str | None = None,
        active: bool = True,
        from_docs: bool = False,
    ) -> None:
        super().__init__(subject, syntax, place, cannot=cannot, absent_unknown=absent_unknown)
        self.name = name
        self.runtime = runtime
        self.active = active
        self.from_docs = from_docs
        self.unread: list[Field[str]] = []
        self.within = ""
        self.origin: object = None

    # What is started
    image: Slot[str | None] = Slot(None)
    build: Slot[Build | None] = Slot(None)
    platform: Slot[str | None] = Slot(None)
    pull_policy: Slot[str | None] = Slot(None)
    command: Slot[tuple[str, ...] | None] = Slot(None)
    entrypoint: Slot[tuple[str, ...] | None] = Slot(None)
    working_dir: Slot[str | None] = Slot(None)
    env: Slot[Items[EnvVar]] = Slot(())
    env_files: Slot[Items[str]] = Slot(())
    labels: Slot[Items[tuple[str, str]]] = Slot(())
    annotations: Slot[Items[tuple[str, str]]] = Slot(())
    hostname: Slot[str | None] = Slot(None)
    init: Slot[bool | None] = Slot(None)
    tty: Slot[bool] = Slot(False)
    stdin_open: Slot[bool] = Slot(False)
    container_name: Slot[str | None] = Slot(None)
    depends_on: Slot[Items[Dependency]] = Slot(())
    awaited: Slot[bool] = Slot(False)
    """Compose: another service of its project waits until it has ended well, so it is meant to end."""
    built_as: Slot[tuple[str, ...]] = Slot(())
    """Compose: the names that it gives to the image of a service with ``build`` and without ``image``."""
    ambiguous: Slot[tuple[str, ...]] = Slot(())
    """Compose: the names of its variables that another service, ``.env`` or a ``${NAME}`` of its project means
    otherwise."""
    profiles: Slot[tuple[str, ...]] = Slot(())
    replicas: Slot[int | None] = Slot(None)
    restart: Slot[str | None] = Slot(None)
    """``no``, ``always``, ``unless-stopped``, ``on-failure`` or ``on-failure:N``; Kubernetes' words lower-cased."""
    stop_signal: Slot[str | None] = Slot(None)
    stop_grace: Slot[float | None] = Slot(None)
    remove: Slot[bool] = Slot(False)
    detach: Slot[bool] = Slot(False)
    secrets: Slot[Items[Grant]] = Slot(())
    configs: Slot[Items[Grant]] = Slot(())
    namespace: Slot[str | None] = Slot(None)
    """Kubernetes: where written; None is chosen by whoever applies the manifest."""
    controller: Slot[str | None] = Slot(None)
    """Kubernetes: the kind of object that makes the pod (``Pod``, ``Deployment``, ``CronJob`` ...)."""
    role: Slot[str] = Slot("app")
    """Kubernetes: ``app``, ``init``, ``sidecar`` (an init container that keeps running) or ``ephemeral``."""
    pod_labels: Slot[Items[tuple[str, str]]] = Slot(())
    """Kubernetes: labels of the pod, which policies and services select by; ``labels`` are those of its object."""

    # Whom it runs as
    user: Slot[str | None] = Slot(None)
    """``uid[:gid]`` or names, as the engine takes them; Kubernetes' runAsUser[:runAsGroup]."""
    group: Slot[str | None] = Slot(None)
    """Kubernetes' runAsGroup, which also counts where no ``user`` is written; part of ``user`` otherwise."""
    group_add: Slot[Items[str]] = Slot(())
    run_as_non_root: Slot[bool | None] = Slot(None)
    userns: Slot[str | None] = Slot(None)
    """``host`` where the user namespace is shared with the host; Kubernetes' hostUsers: false is ``private``."""

    # What it may do
    privileged: Slot[bool] = Slot(False)
    cap_add: Slot[Items[str]] = Slot(())
    """Names in upper case without ``CAP_``; ``ALL`` is kept as it is. The same for ``cap_drop``."""
    cap_drop: Slot[Items[str]] = Slot(())
    no_new_privileges: Slot[bool | None] = Slot(None)
    seccomp: Slot[str | None] = Slot(None)
    """``unconfined``, ``default`` (explicitly the runtime's), or the path of a profile; None is the engine's choice."""
    apparmor: Slot[str | None] = Slot(None)
    selinux: Slot[Items[str]] = Slot(())
    """Label options without ``label=``: ``disable``, ``type:x``."""
    unmasked_paths: Slot[bool] = Slot(False)
    """``systempaths=unconfined``, procMount: Unmasked."""
    read_only: Slot[bool] = Slot(False)
    mounts: Slot[Items[Mount]] = Slot(())
    devices: Slot[Items[Device]] = Slot(())
    device_cgroup_rules: Slot[Items[str]] = Slot(())
    sysctls: Slot[Items[tuple[str, str]]] = Slot(())
    runtime_name: Slot[str | None] = Slot(None)
    """The OCI runtime or RuntimeClass (``runsc``, ``kata``)."""
    service_account: Slot[str | None] = Slot(None)
    automount_token: Slot[bool | None] = Slot(None)
    host_process: Slot[bool] = Slot(False)
    """Windows: runs on the node itself, with no container around it."""

    # Namespaces and network
    network_mode: Slot[str | None] = Slot(None)
    """``host``, ``none``, ``bridge``, ``container:X``, ``service:X``; None where it is on named networks or default."""
    networks: Slot[Items[Attachment]] = Slot(())
    neighbours: Slot[tuple[str, ...]] = Slot(())
    """Compose: the services of its project, in order, if all of them are on the implicit default network only."""
    ports: Slot[Items[Port]] = Slot(())
    publish_all: Slot[bool] = Slot(False)
    expose: Slot[tuple[str, ...]] = Slot(())
    pid: Slot[str | None] = Slot(None)
    ipc: Slot[str | None] = Slot(None)
    uts: Slot[str | None] = Slot(None)
    cgroupns: Slot[str | None] = Slot(None)
    cgroup_parent: Slot[str | None] = Slot(None)
    extra_hosts: Slot[Items[str]] = Slot(())
    links: Slot[Items[str]] = Slot(())
    dns: Slot[tuple[str, ...]] = Slot(())

    # Limits
    memory: Slot[int | None] = Slot(None)
    """Bytes; 0 or None is unlimited."""
    memory_swap: Slot[int | None] = Slot(None)
    """Bytes of memory and swap together; -1 is unlimited swap, None twice the memory."""
    memory_reservation: Slot[int | None] = Slot(None)
    cpus: Slot[float | None] = Slot(None)
    cpu_shares: Slot[int | None] = Slot(None)
    cpu_reservation: Slot[float | None] = Slot(None)
    pids: Slot[int | None] = Slot(None)
    """-1 or 0 is unlimited."""
    ulimits: Slot[Items[Ulimit]] = Slot(())
    block_io: Slot[Items[BlockLimit]] = Slot(())
    shm_size: Slot[int | None] = Slot(None)
    storage: Slot[int | None] = Slot(None)
    """Limit of the writable layer in bytes (ephemeral-storage, storage_opt size)."""
    oom_kill_disable: Slot[bool] = Slot(False)
    oom_score_adj: Slot[int | None] = Slot(None)

    # Logs and health
    log_driver: Slot[str | None] = Slot(None)
    log_options: Slot[Items[tuple[str, str]]] = Slot(())
    healthcheck: Slot[Healthcheck | None] = Slot(None)
    readiness: Slot[Healthcheck | None] = Slot(None)
    startup: Slot[Healthcheck | None] = Slot(None)

    # Settings that the consumer ignores (each says what and why), for the rules about hollow hardening
    unreal: Slot[Items[Drift]] = Slot(())
    """A live container: what it was given, or is said to have, and the kernel has otherwise."""
    sockets: Slot[Items[str]] = Slot(())
    """A live container: sockets of engines that it reaches, whatever their names are: ``dockerd (812) /tmp/x.sock``."""
    escalated: Slot[Items[str]] = Slot(())
    """A live container: processes with more rights than its first one, and what they have more."""
    ssh_servers: Slot[Items[str]] = Slot(())
    """A live container: its processes that let people in by SSH."""
    outside: Slot[str] = Slot("")
    """A live container that its engine does not know of: its control group."""
    machine_memory: Slot[int | None] = Slot(None)
    """A live container: bytes of memory of its machine; likewise its processors, and the most processes it can have."""
    machine_cpus: Slot[int | None] = Slot(None)
    machine_pids: Slot[int | None] = Slot(None)
    hollow: Slot[Items[str]] = Slot(())
    """Written where they have no effect: Compose's ``resources`` outside ``deploy``, options after the image."""

    # Links to other facts; unknown until they were looked for
    recipe: Slot[ImageRecipe | None] = Slot(None)
    local_image: Slot[LocalImage | None] = Slot(None)
    """The image as the machine's engine has it; None where nobody asked one, or it does not have it."""
    engine: Slot[Engine | None] = Slot(None)
    cluster: Slot[Cluster | None] = Slot(None)
    seccomp_profile: Slot[SeccompProfile | None] = Slot(None)
    profile: Slot[Profile | None] = Slot(None)
    """What recorded runs of it needed; None where none is kept for it."""
    proof: Slot[Proof | None] = Slot(None)
    """The newest configuration of it that was run and passed; None where none is kept for it."""

    # Effective values, derived once by the links, each with its origin
    effective_user: Slot[str] = Slot("")
    """``uid[:gid]`` or name the first process runs as."""
    effective_capabilities: Slot[frozenset[str]] = Slot(frozenset())
    effective_seccomp: Slot[str] = Slot("")
    """``default``, ``unconfined``, ``custom`` or ``allows-all``."""
    effective_no_new_privileges: Slot[bool] = Slot(False)
    effective_log_driver: Slot[str] = Slot("")
    effective_log_rotation: Slot[bool] = Slot(False)
    effective_image: Slot[str] = Slot("")
    """The image reference after links (a service's built image, the base of a recipe)."""

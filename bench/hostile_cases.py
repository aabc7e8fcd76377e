"""Containers that are not what they should be, each with the rule that must say so and where its proof must be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from live_containers import MIB, body

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API = "GET /containers/"
STATUS, SPACES, MOUNTS = "/status", "/ns", "/mountinfo"
NNP = "no-new-privileges:true"


class Case(NamedTuple):
    """One container.

    Attributes:
        name: of it.
        made: how it is created.
        rule: the name of the rule that must find it.
        where: a part of the name of what proves it: a file of /proc or of a control group, or a question to the engine.
        after: what is done to it once it runs; see ``hostile.py``.
    """

    name: str
    made: dict[str, Any]
    rule: str
    where: str
    after: str = ""


CAPABILITIES = (
    "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "SYS_BOOT",
    "SYS_PTRACE", "NET_ADMIN",
)  # fmt: skip
PATHS = (
    ("/", "ro"), ("/", "rw"), ("/etc", "ro"), ("/etc", "rw"), ("/root", "ro"), ("/root", "rw"), ("/boot", "rw"),
    ("/proc", "rw"), ("/proc", "ro"), ("/sys", "rw"), ("/var", "ro"), ("/var/lib", "rw"), ("/usr", "rw"), ("/dev", "rw"),
    ("/etc/shadow", "ro"), ("/etc/passwd", "rw"), ("/etc/ssh", "ro"), ("/etc/pam.d", "rw"), ("/etc/cron.d", "rw"),
    ("/etc/systemd", "rw"), ("/bin", "rw"), ("/sbin", "rw"), ("/lib", "rw"), ("/usr/bin", "rw"), ("/usr/lib", "rw"),
    ("/usr/local/bin", "rw"), ("/home", "ro"), ("/sys/fs/cgroup", "rw"), ("/proc/sys", "rw"), ("/var/log", "rw"),
)  # fmt: skip


def with_bind(source: str, options: str = "ro") -> dict[str, Any]:
    return body(Binds=[f"{source}:/data:{options}"])


def published(port: str, address: str, host: str) -> dict[str, Any]:
    return body({"ExposedPorts": {port: {}}}, PortBindings={port: [{"HostIp": address, "HostPort": host}]})


def filtered(profile: dict[str, Any]) -> dict[str, Any]:
    return body(SecurityOpt=[NNP, f"seccomp={json.dumps(profile)}"])


def checked(test: list[str], seconds: int = 30) -> dict[str, Any]:
    return body({"Healthcheck": {"Test": test, "Interval": seconds * 1_000_000_000, "Retries": 3}})


def hostile(socket: Path, folder: Path, data: Path) -> list[Case]:
    """All of them, in the order of starting; those named ``spy``, ``hostnet`` and ``hostipc`` are shared by others."""
    return [
        *_rights(), *_namespaces(), *_mounts(socket, folder, data), *_limits(), *_network(), *_care(), *_behind(), *_hidden()
    ]  # fmt: skip


def _rights() -> Iterator[Case]:
    yield Case("privileged", body(Privileged=True), "privileged-container", API)
    yield Case("all-capabilities", body(CapAdd=["ALL"], CapDrop=None), "dangerous-capability-added", STATUS)
    for name in CAPABILITIES:
        yield Case(f"cap-{name.lower()}", body(CapAdd=[name]), "dangerous-capability-added", STATUS)
    yield Case("cap-prefixed", body(CapAdd=["CAP_SYS_ADMIN"]), "dangerous-capability-added", STATUS)
    yield Case("cap-lower", body(CapAdd=["sys_admin"]), "dangerous-capability-added", STATUS)
    yield Case("cap-defaults", body(CapDrop=None), "capability-drop-all-missing", STATUS)
    yield Case("cap-one-dropped", body(CapDrop=["MKNOD"]), "capability-drop-all-missing", "")
    yield Case(
        "cap-all-but-back", body(CapDrop=["ALL"], CapAdd=["SYS_ADMIN", "SETUID"]), "dangerous-capability-added", STATUS
    )
    yield Case("gains", body(SecurityOpt=[]), "no-new-privileges-missing", STATUS)
    yield Case("gains-false", body(SecurityOpt=["no-new-privileges:false"]), "no-new-privileges-false", "")
    yield Case("gains-equals", body(SecurityOpt=["no-new-privileges=false"]), "no-new-privileges-false", "")
    yield Case("unfiltered", body(SecurityOpt=[NNP, "seccomp=unconfined"]), "seccomp-unconfined", STATUS)
    yield Case("allow-all", filtered({"defaultAction": "SCMP_ACT_ALLOW"}), "seccomp-profile-allows-all", API)
    yield Case("log-all", filtered({"defaultAction": "SCMP_ACT_LOG"}), "seccomp-profile-allows-all", API)
    yield Case(
        "allow-but-one",
        filtered({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["vhangup"], "action": "SCMP_ACT_ERRNO"}]}),
        "seccomp-profile-weaker-than-default", API,
    )  # fmt: skip
    yield Case("apparmor-in-vain", body(SecurityOpt=[NNP, "apparmor=docker-default"]), "hardening-not-in-effect", "lsm")
    yield Case("label-in-vain", body(SecurityOpt=[NNP, "label=type:container_t"]), "hardening-not-in-effect", "")
    yield Case("label-off", body(SecurityOpt=[NNP, "label=disable"]), "selinux-disabled", API)
    yield Case("unmasked", body(MaskedPaths=[], ReadonlyPaths=[]), "unmasked-paths", MOUNTS)
    yield Case("half-unmasked", body(MaskedPaths=[]), "unmasked-paths", MOUNTS)
    for number, user in enumerate(("0", "0:0", "root", "", "root:root", "0:1000", "toor")):
        yield Case(f"root-{number}", body({"User": user}), "runs-as-root", STATUS)
    yield Case("writable", body(ReadonlyRootfs=False), "writable-root-filesystem", MOUNTS)


def _namespaces() -> Iterator[Case]:
    yield Case("spy", body(PidMode="host"), "host-pid", SPACES)
    yield Case("spy-second", body(PidMode="container:spy"), "host-pid", SPACES)
    yield Case("spy-third", body(PidMode="container:spy-second"), "host-pid", SPACES)
    yield Case("hostnet", body(NetworkMode="host"), "host-network", SPACES)
    yield Case("hostnet-second", body(NetworkMode="container:hostnet"), "host-network", SPACES)
    yield Case("hostipc", body(IpcMode="host"), "host-ipc", SPACES)
    yield Case("hostipc-second", body(IpcMode="container:hostipc"), "host-ipc", SPACES)
    yield Case("hostname", body(UTSMode="host"), "host-uts", SPACES)
    yield Case("hostgroups", body(CgroupnsMode="host"), "host-cgroup", SPACES)
    yield Case("own-group", body(CgroupParent="/evil"), "host-cgroup", API)


def _mounts(socket: Path, folder: Path, data: Path) -> Iterator[Case]:
    for number, (path, options) in enumerate(PATHS):
        yield Case(f"path-{number}", with_bind(path, options), "sensitive-host-path-mounted", MOUNTS)
    yield Case("path-data", with_bind(str(data)), "sensitive-host-path-mounted", MOUNTS)
    yield Case("path-link", with_bind(str(folder / "harmless")), "sensitive-host-path-mounted", MOUNTS)
    yield Case("path-bind", with_bind(str(folder / "bound")), "sensitive-host-path-mounted", MOUNTS)
    mount = {"Type": "bind", "Source": "/etc", "Target": "/data", "ReadOnly": True}
    yield Case("path-long-form", body(Mounts=[mount]), "sensitive-host-path-mounted", MOUNTS)
    driver = {"Name": "local", "Options": {"type": "none", "o": "bind", "device": "/etc"}}
    volume = {"Type": "volume", "Source": "quiet", "Target": "/data", "VolumeOptions": {"DriverConfig": driver}}
    yield Case("path-volume", body(Mounts=[volume]), "sensitive-host-path-mounted", MOUNTS)
    yield Case("path-volume-again", body(Binds=["quiet:/data"]), "sensitive-host-path-mounted", MOUNTS)
    yield Case("path-from-other", body(VolumesFrom=["path-long-form"]), "sensitive-host-path-mounted", MOUNTS)
    yield Case("socket", body(Binds=[f"{socket}:/var/run/docker.sock"]), "docker-socket-mounted", MOUNTS)
    yield Case("socket-renamed", body(Binds=[f"{socket}:/srv/queue:ro"]), "docker-socket-mounted", MOUNTS)
    yield Case("socket-folder", with_bind(str(socket.parent)), "docker-socket-mounted", MOUNTS)
    yield Case("socket-above", with_bind(str(socket.parent.parent)), "docker-socket-mounted", MOUNTS)
    yield Case("socket-bound", with_bind(str(folder / "queue")), "docker-socket-mounted", MOUNTS)
    yield Case("socket-root", with_bind("/"), "docker-socket-mounted", MOUNTS)
    containerd = socket.parent / "exec" / "containerd"
    yield Case("socket-containerd", with_bind(str(containerd)), "docker-socket-mounted", MOUNTS)
    yield Case("shared", with_bind(str(folder), "rshared"), "mount-propagation-shared", "")
    yield Case("shared-one", with_bind(str(folder), "shared"), "mount-propagation-shared", "")
    for name, path in (("disk", "/dev/vda"), ("log", "/dev/kmsg"), ("fuse", "/dev/fuse"),
                       ("tun", "/dev/net/tun"), ("loop", "/dev/loop-control")):  # fmt: skip
        device = {"PathOnHost": path, "PathInContainer": "/dev/x", "CgroupPermissions": "rwm"}
        yield Case(f"device-{name}", body(Devices=[device]), "device-exposed", "")
    for number, text in enumerate(("a *:* rwm", "b *:* rwm", "c *:* rwm", "b 254:* rwm", "c 1:1 rwm")):
        yield Case(f"devices-{number}", body(DeviceCgroupRules=[text]), "device-exposed", "")


def _limits() -> Iterator[Case]:
    yield Case("memory-none", body(Memory=None, MemorySwap=None), "memory-limit-missing", "memory")
    yield Case("memory-beyond", body(Memory=1 << 45, MemorySwap=1 << 45), "limit-beyond-the-machine", "memory")
    yield Case("memory-swap", body(MemorySwap=-1), "memory-without-swap-limit", "")
    yield Case("pids-none", body(PidsLimit=None), "pids-limit-missing", "pids.max")
    yield Case("pids-minus", body(PidsLimit=-1), "pids-limit-missing", "pids.max")
    yield Case("pids-beyond", body(PidsLimit=4_000_000), "limit-beyond-the-machine", "pids.max")
    yield Case("memory-most", body(Memory=20 << 30, MemorySwap=20 << 30), "limit-beyond-the-machine", "memory")
    yield Case("cpu-none", body(NanoCpus=None), "cpu-limit-missing", "")
    yield Case("cpu-shares", body(NanoCpus=None, CpuShares=262_144), "cpu-limit-missing", "")
    yield Case("cpu-quota-off", body(NanoCpus=None, CpuQuota=-1), "cpu-limit-missing", "")
    yield Case("no-oom", body(OomKillDisable=True), "oom-killer-disabled", "")
    yield Case("core-files", body(Ulimits=[{"Name": "core", "Soft": -1, "Hard": -1}]), "ulimit-unlimited", "")


def _network() -> Iterator[Case]:
    for number, address in enumerate(("", "0.0.0.0", "::")):  # noqa: S104  what is looked for
        yield Case(f"port-{number}", published("80/tcp", address, f"{19100 + number}"), "port-on-all-interfaces", API)
    yield Case("port-udp", published("53/udp", "", "19110"), "port-on-all-interfaces", API)
    every = body({"ExposedPorts": {"80/tcp": {}}}, PublishAllPorts=True)
    yield Case("port-chosen", every, "port-on-all-interfaces", API)
    yield Case("port-engine", published("2375/tcp", "", "2375"), "admin-or-database-port-published", API)
    yield Case("port-database", published("5432/tcp", "", "19111"), "admin-or-database-port-published", API)
    yield Case("port-ssh", published("22/tcp", "", "19112"), "ssh-port-published", API)
    yield Case("default-bridge", body(NetworkMode="bridge"), "default-network-only", API)
    yield Case("linked", body(NetworkMode="bridge", Links=["default-bridge:other"]), "legacy-links", API)


def _care() -> Iterator[Case]:
    yield Case("restart-always", body(RestartPolicy={"Name": "always"}), "restart-without-limit", API)
    yield Case("restart-unless", body(RestartPolicy={"Name": "unless-stopped"}), "restart-without-limit", API)
    yield Case("health-none", body({"Healthcheck": None}), "healthcheck-missing", API)
    yield Case("health-off", checked(["NONE"]), "healthcheck-disabled", API)
    yield Case("health-true", checked(["CMD", "true"], 3600), "healthcheck-cannot-fail", API)
    yield Case("health-or-true", checked(["CMD-SHELL", "wget -q x || true"]), "healthcheck-cannot-fail", API)
    yield Case("health-exit", checked(["CMD-SHELL", "exit 0"]), "healthcheck-cannot-fail", API)
    yield Case("log-none", body(LogConfig={"Type": "none"}), "log-driver-none", API)
    yield Case("log-endless", body(LogConfig={"Type": "json-file", "Config": {}}), "log-rotation-missing", API)
    yield Case("latest", body({"Image": "registry.example.com/team/app:latest"}), "image-latest-or-untagged", API)
    yield Case("secret", body({"Env": ["DB_PASSWORD=Tr0ub4dor&3xyz"]}), "secret-in-environment", API)
    made = body({"Cmd": ["sh", "-c", "sleep 1000000", "app", "--password=Tr0ub4dor&3xyz"]})
    yield Case("secret-command", made, "secret-in-command", API)
    yield Case("sshd", body({"Cmd": ["/bin/sshd"]}), "ssh-server-running", "/comm")


def _behind() -> Iterator[Case]:
    """Hardened when they were started, and changed behind the engine."""
    yield Case("grown-pids", body(), "hardening-not-in-effect", "pids.max", "pids")
    yield Case("grown-memory", body(), "hardening-not-in-effect", "memory", "memory")
    yield Case("remounted", body(), "hardening-not-in-effect", MOUNTS, "remount")
    yield Case("visited", body(), "process-with-more-rights", STATUS, "exec-privileged")
    yield Case("visited-root", body(), "process-with-more-rights", STATUS, "exec-root")
    yield Case("mounted-later", body(), "sensitive-host-path-mounted", MOUNTS, "mount")


def _hidden() -> Iterator[Case]:
    """What other tools leave out: by name, by label, by state, by runtime, or because no engine tells of it."""
    label = body({"Labels": {"docker.bench.security": "", "hardhull.ignore": "HH-PRV-005"}},
                 SecurityOpt=[NNP, "seccomp=unconfined"])  # fmt: skip
    yield Case("hidden-label", label, "seccomp-unconfined", STATUS)
    yield Case("hidden-vanilla", body(IpcMode="host"), "host-ipc", SPACES)
    yield Case("hidden-nil", body(PidMode="host"), "host-pid", SPACES)
    yield Case("hidden-bench", body(UTSMode="host"), "host-uts", SPACES)
    yield Case("hidden-paused", body({"User": "0"}), "runs-as-root", STATUS, "pause")
    again = body({"Cmd": ["false"]}, RestartPolicy={"Name": "always"}, IpcMode="host")
    yield Case("hidden-restarting", again, "host-ipc", "")
    yield Case("outside", {}, "container-outside-the-engine", "", "outside")


def twins() -> dict[str, dict[str, Any]]:
    """Hardened containers as people write them, of which nothing worse than low may be said but that no digest is named."""
    plain = [("uid", body({"User": f"{number}:{number}"})) for number in (1, 33, 101, 999, 10001, 65534)]
    plain += [("memory", body(Memory=size * MIB, MemorySwap=size * MIB)) for size in (16, 64, 256, 512)]
    plain += [("pids", body(PidsLimit=count)) for count in (16, 100, 512)]
    plain += [("cpu", body(NanoCpus=None, CpuPeriod=100_000, CpuQuota=quota)) for quota in (10_000, 50_000, 100_000)]
    plain += [("port", published("8080/tcp", "127.0.0.1", f"{19200 + number}")) for number in range(3)]
    plain += [
        ("tmpfs", body(Tmpfs={"/srv": "rw,noexec,nosuid,size=16m", **more})) for more in ({}, {"/run": "size=1m"})
    ]
    plain += [("volume", body(Binds=["kept:/data"])), ("volume-ro", body(Binds=["kept:/data:ro"]))]
    plain += [("name", body({"Labels": {"docker.bench.security": "x"}})), ("nil", body()), ("vanilla", body())]
    plain += [("none", body(NetworkMode="none")), ("hostname", body({"Hostname": "host"}))]
    plain += [("profile", filtered(STRICT)), ("kill", filtered({**STRICT, "defaultAction": "SCMP_ACT_KILL"}))]
    plain += [("group", body(GroupAdd=["1000"])), ("init", body(Init=True)), ("shm", body(ShmSize=8 * MIB))]
    plain += [("oom", body(OomScoreAdj=500)), ("ipc", body(IpcMode="none")), ("dns", body(Dns=["192.0.2.53"]))]
    plain += [("local", body(LogConfig={"Type": "local", "Config": {}})), ("paused", body()), ("restart", body())]
    plain += [("exec", body()), ("bind", body({"User": "1000"})), ("nice", body(CpuShares=512))]
    return {f"twin-{number}-{name}": made for number, (name, made) in enumerate(plain)}


STRICT: dict[str, Any] = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"action": "SCMP_ACT_ALLOW", "names": [
    "accept4", "access", "arch_prctl", "brk", "capget", "capset", "chdir", "clock_nanosleep", "close", "dup2", "epoll_ctl",
    "epoll_pwait", "execve", "exit", "exit_group", "faccessat", "faccessat2", "fchdir", "fchown", "fcntl", "fstat",
    "fstatfs", "futex", "getcwd", "getdents64", "getegid", "geteuid", "getgid", "getpid", "getppid", "getrandom", "getuid",
    "ioctl", "lseek", "mmap", "mprotect", "munmap", "nanosleep", "newfstatat", "open", "openat", "openat2", "pipe2",
    "prctl", "pread64", "prlimit64", "read", "readlink", "readlinkat", "rseq", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "sched_yield", "set_robust_list", "set_tid_address", "setgid", "setgroups", "setuid", "sigaltstack",
    "stat", "statfs", "statx", "tgkill", "uname", "unlinkat", "wait4", "write", "writev", "clone", "clone3", "kill",
    "epoll_create1", "eventfd2", "gettid", "getpgrp", "setpgid", "getsid", "setsid", "umask", "sysinfo", "poll", "ppoll",
]}]}  # fmt: skip
"""Less than the engine's own filter allows."""

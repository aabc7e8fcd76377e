"""The strictest Pod Security level that admits a pod, as the admission plugin judges it.

After https://kubernetes.io/docs/concepts/security/pod-security-standards/ (1.36, without its exemptions for Windows).
The ``host`` of probes, which it judges too, is not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field

PRIVILEGED, BASELINE, RESTRICTED = "privileged", "baseline", "restricted"

_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
        "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    }
)  # fmt: skip
_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    }
)  # fmt: skip
_SELINUX = frozenset(
    f"type:{name}" for name in ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")
)
_VOLUMES = frozenset({"config_map", "secret", "projected", "empty_dir", "claim"})


def level_of(workloads: Sequence[Workload], volumes: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """The level.

    Args:
        workloads: all containers of the pod.
        volumes: kind and options of each of its volumes, mounted or not.

    Raises:
        NotKnownError: something that decides cannot be known.
    """
    kinds = [kind if options != ("csi",) else "claim" for kind, options in volumes]
    if "bind" in kinds or not all(map(_baseline, workloads)):
        return PRIVILEGED
    if _VOLUMES.issuperset(kinds) and all(map(_restricted, workloads)):
        return RESTRICTED
    return BASELINE


def _baseline(workload: Workload) -> bool:
    return (
        not (workload.privileged.value or workload.host_process.value or workload.unmasked_paths.value)
        and "host" not in {workload.network_mode.value, workload.pid.value, workload.ipc.value}
        and _CAPABILITIES.issuperset(_values(workload.cap_add))
        and (workload.role.value == "ephemeral" or not workload.ports.value)
        and workload.apparmor.value != "unconfined"
        and workload.seccomp.value != "unconfined"
        and all(_fits(option) for option in _values(workload.selinux))
        and _SYSCTLS.issuperset(item.value[0] for item in workload.sysctls.value)
    )


def _fits(option: str) -> bool:
    """Whether an SELinux option is allowed: some types, and any level."""
    return option in _SELINUX or option.startswith("level:") or not option.partition(":")[2]


def _restricted(workload: Workload) -> bool:
    user = workload.user.value
    return (
        workload.no_new_privileges.value is True
        and workload.run_as_non_root.value is True
        and (user is None or user.partition(":")[0] != "0")
        and workload.seccomp.value is not None
        and "ALL" in _values(workload.cap_drop)
        and {"NET_BIND_SERVICE"}.issuperset(_values(workload.cap_add))
    )


def _values(items: Field[tuple[Field[str], ...]]) -> list[str]:
    return [item.value for item in items.value]

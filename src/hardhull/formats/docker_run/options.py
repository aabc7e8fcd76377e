"""The options of ``docker run`` and its kin, from their own ``--help``.

Docker 28.2.2 (``docker run``, ``docker service create`` and the global options), podman-run(1) 5.x, nerdctl 2.x.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _letters(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


class Table(NamedTuple):
    """What a command line may hold before the image.

    Attributes:
        values: long names of options that take a value.
        flags: long names of options that take none (or ``=true``, ``=false``).
        short: letters of short options and what they stand for.
    """

    values: frozenset[str]
    flags: frozenset[str]
    short: dict[str, str]


ALIASES = {"net": "network", "net-alias": "network-alias", "dns-opt": "dns-option", "userns-mode": "userns"}
"""Older names that are still taken."""

_RUN_VALUES = _words(
    "add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile"
    " cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems"
    " detach-keys device device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns"
    " dns-opt dns-option dns-search domainname entrypoint env env-file expose gpus group-add health-cmd"
    " health-interval health-retries health-start-interval health-start-period health-timeout hostname"
    " io-maxbandwidth io-maxiops ip ip6 ipc isolation kernel-memory label label-file link link-local-ip log-driver"
    " log-opt mac-address memory memory-reservation memory-swap memory-swappiness mount name net net-alias network"
    " network-alias oom-score-adj pid pids-limit platform publish pull restart runtime security-opt shm-size"
    " stop-signal stop-timeout storage-opt sysctl tmpfs ulimit user userns uts volume volume-driver volumes-from"
    " workdir"
)
_RUN_FLAGS = _words(
    "detach disable-content-trust help init interactive no-healthcheck oom-kill-disable privileged publish-all quiet"
    " read-only rm sig-proxy tty use-api-socket"
)
_RUN_SHORT = _letters(
    "a=attach c=cpu-shares d=detach e=env h=hostname i=interactive l=label m=memory p=publish P=publish-all q=quiet"
    " t=tty u=user v=volume w=workdir"
)

_PODMAN_VALUES = _words(
    "arch authfile cert-dir cgroup-conf cgroups chrootdirs conmon-pidfile creds decryption-key env-merge gidmap"
    " group-entry health-log-destination health-max-log-count health-max-log-size health-on-failure"
    " health-startup-cmd health-startup-interval health-startup-retries health-startup-success"
    " health-startup-timeout hosts-file hostuser image-volume init-ctr init-path intel-rdt-closid os passwd-entry"
    " personality pidfile pod pod-id-file preserve-fd preserve-fds rdt-class requires retry retry-delay"
    " sdnotify seccomp-policy secret shm-size-systemd signature-policy subgidname subuidname systemd timeout tz umask"
    " uidmap unsetenv variant"
)
_PODMAN_FLAGS = _words(
    "all-tags env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi rootfs tls-verify"
    " unsetenv-all"
)
_NERDCTL_VALUES = _words(
    "cgroup-conf cosign-certificate-identity cosign-certificate-identity-regexp cosign-certificate-oidc-issuer"
    " cosign-key ipfs-address namespace pidfile rdt-class umask verify"
)
_NERDCTL_FLAGS = _words("insecure-registry rootfs")

_SERVICE_VALUES = _words(
    "cap-add cap-drop config constraint container-label credential-spec dns dns-option dns-search endpoint-mode"
    " entrypoint env env-file generic-resource group health-cmd health-interval health-retries health-start-interval"
    " health-start-period health-timeout host hostname isolation label limit-cpu limit-memory limit-pids log-driver"
    " log-opt max-concurrent mode mount name network oom-score-adj placement-pref publish replicas"
    " replicas-max-per-node reserve-cpu reserve-memory restart-condition restart-delay restart-max-attempts"
    " restart-window rollback-delay rollback-failure-action rollback-max-failure-ratio rollback-monitor"
    " rollback-order rollback-parallelism secret stop-grace-period stop-signal sysctl ulimit update-delay"
    " update-failure-action update-max-failure-ratio update-monitor update-order update-parallelism user workdir"
)
_SERVICE_FLAGS = _words("detach help init no-healthcheck no-resolve-image quiet read-only tty with-registry-auth")
_SERVICE_SHORT = _letters("d=detach e=env l=label p=publish q=quiet t=tty u=user w=workdir")


@cache
def run_table(program: str) -> Table:
    """The options of ``run`` and ``create`` of docker, podman or nerdctl."""
    if program == "podman":
        return Table(_RUN_VALUES | _PODMAN_VALUES, _RUN_FLAGS | _PODMAN_FLAGS, _RUN_SHORT)
    if program == "nerdctl":
        return Table(_RUN_VALUES | _NERDCTL_VALUES, _RUN_FLAGS | _NERDCTL_FLAGS, _RUN_SHORT)
    return Table(_RUN_VALUES, _RUN_FLAGS, _RUN_SHORT)


@cache
def service_table() -> Table:
    """The options of ``docker service create``."""
    return Table(_SERVICE_VALUES, _SERVICE_FLAGS, _SERVICE_SHORT)


@cache
def global_table(program: str) -> Table:
    """The options between the program and its verb."""
    if program == "podman":
        return Table(
            _words(
                "cgroup-manager conmon connection config events-backend hooks-dir identity imagestore log-level module"
                " network-cmd-path network-config-dir out root runroot runtime runtime-flag ssh storage-driver"
                " storage-opt tmpdir url volumepath"
            ),
            _words("help noout remote syslog trace transient-store version"),
            {"c": "connection", "h": "help", "r": "remote", "v": "version"},
        )
    if program == "nerdctl":
        return Table(
            _words(
                "H a address bridge-ip cgroup-manager cni-netconfpath cni-path data-root global-dns-opts host"
                " host-gateway-ip hosts-dir kube-hide-dupe n namespace snapshotter storage-driver userns-remap"
                " cdi-spec-dirs"
            ),
            _words("debug debug-full experimental help insecure-registry version"),
            {"H": "host", "a": "address", "h": "help", "n": "namespace", "v": "version"},
        )
    return Table(
        _words("config context host log-level tlscacert tlscert tlskey"),
        _words("debug help tls tlsverify version"),
        {"D": "debug", "H": "host", "c": "context", "h": "help", "l": "log-level", "v": "version"},
    )


ONLY_ENGINE_HAS = _words(
    "privileged cap-add cap-drop security-opt read-only pids-limit memory-swap userns log-driver log-opt health-cmd"
    " no-healthcheck device sysctl shm-size ulimit tmpfs cpus memory restart volume publish network"
)
"""Long names that, right behind the image, were most likely meant for the engine."""

"""Every key of daemon.json: its type, its option of ``dockerd``, and the engine versions that know it.

Read from moby/moby (Apache-2.0) at each of its 170 release tags from v1.13.0 to docker-v29.7.2: the options registered
in ``cmd/dockerd/config*.go`` and ``options.go`` (``daemon/command`` since 29), the JSON names in ``daemon/config`` and
``registry/config.go``, and ``skipValidateOptions``. Some facts that follow from ``findConfigurationConflicts`` there:

- a key is known if an *option* has that name, or the plural name of a list option, so the option's own name
  (``insecure-registry``) passes the check and is then ignored, because no JSON field has it;
- names of JSON fields without an option (``default-init``, ``resolv-conf``, ``swarm-raft-*``,
  ``containerd-plugin-namespace``) are refused as unknown;
- ``http-proxy`` and its siblings have an effect only inside ``proxies``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from hardhull.facts.engine import Engine

RELEASE = re.compile(r"\d+\.\d+")

# key, type, option, short option, first version, first version that refuses it ("-": none; first version before 17.06)
_TABLE = """
allow-direct-routing            bool     allow-direct-routing             -  28.2   -
allow-nondistributable-artifacts any     allow-nondistributable-artifacts -  17.06  -
api-cors-header                 str      api-cors-header                  -  -      28.0
api-enable-cors                 bool     api-enable-cors                  -  -      17.09
authorization-plugins           strings  authorization-plugin             -  -      -
bip                             str      bip                              -  -      -
bip6                            str      bip6                             -  28.0   -
bridge                          str      bridge                           b  -      -
bridge-accept-fwmark            str      bridge-accept-fwmark             -  29.0   -
builder                         builder  -                                -  18.09  -
cdi-spec-dirs                   strings  cdi-spec-dir                     -  25.0   -
cgroup-parent                   str      cgroup-parent                    -  -      -
cluster-advertise               str      cluster-advertise                -  -      23.0
cluster-store                   str      cluster-store                    -  -      23.0
cluster-store-opts              map      cluster-store-opt                -  -      23.0
containerd                      str      containerd                       -  -      -
containerd-namespace            str      containerd-namespace             -  19.03  -
cpu-rt-period                   int      cpu-rt-period                    -  -      -
cpu-rt-runtime                  int      cpu-rt-runtime                   -  -      -
cri-containerd                  bool     cri-containerd                   -  18.09  -
data-root                       str      data-root                        -  -      -
debug                           bool     debug                            D  -      -
default-address-pools           pools    default-address-pool             -  18.06  -
default-cgroupns-mode           str      default-cgroupns-mode            -  20.10  -
default-gateway                 ip       default-gateway                  -  -      -
default-gateway-v6              ip       default-gateway-v6               -  -      -
default-ipc-mode                str      default-ipc-mode                 -  17.09  -
default-network-opts            nets     default-network-opt              -  24.0   -
default-runtime                 str      default-runtime                  -  -      -
default-shm-size                size     default-shm-size                 -  17.04  -
default-stop-timeout            int      default-stop-timeout             -  29.7   -
default-ulimits                 ulimits  default-ulimit                   -  17.07  -
deprecated-key-path             any      -                                -  17.06  -
disable-legacy-registry         bool     disable-legacy-registry          -  -      19.03
dns                             ips      dns                              -  -      -
dns-opts                        strings  dns-opt                          -  -      -
dns-search                      strings  dns-search                       -  -      -
exec-opts                       strings  exec-opt                         -  -      -
exec-root                       str      exec-root                        -  -      -
experimental                    bool     experimental                     -  -      -
features                        bools    feature                          -  18.09  -
firewall-backend                str      firewall-backend                 -  29.0   -
fixed-cidr                      str      fixed-cidr                       -  -      -
fixed-cidr-v6                   str      fixed-cidr-v6                    -  -      -
graph                           str      graph                            g  -      23.0
group                           str      group                            G  -      -
host-gateway-ip                 ip       host-gateway-ip                  -  20.10  -
host-gateway-ips                ips      host-gateway-ip                  -  28.0   -
hosts                           strings  host                             H  -      -
http-proxy                      str      http-proxy                       -  23.0   -
https-proxy                     str      https-proxy                      -  23.0   -
icc                             bool     icc                              -  -      -
init                            bool     init                             -  -      -
init-path                       str      init-path                        -  -      -
insecure-registries             strings  insecure-registry                -  -      -
ip                              ip       ip                               -  -      -
ip-forward                      bool     ip-forward                       -  -      -
ip-forward-no-drop              bool     ip-forward-no-drop               -  28.0   -
ip-masq                         bool     ip-masq                          -  -      -
ip6tables                       bool     ip6tables                        -  20.10  -
iptables                        bool     iptables                         -  -      -
ipv6                            bool     ipv6                             -  -      -
labels                          strings  label                            -  -      -
live-restore                    bool     live-restore                     -  -      -
log-driver                      str      log-driver                       -  -      -
log-format                      str      log-format                       -  25.0   -
log-level                       str      log-level                        l  -      -
log-opts                        map      log-opt                          -  -      -
max-concurrent-downloads        int      max-concurrent-downloads         -  -      -
max-concurrent-uploads          int      max-concurrent-uploads           -  -      -
max-download-attempts           int      max-download-attempts            -  20.10  -
metrics-addr                    str      metrics-addr                     -  -      -
min-api-version                 str      -                                -  29.0   -
mtu                             int      mtu                              -  -      -
network-control-plane-mtu       int      network-control-plane-mtu        -  17.09  -
network-diagnostic-port         int      network-diagnostic-port          -  17.12  -
no-new-privileges               bool     no-new-privileges                -  17.06  -
no-proxy                        str      no-proxy                         -  23.0   -
node-generic-resources          strings  node-generic-resource            -  17.12  -
nri-opts                        object   nri-opts                         -  29.2   -
oom-score-adjust                int      oom-score-adjust                 -  -      26.0
pidfile                         str      pidfile                          p  -      -
proxies                         proxies  -                                -  23.0   -
raw-logs                        bool     raw-logs                         -  -      -
registry-mirrors                strings  registry-mirror                  -  -      -
rootless                        bool     rootless                         -  19.03  -
runtimes                        runtimes add-runtime                      -  -      -
seccomp-profile                 str      seccomp-profile                  -  -      -
selinux-enabled                 bool     selinux-enabled                  -  -      -
shutdown-timeout                int      shutdown-timeout                 -  -      -
storage-driver                  str      storage-driver                   s  -      -
storage-opts                    strings  storage-opt                      -  -      -
swarm-default-advertise-addr    str      swarm-default-advertise-addr     -  -      -
tls                             bool     tls                              -  -      -
tlscacert                       str      tlscacert                        -  -      -
tlscert                         str      tlscert                          -  -      -
tlskey                          str      tlskey                           -  -      -
tlsverify                       bool     tlsverify                        -  -      -
userland-proxy                  bool     userland-proxy                   -  -      -
userland-proxy-path             str      userland-proxy-path              -  -      -
userns-remap                    str      userns-remap                     -  -      -
"""

ONLY_OPTIONS = {
    "config-file": "str",
    "containerd-plugins-namespace": "str",
    "help": "bool",
    "restart": "bool",
    "validate": "bool",
    "version": "bool",
}
"""Options that are no keys; in a file their names pass the check and are ignored."""

NO_OPTIONS = frozenset(
    {
        "containerd-plugin-namespace",
        "default-init",
        "resolv-conf",
        "swarm-raft-election-tick",
        "swarm-raft-heartbeat-tick",
    }
)  # fmt: skip
"""JSON names of moby's structures that have no option, so that they are refused as unknown, objects too."""

PROXIES = frozenset({"http-proxy", "https-proxy", "no-proxy"})
"""Keys that count only inside ``proxies``."""

REFUSED_EMPTY = {
    "api-cors-header": "29.0",
    "cluster-advertise": "24.0",
    "cluster-store": "24.0",
    "cluster-store-opts": "24.0",
    "graph": "24.0",
}
"""Removed keys that were refused with a value first, and without one only by this version."""

RENAMED = {"graph": "data-root"}
"""Removed keys by the key that does the same (engine 17.05 and later)."""

MERGED = frozenset({"map", "bools", "builder", "nets", "runtimes", "ulimits", "object", "proxies"})
"""Types of which Go's JSON decoder adds up duplicates instead of taking the last one."""


class Key(NamedTuple):
    """One key of daemon.json.

    Attributes:
        name: the key.
        type: ``bool``, ``str``, ``int``, ``strings``, ``map`` (of strings), ``bools`` (a map), ``size``, ``ip``,
            ``ips``, ``pools``, ``ulimits``, ``runtimes``, ``nets`` (driver to options), ``builder``, ``proxies``,
            ``object`` or ``any`` (kept for old files, without effect).
        option: of ``dockerd``, without dashes; empty where it has none.
        short: its one-letter form, or empty.
        since: the first version that knows it; empty for all that matter.
        until: the first version that refuses it, or empty.
        slot: the field of :class:`Engine`, or empty where none carries it.
    """

    name: str
    type: str
    option: str
    short: str
    since: str
    until: str
    slot: str


@cache
def keys() -> dict[str, Key]:
    """The keys by name."""
    slots = {slot.name for slot in Engine.slots()}
    table = {}
    for line in _TABLE.split("\n"):
        if line:
            name, kind, option, short, since, until = [("" if word == "-" else word) for word in line.split()]
            slot = RENAMED.get(name, name).replace("-", "_")
            table[name] = Key(name, kind, option, short, since, until, slot if slot in slots else "")
    return table


@cache
def options() -> dict[str, Key]:
    """The keys by the option of ``dockerd`` that sets them, long (``icc``) and short (``H``)."""
    table = {key.option: key for key in keys().values() if key.option}
    table |= {key.short: key for key in keys().values() if key.short}
    return table


def version(text: str) -> tuple[int, int]:
    """Major and minor number of a release.

    Raises:
        ValueError: it has none.
    """
    major, _, rest = text.partition(".")
    minor = rest.partition(".")[0]
    return int(major), int(minor)


def stated(text: str) -> tuple[int, int] | None:
    """The same of what an engine says of itself; None where that is no release, as ``dev`` of one built from source."""
    return version(text) if RELEASE.match(text) else None

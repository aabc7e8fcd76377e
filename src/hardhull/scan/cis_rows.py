"""The items of the CIS Docker Benchmark, versions 1.6 and 1.8, in our own words.

Only the numbers are the benchmark's; its text is not copied. Version 1.8 has one item more (2.7), so that the numbers
of the second section differ from there on. This is no product of CIS and certifies nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Row(NamedTuple):
    """One item.

    Attributes:
        v16: its number in 1.6; empty where it has none.
        v18: its number in 1.8.
        title: what is asked for.
        target: ``host``, ``engine``, ``containers`` or ``images``: what has to be scanned for an answer.
        look: for a person, where no program can answer: what to look at.
    """

    v16: str
    v18: str
    title: str
    target: str
    look: str = ""


def _rows(target: str, text: str) -> list[Row]:
    """One item a line: number or numbers, title, and behind a bar what to look at."""
    found = []
    for line in text.strip().splitlines():
        numbers, _, rest = line.strip().partition(" ")
        v16, slash, v18 = numbers.partition("/")
        title, _, look = rest.partition(" | ")
        found.append(Row("" if v16 == "-" else v16, v18 if slash else v16, title, target, look))
    return found


HOST: Final = """
1.1.1 The engine's data have a file system of their own
1.1.2 Only trusted users can give orders to the engine
1.1.3 The kernel records changes of dockerd
1.1.4 The kernel records changes in /run/containerd
1.1.5 The kernel records changes in the engine's data folder
1.1.6 The kernel records changes in /etc/docker
1.1.7 The kernel records changes of docker.service
1.1.8 The kernel records who uses containerd.sock
1.1.9 The kernel records changes of docker.socket
1.1.10 The kernel records changes of /etc/default/docker
1.1.11 The kernel records changes of daemon.json
1.1.12 The kernel records changes of containerd's config.toml
1.1.13 The kernel records changes of /etc/sysconfig/docker
1.1.14 The kernel records changes of containerd
1.1.15 The kernel records changes of containerd-shim
1.1.16 The kernel records changes of containerd-shim-runc-v1
1.1.17 The kernel records changes of containerd-shim-runc-v2
1.1.18 The kernel records changes of runc
1.2.1 The host itself is hardened | the findings about its kernel (kernel-setting-weak), open ports, updates, logins
1.2.2 The engine's version is maintained and current | `docker version` against endoflife.date/docker-engine
3.1 docker.service belongs to root
3.2 Only root can change docker.service
3.3 docker.socket belongs to root
3.4 Only root can change docker.socket
3.5 /etc/docker belongs to root
3.6 Only root can change /etc/docker
3.7 Certificates of registries belong to root
3.8 Nobody writes to certificates of registries
3.9 The CA's certificate belongs to root
3.10 Nobody writes to the CA's certificate
3.11 The engine's certificate belongs to root
3.12 Nobody writes to the engine's certificate
3.13 The engine's key belongs to root
3.14 Only root reads the engine's key
3.15 The engine's socket belongs to root and the group docker
3.16 The engine's socket is closed to others
3.17 daemon.json belongs to root
3.18 Only root can change daemon.json
3.19 /etc/default/docker belongs to root
3.20 Only root can change /etc/default/docker
3.21 Only root can change /etc/sysconfig/docker
3.22 /etc/sysconfig/docker belongs to root
3.23 containerd's socket belongs to root
3.24 containerd's socket is closed to others
"""

ENGINE: Final = """
2.1 The engine runs without root where that is possible | `docker info`, Security Options: rootless
2.2 Containers on the default bridge cannot reach each other
2.3 The engine logs at the level info
2.4 The engine may set the packet filter
2.5 No registry is used without TLS
2.6 The storage driver is not aufs
-/2.7 The storage driver is not devicemapper
2.7/2.8 The engine asks for client certificates where it listens by TCP
2.8/2.9 Default ulimits are set as the containers need them
2.9/2.10 Root in a container is not root on the host
2.10/2.11 Containers are in the engine's own control group
2.11/2.12 The size of devicemapper's devices is left alone
2.12/2.13 A plugin decides who may give which orders
2.13/2.14 Logs are sent to another machine
2.14/2.15 Processes cannot gain privileges unless a container asks for it
2.15/2.16 Containers go on while the engine restarts
2.16/2.17 The userland proxy is off
2.17/2.18 The engine filters system calls by default
2.18/2.19 Experimental features are off
5.1 Swarm mode is off where it is not used
6.1 Images that nobody uses are removed | `docker image ls` beside `docker ps --all`; `hardhull fix images` plans it
6.2 Containers that ended are removed | `docker ps --all --filter status=exited`
7.1 A swarm has no more managers than it needs | `docker node ls`: three, five or seven managers
7.2 The swarm's ports are bound to one address | `docker info`: Node Address; `--listen-addr` of `docker swarm init`
7.3 Overlay networks are encrypted | `docker network inspect`: the option encrypted
7.4 Secrets are given by `docker secret` | `docker service inspect`: Secrets instead of Env
7.5 Managers are locked after a restart | `docker info`: Autolock Managers
7.6 The key that unlocks managers is changed regularly | when `docker swarm unlock-key --rotate` was last run
7.7 Certificates of nodes are renewed regularly | `docker info`: Expiry Duration
7.8 The swarm's CA is renewed regularly | when `docker swarm ca --rotate` was last run
7.9 Orders and data of the swarm use different networks | `--data-path-addr` of `docker swarm init`
"""

IMAGES: Final = """
4.1 Images and containers run as a user of their own
4.2 Base images are trusted | where they come from: `trusted-registries` in hardhull.toml, digests
4.3 Images hold no more packages than needed | `hardhull scan DOCKERFILE`: base-not-minimal, build tools
4.4 Images are scanned and rebuilt with updates | the scan step of the pipeline, and the date of each image
4.5 Signatures of images are verified at the pull
4.6 Images have a health check
4.7 Package lists are updated in the step that installs | `hardhull scan DOCKERFILE`: package-lists-only-updated
4.8 Programs in images have no setuid bit | `find / -xdev -perm /6000` in the image; setuid-bit-set in the Dockerfile
4.9 Dockerfiles copy with COPY | `hardhull scan DOCKERFILE`: add-instead-of-copy
4.10 No secrets are kept in images | `hardhull scan DOCKERFILE`; `docker history --no-trunc IMAGE`
4.11 Packages are verified when installed | keys and checksums in the Dockerfile: download-unverified
4.12 Signed artifacts are verified | `cosign verify` in the pipeline or at admission
"""

CONTAINERS: Final = """
5.2 AppArmor confines every container
5.3 SELinux confines every container
5.4 Containers have only the capabilities they need
5.5 No container is privileged
5.6 No container holds folders of the host's system
5.7 No SSH server runs in a container
5.8 No port below 1024 of the host is given to a container
5.9 Only ports that are needed are open | `docker ps`: is each published port meant for others?
5.10 No container shares the host's network
5.11 Memory is limited
5.12 CPU is limited
5.13 The root file system is read-only
5.14 Ports are bound to one address of the host
5.15 Restarts on failure are limited
5.16 No container sees the host's processes
5.17 No container shares the host's IPC
5.18 No container holds devices of the host
5.19 Ulimits are set where the default is wrong | `/proc/PID/limits` of what needs other ones
5.20 No mount propagates to the host
5.21 No container shares the host's name
5.22 System calls are filtered
5.23 Nobody runs privileged commands in containers | `docker events --filter event=exec_create`; audit of the socket
5.24 Nobody runs commands as root in containers | `docker events --filter event=exec_create`; audit of the socket
5.25 Containers stay in the engine's control group
5.26 Processes cannot gain privileges
5.27 Health is checked while containers run
5.28 Containers run the newest build of their image | compare digests: `docker image inspect` and the registry
5.29 The number of processes is limited
5.30 Containers have networks of their own, not docker0
5.31 No container shares the host's user namespace
5.32 No container holds the engine's socket
"""


def _key(row: Row) -> list[int]:
    return [int(part) for part in row.v18.split(".")]


ROWS: Final[tuple[Row, ...]] = tuple(
    sorted(
        [
            *_rows("host", HOST),
            *_rows("engine", ENGINE),
            *_rows("images", IMAGES),
            *_rows("containers", CONTAINERS),
        ],
        key=_key,
    )
)

"""A change of every key of daemon.json that engine 20.10 knows, and what it needs of the machine around it."""

from __future__ import annotations

import json
import socketserver
import subprocess
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from hardhull.formats.daemon_json.keys import keys, version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_ground import Ground

PLUGIN = Path("/run/docker/plugins/hhyes.sock")

CHANGES: dict[str, str] = {
    "allow-nondistributable-artifacts": '=["a.example"]',
    "api-cors-header": "=http://a.example",
    "authorization-plugins": '=["hhyes"]',
    "bip": "=172.31.9.1/24",
    "bridge": "=hhbr9",
    "builder": '={"gc":{"enabled":true,"defaultKeepStorage":"1GB"}}',
    "cgroup-parent": "=/hh",
    "cluster-advertise": "=127.0.0.1:2376 cluster-store=etcd://127.0.0.1:2379",
    "cluster-store": "=etcd://127.0.0.1:2379",
    "cluster-store-opts": '={"kv.path":"a"}',
    "containerd": "={folder}/other.sock",
    "containerd-namespace": "=other",
    "cpu-rt-period": "=1000000",
    "cpu-rt-runtime": "=95000",
    "cri-containerd": "=true",
    "data-root": "={folder}/data2",
    "debug": "=true",
    "default-address-pools": '=[{"base":"10.77.0.0/16","size":24}]',
    "default-cgroupns-mode": "=private",
    "default-gateway": "=172.17.0.254",
    "default-gateway-v6": "=fd00:1::1 ipv6=true fixed-cidr-v6=fd00:1::/64",
    "default-ipc-mode": "=shareable",
    "default-runtime": '=other runtimes={"other":{"path":"/usr/sbin/runc"}}',
    "default-shm-size": "=32m",
    "default-ulimits": '={"nofile":{"Name":"nofile","Soft":1024,"Hard":2048}}',
    "deprecated-key-path": "=/x",
    "dns": '=["127.0.0.1"]',
    "dns-opts": '=["ndots:1"]',
    "dns-search": '=["a.example"]',
    "exec-opts": '=["native.cgroupdriver=cgroupfs"]',
    "exec-root": "={folder}/exec2",
    "experimental": "=true",
    "features": '={"buildkit":true}',
    "fixed-cidr": "=172.17.0.0/25",
    "fixed-cidr-v6": "=fd00:1::/64 ipv6=true",
    "graph": "={folder}/data2 data-root=",
    "group": "=daemon",
    "host-gateway-ip": "=10.0.0.1",
    "hosts": '=["unix://{folder}/sock","unix://{folder}/more.sock"]',
    "icc": "=false",
    "init": "=true",
    "init-path": "=/usr/bin/docker-init",
    "insecure-registries": '=["a.example:5000"]',
    "ip": "=127.0.0.1",
    "ip-forward": "=false",
    "ip-masq": "=false",
    "ip6tables": "=true experimental=true",
    "iptables": "=false",
    "ipv6": "=true fixed-cidr-v6=fd00:1::/64",
    "labels": '=["a=b"]',
    "live-restore": "",
    "log-driver": "=local",
    "log-level": "=debug",
    "log-opts": ".max-size=9m",
    "max-concurrent-downloads": "=2",
    "max-concurrent-uploads": "=2",
    "max-download-attempts": "=2",
    "metrics-addr": "=127.0.0.1:9323",
    "mtu": "=1400",
    "network-control-plane-mtu": "=1400",
    "network-diagnostic-port": "=2000",
    "no-new-privileges": "=true",
    "node-generic-resources": '=["a=b"]',
    "oom-score-adjust": "=-400",
    "pidfile": "={folder}/pid2",
    "raw-logs": "=true",
    "registry-mirrors": '=["https://a.example"]',
    "rootless": "=true",
    "runtimes": '={"other":{"path":"/usr/sbin/runc"}}',
    "seccomp-profile": "={folder}/seccomp.json",
    "selinux-enabled": "=true",
    "shutdown-timeout": "=20",
    "storage-driver": "=vfs",
    "storage-opts": '=["overlay2.size=1G"]',
    "swarm-default-advertise-addr": "=127.0.0.1",
    "tls": "=true tlscacert={folder}/ca.pem tlscert={folder}/cert.pem tlskey={folder}/key.pem",
    "tlscacert": "={folder}/ca.pem",
    "tlscert": "={folder}/cert.pem",
    "tlskey": "={folder}/key.pem",
    "tlsverify": "=true tlscacert={folder}/ca.pem tlscert={folder}/cert.pem tlskey={folder}/key.pem",
    "userland-proxy": "=false",
    "userland-proxy-path": "=/usr/sbin/docker-proxy",
    "userns-remap": "=default",
}
"""What is written, after the name of the key; words behind a space are further settings that it does not do without."""


def changes(ground: Ground, *, live: bool) -> Iterator[tuple[str, list[str]]]:
    """Each key with its settings, in the order of their names; all keys that the engine knows, or this raises."""
    release = version(ground.docker("version", "-f", "{{.Server.Version}}"))
    known = {
        name for name, key in keys().items()
        if not (key.since and version(key.since) > release) and not (key.until and version(key.until) <= release)
    } - {"http-proxy", "https-proxy", "no-proxy"}  # fmt: skip
    assert known == CHANGES.keys(), known ^ CHANGES.keys()
    for name in sorted(known):
        text = CHANGES[name] or f"={json.dumps(not live)}"
        yield name, f"{name}{text}".replace("{folder}", str(ground.folder)).split(" ")


@contextmanager
def around(ground: Ground) -> Iterator[None]:
    """A bridge, certificates, a seccomp profile, a name server, an authorization plugin and a containerd of its own."""
    run = subprocess.run
    for words in (["link", "add", "hhbr9", "type", "bridge"], ["addr", "add", "172.29.9.1/24", "dev", "hhbr9"],
                  ["link", "set", "hhbr9", "up"]):  # fmt: skip
        run(["ip", "-n", ground.network, *words], check=True)
    folder = ground.folder
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True)  # fmt: skip
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    (folder / "seccomp.json").write_text('{"defaultAction": "SCMP_ACT_ALLOW"}\n')
    config = folder / "containerd.toml"
    config.write_text(f'version = 2\nroot = "{folder}/ctr"\nstate = "{folder}/ctr-state"\n')
    here = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    net = ["nsenter", f"--net=/run/netns/{ground.network}"]
    beside: list[subprocess.Popen[Any]] = [
        subprocess.Popen([*net, "containerd", "--config", str(config), "--address", f"{folder}/other.sock"], **here),
        subprocess.Popen([*net, "python3", "-c", _NAMES], **here),
    ]
    with _plugin():
        try:
            yield
        finally:
            for process in beside:
                process.terminate()
                process.wait()


_NAMES = """
import socket
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.bind(("127.0.0.1", 53))
while True:
    question, who = asked.recvfrom(512)
    asked.sendto(question[:2] + b"\\x80\\x05" + question[4:], who)
"""
"""A name server that refuses every question: it answers, and that is all that is looked at."""


class _Yes(BaseHTTPRequestHandler):
    """An authorization plugin that allows everything."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = {"Implements": ["authz"]} if self.path == "/Plugin.Activate" else {"Allow": True}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: object) -> None:
        """Says nothing."""

    def address_string(self) -> str:
        return ""


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def _plugin() -> Iterator[None]:
    made = not PLUGIN.parent.exists()
    PLUGIN.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        PLUGIN.unlink()
    with _Server(str(PLUGIN), _Yes) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            PLUGIN.unlink()
            if made:
                with suppress(OSError):
                    PLUGIN.parent.rmdir()

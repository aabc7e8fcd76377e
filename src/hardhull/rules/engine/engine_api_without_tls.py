"""Engine API is open on a TCP port without client certificates.

What it checks: an engine that listens on `tcp://` and does not ask for a client certificate (`tlsverify`), in
daemon.json, on command lines of `dockerd`, in units and in /etc/default/docker.

Why it matters: the API is root on the host: whoever reaches the port starts a privileged container with the disk of
the host in it. Port 2375 is searched for on the whole internet, and a port on 127.0.0.1 is open to every local user
and, through rebinding, to web pages.

How to fix: remove the `tcp://` entry and use the socket, over `ssh://` from other machines. If a port is needed:
`"tlsverify": true` with `tlscacert`, `tlscert` and `tlskey`. `"tls": true` with `"tlsverify": false` only encrypts.

When it is fine: never on an address that others reach. In a container made for it (docker:dind in a CI job with its
own network) it is usual.

References: https://docs.docker.com/engine/security/protect-access/
https://docs.docker.com/engine/deprecated/#unauthenticated-tcp-connections
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.engine import tls_state
from hardhull.model.field import InexpressibleError, NotKnownError
from hardhull.model.finding import Confidence
from hardhull.rules.each import each
from hardhull.rules.fix import NEEDS_PROOF, advise, set_value
from hardhull.rules.rule import CRITICAL, HIGH, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-103",
    "engine-api-without-tls",
    dimension=NETWORK,
    severity=CRITICAL,
    cis=["docker-1.6:2.7", "docker-1.8:2.8"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields every address that is open."""
    yield from each(engine.hosts.value, partial(_judge, engine))


def _judge(engine: Engine, host: Field[str]) -> Iterator[Finding]:
    address = address_of(host.value)
    if address is None:
        return
    try:
        state, confidence = tls_state(engine), None
    except (NotKnownError, InexpressibleError):
        perhaps = engine.tls.written and engine.tls.get(None) is not False
        if engine.unexpanded or perhaps or engine.tlsverify.written:
            raise
        # the line opens the port and switches no TLS on; few people split that between the line and daemon.json
        state, confidence = "none", Confidence.MEDIUM
    if state == "verified":
        return
    how = "encrypted, but open to everybody" if state == "encrypted" else "without TLS"
    local = is_loopback(address)
    who = "every local user" if local else "everybody who reaches the port"
    yield host.finding(
        f"{who} is root on the host: the engine listens on {host.value}, {how}",
        label=how,
        severity=HIGH if local else None,
        confidence=confidence,
        fix=_fix(engine, encrypted=state == "encrypted"),
    )


def _fix(engine: Engine, *, encrypted: bool) -> Fix:
    if encrypted and engine.tls.get(None):
        return set_value(
            engine.tlsverify,
            None,
            "ask clients for a certificate",
            risk=NEEDS_PROOF,
            mitigation="name the CA in tlscacert, and give every client a certificate that it has signed",
        )
    return advise(
        "close the port, or ask clients for a certificate",
        "remove the tcp:// entry and reach the engine through its socket (docker -H ssh://USER@HOST). Where a port is"
        ' needed: make a CA and certificates, use port 2376, and set "tlsverify": true, "tlscacert":'
        ' "/etc/docker/ca.pem", "tlscert": "/etc/docker/cert.pem", "tlskey": "/etc/docker/key.pem"',
    )


def address_of(host: str) -> str | None:
    """The address of a TCP listener; None for sockets. An empty one is localhost (moby, ``ParseTCPAddr``)."""
    protocol, found, rest = host.strip().partition("://")
    if found and protocol != "tcp":
        return None
    address = (rest if found else protocol).rpartition("@")[2]
    if "]" in address:
        return address.rpartition("]")[0].lstrip("[")
    return (address.rpartition(":")[0] if ":" in address else address) or "localhost"


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches it."""
    return address in {"localhost", "::1"} or address.startswith("127.")


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "hosts": [
    "unix:///var/run/docker.sock",
    "tcp://0.0.0.0:2375"  #! HH-NET-103
  ]
}
""",
        good="""
{
  "hosts": [
    "unix:///var/run/docker.sock",
    "tcp://0.0.0.0:2376"
  ],
  "tlsverify": true,
  "tlscacert": "/etc/docker/ca.pem",
  "tlscert": "/etc/docker/cert.pem",
  "tlskey": "/etc/docker/key.pem"
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{
  "hosts": ["tcp://10.0.0.5:2376"],  #! HH-NET-103
  "tls": true,
  "tlsverify": false
}
""",
        good="""
{
  "hosts": ["tcp://10.0.0.5:2376"],
  "tls": true
}
""",
    ),
    Example(
        "dockerd",
        bad="""
[Service]
ExecStart=
ExecStart=/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375  #! HH-NET-103
""",
        good="""
[Service]
ExecStart=
ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
""",
    ),
    Example(
        "shell",
        bad="""
dockerd --host=unix:///var/run/docker.sock --host=tcp://192.0.2.7:2375 &  #! HH-NET-103
""",
        good="""
dockerd --host=unix:///var/run/docker.sock --host=tcp://192.0.2.7:2376 --tlsverify --tlscacert=/ca.pem &
""",
    ),
]

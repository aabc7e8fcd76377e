"""Who reaches whom in constellations of networks: by `docker inspect`, by the matrix, and by netcat in the same place.

    python bench/network_matrix.py [--many N]

Starts engines of its own in network namespaces (as the tests do; needs root, docker.io, busybox-static). A row of the table
is one question. "inspect" is what a reader of `docker network inspect` and `docker ps` concludes: containers that share a
network (without enable_icc false) reach each other, a published port is reached from its address, nothing else is. "nc" is
busybox's netcat, started in the network namespace: the matrix has to agree with it. Exit 1 where it does not.

With --many N also how long the matrix of N containers on five networks takes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path[:0] = [str(Path(__file__).parent.parent / "tests")]

from docker_engine import running_engine  # noqa: E402
from hardhull.facts.network import HOST  # noqa: E402
from live_containers import facts, judged, remove  # noqa: E402
from served import IMAGE, Served, inspect, reach  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker_engine import Engine

ICC = "com.docker.network.bridge.enable_icc"
ANY: dict[str, str] = {"HostPort": "18080"}
FOUR: dict[str, str] = {"HostIp": "0.0.0.0", "HostPort": "18080"}  # noqa: S104
LOOPBACK: dict[str, str] = {"HostIp": "127.0.0.1", "HostPort": "18080"}


class Question(NamedTuple):
    """Does ``source`` reach port ``inner`` of ``target``; at an address of its own, or where it is published."""

    source: str
    target: str
    inner: int
    at: str = ""


class Case(NamedTuple):
    """A constellation: how it is made, what is asked, and rules of iptables that somebody else wrote."""

    name: str
    make: Callable[[Served], None]
    asked: tuple[Question, ...]
    rules: tuple[str, ...] = ()
    engine: str = "usual"
    rule: str = ""


def _pair(network: str, other: str = "", *bindings: dict[str, str], port: int = 90) -> Callable[[Served], None]:
    def make(served: Served) -> None:
        served.run("front", network, port, *bindings)
        served.run("asker", other or network)

    return make


def _loopback_only(served: Served) -> None:
    served.run("asker", "shop")
    body = {"Cmd": ["httpd", "-f", "-p", "127.0.0.1:90"], "Image": IMAGE, "HostConfig": {"NetworkMode": "shop"}}
    made = served.engine.send("POST", "/containers/create?name=front", **body)["Id"]
    served.names.append("front")
    served.engine.call("POST", f"/containers/{made}/start")
    served.wait("front", 90)


def _linked(served: Served) -> None:
    served.run("front", "bridge", 90)
    served.run("asker", "bridge", Links=["front:f"])


def _both(served: Served) -> None:
    served.run("front", "shop", 90)
    served.run("asker", "other")
    served.engine.send("POST", "/networks/shop/connect", Container="asker")


def _shared(served: Served) -> None:
    served.run("front", "shop", 90)
    served.run("beside", "container:front", 91)
    served.run("asker", "shop")


def _paused(served: Served) -> None:
    _pair("shop")(served)
    served.engine.call("POST", "/containers/front/pause")


def _silent(served: Served) -> None:
    """Published and exposed, and nothing listens there."""
    served.run("front", "shop", 91, ExtraHosts=[])
    served.run("asker", "shop")


OWN = (Question("asker", "front", 90),)
GATE = (
    Question("asker", "front", 90),
    Question("asker", "front", 90, "gateway"),
    Question(HOST, "front", 90, "127.0.0.1"),
)
CASES = (
    Case("default bridge", _pair("bridge"), OWN, rule="HH-NET-701"),
    Case("default bridge, linked", _linked, OWN),
    Case("default bridge, icc off", _pair("bridge"), OWN, engine="apart"),
    Case("one network", _pair("shop"), OWN),
    Case("two networks", _pair("shop", "other"), OWN),
    Case("on both networks", _both, OWN),
    Case("network with enable_icc false", _pair("apart"), OWN),
    Case("... and a rule that accepts before", _pair("apart"), OWN, ("-I FORWARD -j ACCEPT",), rule="HH-NET-701"),
    Case("one network, DOCKER-USER drops", _pair("shop"), OWN, ("-I DOCKER-USER -j DROP",)),
    Case("two networks, filter flushed", _pair("shop", "other"), OWN, ("-P FORWARD ACCEPT", "-F"), rule="HH-NET-701"),
    Case("two networks, engine without iptables", _pair("shop", "other"), OWN, engine="unfiltered", rule="HH-NET-701"),
    Case("published on all, other network", _pair("shop", "other", ANY), GATE, rule="HH-NET-702"),
    Case("... without userland proxy", _pair("shop", "other", ANY), GATE, engine="unproxied"),
    Case("published on loopback, other network", _pair("shop", "other", LOOPBACK), GATE, rule="HH-NET-704"),
    Case("published on all, internal network", _pair("shop", "inner", ANY), GATE),
    Case("internal network", _pair("inner"), OWN),
    Case("published on all, [::1]", _pair("shop", "other", ANY), (Question(HOST, "front", 90, "::1"),), rule="HH-NET-705"),
    Case("published on 0.0.0.0, [::1]", _pair("shop", "other", FOUR), (Question(HOST, "front", 90, "::1"),)),
    Case("listens on loopback of the container", _loopback_only, OWN),
    Case("nothing listens on the port", _silent, OWN),
    Case("shares the network of another", _shared, (Question("asker", "front", 91),)),
    Case("paused", _paused, OWN),
    Case("INPUT drops, published on all", _pair("shop", "other", ANY), (Question(HOST, "front", 90, "127.0.0.1"),),
         ("-A INPUT ! -i lo -m conntrack --ctstate NEW -j DROP", "-A INPUT -p tcp --dport 18080 -j DROP"), rule="HH-NET-703"),
)  # fmt: skip
ENGINES: dict[str, dict[str, Any]] = {
    "usual": {}, "apart": {"icc": False}, "unfiltered": {"iptables": False}, "unproxied": {"userland-proxy": False},
}  # fmt: skip


# ---- the three answers --------------------------------------------------------------------------------------------


def addresses(engine: Engine, question: Question) -> list[str]:
    """Where the question is asked."""
    settings = inspect(engine, question.target)["NetworkSettings"]["Networks"]
    if not question.at:
        return [each["IPAddress"] for each in settings.values() if each["IPAddress"]]
    if question.at != "gateway":
        return [question.at]
    own = inspect(engine, question.source)["NetworkSettings"]["Networks"]
    found = []
    for name in own:
        config = json.loads(engine.call("GET", f"/networks/{name}"))["IPAM"]["Config"]
        found += [each["Gateway"] for each in config if each.get("Gateway")]
    return found


def by_inspect(engine: Engine, question: Question) -> bool:
    """What inspection says: nothing of it knows what listens, and nothing of the packet filter."""
    target = inspect(engine, question.target)
    bindings = [each for some in (target["NetworkSettings"]["Ports"] or {}).values() for each in some or ()]
    if question.source == HOST:
        family = ":" in question.at
        return any((":" in each["HostIp"]) is family for each in bindings)
    if question.at:
        return False  # they share no network
    common = set(inspect(engine, question.source)["NetworkSettings"]["Networks"]) & set(
        target["NetworkSettings"]["Networks"]
    )
    for name in common:
        options = json.loads(engine.call("GET", f"/networks/{name}"))["Options"] or {}
        if options.get(ICC, "true") != "false":
            return True
    return any(question.source in link for link in target["HostConfig"]["Links"] or ())


def by_netcat(engine: Engine, question: Question) -> bool:
    """Whether netcat connects from the same namespace."""
    where = f"/run/netns/{engine.namespace}"
    if question.source != HOST:
        where = f"/proc/{inspect(engine, question.source)['State']['Pid']}/ns/net"
    port = 18080 if question.at else question.inner
    netcat = ["nsenter", f"--net={where}", shutil.which("busybox") or "busybox", "nc", "-w", "1"]
    return any(_connects([*netcat, address, str(port)]) for address in addresses(engine, question))


def _connects(words: list[str]) -> bool:
    """It gives up after a second where nobody answers; who is connected to a paused server waits for longer."""
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=4)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode == 0


def by_matrix(engine: Engine, question: Question) -> bool:
    """What the matrix says."""
    wanted = set(addresses(engine, question))
    return any(
        one.open and (one.source, one.target, one.inner) == question[:3] and one.address in wanted
        for one in reach(engine)
    )


# ---- the table ----------------------------------------------------------------------------------------------------


@contextmanager
def rules(engine: Engine, wanted: tuple[str, ...]) -> Iterator[None]:
    """Rules of the packet filter for a while; all of it is put back."""
    enter = ["nsenter", f"--net=/run/netns/{engine.namespace}"]
    kept = subprocess.run([*enter, "iptables-save"], capture_output=True, check=True).stdout
    for each in wanted:
        subprocess.run([*enter, "iptables", *each.split()], check=True)
    try:
        yield
    finally:
        if wanted:
            subprocess.run([*enter, "iptables-restore"], input=kept, check=True)


def row(engine: Engine, case: Case) -> tuple[int, int]:
    """Prints the questions of a case; how many answers of inspection, and of the matrix, are not netcat's."""
    served = Served(engine)
    wrong = other = 0
    try:
        case.make(served)
        with rules(engine, case.rules):
            found = {one.rule for one in judged(facts(engine, "network"), engine.socket.parent).findings}
            for question in case.asked:
                said, real, true = (ask(engine, question) for ask in (by_inspect, by_matrix, by_netcat))
                wrong += said is not true
                other += real is not true
                told = f"{question.source} to {question.inner}" + (f" at {question.at}" if question.at else "")
                marks = ["yes" if each else "no" for each in (said, real, true)]
                named = case.rule if case.rule in found else f"{case.rule} missed" if case.rule else ""
                print(
                    f"{case.name:38} {told:30} {marks[0]:8} {marks[1]:7} {marks[2]:5} {'<' if said is not true else ' '} {named}"
                )
        other += bool(case.rule) and case.rule not in found
    finally:
        if any(inspect(engine, name)["State"].get("Paused") for name in served.names):
            engine.call("POST", "/containers/front/unpause")
        remove(engine, served.names)
    return wrong, other


def prepare(engine: Engine) -> None:
    engine.add_image(IMAGE)
    for name, settings in (
        ("shop", {}),
        ("other", {}),
        ("apart", {"Options": {ICC: "false"}}),
        ("inner", {"Internal": True}),
    ):
        engine.send("POST", "/networks/create", Name=name, **settings)


def many(engine: Engine, number: int) -> None:
    """How long it takes for many containers."""
    served = Served(engine)
    names = [f"part{index}" for index in range(5)]
    try:
        for name in names:
            engine.send("POST", "/networks/create", Name=name)
        for index in range(number):
            served.run(f"many{index}", names[index % 5], 8000 + index % 7)
        begun, cpu = time.perf_counter(), _cpu()
        tried = reach(engine)
        seconds, used = time.perf_counter() - begun, _cpu() - cpu
        right = all(one.open == one.intended for one in tried)
        print(f"{number} containers, {len(tried)} connections, {sum(one.open for one in tried)} accepted, "
              f"{'as meant' if right else 'NOT as meant'}: {seconds:.2f} s, {used:.2f} CPU-s")  # fmt: skip
    finally:
        remove(engine, served.names)


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main() -> int:
    """Runs it."""
    words = argparse.ArgumentParser()
    words.add_argument("--many", type=int, default=0)
    options = words.parse_args()
    wrong = other = asked = 0
    print(f"{'constellation':38} {'question':30} {'inspect':8} {'matrix':7} {'nc':5}   rule")
    for key, config in ENGINES.items():
        with running_engine(key[:4], config) as engine:
            os.environ["DOCKER_HOST"] = f"unix://{engine.socket}"
            prepare(engine)
            for case in (each for each in CASES if each.engine == key):
                counts = row(engine, case)
                wrong, other, asked = wrong + counts[0], other + counts[1], asked + len(case.asked)
            if options.many and key == "usual":
                many(engine, options.many)
    print(
        f"{len(CASES)} constellations, {asked} questions: inspection is wrong in {wrong}, the matrix and its rules in {other}"
    )
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())

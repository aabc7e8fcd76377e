"""Fixes that several rules about workloads offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.capabilities import ALL, normal
from hardhull.facts.parts import Attachment, Mount
from hardhull.facts.recipe import is_root
from hardhull.model.change import Add, Change, Drop, Fix, Pin, SetTo, Swap
from hardhull.rules.fix import NEEDS_PROOF, SAFE, advise, change
from hardhull.rules.needs import needs_of

if TYPE_CHECKING:
    from hardhull.facts.parts import Port
    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field

PROVE: Final = "prove it first: start it, use it, and look for `Operation not permitted` in its logs"
SUBNET: Final = "172.30.0.0/24"
LOG_SIZE: Final = ("max-size", "10m")
LOG_FILES: Final = ("max-file", "3")
"""30 MB in all: what Docker's own documentation shows for json-file."""


def drop_all(workload: Workload) -> Fix:
    """All capabilities go; what is added stays, and what the image is known to need is added."""
    needed, basis = needed_capabilities(workload)
    had = {normal(item.get("")) for item in workload.cap_add.get(())}
    dropped = [item for item in workload.cap_drop.get(()) if item.known]
    changes: list[Change] = [Drop("cap_drop", item) for item in dropped] if _all_known(workload.cap_drop) else []
    changes.append(Add("cap_drop", ALL))
    if ALL not in had:
        changes += [Add("cap_add", name) for name in needed if name not in had]
    kept = [name for name in needed if ALL not in had and name not in had]
    title = "drop all capabilities" + (f", add {', '.join(kept)}" if kept else "")
    return change(title, *changes, risk=NEEDS_PROOF, mitigation=PROVE, basis=basis)


def _all_known(items: Field[Any]) -> bool:
    return items.known and all(item.known for item in items.value)


def needed_capabilities(workload: Workload) -> tuple[tuple[str, ...], str]:
    """What the image needs as the user that it runs as, and where that is known from."""
    needs = needs_of(workload)
    if needs is None:
        return (), ""
    user = workload.effective_user.get("")
    names = needs.capabilities if not user or is_root(user) else ()
    if needs.low_port and workload.runtime in {"kubernetes", "podman"} and is_root(user or "root"):
        names = (*names, "NET_BIND_SERVICE")
    return tuple(sorted(names)), f"what the entrypoint of {needs.name} uses" if names else ""


def no_new_privileges() -> Fix:
    """The option that keeps setuid programs from raising privileges."""
    return change(
        "forbid new privileges",
        SetTo("no_new_privileges", True),
        risk=NEEDS_PROOF,
        mitigation="prove it first: what calls sudo, su or another setuid program fails; gosu and su-exec work",
    )


def read_only_root(workload: Workload) -> Fix:
    """The root filesystem becomes read-only, with memory for the folders that are written to."""
    needs = needs_of(workload)
    writes = needs.writes if needs is not None else ("/tmp",)
    taken = [item.value.target.rstrip("/") for item in workload.mounts.get(()) if item.known]
    free = [path for path in writes if not any(path == one or path.startswith(f"{one}/") for one in taken)]
    mounts = [Add("mounts", Mount("tmpfs", None, path)) for path in free]
    title = (
        f"make the root filesystem read-only, with memory for {' and '.join(free)}"
        if free
        else ("make the root filesystem read-only")
    )
    basis = f"what {needs.name} writes beside its volumes" if needs else "programs expect to write there"
    return change(
        title,
        SetTo("read_only", True),
        *mounts,
        risk=NEEDS_PROOF,
        mitigation="prove it first: `docker diff` after real use lists what it writes; give each a volume or tmpfs",
        basis=basis if free else "",
    )


def rotation(workload: Workload) -> Fix:
    """Logs in files of a bounded size."""
    changes: list[Change] = []
    written = workload.log_driver.get(None) if workload.log_driver.written else None
    engine = workload.engine.get(None)
    sure = written == "json-file" or (engine is not None and engine.log_driver.get("") in {"", "json-file"})
    if written != "json-file":
        changes.append(SetTo("log_driver", "json-file"))
    changes += [Add("log_options", LOG_SIZE), Add("log_options", LOG_FILES)]
    look = "look whether the engine sends logs elsewhere: `docker info --format '{{.LoggingDriver}}'`"
    return change(
        "rotate its logs: three files of 10 MB",
        *changes,
        risk=SAFE if sure else NEEDS_PROOF,
        mitigation="" if sure else look,
        basis="the values of Docker's documentation",
    )


def back_to_default(field: Field[Any], title: str, mitigation: str, *, default: Any = None) -> Fix:
    """A setting goes, so that the default counts again."""
    return change(title, SetTo(field.name, default), risk=NEEDS_PROOF, mitigation=mitigation)


def pin(workload: Workload) -> Fix:
    """The image is named by its digest."""
    image = workload.image
    return change(
        "add the digest to the name",
        Pin("image", image.get(None) or "", image.place),
        risk=SAFE,
        mitigation="renew the digest regularly (Renovate, Dependabot), or security updates never arrive",
        basis="what the tag stands for today, as an engine or the registry says",
    )


def to_loopback(workload: Workload, item: Field[Port]) -> Fix:
    """A port is published to the host itself only."""
    port = item.value
    if workload.runtime in {"kubernetes", "swarm"}:
        return advise("publish it to those who need it", "an internal Service, or a network policy that names them")
    return change(
        f"publish port {port.host or port.container} on 127.0.0.1 only",
        Swap("ports", item, port._replace(host_ip="127.0.0.1")),
        risk=NEEDS_PROOF,
        mitigation="who reaches it from other machines no longer does: put a proxy with TLS in front, or allow it "
        "with allowed-ports in hardhull.toml",
    )


def out_of_environment(workload: Workload, name: str) -> Fix:
    """A secret comes from a file; only a person can make its new value and put it there."""
    low = name.lower().replace("_", "-")
    text = snippet(
        workload,
        compose=f"""environment:
  {name}_FILE: /run/secrets/{low}   # images that know no _FILE: let the entrypoint read the file
secrets: [{low}]

# at the top level
secrets:
  {low}:
    file: ./secrets/{low}   # not in git""",
        kubernetes=f"""- name: {name}
  valueFrom:
    secretKeyRef: {{name: {low}, key: value}}
# kubectl create secret generic {low} --from-file=value=./{low}""",
        swarm=f"docker secret create {low} ./{low}; then --secret {low} and --env {name}_FILE=/run/secrets/{low}",
        docker=f"--env {name}_FILE=/run/secrets/{low} --volume ./secrets/{low}:/run/secrets/{low}:ro",
    )
    title = f"give it {name} as a secret, and make a new value: the old one is in this file's history"
    return advise(title, text)


def own_network(workload: Workload) -> Fix:
    """A network of its own; in Compose for all services of the project, so that they still reach each other."""
    if workload.neighbours.get(()):
        network = Attachment("app", declared=True, driver="bridge", subnets=(SUBNET,))
        return change(
            "put the project on a network of its own",
            Add("networks", network),
            risk=NEEDS_PROOF,
            mitigation="prove it first; then split it: services that need not talk belong on different networks",
            basis=f"{SUBNET} is free unless another network of this host has it",
        )
    return advise(
        "put it on a network of its own",
        f"docker network create --subnet {SUBNET} app, then --network app for it and for those that it talks to",
    )


def snippet(workload: Workload, **texts: str) -> str:
    """The text to paste for the runtime that obeys the workload, else the one for ``docker``."""
    kind = "compose" if workload.syntax == "compose" else workload.runtime
    return texts.get(kind) or texts.get("docker", "")


__all__ = [
    "PROVE", "back_to_default", "drop_all", "needed_capabilities", "no_new_privileges", "out_of_environment",
    "own_network", "pin", "read_only_root", "rotation", "snippet", "to_loopback",
]  # fmt: skip

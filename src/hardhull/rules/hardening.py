"""Fixes that several rules about workloads offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.capabilities import ALL, normal
from hardhull.facts.parts import Mount
from hardhull.facts.recipe import is_root
from hardhull.model.change import Add, Change, Drop, Fix, Pin, SetTo, Swap
from hardhull.rules import observed_fixes
from hardhull.rules.fix import NEEDS_PROOF, SAFE, advise, change
from hardhull.rules.needs import STEP_DOWN, file_capabilities, needs_of
from hardhull.rules.observed import glimpsed, needed_here
from hardhull.rules.ports import serves_others
from hardhull.rules.questions import image_name, known_base

if TYPE_CHECKING:
    from hardhull.facts.bases import KnownBase
    from hardhull.facts.parts import Port
    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field

PROVE: Final = "prove it first: start it, use it, and look for `Operation not permitted` in its logs"
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
    """What the image needs as the user that it runs as, and where that is known from.

    An entrypoint that gives its data to another user and becomes that one needs the same in every image, also in one
    that is built here on top of it; images after the model of linuxserver.io take that user's number from PUID.
    """
    found = glimpsed(workload)
    if found is not None and found.sees("capabilities"):
        return needed_here(found, workload), found.basis
    stamped = file_capabilities(workload)
    if stamped:
        return tuple(sorted(stamped)), f"what the program of {image_name(workload)} has written at its file"
    user = workload.effective_user.get("") or workload.user.get(None) or ""
    if user and not is_root(user):
        return (), ""
    needs = needs_of(workload)
    if needs is not None:
        names = needs.capabilities
        if needs.low_port and workload.runtime in {"kubernetes", "podman"}:
            names = (*names, "NET_BIND_SERVICE")
        return tuple(sorted(names)), f"what the entrypoint of {needs.name} uses" if names else ""
    base = _base(workload)
    if base is not None and base.drops_to:
        return STEP_DOWN, f"the entrypoint of {base.name} starts as root and becomes {base.drops_to}"
    if any(item.known and item.value.name == "PUID" for item in workload.env.get(())):
        return STEP_DOWN, "its entrypoint starts as root and becomes the user PUID"
    return (), ""


def _base(workload: Workload) -> KnownBase | None:
    """The well-known image that it is, or that its Dockerfile goes on from without an entrypoint of its own."""
    recipe = workload.recipe.get(None)
    if recipe is None:
        return known_base(workload)
    root = recipe.root_stage
    return root.known if root is not None and not recipe.entrypoint.written else None


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
    found = glimpsed(workload)
    if found is not None and found.sees("files") and workload.mounts.known:
        return observed_fixes.read_only(workload, found)
    needs = needs_of(workload)
    lost = next((path for path in (needs.data if needs else ()) if not _is_mounted(workload, path)), "")
    if needs is not None and lost:
        return advise(
            f"give {lost} a volume, then make the root filesystem read-only",
            f"{needs.name} keeps its data there: with a read-only root it does not start, in memory they would be lost",
        )
    if needs is not None and needs.changes and not _is_mounted(workload, needs.changes):
        return advise(
            f"give {needs.changes} a volume with the files of the image, then make the root filesystem read-only",
            f"{needs.name} changes files there while it starts; a named volume begins with a copy of them, memory is "
            "empty",
        )
    mounts = scratch(workload)
    folders = " and ".join(each.item.target for each in mounts)
    basis = f"what {needs.name} writes beside its volumes" if needs else "programs expect to write there"
    return change(
        "make the root filesystem read-only" + (f", with memory for {folders}" if folders else ""),
        SetTo("read_only", True),
        *mounts,
        risk=NEEDS_PROOF,
        mitigation="prove it first: `docker diff` after real use lists what it writes; give each a volume or tmpfs",
        basis=basis if folders else "",
    )


def scratch(workload: Workload) -> list[Add]:
    """Memory for the folders that the image writes to and that no mount of the workload covers."""
    needs = needs_of(workload)
    writes = needs.writes if needs is not None else ("/tmp",)
    return [Add("mounts", Mount("tmpfs", None, path)) for path in writes if not _is_mounted(workload, path)]


def _is_mounted(workload: Workload, path: str) -> bool:
    """Whether a mount is a folder or holds it."""
    taken = [item.value.target.rstrip("/") for item in workload.mounts.get(()) if item.known]
    return any(path == one or path.startswith(f"{one}/") for one in taken)


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


HOST_TOOLS: Final = (
    "node-exporter", "node_exporter", "cadvisor", "datadog", "netdata", "sysdig", "newrelic", "falco", "ebpf",
    "glances", "wazuh", "calico", "cilium", "flannel", "kube-proxy", "metallb", "multus", "keepalived", "netfilter",
    "fail2ban", "dind", "buildkit", "binfmt", "csi-",
)  # fmt: skip
"""Parts of the names of images whose work is on the host: they watch it, give it networks, or start containers."""


def off_the_host(workload: Workload, field: Field[Any], title: str, mitigation: str, *, default: Any = None) -> Fix:
    """A setting that leads to the host goes, unless the image's work is there."""
    image = workload.image.get(None) or ""
    if any(part in image for part in HOST_TOOLS):
        return advise(
            "decide whether its work on the host is worth that",
            f"{image} works on the host itself: its documentation says what it needs less than all; what stays is said "
            "with `# hardhull: ignore[...] -- reason`",
        )
    return back_to_default(field, title, mitigation, default=default)


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
    number = port.host or port.container
    if serves_others(workload, port):
        return advise(
            f"say that port {number} is meant for everybody, or publish it where it is needed",
            f'in hardhull.toml: allowed-ports = ["{number}"]; or with an address of the host in front, which only the '
            "right network reaches",
        )
    return change(
        f"publish port {number} on 127.0.0.1 only",
        Swap("ports", item, port._replace(host_ip="127.0.0.1")),
        risk=NEEDS_PROOF,
        mitigation="who reaches it from other machines no longer does: put a proxy with TLS in front, or allow it "
        "with allowed-ports in hardhull.toml",
    )


def own_network(workload: Workload) -> Fix:
    """Networks for those who have to talk; who that is a person knows. One network for all would divide nobody."""
    if workload.neighbours.get(()):
        return advise("divide the project: only who has to talk shares a network", DIVIDED)
    return advise(
        "put it on a network of its own",
        "docker network create app, then --network app for it and for those that it talks to",
    )


DIVIDED: Final = """services:
  web:   # faces the world
    networks: [front]
  app:
    networks: [front, back]
  db:
    networks: [back]
networks:
  front:
  back:
    internal: true   # no way out to other networks either"""


def snippet(workload: Workload, **texts: str) -> str:
    """The text to paste for the runtime that obeys the workload, else the one for ``docker``."""
    kind = "compose" if workload.syntax == "compose" else workload.runtime
    return texts.get(kind) or texts.get("docker", "")


__all__ = [
    "PROVE", "back_to_default", "drop_all", "needed_capabilities", "no_new_privileges", "off_the_host",
    "own_network", "pin", "read_only_root", "rotation", "scratch", "snippet", "to_loopback",
]  # fmt: skip

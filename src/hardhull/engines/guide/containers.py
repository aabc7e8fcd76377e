"""Recipes about what one container may do: a container with these settings, and what the kernel says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.engines.guide.ground import BREAKS, NO_OP, OUTDATED, WORKS, capabilities
from hardhull.engines.probe import ProbeError
from hardhull.guide import Live

if TYPE_CHECKING:
    from hardhull.engines.guide.ground import Ground
    from hardhull.guide import Recipe

NET_BIND: Final = 1 << 10
"""CAP_NET_BIND_SERVICE (linux/capability.h)."""


def _cap_drop(ground: Ground, _recipe: Recipe) -> Live:
    found = ground.status({"CapDrop": ["ALL"], "CapAdd": ["NET_BIND_SERVICE"]}, {"User": "101:101"})
    held, before = capabilities(found), capabilities(ground.bare).bit_count()
    seen = f"CapBnd has {held.bit_count()} capabilities, and {before} without it; it runs as {found['Uid'].split()[0]}"
    return Live(WORKS if held == NET_BIND else NO_OP, seen)


def _cap_drop_one(ground: Ground, _recipe: Recipe) -> Live:
    held, before = capabilities(ground.status({"CapDrop": ["NET_ADMIN", "SYS_ADMIN"]})), capabilities(ground.bare)
    left = capabilities(ground.status({"CapDrop": ["ALL"]}))
    seen = f"CapBnd is {held:016x} with it and {before:016x} without"
    return Live(NO_OP if held == before else WORKS, seen, f"CapBnd is {left:016x}")


def _user(ground: Ground, _recipe: Recipe) -> Live:
    found = ground.status({}, {"User": "10001:10001"})
    ids = found["Uid"].split()
    seen = f"the first process has the ids {found['Uid']}, and {ground.bare['Uid']} without"
    return Live(WORKS if len(set(ids)) == 1 and ids != ground.bare["Uid"].split() else NO_OP, seen)


def _new_privileges(ground: Ground, _recipe: Recipe) -> Live:
    found = ground.status({"SecurityOpt": ["no-new-privileges:true"], "CapDrop": ["ALL"]})["NoNewPrivs"]
    return Live(WORKS if found == "1" else NO_OP, f"NoNewPrivs is {found}, and {ground.bare['NoNewPrivs']} without")


def _new_privileges_false(ground: Ground, _recipe: Recipe) -> Live:
    found = ground.status({"SecurityOpt": ["no-new-privileges:false"]})["NoNewPrivs"]
    right = ground.status({"SecurityOpt": ["no-new-privileges:true"]})["NoNewPrivs"]
    return Live(NO_OP if found == "0" else WORKS, f"NoNewPrivs is {found}", f"NoNewPrivs is {right}")


def _seccomp(ground: Ground, recipe: Recipe) -> Live:
    try:
        found = ground.status({"SecurityOpt": [f"seccomp={recipe.recipe}"]})
    except ProbeError as error:
        return Live(BREAKS, f"no container starts with it: {str(error)[:200]}")
    return Live(WORKS, f"a container runs with it, Seccomp is {found.get('Seccomp')}")


def _content_trust(ground: Ground, _recipe: Recipe) -> Live:
    """The probe's image was made a moment ago, and nobody has signed it."""
    ground.status({})
    return Live(OUTDATED, "the engine started an image that nobody has signed: only the docker command looks")


CONTAINERS: Final = {
    "cap-drop": _cap_drop,
    "cap-drop-one": _cap_drop_one,
    "compose-user": _user,
    "no-new-privileges": _new_privileges,
    "no-new-privileges-false": _new_privileges_false,
    "seccomp-five-calls": _seccomp,
    "content-trust": _content_trust,
}

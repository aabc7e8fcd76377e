"""``hardhull fix image:NAME``: newer packages for a built image, in its Dockerfile or as an image on top of it."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.cli.errors import FAILED, USAGE, UserError
from hardhull.cli.live import split
from hardhull.cli.output import view_for, write
from hardhull.cli.refused import need_posix, telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.cli.fix import Request
    from hardhull.cli.image_recipes import Newer, Written
    from hardhull.images.cache import Cache
    from hardhull.images.inventory import Inventory
    from hardhull.images.reading import ReadImage
    from hardhull.model.advisory import Vulnerability
    from hardhull.rebuild.page import Told
    from hardhull.rebuild.plan import Rebuild
    from hardhull.rebuild.prove import Look, Proof

PREFIX = "image:"


class Seen(NamedTuple):
    """An image, read and looked up."""

    image: ReadImage
    held: Inventory
    found: tuple[Vulnerability, ...]


def fix(targets: tuple[str, ...], request: Request) -> int:
    """Plans, shows, and with ``--apply`` does it.

    Raises:
        UserError: it cannot be done, or was taken back.
    """
    asked = split(targets)
    name = _name(targets)
    if request.form == "patch" or request.way not in {"edit", "recreate"}:
        what = "a patch" if request.form == "patch" else f"--as {request.way}"
        raise UserError(
            f"{what} cannot be made of an image", "it is no file", "use --format json, or --as recreate", USAGE
        )
    from hardhull.cli.image_recipes import in_dockerfile
    from hardhull.images.cache import Cache, default_folder
    from hardhull.rebuild.page import Told
    from hardhull.rebuild.pins import lines
    from hardhull.rebuild.plan import rebuild
    from hardhull.rebuild.recipe import USER, derived

    cache = Cache(default_folder())
    seen = _seen(name, request, cache, planning=True)
    user = seen.image.image.config.get("User") or ""
    if user and not USER.fullmatch(str(user)):
        raise UserError(f"cannot upgrade {name}", "its user is no word", "see `docker image inspect`", FAILED)
    plan = rebuild(name, seen.image.image.id, str(user), seen.found, _shows(seen.image))
    edit = None
    if request.way != "recreate" and (plan.upgrades or any(one.fixed for one in plan.left)):
        edit = in_dockerfile(plan, seen.image, asked.paths, _newer(request, cache))
    if edit is None:
        told = Told(plan, "image", derived(plan.id, plan.orders, plan.user) if plan.upgrades else "")
    else:
        told = Told(
            edit.plan, "Dockerfile", edit.text, edit.path, edit.line, base=edit.base, pins=tuple(lines(edit.pins))
        )
    if request.apply and told.plan.upgrades:
        need_posix()
        told = _write(told, edit) if edit else _build(told, seen, request, cache)
    cache.close()
    _show(told, targets, request)
    return 0


def _name(targets: tuple[str, ...]) -> str:
    """The image's name with its tag.

    Raises:
        UserError: it is none that could be given to another image.
    """
    from hardhull.facts.reference import InvalidReferenceError, parse

    asked = split(targets)
    if len(asked.images) != 1 or asked.live or not asked.images[0].startswith(PREFIX):
        what = f"cannot fix {' '.join(targets)}"
        how = "name one image of the local engine, and its Dockerfile where that is elsewhere: image:NAME ./Dockerfile"
        raise UserError(what, "of built images, one of the engine is upgraded at a time", how, USAGE)
    text = asked.images[0].removeprefix(PREFIX)
    try:
        reference = parse(text)
    except InvalidReferenceError as error:
        raise UserError(f"cannot fix {text}", str(error), "name it as `docker images` does", USAGE) from None
    if reference.digest or re.fullmatch(r"[0-9a-f]{12,64}", text):
        raise UserError(f"cannot fix {text}", "a digest always means the same image", "name it by its tag", USAGE)
    return text if reference.tag else f"{text}:latest"


def _seen(name: str, request: Request, cache: Cache, kind: str = PREFIX, *, planning: bool = False) -> Seen:
    from hardhull.images.errors import ImageError
    from hardhull.images.inventory import inventory
    from hardhull.images.packages import Packages
    from hardhull.images.targets import parsed, read_target

    try:
        target = parsed(f"{kind}{name}")
        if target is None:
            raise AssertionError(name)
        image = read_target(target, [Packages()], cache)
    except ImageError as error:
        raise UserError(f"cannot read {name}", error.why, error.how, FAILED) from None
    if image.broken:
        raise UserError(f"cannot read {name}", image.broken[0][1], "build the image again", FAILED)
    held = inventory(image)
    return Seen(image, held, _found(held, request, planning=planning))


def _found(held: Inventory, request: Request, *, planning: bool) -> tuple[Vulnerability, ...]:
    from hardhull.advisories.database import DatabaseError, reading, usual_path
    from hardhull.advisories.lookup import look_up
    from hardhull.scan.config import ConfigError, load_policy
    from hardhull.scan.discover import find_root

    here = Path.cwd()
    try:
        policy = load_policy(find_root([here]), request.config, start=here)
        with closing(reading(usual_path())) as database:
            today = datetime.now(UTC).date().isoformat()
            outcome = look_up(database, held.packages, held.distribution, today, policy.advisory_days)
    except DatabaseError as error:
        raise UserError("nothing is known of its packages", error.why, error.how, FAILED) from None
    except ConfigError as error:
        raise UserError(f"cannot use {error.path}", error.what, error.how) from None
    failed = next((one for one in outcome.not_checked if one.kind == "failed"), None)
    if failed is not None and not outcome.found and planning:  # else what was planned is looked up, and may be gone
        raise UserError(f"cannot plan: {failed.what} not checked", failed.why, failed.how, FAILED)
    return outcome.found


def _shows(image: ReadImage) -> Callable[[str], bool]:
    """Whether the image shows a path; folders above it that are links into ``usr`` (merged /usr) are not followed."""
    from functools import cache as once

    from hardhull.images.merge import Shown

    @once
    def shown() -> set[str]:
        found = Shown(image.layers)
        layers = zip(image.layers, found.gone, strict=True)
        return {path for layer, gone in layers if layer is not None for path in set(layer.files.paths) - gone}

    return lambda path: path in shown()


# ---- in the Dockerfile --------------------------------------------------------------------------------------------


def _newer(request: Request, cache: Cache) -> Newer | None:
    """How to ask for a newer base; None where neither the engine's nor a registry's digests were asked for."""
    if not request.engine and not request.online:
        return None
    kind = PREFIX if request.engine else "registry:"

    def look(name: str) -> tuple[Vulnerability, ...] | None:
        try:
            return _seen(name, request, cache, kind).found
        except UserError:
            return None

    from hardhull.cli.image_recipes import Newer

    return Newer(look, engine=request.engine, online=request.online)


def _write(told: Told, edit: Written) -> Told:
    from hardhull.cli.journals import journal_of

    journal = journal_of(edit.root)
    with telling(journal):
        receipt = journal.apply(f"fix {PREFIX}{told.plan.name}: {len(told.plan.words)} packages", list(edit.changes))
    return told._replace(receipt=receipt.id)


# ---- as an image on top -------------------------------------------------------------------------------------------


def _build(told: Told, seen: Seen, request: Request, cache: Cache) -> Told:
    from hardhull.cli.fix_live import state
    from hardhull.cli.journals import journal_of
    from hardhull.rebuild.kind import action, names

    plan = told.plan
    kept, built = names(plan.name, plan.id)
    proofs: list[Proof] = []

    def verify() -> list[str]:
        proofs.append(_proved(plan, seen, built, request, cache))
        return list(proofs[-1].complaints)

    journal = journal_of(state())
    with telling(journal):
        title = f"fix {PREFIX}{plan.name}: {len(plan.words)} packages"
        receipt = journal.apply(title, [], verify, [action(plan)])
    return told._replace(receipt=receipt.id, proof=proofs[-1], kept=kept)


def _proved(plan: Rebuild, seen: Seen, built: str, request: Request, cache: Cache) -> Proof:
    from hardhull.deploy.engine import asked
    from hardhull.rebuild.prove import prove

    now = _seen(built, request, cache)
    with asked() as client:
        return prove(client, plan, _look(seen), _look(now), unproven=request.risk == "all")


def _look(seen: Seen) -> Look:
    from hardhull.rebuild.prove import Look

    return Look(seen.image.image.id, seen.image.image.config, seen.held.packages, seen.found)


def _show(told: Told, targets: tuple[str, ...], request: Request) -> None:
    from hardhull.rebuild.page import as_json, render, summary

    if request.form == "json":
        write([as_json(told)], request.output)
    elif request.quiet:
        write([f"{'applied' if told.receipt else 'plan'}: {summary(told)}\n"], request.output)
    else:
        ways = ("--as", request.way) if request.way != "edit" else ()
        words = ["hardhull", "fix", *targets, *ways, *(("--risk", request.risk) if request.risk != "safe" else ())]
        view = view_for(request.output)._replace(everything=request.everything, command=" ".join(words))
        write(render(told, view), request.output)

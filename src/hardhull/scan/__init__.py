"""Discover, read, link, judge, ignore, score: from targets to a result."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull import __version__
from hardhull.model.result import LIVE, NotChecked, Result, Target
from hardhull.model.source import Source
from hardhull.scan.discover import Candidate, Discovery, common_folder, discover, find_root
from hardhull.scan.kinds import kinds_of_stream
from hardhull.scan.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.fact import Fact
    from hardhull.facts.local_image import LocalImages
    from hardhull.leaks.hit import LeakedIn
    from hardhull.model.result import Control, Found
    from hardhull.rules.policy import Policy
    from hardhull.scan.discover import AddContents
    from hardhull.scan.ignore import Ignores
    from hardhull.scan.judge import Judgement, Offer
    from hardhull.scan.record import Afresh, Work

__all__ = ["Examination", "Options", "examine", "gather", "judge_files", "scan"]


class Options(NamedTuple):
    """How to scan.

    Attributes:
        config: a configuration file that the person named; found at the root otherwise.
        today: ISO date that ignores expire against; the result depends on it and on nothing else outside the tree.
        ignores: whether ignore comments and rules hide findings.
        facts: whether the result carries the facts as well.
        strict: whether a fault of ours is raised; for tests.
        stdin: the bytes of the target ``-``.
        live: a document of facts about this machine, judged beside the files; empty where none was collected.
        built: documents about built images (``hardhull-image/1``), each with the name of its target.
        line_hashes: whether findings carry the names that GitHub gives to lines.
        quotes: whether findings carry the lines that they point at.
        leaks: what built images leak, each with the name of its target.
        contents: adds what built images hold to what was discovered; None where no image was named.
        secrets: whether every file is searched for secrets, those too that no reader is for.
        images: where the images that the tree names are looked up; nowhere by default, so that nothing is asked.
    """

    config: Path | None = None
    today: str = ""
    ignores: bool = True
    facts: bool = False
    strict: bool = False
    stdin: bytes = b""
    live: bytes = b""
    built: tuple[tuple[str, bytes], ...] = ()
    line_hashes: bool = False
    quotes: bool = True
    images: LocalImages | None = None
    secrets: bool = False
    leaks: tuple[tuple[str, tuple[LeakedIn, ...]], ...] = ()
    contents: AddContents | None = None


def scan(targets: Sequence[str], options: Options) -> Result:
    """Scans files and folders (``-`` is standard input).

    Raises:
        NoSuchTargetError: a target does not exist.
        ConfigError: the configuration cannot be used.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    found, policy = gather(targets, options)
    result = judge_files(found, policy, options)
    seconds = round(time.perf_counter() - clock, 3)
    return result._replace(started=started.isoformat(timespec="seconds"), seconds=seconds)


def gather(targets: Sequence[str], options: Options) -> tuple[Discovery, Policy]:
    """The files of the targets, and what the team decided about them.

    Raises:
        NoSuchTargetError: a target does not exist.
        ConfigError: the configuration cannot be used.
    """
    from hardhull.scan.config import load_policy

    paths = [target for target in targets if target != "-"]
    start = common_folder([Path(path) for path in paths])
    root = find_root([start])
    policy = load_policy(root, options.config, start=start)
    found = discover(paths, policy.exclude, root)
    if options.secrets:
        from hardhull.scan.leaks import with_secrets

        found = with_secrets(found, paths, policy.exclude, _today(options))
    if options.leaks:
        from hardhull.scan.leaks import image_leaks

        facts = (fact for name, leaked in options.leaks for fact in image_leaks(name, leaked, _today(options)))
        found = found._replace(facts=(*found.facts, *facts))
    if options.contents is not None:
        found = options.contents(found, policy)
    if "-" in targets:
        _take_stdin(found, options.stdin)
    if options.live:
        found.files.append(Candidate(Source(LIVE, options.live), ("live",)))
    found.files.extend(Candidate(Source(name, data), ("image",)) for name, data in options.built)
    return found, policy


class Examination(NamedTuple):
    """A scan with what it was made from.

    Attributes:
        result: what it says, as plain data.
        facts: what was read.
        offers: every finding with its fact and fixes.
        unknown: path and subject of the facts of which a rule had to know what nobody can.
        tree: the files.
        work: what a scan of them after some changes need not do again; None where nobody goes on.
    """

    result: Result
    facts: list[Fact]
    offers: list[Offer]
    unknown: frozenset[tuple[str, str]]
    tree: Tree
    work: Work | None = None


def judge_files(found: Discovery, policy: Policy, options: Options) -> Result:
    """Reads, links and judges files that were discovered (or made up by a test)."""
    from hardhull.scan.record import Afresh

    return _examined(Tree(found.root, found.files), found, policy, options, Afresh(), offers=False).result


def examine(found: Discovery, policy: Policy, options: Options, *, earlier: Examination | None = None) -> Examination:
    """The same, for whoever goes on with the facts.

    Args:
        found: the files.
        policy: what the team decided.
        options: how to scan.
        earlier: the same folder, policy and options, before some of the files changed: what did not is neither read nor
            judged again. The outcome is the same without it.
    """
    from hardhull.scan.record import Record

    record = Record(earlier.work if earlier else None)
    tree = Tree(found.root, found.files, earlier.tree.named if earlier else None)
    return _examined(tree, found, policy, options, record, offers=True)._replace(work=record.work)


def _examined(
    tree: Tree, found: Discovery, policy: Policy, options: Options, record: Afresh, *, offers: bool
) -> Examination:
    from hardhull.facts.local_image import nothing
    from hardhull.scan.attack import attack_paths
    from hardhull.scan.checklist import checklist
    from hardhull.scan.credentials import without_credentials
    from hardhull.scan.ignore import Ignores
    from hardhull.scan.judge import Judge
    from hardhull.scan.kept import attach
    from hardhull.scan.link import link
    from hardhull.scan.read import Reading
    from hardhull.scan.score import counted, score

    asked = options.images
    reading = Reading(tree, strict=options.strict, images=asked.find if asked else nothing, record=record)
    reading.run()
    reading.take(found.facts)
    if found.facts:
        from hardhull.scan.leaks import at_instructions

        at_instructions(reading.facts)
    link(reading.facts, tree, reading.images, record)
    attach(reading.facts, tree, reading.not_checked, record)
    ignores = Ignores(_today(options), policy.ignores) if options.ignores else None
    if ignores is not None:
        for candidate in found.files:
            if candidate.kinds not in {("live",), ("image",)}:  # whoever names a container must not hide it
                ignores.read(candidate.source)
        for source in found.noted:
            ignores.read(source)
    judge = Judge(policy, ignores, record, line_hashes=options.line_hashes, quotes=options.quotes, offers=offers)
    judged = judge.judge(reading.facts)
    if found.facts:
        from hardhull.scan.leaks import told_once
        from hardhull.scan.measures import once

        judged = once(told_once(judged))
    count = counted(judged.findings)
    points = checklist(reading.facts, count, judged.checks, judged.rules, policy)
    names = {rule.id: rule.name for rule in judged.rules.values()}
    result = Result(
        version=__version__,
        started="",
        seconds=0.0,
        targets=_targets(found.files, reading.facts),
        rules=judged.rules,
        checks=tuple(judged.checks),
        findings=tuple(judged.findings),
        paths=tuple(attack_paths(reading.facts, judged.by_fact, names)),
        not_checked=(
            *found.not_checked,
            *reading.not_checked,
            *(asked.not_checked if asked else ()),
            *judged.not_checked,
        ),
        score=score(count, judged.checks, judged.rules, points),
        unused_ignores=tuple(_unused(ignores)),
        facts=_plain(reading.facts) if options.facts else (),
        fail_on=policy.fail_on,
        controls=_controls(reading.facts, judged, count),
    )
    safe, offered = without_credentials(result, judged.offers)
    return Examination(safe, reading.facts, offered, judged.unknown, tree)


def _today(options: Options) -> str:
    return options.today or datetime.now(UTC).date().isoformat()


def _controls(facts: Sequence[Fact], judged: Judgement, count: Sequence[Found]) -> tuple[Control, ...]:
    """Items of the CIS benchmark, where a living machine was judged: a scan of files does not even import them."""
    if not any(fact.syntax == "live" for fact in facts):
        return ()
    from hardhull.scan.cis import controls

    return controls(facts, count, judged.checks, judged.rules)


def _plain(facts: Sequence[Fact]) -> tuple[dict[str, Any], ...]:
    from hardhull.scan.plain import plain

    return tuple(plain(fact) for fact in facts)


def _take_stdin(found: Discovery, data: bytes) -> None:
    """Adds standard input to what was discovered."""
    kinds = kinds_of_stream(data)
    if kinds:
        found.files.append(Candidate(Source("-", data), kinds))
    else:
        how = "pipe a Dockerfile, compose file, manifests, daemon.json, audit rules or a script with docker commands"
        found.not_checked.append(NotChecked("failed", "-", "no reader knows what standard input holds", how))


def _targets(files: Sequence[Candidate], facts: Sequence[Fact]) -> tuple[Target, ...]:
    """The files that were read, with how many workloads each holds."""
    counts = Counter(fact.place.source.path for fact in facts if fact.kind == "workload")
    return tuple(
        Target("live", "this machine", workloads=counts[LIVE])
        if one.source.path == LIVE
        else Target("image", one.source.path, reference=one.source.path)
        if one.kinds == ("image",)
        else Target(
            one.kinds[0], one.source.path.rpartition("/")[2], one.source.path, workloads=counts[one.source.path]
        )
        for one in files
    )


def _unused(ignores: Ignores | None) -> list[NotChecked]:
    """What to say about ignores; whether a rule exists is only asked where there are ignores at all."""
    if ignores is None or not ignores.any:
        return []
    from hardhull.rules.rule import all_rules

    known = {name.lower() for rule in all_rules() for name in (rule.id, rule.name, *rule.aliases)}
    return [*ignores.problems, *ignores.unused(frozenset(known))]

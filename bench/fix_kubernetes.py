"""Every sensible Change on every container of real manifests: what is refused, lost, or changed beside what was asked.

usage: python bench/fix_kubernetes.py FOLDER [--server URL --token TOKEN] [--after FOLDER]

Nothing is written to FOLDER. With a server (a throw-away kube-apiserver), every object is sent to it before and after,
as a dry run with strict decoding. With --after, no Changes are made: a copy of FOLDER that another tool has fixed is
counted in the same way.
"""

from __future__ import annotations

import argparse
import json
import ssl
import urllib.error
import urllib.request
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import Mount
from hardhull.formats.kubernetes.documents import documents, looks_like
from hardhull.formats.kubernetes.parts import is_read
from hardhull.formats.kubernetes.patch import plain
from hardhull.formats.kubernetes.read import read
from hardhull.formats.kubernetes.site import tree_of
from hardhull.formats.writing import announce, write
from hardhull.model.change import Add, Change, Drop, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import Draft, Drafts, Log, UnwritableError
from hardhull.text.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload

FOLLOWS = {
    "user": {"group"},
    "ports": {"expose"},
    "mounts": {"secrets", "configs", "hollow"},
    "apparmor": {"annotations"},
}
UNWANTED = {"ALL", "NET_ADMIN", "SYS_ADMIN"}
POD = {"network_mode", "pid", "ipc", "automount_token"}


def wanted(fact: Workload) -> Iterator[list[Change]]:
    """What can be wanted of a container, each group as a whole."""
    for slot, bad, good in (
        ("privileged", True, False), ("network_mode", "host", None), ("pid", "host", None), ("ipc", "host", None),
        ("unmasked_paths", True, False),
    ):  # fmt: skip
        if getattr(fact, slot).get(None) == bad:
            yield [SetTo(slot, good)]
    for item in fact.cap_add.get(()):
        if item.get("") in UNWANTED:
            yield [Drop("cap_add", item)]
    yield [SetTo("no_new_privileges", True)]
    yield [SetTo("run_as_non_root", True)]
    yield [SetTo("user", "10001:10001")]
    yield [SetTo("seccomp", "default")]
    yield [SetTo("apparmor", "default")]
    yield [Add("cap_drop", "ALL"), Add("cap_add", "NET_BIND_SERVICE")]
    yield [SetTo("read_only", True), Add("mounts", Mount("tmpfs", None, "/tmp"))]  # noqa: S108
    yield [SetTo("automount_token", False)]
    for slot, value in (("memory", 1 << 30), ("cpus", 2.0), ("memory_reservation", 1 << 26), ("cpu_reservation", 0.1)):
        if slot not in fact.cannot and getattr(fact, slot).get(None) is None:
            yield [SetTo(slot, value)]
    for item in fact.ports.get(()) if "ports" not in fact.cannot else ():
        yield [Drop("ports", item)]
    for item in fact.mounts.get(()):
        if item.known and item.value.kind == "bind":
            if "docker.sock" in (item.value.source or ""):
                yield [Drop("mounts", item)]
            elif not item.value.read_only:
                yield [Swap("mounts", item, item.value._replace(read_only=True))]
    if fact.pull_policy.get(None) is None:
        yield [SetTo("pull_policy", "always")]


class Table:
    """What is counted."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.deleted: list[int] = []
        self.names: dict[str, list[str]] = {}

    def add(self, what: str, name: str, count: int = 1) -> None:
        if count:
            self.counts[what] += count
            self.names.setdefault(what, []).append(name)


def shown(field: Any) -> Any:
    if not field.known:
        return ("unknown", field.why)
    if isinstance(field.value, tuple) and field.value and hasattr(field.value[0], "known"):
        return [item.get(("unknown", item.why)) for item in field.value]
    return field.value


def holds(fact: Workload, change: Change) -> bool:
    found = shown(getattr(fact, change.field))
    if isinstance(change, SetTo):
        return bool(found == change.value)
    if isinstance(change, Add):
        return any(
            item == change.item or getattr(item, "target", None) == getattr(change.item, "target", 0) for item in found
        )
    if isinstance(change, Drop):
        return change.item.value not in list(found)
    return change.value in list(found)


def comments(source: Source) -> Counter[bytes]:
    """The comments of a file."""
    layout = tree_of(Draft(source, Log())).layout
    return Counter(layout.comments(0, len(source.data)))


def objects(source: Source) -> list[Any]:
    found: list[Any] = []
    for root in documents(source, is_read).roots:
        value = plain(root) if isinstance(root, Mapping | Sequence) else None
        if isinstance(value, dict):
            found += value["items"] if value.get("kind") == "List" and isinstance(value.get("items"), list) else [value]
    return [one for one in found if isinstance(one, dict)]


def count_file(table: Table, before: Source, after: Source, name: str, *, other_tool: bool) -> None:
    """What the texts tell."""
    try:
        lost = comments(before) - comments(after)
    except Exception as error:  # noqa: BLE001  another tool's output may be anything
        table.add(f"not read afterwards: {type(error).__name__}", name)
        return
    table.add("comments lost", name, sum(lost.values()))
    old, new = before.data.splitlines(), after.data.splitlines()
    gone = sum(
        i_end - i - (j_end - j if what == "replace" and i_end - i == j_end - j else 0)
        for what, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if what in {"delete", "replace"}
    )
    table.deleted.append(gone)
    facts, again = read(before).workloads, read(after).workloads
    if len(facts) != len(again):
        table.add("files with other containers than before", name)
        return
    for fact, other in zip(facts, again, strict=True):
        had, has = set(map(str, shown(fact.cap_add))), set(map(str, shown(other.cap_add)))
        asked = set() if other_tool else UNWANTED
        table.add("containers with capabilities.add lost", name, int(not had - asked <= has))


class Server:
    """A throw-away kube-apiserver."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self.context = ssl._create_unverified_context()  # noqa: S323, SLF001  it is on this machine

    def accepts(self, made: dict[str, Any]) -> tuple[int, str]:
        version, kind = str(made.get("apiVersion")), str(made.get("kind"))
        base = f"/api/{version}" if "/" not in version else f"/apis/{version}"
        metadata = made.get("metadata")
        if isinstance(metadata, dict):
            made = {**made, "metadata": {**metadata, "namespace": "default"}}
        plural = f"{kind.lower().removesuffix('y')}{'ies' if kind.endswith('y') else 's'}"
        url = f"{self.url}{base}/namespaces/default/{plural}?dryRun=All&fieldValidation=Strict"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(made).encode(), headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, context=self.context) as reply:  # noqa: S310
                return reply.status, ""
        except urllib.error.HTTPError as error:
            body = error.read()
            return error.code, json.loads(body).get("message", "") if body.startswith(b"{") else body.decode()


WORKLOADS = {"Pod", "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"}


def ask(server: Server, table: Table, before: Source, after: Source, name: str) -> None:
    for old, new in zip(objects(before), objects(after), strict=False):
        if old.get("kind") not in WORKLOADS or old == new:
            continue
        status, _ = server.accepts(old)
        if status >= 300:
            table.add("objects that the server refused before", name)
            continue
        now, why = server.accepts(new)
        table.add("objects accepted before and after" if now < 300 else "objects refused only afterwards", name)
        if now >= 300:
            print(name, now, why[:400])


def fix(table: Table, source: Source, name: str) -> Source:
    """All Changes, checked."""
    facts = read(source).workloads
    drafts = Drafts()
    groups = [(at, group) for at, fact in enumerate(facts) for group in wanted(fact)]
    for at, group in groups:
        announce(facts[at], group, drafts)
    made: list[tuple[int, list[Change]]] = []
    for at, group in groups:
        try:
            write(facts[at], group, drafts)
            made.append((at, group))
            table.add("groups of Changes written", name)
        except UnwritableError as error:
            table.add("groups refused", name)
            table.refused[error.why] += 1
    result = Source(source.path, next((draft.result() for draft in drafts), source.data))
    again = read(result).workloads
    if len(again) != len(facts):
        table.add("files with other containers than before", name)
        return result
    for at, group in made:
        table.add("Changes that do not hold", name, sum(not holds(again[at], change) for change in group))
    for at, (old, new) in enumerate(zip(facts, again, strict=True)):
        mine = {change.field for number, group in made if number == at for change in group}
        may = set().union(mine, POD, *(FOLLOWS.get(slot, set()) for slot in mine))
        outside = [
            slot for slot in {*old.fields, *new.fields} - may if shown(getattr(old, slot)) != shown(getattr(new, slot))
        ]
        table.add("fields changed outside", name, len(outside))
        if outside:
            print(name, outside)
    second = Drafts()
    for at, group in made:
        try:
            write(again[at], group if all(isinstance(c, SetTo | Add) for c in group) else [], second)
        except UnwritableError as error:
            table.add("second runs refused", name)
            print(name, error.why)
    table.add("second runs that change something", name, sum(draft.result() != result.data for draft in second))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--after", type=Path)
    parser.add_argument("--server", default="")
    parser.add_argument("--token", default="")
    parser.add_argument("--list", type=Path, help="write the names of the files that hold containers")
    given = parser.parse_args()
    table, server = Table(), Server(given.server, given.token) if given.server else None
    names = []
    for path in sorted(given.folder.rglob("*")):
        if path.suffix not in {".yaml", ".yml", ".json"} or not path.is_file() or path.stat().st_size > 1_000_000:
            continue
        data, name = path.read_bytes(), path.relative_to(given.folder).as_posix()
        if not looks_like(data):
            continue
        source = Source(name, data)
        found = read(source).workloads
        if not found:
            continue
        names.append(name)
        table.counts["files"] += 1
        table.counts["containers"] += len(found)
        after = Source(name, (given.after / name).read_bytes()) if given.after else fix(table, source, name)
        if after.data != data:
            table.counts["files changed"] += 1
            count_file(table, source, after, name, other_tool=bool(given.after))
        if server:
            ask(server, table, source, after, name)
    for what, count in sorted(table.counts.items()):
        print(f"{count:7}  {what}")
    print(f"{median(table.deleted or [0]):7}  lines deleted (median of changed files), {sum(table.deleted)} in all")
    for why, count in table.refused.most_common(40):
        print(f"{count:7}  refused: {why}")
    for what, files in table.names.items():
        if what not in {"groups of Changes written", "groups refused", "objects accepted before and after"}:
            print(what, dict(Counter(files).most_common(8)))
    if given.list:
        given.list.write_text("\n".join(names))


if __name__ == "__main__":
    main()

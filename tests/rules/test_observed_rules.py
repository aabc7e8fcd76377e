"""Rules about recorded runs: silent and no subject without a profile, less sure with an incomplete one, honest in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from texts import PATHS, discovery_of, examined, findings_of, marks_of

from hardhull.facts.profile import Call, FileUse, Profile, Run, StaticCall, StaticPass
from hardhull.facts.seccomp import dangerous, docker_default, evaluate
from hardhull.facts.syscall_numbers import numbers
from hardhull.facts.syscalls import START, START_NEW, START_WITH_PRIVILEGES
from hardhull.facts.workload import Workload
from hardhull.fix.choose import Choices
from hardhull.fix.planner import Planner
from hardhull.formats import seccomp
from hardhull.formats.profile import write
from hardhull.model.change import Risk
from hardhull.model.finding import Confidence
from hardhull.model.plan import Status
from hardhull.model.source import Source
from hardhull.rules.kept_examples import PATH, recorded
from hardhull.rules.observed import Learned, folders_of
from hardhull.rules.observed_calls import RETURNS, calls, document
from hardhull.rules.observed_fixes import places_for, room_for
from hardhull.rules.policy import Policy
from hardhull.rules.questions import is_within
from hardhull.rules.rule import Rule, all_rules
from hardhull.scan import Options, examine

RULES = [rule for rule in all_rules() if "profile" in rule.needs]
COMPOSE = "services:\n  web:\n    image: shop:1\n"


def files_of(rule: Rule, number: int = 0) -> dict[str, str]:
    example = rule.examples[number]
    return marks_of(example.bad, example.path or PATHS[example.syntax], rule.id)[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_a_profile_there_is_no_subject(rule: Rule) -> None:
    files = files_of(rule)
    counts = {count.rule: count for count in examined(files).result.checks}
    assert counts[rule.id].subjects == 1
    del files[PATH]
    result = examined(files).result
    counts = {count.rule: count for count in result.checks}
    assert (counts[rule.id].subjects, counts[rule.id].skipped) == (0, 0)
    assert not findings_of(rule.id, result)
    assert not [note for note in result.not_checked if "profile" in note.what]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_finding_tells_the_runs_and_what_was_exercised(rule: Rule) -> None:
    for number in range(len(rule.examples)):
        for found in findings_of(rule.id, examined(files_of(rule, number)).result):
            assert "in 1 recorded run (start, check, stop)" in found.message
            assert found.observations
            assert all(where == PATH for _, _, where in found.observations)
            assert found.fixes[0].risk == "needs-proof"
            assert found.fixes[0].basis or found.fixes[0].advice


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_incomplete_profile_is_less_sure(rule: Rule) -> None:
    files = files_of(rule)
    was = findings_of(rule.id, examined(files).result)
    document = json.loads(files[PATH])
    document["runs"][0]["incomplete"] = ["events were lost"]
    now = findings_of(rule.id, examined({**files, PATH: json.dumps(document)}).result)
    assert [found.confidence for found in now] == [min(found.confidence, Confidence.MEDIUM) for found in was]
    assert "incomplete" in now[0].message


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_two_that_could_be_meant_are_not_checked(rule: Rule) -> None:
    files = files_of(rule)
    document = json.loads(files[PATH])
    path = document["runs"][0].pop("path")
    files = {f"a/{path}": files[path], f"b/{path}": files[path], PATH: json.dumps(document)}
    result = examined(files).result
    assert not findings_of(rule.id, result)
    notes = [note for note in result.not_checked if note.what.startswith("profile of")]
    assert len(notes) == 2
    assert "there are 2 of them" in notes[0].why
    assert "make it again" in notes[0].how


def learned_of(*runs: Run) -> Learned:
    return Learned(Profile(runs), PATH)


def run_of(**fields: object) -> Run:
    return Run("service web", "bpf", "2026", 1.0)._replace(**fields)  # type: ignore[arg-type]  # by their names


parts = st.sampled_from(["run", "tmp", "var", "cache", "log", "a", "b", "c", "x.pid"])
paths = st.lists(st.lists(parts, min_size=1, max_size=5).map(lambda names: "/" + "/".join(names)), max_size=12)


@given(paths)
@settings(max_examples=200, deadline=None)
def test_folders_hold_every_path_and_none_holds_another(some: list[str]) -> None:
    folders = folders_of(some)
    for path in some:
        assert any(is_within(path, folder) for folder in folders)
    assert not [1 for one in folders for other in folders if one != other and is_within(one, other)]
    assert folders == folders_of(reversed(some))


def test_a_profile_as_large_as_may_be_is_judged_at_once() -> None:
    files = frozenset(FileUse(f"/srv/{number % 997}/{number}/x", "write") for number in range(5_000))
    deeds = tuple(f"load {number} " + "x" * 500 for number in range(500))
    run = run_of(files=files, exercised=deeds, path="compose.yaml")
    text = write(Profile((run, run._replace(started="2027"))))
    result = examined({"compose.yaml": COMPOSE, PATH: text}).result
    assert findings_of("HH-PRV-503", result)
    assert max(len(found.message) for found in result.findings) < 1500


def test_folders_are_the_fewest_that_were_seen() -> None:
    assert folders_of(["/run/nginx.pid", "/run/x/y"]) == ["/run"]
    assert folders_of(["/run/app/a/b.pid"]) == ["/run/app"]
    assert folders_of(["/opt/a/x", "/opt/b/x"]) == ["/opt/a", "/opt/b"]
    assert folders_of([f"/var/lib/app/{name}/f" for name in "abcd"]) == ["/var/lib/app"]
    assert folders_of(["/core"]) == ["/"]
    assert folders_of(["/run", "/run/www", "/run/www/x"]) == ["/run"]
    assert folders_of(["/srv", "/srv/x/y"]) == ["/srv"]
    assert folders_of(["/tmp"]) == ["/tmp"]


AMD64 = sorted(set(numbers("amd64").values()))
some_calls = st.frozensets(st.sampled_from(AMD64).map(lambda name: Call("amd64", name)), min_size=1, max_size=20)


@given(some_calls, some_calls, some_calls)
@settings(max_examples=50, deadline=None)
def test_the_filter_lets_through_what_was_seen_and_nothing_else(
    made: frozenset[Call], entry: frozenset[Call], behind: frozenset[Call]
) -> None:
    needed = calls(learned_of(run_of(syscalls=made, entry_syscalls=entry)), tight=True)
    profile = seccomp.read(Source("x.json", json.dumps(document(needed)).encode()))
    assert not profile.problems.value
    assert evaluate(profile).allowed == {call.name for call in made | entry} | RETURNS
    narrower = calls(learned_of(run_of(syscalls=made, entry_syscalls=entry, filtered_syscalls=behind)), tight=True)
    assert narrower.observed == {call.name for call in made | behind}


@given(some_calls, some_calls, some_calls)
@settings(max_examples=50, deadline=None)
def test_what_nobody_saw_is_never_allowed_beyond_the_default_profile(
    made: frozenset[Call], behind: frozenset[Call], static: frozenset[Call]
) -> None:
    passes = (StaticPass(calls=frozenset(StaticCall(*call, "/bin/x", "f") for call in static)),)
    run = run_of(syscalls=made, filtered_syscalls=behind)
    needed = calls(Learned(Profile((run,), passes), PATH), tight=False)
    profile = seccomp.read(Source("x.json", json.dumps(document(needed)).encode()))
    assert not profile.problems.value
    mine, default = evaluate(profile), docker_default()
    seen = {call.name for call in made | behind}
    assert mine.allowed - seen <= default.allowed
    assert mine.partly <= default.partly
    assert seen <= mine.allowed | mine.partly
    assert {call.name for call in static} & default.allowed <= mine.allowed
    assert not dangerous(profile) or set(dangerous(profile)) <= seen


def test_what_the_programs_could_call_is_allowed_as_well_unless_it_shall_be_tight() -> None:
    run = run_of(syscalls=frozenset({Call("amd64", "read")}), entry_syscalls=frozenset({Call("amd64", "execve")}))
    more = frozenset({StaticCall("amd64", "mmap", "/bin/x", "f"), StaticCall("386", "ioperm", "/bin/y", "g")})
    profile = Profile((run._replace(path="compose.yaml"),), (StaticPass(calls=more),))
    found = Learned(profile, PATH)
    assert calls(found, tight=True).names == ("execve", "read")
    assert calls(found, tight=False).names == ("execve", "mmap", "read")
    files = {"compose.yaml": COMPOSE, PATH: write(profile)}
    titles = []
    for tight in (False, True):
        policy = Policy(tight=tight)
        result = examine(discovery_of(files), policy, Options(strict=True, today="2026-01-01")).result
        titles.append(findings_of("HH-PRV-504", result)[0].fixes[0].title)
    assert titles == [
        "allow 3 (2 observed, 1 more in its programs) system calls and no others",
        "allow 2 (2 observed) system calls and no others",
    ]


def test_a_run_that_did_not_see_the_runtime_gives_no_filter() -> None:
    one = run_of(syscalls=frozenset({Call("amd64", "read")}), entry_syscalls=frozenset({Call("amd64", "execve")}))
    assert calls(learned_of(one), tight=False).entered
    assert not calls(learned_of(one, one._replace(entry_syscalls=frozenset())), tight=False).entered


def test_calls_without_a_name_are_told_and_32_bit_ones_get_their_architecture() -> None:
    needed = calls(
        learned_of(
            run_of(
                syscalls=frozenset({Call("amd64", "#470"), Call("386", "read")}),
                filtered_syscalls=frozenset({Call("amd64", "execve")}),
            )
        ),
        tight=False,
    )
    assert needed.nameless == {"#470"}
    assert document(needed)["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]
    assert document(needed)["syscalls"][0]["names"] == ["execve", "read", "restart_syscall", "rt_sigreturn"]


@given(st.integers(1, 1 << 36), st.integers(1, 1 << 16))
def test_limits_leave_room(peak: int, count: int) -> None:
    assert 2 * peak <= room_for(peak) <= max(32 << 20, 2 * peak + (16 << 20))
    assert 2 * count < places_for(count) <= 2 * count + 12


def test_ordinary_fixes_take_their_values_from_the_runs() -> None:
    profile = recorded(
        "compose.yaml", capabilities=("CHOWN",), files=("/run/x",), memory_bytes=14_000_000, pids=9, cpu_seconds=3.0
    )
    result = examined({"compose.yaml": COMPOSE, PATH: profile.partition("\n")[2]}).result
    titles = {found.rule: found.fixes[0] for found in result.findings if found.fixes}
    assert titles["HH-PRV-002"].title == "drop all capabilities, add CHOWN"
    assert titles["HH-PRV-011"].title == "make the root filesystem read-only, with room for /run"
    assert titles["HH-LIM-001"].title == "limit its memory to 32 MiB"
    assert titles["HH-LIM-003"].title == "limit it to 24 processes and threads"
    assert "1 recorded run" in titles["HH-LIM-001"].basis
    seen = {found.rule: found.observations for found in result.findings}
    assert seen["HH-LIM-001"] == (("the most of memory", "13.4 MiB in 1 recorded run (start, check, stop)", PATH),)
    assert seen["HH-LIM-003"] == (("the most of pids", "9 in 1 recorded run (start, check, stop)", PATH),)
    assert not {"HH-LIM-501", "HH-LIM-502"} & seen.keys()


def test_what_was_written_in_mounts_and_by_the_engine_is_not_the_root_filesystem() -> None:
    from hardhull.rules.observed import written

    uses = {
        "/data/x": "write", "/conf/y": "change", "/etc/hosts": "write", "/proc/self/mem": "write", "/dev/null": "write",
        "/srv/z": "change", "/bin/sh": "execute",
    }  # fmt: skip
    run = run_of(files=frozenset({*(FileUse(path, use) for path, use in uses.items()), FileUse("/a", "write", False)}))
    text = COMPOSE + "    volumes: ['data:/data', './conf:/conf:ro']\nvolumes: {data: {}}\n"
    facts = examined({"compose.yaml": text, PATH: write(Profile((run._replace(path="compose.yaml"),)))}).facts
    web = next(fact for fact in facts if isinstance(fact, Workload))
    assert written(learned_of(run), web) == ["/srv/z"]


MANIFEST = """
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
    - name: web
      image: shop:1
"""
EVERYWHERE = {
    "compose.yaml": (COMPOSE, "service web"),
    "run.sh": ("docker run -d --name web shop:1\n", "docker run web"),
    "manifest.yaml": (MANIFEST.removeprefix("\n"), "container web of Pod web"),
    "web.container": ("[Container]\nImage=shop:1\nContainerName=web\n", "container web"),
}


@pytest.mark.parametrize("path", EVERYWHERE)
def test_in_every_syntax_the_fixes_together_leave_nothing_that_a_program_could_repair(path: str) -> None:
    text, subject = EVERYWHERE[path]
    calls = tuple(sorted(START | START_NEW | START_WITH_PRIVILEGES))
    profile = recorded(
        path, subject, calls=calls, capabilities=("SETUID",), files=("/tmp/x",), listens=(8080,),
        connects=("10.0.0.2:5432",), users=(0, 33), memory_bytes=14_000_000, pids=9, cpu_seconds=3.0,
    )  # fmt: skip
    files = {path: text, PATH: profile.partition("\n")[2]}
    choices = Choices(risk=Risk.NEEDS_PROOF, unsure=True)
    options = Options(strict=True, today="2026-01-01")
    plan = Planner(discovery_of(files), Policy(), options, choices).plan()
    mine = {rule.id for rule in RULES}
    assert not [each.why for each in plan.of(Status.REFUSED) if each.found.rule in mine]
    written = {**files, **{file.path: file.after.decode() for file in plan.files}}
    after = examined(written)
    assert not [found.message for found in after.result.findings if found.rule in mine]
    web = next(fact for fact in after.facts if isinstance(fact, Workload))
    assert web.read_only.value
    assert [(item.value.kind in {"tmpfs", "empty_dir"}, item.value.target) for item in web.mounts.value] == [
        (True, "/tmp")
    ]
    assert web.memory.value == 32 << 20
    assert web.effective_seccomp.value == "custom"


def test_a_filter_is_written_beside_an_override_too() -> None:
    profile = recorded("compose.yaml", calls=tuple(sorted(START | START_NEW | START_WITH_PRIVILEGES)))
    files = {"compose.yaml": COMPOSE, PATH: profile.partition("\n")[2]}
    choices = Choices(frozenset({"HH-PRV-504"}), Risk.NEEDS_PROOF, override=True)
    plan = Planner(discovery_of(files), Policy(), Options(strict=True, today="2026-01-01"), choices).plan()
    assert {file.path for file in plan.files} == {"compose.override.yaml", "hardhull/seccomp/web.json"}
    assert b"./hardhull/seccomp/web.json" in next(
        file.after for file in plan.files if file.path == "compose.override.yaml"
    )

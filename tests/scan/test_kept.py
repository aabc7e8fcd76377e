"""Profiles and proofs beside a tree: found from its root, linked to their workload, and told where that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from texts import examined

from hardhull.facts.profile import Call, Profile, Run
from hardhull.facts.proof import Proof, identified
from hardhull.facts.workload import Workload
from hardhull.formats import profile as profile_format
from hardhull.formats import proof as proof_format
from hardhull.scan import Options, gather, judge_files, scan
from hardhull.scan.discover import discover
from hardhull.scan.plain import plain

if TYPE_CHECKING:
    from pathlib import Path

    from hardhull.model.result import NotChecked

COMPOSE = "services:\n  web:\n    image: nginx:1.27\n  db:\n    image: postgres:17\n"
PROFILE = "hardhull/profiles/web.json"
PROOF = "hardhull/proofs/0123456789abcdef/proof.json"


def run(subject: str = "service web", path: str = "compose.yaml", started: str = "2026-01-01T00:00:00+00:00") -> Run:
    return Run(
        subject, "bpf", started, 3.0, exercised=("start",), syscalls=frozenset({Call("amd64", "read")}), path=path
    )


def profile_of(*runs: Run) -> str:
    return profile_format.write(Profile(runs))


def proof_of(path: str = "compose.yaml", made: str = "2026-01-01T00:00:00+00:00", passed: int = 9) -> str:
    return proof_format.write(
        identified(Proof("", "service web", path, "0" * 64, "nginx:1.27", "", "docker", "6.1", made, 3, passed, 9))
    )


def seen(files: dict[str, str]) -> tuple[dict[str, Workload], list[NotChecked]]:
    examination = examined(files)
    workloads = {fact.subject: fact for fact in examination.facts if isinstance(fact, Workload)}
    return workloads, [one for one in examination.result.not_checked if "hardhull/" in one.what]


def test_a_profile_is_linked_to_the_workload_that_it_names() -> None:
    workloads, notes = seen({"compose.yaml": COMPOSE, PROFILE: profile_of(run())})
    assert workloads["service web"].profile.value == Profile((run(),))
    assert workloads["service web"].profile.origin == PROFILE
    assert workloads["service db"].profile.value is None
    assert not notes
    shown = plain(workloads["service web"])["fields"]["profile"]
    assert shown["value"] == {"runs": 1, "complete": True}


def test_runs_of_several_files_are_one_profile() -> None:
    later = run(started="2026-02-01T00:00:00+00:00")
    files = {
        "compose.yaml": COMPOSE,
        PROFILE: profile_of(run()),
        "hardhull/profiles/more.json": profile_of(later, run()),
    }
    assert seen(files)[0]["service web"].profile.value == Profile((run(), later))


def test_a_profile_without_a_path_goes_by_its_subject_alone() -> None:
    one = run(path="")
    assert seen({"a/compose.yaml": COMPOSE, PROFILE: profile_of(one)})[0]["service web"].profile.value == Profile(
        (one,)
    )
    twice = examined({"a/compose.yaml": COMPOSE, "b/compose.yaml": COMPOSE, PROFILE: profile_of(one)})
    webs = [fact for fact in twice.facts if isinstance(fact, Workload) and fact.name == "web"]
    assert [web.profile.known for web in webs] == [False, False]
    assert webs[0].profile.why == f"{PROFILE} is of service web, and there are 2 of them"


def test_what_is_of_nothing_here_is_told_and_no_failure() -> None:
    _, notes = seen({"compose.yaml": COMPOSE, PROFILE: profile_of(run("service api"))})
    assert [(note.kind, note.what) for note in notes] == [("out-of-scope", PROFILE)]
    assert notes[0].why == "it is of service api in compose.yaml, which is not there"


def test_the_newest_proof_that_succeeded_counts() -> None:
    files = {
        "compose.yaml": COMPOSE,
        "hardhull/proofs/1/proof.json": proof_of(made="2026-01-03T00:00:00+00:00", passed=8),
        "hardhull/proofs/2/proof.json": proof_of(made="2026-01-02T00:00:00+00:00"),
        "hardhull/proofs/3/proof.json": proof_of(),
    }
    web = seen(files)[0]["service web"]
    assert web.proof.value
    assert web.proof.value.made == "2026-01-02T00:00:00+00:00"
    assert web.proof.origin == "hardhull/proofs/2/proof.json"
    assert plain(web)["fields"]["proof"]["value"]["proof"] == web.proof.value.ident


@pytest.mark.parametrize("path", [PROFILE, PROOF])
@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "hardhull-profile/9"}', "\0"])
def test_a_broken_one_is_a_failure(path: str, text: str) -> None:
    _, notes = seen({"compose.yaml": COMPOSE, path: text})
    assert [(note.kind, note.what) for note in notes] == [("failed", path)]
    assert notes[0].why
    assert notes[0].how


def test_they_are_found_from_the_root_whatever_is_scanned(tmp_path: Path) -> None:
    for path, text in {"shop/compose.yaml": COMPOSE, PROFILE: profile_of(run(path="shop/compose.yaml"))}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / ".git").mkdir()
    for target in (tmp_path, tmp_path / "shop", tmp_path / "shop" / "compose.yaml"):
        options = Options(strict=True, facts=True)
        found, policy = gather([str(target)], options)
        result = judge_files(found, policy, options)
        fields = next(fact["fields"] for fact in result.facts if fact["subject"] == "service web")
        assert fields["profile"]["value"]["runs"] == 1, target


def test_links_that_lead_out_and_files_without_end_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text(profile_of(run()))
    root = tmp_path / "tree"
    (root / "hardhull" / "profiles").mkdir(parents=True)
    (root / "compose.yaml").write_text(COMPOSE)
    (root / PROFILE).symlink_to(outside)
    result = scan([str(root)], Options(strict=True, facts=True))
    assert not any("profile" in fact["fields"] for fact in result.facts)
    assert ("failed", PROFILE) in [(note.kind, note.what) for note in result.not_checked]


def test_what_a_proof_keeps_to_be_replayed_is_not_scanned(tmp_path: Path) -> None:
    folder = tmp_path / "hardhull" / "proofs" / "1"
    folder.mkdir(parents=True)
    (folder / "proof.json").write_text(proof_of())
    (folder / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "hardhull" / "profiles").mkdir()
    (tmp_path / PROFILE).write_text(profile_of(run()))
    kinds = {one.source.path: one.kinds for one in discover([str(tmp_path)], root=tmp_path).files}
    assert kinds == {"hardhull/proofs/1/proof.json": ("proof",), PROFILE: ("profile",)}

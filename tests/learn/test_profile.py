"""Profiles: the laws of merging, the round trip through JSON, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull import report
from hardhull.facts.profile import (
    SETS,
    Address,
    Analysed,
    Call,
    Check,
    Denial,
    Failure,
    FileUse,
    Peaks,
    Profile,
    Run,
    StaticCall,
    StaticPass,
    User,
    merge,
)
from hardhull.formats.profile import ProfileError, read, write
from hardhull.learn.profile import Exercise, Subject, profile

jsonschema = import_module("jsonschema")  # it has no types

SCHEMA_FILE = Path(report.__file__).with_name("schema") / "hardhull-profile-1.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text())
words = st.text(max_size=8) | st.binary(max_size=8).map(lambda data: data.decode("utf-8", "surrogateescape"))
numbers = st.integers(0, 1 << 40)
maybe = st.none() | numbers
calls = st.frozensets(st.builds(Call, words, words), max_size=4)
addresses = st.frozensets(st.builds(Address, words, words, st.integers(0, 65535)), max_size=3)
runs = st.builds(
    Run,
    subject=words,
    mode=st.sampled_from(["bpf", "ptrace"]),
    started=words,
    seconds=st.floats(0, 1e6),
    kernel=words,
    engine=words,
    image=words,
    exercised=st.lists(words, max_size=2).map(tuple),
    incomplete=st.lists(words, max_size=2).map(tuple),
    unseen=st.lists(st.sampled_from(SETS), max_size=2).map(tuple),
    syscalls=calls,
    entry_syscalls=calls,
    denied=st.frozensets(st.builds(Denial, words, words, st.integers(1, 4095)), max_size=2),
    failed=st.frozensets(st.builds(Failure, words, words, st.integers(1, 4095), words), max_size=2),
    capabilities=st.frozensets(st.builds(Check, words, st.booleans(), words, words, st.booleans()), max_size=3),
    files=st.frozensets(
        st.builds(FileUse, words, st.sampled_from(["write", "execute", "change"]), st.booleans()), max_size=3
    ),
    listens=addresses,
    connects=addresses,
    users=st.frozensets(st.builds(User, numbers, numbers, numbers, numbers), max_size=2),
    groups=st.frozensets(numbers, max_size=3),
    peaks=st.builds(Peaks, maybe, maybe, st.none() | st.floats(0, 1e6), maybe, maybe),
    path=words,
)
passes = st.builds(
    StaticPass,
    image=words,
    programs=st.lists(words, max_size=2).map(tuple),
    seconds=st.floats(0, 1e6),
    incomplete=st.lists(words, max_size=2).map(tuple),
    calls=st.frozensets(st.builds(StaticCall, words, words, words, words), max_size=4),
    binaries=st.frozensets(st.builds(Analysed, words, words, numbers), max_size=3),
)
profiles = st.lists(st.tuples(runs, passes), max_size=3).map(
    lambda several: merge(Profile((run,), (each,)) for run, each in several)
)
few = settings(max_examples=25, deadline=None)


@given(profiles, profiles, profiles)
@few
def test_merging_is_a_union_of_runs(one: Profile, two: Profile, three: Profile) -> None:
    both = merge([one, two])
    assert both == merge([two, one])
    assert merge([both, three]) == merge([one, merge([two, three])])
    assert merge([one, one]) == one == merge([one, Profile()])
    assert {run.ident for run in both.runs} == {run.ident for each in (one, two) for run in each.runs}


@given(profiles, profiles)
@few
def test_a_merged_profile_needs_what_either_needs(one: Profile, two: Profile) -> None:
    both = merge([one, two])
    for name in SETS:
        assert set(both.seen(name)) == set(one.seen(name)) | set(two.seen(name))
        for item, idents in one.seen(name).items():
            assert set(idents) <= set(both.seen(name)[item])
    for most, *values in zip(both.peaks, *(run.peaks for run in both.runs), strict=True):
        assert most == max((value for value in values if value is not None), default=None)
    assert set(both.incomplete) == set(one.incomplete) | set(two.incomplete)


@given(profiles)
@few
def test_what_is_written_fits_the_schema_and_comes_back_equal(some: Profile) -> None:
    text = write(some)
    jsonschema.Draft202012Validator(strict(SCHEMA)).validate(json.loads(text))
    assert text.isascii()
    assert read(text.encode()) == some
    assert write(read(text.encode())) == text


@given(profiles, profiles)
@few
def test_the_safe_set_is_what_was_seen_and_what_the_code_can_do(one: Profile, two: Profile) -> None:
    both = merge([one, two])
    assert both.syscalls_observed == one.syscalls_observed | two.syscalls_observed == frozenset(both.seen("syscalls"))
    assert both.syscalls_static == one.syscalls_static | two.syscalls_static
    by_code = frozenset(Call(call.arch, call.name) for each in both.passes for call in each.calls)
    assert both.syscalls_static == both.syscalls_observed | by_code
    assert {each.ident for each in both.passes} == {each.ident for half in (one, two) for each in half.passes}


def test_equal_passes_count_once_with_the_quicker_time() -> None:
    slow, quick = (StaticPass("sha256:1", ("/app",), seconds) for seconds in (2.0, 1.0))
    assert merge([Profile((), (slow,)), Profile((), (quick,))]) == Profile((), (quick,))


def test_a_document_of_before_there_were_static_passes_is_read() -> None:
    document = made()
    del document["static_passes"], document["static_syscalls"]
    assert read(json.dumps(document).encode()).passes == ()


def strict(schema: Any) -> Any:
    """The schema with no place for keys that it does not describe."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: strict(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if isinstance(schema.get("properties"), dict) else inner


def test_every_key_of_the_schema_is_described() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def undescribed(at: str, schema: Any) -> list[str]:
        missing = [] if schema.get("description") else [at]
        for key, value in schema.get("properties", {}).items():
            missing += undescribed(f"{at}.{key}", value)
        return missing + (undescribed(f"{at}[]", schema["items"]) if "items" in schema else [])

    assert undescribed("", SCHEMA) == []
    docs = Path(__file__).parents[2] / "docs" / "schema" / "profile.schema.json"
    assert docs.read_text() == SCHEMA_FILE.read_text()


def made() -> dict[str, Any]:
    run = Run("web", "bpf", "2026-01-01T00:00:00+00:00", 1.5, syscalls=frozenset({Call("amd64", "read")}))
    static = StaticPass(
        "sha256:1", ("/app",), 0.5, (), frozenset({StaticCall("amd64", "write", "/app", "main")}),
        frozenset({Analysed("/app", "00", 1)}),
    )  # fmt: skip
    document: dict[str, Any] = json.loads(write(Profile((run,), (static,))))
    return document


def test_keys_of_later_versions_are_passed_over() -> None:
    document = made()
    document["later"] = document["runs"][0]["later"] = document["syscalls"][0]["later"] = 1
    assert read(json.dumps(document).encode()) == read(json.dumps(made()).encode())


def test_profiles_of_earlier_versions_did_not_look_for_refusals() -> None:
    document = made()
    assert read(json.dumps(document).encode()).runs[0].unseen == ()
    del document["failed"]
    old = read(json.dumps(document).encode())
    assert old.runs[0].unseen == ("failed",)
    assert read(write(old).encode()) == old


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d.update(schema="hardhull-profile/2"), "its schema is"),
        (lambda d: d.pop("schema"), "it has no"),
        (lambda d: d.pop("files"), "files is missing or is not of type list"),
        (lambda d: d["runs"][0].update(mode="guess"), "runs[0].mode is 'guess', not one of bpf, ptrace"),
        (lambda d: d["runs"][0].update(exercised=[1]), "runs[0].exercised has an item that is no text"),
        (lambda d: d["runs"][0]["peaks"].update(pids="8"), "runs[0].peaks.pids is neither a number nor null"),
        (lambda d: d["runs"].append(d["runs"][0]), "is there twice"),
        (lambda d: d["syscalls"][0].update(name=3), "syscalls[0].name is missing or is not of type str"),
        (lambda d: d.update(static_passes={}), "static_passes is missing or is not of type list"),
        (lambda d: d["static_passes"].append(d["static_passes"][0]), "is there twice"),
        (lambda d: d["static_passes"][0].update(programs=[1]), "static_passes[0].programs has an item that is no text"),
        (
            lambda d: d["static_passes"][0]["binaries"][0].update(unresolved="1"),
            "static_passes[0].binaries[0].unresolved is",
        ),
        (lambda d: d["static_syscalls"][0].pop("function"), "static_syscalls[0].function is missing"),
        (lambda d: d["static_syscalls"][0].update(passes=["x"]), "names 'x', which is none of the passes"),
        (lambda d: d["syscalls"][0].update(runs=["x"]), "syscalls[0].runs names 'x', which is none of the runs"),
        (lambda d: d["syscalls"].append("read"), "syscalls[1].arch is missing"),
    ],
)
def test_what_is_no_profile_is_refused_with_its_place(change: Any, why: str) -> None:
    document = made()
    change(document)
    with pytest.raises(ProfileError) as error:
        read(json.dumps(document).encode())
    assert why in error.value.why
    assert "record" in error.value.how


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(ProfileError):
        read(data)


def test_a_run_says_what_it_was_recorded_on_and_what_was_not_measured() -> None:
    exercise = Exercise(datetime(2026, 1, 1, tzinfo=UTC), 2.0, ("start", "stop"))
    fields = {"syscalls": frozenset({Call("amd64", "read")}), "incomplete": ("lost",)}
    (run,) = profile(Subject("service web", "sha256:0", "docker 20.10.24"), exercise, fields).runs
    assert run.started == "2026-01-01T00:00:00.000+00:00"
    assert run.incomplete == ("lost", "memory, processes, processor time and input/output were not measured")
    (other,) = profile(Subject("web"), exercise, {}, Peaks(1, 2, 3.0)).runs
    assert other.incomplete == ("the control groups do not tell: read_bytes, written_bytes",)
    assert profile(Subject("web"), exercise, {}, Peaks(1, 2, 3.0, 4, 5)).incomplete == ()


def test_capabilities_that_were_refused_or_doubtful_are_not_used() -> None:
    checks = frozenset(
        {
            Check("CHOWN", granted=True, arch="amd64", syscall="chown", certain=True),
            Check("SYS_ADMIN", granted=True, arch="amd64", syscall="mmap", certain=False),
            Check("NET_RAW", granted=False, arch="amd64", syscall="socket", certain=True),
        }
    )
    assert Profile((Run("web", "bpf", "", 0, capabilities=checks),)).capabilities_used == {"CHOWN"}

"""Proofs: the round trip through JSON, what is passed over and what is refused."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardhull import report
from hardhull.facts.proof import Proof, Proven, identified
from hardhull.formats.proof import ProofError, read, write

jsonschema = import_module("jsonschema")  # it has no types

FILE = Path(report.__file__).with_name("schema") / "hardhull-proof-1.json"
SCHEMA = json.loads(FILE.read_text())
words = st.text(max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 1 << 40) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
items = st.builds(
    Proven, st.sampled_from(["cap_drop", "read_only", "mounts"]), values, st.booleans(), words, words,
    st.lists(words, max_size=2).map(tuple), st.booleans(), st.booleans(), values,
)  # fmt: skip
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
counts = st.integers(0, 1 << 20)
proofs = st.builds(
    Proof, st.just(""), words, words, digests, words, words, words, words, words, counts, counts, counts,
    st.lists(items, max_size=3).map(tuple), st.just("") | digests,
).map(identified)  # fmt: skip
few = settings(max_examples=40, deadline=None)


@given(proofs)
@few
def test_what_is_written_fits_the_schema_and_comes_back_equal(proof: Proof) -> None:
    text = write(proof)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text))
    assert text.isascii()
    assert read(text.encode()) == proof
    assert write(read(text.encode())) == text
    assert identified(proof) == proof


@given(proofs, proofs)
@few
def test_another_proof_has_another_name(one: Proof, two: Proof) -> None:
    assert (one.ident == two.ident) == (one == two)


def test_every_key_of_the_schema_is_described() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def undescribed(at: str, schema: Any) -> list[str]:
        missing = [] if schema.get("description") else [at]
        for key, value in schema.get("properties", {}).items():
            missing += undescribed(f"{at}.{key}", value)
        return missing + (undescribed(f"{at}[]", schema["items"]) if "items" in schema else [])

    assert undescribed("", SCHEMA) == []
    docs = Path(__file__).parents[2] / "docs" / "schema" / "proof.schema.json"
    assert docs.read_text() == FILE.read_text()


def made() -> Proof:
    item = Proven("cap_drop", "ALL", why="nothing asked for one", evidence="20 of 20 checks passed")
    return identified(
        Proof("", "service web", "compose.yaml", "0" * 64, "nginx", "", "docker", "6.1", "2026", 3, 20, 20, (item,))
    )


def test_further_sections_are_kept_and_passed_over() -> None:
    text = write(made(), {"replay": {"body": {"Image": "nginx"}}, "checks_done": []})
    assert json.loads(text)["replay"] == {"body": {"Image": "nginx"}}
    assert read(text.encode()) == made()
    with pytest.raises(ValueError, match="a section runs of its own"):
        write(made(), {"runs": 4})


def test_a_proof_succeeded_only_if_everything_passed() -> None:
    assert made().succeeded
    assert not made()._replace(passed=19).succeeded
    assert not made()._replace(runs=0).succeeded
    assert not made()._replace(passed=0, checks=0).succeeded


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d.update(schema="hardhull-proof/2"), "its schema is"),
        (lambda d: d.pop("workload"), "workload is missing or is not of type str"),
        (lambda d: d.update(workload="x"), "workload is 'x', no digest"),
        (lambda d: d.update(ident="../../etc"), "ident is '../../etc', no digest"),
        (lambda d: d.update(runs=-1), "runs is negative"),
        (lambda d: d.update(runs=True), "runs is missing or is not of type int"),
        (lambda d: d["proven"].append(3), "proven[1].field is missing"),
        (lambda d: d["proven"][0].update(field="__class__"), "proven[0].field is '__class__', no name of a field"),
        (lambda d: d["proven"][0].pop("item"), "proven[0].item is missing"),
        (lambda d: d["proven"][0].update(kept="no"), "proven[0].kept is missing or is not of type bool"),
        (lambda d: d["proven"][0].update(drills=[1]), "proven[0].drills has an item that is no text"),
    ],
)
def test_what_is_no_proof_is_told_as_such(change: Any, why: str) -> None:
    document = json.loads(write(made()))
    change(document)
    with pytest.raises(ProofError) as caught:
        read(json.dumps(document).encode())
    assert why in caught.value.why
    assert caught.value.how


def test_no_json_is_no_proof() -> None:
    with pytest.raises(ProofError, match="no JSON"):
        read(b"{")

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes_texts import workload

from hardhull.facts.parts import EnvVar, Grant


def variables(text: str) -> list[EnvVar]:
    return [item.value for item in workload(text).env.value]


def test_where_values_come_from() -> None:
    found = workload("""
        envFrom:
          - {prefix: DB_, secretRef: {name: db}}
          - configMapRef: {name: web}
        env:
          - {name: MODE, value: production}
          - {name: EMPTY}
          - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
          - {name: LEVEL, valueFrom: {configMapKeyRef: {name: web, key: level}}}
          - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    """)
    assert [item.value for item in found.env.value] == [
        EnvVar("DB_*", None, source="secret"),
        EnvVar("*", None, source="config"),
        EnvVar("MODE", "production", "production"),
        EnvVar("EMPTY", ""),
        EnvVar("PASSWORD", None, source="secret"),
        EnvVar("LEVEL", None, source="config"),
        EnvVar("IP", None, source="config"),
    ]
    assert [item.value for item in found.secrets.value] == [Grant("db", "DB_*"), Grant("db", "PASSWORD")]
    assert [item.value for item in found.configs.value] == [Grant("web", "*"), Grant("web", "LEVEL")]


def test_a_literal_stands_at_its_value() -> None:
    assert workload("env: [{name: PASSWORD, value: hunter2}]").env.value[0].place.text == "hunter2"


@pytest.mark.parametrize("value", ["8080", "true", "[a]", "{a: b}"])
def test_a_value_that_is_no_text_is_unknown(value: str) -> None:
    one, other = workload(f"env: [{{name: A, value: {value}}}, {{name: B, value: b}}]").env.value
    assert not one.known
    assert other.value.value == "b"


@pytest.mark.parametrize(
    ("value", "expected", "source"),
    [
        ("$(USER)-x", "root-x", "literal"),
        ("$$(USER)", "$(USER)", "literal"),
        ("$USER", "$USER", "literal"),
        ("$(SECRET)", None, "variable"),
        ("$(OTHER)", None, "variable"),
        ("${USER}", None, "variable"),
        ("{{ user }}", None, "variable"),
    ],
)
def test_references_are_replaced_as_the_kubelet_does(value: str, expected: str | None, source: str) -> None:
    *_, found = variables(f"""
        env:
          - {{name: USER, value: root}}
          - {{name: SECRET, valueFrom: {{secretKeyRef: {{name: a, key: b}}}}}}
          - {{name: A, value: "{value}"}}
    """)
    assert found == EnvVar("A", expected, value, source)


def test_a_later_variable_is_not_known_to_an_earlier_one() -> None:
    first, _ = variables("env: [{name: A, value: $(B)}, {name: B, value: b}]")
    assert first.value is None


def test_values_that_double_with_every_variable_end() -> None:
    names = [f"V{number}" for number in range(40)]
    rows = "".join(
        f"  - {{name: {name}, value: $({before})$({before})}}\n"
        for before, name in zip(["X", *names], names, strict=False)
    )
    found = variables(f"env:\n  - {{name: X, value: xx}}\n{rows}")
    assert found[5].value == "x" * 64
    assert found[-1].value is None


@given(st.text(st.characters(codec="ascii", exclude_characters="$'{\n\r", exclude_categories=["Cc"]), min_size=1))
def test_text_without_references_is_kept(value: str) -> None:
    assert variables(f"env: [{{name: A, value: '{value}'}}]") == [EnvVar("A", value, value)]

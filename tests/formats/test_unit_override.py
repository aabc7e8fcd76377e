"""Drop-ins: the unit with its drop-in says what was wanted, key by key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardhull.formats.script.text import fragment_of
from hardhull.formats.unit_override import drop_in
from hardhull.model.source import Source
from hardhull.text.unit import Unit

LISTS = [
    ("Service", "ExecStart"),
    ("Service", "Environment"),
    ("Container", "AddCapability"),
    ("Container", "PodmanArgs"),
]
SINGLE = [("Service", "Restart"), ("Container", "ReadOnly"), ("Container", "PidsLimit"), ("Unit", "Description")]
VALUES = st.sampled_from(["a", "b c", "--x=%i \\\n  y", '"q r"', "${A}"])
ENTRIES = st.lists(st.tuples(st.sampled_from([*LISTS, *SINGLE]), st.one_of(VALUES, VALUES, st.just(""))), max_size=8)


def unit_of(entries: list[tuple[tuple[str, str], str]], newline: str = "\n") -> Source:
    text = "".join(f"[{section}]\n{key}={value}\n" for (section, key), value in entries)
    return Source("web.container", text.replace("\n", newline).encode())


def meaning(*sources: Source) -> dict[tuple[str, str], list[str]]:
    unit = Unit()
    for source in sources:
        unit.add(fragment_of(source))
    found = {key: [entry.text for entry in unit.all(*key)] for key in (*LISTS, *SINGLE)}
    return {key: (values if key in LISTS else values[-1:]) for key, values in found.items()}


@given(ENTRIES, ENTRIES, st.sampled_from(["\n", "\r\n"]))
def test_a_unit_with_its_drop_in_says_what_was_wanted(
    old: list[tuple[tuple[str, str], str]], new: list[tuple[tuple[str, str], str]], newline: str
) -> None:
    before, after = unit_of(old, newline), unit_of(new, newline)
    text = drop_in(before, after)
    assert meaning(before, Source("x.conf", text.encode())) == meaning(after)
    assert "\r" not in text
    if meaning(before) == meaning(after) and old == new:
        assert text == ""


def test_only_what_changes_is_said() -> None:
    before = unit_of(
        [(("Service", "ExecStart"), "a"), (("Service", "Restart"), "no"), (("Service", "Environment"), "A=1")]
    )
    after = unit_of([(("Service", "ExecStart"), "b"), (("Service", "Restart"), "always"),
                     (("Service", "Environment"), "A=1"), (("Service", "Environment"), "B=2")])  # fmt: skip
    assert drop_in(before, after) == "[Service]\nExecStart=\nExecStart=b\nRestart=always\nEnvironment=B=2\n"

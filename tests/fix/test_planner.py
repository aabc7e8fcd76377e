"""What a plan promises: each change does what it says and nothing worse, or it is left out with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plans import chosen, one_of, planned, texts_after
from texts import examined

from hardhull.fix import drafting
from hardhull.fix.choose import Ask, key_of
from hardhull.fix.drafting import draft
from hardhull.formats import writing
from hardhull.model.change import Fix, Rewrite, Risk, SetTo
from hardhull.model.plan import Status
from hardhull.model.source import Place, Span
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.model.plan import Plan
    from hardhull.text.draft import Drafts

    Writer = Callable[[Fact, Iterable[Change], Drafts], None]

COMPOSE = """services:
  web:
    image: nginx:1.27
    privileged: true
    pid: host
"""
FILES = {"compose.yaml": COMPOSE}


def asks(files: dict[str, str]) -> list[Ask]:
    offers = examined(files).offers
    return [Ask(one.fact, one.rule, one.found, one.fixes[0], key_of(one.found)) for one in offers if one.fixes]


def drafted(one: Ask, other: Ask) -> drafting.Drafting:
    return draft([one, other], {}, lambda _ask, _pin: pytest.fail("nothing is pinned"))


# ---- what meets in one place ------------------------------------------------------------------------------------------


def test_of_two_fixes_for_one_place_the_later_one_is_refused() -> None:
    first, second = asks(FILES)[:2]
    source = first.fact.place.source
    place = Place(source, Span(COMPOSE.index("true"), COMPOSE.index("true") + 4))
    one = first._replace(fix=Fix("say no", (Rewrite(place, "false"),)))
    other = second._replace(fix=Fix("say nothing", (Rewrite(place, "null"),)))
    for pair in ((one, other), (other, one)):
        made = drafted(*pair)
        assert [each.ask.fix.title for each in made.made] == [pair[0].fix.title]
        assert [(each.found.id, each.status, each.why) for each in made.refused] == [
            (pair[1].found.id, Status.REFUSED, "another fix changes the same place")
        ]


def test_an_edit_of_a_tree_and_one_of_the_text_that_meet_are_told_apart() -> None:
    """Only the outcome shows it: a tree tells its edits when all of them are known."""
    first, second = asks(FILES)[:2]
    start = COMPOSE.index("    privileged")
    place = Place(first.fact.place.source, Span(start + 4, start + len("    privileged: true")))
    tree = first._replace(fix=Fix("take it out", (SetTo("privileged", False),)))
    text = second._replace(fix=Fix("say no", (Rewrite(place, "privileged: false"),)))
    made = drafted(tree, text)
    assert [each.ask.fix.title for each in made.made] == ["take it out"]
    assert [each.why for each in made.refused] == ["another fix changes the same place"]
    assert made.files[0].after.decode() == COMPOSE.replace("    privileged: true\n", "")


def test_what_the_text_says_already_is_no_change() -> None:
    first, second = asks(FILES)[:2]
    place = Place(first.fact.place.source, Span(0, 8))
    same = first._replace(fix=Fix("nothing", ()))
    assert [each.why for each in drafted(same, second).refused] == ["the text says so already"]
    assert place.text == "services"


def test_a_fix_of_several_changes_is_made_as_a_whole_or_not_at_all() -> None:
    first, second = asks(FILES)[:2]
    source = first.fact.place.source
    pid = COMPOSE.index("pid: host")
    whole = first._replace(
        fix=Fix("two", (Rewrite(Place(source, Span(pid, pid + 3)), "ipc"), Rewrite(Place(source, Span(0, 8)), "x")))
    )
    taken = second._replace(fix=Fix("one", (Rewrite(Place(source, Span(0, 8)), "y"),)))
    made = drafted(taken, whole)
    assert made.files[0].after.decode() == COMPOSE.replace("services", "y")


# ---- what does not do what it should ----------------------------------------------------------------------------------


def also(field: str, text: str) -> Writer:
    """The real writer, which for Changes of one field writes something else as well (or, without it, nothing else)."""

    def write(fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
        changes = list(changes)
        if not any(isinstance(each, SetTo) and each.field == field for each in changes):
            writing.write(fact, changes, drafts)
            return
        draft_of = drafts.of(fact.place.source)
        if not text.startswith("#"):
            writing.write(fact, changes, drafts)
        draft_of.insert(len(fact.place.source.data), text)

    return write


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(each.fix.title, each.why) for each in plan.of(Status.REFUSED)]


def test_a_fix_that_does_not_remove_its_finding_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "write", also("privileged", "# not privileged any more\n"))
    plan = planned(FILES, chosen("privileged-container", "host-pid"))
    assert told(plan) == [("run it without --privileged", "privileged-container is still found after it")]
    assert texts_after(FILES, plan)["compose.yaml"] == COMPOSE.replace("    pid: host\n", "")
    assert one_of(plan, "host-pid").status is Status.PLANNED


def test_a_fix_that_brings_a_new_finding_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"compose.yaml": COMPOSE.replace("privileged: true", "ipc: host")}
    monkeypatch.setattr(drafting, "write", also("pid", "    cap_add: [SYS_ADMIN]\n"))
    plan = planned(files, chosen("host-ipc", "host-pid"))
    assert one_of(plan, "host-pid").why == "dangerous-capability-added would be a new finding after it"
    assert one_of(plan, "host-ipc").status is Status.PLANNED
    assert texts_after(files, plan)["compose.yaml"] == COMPOSE.replace("    privileged: true\n", "")


def test_a_fix_after_which_a_file_is_not_read_any_more_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "write", also("pid", "    ]]: {\n"))
    plan = planned(FILES, chosen("host-pid"))
    assert one_of(plan, "host-pid").why.startswith("the file would not be read: ")
    assert not plan.files


def test_the_guilty_one_is_found_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    services = "".join(f"  s{n}:\n    image: nginx:1.27\n    privileged: true\n    pid: host\n" for n in range(6))
    files = {"compose.yaml": f"services:\n{services}"}

    def write(fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
        writing.write(fact, changes, drafts)
        if fact.subject == "service s3" and any(isinstance(each, SetTo) and each.field == "pid" for each in changes):
            drafts.of(fact.place.source).insert(
                len(fact.place.source.data), "  evil: {image: 'nginx:1.27', cap_add: [SYS_ADMIN]}\n"
            )

    monkeypatch.setattr(drafting, "write", write)
    plan = planned(files, chosen("privileged-container", "host-pid"))
    assert [each.found.subject for each in plan.of(Status.REFUSED)] == ["service s3"]
    assert "evil" not in texts_after(files, plan)["compose.yaml"]
    assert len(plan.of(Status.PLANNED)) == 11


def test_the_guilty_one_of_a_later_pass_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It edits what the first pass wrote, and cannot be tried without it."""

    def write(fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
        changes = list(changes)
        writing.write(fact, changes, drafts)
        if any(getattr(each, "field", "") == "cap_drop" for each in changes):
            evil = "  evil: {image: 'nginx:1.27', pid: host, cap_add: [SYS_ADMIN], cap_drop: [ALL]}\n"
            drafts.of(fact.place.source).insert(len(fact.place.source.data), evil)

    monkeypatch.setattr(drafting, "write", write)
    plan = planned(FILES, chosen("privileged-container", "host-pid", "capability-drop-all-missing"))
    assert [each.found.rule for each in plan.of(Status.REFUSED)] == ["HH-PRV-002"]
    assert len(plan.of(Status.PLANNED)) == 2
    assert "evil" not in texts_after(FILES, plan)["compose.yaml"]


# ---- what one change leads to -----------------------------------------------------------------------------------------


def test_a_finding_that_takes_the_place_of_a_worse_one_is_no_reason_against_a_fix() -> None:
    """Who is no longer privileged may now lack a dropped capability; that was so before, and nobody could see it."""
    plan = planned(FILES, chosen("privileged-container"))
    assert one_of(plan, "privileged-container").status is Status.PLANNED
    before = {found.rule for found in plan.before.shown}
    assert {found.rule for found in plan.after.shown} - before


def test_what_a_fix_lays_bare_in_another_namespace_is_fixed_as_well() -> None:
    """Both findings are of one rule and of the whole cluster: only the namespace tells them apart."""

    def pod(namespace: str, more: str = "") -> str:
        head = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: {namespace}}}\nspec:\n{more}"
        return f"{head}  containers:\n  - name: web\n    image: redis\n"

    files = {"k8s.yaml": pod("first", "  hostNetwork: true\n") + "---\n" + pod("second")}
    rules = ("network-policy-missing", "host-network")
    plan = planned(files, chosen(*rules))
    assert [each.found.rule for each in plan.of(Status.PLANNED)].count("HH-NET-301") == 2
    assert not planned(texts_after(files, plan), chosen(*rules)).of(Status.PLANNED)


def test_what_a_fix_lays_bare_is_fixed_as_well() -> None:
    plan = planned(FILES)
    text = texts_after(FILES, plan)["compose.yaml"]
    assert "privileged" not in text
    assert "cap_drop" in text
    laid_bare = [each for each in plan.of(Status.PLANNED) if each.found.id not in {one.id for one in plan.before.shown}]
    assert laid_bare
    assert "cap_drop" in text


def test_what_was_refused_is_tried_again_once_the_file_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(fact: Fact, changes: Iterable[Change], drafts: Drafts) -> None:
        changes = list(changes)
        if SetTo("pid", None) in changes and b"privileged" in fact.place.source.data:
            raise UnwritableError("something stands in the way")
        writing.write(fact, changes, drafts)

    monkeypatch.setattr(drafting, "write", write)
    alone = planned(FILES, chosen("host-pid"))
    assert told(alone) == [("give it process ids of its own", "something stands in the way")]
    both = planned(FILES, chosen("host-pid", "privileged-container"))
    assert not both.of(Status.REFUSED)
    assert "pid" not in texts_after(FILES, both)["compose.yaml"]


def test_a_file_that_only_another_one_names_is_changed_where_it_is() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    extends: {file: parts/common.part, service: base}\n",
        "parts/common.part": "services:\n  base:\n    image: nginx:1.27\n    privileged: true\n",
    }
    plan = planned(files, chosen("privileged-container"))
    (file,) = plan.files
    assert (file.path, file.before) == ("parts/common.part", files["parts/common.part"].encode())
    assert "privileged" not in file.after.decode()
    assert one_of(plan, "privileged-container").fix.diff.startswith("--- a/parts/common.part\n")


# ---- what is asked for ------------------------------------------------------------------------------------------------


def test_risk_and_doubt_are_limits() -> None:
    plan = planned(FILES, chosen(risk=Risk.PROVEN, unsure=False))
    assert one_of(plan, "privileged-container").why == "its risk is above the limit"
    assert {each.status for each in plan.fixes if each.fix.risk == "needs-proof"} <= {Status.LEFT, Status.BY_HAND}


def test_what_an_ignore_hides_is_not_fixed() -> None:
    files = {
        "compose.yaml": COMPOSE.replace(
            "privileged: true", "privileged: true  # hardhull: ignore[HH-PRV-001] -- measured"
        )
    }
    hidden = [found for found in planned(files).before.findings if found.suppressed]
    assert [found.rule for found in hidden] == ["HH-PRV-001"]
    assert all(each.found.rule != "HH-PRV-001" for each in planned(files).fixes)
    assert "privileged: true" in texts_after(files, planned(files, chosen("privileged-container")))["compose.yaml"]


def test_what_others_make_possible_is_planned_beside_findings_of_the_same_subject() -> None:
    files = {
        "manifest.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: empty\n---\n"
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  hostPID: true\n"
        "  containers:\n    - name: web\n      image: nginx:1.27\n"
    }
    plan = planned(files)
    text = texts_after(files, plan)["manifest.yaml"]
    assert text.count("pod-security.kubernetes.io/enforce:") == 2
    assert not planned({"manifest.yaml": text}).files


def test_a_list_that_all_services_lose_is_not_copied_with_what_they_lose() -> None:
    files = {
        "compose.yaml": "x-shared: &shared\n  image: nginx:1.27\n  cap_add: [SYS_ADMIN]\nservices:\n"
        '  web0:\n    <<: *shared\n    user: "101:101"\n  web1:\n    <<: *shared\n'
    }
    plan = planned(files, chosen("dangerous-capability-added", "capability-drop-all-missing"))
    text = texts_after(files, plan)["compose.yaml"]
    assert not plan.of(Status.REFUSED)
    assert "SYS_ADMIN" not in text
    assert "CHOWN" in text


def test_what_a_fix_lays_bare_in_one_of_two_equal_commands_is_fixed_too() -> None:
    run = "docker run --user 101:101"
    files = {"run.sh": f"{run} nginx:1.27\n{run} --privileged nginx:1.27\n"}
    text = texts_after(files, planned(files))["run.sh"]
    assert text.count("no-new-privileges") == 2
    assert not planned({"run.sh": text}).files


def test_a_document_that_cannot_be_read_may_move_down() -> None:
    """Lines that come above it are no reason to say that the fix broke the file."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: redis\n"
    broken = {"pod.yaml": f"{pod}---\n    image: redis\nkind: Pod\n"}
    plan = planned(broken, chosen("writable-root-filesystem"))
    assert one_of(plan, "writable-root-filesystem").status is Status.PLANNED
    assert planned(texts_after(broken, plan), chosen("writable-root-filesystem")).of(Status.PLANNED) == []

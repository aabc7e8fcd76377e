"""What a proof is worth: which fixes it makes ``proven``, which not, and what ``fix --apply`` alone then writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from texts import discovery_of, examined, findings_of

from hardhull.facts.digest import digest, with_before
from hardhull.facts.local_image import LocalImage
from hardhull.facts.normal import normal
from hardhull.facts.parts import Mount, Port
from hardhull.facts.proof import Proof, Proven, identified
from hardhull.facts.syscalls import START, START_NEW, START_WITH_PRIVILEGES
from hardhull.facts.workload import Workload
from hardhull.fix.choose import Choices
from hardhull.fix.planner import Planner
from hardhull.formats.proof import write
from hardhull.model.change import Add, Change, Drop, Fix, Make, Pin, Risk, SetTo, Swap
from hardhull.model.field import Field
from hardhull.model.plan import Status
from hardhull.rules.kept_examples import PROOF
from hardhull.rules.policy import Policy
from hardhull.rules.proven import changes_for, standing, weighed
from hardhull.scan import Options

if TYPE_CHECKING:
    from hardhull.model.plan import Plan

CALLS = sorted(START | START_NEW | START_WITH_PRIVILEGES)
SECCOMP = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": CALLS, "action": "SCMP_ACT_ALLOW"}]}
ITEMS = (
    Proven("cap_drop", "ALL"),
    Proven("cap_add", "CHOWN", kept=True),
    Proven("cap_add", "SYS_ADMIN", absent=True),
    Proven("user", "33:33"),
    Proven("read_only", True),
    Proven("mounts", normal(Mount("tmpfs", None, "/run"))),
    Proven("mounts", normal(Mount("bind", "./conf", "/conf", read_only=True))),
    Proven("no_new_privileges", True),
    Proven("seccomp", {"path": "hardhull/seccomp/web.json", "profile": SECCOMP}),
    Proven("memory", 64 << 20),
    Proven("pids", 24),
    Proven("ports", normal(Port("80", "8080", "127.0.0.1"))),
)
SERVICE: dict[str, Any] = {
    "image": "shop:1",
    "cap_add": ["SYS_ADMIN"],
    "volumes": ["./conf:/conf"],
    "ports": ["8080:80"],
    "mem_limit": "1g",
}


def text_of(service: dict[str, Any]) -> str:
    return yaml.safe_dump({"services": {"web": service}}, sort_keys=False)


def web_of(files: dict[str, str]) -> Workload:
    return next(fact for fact in examined(files).facts if isinstance(fact, Workload))


def proof_of(service: dict[str, Any], items: tuple[Proven, ...] = ITEMS, **more: Any) -> Proof:
    was = web_of({"compose.yaml": text_of(service)})
    items = with_before(was, items)
    proof = Proof(
        "", "service web", "compose.yaml", digest(was, items), "shop:1", "", "docker 28", "6.1",
        "2026-01-01T00:00:00+00:00", 3, 24, 24, items, digest(was),
    )._replace(**more)  # fmt: skip
    return identified(proof)


def files_of(service: dict[str, Any], proof: Proof) -> dict[str, str]:
    return {"compose.yaml": text_of(service), PROOF: write(proof)}


def weigh(changes: list[Change], service: dict[str, Any] | None = None, proof: Proof | None = None) -> Risk:
    web = web_of(files_of(service or SERVICE, proof or proof_of(SERVICE)))
    held = standing(web)
    assert held is not None
    return weighed(held, Fix("do it", tuple(changes), Risk.NEEDS_PROOF)).risk


def item_of(field: str, number: int = 0) -> Field[Any]:
    items: tuple[Field[Any], ...] = getattr(web_of({"compose.yaml": text_of(SERVICE)}), field).value
    return items[number]


TMPFS = Add("mounts", Mount("tmpfs", None, "/run"))
USER = SetTo("user", "33:33")
DROP_ALL: list[Change] = [Add("cap_drop", "ALL"), Add("cap_add", "CHOWN")]


@pytest.mark.parametrize(
    ("changes", "risk"),
    [
        ([SetTo("memory", 64 << 20)], Risk.PROVEN),
        ([SetTo("memory", 63 << 20)], Risk.NEEDS_PROOF),
        ([SetTo("memory", 64 << 20), SetTo("memory_swap", 64 << 20)], Risk.NEEDS_PROOF),
        ([SetTo("pids", 24)], Risk.PROVEN),
        ([SetTo("pids", 24), SetTo("init", True)], Risk.NEEDS_PROOF),
        ([*DROP_ALL, USER, TMPFS], Risk.NEEDS_PROOF),
        ([Add("cap_drop", "ALL"), USER], Risk.NEEDS_PROOF),
        ([SetTo("read_only", True)], Risk.NEEDS_PROOF),
        ([SetTo("cpus", 1.0)], Risk.NEEDS_PROOF),
        ([], Risk.NEEDS_PROOF),
    ],
)
def test_a_fix_is_proven_only_as_a_whole_and_with_what_it_leans_on(changes: list[Change], risk: Risk) -> None:
    assert weigh(changes) is risk


def test_with_what_it_leans_on_it_is_proven() -> None:
    conf = Swap("mounts", item_of("mounts"), Mount("bind", "./conf", "/conf", read_only=True))
    assert weigh([conf, TMPFS, *DROP_ALL, USER]) is Risk.PROVEN
    assert weigh([conf, TMPFS, SetTo("read_only", True), *DROP_ALL, USER]) is Risk.PROVEN
    assert weigh([Drop("cap_add", item_of("cap_add")), *DROP_ALL, USER, TMPFS, conf]) is Risk.PROVEN
    assert weigh([Swap("ports", item_of("ports"), Port("80", "8080", "127.0.0.1"))]) is Risk.PROVEN
    assert weigh([Swap("ports", item_of("ports"), Port("80", "8081", "127.0.0.1"))]) is Risk.NEEDS_PROOF


def test_a_seccomp_profile_is_proven_by_what_it_says() -> None:
    tight = {**SERVICE, "cap_drop": ["ALL"], "cap_add": ["CHOWN"], "user": "33:33"}
    tight["security_opt"] = ["no-new-privileges:true"]

    def of(profile: Any) -> Risk:
        make = Make("hardhull/seccomp/web.json", profile)
        return weigh([make, SetTo("seccomp", "./hardhull/seccomp/web.json")], tight)

    assert of(dict(reversed(SECCOMP.items()))) is Risk.PROVEN
    assert of({**SECCOMP, "defaultAction": "SCMP_ACT_KILL"}) is Risk.NEEDS_PROOF
    assert weigh([SetTo("seccomp", "./hardhull/seccomp/web.json")], tight) is Risk.NEEDS_PROOF


def test_a_pin_and_what_only_holds_on_the_engine_of_the_proof_are_not_proven() -> None:
    web = web_of({"compose.yaml": text_of(SERVICE)})
    assert weigh([Pin("image", "shop:1", web.image.place)]) is Risk.NEEDS_PROOF
    items = (Proven("memory", 64 << 20, portable=False),)
    there = {**SERVICE, "network_mode": "host"}
    del there["ports"]
    assert weigh([SetTo("memory", 64 << 20)], SERVICE, proof_of(SERVICE, items)) is Risk.PROVEN
    assert weigh([SetTo("memory", 64 << 20)], there, proof_of(there, items)) is Risk.NEEDS_PROOF


def test_a_proof_of_another_state_proves_nothing() -> None:
    files = files_of({**SERVICE, "command": "serve"}, proof_of(SERVICE))
    result = examined(files).result
    assert standing(web_of(files)) is None
    assert {fix.risk for found in result.findings for fix in found.fixes} <= {"safe", "needs-proof"}
    stale = findings_of("HH-MON-501", result)
    assert len(stale) == 1
    assert stale[0].fixes[0].advice == f"hardhull prove --replay {proof_of(SERVICE).ident}"
    assert not findings_of("HH-PRV-507", result)


def plan_of(files: dict[str, str], risk: Risk = Risk.PROVEN) -> Plan:
    return Planner(discovery_of(files), Policy(), Options(strict=True, today="2026-01-01"), Choices(risk=risk)).plan()


def test_fix_alone_writes_the_proven_configuration() -> None:
    proof = proof_of(SERVICE)
    files = files_of(SERVICE, proof)
    plan = plan_of(files)
    written = {**files, **{file.path: file.after.decode() for file in plan.files}}
    assert {each.fix.risk for each in plan.of(Status.PLANNED)} <= {"safe", "proven"}
    assert not plan.of(Status.REFUSED), [each.why for each in plan.of(Status.REFUSED)]
    assert digest(web_of(written)) == proof.workload
    service = yaml.safe_load(written["compose.yaml"])["services"]["web"]
    assert service["user"] == "33:33"
    assert service["cap_add"] == ["CHOWN"]
    assert [each.replace("=", ":") for each in service["security_opt"]] == [
        "no-new-privileges:true",
        "seccomp:./hardhull/seccomp/web.json",
    ]
    assert json.loads(written["hardhull/seccomp/web.json"]) == SECCOMP
    again = examined(written).result
    assert not findings_of("HH-MON-501", again)
    assert not findings_of("HH-PRV-507", again)
    assert not plan_of(written).files


def test_each_written_setting_carries_its_proof_in_one_line() -> None:
    drilled = tuple(
        one._replace(drills=("drill-become-root", "drill-write-disk")) if one.field == "user" else one for one in ITEMS
    )
    proof = proof_of(SERVICE, drilled)
    text = next(file.after.decode() for file in plan_of(files_of(SERVICE, proof)).files if file.path == "compose.yaml")
    lines = [line.strip() for line in text.splitlines() if f"; replay: hardhull prove --replay {proof.ident}" in line]
    said = {line.partition("  # ")[0]: line.partition("  # ")[2].partition(";")[0] for line in lines}
    assert said['user: "33:33"'] == "proven: 3 runs, 24/24 checks, become-root +1 blocked"
    assert said["read_only: true"] == "proven: 3 runs, 24/24 checks"
    assert said["- CHOWN"] == "proven: 3 runs, needed"
    assert text.count("image: shop:1\n") == 1
    assert examined({"compose.yaml": text}).result.findings


def test_what_leans_on_something_that_holds_elsewhere_only_is_not_written() -> None:
    service = {**SERVICE, "network_mode": "host"}
    items = (
        Proven("user", "33:33", portable=False),
        Proven("read_only", True),
        Proven("mounts", normal(Mount("tmpfs", None, "/run"))),
        Proven("memory", 64 << 20),
    )
    files = files_of(service, proof_of(service, items))
    text = next(file.after.decode() for file in plan_of(files).files)
    web = yaml.safe_load(text)["services"]["web"]
    assert str(web["mem_limit"]).startswith("64")
    assert not {"user", "read_only", "tmpfs"} & set(web)


def test_half_way_the_rest_is_still_proven() -> None:
    half = {**SERVICE, "cap_drop": ["ALL"], "cap_add": ["CHOWN"], "user": "33:33", "mem_limit": "64m"}
    files = files_of(half, proof_of(SERVICE))
    plan = plan_of(files)
    written = {**files, **{file.path: file.after.decode() for file in plan.files}}
    assert digest(web_of(written)) == proof_of(SERVICE).workload


def test_a_proof_that_failed_counts_for_nothing() -> None:
    files = files_of(SERVICE, proof_of(SERVICE, passed=23))
    assert web_of(files).proof.value is None
    assert not plan_of(files).of(Status.PLANNED)


def test_another_image_makes_a_proof_stale_where_an_engine_was_asked() -> None:
    from hardhull.rules.workload.proof_stale import check

    web = web_of(files_of(SERVICE, proof_of(SERVICE, image_digest="sha256:1")))
    assert not list(check(web, Policy()))
    for ident, count in (("sha256:1", 0), ("sha256:2", 1)):
        web.local_image = Field("local_image", LocalImage("shop:1", ident), web.place)
        found = list(check(web, Policy()))
        assert len(found) == count
    assert "its image is not the one that ran" in found[0].message


def test_a_path_that_leads_elsewhere_is_not_written_to() -> None:
    for path in ("../../etc/x.json", "/etc/passwd", "hardhull/seccomp/../../compose.yaml", ".github/workflows/x.json"):
        proof = proof_of(SERVICE, (Proven("seccomp", {"path": path, "profile": SECCOMP}),))
        made = plan_of(files_of(SERVICE, proof))
        assert {file.path for file in made.files if file.before is None} == {"hardhull/seccomp/web.json"}


def test_items_that_no_field_can_have_are_told() -> None:
    web = web_of({"compose.yaml": text_of(SERVICE)})
    with pytest.raises(ValueError, match="no item of mounts"):
        changes_for(web, [Proven("mounts", 3)])

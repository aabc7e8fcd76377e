"""What a plan leaves to people is only what its own changes do not solve as well."""

from __future__ import annotations

from plans import chosen, planned

from hardhull.model.plan import Status


def test_what_another_fix_solves_as_well_is_left_to_nobody() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: .\n",
        "Dockerfile": 'FROM alpine:3.22\nCOPY run /run.sh\nCMD ["/run.sh"]\n',
    }
    rules = "image-runs-as-root", "runs-as-root"
    together, alone = planned(files, chosen(*rules)), planned(files, chosen("runs-as-root"))
    assert not together.of(Status.BY_HAND), "the service runs as the user of its image then"
    assert [each.found.subject for each in alone.of(Status.BY_HAND)] == ["service web"]

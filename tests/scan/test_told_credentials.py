"""A credential where a name belongs is in no word of a result."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardhull.model.source import Source
from hardhull.rules.policy import Policy
from hardhull.scan import Options, examine
from hardhull.scan.discover import Candidate, Discovery
from hardhull.scan.kinds import kinds_of
from hardhull.text.secret_formats import checksum62

BODY = "zuRXUBNSeJUCsIrRz0NpW3ojXaDbDO"
TOKEN = f"ghp_{BODY}{checksum62(BODY)}"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", f"docker run --privileged -e TOKEN {TOKEN} nginx\n"),
        ("run.sh", f"docker run --name {TOKEN} --privileged nginx\n"),
        ("compose.yaml", f"services:\n  {TOKEN}:\n    image: nginx\n    privileged: true\n"),
        ("compose.yaml", f"services:\n  web:\n    image: nginx\n    {TOKEN}: true\n"),
        ("compose.yaml", f"services:\n  web:\n    image: nginx:{TOKEN}\n    privileged: true\n"),
        ("compose.yaml", f"services:\n  web:\n    image: nginx\n    ports:\n      - ENV DB_PASSWORD={TOKEN[:24]}\n"),
        ("Dockerfile", f"ARG A=latest B={TOKEN}\nFROM golang:$A$B\n"),
        ("Dockerfile", f"FROM {TOKEN}\nRUN make\n"),
        ("Dockerfile", f"FROM debian:{TOKEN}\nRUN make\n"),
    ],
)
def test_a_credential_in_the_place_of_a_name_is_not_said(path: str, text: str) -> None:
    data = text.encode()
    found = Discovery(Path("/nonexistent"), [Candidate(Source(path, data), kinds_of(path, data))], [])
    seen = examine(found, Policy(), Options(strict=True, today="2026-01-01"))
    assert TOKEN[:24] not in repr(seen.result)
    assert TOKEN[:24] not in repr([offer.found for offer in seen.offers])
    assert [offer.found for offer in seen.offers if offer.found not in seen.result.findings] == []
    assert seen.result.findings or seen.result.not_checked


def test_a_result_without_one_stays_as_it_is() -> None:
    data = b"FROM debian:13\n"
    found = Discovery(Path("/nonexistent"), [Candidate(Source("Dockerfile", data), ("dockerfile",))], [])
    result = examine(found, Policy(), Options(strict=True, today="2026-01-01")).result
    assert "[redacted]" not in repr(result.findings)

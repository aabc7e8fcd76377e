"""Package of the distribution has a known vulnerability.

What it checks: packages of the distribution (dpkg, apk, rpm) of an image that was built, against the local database
of advisories (`hardhull db`): by the release of the distribution and the source package, in the distribution's own
order of versions. A vulnerability that the distribution fixed without a new upstream version counts as fixed. One
finding for each vulnerability of each package; those that CISA lists as exploited are critical whatever their score,
and come first, then by severity, by whether there is a fix, and by how near the package is to what the container
starts.

Why it matters: what is published is tried. An image gets no updates by itself: it has the holes of the day it was
built.

How to fix: build again on a newer base image, or upgrade the package in the Dockerfile; the finding names the
version. Where there is no fix, `--ignore-unfixed` leaves it out.

When it is fine: where the vulnerable part is never reached. Accept it by its CVE: `[[ignore]]` in hardhull.toml with
`paths`, `rules = ["CVE-2024-0001"]` and a reason; a date in `until` makes sure that somebody looks again.

References: https://ossf.github.io/osv-schema/
https://www.cisa.gov/known-exploited-vulnerabilities-catalog
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.rules.rule import HIGH, SOURCE, Example, rule
from hardhull.rules.vulnerable import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ECOSYSTEMS: Final = frozenset({"deb", "apk", "rpm"})


@rule(
    "HH-VUL-101",
    "vulnerable-system-package",
    dimension=SOURCE,
    severity=HIGH,
    by_hand="the image has to be built again",
)
def check(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Yields each of them."""
    yield from told(image, ECOSYSTEMS, "upgrade {package} to {fixed}")


EXAMPLES = [
    Example(
        "contents",
        bad="""
--- Dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends openssl  #! HH-VUL-101
CMD ["openssl"]
--- contents.json
{
 "history": ["", "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends openssl # buildkit"],
 "distribution": {"id": "debian", "version": "12"},
 "packages": [{"ecosystem": "deb", "name": "libssl3", "version": "3.0.11-1~deb12u1", "source": "openssl", "step": 1}],
 "advisories": [
  {"id": "DSA-5532-1", "modified": "2025-12-30T00:00:00Z", "upstream": ["CVE-2023-5363"],
   "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}]}]}]}
 ]
}
""",
        good="""
--- Dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends openssl
CMD ["openssl"]
--- contents.json
{
 "history": ["", "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends openssl # buildkit"],
 "distribution": {"id": "debian", "version": "12"},
 "packages": [{"ecosystem": "deb", "name": "libssl3", "version": "3.0.11-1~deb12u2", "source": "openssl", "step": 1}],
 "advisories": [
  {"id": "DSA-5532-1", "modified": "2025-12-30T00:00:00Z", "upstream": ["CVE-2023-5363"],
   "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}]}]}]}
 ]
}
""",
    )
]

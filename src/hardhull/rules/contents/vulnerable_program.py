"""Program that no package manager installed has a known vulnerability.

What it checks: programs that were copied or compiled into an image and tell their own version (node, python, php,
nginx, busybox, Java) of an image that was built, against the local database of advisories (`hardhull db`): by the
upstream version, in Bitnami's database. Whoever built the program may have put a fix in without a new version, so the
confidence is medium. One finding for each vulnerability of each program; those that CISA lists as exploited are
critical whatever their score, and come first, then by severity, by whether there is a fix, and by how near the
program is to what the container starts.

Why it matters: what is published is tried. An image gets no updates by itself: it has the holes of the day it was
built.

How to fix: copy or build a newer version of it.

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

ECOSYSTEMS: Final = frozenset({"generic"})


@rule(
    "HH-VUL-103",
    "vulnerable-program",
    dimension=SOURCE,
    severity=HIGH,
    by_hand="the image has to be built again",
)
def check(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Yields each of them."""
    yield from told(image, ECOSYSTEMS, "replace {package} by {fixed}")


EXAMPLES = [
    Example(
        "contents",
        bad="""
--- Dockerfile
FROM debian:12
COPY nginx /usr/local/sbin/nginx  #! HH-VUL-103
CMD ["nginx"]
--- contents.json
{
 "history": ["", "COPY nginx /usr/local/sbin/nginx # buildkit"],
 "distribution": {"id": "debian", "version": "12"},
 "packages": [{"ecosystem": "generic", "name": "nginx", "version": "1.27.0", "step": 1}],
 "advisories": [
  {"id": "BIT-nginx-2024-7347", "modified": "2025-12-30T00:00:00Z", "aliases": ["CVE-2024-7347"],
   "affected": [{"package": {"ecosystem": "Bitnami", "name": "nginx"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.27.1"}]}]}]}
 ]
}
""",
        good="""
--- Dockerfile
FROM debian:12
COPY nginx /usr/local/sbin/nginx
CMD ["nginx"]
--- contents.json
{
 "history": ["", "COPY nginx /usr/local/sbin/nginx # buildkit"],
 "distribution": {"id": "debian", "version": "12"},
 "packages": [{"ecosystem": "generic", "name": "nginx", "version": "1.27.1", "step": 1}],
 "advisories": [
  {"id": "BIT-nginx-2024-7347", "modified": "2025-12-30T00:00:00Z", "aliases": ["CVE-2024-7347"],
   "affected": [{"package": {"ecosystem": "Bitnami", "name": "nginx"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.27.1"}]}]}]}
 ]
}
""",
    )
]

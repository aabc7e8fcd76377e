"""Library in an image has a known vulnerability.

What it checks: packages of programming languages (Python, Node.js, Go, Rust, Java, Ruby, PHP, .NET) of an image that
was built, against the local database of advisories (`hardhull db`): by name and version, in the order of versions of
its own package manager. What a package of the distribution owns is judged as that package, whose fixes are the
distribution's. One finding for each vulnerability of each library; those that CISA lists as exploited are critical
whatever their score, and come first, then by severity, by whether there is a fix, and by how near the library is to
what the container starts.

Why it matters: what is published is tried. An image gets no updates by itself: it has the holes of the day it was
built.

How to fix: raise the version where the application names its libraries (requirements, package-lock.json, go.mod ...)
and build again.

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

ECOSYSTEMS: Final = frozenset({"pypi", "npm", "golang", "cargo", "maven", "gem", "composer", "nuget"})


@rule(
    "HH-VUL-102",
    "vulnerable-library",
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
RUN pip install --no-cache-dir jinja2==3.1.2  #! HH-VUL-102
CMD ["python3"]
--- contents.json
{
 "history": ["", "RUN /bin/sh -c pip install --no-cache-dir jinja2==3.1.2 # buildkit"],
 "distribution": {"id": "debian", "version": "12"},
 "packages": [{"ecosystem": "pypi", "name": "Jinja2", "version": "3.1.2", "step": 1}],
 "advisories": [
  {"id": "GHSA-h5c8-rqwp-cp95", "modified": "2025-12-30T00:00:00Z", "aliases": ["CVE-2024-22195"],
   "affected": [{"package": {"ecosystem": "PyPI", "name": "jinja2"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.3"}]}]}]}
 ]
}
""",
        good="""
--- Dockerfile
FROM debian:12
RUN pip install --no-cache-dir jinja2==3.1.2
CMD ["python3"]
--- contents.json
{
 "history": ["", "RUN /bin/sh -c pip install --no-cache-dir jinja2==3.1.2 # buildkit"],
 "distribution": {"id": "debian", "version": "12"},
 "packages": [{"ecosystem": "pypi", "name": "Jinja2", "version": "3.1.3", "step": 1}],
 "advisories": [
  {"id": "GHSA-h5c8-rqwp-cp95", "modified": "2025-12-30T00:00:00Z", "aliases": ["CVE-2024-22195"],
   "affected": [{"package": {"ecosystem": "PyPI", "name": "jinja2"},
    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.3"}]}]}]}
 ]
}
""",
    )
]

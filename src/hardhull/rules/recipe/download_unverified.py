"""Downloaded program is not verified.

What it checks: RUN instructions that download an archive, a package or a program with curl or wget and install,
unpack or start it, where nothing in the same RUN checks a checksum or a signature. One finding for each RUN.

Why it matters: the file is whatever the server, a mirror or somebody on the way sends at that moment. It goes into the
image unseen.

How to fix: `ADD --checksum=sha256:... URL`, or `echo "SUM  FILE" | sha256sum -c` behind the download, with the sum
written in the Dockerfile. A sum that is fetched from the same server proves nothing about the server.

When it is fine: files that the build only reads as data.

References: https://docs.docker.com/reference/dockerfile/#add---checksum
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.model.lazy import lazy
from hardhull.rules.fix import advise
from hardhull.rules.programs import FETCHERS, name_of, urls
from hardhull.rules.recipe_commands import calls, mentions
from hardhull.rules.rule import MEDIUM, SOURCE, Example, rule
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.recipe import ImageRecipe
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy
    from hardhull.rules.recipe_commands import Call

CHECKED = lazy(
    r"[Ss][Hh][Aa](?:1|224|256|384|512|sum|\d+sum)|md5sum|b2sum|gpg\b[^;&|]{0,200}?--verify|gpgv|cosign|minisign|dgst"
    r"|[Cc]hecksum|CHECKSUM|rhash|slsa-verifier|digest|signify|integrity"
)
"""Signs that a download is checked somehow."""
PROGRAM = lazy(
    r"\.(?:tar(?:\.\w{1,4})?|tgz|tbz2?|txz|zip|gz|xz|bz2|deb|rpm|apk|whl|gem|jar|war|run|bin|appimage|sh|py|so)"
    r"(?:[?#\"'].*)?$",
    re.IGNORECASE,
)
_INSTALLED = (
    r"\s[^;&]{0,600}?(?:\|[\s\\]{0,40}(?:sudo\s+)?(?:tar|bsdtar|unzip|gunzip|zcat|xz|gzip|cpio|dpkg|rpm|7z|funzip)\b"
    r"|\.(?:t(?:ar|gz|bz2?|xz)|zip|gz|xz|bz2|deb|rpm|apk|whl|gem|[jw]ar|run|bin|appimage|AppImage|sh|py|so)\b|/bin/)"
)
SUSPECT = (lazy("curl" + _INSTALLED), lazy("wget" + _INSTALLED))
"""A quick look whether a RUN is worth reading."""
UNPACKERS = frozenset({"tar", "bsdtar", "unzip", "gunzip", "gzip", "zcat", "xz", "cpio", "dpkg", "rpm", "7z", "funzip"})


@rule(
    "HH-SRC-032",
    "download-unverified",
    dimension=SOURCE,
    severity=MEDIUM,
    confidence=Confidence.MEDIUM,
    by_hand="the checksum has to come from those who publish the file",
)
def check(recipe: ImageRecipe, _policy: Policy) -> Iterator[Finding]:
    """Yields the first such download of every RUN."""
    judged: set[int] = set()
    for call in calls(recipe, SUSPECT, unless=CHECKED):
        if call.program not in FETCHERS or id(call.run) in judged or call.inside:
            continue
        at = _program(call)
        if at is not None:
            judged.add(id(call.run))
            yield call.finding(
                f"{call.where} installs a download that nothing verifies",
                at=at,
                label="no checksum, no signature",
                fix=advise(
                    "verify the checksum of what is downloaded",
                    f"ADD --checksum=sha256:SUM {redact(call.texts[at])} /tmp/\n"
                    'or, behind the download: echo "SUM  FILE" | sha256sum -c',
                ),
            )


def _program(call: Call) -> int | None:
    """The position of the URL of something that is installed; None where it is data, or goes to a shell."""
    reader = name_of(call.piped_to[0]) if call.piped_to else ""
    if reader and reader not in UNPACKERS:
        return None
    for at in urls(call.texts):
        if reader or PROGRAM.search(call.texts[at]) or _made_executable(call):
            return at
    return None


def _made_executable(call: Call) -> bool:
    """Whether the RUN makes the file that is written executable."""
    for option in ("-o", "--output", "-O", "--output-document"):
        if option in call.texts[:-1]:
            target = call.texts[call.texts.index(option) + 1]
            if target.startswith("/") or "." in target or "bin" in target:
                return mentions(call.run, re.compile(rf"chmod\s[^;&|]{{0,200}}?{re.escape(target)}"))
    return False


EXAMPLES = [
    Example(
        "dockerfile",
        bad="""
FROM debian:13.1
RUN curl -fsSL https://example.com/tool-1.4.tar.gz | tar -xz -C /usr/local  #! HH-SRC-032
RUN mkdir -p /usr/local/bin && \\
    wget -O /usr/local/bin/run https://example.com/run-1.2 && \\  #! HH-SRC-032
    chmod +x /usr/local/bin/run
""",
        good="""
FROM debian:13.1
RUN curl -fsSLO https://example.com/tool-1.4.tar.gz && \\
    echo "24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d  tool-1.4.tar.gz" | sha256sum -c && \\
    tar -xzf tool-1.4.tar.gz -C /usr/local
RUN curl -fsSL https://example.com/words.txt -o /words.txt
""",
    ),
]

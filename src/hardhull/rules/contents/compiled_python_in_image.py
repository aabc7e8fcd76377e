"""Image holds what Python would compile again.

What it checks: the bytes of `.pyc` files of a built image whose source lies beside them, with the instruction that made
them. From one megabyte of one instruction on; the result has the numbers of all (`images[].sizes`).

Why it matters: they make the image larger, and two builds of it differ, because they hold the time of their source.

How to fix: `pip install --no-compile` and `PYTHONDONTWRITEBYTECODE=1` while the image is built.

When it is fine: where the start counts: without them Python compiles at each start of a container, and keeps the result
only where it may write. Measure before you leave them out.

References: https://docs.python.org/3/using/cmdline.html#envvar-PYTHONDONTWRITEBYTECODE
https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-no-compile
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.measured import COMPILED
from hardhull.rules.fix import advise
from hardhull.rules.rule import BUILD, INFO, Example, rule
from hardhull.rules.weighed import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.contents import Contents
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

ADVICE = advise(
    "do not compile while the image is built, if the start may take longer",
    "ENV PYTHONDONTWRITEBYTECODE=1\nRUN pip install --no-cache-dir --no-compile -r requirements.txt",
)


@rule(
    "HH-BLD-414",
    "compiled-python-in-image",
    dimension=BUILD,
    severity=INFO,
    tags=["advice"],
    needs=["wastes"],
    by_hand="the image has to be built again",
)
def check(image: Contents, _policy: Policy) -> Iterator[Finding]:
    """Yields each instruction that compiled enough."""
    yield from told(image, (COMPILED,), "compiled Python whose source is there", INFO, ADVICE)


EXAMPLES = [
    Example(
        "contents",
        bad="""
--- Dockerfile
FROM python:3.13.1-slim
RUN pip install --no-cache-dir flask  #! HH-BLD-414
CMD ["x"]
--- contents.json
{
 "history": ["", "/bin/sh -c pip install --no-cache-dir flask"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [],
 "heaps": [{"layer": 1, "cause": "compiled-python", "bytes": 9000000, "files": 700,
            "examples": ["usr/local/lib/python3.13/site-packages/flask/__pycache__/app.cpython-313.pyc"]}]
}
""",
        good="""
--- Dockerfile
FROM python:3.13.1-slim
RUN pip install --no-cache-dir --no-compile flask
CMD ["x"]
--- contents.json
{
 "history": ["", "/bin/sh -c pip install --no-cache-dir --no-compile flask"],
 "distribution": {"id": "debian", "version": "12"}, "packages": [], "advisories": [], "heaps": []
}
""",
    )
]

"""Results made up for the tests of reports and of the command line: a realistic one, and a strategy for any."""

from __future__ import annotations

from hypothesis import strategies as st

from hardhull.model.finding import Confidence, Dimension, Severity
from hardhull.model.result import (
    AttackPath,
    CheckCount,
    Found,
    Location,
    NotChecked,
    Point,
    Result,
    RuleInfo,
    Score,
    Step,
    Suppression,
    Target,
)

MANUAL = """{title}.

What it checks: something about a container, described in a sentence that is long enough
to be broken over two lines.

Why it matters: whoever takes over the process does more damage.

How to fix: {fix}. Then start the service again and look at its log.

When it is fine: on a machine that runs nothing else.

References: https://docs.docker.com/engine/security/
"""


def rule(names: str, severity: Severity, title: str, fix: str, dimension: Dimension) -> RuleInfo:
    rule_id, name = names.split()
    confidence = Confidence.MEDIUM if rule_id == "HH-NET-002" else Confidence.HIGH
    manual = MANUAL.format(title=title, fix=fix).strip()
    return RuleInfo(rule_id, name, dimension, severity, confidence, (8,), ("docker-1.6:5.4",), ("cis",), title, manual)


S, D = Severity, Dimension
RULES = {
    made.id: made
    for made in (
        rule("HH-PRV-001 privileged-container", S.CRITICAL, "Container runs privileged",
             "remove the setting, then grant only what a recorded run needs", D.PRIVILEGE),
        rule("HH-PRV-003 docker-socket-mounted", S.CRITICAL, "Container can command the engine",
             "remove the mount, or put a filtering proxy in between that allows only the calls that are needed",
             D.PRIVILEGE),
        rule("HH-PRV-010 runs-as-root", S.HIGH, "Process runs as root", "add a USER to the image", D.PRIVILEGE),
        rule("HH-SEC-001 secret-in-env", S.HIGH, "Secret in the environment", "mount it as a secret", D.SOURCE),
        rule("HH-BLD-001 unpinned-base", S.MEDIUM, "Base image is not pinned", "pin it by digest", D.BUILD),
        rule("HH-LIM-001 no-memory-limit", S.MEDIUM, "No memory limit", "set one", D.LIMITS),
        rule("HH-NET-002 port-on-all-interfaces", S.LOW, "Port open to every network", "bind it", D.NETWORK),
        rule("HH-MON-001 no-healthcheck", S.LOW, "No health check", "write one", D.MONITORING),
    )
}  # fmt: skip


def place(path: str, line: int, text: str, part: str, label: str = "", *, written: bool = True) -> Location:
    """The location of ``part`` in a line ``text``."""
    column = text.index(part) + 1
    return Location(path, line, column, line, column + len(part), text, label, written)


def found(
    number: int, rule_id: str, subject: str, message: str, *locations: Location, hidden: Suppression | None = None
) -> Found:
    info = RULES[rule_id]
    return Found(
        f"{number:016x}", f"{number + 4096:016x}", rule_id, info.severity, info.confidence, subject, "workload",
        message, locations, (), hidden,
    )  # fmt: skip


SOCKET = "      - /var/run/docker.sock:/var/run/docker.sock   # needed for autoscaling"
PRIVILEGED = place("docker-compose.yml", 4, "    privileged: true", "privileged: true", "also runs privileged")

FINDINGS = (
    found(
        1, "HH-PRV-003", "service web", "web can take over the host",
        place("docker-compose.yml", 9, SOCKET, "/var/run/docker.sock:/var/run/docker.sock",
              "any code in web can start a root container"),
        PRIVILEGED,
    ),
    found(2, "HH-PRV-001", "service web", "web has every capability and every device of the host",
          PRIVILEGED._replace(label="all capabilities, all devices, no seccomp, no AppArmor")),
    found(3, "HH-PRV-010", "service web", "web runs as root",
          place("docker-compose.yml", 2, "  web:", "web", "no `user:` here", written=False),
          place("web/Dockerfile", 1, "FROM python:latest", "python:latest", "its default user is root")),
    found(4, "HH-PRV-010", "service api", "api runs as root",
          place("docker-compose.yml", 14, "  api:", "api", "no `user:` here", written=False)),
    found(5, "HH-SEC-001", "stage final", "AWS_SECRET_ACCESS_KEY is baked into every layer",
          place("web/Dockerfile", 2, "ENV AWS_SECRET_ACCESS_KEY=<redacted>", "AWS_SECRET_ACCESS_KEY=<redacted>")),
    found(6, "HH-BLD-001", "stage final", "python:latest can change under you",
          place("web/Dockerfile", 1, "FROM python:latest", "python:latest")),
    *(
        found(10 + n, "HH-LIM-001", f"service s{n}", f"s{n} may use all memory of the host",
              place("docker-compose.yml" if n < 5 else f"k8s/s{n}.yaml", 20 + n, f"  s{n}:", f"s{n}", written=False))
        for n in range(12)
    ),
    found(30, "HH-NET-002", "service web", "8080 is published on all addresses",
          place("docker-compose.yml", 11, '      - "8080:80"', '"8080:80"')),
    found(31, "HH-MON-001", "service web", "web has no health check",
          place("docker-compose.yml", 2, "  web:", "web", written=False),
          hidden=Suppression("checked by the load balancer", "2027-01-01", "docker-compose.yml:2")),
)  # fmt: skip

POINTS = tuple(
    Point(number, f"Point number {number} of the checklist", status, f"evidence {number}", number % 3)
    for number, status in enumerate(("pass", "fail", "not-checked", "not-applicable") * 4, 1)
)

SHOP = Result(
    "0.1.0",
    "2026-11-23T12:00:00Z",
    0.31,
    (
        Target("compose", "docker-compose.yml", path="docker-compose.yml", workloads=2),
        Target("dockerfile", "web/Dockerfile", path="web/Dockerfile"),
        Target("kubernetes", "k8s/s5.yaml", path="k8s/s5.yaml", workloads=1),
        Target("dockerfile", "api/Dockerfile", path="api/Dockerfile"),
    ),
    RULES,
    tuple(CheckCount(name, 3, 0) for name in RULES),
    FINDINGS,
    (
        AttackPath(
            (
                Step("any network :8080", FINDINGS[-2].id),
                Step("web runs as root", FINDINGS[2].id),
                Step("holds the engine's socket", FINDINGS[0].id),
                Step("starts any container it likes: root on the host"),
            ),
            FINDINGS[0].id,
            "service web",
        ),
    ),
    (
        NotChecked("out-of-scope", "image of service db", "the variable IMAGE has no value", "set it in .env"),
        NotChecked("needs-access", "the engine", "no engine was asked", "scan it with `hardhull scan engine`"),
        NotChecked("failed", "k8s/broken.yaml", "line 3: a tab where blanks must stand", "correct the file"),
    ),
    Score(
        41, "D",
        {"build": 70, "source": 40, "privilege": 20, "limits": 0, "network": 35, "monitoring": None}, POINTS,
    ),
    (NotChecked("ignore", "api/Dockerfile:3", "it hides nothing", "remove it"),),
)  # fmt: skip

CLEAN = SHOP._replace(
    findings=(),
    paths=(),
    not_checked=(),
    unused_ignores=(),
    score=SHOP.score and SHOP.score._replace(total=100, grade="A"),
)

TEXT = st.text(max_size=20)
IDS = st.text("0123456789abcdef", min_size=16, max_size=16)
COUNTS = st.integers(1, 10**6)


@st.composite
def results(draw: st.DrawFn) -> Result:
    """Any result that the model can hold."""
    words = st.lists(TEXT, max_size=2).map(tuple)
    points = st.lists(st.integers(1, 16), max_size=2).map(tuple)
    severity, confidence = st.sampled_from(Severity), st.sampled_from(Confidence)
    dimension = st.sampled_from(Dimension)
    infos = st.builds(
        RuleInfo, st.integers(100, 999).map("HH-PRV-{}".format), TEXT, dimension, severity, confidence,
        points, words, words, TEXT, TEXT,
    )  # fmt: skip
    rules = {info.id: info for info in draw(st.lists(infos, min_size=1, max_size=3))}
    names = st.sampled_from(sorted(rules))
    shifts = st.sampled_from([(0, 0), (1, 1), (3, 9)])
    places = st.builds(Location, TEXT, COUNTS, COUNTS, COUNTS, COUNTS, TEXT, TEXT, st.booleans())
    locations = st.builds(lambda at, to: at._replace(text_column=to[0], text_end_column=to[1]), places, shifts)
    hidden = st.none() | st.builds(Suppression, TEXT, TEXT, TEXT)
    findings = st.builds(
        Found, IDS, IDS, names, severity, confidence, TEXT, TEXT, TEXT,
        st.lists(locations, min_size=1, max_size=3).map(tuple),
        st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=2).map(tuple), hidden, TEXT,
    )  # fmt: skip
    missing = st.lists(st.builds(NotChecked, TEXT, TEXT, TEXT, TEXT), max_size=2).map(tuple)
    steps = st.lists(st.builds(Step, TEXT, st.just("") | IDS), max_size=3).map(tuple)
    statuses = st.sampled_from(["pass", "fail", "not-checked", "not-applicable"])
    checklist = st.lists(st.builds(Point, st.integers(1, 16), TEXT, statuses, TEXT, COUNTS), max_size=2).map(tuple)
    parts = st.dictionaries(dimension.map(lambda part: part.value), st.none() | st.integers(0, 100))
    scores = st.none() | st.builds(Score, st.integers(0, 100), st.sampled_from("ABCDEF"), parts, checklist)
    values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
    facts = st.dictionaries(TEXT, st.recursive(values, lambda inner: st.lists(inner, max_size=3), max_leaves=4))
    return Result(
        draw(TEXT), draw(TEXT), draw(st.floats(0, 1e6)),
        draw(st.lists(st.builds(Target, TEXT, TEXT, TEXT, TEXT, TEXT, COUNTS), max_size=2).map(tuple)),
        rules,
        draw(st.lists(st.builds(CheckCount, names, COUNTS, COUNTS), max_size=2).map(tuple)),
        draw(st.lists(findings, max_size=4).map(tuple)),
        draw(st.lists(st.builds(AttackPath, steps, IDS, TEXT), max_size=2).map(tuple)),
        draw(missing), draw(scores), draw(missing), draw(st.lists(facts, max_size=2).map(tuple)),
        draw(st.sampled_from(["", "low", "critical"])),
    )  # fmt: skip

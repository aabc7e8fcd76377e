"""A plan made up for the tests of its reports."""

from __future__ import annotations

from hardhull.model.plan import FileEdit, Plan, Planned, Rollout, Status
from hardhull.model.result import FixInfo
from made_results import FINDINGS, SHOP

DIFF = """\
--- a/docker-compose.yml
+++ b/docker-compose.yml
@@ -6,5 +6,4 @@
     volumes:
-      - /var/run/docker.sock:/var/run/docker.sock   # needed for autoscaling
+      # needed for autoscaling
       - data:/data
"""
SOCKET, PRIVILEGED, ROOT, OTHER_ROOT, SECRET, PINNED = FINDINGS[:6]
TAKE = FixInfo(
    "take the engine's socket away", "needs-proof", "recreate",
    "what talks to the engine fails: give it a socket proxy that allows reading", diff=DIFF,
)  # fmt: skip
USER = FixInfo("run it as the user that owns its files", "safe", "recreate", basis="measured: the owner of /srv in the image",
               diff="--- a/web/Dockerfile\n+++ b/web/Dockerfile\n@@ -1,2 +1,3 @@\n FROM python:latest\n+USER 1000:1000\n ENV A=b\n")  # fmt: skip
FIXES = (
    Planned(SOCKET, TAKE, Status.PLANNED, notes=("docker-compose.yml:9 is also read by service worker",)),
    Planned(PRIVILEGED, FixInfo("run it without --privileged", "needs-proof", "recreate"), Status.LEFT, "its risk is above the limit"),
    Planned(ROOT, USER, Status.PLANNED),
    Planned(OTHER_ROOT, FixInfo("run it as another user", "safe", "recreate"), Status.REFUSED,
            "the value comes from the variable USER_OF_API, which no file of the project gives a value", "user: 1000:1000"),
    Planned(SECRET, FixInfo("take AWS_SECRET_ACCESS_KEY out, and make a new value", "needs-proof", "recreate",
                            advice="RUN --mount=type=secret,id=aws\nat run time: a file"),
            Status.BY_HAND, "only a person can decide it", "RUN --mount=type=secret,id=aws\nat run time: a file"),
    Planned(PINNED, FixInfo("add the digest to the name", "safe", "recreate"), Status.LEFT,
            "the finding is of low confidence: --risk all fixes it too"),
)  # fmt: skip
PLAN = Plan(
    SHOP,
    SHOP._replace(score=SHOP.score and SHOP.score._replace(total=63, grade="C")),
    FIXES,
    (
        FileEdit("docker-compose.yml", b"a\n", b"b\n", ()),
        FileEdit("web/.dockerignore", None, b".git\n", ()),
        FileEdit("web/Dockerfile", b"a\n", b"b\n", ()),
    ),
    (Rollout("docker compose up -d", "docker compose up -d", "recreates the containers whose definition changed"),),
)
NOTHING = Plan(SHOP._replace(not_checked=()), SHOP, (), (), ())
NEW_FILE = {"web/.dockerignore": "--- /dev/null\n+++ b/web/.dockerignore\n@@ -0,0 +1 @@\n+.git\n"}

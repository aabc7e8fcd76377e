"""A workload is reloaded only in a way that somebody says, and has to work afterwards if it did before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hardhull.run.compare import BROKEN, UNSEEN, compare
from hardhull.run.exercise import Exercise, Exercised, exercise
from hardhull.run.observe import LifeCycle, Observation, Stop
from hardhull.run.refusal import CannotRunError
from hardhull.run.reload import Reload, Reloaded, asked, of_unit
from worlds import IMAGE, left, world

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine

UNIT = "[Service]\nExecStart=/bin/busybox httpd -f\nExecReload=/bin/kill -HUP $MAINPID\n"
SERVE = "mkdir -p /tmp /www; echo old >/www/index.html; httpd -f -p 8000 -h /www & while :; do wait; done"
KIND = f"trap 'echo new >/www/index.html' HUP; trap 'exit 0' TERM; {SERVE}"
RUDE = f"trap 'exit 0' TERM; trap 'exit 5' HUP; {SERVE}"
"""The first process of a container is not ended by a signal that it does not handle."""
TEXT = "services: {web: {image: NAME, expose: ['8000'], command: ['sh', '-c', \"SERVE\"]}}\n"


def used(folder: Path, serve: str, image: str = IMAGE, reload: str = "") -> Exercised:
    text = TEXT.replace("NAME", image).replace("SERVE", serve)
    with world(folder, text, subject="web") as one:
        return exercise(one, Exercise("web", reload=reload))


def came(of: Exercised) -> Reloaded | None:
    assert of.observation
    assert of.observation.life
    return of.observation.life.reloaded


@pytest.mark.parametrize(
    ("start", "reload", "expected"),
    [
        ("/usr/sbin/web -D", "/bin/kill -HUP $MAINPID", Reload((), "HUP", "web", "")),
        ("-/usr/sbin/web", "-/bin/kill -s USR2 ${MAINPID}", Reload((), "USR2", "web", "")),
        (
            "/usr/sbin/sshd -D",
            "/usr/sbin/sshd -t\nExecReload=/bin/kill -HUP $MAINPID",
            Reload((), "HUP", "sshd", ""),
        ),
        ("/usr/sbin/web", "/bin/kill -HUP $MAINPID\nExecReload=", None),
        ("!/usr/sbin/web", "kill -1 $MAINPID", Reload((), "HUP", "web", "")),
        (
            "/usr/sbin/nginx -g 'daemon on;'",
            "/usr/sbin/nginx -g 'daemon on;' -s reload",
            Reload(("/usr/sbin/nginx", "-g", "daemon on;", "-s", "reload"), "", "nginx", ""),
        ),
        ("/usr/sbin/web", "/bin/kill -HUP 1", None),
        ("/usr/sbin/web", "/bin/kill -NONSENSE $MAINPID", None),
        ("/usr/sbin/web", "", None),
        ("/usr/sbin/web", "/usr/bin/control %i reload", None),
        ("/usr/sbin/web", "/bin/true ; /bin/kill -HUP $MAINPID", None),
        ("/usr/sbin/web 'open", "/bin/kill -HUP $MAINPID", None),
        ("", "/bin/kill -HUP $MAINPID", None),
    ],
)
def test_units_are_read(start: str, reload: str, expected: Reload | None) -> None:
    text = f"[Unit]\nDescription=x\n[Service]\nExecStart=\nExecStart={start}\nExecReload={reload}\n"
    if expected is not None:
        expected = expected._replace(origin="ExecReload of web.service")
    assert of_unit(text, "web.service") == expected


def test_what_a_person_says() -> None:
    assert asked("SIGhup").signal == asked("HUP").signal == "HUP"
    assert asked("web -s 'reload now'").words == ("web", "-s", "reload now")
    for bad in ("", "'open"):
        with pytest.raises(CannotRunError):
            asked(bad)


@pytest.mark.engine
def test_a_reload_that_its_package_knows(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "unit").write_text(UNIT)
    build = f"FROM {IMAGE}\nCOPY unit /lib/systemd/system/web.service\n".encode()
    engine.build(build, "hh/unit:1", files={"unit": UNIT.encode()})
    kind, rude = used(tmp_path, KIND, "hh/unit:1"), used(tmp_path, RUDE, "hh/unit:1")
    done, broken = came(kind), came(rude)
    assert done is not None
    assert done.works
    assert done.way == Reload((), "HUP", "busybox", "ExecReload of web.service")
    assert broken is not None
    assert not broken.works
    assert kind.works
    assert rude.works  # the package's way is not for this start script; the app itself is well
    assert left(engine) == []


@pytest.mark.engine
@pytest.mark.parametrize(("serve", "how", "works"), [(KIND, "HUP", True), (KIND, "false", False), (RUDE, "", None)])
def test_a_reload_that_a_person_knows(engine: Engine, tmp_path: Path, serve: str, how: str, works: bool | None) -> None:
    found = used(tmp_path, serve, reload=how)
    done = came(found)
    assert (done.works if done else None) is works
    assert found.works is (works is not False)
    assert found.failure == (
        "it does not work after a reload by false (as asked): it ended with 1" if how == "false" else ""
    )
    assert left(engine) == []


def test_a_reload_is_compared() -> None:
    way = Reload((), "HUP", "", "as asked")

    def life(reloaded: Reloaded | None) -> Observation:
        return Observation((), (), LifeCycle(0, True, Stop(0, 0.1, False), False, reloaded))

    good, bad, none = life(Reloaded(way, True)), life(Reloaded(way, False, "gone")), life(None)
    (broken,) = compare(good, bad)
    assert (broken.kind, broken.after) == (BROKEN, "gone")
    assert [one.kind for one in compare(good, none)] == [UNSEEN]
    assert compare(bad, good) == compare(bad, bad) == compare(none, bad) == compare(good, good) == []

"""Where the files of a file system are seen in a mount namespace, and how links are followed in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hardhull.learn.errors import RecordingError
from hardhull.learn.namespace import Mount, Namespace, follow, namespace, own_number, read_mounts

if TYPE_CHECKING:
    from pathlib import Path

LINES = r"""
600 500 0:55 / / rw,relatime master:1 - overlay overlay rw
601 600 0:60 / /proc rw,nosuid - proc proc rw
602 600 254:0 /var/lib/docker/volumes/d/_data /data rw - ext4 /dev/vda rw
603 600 254:0 /srv/with\040space /srv rw shared:5 - ext4 /dev/vda rw
604 600 0:70 / /run rw - tmpfs tmpfs rw
605 600 0:70 /inner /inner rw - tmpfs tmpfs rw
broken line
"""
HERE = Namespace(1, 2, tuple(read_mounts(LINES.splitlines())), "")


def test_mounts_are_read() -> None:
    assert HERE.mounts[3] == Mount(254 << 20, "ext4", "/srv/with space", "/srv")
    assert len(HERE.mounts) == 6


@pytest.mark.parametrize(
    ("device", "names", "seen"),
    [
        (55, ("etc", "passwd"), ("/etc/passwd",)),
        (55, (), ("/",)),
        (60, ("1234", "oom_score_adj"), ("/proc/[pid]/oom_score_adj",)),
        (60, ("sys", "1"), ("/proc/sys/1",)),
        (254 << 20, ("var", "lib", "docker", "volumes", "d", "_data", "db"), ("/data/db",)),
        (254 << 20, ("srv", "with space"), ("/srv",)),
        (254 << 20, ("srv", "with spaces"), ()),
        (70, ("a",), ("/run/a",)),
        (70, ("inner", "a"), ("/inner/a",)),
        (99, ("memfd",), ()),
    ],
)
def test_a_file_is_placed_by_the_mounts(device: int, names: tuple[str, ...], seen: tuple[str, ...]) -> None:
    assert HERE.place(device, names) == seen


def test_links_are_followed_inside_of_the_root_only(tmp_path: Path) -> None:
    (tmp_path / "run/app").mkdir(parents=True)
    (tmp_path / "var").mkdir()
    (tmp_path / "var/run").symlink_to("/run")
    (tmp_path / "up").symlink_to("../../../../etc")
    (tmp_path / "loop").symlink_to("loop")
    root = str(tmp_path)
    assert follow(root, "/var/run/app/pid") == "/run/app/pid"
    assert follow(root, "/var/run/../x//./y") == "/x/y"
    assert follow(root, "/up/shadow") == "/etc/shadow"
    assert follow(root, "/loop/x") == "/loop/x"
    assert follow(root, "/absent/x") == "/absent/x"
    assert follow(root, "/../../x") == "/x"


def test_our_own_namespace_is_known_by_its_number() -> None:
    assert namespace(os.getpid()).number == own_number()
    with pytest.raises(RecordingError) as error:
        namespace(2**22 + 1)
    assert "cannot be looked at" in error.value.why

"""Drills about mounts, roots and namespaces that exist: the ways out through the file system."""

from __future__ import annotations

from hardhull.model.finding import Dimension
from hardhull.prove.drills.drill import Drill, Measure

_ESCAPE = "T1611"
_OWN = "it is made in a mount namespace of the attempt's own, and taken off again"
_ROOT = (Measure.CAPABILITIES, Measure.USER)


def _mount(
    name: str,
    title: str,
    tries: str,
    harmless: str = _OWN,
    capability: str = "SYS_ADMIN",
    more: tuple[Measure, ...] = (),
) -> Drill:
    return Drill(name, title, tries, harmless, Dimension.PRIVILEGE, (*_ROOT, *more), capability, _ESCAPE)


DRILLS = (
    _mount(
        "mount-tmpfs",
        "mounts a file system",
        "mount() of a new tmpfs over an empty folder: whoever may do that can cover any file of the container",
    ),
    _mount(
        "mount-proc",
        "mounts /proc anew",
        "mount() of a new procfs, which has none of the masks that the engine puts over the container's",
    ),
    _mount(
        "mount-bind",
        "binds a folder elsewhere",
        "mount() of /proc at another place: a path that a filter of paths does not know",
    ),
    _mount(
        "mount-detached",
        "mounts with the newer calls",
        "fsopen() and fsmount(), which filters written for mount() overlook",
        "the mount is attached nowhere, and gone with the process",
    ),
    _mount(
        "mount-cgroup",
        "mounts the control groups",
        "mount() of cgroup2 and opening its list of processes for writing: the way to one's own limits",
        "nothing is written, and the mount is taken off again",
    ),
    _mount(
        "write-cgroup",
        "opens its control group for writing",
        "opens cgroup.procs below /sys/fs/cgroup, if need be after a remount: control groups of version 1 start a "
        "program of one's choice on the host",
        "nothing is written",
    ),
    _mount(
        "remount-root",
        "makes its root writable",
        "a remount of / with other flags: a read-only root would be writable again",
    ),
    _mount(
        "unmount",
        "takes a mount off",
        "umount() of /dev/mqueue; what hides files of /proc is a mount, too",
        "it is taken off in a mount namespace of the attempt's own",
    ),
    _mount(
        "pivot-root",
        "exchanges its root",
        "pivot_root() to a new tmpfs",
        "it happens in a mount namespace of the attempt's own",
        more=(Measure.SECCOMP,),
    ),
    _mount(
        "change-root",
        "changes its root folder",
        "chroot() to an empty folder: a process that is inside one and may make another gets out of both",
        "it counts for the process of the attempt only",
        "SYS_CHROOT",
    ),
    _mount(
        "enter-namespace",
        "enters another process's namespace",
        "setns() to the network namespace of the clone's first process",
        "that is the namespace it is in",
    ),
    _mount(
        "open-by-handle",
        "opens a file by its number",
        "open_by_handle_at(), which names a file of the file system below the container, past every mount",
        "the file is an empty folder that the container sees anyway",
        "DAC_READ_SEARCH",
    ),
)

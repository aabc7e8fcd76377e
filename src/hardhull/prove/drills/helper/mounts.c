/* Mounts and roots: the ways out through the file system. */
#include "drill.h"

#include <linux/mount.h>

DRILL(mount_tmpfs) {
    own_mounts();
    TRY(mount, "none", ROOM, "tmpfs", 0, 0);
    CALL(umount2, ROOM, 2 /* MNT_DETACH */);
    return SUCCEEDED;
}

/* A new procfs has none of the masks that the engine puts over the container's. */
DRILL(mount_proc) {
    own_mounts();
    TRY(mount, "none", ROOM, "proc", 0, 0);
    CALL(umount2, ROOM, 2);
    return SUCCEEDED;
}

DRILL(mount_bind) {
    own_mounts();
    TRY(mount, "/proc", ROOM, 0, MS_BIND, 0);
    CALL(umount2, ROOM, 2);
    return SUCCEEDED;
}

/* The newer calls, which filters written for mount() do not know. Nothing is attached anywhere. */
DRILL(mount_detached) {
    long context = TRY(fsopen, "tmpfs", 0);
    TRY(fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
    TRY(fsmount, context, 0, 0);
    return SUCCEEDED;
}

/* In the cgroup namespace of the container, or the machine's own: files there decide about limits. Not written. */
DRILL(mount_cgroup) {
    own_mounts();
    TRY(mount, "none", ROOM, "cgroup2", 0, 0);
    long fd = CALL(openat, AT_FDCWD, ROOM "/cgroup.procs", O_WRONLY);
    CALL(umount2, ROOM, 2);
    return fd < 0 ? refused("openat", fd) : SUCCEEDED;
}

DRILL(write_cgroup) {
    static const char *const folders[][2] = {
        {"/sys/fs/cgroup", "/sys/fs/cgroup/cgroup.procs"},
        {"/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/cgroup.procs"},
        {"/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/cgroup.procs"},
    };
    long fd = -ENOENT;
    for (unsigned index = 0; index < 3 && fd == -ENOENT; index++)
        fd = open_remounted(folders[index][1], folders[index][0], O_WRONLY);
    return fd < 0 ? refused("openat", fd) : SUCCEEDED;
}

struct file_system { /* struct statfs, of which only the flags are asked for */
    long before[10], flags, after[10];
};

DRILL(remount_root) {
    struct file_system found = {.flags = 0};
    CALL(statfs, "/", &found);
    own_mounts();
    TRY(mount, 0, "/", 0, MS_REMOUNT | MS_BIND, 0);
    if (found.flags & MS_RDONLY) CALL(mount, 0, "/", 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0);
    return SUCCEEDED;
}

/* What hides files of /proc is a mount, too; this one is in every container and hides nothing. */
DRILL(unmount) {
    own_mounts();
    TRY(umount2, "/dev/mqueue", 2);
    return SUCCEEDED;
}

DRILL(pivot_root) {
    TRY(unshare, CLONE_NEWNS);
    TRY(mount, "none", ROOM, "tmpfs", 0, 0);
    TRY(chdir, ROOM);
    TRY(pivot_root, ".", ".");
    return SUCCEEDED;
}

DRILL(change_root) {
    TRY(chroot, ROOM);
    return SUCCEEDED;
}

DRILL(enter_namespace) {
    long fd = TRY(openat, AT_FDCWD, "/proc/self/ns/net", O_RDONLY); /* asked for the same rights as any other */
    TRY(setns, fd, CLONE_NEWNET);
    return SUCCEEDED;
}

/* Names a file by its number on the file system, past every mount and root: here, a folder that it can see anyway. */
DRILL(open_by_handle) {
    struct {
        unsigned size;
        int type;
        unsigned char bytes[128];
    } handle = {.size = sizeof handle.bytes};
    int mount_id;
    TRY(name_to_handle_at, AT_FDCWD, ROOM, &handle, &mount_id, 0);
    long fd = TRY(openat, AT_FDCWD, ROOM, O_RDONLY | O_DIRECTORY);
    TRY(open_by_handle_at, fd, &handle, O_RDONLY);
    return SUCCEEDED;
}

const Drill mount_drills[] = {
    {"mount-tmpfs", mount_tmpfs},
    {"mount-proc", mount_proc},
    {"mount-bind", mount_bind},
    {"mount-detached", mount_detached},
    {"mount-cgroup", mount_cgroup},
    {"write-cgroup", write_cgroup},
    {"remount-root", remount_root},
    {"unmount", unmount},
    {"pivot-root", pivot_root},
    {"change-root", change_root},
    {"enter-namespace", enter_namespace},
    {"open-by-handle", open_by_handle},
    {NULL, NULL},
};

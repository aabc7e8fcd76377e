/* Files, devices, and the kernel's own files. What is made is removed again; what is not ours is opened at most, or
 * gets back the very value that it has. */
#include "drill.h"

#include <linux/mount.h>
#include <linux/stat.h>

#define NEW (O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)

static Outcome removed(const char *path, Outcome outcome) {
    CALL(unlinkat, AT_FDCWD, path, 0);
    return outcome;
}

/* ---- the image's files ---- */

DRILL(write_root) {
    long fd = TRY(openat, AT_FDCWD, "/.hardhull-drill", NEW, 0600);
    CALL(close, fd);
    return removed("/.hardhull-drill", SUCCEEDED);
}

DRILL(write_accounts) {
    TRY(openat, AT_FDCWD, "/etc/passwd", O_WRONLY | O_APPEND);
    return SUCCEEDED;
}

/* Given: paths at which the container's program may be, with `:` between them. */
DRILL(write_program) {
    char path[512];
    long fd = -ENOENT;
    while (fd < 0 && next_word(&given, ':', path, sizeof path)) {
        long answer = CALL(openat, AT_FDCWD, path, O_WRONLY | O_APPEND);
        if (answer != -ENOENT) fd = answer;
    }
    return fd < 0 ? refused("openat", fd) : SUCCEEDED;
}

/* Given: where the host's files and folders are mounted, with `:` between them. */
DRILL(write_host_path) {
    char path[512];
    Outcome last = refused("openat", -ENOENT);
    while (next_word(&given, ':', path, sizeof path - 32)) {
        long fd = CALL(openat, AT_FDCWD, path, O_WRONLY | O_APPEND);
        if (fd == -EISDIR) {
            copied(path + length(path), "/.hardhull-drill");
            fd = CALL(openat, AT_FDCWD, path, NEW, 0600);
            if (fd >= 0) return removed(path, SUCCEEDED);
        }
        if (fd >= 0) return SUCCEEDED;
        last = refused("openat", fd);
    }
    return last;
}

static Outcome planted(const char *path) {
    TRY(fchownat, AT_FDCWD, path, 0, 0, 0);
    TRY(fchmodat, AT_FDCWD, path, 04755);
    return SUCCEEDED;
}

static Outcome plant_in(const char *path) {
    long fd = TRY(openat, AT_FDCWD, path, NEW, 0600);
    CALL(close, fd);
    return removed(path, planted(path));
}

DRILL(plant_setuid) { return in_places(plant_in); }

static Outcome given_away(const char *path) {
    TRY(fchownat, AT_FDCWD, path, OTHER_USER, -1, 0);
    return SUCCEEDED;
}

static Outcome give_away_in(const char *path) {
    long fd = TRY(openat, AT_FDCWD, path, NEW, 0600);
    CALL(close, fd);
    return removed(path, given_away(path));
}

DRILL(change_owner) { return in_places(give_away_in); }

/* Only its owner may read it, says its mode. */
DRILL(read_others) {
    TRY(openat, AT_FDCWD, HOME "/others", O_RDONLY);
    return SUCCEEDED;
}

/* ---- programs ---- */

static Outcome dropped(const char *path) {
    long fd = TRY(openat, AT_FDCWD, path, NEW, 0700);
    long copied_all = copy_of_self(fd);
    CALL(close, fd);
    return removed(path, copied_all < 0 ? refused("write", copied_all) : run_file(path, "--ran"));
}

DRILL(drop_program) { return in_places(dropped); }

/* Never a file anywhere: neither a read-only root nor noexec has a say. */
DRILL(program_in_memory) {
    long fd = TRY(memfd_create, "drill", 0);
    long copied_all = copy_of_self(fd);
    return copied_all < 0 ? refused("write", copied_all) : run_open(fd, "--ran");
}

/* ---- devices ---- */

static unsigned device(unsigned major, unsigned minor) { return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12; }

static Outcome node_made(const char *path) {
    TRY(mknodat, AT_FDCWD, path, S_IFCHR | 0600, device(1, 11));
    return removed(path, SUCCEEDED);
}

DRILL(make_device) { return in_places(node_made); }

static Outcome node_opened(const char *path) {
    TRY(mknodat, AT_FDCWD, path, S_IFCHR | 0600, device(1, 11)); /* the kernel's log; nothing is read */
    long fd = CALL(openat, AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
    return removed(path, fd < 0 ? refused("openat", fd) : SUCCEEDED);
}

DRILL(open_device) { return in_places(node_opened); }

static unsigned first_disk(void) {
    static char text[1024];
    long fd = CALL(openat, AT_FDCWD, "/proc/partitions", O_RDONLY);
    long got = fd < 0 ? fd : CALL(read, fd, text, sizeof text - 1);
    if (got <= 0) return 0;
    const char *at = text;
    while (*at && (*at < '0' || *at > '9')) at++;
    unsigned major = (unsigned)number(at);
    while (*at >= '0' && *at <= '9') at++;
    while (*at == ' ') at++;
    return device(major, (unsigned)number(at));
}

static Outcome disk_read(const char *path) {
    char sector[512];
    unsigned disk = first_disk();
    if (!disk) return refused("read", -ENODEV);
    TRY(mknodat, AT_FDCWD, path, S_IFBLK | 0600, disk);
    long fd = CALL(openat, AT_FDCWD, path, O_RDONLY);
    long got = fd < 0 ? fd : CALL(read, fd, sector, sizeof sector);
    memset(sector, 0, sizeof sector);
    return removed(path, got < 0 ? refused(fd < 0 ? "openat" : "read", got) : SUCCEEDED);
}

DRILL(read_disk) { return in_places(disk_read); }

/* ---- the kernel's files ---- */

static Outcome rewritten(const char *path) {
    char value[256];
    long fd = open_remounted(path, "/proc/sys", O_RDWR);
    if (fd < 0) return refused("openat", fd);
    long size = TRY(read, fd, value, sizeof value);
    TRY(pwrite64, fd, value, size, 0);
    return SUCCEEDED;
}

DRILL(sysctl_kernel) { return rewritten("/proc/sys/kernel/core_pattern"); }
DRILL(sysctl_memory) { return rewritten("/proc/sys/vm/overcommit_memory"); }
DRILL(sysctl_network) { return rewritten("/proc/sys/net/ipv4/ip_forward"); }

DRILL(system_request) {
    long fd = open_remounted("/proc/sysrq-trigger", "/proc/sysrq-trigger", O_WRONLY);
    return fd < 0 ? refused("openat", fd) : SUCCEEDED;
}

/* Beside the mount, the file system itself is read-only there; it is again before this returns. */
static long opened_in_sys(const char *path) {
    long fd = open_remounted(path, "/sys", O_WRONLY);
    if (fd != -EROFS || CALL(mount, 0, "/sys", 0, MS_REMOUNT, 0) < 0) return fd;
    fd = CALL(openat, AT_FDCWD, path, O_WRONLY);
    if (fd >= 0) CALL(close, fd);
    CALL(mount, 0, "/sys", 0, MS_REMOUNT | MS_RDONLY, 0);
    return fd;
}

DRILL(write_sys) {
    static const char *const files[] = {"/sys/kernel/uevent_helper", "/sys/kernel/mm/transparent_hugepage/enabled",
                                        "/sys/kernel/mm/ksm/run", "/sys/kernel/profiling", "/sys/power/state"};
    long fd = -ENOENT;
    for (unsigned index = 0; index < sizeof files / sizeof *files && fd == -ENOENT; index++)
        fd = opened_in_sys(files[index]);
    return fd < 0 ? refused("openat", fd) : SUCCEEDED;
}

/* The engine puts an empty file over it. */
DRILL(read_masked) {
    char some[64];
    long fd = TRY(openat, AT_FDCWD, "/proc/timer_list", O_RDONLY);
    long got = TRY(read, fd, some, sizeof some);
    return got ? SUCCEEDED : refused("read", -ENODATA);
}

DRILL(read_kernel_memory) {
    char some[64];
    long fd = TRY(openat, AT_FDCWD, "/proc/kcore", O_RDONLY);
    long got = TRY(read, fd, some, sizeof some);
    return got ? SUCCEEDED : refused("read", -ENODATA);
}

const Drill file_drills[] = {
    {"write-root", write_root},
    {"write-accounts", write_accounts},
    {"write-program", write_program},
    {"write-host-path", write_host_path},
    {"plant-setuid", plant_setuid},
    {"change-owner", change_owner},
    {"read-others", read_others},
    {"drop-program", drop_program},
    {"program-in-memory", program_in_memory},
    {"make-device", make_device},
    {"open-device", open_device},
    {"read-disk", read_disk},
    {"sysctl-kernel", sysctl_kernel},
    {"sysctl-memory", sysctl_memory},
    {"sysctl-network", sysctl_network},
    {"system-request", system_request},
    {"write-sys", write_sys},
    {"read-masked", read_masked},
    {"read-kernel-memory", read_kernel_memory},
    {NULL, NULL},
};

/* Floods, each up to a given amount and no further; what was taken is given back at once. */
#include "drill.h"

#include <linux/mman.h>
#include <linux/resource.h>

#define MEBI (1ul << 20)
#define MOST_PROCESSES 512

/* Given: how many processes. They end at once, and count until somebody asks how they ended: that is after the last. */
DRILL(processes) {
    static long children[MOST_PROCESSES];
    unsigned long wanted = number(given), made = 0;
    long answer = 0;
    if (wanted > MOST_PROCESSES) wanted = MOST_PROCESSES;
    for (; made < wanted; made++) {
        answer = children[made] = spawn();
        if (answer < 0) break;
        if (answer == 0) leave(0);
    }
    for (unsigned long index = 0; index < made; index++) waited(children[index]);
    return answer < 0 ? refused("clone", answer) : SUCCEEDED;
}

/* Given: how many MiB. Where there is a limit, this process is the first to be ended. */
DRILL(memory) {
    unsigned long size = number(given) * MEBI;
    long score = CALL(openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY);
    if (score >= 0) CALL(write, score, "1000", 4);
    char *memory = (char *)TRY(mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned long at = 0; at < size; at += 4096) ((volatile char *)memory)[at] = 1;
    return SUCCEEDED;
}

static unsigned long wanted_mebi;

static Outcome filled(const char *path) {
    static char block[65536];
    long fd = TRY(openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0600), answer = 0;
    CALL(unlinkat, AT_FDCWD, path, 0);
    for (unsigned long done = 0; done < wanted_mebi * MEBI && answer >= 0; done += (unsigned long)answer)
        answer = CALL(write, fd, block, sizeof block);
    CALL(close, fd);
    return answer < 0 ? refused("write", answer) : SUCCEEDED;
}

/* Given: how many MiB, in a file that has no name any more when they are written. */
DRILL(disk) {
    wanted_mebi = number(given);
    return in_places(filled);
}

/* Given: how many descriptors, all of one file. */
DRILL(descriptors) {
    struct rlimit64 limit;
    if (CALL(prlimit64, 0, RLIMIT_NOFILE, 0, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        CALL(prlimit64, 0, RLIMIT_NOFILE, &limit, 0);
    }
    for (unsigned long wanted = number(given); wanted; wanted--) TRY(dup, 1);
    return SUCCEEDED;
}

const Drill flood_drills[] = {
    {"flood-processes", processes},
    {"flood-memory", memory},
    {"flood-disk", disk},
    {"flood-descriptors", descriptors},
    {NULL, NULL},
};

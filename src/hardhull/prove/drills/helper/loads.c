/* Loads that show what a limit does, each of a given amount; what came of it is said in numbers.
 *
 *     cpu=MS             works until so much time has passed        `cpu USED_MS PASSED_MS`
 *     write=KIB          writes a file through the cache            `write KIB PASSED_MS`
 *     direct-write=KIB   writes a file past the cache               `direct-write KIB PASSED_MS`
 *     direct-read=KIB    reads such a file past the cache           `direct-read KIB PASSED_MS`
 *
 * The file is made in LOADS and has no name any more while it is written. Where something is refused: `NAME refused ERRNO`.
 */
#include "drill.h"

#define LOADS "/hardhull-loads/file"
#define BLOCK 65536
#define MONOTONIC 1
#define PROCESS 2 /* CLOCK_PROCESS_CPUTIME_ID */

static char block[BLOCK] __attribute__((aligned(4096)));

static unsigned long milliseconds(int clock) {
    long time[2] = {0, 0}; /* a timespec */
    CALL(clock_gettime, clock, time);
    return (unsigned long)time[0] * 1000 + (unsigned long)time[1] / 1000000;
}

static char *digits(char *to, unsigned long value) {
    char text[24];
    int at = sizeof text - 1;
    text[at] = 0;
    do text[--at] = (char)('0' + value % 10);
    while (value /= 10);
    return copied(to, text + at);
}

static int said(const char *name, const char *first, unsigned long number, const char *unit, unsigned long second) {
    char line[128], *end = copied(copied(line, name), first);
    end = copied(digits(end, number), unit);
    if (*unit) end = digits(end, second);
    copied(end, "\n");
    return CALL(write, 1, line, length(line)) < 0;
}

static int stopped(const char *name, long answer) { return said(name, " refused ", (unsigned long)-answer, "", 0); }

static int works(unsigned long wanted) {
    unsigned long start = milliseconds(MONOTONIC), passed = 0;
    while (passed < wanted) passed = milliseconds(MONOTONIC) - start;
    return said("cpu", " ", milliseconds(PROCESS), " ", passed);
}

static long moved(long fd, int reads, unsigned long size) {
    for (unsigned long done = 0; done < size; done += BLOCK) {
        long answer = reads ? CALL(read, fd, block, BLOCK) : CALL(write, fd, block, BLOCK);
        if (answer <= 0) return answer ? answer : -EIO;
    }
    return 0;
}

static int transfers(const char *name, unsigned long kibi, int direct, int reads) {
    long fd = CALL(openat, AT_FDCWD, LOADS, O_RDWR | O_CREAT | O_EXCL | (direct ? O_DIRECT : 0), 0600);
    if (fd < 0) return stopped(name, fd);
    CALL(unlinkat, AT_FDCWD, LOADS, 0);
    long answer = reads ? moved(fd, 0, kibi * 1024) : 0;
    if (answer == 0 && reads) CALL(lseek, fd, 0, 0);
    unsigned long start = milliseconds(MONOTONIC);
    if (answer == 0) answer = moved(fd, reads, kibi * 1024);
    return answer < 0 ? stopped(name, answer) : said(name, " ", kibi, " ", milliseconds(MONOTONIC) - start);
}

int load(const char *word) {
    if (begins(word, "cpu=")) return works(number(word + 4));
    if (begins(word, "write=")) return transfers("write", number(word + 6), 0, 0);
    if (begins(word, "direct-write=")) return transfers("direct-write", number(word + 13), 1, 0);
    if (begins(word, "direct-read=")) return transfers("direct-read", number(word + 12), 1, 1);
    return 2;
}

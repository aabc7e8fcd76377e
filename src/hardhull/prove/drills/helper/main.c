/* Performs drills and says of each in one line how it ended.
 *
 *     helper [--place=PATH]... NAME[=GIVEN]...    each drill in a process of its own
 *     helper --list                               their names
 *     helper --listen=PORT                        listens until it is ended: somebody to connect to
 *     helper --load=LOAD                          a load for a limit: see loads.c
 *     helper --ran | --root | --capable           what a drill runs to see whether it may
 *
 * A line is `NAME VERDICT NUMBER CALL`:
 *     succeeded    0      -       the attempt got through
 *     blocked      ERRNO  CALL    this call was refused
 *     unavailable  ERRNO  CALL    what it is about is not there: in this kernel, or in this container
 *     killed       SIGNAL -       it was ended
 */
#include "drill.h"

#include <linux/capability.h>
#include <linux/in.h>
#include <linux/time.h>

#define LONGEST_SECONDS 8

long other_process;

static const Drill *const all[] = {mount_drills, process_drills, kernel_drills, file_drills,
                                   user_drills,  network_drills, flood_drills,  NULL};

static const Drill *drill_named(const char *word) {
    for (int group = 0; all[group]; group++)
        for (const Drill *drill = all[group]; drill->name; drill++)
            if (begins(word, drill->name) && (!word[length(drill->name)] || word[length(drill->name)] == '='))
                return drill;
    return NULL;
}

/* ---- what is said ---- */

static void say(const char *text) { CALL(write, 1, text, length(text)); }

static void say_line(const char *name, const char *verdict, int value, const char *call) {
    char line[256], digits[8], *end = copied(copied(line, name), " ");
    int at = sizeof digits - 1;
    digits[at] = 0;
    do digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) && at);
    end = copied(copied(copied(end, verdict), " "), digits + at);
    copied(copied(copied(end, " "), call), "\n");
    say(line);
}

/* Errors that say that the thing is not there, not that it is forbidden. */
static int absent(int error) {
    switch (error) {
        case ENOSYS:
        case ENOENT:
        case ENOTDIR:
        case ENODEV:
        case ENXIO:
        case ENOTBLK:
        case EAFNOSUPPORT:
        case EPROTONOSUPPORT:
        case EOPNOTSUPP:
            return 1;
        default:
            return 0;
    }
}

static void say_outcome(const char *name, Outcome outcome) {
    if (!outcome.call)
        say_line(name, "succeeded", 0, "-");
    else
        say_line(name, absent(outcome.error) ? "unavailable" : "blocked", outcome.error, outcome.call);
}

/* ---- performing ---- */

/* Whether it can go on. Where no process can be had for it, the attempt is made in this one: if it got through, nobody
knows what it left of it, and the rest is left to another run. */
static int perform(const Drill *drill, const char *given) {
    static const struct itimerspec longest = {{0, 0}, {LONGEST_SECONDS, 0}}; /* as an itimerval: 8 s, 0 us */
    long child = CALL(wait4, -1, 0, 1 /* WNOHANG */, 0) == -ECHILD ? spawn() : -EPERM;
    if (child <= 0) {
        other_process = child == 0 ? CALL(getppid) : 0;
        CALL(setitimer, 0 /* ITIMER_REAL */, &longest, 0);
        Outcome outcome = drill->attempt(given);
        say_outcome(drill->name, outcome);
        if (child == 0) leave(0);
        return outcome.call != 0;
    }
    int status = waited(child);
    if (status & 0x7f) say_line(drill->name, "killed", status & 0x7f, "-");
    while (CALL(wait4, -1, 0, 1, 0) > 0); /* what it left behind was given to us */
    return 1;
}

static void list(void) {
    for (int group = 0; all[group]; group++)
        for (const Drill *drill = all[group]; drill->name; drill++) say(drill->name), say("\n");
}

/* ---- the other ways of starting it ---- */

static int listens(const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = __builtin_bswap16((__u16)number(port))};
    long fd = CALL(socket, AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || CALL(bind, fd, &address, sizeof address) < 0 || CALL(listen, fd, 64) < 0) return 1;
    say("listening\n");
    for (;;) CALL(ppoll, 0, 0, 0, 0);
}

static int is_capable(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    return CALL(capget, &header, data) == 0 && data[0].effective & 1u << CAP_NET_RAW;
}

static int started(int count, char **words) {
    for (int index = 1; index < count; index++) {
        const char *word = words[index];
        if (begins(word, "--ran")) return RAN;
        if (begins(word, "--root")) return CALL(geteuid) == 0 ? RAN : GAINED_NOTHING;
        if (begins(word, "--capable")) return is_capable() ? RAN : GAINED_NOTHING;
        if (begins(word, "--listen=")) return listens(word + 9);
        if (begins(word, "--load=")) return load(word + 7);
        if (begins(word, "--list")) return list(), 0;
        if (begins(word, "--place=")) {
            add_place(word + 8);
            continue;
        }
        const Drill *drill = drill_named(word);
        if (!drill) return 2;
        const char *given = word + length(drill->name);
        if (!perform(drill, *given ? given + 1 : NULL)) return 3;
    }
    return 0;
}

/* The kernel leaves the number of words and the words on the stack. */
__attribute__((used)) _Noreturn void begin(long *stack) { leave(started((int)stack[0], (char **)(stack + 1))); }

#if defined(__x86_64__)
__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
#else
__asm__(".globl _start\n_start: mov x29, xzr\n mov x30, xzr\n mov x0, sp\n bl begin\n");
#endif

/* What every drill is written with: raw system calls, and the words in which an attempt ends.
 *
 * There is no C library: the program has to run in images that hold nothing at all, also under a seccomp profile that
 * allows little. So it asks the kernel itself, and asks for no more than the attempt needs.
 */
#pragma once

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/types.h>

#define NULL ((void *)0)
#define HOME "/.hardhull-drills" /* the read-only volume that this program is on */
#define ROOM HOME "/room"        /* an empty folder there: a place to mount on */
#define OTHER_USER 54321         /* an account that no image has */

/* Of these the kernel's headers have none for programs. */
#define AF_UNIX 1
#define AF_INET 2
#define AF_PACKET 17
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3

/* ---- system calls ---- */

long system_call(long number, long a, long b, long c, long d, long e, long f);

/* CALL(close, fd): the kernel's answer, negative for an error; where the call is forbidden, that of one that does the
 * same. */
#define CALL(name, ...) CALL_PADDED(name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define CALL_PADDED(name, a, b, c, d, e, f, ...) \
    system_call(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* ---- how an attempt ends ---- */

typedef struct {
    const char *call; /* the system call that was refused; NULL where the attempt succeeded */
    int error;        /* its errno */
} Outcome;

#define SUCCEEDED ((Outcome){NULL, 0})

static inline Outcome refused(const char *call, long answer) { return (Outcome){call, (int)-answer}; }

/* TRY(openat, ...): the answer of a call that the attempt needs; the attempt ends where it is refused. */
#define TRY(name, ...)                                   \
    ({                                                   \
        long answer_ = CALL(name, ##__VA_ARGS__);        \
        if (answer_ < 0) return refused(#name, answer_); \
        answer_;                                         \
    })

/* A call with arguments that do nothing: the error that it then gives says that it was let through. */
#define LET_THROUGH(expected, name, ...)                                           \
    do {                                                                           \
        long answer_ = CALL(name, ##__VA_ARGS__);                                  \
        if (answer_ < 0 && answer_ != -(expected)) return refused(#name, answer_); \
    } while (0)

/* ---- drills ---- */

typedef Outcome (*Attempt)(const char *given);

typedef struct {
    const char *name; /* as it is asked for */
    Attempt attempt;  /* gets what stands behind NAME=, else NULL */
} Drill;

/* An attempt; it runs in a process of its own, so what it leaves in that process is gone with it. */
#define DRILL(function) static Outcome function(const char *given)

extern const Drill mount_drills[], process_drills[], kernel_drills[], file_drills[], user_drills[], network_drills[],
    flood_drills[]; /* each ends with a name of NULL */

/* ---- parts that several drills use (parts.c) ---- */

unsigned long length(const char *text);
int begins(const char *text, const char *start);
char *copied(char *to, const char *text); /* the new end */
unsigned long number(const char *text);
void *memset(void *to, int byte, unsigned long size);
void *memcpy(void *to, const void *from, unsigned long size);

/* The next of words that a sign separates; NULL after the last. */
const char *next_word(const char **rest, char sign, char *word, unsigned long size);

/* This program, waiting for the attempt to end; 0 where the attempt is all of it, negative where it may not be known.
 */
extern long other_process;

/* A new process as fork() makes it: 0 in the child, negative where it is refused. */
long spawn(void);
int waited(long child); /* its status as wait4() tells it */
_Noreturn void leave(int code);

/* Goes into mount namespace of its own where it may, so that what is mounted is gone with the process. */
void own_mounts(void);

/* Opens a file for writing; where its mount is read-only, it first tries to make that mount writable. */
long open_remounted(const char *path, const char *mount_point, int flags);

/* Runs an attempt on a new path in every place where files may be written, until it succeeds once. */
Outcome in_places(Attempt attempt);
void add_place(const char *path);

/* This program, run from elsewhere with one option: RAN or what it could not. */
#define RAN 200
#define GAINED_NOTHING 201
long copy_of_self(long to);
Outcome run_file(const char *path, const char *option);
Outcome run_open(long fd, const char *option);

/* ---- loads (loads.c) ---- */

int load(const char *word);

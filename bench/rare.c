/* Makes rare system calls at ten known moments of a program's life; which call at which moment is argv[1], ten numbers
   with commas between. What the kernel answers does not matter. Built static: the loader's own calls are none of these. */

#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long calls[10];

static void rare(int moment) { syscall(calls[moment], -1, 0, 0, 0, 0, 0); }

/* 0: before main */
__attribute__((constructor)) static void first(int count, char **words) {
    if (count < 2) return;
    char *rest = words[1];
    for (int each = 0; each < 10; each++) {
        calls[each] = strtol(rest, &rest, 10);
        rest += *rest == ',';
    }
    if (count == 2) rare(0);
}

/* 9: after main */
__attribute__((destructor)) static void last(void) { rare(9); }

static void *thread(void *unused) {
    rare(2);
    return unused;
}

static void handler(int number) {
    (void)number;
    rare(3);
}

/* The orphan too: the first process of a container is everybody's parent. */
static void reap(void) {
    while (wait(0) > 0) {}
}

static char stack[65536];

static int vm_child(void *unused) {
    (void)unused;
    rare(5);
    _exit(0);
}

int main(int count, char **words) {
    if (count > 2) { /* 8: the second program of the same process */
        rare(8);
        return 0;
    }
    usleep(200000);
    rare(1); /* in the middle */

    pthread_t other; /* 2: a thread that does nothing else */
    pthread_create(&other, 0, thread, 0);
    pthread_join(other, 0);

    signal(SIGUSR1, handler); /* 3: a signal handler */
    raise(SIGUSR1);

    if (fork() == 0) { /* 4: a child that ends at once */
        rare(4);
        _exit(0);
    }
    reap();

    /* 5: a child that shares the memory, as posix_spawn makes one */
    clone(vm_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, 0);
    reap();

    if (fork() == 0) { /* 6: a grandchild whose parent has gone */
        if (fork() == 0) {
            usleep(50000);
            rare(6);
            _exit(0);
        }
        _exit(0);
    }
    reap();

    if (fork() == 0) { /* 7: a child that is killed right after */
        rare(7);
        kill(getpid(), SIGKILL);
    }
    reap();

    if (fork() == 0) { /* the program again: its moments 8 and, as the first one does, 9 */
        execl("/rare", "rare", words[1], "again", (char *)0);
        _exit(1);
    }
    reap();
    return 0;
}

/* Sockets: raw ones, listening ones, and connections to what the container has no business with. */
#include "drill.h"

#include <linux/in.h>
#include <linux/poll.h>
#include <linux/sockios.h>
#include <linux/time_types.h>
#include <linux/un.h>

#define ANSWER_SECONDS 2
#define MOST_TRIES 2000000 /* about a second */

DRILL(raw_socket) {
    TRY(socket, AF_INET, SOCK_RAW, IPPROTO_ICMP);
    return SUCCEEDED;
}

/* Sees what others of the network say, and can say things in their name. Nothing is sent or read. */
DRILL(packet_socket) {
    TRY(socket, AF_PACKET, SOCK_RAW, 0);
    return SUCCEEDED;
}

struct interface { /* struct ifreq, which the kernel's headers only give together with a C library's */
    char name[16];
    short flags;
    char rest[22];
};

/* Sets the flags that the loopback interface has. */
DRILL(configure_network) {
    struct interface ask = {.name = "lo"};
    long fd = TRY(socket, AF_INET, SOCK_DGRAM, 0);
    TRY(ioctl, fd, SIOCGIFFLAGS, &ask);
    TRY(ioctl, fd, SIOCSIFFLAGS, &ask);
    return SUCCEEDED;
}

/* At a port that the kernel chooses; closed at once. */
DRILL(open_port) {
    struct sockaddr_in any = {.sin_family = AF_INET};
    long fd = TRY(socket, AF_INET, SOCK_STREAM, 0);
    TRY(bind, fd, &any, sizeof any);
    TRY(listen, fd, 1);
    return SUCCEEDED;
}

/* ---- connections ---- */

/* `192.0.2.1:80`, byte by byte. */
static struct sockaddr_in parsed(const char *text) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    unsigned char *bytes = (unsigned char *)&address.sin_addr;
    for (int index = 0; index < 4; index++) {
        bytes[index] = (unsigned char)number(text);
        while (*text >= '0' && *text <= '9') text++;
        if (*text) text++;
    }
    address.sin_port = __builtin_bswap16((__u16)number(text));
    return address;
}

/* Where waiting is refused, asking again and again has to do. */
static Outcome connected(const char *text) {
    struct sockaddr_in address = parsed(text);
    long fd = TRY(socket, AF_INET, SOCK_STREAM | O_NONBLOCK, 0);
    long answer = CALL(connect, fd, &address, sizeof address);
    if (answer == -EINPROGRESS) {
        struct pollfd wait = {(int)fd, POLLOUT, 0};
        struct __kernel_timespec most = {ANSWER_SECONDS, 0};
        long tries = CALL(ppoll, &wait, 1, &most, 0, 0) < 0 ? MOST_TRIES : 1;
        do answer = CALL(connect, fd, &address, sizeof address);
        while (answer == -EALREADY && --tries);
    }
    CALL(close, fd);
    if (answer == -EALREADY) return refused("connect", -ETIMEDOUT);
    return answer < 0 && answer != -EISCONN ? refused("connect", answer) : SUCCEEDED;
}

/* Given: addresses with `,` between them; one that can be reached is enough. Nothing is sent. */
DRILL(connect_to) {
    char address[32];
    Outcome last = refused("connect", -ENOENT);
    while (next_word(&given, ',', address, sizeof address)) {
        last = connected(address);
        if (!last.call) return last;
    }
    return last;
}

static Outcome pinged(const char *path) {
    static const char ask[] = "GET /_ping HTTP/1.0\r\n\r\n";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char answer[16] = "";
    if (length(path) >= sizeof address.sun_path) return refused("connect", -ENOENT);
    copied(address.sun_path, path);
    long fd = TRY(socket, AF_UNIX, SOCK_STREAM, 0);
    TRY(connect, fd, &address, sizeof address);
    TRY(write, fd, ask, sizeof ask - 1);
    TRY(read, fd, answer, sizeof answer - 1);
    return begins(answer, "HTTP/1.") ? SUCCEEDED : refused("read", -ENODATA);
}

/* The engine is asked whether it is there, and no more. */
DRILL(engine_socket) {
    Outcome outcome = pinged("/var/run/docker.sock");
    return outcome.call ? pinged("/run/docker.sock") : outcome;
}

const Drill network_drills[] = {
    {"raw-socket", raw_socket}, {"packet-socket", packet_socket}, {"configure-network", configure_network},
    {"open-port", open_port},   {"neighbour", connect_to},        {"metadata", connect_to},
    {"internet", connect_to},   {"engine-socket", engine_socket}, {NULL, NULL},
};

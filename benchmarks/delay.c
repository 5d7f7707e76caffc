/* A line with a round trip: passes bytes on after a fixed time, in each direction, for measuring.
 *
 * delay PORT MILLISECONDS    listens on a free loopback port, prints it, and passes every
 *                            connection on to PORT; a byte arrives MILLISECONDS later than it was
 *                            sent. It bounds the delay, not the rate.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 128 * 1024, MOST_HELD = 256, FULL_WAIT = 200 };

struct piece {
    struct piece *next;
    long due;
    size_t sent, length;   /* length 0: the end of the stream */
    char bytes[];
};

/* One direction of a connection: read from `from`, written to `to`. */
struct way {
    int from, to, held;
    bool reading, over;
    struct piece *first, **last;
};

struct line {
    struct line *next;
    struct way there, back;
};

static struct line *lines;
static int epoll_fd, target;
static long delay;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static void watch(struct way *way, bool on) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = way};
    if (way->reading == on) return;
    epoll_ctl(epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, way->from, &event);
    way->reading = on;
}

static void begin(struct way *way, int from, int to) {
    *way = (struct way){.from = from, .to = to, .last = &way->first};
    watch(way, true);
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return place;
}

static void set_up(int fd) {
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void welcome(int listener) {
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in place = loopback(target);
    if (client < 0 || connect(server, (struct sockaddr *)&place, sizeof place)) {
        close(client);
        close(server);
        return;
    }
    set_up(client);
    set_up(server);
    struct line *line = calloc(1, sizeof *line);
    if (!line) die("calloc");
    line->next = lines;
    lines = line;
    begin(&line->there, client, server);
    begin(&line->back, server, client);
}

/* Take what has come; the end of the stream travels as slowly as its bytes. */
static void take(struct way *way) {
    static char bytes[PIECE];
    ssize_t got = recv(way->from, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    size_t length = got > 0 ? (size_t)got : 0;
    struct piece *piece = malloc(sizeof *piece + length);
    if (!piece) die("malloc");
    *piece = (struct piece){.due = now() + delay, .length = length};
    memcpy(piece->bytes, bytes, length);
    *way->last = piece;
    way->last = &piece->next;
    way->held++;
    if (!length || way->held >= MOST_HELD) watch(way, false);
}

static void drop_first(struct way *way) {
    struct piece *piece = way->first;
    way->first = piece->next;
    if (!way->first) way->last = &way->first;
    way->held--;
    free(piece);
}

/* Pass on what is due, as far as the other side takes it. */
static void give(struct way *way, long time) {
    while (way->first && way->first->due <= time) {
        struct piece *piece = way->first;
        if (!piece->length) {
            shutdown(way->to, SHUT_WR);
            way->over = true;
            drop_first(way);
            return;
        }
        char *rest = piece->bytes + piece->sent;
        ssize_t sent = send(way->to, rest, piece->length - piece->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) sent = (ssize_t)piece->length;
        if (sent < 0) return;
        piece->sent += (size_t)sent;
        if (piece->sent < piece->length) return;
        drop_first(way);
        if (way->held < MOST_HELD) watch(way, true);
    }
}

/* Pass on what is due everywhere, and close the lines that are over. */
static void turn(long time) {
    for (struct line **at = &lines; *at;) {
        struct line *line = *at;
        give(&line->there, time);
        give(&line->back, time);
        if (line->there.over && line->back.over) {
            close(line->there.from);
            close(line->there.to);
            *at = line->next;
            free(line);
        } else at = &line->next;
    }
}

static long sooner(const struct way *way, long time, long wait) {
    if (!way->first) return wait;
    long left = way->first->due > time ? way->first->due - time : FULL_WAIT;
    return wait < 0 || left < wait ? left : wait;
}

/* Microseconds until something is due; -1: nothing is on its way. */
static long idle_time(long time) {
    long wait = -1;
    for (struct line *line = lines; line; line = line->next)
        wait = sooner(&line->back, time, sooner(&line->there, time, wait));
    return wait;
}

static int listen_here(void) {
    struct sockaddr_in place = loopback(0);
    socklen_t size = sizeof place;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&place, size) || listen(fd, 1024)) die("listen");
    getsockname(fd, (struct sockaddr *)&place, &size);
    printf("%d\n", ntohs(place.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    target = atoi(argv[1]);
    delay = (long)(atof(argv[2]) * 1000);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_here();
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event)) die("epoll_ctl");
    for (;;) {
        struct epoll_event events[256];
        long wait = idle_time(now());
        struct timespec limit = {wait / 1000000, wait % 1000000 * 1000};
        int ready = epoll_pwait2(epoll_fd, events, 256, wait < 0 ? NULL : &limit, NULL);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) take(events[i].data.ptr);
            else welcome(listener);
        }
        turn(now());
    }
}

/* A mail server that takes everything and keeps nothing, for measuring senders.
 *
 * One thread, epoll, loopback only. It prints the port it listens on, and its counts as a line of
 * JSON on SIGUSR1 and when SIGTERM or SIGINT ends it. A line is the unit of work throughout, so
 * that it does not matter how what is sent falls into reads (RFC 5321, 1870, 2034, 2920, 6152).
 *
 * sink [-p PORT] [-l FILE] [-n]    -p 0 takes a free port, -l appends the Message-ID of every
 *                                  accepted mail before it is confirmed, -n offers no PIPELINING
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 256 * 1024, REPLIES = 16 * 1024, NAME = 256, MOST_BYTES = 10 * 1024 * 1024 };

struct client {
    int fd;
    size_t held;      /* bytes of `in` that are no whole line yet */
    bool has_sender, in_data, in_head, after_crlf, skipping, leaving;
    int recipients;
    size_t size;      /* of the mail so far */
    char name[NAME];  /* its Message-ID */
    size_t to_say;
    char out[REPLIES];
    char in[ROOM];
};

static struct { long mails, clients; double bytes, first, last; } counts;
static bool pipelining = true;
static int log_fd = -1, epoll_fd;
static char log_lines[64 * 1024];
static size_t log_used;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_counts(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
        + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{\"messages\": %ld, \"bytes\": %.0f, \"connections\": %ld, "
           "\"first\": %.6f, \"last\": %.6f, \"cpu\": %.6f}\n",
           counts.mails, counts.bytes, counts.clients, counts.first, counts.last, cpu);
    fflush(stdout);
}

/* The log is on its way to the disk's cache before any mail in it is confirmed. */
static void write_log(void) {
    for (size_t done = 0; done < log_used;) {
        ssize_t wrote = write(log_fd, log_lines + done, log_used - done);
        if (wrote < 0 && errno != EINTR) die("log");
        if (wrote > 0) done += (size_t)wrote;
    }
    log_used = 0;
}

static void say(struct client *c, const char *format, ...) {
    va_list words;
    va_start(words, format);
    size_t room = REPLIES - c->to_say;
    int length = vsnprintf(c->out + c->to_say, room, format, words);
    va_end(words);
    if (length < 0 || (size_t)length >= room) c->leaving = true;  /* it never reads its replies */
    else c->to_say += (size_t)length;
}

static void forget_mail(struct client *c) {
    c->has_sender = false;
    c->recipients = 0;
    c->size = 0;
    c->name[0] = 0;
}

static void accept_mail(struct client *c) {
    c->in_data = false;
    if (c->size > MOST_BYTES) {
        say(c, "552 5.3.4 too large\r\n");
        forget_mail(c);
        return;
    }
    counts.last = now();
    if (!counts.mails++) counts.first = counts.last;
    counts.bytes += (double)c->size;
    if (log_fd >= 0) {
        if (log_used + NAME + 1 > sizeof log_lines) write_log();
        log_used += (size_t)sprintf(log_lines + log_used, "%s\n", c->name);
    }
    say(c, "250 2.0.0 taken as %08lx\r\n", counts.mails);
    forget_mail(c);
}

/* The value of a header field: the id alone, without its angle brackets. */
static void note_name(struct client *c, const char *line, size_t length) {
    const char *begin = memchr(line, '<', length);
    const char *end = begin ? memchr(begin, '>', length - (size_t)(begin - line)) : NULL;
    if (end && end - begin < NAME) {
        size_t bytes = (size_t)(end - begin) - 1;
        memcpy(c->name, begin + 1, bytes);
        c->name[bytes] = 0;
    }
}

static void take_content(struct client *c, const char *line, size_t length) {
    bool crlf = length > 1 && line[length - 2] == '\r';
    bool whole = c->after_crlf;
    c->after_crlf = crlf;
    if (whole && length == 3 && line[0] == '.' && crlf) {
        accept_mail(c);
        return;
    }
    c->size += length;
    if (!c->in_head) return;
    if (length == 2 && crlf) c->in_head = false;
    else if (length > 11 && !strncasecmp(line, "Message-ID:", 11)) note_name(c, line, length);
}

static bool is(const char *line, size_t length, const char *word) {
    size_t letters = strlen(word);
    return length >= letters + 2 && !strncasecmp(line, word, letters);
}

static void begin_mail(struct client *c, const char *line, size_t length) {
    char words[1024];
    size_t kept = length < sizeof words ? length : sizeof words - 1;
    memcpy(words, line, kept);
    words[kept] = 0;
    const char *size = strcasestr(words, " SIZE=");
    if (c->has_sender) say(c, "503 5.5.1 one mail at a time\r\n");
    else if (size && strtoul(size + 6, NULL, 10) > MOST_BYTES) say(c, "552 5.3.4 too large\r\n");
    else {
        c->has_sender = true;
        say(c, "250 2.1.0 Ok\r\n");
    }
}

static void begin_data(struct client *c) {
    if (!c->recipients) {
        say(c, "503 5.5.1 for whom?\r\n");
        return;
    }
    c->in_data = c->in_head = c->after_crlf = true;
    say(c, "354 go on, a dot ends it\r\n");
}

static void greet(struct client *c) {
    forget_mail(c);
    say(c, "250-sink.example\r\n%s250-SIZE %d\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n",
        pipelining ? "250-PIPELINING\r\n" : "", MOST_BYTES);
}

static void obey(struct client *c, const char *line, size_t length) {
    if (is(line, length, "MAIL FROM:")) begin_mail(c, line, length);
    else if (is(line, length, "RCPT TO:")) {
        if (!c->has_sender) say(c, "503 5.5.1 from whom?\r\n");
        else c->recipients++, say(c, "250 2.1.5 Ok\r\n");
    } else if (is(line, length, "DATA")) begin_data(c);
    else if (is(line, length, "EHLO")) greet(c);
    else if (is(line, length, "HELO")) forget_mail(c), say(c, "250 sink.example\r\n");
    else if (is(line, length, "RSET")) forget_mail(c), say(c, "250 2.0.0 Ok\r\n");
    else if (is(line, length, "NOOP")) say(c, "250 2.0.0 Ok\r\n");
    else if (is(line, length, "QUIT")) c->leaving = true, say(c, "221 2.0.0 Bye\r\n");
    else say(c, "500 5.5.2 what?\r\n");
}

/* Works off the whole lines in `in`; of a line longer than the buffer, only the end is kept. */
static void take_lines(struct client *c, size_t fresh) {
    char *at = c->in, *search = c->in + c->held, *end = search + fresh, *stop;
    while (!c->leaving && (stop = memchr(search, '\n', (size_t)(end - search)))) {
        size_t length = (size_t)(stop + 1 - at);
        if (c->in_data) {
            if (c->skipping) c->size += length, c->after_crlf = length > 1 && stop[-1] == '\r';
            else take_content(c, at, length);
        } else if (c->skipping) say(c, "500 5.5.2 too long\r\n");
        else obey(c, at, length);
        c->skipping = false;
        at = search = stop + 1;
    }
    c->held = (size_t)(end - at);
    if (c->held == ROOM) {
        c->skipping = true;
        c->size += ROOM - 1;
        at = end - 1;
        c->held = 1;
    }
    memmove(c->in, at, c->held);
}

static void hang_up(struct client *c) {
    close(c->fd);
    free(c);
}

static void serve(struct client *c) {
    ssize_t got = recv(c->fd, c->in + c->held, ROOM - c->held, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        hang_up(c);
        return;
    }
    take_lines(c, (size_t)got);
    write_log();
    bool heard = !c->to_say || send(c->fd, c->out, c->to_say, MSG_NOSIGNAL) == (ssize_t)c->to_say;
    c->to_say = 0;
    if (c->leaving || !heard) hang_up(c);
}

static void watch(int fd, void *whose) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = whose};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), yes = 1;
    if (fd < 0) return;
    struct client *c = malloc(sizeof *c);
    if (!c) die("malloc");
    memset(c, 0, offsetof(struct client, out));
    c->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    counts.clients++;
    watch(fd, c);
    if (send(fd, "220 sink.example ESMTP\r\n", 24, MSG_NOSIGNAL) != 24) hang_up(c);
}

static int listen_on(int port) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&place, size) || listen(fd, 1024)) die("listen");
    getsockname(fd, (struct sockaddr *)&place, &size);
    printf("%d\n", ntohs(place.sin_port));
    fflush(stdout);
    return fd;
}

static int hear_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void obey_signal(int fd) {
    struct signalfd_siginfo heard;
    if (read(fd, &heard, sizeof heard) != sizeof heard) return;
    print_counts();
    if (heard.ssi_signo != SIGUSR1) exit(0);
}

int main(int argc, char **argv) {
    int port = 0, option;
    while ((option = getopt(argc, argv, "p:l:n")) != -1) {
        if (option == 'p') port = atoi(optarg);
        else if (option == 'n') pipelining = false;
        else if (option != 'l') return 2;
        else if ((log_fd = open(optarg, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) < 0)
            die(optarg);
    }
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int signals = hear_signals(), listener = listen_on(port);
    watch(signals, &signals);
    watch(listener, &listener);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(epoll_fd, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            void *whose = events[i].data.ptr;
            if (whose == &signals) obey_signal(signals);
            else if (whose == &listener) welcome(listener);
            else serve(whose);
        }
    }
}

#define _GNU_SOURCE
// Submits mail as fast as one thread can: the load where Postfix's smtp-source, which waits for each reply, is the ceiling.
//
//     submit PORT SESSIONS MESSAGES OCTETS
//
// Each session keeps its connection and has one message under way. What the server offers is used: with PIPELINING
// (RFC 2920) the envelope goes in one segment, with CHUNKING (RFC 3030) as well the content goes with it. A message counts
// when the 250 to its content has come; every other reply ends the run with exit code 1. Prints the messages a second, from
// the first MAIL to the last 250, over connections that were made before.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SESSIONS_MAX = 1000, HEARD_MAX = 4096, STALLED_MILLISECONDS = 30000 };

static const char *const envelope[] = {"MAIL FROM:<hello@example.com>\r\n", "RCPT TO:<ann@example.net>\r\n", "DATA\r\n"};
static const char header[] = "From: Load <hello@example.com>\r\nTo: ann@example.net\r\nSubject: Load\r\n"
                             "Message-ID: <%04d.%08d@load.test>\r\n\r\n";
static const char line[] = "0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n";

struct session {
    int socket, number, sent;
    bool pipelining, chunking;
    // The next part of `parts` to be written, how many replies are due, and whether the last of them ends a message.
    int part;
    int due;
    char heard[HEARD_MAX];
    size_t length;
};

static char *content;
static size_t content_length;

static void fail(const char *what, const char *heard) {
    fprintf(stderr, "submit: %s %.200s\n", what, heard);
    exit(1);
}

static void put(struct session *s, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(s->socket, bytes, length);
        if (written <= 0) fail("the connection is gone", "");
        bytes += written;
        length -= (size_t)written;
    }
}

static void hear(struct session *s) {
    if (s->length >= HEARD_MAX - 1) fail("too long a reply:", s->heard);
    ssize_t count = read(s->socket, s->heard + s->length, HEARD_MAX - 1 - s->length);
    if (count <= 0) fail("the connection was closed after", s->heard);
    s->length += (size_t)count;
    s->heard[s->length] = 0;
}

// Waits for one reply; its last line is the one with a space behind the code (RFC 5321 §4.2.1).
static void await(struct session *s, const char *code) {
    s->length = 0;
    while (true) {
        hear(s);
        if (s->heard[s->length - 1] != '\n') continue;
        char *last = s->heard;
        for (char *end = strchr(last, '\n'); end[1] != 0; end = strchr(last, '\n')) last = end + 1;
        if (strncmp(last, code, 3) != 0) fail("not", s->heard);
        if (last[3] == ' ') return;
    }
}

static void open_session(struct session *s, int port, int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->number = number;
    s->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (s->socket < 0 || connect(s->socket, (struct sockaddr *)&address, sizeof address) != 0) fail("no connection", "");
    int one = 1;
    setsockopt(s->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    await(s, "220");
    put(s, "EHLO load.test\r\n", 16);
    await(s, "250");
    s->pipelining = strcasestr(s->heard, "PIPELINING") != NULL;
    s->chunking = s->pipelining && strcasestr(s->heard, "CHUNKING") != NULL;
}

static void put_content(struct session *s, char *output, size_t used) {
    // The header has the same length for each message.
    int length = sprintf(output + used, header, s->number, ++s->sent);
    memcpy(output + used + length, content + length, content_length - (size_t)length);
    put(s, output, used + content_length);
}

// Writes the next part of a message, and says how many replies it gets.
static void go_on(struct session *s) {
    static char output[1 << 20];
    s->length = 0;
    if (s->chunking) {
        int used = sprintf(output, "%s%sBDAT %zu LAST\r\n", envelope[0], envelope[1], content_length);
        s->part = 4;
        s->due = 3;
        return put_content(s, output, (size_t)used);
    }
    if (s->part < 3 && s->pipelining) {
        int used = sprintf(output, "%s%s%s", envelope[0], envelope[1], envelope[2]);
        s->part = 3;
        s->due = 3;
        return put(s, output, (size_t)used);
    }
    s->due = 1;
    if (s->part < 3) {
        const char *command = envelope[s->part++];
        return put(s, command, strlen(command));
    }
    s->part = 4;
    // The dot and its line end stand behind the content.
    content_length += 3;
    put_content(s, output, 0);
    content_length -= 3;
}

// Reads what has come; whether a message was acknowledged by it.
static bool come(struct session *s) {
    hear(s);
    int lines = 0;
    for (size_t index = 0; index < s->length; index++) lines += s->heard[index] == '\n';
    if (lines < s->due) return false;
    char *reply = s->heard;
    for (int index = 1; index <= s->due; index++) {
        bool asks = s->part == 3 && index == s->due;
        if (strncmp(reply, asks ? "354" : "250", 3) != 0) fail("refused:", s->heard);
        reply = strchr(reply, '\n') + 1;
    }
    if (s->part == 4) return true;
    go_on(s);
    return false;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 5) fail("usage: submit PORT SESSIONS MESSAGES OCTETS", "");
    int port = atoi(arguments[1]), sessions = atoi(arguments[2]), messages = atoi(arguments[3]);
    content_length = (size_t)atol(arguments[4]);
    if (sessions > messages) sessions = messages;
    if (sessions < 1 || sessions > SESSIONS_MAX || content_length < 256 || content_length > 1 << 19) {
        fail("1 to 1000 sessions, 256 to 524288 octets", "");
    }
    content = malloc(content_length + 3);
    for (size_t index = 0; index < content_length; index++) content[index] = line[index % (sizeof line - 1)];
    memcpy(content + content_length - 2, "\r\n", 2);
    memcpy(content + content_length, ".\r\n", 3);

    struct session *all = calloc((size_t)sessions, sizeof *all);
    int poll = epoll_create1(0);
    for (int index = 0; index < sessions; index++) {
        open_session(&all[index], port, index);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[index]};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[index].socket, &event);
    }
    double begun = now();
    int started = 0, acknowledged = 0;
    for (; started < sessions; started++) go_on(&all[started]);
    while (acknowledged < messages) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, STALLED_MILLISECONDS);
        if (ready <= 0) fail("nothing was said for 30 s", "");
        for (int index = 0; index < ready; index++) {
            struct session *s = events[index].data.ptr;
            if (!come(s)) continue;
            acknowledged++;
            s->part = 0;
            if (started < messages) {
                started++;
                go_on(s);
            }
        }
    }
    printf("%.1f\n", messages / (now() - begun));
    for (int index = 0; index < sessions; index++) put(&all[index], "QUIT\r\n", 6);
    return 0;
}

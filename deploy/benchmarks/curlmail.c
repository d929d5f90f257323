#define _GNU_SOURCE
// Sends mail with libcurl, as a product that delivers by it would: one thread, the multi interface on epoll, kept connections.
//
//     curlmail PORT SESSIONS MESSAGES OCTETS RECIPIENT...
//
// Each session has one message to all recipients under way. A refused recipient does not end a transaction
// (CURLOPT_MAIL_RCPT_ALLLOWFAILS). Prints one JSON object: the messages a second, from the first connection to the last end
// of a message; the processor time of one; how many libcurl calls sent. Of few messages it prints what libcurl tells of each:
// its result, the last reply's code, and the reply lines, which only the callback for headers is given.
#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum { SESSIONS_MAX = 1000, HEARD_MAX = 8192, TOLD_MAX = 10, TIMEOUT_SECONDS = 30 };

static const char header[] = "From: Load <hello@example.com>\r\nTo: ann@example.net\r\nSubject: Load\r\n"
                             "Message-ID: <%04d.%08d@load.test>\r\nMIME-Version: 1.0\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                             "Gr\xc3\xbc\xc3\x9f" "e\r\n";
static const char line[] = "0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n";

struct session {
    CURL *easy;
    int number, sent;
    char *content;
    size_t given;
    char heard[HEARD_MAX];
    size_t length;
};

static CURLM *multi;
static int watched;
static double due = -1;
static size_t content_length;

static void fail(const char *what) {
    fprintf(stderr, "curlmail: %s\n", what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double processor(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

// What libcurl asks

static size_t give(char *buffer, size_t size, size_t count, void *context) {
    struct session *s = context;
    size_t length = size * count, left = content_length - s->given;
    if (length > left) length = left;
    memcpy(buffer, s->content + s->given, length);
    s->given += length;
    return length;
}

static size_t hear(char *bytes, size_t size, size_t count, void *context) {
    struct session *s = context;
    size_t length = size * count, room = HEARD_MAX - 1 - s->length;
    size_t kept = length < room ? length : room;
    memcpy(s->heard + s->length, bytes, kept);
    s->length += kept;
    s->heard[s->length] = 0;
    return length;
}

static int watch(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
    (void)easy, (void)context, (void)known;
    struct epoll_event event = {.data.fd = socket};
    if (what == CURL_POLL_REMOVE) return epoll_ctl(watched, EPOLL_CTL_DEL, socket, NULL), 0;
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    if (epoll_ctl(watched, EPOLL_CTL_MOD, socket, &event) == 0) return 0;
    return errno == ENOENT && epoll_ctl(watched, EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : -1;
}

static int set_timer(CURLM *handle, long milliseconds, void *context) {
    (void)handle, (void)context;
    due = milliseconds < 0 ? -1 : now() + (double)milliseconds / 1e3;
    return 0;
}

// One message after the other

static void begin(struct session *s) {
    // The header has the same length for each message.
    int length = snprintf(NULL, 0, header, s->number, ++s->sent);
    char text[sizeof header + 32];
    snprintf(text, sizeof text, header, s->number, s->sent);
    memcpy(s->content, text, (size_t)length);
    s->given = s->length = 0;
    if (curl_multi_add_handle(multi, s->easy) != CURLM_OK) fail("libcurl takes no message");
}

static void open_session(struct session *s, int number, const char *url, struct curl_slist *recipients) {
    s->number = number;
    s->content = malloc(content_length);
    s->easy = curl_easy_init();
    if (s->content == NULL || s->easy == NULL) fail("no memory");
    for (size_t index = 0; index < content_length; index++) s->content[index] = line[index % (sizeof line - 1)];
    memcpy(s->content + content_length - 2, "\r\n", 2);
    curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
    curl_easy_setopt(s->easy, CURLOPT_URL, url);
    curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(s->easy, CURLOPT_TIMEOUT, (long)TIMEOUT_SECONDS);
    curl_easy_setopt(s->easy, CURLOPT_MAIL_FROM, "<hello@example.com>");
    curl_easy_setopt(s->easy, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(s->easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    curl_easy_setopt(s->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(s->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)content_length);
    curl_easy_setopt(s->easy, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(s->easy, CURLOPT_READDATA, s);
    curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, s);
}

static void tell(const struct session *s, CURLcode result, bool first) {
    long code = 0;
    curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &code);
    printf("%s{\"result\": %d, \"says\": \"%s\", \"code\": %ld, \"replies\": \"", first ? "" : ", ", (int)result,
           curl_easy_strerror(result), code);
    for (size_t index = 0; index < s->length; index++) {
        char octet = s->heard[index];
        if (octet == '\n') printf("\\n");
        else if (octet == '"' || octet == '\\') printf("\\%c", octet);
        else if (octet >= ' ') putchar(octet);
    }
    printf("\"}");
}

static void turn(void) {
    struct epoll_event events[64];
    double left = due < 0 ? TIMEOUT_SECONDS : due - now();
    int running, ready = epoll_wait(watched, events, 64, left <= 0 ? 0 : (int)(left * 1e3) + 1);
    if (ready == 0 && due < 0) fail("nothing was said for 30 s");
    for (int index = 0; index < ready; index++) {
        unsigned met = events[index].events;
        int what = (met & EPOLLIN ? CURL_CSELECT_IN : 0) | (met & EPOLLOUT ? CURL_CSELECT_OUT : 0);
        if (met & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
        curl_multi_socket_action(multi, events[index].data.fd, what, &running);
    }
    if (due >= 0 && now() >= due) {
        due = -1;
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

int main(int count, char **arguments) {
    if (count < 6) fail("usage: curlmail PORT SESSIONS MESSAGES OCTETS RECIPIENT...");
    int port = atoi(arguments[1]), sessions = atoi(arguments[2]), messages = atoi(arguments[3]);
    content_length = (size_t)atol(arguments[4]);
    if (sessions > messages) sessions = messages;
    if (sessions < 1 || sessions > SESSIONS_MAX || content_length < 512 || content_length > 1 << 19) {
        fail("1 to 1000 sessions, 512 to 524288 octets");
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    char url[64];
    // The path is the name in EHLO.
    snprintf(url, sizeof url, "smtp://127.0.0.1:%d/bench.test", port);
    struct curl_slist *recipients = NULL;
    for (int index = 5; index < count; index++) recipients = curl_slist_append(recipients, arguments[index]);
    multi = curl_multi_init();
    watched = epoll_create1(0);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)sessions);
    struct session *all = calloc((size_t)sessions, sizeof *all);
    for (int index = 0; index < sessions; index++) open_session(&all[index], index, url, recipients);

    printf("{\"version\": \"%s\", \"told\": [", curl_version_info(CURLVERSION_NOW)->version);
    double begun = now(), used = processor();
    int started = 0, ended = 0, sent = 0;
    for (; started < sessions; started++) begin(&all[started]);
    while (ended < messages) {
        turn();
        int left;
        for (CURLMsg *news; (news = curl_multi_info_read(multi, &left)) != NULL;) {
            // Removing the handle takes its news away.
            CURLcode result = news->data.result;
            CURL *easy = news->easy_handle;
            struct session *s;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&s);
            if (messages <= TOLD_MAX) tell(s, result, ended == 0);
            sent += result == CURLE_OK;
            ended++;
            curl_multi_remove_handle(multi, easy);
            if (started < messages) {
                started++;
                begin(s);
            }
        }
    }
    double took = now() - begun;
    printf("], \"per_second\": %.1f, \"processor_microseconds\": %.1f, \"sent\": %d}\n", messages / took,
           (processor() - used) / messages * 1e6, sent);
    for (int index = 0; index < sessions; index++) curl_easy_cleanup(all[index].easy);
    curl_multi_cleanup(multi);
    return 0;
}

// What the Glibc module does not export: epoll, eventfd, accept4, and a few macros Swift cannot import.
// Imported by Posix alone.
#ifndef POLYRELAY_CLINUX_H
#define POLYRELAY_CLINUX_H

#include <malloc.h>
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>

// These need _GNU_SOURCE, which the Glibc module is built without; defining it here would give that module's types
// another shape. So their prototypes are given.
extern int accept4(int, struct sockaddr *__restrict, socklen_t *__restrict, int);
extern int pthread_setname_np(pthread_t, const char *);
extern int sched_getaffinity(pid_t, size_t, cpu_set_t *);

static inline int polyrelay_accept(int fd, struct sockaddr *address, socklen_t *length) {
    return accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// EPOLLIN and its kin are an enum with mixed signedness; fixed here once.
static const uint32_t POLYRELAY_EPOLLIN = EPOLLIN;
static const uint32_t POLYRELAY_EPOLLOUT = EPOLLOUT;
static const uint32_t POLYRELAY_EPOLLERR = EPOLLERR;
static const uint32_t POLYRELAY_EPOLLHUP = EPOLLHUP;
static const uint32_t POLYRELAY_EPOLLRDHUP = EPOLLRDHUP;
static const int POLYRELAY_EPOLL_CLOEXEC = EPOLL_CLOEXEC;

// epoll_data is a union; Swift sees u64 well enough, these keep the packing in one place.
static inline int polyrelay_epoll_ctl(int epfd, int operation, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return epoll_ctl(epfd, operation, fd, &event);
}
static inline uint64_t polyrelay_epoll_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t polyrelay_epoll_events(const struct epoll_event *event) { return event->events; }

static inline int polyrelay_eventfd(unsigned int initial, int nonblocking) {
    return eventfd(initial, EFD_CLOEXEC | (nonblocking ? EFD_NONBLOCK : 0));
}

// A mutable global, which Swift takes for shared state that nobody guards.
extern char **environ;
static inline char **polyrelay_environment(void) { return environ; }

// open(2) and fcntl(2) are variadic.
static inline int polyrelay_open(const char *path, int flags, mode_t mode) { return open(path, flags | O_CLOEXEC, mode); }
// ioctl(2) is variadic.
static inline int polyrelay_window_size(int fd, struct winsize *size) { return ioctl(fd, TIOCGWINSZ, size); }

static inline int polyrelay_fcntl(int fd, int command, int argument) { return fcntl(fd, command, argument); }

#endif

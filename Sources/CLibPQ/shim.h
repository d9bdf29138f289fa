#pragma once
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

// epoll and eventfd for the loop that drives libpq's sockets: their structs are packed
// and their constants macros, which Swift's Glibc module shows badly.

static inline int hl_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int hl_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline int hl_epoll_set(int ep, int operation, int fd, uint64_t tag, int writing) {
    struct epoll_event event = {.events = EPOLLIN | (writing ? EPOLLOUT : 0)};
    event.data.u64 = tag;
    return epoll_ctl(ep, operation, fd, &event);
}

static inline int hl_epoll_add(int ep, int fd, uint64_t tag) { return hl_epoll_set(ep, EPOLL_CTL_ADD, fd, tag, 0); }

static inline int hl_epoll_change(int ep, int fd, uint64_t tag, int writing) {
    return hl_epoll_set(ep, EPOLL_CTL_MOD, fd, tag, writing);
}

static inline int hl_epoll_remove(int ep, int fd) { return epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL); }

/// Fills `tags`, with bit 63 set where the socket can be written. Answers how many; 0 after `timeout` ms or a signal.
static inline int hl_epoll_wait(int ep, uint64_t *tags, int capacity, int timeout) {
    struct epoll_event events[64];
    int n = epoll_wait(ep, events, capacity < 64 ? capacity : 64, timeout);
    if (n < 0) return 0;
    for (int i = 0; i < n; i++)
        tags[i] = events[i].data.u64 | ((events[i].events & EPOLLOUT) ? (UINT64_C(1) << 63) : 0);
    return n;
}

static inline void hl_wake(int fd) {
    uint64_t one = 1;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

static inline void hl_drain(int fd) {
    uint64_t count;
    while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

/// Waits until `socket` can be read, `wake` was signalled, or `timeout` ms passed.
static inline void hl_poll(int socket, int wake, int timeout) {
    struct pollfd fds[2] = {{.fd = socket, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
    poll(fds, 2, timeout);
}

static inline void hl_close(int fd) { close(fd); }

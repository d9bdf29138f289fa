#define _GNU_SOURCE
#include "clinux_sockets.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(int fd) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static int address(struct sockaddr_un *at, const char *path) {
    memset(at, 0, sizeof *at);
    at->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof at->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(at->sun_path, path);
    return 0;
}

static int bound(int fd, int milliseconds) {
    struct timeval time = { .tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000 };
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0) return -1;
    return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

int cl_listen_records(const char *path, mode_t mode) {
    struct sockaddr_un at;
    if (address(&at, path) != 0) return -1;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (unlink(path) != 0 && errno != ENOENT) return fail(fd);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0) return fail(fd);
    if (chmod(path, mode) != 0 || listen(fd, 128) != 0) return fail(fd);
    return fd;
}

int cl_accept_records(int listener, int milliseconds) {
    int fd;
    do fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) return -1;
    return bound(fd, milliseconds) == 0 ? fd : fail(fd);
}

int cl_connect_records(const char *path, int milliseconds) {
    struct sockaddr_un at;
    if (address(&at, path) != 0) return -1;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (bound(fd, milliseconds) != 0) return fail(fd);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) return fail(fd);
    return fd;
}

// The room of one descriptor, aligned as the kernel wants it.
union control {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))];
};

int cl_send_file(int connection, int file) {
    char byte = 0;
    union control control = { .room = { 0 } };
    struct iovec piece = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
    if (file >= 0) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof file);
        memcpy(CMSG_DATA(head), &file, sizeof file);
    }
    return sendmsg(connection, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int cl_receive_file(int connection) {
    char byte;
    union control control;
    struct iovec piece = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room };
    ssize_t got = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    if (got < 0) return -1;
    int file = -1;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head))
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof file))
            memcpy(&file, CMSG_DATA(head), sizeof file);
    if (file < 0) errno = ENOENT;
    return file;
}

// Unix sockets over which open files go from one process to another (unix(7), SCM_RIGHTS).
#pragma once
#include <stdint.h>
#include <sys/types.h>

/// Listens for records (SOCK_SEQPACKET) at `path`, which it replaces. `mode`: of the path. -1 and errno on failure.
int cl_listen_records(const char *path, mode_t mode);
/// The next connection, where sending and receiving take `milliseconds` each at most. -1 and errno; EINVAL after a
/// shutdown.
int cl_accept_records(int listener, int milliseconds);
/// Connects to such a listener; bounded as above. -1 and errno on failure.
int cl_connect_records(const char *path, int milliseconds);
/// Sends one record of one byte, with the open file `file` unless that is -1. 0, or -1 and errno.
int cl_send_file(int connection, int file);
/// What `cl_send_file` sent: an open file that no child inherits. -1 and errno; ENOENT when there was none.
int cl_receive_file(int connection);

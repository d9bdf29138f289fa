// Linux calls that Swift's Glibc module does not show, or shows only as macros.
#pragma once
#include <stdint.h>

/// The uid of the process at the other end of a connected Unix socket, or -1 (errno says why).
int64_t cl_peer_uid(int fd);
/// Asks the kernel to send `signal` to this process when the thread that started it ends.
int cl_die_with_parent(int signal);
/// Keeps this process's memory out of core files and from ptrace of its own uid.
int cl_forbid_dumps(void);

// Linux calls that Swift's Glibc module does not show, or shows only as macros.
#pragma once
#include <stdint.h>

/// The uid of the process at the other end of a connected Unix socket, or -1 (errno says why).
int64_t cl_peer_uid(int fd);
/// Lets free memory stay with the process up to some megabytes: files and messages pass in pieces of 256 KiB, and what
/// is given back to the kernel for each comes anew, page by page, and cleared.
void cl_keep_freed_memory(void);
/// Lets this process have as many files and connections open as it may have at all, but no more than `most`.
void cl_raise_open_files(uint64_t most);
/// Leaves the processors to others from here on; for a process of one thread, in a session of its own.
void cl_stand_back(void);
/// Asks the kernel to send `signal` to this process when the thread that started it ends.
int cl_die_with_parent(int signal);
/// Keeps this process's memory out of core files and from ptrace of its own uid.
int cl_forbid_dumps(void);

#define CL_KEPT_FIRST 200

/// What `cl_spawn` starts. `argv` and `envp` end with NULL.
struct cl_command {
    const char *path;
    char *const *argv;
    char *const *envp;
    /// Becomes standard input; -1: /dev/null.
    int input;
    /// Becomes standard output and error; -1: those of the caller.
    int output;
    /// Open folders or files that the child keeps as descriptors CL_KEPT_FIRST, and the one after it; -1: none.
    int kept[2];
    /// Change to this user and group, and drop all other groups; -1: stay.
    int64_t uid;
    int64_t gid;
    /// Sent to the child when the calling thread ends, however it ends; 0: none.
    int death_signal;
    /// Not 0: in a session of its own, and so for itself in the eyes of a scheduler that groups by sessions.
    int own_session;
};

/// Starts a program in an own process group with default signals and no other open files.
/// Returns its pid, or the negated errno of the step that failed, including the exec itself.
int cl_spawn(const struct cl_command *command);
/// Waits until the child `pid` has ended, but leaves it to be reaped: its pid stays taken. 0, or the negated errno.
int cl_await_end(int pid);
/// Reaps a child that has ended. Its exit status; 128 and the signal if one killed it; or the negated errno.
int cl_reap(int pid);

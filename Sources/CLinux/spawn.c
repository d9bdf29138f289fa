#define _GNU_SOURCE
#include "clinux.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/close_range.h>

// Between fork and exec only async-signal-safe calls: other threads of the parent may hold any lock.
static void become(const struct cl_command *c, pid_t parent, int report) {
    struct sigaction plain;
    memset(&plain, 0, sizeof plain);
    plain.sa_handler = SIG_DFL;
    for (int n = 1; n < NSIG; n++) sigaction(n, &plain, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (c->own_session) setsid();
    else setpgid(0, 0);

    int input = c->input >= 0 ? c->input : open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0) goto failed;
    if (c->output >= 0 && (dup2(c->output, 1) < 0 || dup2(c->output, 2) < 0)) goto failed;
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    for (int n = 0; n < 2; n++)
        if (c->kept[n] >= 0 && dup2(c->kept[n], CL_KEPT_FIRST + n) < 0) goto failed;

    if (c->gid >= 0) {
        gid_t gid = (gid_t)c->gid;
        if (setgroups(1, &gid) != 0 || setresgid(gid, gid, gid) != 0) goto failed;
    }
    if (c->uid >= 0) {
        uid_t uid = (uid_t)c->uid;
        if (setresuid(uid, uid, uid) != 0) goto failed;
    }
    // After the change of user, which would clear it. The parent may have died before it was set.
    if (c->death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, c->death_signal, 0, 0, 0) != 0) goto failed;
        if (getppid() != parent) _exit(127);
    }
    execve(c->path, c->argv, c->envp);
failed:;
    int why = errno;
    ssize_t ignored = write(report, &why, sizeof why);
    (void)ignored;
    _exit(127);
}

int cl_spawn(const struct cl_command *command) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return -errno;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        int why = errno;
        close(report[0]);
        close(report[1]);
        return -why;
    }
    if (pid == 0) become(command, parent, report[1]);
    close(report[1]);
    int why = 0;
    ssize_t got;
    do got = read(report[0], &why, sizeof why);
    while (got < 0 && errno == EINTR);
    close(report[0]);
    if (got == (ssize_t)sizeof why) {
        cl_reap(pid);
        return -why;
    }
    return pid;
}

int cl_await_end(int pid) {
    siginfo_t info;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0)
        if (errno != EINTR) return -errno;
    return 0;
}

int cl_reap(int pid) {
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -errno;
    if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
    return WEXITSTATUS(status);
}

// The hook of Swift's runtime that hands over tasks which may run anywhere.
#pragma once
#include <stdbool.h>

/// Lets `run` take every task that is bound to no executor, for the rest of the process's life; `run` gets the task's
/// next piece of work (`UnownedJob`). False when somebody else has the hook already.
bool ce_take_global_executor(void (*run)(void *job));

/// Runs a piece of work on this thread, until its task has to wait. Calls of functions that are bound to no actor are
/// then plain calls. On an executor of its own each such call, and each return from one, would be handed over again.
void ce_run(void *job);

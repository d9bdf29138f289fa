// The hook of Swift's runtime that hands over tasks which may run anywhere.
#pragma once
#include <stdbool.h>

/// Lets `run` take every task that is bound to no executor, for the rest of the process's life; `run` gets the task's
/// next piece of work (`UnownedJob`). False when somebody else has the hook already.
bool ce_take_global_executor(void (*run)(void *job));

#include "cexecutor.h"
#include <stddef.h>

#define SWIFT_CC __attribute__((swiftcall))

// As swift/Runtime/Concurrency.h declares it. Found by the linker: a program that has Swift's libraries inside does not
// export it, so that looking it up by name while running finds nothing.
typedef SWIFT_CC void (*enqueue_original)(void *job);
typedef SWIFT_CC void (*enqueue_hook)(void *job, enqueue_original original);
extern _Atomic(enqueue_hook) swift_task_enqueueGlobal_hook;

static void (*taker)(void *job);

static SWIFT_CC void hand_over(void *job, enqueue_original original) {
    (void)original;
    taker(job);
}

bool ce_take_global_executor(void (*run)(void *job)) {
    taker = run;
    enqueue_hook none = NULL;
    return __c11_atomic_compare_exchange_strong(
        &swift_task_enqueueGlobal_hook, &none, hand_over, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

#include "cexecutor.h"
#include <stddef.h>
#include <stdint.h>

#define SWIFT_CC __attribute__((swiftcall))

// As swift/Runtime/Concurrency.h declares it. Found by the linker: a program that has Swift's libraries inside does not
// export it, so that looking it up by name while running finds nothing.
typedef SWIFT_CC void (*enqueue_original)(void *job);
typedef SWIFT_CC void (*enqueue_hook)(void *job, enqueue_original original);
extern _Atomic(enqueue_hook) swift_task_enqueueGlobal_hook;

// A serial executor is two words; none at all is the generic one, which any async function that is bound to none wants.
extern SWIFT_CC void swift_job_run(void *job, void *executor, uintptr_t implementation);

static void (*taker)(void *job);

static SWIFT_CC void hand_over(void *job, enqueue_original original) {
    (void)original;
    taker(job);
}

bool ce_take_global_executor(void (*run)(void *job)) {
    enqueue_hook none = NULL;
    if (__c11_atomic_load(&swift_task_enqueueGlobal_hook, __ATOMIC_RELAXED) != none) return false;
    taker = run;
    return __c11_atomic_compare_exchange_strong(
        &swift_task_enqueueGlobal_hook, &none, hand_over, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

void ce_run(void *job) {
    swift_job_run(job, NULL, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threaded interrupt handlers: what runs in the interrupt switches the line off and wakes the
 * thread, which switches it on again.
 */
#include <tn/irq.h>
#include <tn/irq_thread.h>

static void raised(void *arg)
{
    struct tn_irq_thread *it = arg;

    tn_irq_disable(it->intid);
    tn_sem_give(&it->raised);
}

static void *run(void *arg)
{
    struct tn_irq_thread *it = arg;

    for (;;) {
        /* A signal or a cancellation is no interrupt. */
        if (tn_sem_take(&it->raised) != TN_OK) {
            continue;
        }
        if (__atomic_load_n(&it->stop, __ATOMIC_ACQUIRE)) {
            return NULL;
        }
        it->handler(it->arg);
        it->handled++;
        tn_irq_enable(it->intid); /* refused when it is detached meanwhile */
    }
}

int tn_irq_thread_start(struct tn_irq_thread *it, uint32_t intid, const struct tn_thread_attr *attr,
                        void (*handler)(void *arg), void *arg)
{
    struct tn_thread_attr own = *attr;
    int result;

    *it = (struct tn_irq_thread){.handler = handler, .arg = arg, .intid = intid};
    tn_sem_init(&it->raised, 0, TN_SEM_MAX);
    if (handler == NULL) {
        return TN_EINVAL;
    }
    result = tn_irq_attach(intid, raised, it);
    if (result != TN_OK) {
        return result;
    }
    own.detached = false;
    own.suspended = false;
    result = tn_thread_create(&it->thread, &own, run, it);
    if (result != TN_OK) {
        tn_irq_detach(intid);
        return result;
    }
    result = tn_irq_enable(intid);
    if (result != TN_OK) {
        tn_irq_thread_stop(it);
    }
    return result;
}

int tn_irq_thread_stop(struct tn_irq_thread *it)
{
    if (tn_thread_self() == &it->thread) {
        return TN_EDEADLK;
    }
    tn_irq_detach(it->intid);
    __atomic_store_n(&it->stop, true, __ATOMIC_RELEASE);
    tn_sem_give(&it->raised);
    return tn_thread_join(&it->thread, NULL, TN_FOREVER);
}

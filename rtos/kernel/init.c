/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the boot code to a running kernel: the code that calls this becomes the main thread, on
 * the stack that it is on.
 */
#include <stddef.h>
#include <tn/abi/layout.h>
#include <tn/ectx.h>
#include <tn/irqline.h>
#include <tn/irqtable.h>
#include <tn/kernel.h>
#include <tn/kernel_init.h>
#include <tn/kernel_time.h>
#include <tn/kernel_tls.h>

#define IDLE_STACK TN_STACK_MIN

extern char __stack_top[];
extern const volatile struct tn_layout tn_layout; /* filled in after the link */

struct tn_cpu tn_cpu0;
uint32_t tn_resched;

static struct tn_thread main_thread;
static struct tn_thread idle_thread;
static TN_ALIGNED(16) char idle_stack[IDLE_STACK];
static TN_ALIGNED(16) char irq_stack[CONFIG_TN_IRQ_STACK];

void tn_vectors(void);

static void *idle(void *arg)
{
    (void)arg;
    for (;;) {
        tn_thread_check_one();
        tn_wfi();
    }
}

/* An interrupt's stack is SP_EL0 while SP_EL1 is in use. */
static void use_irq_stack(char *top)
{
    tn_sysreg_write(sp_el0, (uintptr_t)top);
}

static void adopt_main(void)
{
    struct tn_thread *t = &main_thread;

    t->run.level = CONFIG_TN_MAIN_PRIORITY;
    t->base_prio = CONFIG_TN_MAIN_PRIORITY;
    t->threshold = CONFIG_TN_MAIN_PRIORITY;
    t->name = "main";
    t->stack = (char *)(uintptr_t)tn_layout.stack_bottom;
    t->stack_size = (size_t)(__stack_top - t->stack);
    *(uint64_t *)(void *)t->stack = TN_STACK_PAINT;
    tn_timer_init(&t->timeout);
    t->timeout.user = TN_TIMER_THREAD;
    tn_ectx_adopt(t);
    tn_tls_adopt(t);
    t->hooks |= tn_thread_hooks;
    tn_sysreg_write(tpidr_el1, (uintptr_t)t);
    tn_ready_insert(t);
    tn_thread_list_add(t);
    tn_trace_event(TN_TRACE_SWITCH, t);
}

struct tn_thread *tn_thread_main(void)
{
    return &main_thread;
}

static void start_idle(void)
{
    const struct tn_thread_attr attr = {
        .name = "idle",
        .stack = idle_stack,
        .stack_size = sizeof(idle_stack),
        .prio = TN_PRIO_LEAST,
        .suspended = true,
    };

    tn_thread_create(&idle_thread, &attr, idle, NULL);
    idle_thread.run.level = TN_PRIO_IDLE;
    idle_thread.threshold = TN_PRIO_IDLE;
    idle_thread.base_prio = TN_PRIO_IDLE;
    tn_cpu0.idle = &idle_thread;
    tn_thread_resume(&idle_thread);
}

static void start_trace(void)
{
    tn_trace_ring_init(&(struct tn_trace_threads){&tn_thread_list, offsetof(struct tn_thread, name),
                                                  offsetof(struct tn_thread, all)});
}

void tn_kernel_init(void)
{
    tn_sysreg_write(vbar_el1, (uintptr_t)tn_vectors);
    use_irq_stack(irq_stack + sizeof(irq_stack));
    tn_isb();
    tn_ectx_init();
    start_trace();
    adopt_main();
    start_idle();
    tn_irq_init();
    tn_irqline_init();
    tn_time_init();
    tn_kernel_leave();
}

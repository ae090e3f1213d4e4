/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the boot code to a running kernel: the code that calls this becomes the main thread, on
 * the stack that it is on.
 */
#include <stddef.h>
#include <tn/abi/layout.h>
#include <tn/ectx.h>
#include <tn/guard.h>
#include <tn/irq.h>
#include <tn/irqline.h>
#include <tn/irqtable.h>
#include <tn/kernel.h>
#include <tn/kernel_init.h>
#include <tn/kernel_time.h>
#include <tn/kernel_tls.h>

#define IDLE_STACK TN_STACK_MIN
#define CPUS CONFIG_CPUS

extern char __stack_top[];
extern const volatile struct tn_layout tn_layout; /* filled in after the link */

/* Those of an image with one CPU; of several: rtos/smp. */
struct tn_cpu tn_cpu0;
uint32_t tn_resched;

static struct tn_thread main_thread;
static struct tn_thread idle_threads[CPUS];
static TN_ALIGNED(16) char idle_stacks[CPUS][IDLE_STACK];

/* A CPU's stack of handlers, with the page below it. */
#define PAGE 4096u
#define IRQ_GUARD (CONFIG_TN_STACK_GUARD ? PAGE : 0)
#define IRQ_AREA                                                                                   \
    (CONFIG_TN_STACK_GUARD ? PAGE + TN_ALIGN_UP(CONFIG_TN_IRQ_STACK, PAGE) : CONFIG_TN_IRQ_STACK)
static TN_ALIGNED(CONFIG_TN_STACK_GUARD ? PAGE : 16) char irq_stacks[CPUS][IRQ_AREA];

void tn_vectors(void);

static void *idle(void *arg)
{
    (void)arg;
    for (;;) {
        tn_thread_check_one();
        tn_wfi();
    }
}

/* What each CPU does first.  An interrupt's stack is SP_EL0 while SP_EL1 is in use. */
static void begin_cpu(unsigned number)
{
    tn_percpu_begin(number);
    tn_sysreg_write(vbar_el1, (uintptr_t)tn_vectors);
    tn_sysreg_write(sp_el0, (uintptr_t)(irq_stacks[number] + sizeof(irq_stacks[0])));
    tn_isb();
    tn_ectx_init();
}

/* The caller, on whatever stack, is `t` from here on. */
static void become(struct tn_thread *t)
{
    tn_sysreg_write(tpidr_el1, (uintptr_t)t);
    tn_percpu_set_current(t);
}

static void adopt_main(void)
{
    struct tn_thread *t = &main_thread;

    t->run.level = CONFIG_TN_MAIN_PRIORITY;
    t->base_prio = CONFIG_TN_MAIN_PRIORITY;
    t->threshold = CONFIG_TN_MAIN_PRIORITY;
    t->affinity = TN_CPUS_ALL;
    t->name = "main";
    if (CONFIG_PUBLISH) {
        tn_sysreg_write(contextidr_el1, CONFIG_TN_MAIN_PRIORITY);
    }
    t->stack = (char *)(uintptr_t)tn_layout.stack_bottom;
    t->stack_size = (size_t)(__stack_top - t->stack);
    t->guard = PAGE;
    *(uint64_t *)(void *)t->stack = TN_STACK_PAINT;
    tn_timer_init(&t->timeout);
    t->timeout.user = TN_TIMER_THREAD;
    tn_ectx_adopt(t);
    tn_tls_adopt(t);
    t->hooks |= tn_thread_hooks;
    become(t);
    tn_ready_insert(t);
    tn_thread_list_add(t);
    tn_trace_event(TN_TRACE_SWITCH, t);
}

struct tn_thread *tn_thread_main(void)
{
    return &main_thread;
}

/* The thread of a CPU that has nothing else, ready for good. */
static void make_idle(unsigned number)
{
    struct tn_thread *t = &idle_threads[number];
    struct tn_cpu *cpu = tn_cpu_number(number);
    const struct tn_thread_attr attr = {
        .name = "idle",
        .stack = idle_stacks[number],
        .stack_size = IDLE_STACK,
        .prio = TN_PRIO_LEAST,
        .affinity = 1ull << number,
        .suspended = true,
    };

    tn_thread_create(t, &attr, idle, NULL);
    t->run.level = TN_PRIO_IDLE;
    t->threshold = TN_PRIO_IDLE;
    t->base_prio = TN_PRIO_IDLE;
    t->state = 0;
    t->cpu = cpu;
    cpu->idle = t;
    tn_readyq_push_tail(&cpu->ready, &t->run);
}

static void start_trace(void)
{
    tn_trace_ring_init(&(struct tn_trace_threads){&tn_thread_list, offsetof(struct tn_thread, name),
                                                  offsetof(struct tn_thread, all)});
}

bool tn_guard_fixed(int (*set)(uintptr_t at, size_t size))
{
    set((uintptr_t)main_thread.stack - PAGE, PAGE);
    for (unsigned i = 0; i < CPUS; i++) {
        if (set((uintptr_t)irq_stacks[i], IRQ_GUARD) != TN_OK) {
            return false;
        }
    }
    return true;
}

bool tn_guard_is_irq(uintptr_t at)
{
    for (unsigned i = 0; i < CPUS; i++) {
        if (at - (uintptr_t)irq_stacks[i] < IRQ_GUARD) {
            return true;
        }
    }
    return false;
}

void tn_kernel_init(void)
{
    begin_cpu(0);
    start_trace();
    adopt_main();
    for (unsigned i = 0; i < CPUS; i++) {
        make_idle(i);
    }
    tn_irq_init();
    tn_irqline_init();
    tn_time_init();
    tn_irq_unmask();
    if (CONFIG_TN_STACK_GUARD && CPUS > 1) {
        tn_guard_prepare();
    }
    tn_percpu_start_others();
}

/* Its idle thread runs as if somebody had switched to it. */
void tn_kernel_join(unsigned number)
{
    begin_cpu(number);
    become(tn_cpu_number(number)->idle);
    if (CONFIG_TN_STACK_GUARD) {
        tn_guard_join();
    }
    tn_trace_event(TN_TRACE_SWITCH, tn_cpu_number(number)->idle);
    tn_irqline_init_cpu();
    tn_time_init_cpu();
    tn_percpu_online();
    tn_irq_unmask();
    idle(NULL);
    __builtin_unreachable();
}

void *tn_kernel_join_stack(unsigned number)
{
    return tn_cpu_number(number)->idle->sp;
}

# SPDX-License-Identifier: Apache-2.0
"""What others take for the same operations, beside which our figures are shown.

Executed instructions under -icount on the same machine model, each kernel in its best
configuration; FP state not saved. Measured once, with gcc 12 -O2: FreeRTOS 11.0.1, ThreadX
6.4.2, RT-Thread 5.0.0, Zephyr 3.4.99, NuttX of 2026, the public Tenon of the paper's authors.
"""
KERNELS = ["ThreadX", "Zephyr", "FreeRTOS", "RT-Thread", "NuttX", "public Tenon"]
# Line of the table "kernel": a figure for each kernel, None: it has no such operation.
KERNEL = {
    "yield, 2 threads": (81, 84, 111, 247, 227, 157),
    "yield, 100 threads": (81, 116, 111, 251, 815, 647),
    "yield, nobody else ready": (23, 52, 111, 138, 39, 64),
    "semaphore give -> higher thread": (140, 162, 300, 339, 238, 294),
    "higher blocks on semaphore -> giver": (165, 119, 673, 339, 265, 222),
    "resume -> higher thread": (109, 103, 202, 323, None, 222),
    "message 16 B -> higher thread": (168, 211, 363, 658, 654, 472),
    "interrupt -> handler": (45, 46, 30, 78, 70, 70),
    "handler's end -> thread": (46, 55, 35, 78, 55, 58),
    "interrupt, whole round": (98, 108, 72, 163, 132, 135),
    "interrupt -> higher thread woken": (258, 271, 410, 547, 328, 455),
    "semaphore give": (14, 35, 98, 34, 28, 88),
    "semaphore take": (13, 13, 68, 35, 34, 46),
    "mutex lock": (37, 23, 78, 57, 61, 58),
    "mutex unlock": (97, 50, 117, 61, 42, 85),
    "queue send 16 B": (54, 91, 130, 185, 336, 160),
    "queue receive 16 B": (52, 86, 100, 169, 278, 164),
    "start a timer, 0 others": (66, 159, 1065, 104, 75, 45),
    "start a timer, 200 others": (67, 1012, 1568, 1116, 782, 651),
    "stop a timer, 200 others": (44, 45, 1034, 32, 16, 19),
    "200 timers expire, all": (7600, 13200, 54000, 8800, 4000, 4000),
}
METRIC = {"cooperative": (83, None), "preemptive": (None, 221), "interrupt": (156, None),
          "interrupt and preemption": (None, 396), "message": (174, None),
          "synchronisation": (54, None), "memory": (58, None)}  # of ThreadX, Zephyr: the best
HYPERVISORS = ["Bao", "Xen 4.17", "Xvisor"]
HYPERCALLS = {"PSCI_VERSION by HVC": (188, 470, 396),
              "cheapest hypercall (IRQ enable, its own SGI)": (149, 416, 373),
              "read of GICD_TYPER (emulated)": (225, 599, 719),
              "write of GICD_ISENABLER (emulated)": (3562, 727, 1165),
              "SGI to oneself": (750, 916, None),
              "virtual timer interrupt, from arming to its end": (199, 903, 1213),
              "WFI": (0, 7493, None)}
# Of whole hypervisors; text in bytes.
MORTISE = {"code lines compiled": (10106, 72110, 160867), "text": (65304, 438672, 900608)}
# The paper's own figures (RK3568, CPU cycles): not comparable with instructions.
PAPER_SWITCH = {"ectx enabled": (339, 404, 535, 1392, 2242),
                "ectx disabled": (166, 242, 304, 708, 1387),
                "Zephyr": (304, 366, 455, 751, 1380)}
PAPER_THREADS = (2, 10, 20, 50, 100)
BESIDE = {"metric": (KERNELS[:2], {f"{line}, {interface}": best for line, best in METRIC.items()
                                   for interface in ("native", "posix")}),
          "kernel": (KERNELS, KERNEL), "hypercalls": (HYPERVISORS, HYPERCALLS),
          "mortise": (HYPERVISORS, MORTISE)}

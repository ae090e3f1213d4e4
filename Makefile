# SPDX-License-Identifier: Apache-2.0
# What a person types at the top of a checkout. The tools do the work; this file only names it.

PREFIX ?= /usr/local
PYTHON := /usr/bin/python3
LIBDIR  = $(DESTDIR)$(PREFIX)/lib/tenonos
BINDIR  = $(DESTDIR)$(PREFIX)/bin
SHARE   = $(DESTDIR)$(PREFIX)/share

# What tnimage needs at run time: the pool, the templates and itself. rtos comes with Tenon.
INSTALLED = $(wildcard core hv rtos bypass image templates tools)

.PHONY: help setup demo test check bench bench-compare check-bench bench-baseline stress install clean

help: ## show this list
	@echo 'targets:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## install what is missing (apt, third-party cache); nothing to do: no network
	@tools/setup

demo: ## build examples/pid, boot it through U-Boot in QEMU, show its jitter histogram
	@tools/setup build run
	@mkdir -p build
	tools/tnimage build examples/pid/pid.c --mode bypass -o build/pid.img
	@echo 'demo: boot it through U-Boot; latencies hold what QEMU and this machine add'
	tools/tnimage run build/pid.img --boot uboot --timeout 120
	@echo 'demo: the same image, one instruction a nanosecond: what it adds itself'
	tools/tnimage run build/pid.img --icount --timeout 120

test: ## install what is missing, check the tree, compare exact figures, run every test
	@tools/setup
	@tools/check
	@status=0; tools/bench/bench check || status=1; \
	$(PYTHON) -B -m pytest -q -p no:cacheprovider -n logical || status=1; exit $$status

check: ## format, headers, layers, declared dependencies
	@tools/check

bench: ## measure everything: instructions, bytes, RAM; compare with the limits
	@tools/setup
	@tools/bench/bench

bench-compare: ## what changed since an older results.json: OLD=old.json
	@test -n '$(OLD)' || { echo 'bench-compare: give OLD=old.json, a copy of an older' \
		'build/bench/results.json' >&2; exit 2; }
	@tools/bench/bench compare '$(OLD)'

check-bench: ## exact figures against the checked-in baseline
	@tools/setup build run
	@tools/bench/bench check

bench-baseline: ## accept the figures as they are: baseline, README and docs
	@tools/setup build run
	@tools/bench/bench baseline

stress: ## millions of operations of hundreds of threads, millions of a hostile kernel (a long time)
	@tools/setup build run
	@mkdir -p build
	tools/tnimage build tests/tenon/storm.c --mode bare -O 2 -DSTORM_OPS=3000000 -o build/storm.img
	tools/tnimage run build/storm.img --icount --timeout 7200
	TENON_TRIES=3000000 $(PYTHON) -B -m pytest -q -p no:cacheprovider tests/test_hostile.py

install: ## install tnimage under PREFIX (default /usr/local; DESTDIR is honoured)
	@mkdir -p $(LIBDIR) $(BINDIR) $(SHARE)/bash-completion/completions
	@rm -rf $(addprefix $(LIBDIR)/,$(INSTALLED))
	@tar -c --exclude=__pycache__ --exclude='*_test.c' --exclude='*_fuzz.c' $(INSTALLED) | \
		tar -x --no-same-owner -C $(LIBDIR)
	@ln -sfn ../lib/tenonos/tools/tnimage $(BINDIR)/tnimage
	@tools/tnimage completion bash >$(SHARE)/bash-completion/completions/tnimage
	@echo "installed: $(BINDIR)/tnimage"

clean: ## remove what was built in the tree (the cache stays)
	@rm -rf build
	@find . -name .git -prune -o -type d \( -name .tn -o -name __pycache__ \) -print | xargs -r rm -rf

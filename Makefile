# SPDX-License-Identifier: Apache-2.0
#
# A thin front of Meson and Ninja: each target does its own set-up on a fresh Debian 12.

BUILD ?= build
PREFIX ?= /usr/local
# Debian's Meson runs Debian's Python, whatever python3 stands first on the PATH.
MESON ?= $(firstword $(wildcard /usr/bin/meson) meson)
NINJA ?= ninja

ASAN_RUN = ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
UBSAN_RUN = UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
# A second Ctrl-C ends the process beside its threads.
TSAN_RUN = TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:report_thread_leaks=0:suppressions=$(CURDIR)/tools/tsan.suppressions

.PHONY: build
build: $(BUILD)/build.ninja  ## build the library and the command (build/heavywater)
	$(NINJA) -C $(BUILD)
	@ln -sfn apps/heavywater/heavywater $(BUILD)/heavywater

# Only what the command needs: the demo does not wait for the tests to be built.
.PHONY: command
command: $(BUILD)/build.ninja
	$(NINJA) -C $(BUILD) apps/heavywater/heavywater
	@ln -sfn apps/heavywater/heavywater $(BUILD)/heavywater

.PHONY: packages
packages:  ## install the Debian packages that the build needs, if any is missing
	@tools/install_packages build

# The configuration is made once; Ninja renews it when a meson.build changes.
$(BUILD)/build.ninja: | packages
	$(MESON) setup --prefix $(PREFIX) $(BUILD)

.PHONY: check
check: build  ## build and run all tests
	tools/run_tests $(BUILD)

.PHONY: check-neon
check-neon:  ## compile the kernels for aarch64 and run their test in an emulator
	@tools/cross_neon

.PHONY: check-fast
check-fast: build  ## build and run the tests that take seconds
	tools/run_tests $(BUILD) --suite fast

.PHONY: demo
demo: command  ## train on the flights in data/, print the tables, write demo/report.html
	tools/demo $(BUILD)/heavywater

.PHONY: install
install: build  ## install under PREFIX (default /usr/local), below DESTDIR if given
	@$(MESON) configure $(BUILD) -Dprefix=$(PREFIX)
	DESTDIR=$(DESTDIR) $(MESON) install -C $(BUILD)
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

# Sanitized builds live beside the plain one and run every test but the checks of the sources.
# Their code misleads gcc's search for uninitialised variables.
SANITIZED = -Dbuildtype=debugoptimized -Db_lundef=false \
	-Dc_args=-Wno-maybe-uninitialized -Dcpp_args=-Wno-maybe-uninitialized
.PHONY: asan
asan: packages  ## run all tests under AddressSanitizer
	@test -e $(BUILD)-asan/build.ninja || $(MESON) setup $(BUILD)-asan \
		$(SANITIZED) -Db_sanitize=address
	$(ASAN_RUN) tools/run_tests $(BUILD)-asan --no-suite lint --timeout-multiplier 5

.PHONY: ubsan
ubsan: packages  ## run all tests under UndefinedBehaviorSanitizer
	@test -e $(BUILD)-ubsan/build.ninja || $(MESON) setup $(BUILD)-ubsan \
		$(SANITIZED) -Db_sanitize=undefined
	$(UBSAN_RUN) tools/run_tests $(BUILD)-ubsan --no-suite lint --timeout-multiplier 5

.PHONY: tsan
tsan: packages  ## run all tests under ThreadSanitizer
	@test -e $(BUILD)-tsan/build.ninja || $(MESON) setup $(BUILD)-tsan \
		$(SANITIZED) -Db_sanitize=thread
	$(TSAN_RUN) tools/run_tests $(BUILD)-tsan --no-suite lint --timeout-multiplier 10

.PHONY: lint
lint: build  ## run every check of the sources (tools/check)
	@tools/install_packages lint
	tools/check

.PHONY: format
format:  ## lay out all C and C++ files as .clang-format says
	@tools/install_packages lint
	git ls-files -z -- '*.c' '*.h' '*.cc' | xargs -0 clang-format-14 -i

.PHONY: reference
reference:  ## write docs/reference/parameters.md anew from spec/params.json
	python3 tools/gen_params.py spec/params.json --reference docs/reference/parameters.md

.PHONY: clean
clean:  ## remove the build folders and the demo's results
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-ubsan $(BUILD)-tsan demo

.PHONY: help
help:  ## show this list
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

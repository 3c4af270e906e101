#!/bin/sh
# Source archives and wheels of both distributions: make wheels
#
#   sh packaging/wheels.sh FOLDER x86_64 aarch64
#
# Wheels are built of the source archives, each by the compiler for its processor, and tagged for
# glibc 2.17 and later. The programs build, auditwheel, patchelf and twine must be found.
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift

for machine; do
  if ! command -v "$machine-linux-gnu-gcc" > /dev/null; then
    echo "$machine-linux-gnu-gcc is not installed: install it, for example with" \
      "'apt-get install gcc-$(echo "$machine" | tr _ -)-linux-gnu'" >&2
    exit 1
  fi
done

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
rm -rf "$folder"
for distribution in . keras3; do
  pyproject-build --sdist --outdir "$folder" "$distribution"
done

for machine; do
  # In front of glibc 2.34 the threads' functions were in a library of their own, which the process
  # may not have loaded: it is named, though nothing of it is needed here.
  export CC="$machine-linux-gnu-gcc" _PYTHON_HOST_PLATFORM="linux-$machine"
  export LDSHARED="$CC -shared" LDFLAGS="-s -Wl,--no-as-needed -l:libpthread.so.0"
  export CFLAGS="-include $PWD/packaging/glibc_2_17.h"
  for archive in "$folder"/*.tar.gz; do
    pip --quiet wheel --no-deps --no-cache-dir --wheel-dir "$built" "$archive"
  done
  # It finds the oldest glibc that has all that a wheel needs, no later instructions, and no other
  # libraries.
  auditwheel repair --wheel-dir "$folder" "$built"/*"_$machine.whl"
  for wheel in "$folder"/*"_$machine.whl"; do
    case $wheel in
      *-py3-none-*"manylinux_2_17_$machine.whl") ;;
      *) echo "found $wheel, wanted a wheel for manylinux_2_17_$machine" >&2; exit 1 ;;
    esac
  done
done

twine check --strict "$folder"/*

#!/bin/sh
# A bare Debian without a compiler installs the wheel and follows the README's first steps:
#
#   sh tests/packaging/without_compiler.sh FOLDER WHEEL [bookworm]
#
# As root, with debootstrap; FOLDER/debian is made once and kept, 2.5 GB with what pip installs.
# The file systems that it mounts are gone when it ends.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$1/debian
wheel=$2
suite=${3:-bookworm}

command -v debootstrap > /dev/null || {
  echo "debootstrap is not installed: 'apt-get install debootstrap'" >&2
  exit 1
}
if ! [ -e "$root/ready" ]; then
  rm -rf "$root"
  mkdir -p "$root"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$suite" "$root"
  touch "$root/ready"
fi
rm -rf "$root/try"
mkdir -p "$root/try" "$root/etc/ssl/certs"
cp "$wheel" "$here/first_script.py" "$here/../../README.md" "$root/try"
# The network as it is here.
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"

unshare --mount sh -eu -c '
  mount -t proc proc "$1/proc"
  exec chroot "$1" /usr/bin/env -u CC PATH=/usr/sbin:/usr/bin:/sbin:/bin TMPDIR=/tmp sh -eu -c "
    for name in cc gcc c99 clang tcc as ld; do
      if command -v \$name; then echo \"found \$name, wanted no compiler\" >&2; exit 1; fi
    done
    python3 -m venv /try/env
    /try/env/bin/pip install --quiet --no-compile --no-cache-dir /try/*.whl
    TF_CPP_MIN_LOG_LEVEL=3 /try/env/bin/python /try/first_script.py /try/README.md
  "
' sh "$root"

"""By hand: the grids of the kernels and damaged ops on this machine, with addresses of 32 bits.

    nice .venv/bin/python tests/native/with_32_bits.py build/m32

compiles the kernels that a microcontroller runs with `-m32`, watched by AddressSanitizer and
UndefinedBehaviorSanitizer, and runs the programs of tests/native and 20,000 ops of
tests/fuzz/fuzz_ops.c. Status 1 if one fails. Wanted: GCC's libraries for 32 bits (Debian's
gcc-12-multilib, beside which cross compilers stay).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import host_program  # noqa: E402
import kernel_program  # noqa: E402
from objects import Objects  # noqa: E402

# Floats in the registers of 64 bits' programs: the old ones round otherwise.
FLAGS = ("-m32", "-msse2", "-mfpmath=sse")
FUZZED_OPS = 10_000
_OF_HOSTS = {"test_host", "test_thread_pool"}
FUZZ = ROOT / "tests" / "fuzz"


def programs() -> dict[str, tuple[list[Path], list[list[str]]]]:
    """Sources to watch by the program's name, and the arguments of its runs."""
    kernels = list(kernel_program.kernel_sources())
    grids = sorted(host_program.NATIVE.glob("test_*.c"))
    found = {grid.stem: ([grid, *kernels], [[]]) for grid in grids if grid.stem not in _OF_HOSTS}
    ops = sorted((host_program.RUNTIME / "ops").glob("*.c"))
    parts = [host_program.RUNTIME / "micro" / "micro_op.c", *ops, *kernels]
    parts += [FUZZ / "fuzz_ops.c", FUZZ / "fuzz_without_hosts.c"]
    found["fuzz_ops"] = (parts, [[seed, str(FUZZED_OPS)] for seed in ("1", "2")])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="for objects and programs")
    folder = parser.parse_args().folder.resolve()
    objects = Objects(folder / "objects")
    failed = []
    for name, (watched, runs) in programs().items():
        print(f"{name}: compiling", flush=True)
        program = folder / name
        try:
            host_program.build(objects, program, watched, flags=FLAGS)
        except subprocess.CalledProcessError:
            sys.exit("gcc -m32 failed; are its libraries there? apt-get install gcc-12-multilib")
        for arguments in runs:
            done = subprocess.run([program, *arguments], capture_output=True, text=True)
            print(f"{name}: {done.stdout.strip().splitlines()[-1:]}, status {done.returncode}")
            if done.returncode != 0:
                failed.append(name)
                print(done.stderr[-3000:], file=sys.stderr, flush=True)
    if failed:
        sys.exit(f"failed with addresses of 32 bits: {', '.join(failed)}")


if __name__ == "__main__":
    main()

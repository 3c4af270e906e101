"""By hand: long runs, many threads, deep and wide networks, kills and full disks.

    nice .venv/bin/python tests/limits/long_and_wide.py [--only NAME] build/limits

Each check runs in a process of its own, so that one does not see another's memory, and
prints a line for what was done, the figures, and whether that is what was promised. How
far a long one is stands on standard error. Status 1 if something is not. As root, full
disks are small file systems in memory; who must not mount any leaves that check out.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
_NEIGHBOURS = ("support", "converter", "cli", "standalone", "limits")
CHECKS = (
    "long_runs",
    "eight_threads",
    "deep_networks",
    "wide_layers",
    "large_batches",
    "killed",
    "full_disks",
)


def run_one(name: str, folder: Path) -> int:
    """Runs a check in this process; 1 if something is not as promised."""
    sys.path[:0] = [str(TESTS / neighbour) for neighbour in _NEIGHBOURS]
    import sbnn_keras.keras2  # noqa: F401  # `tf.keras` is Keras 2 from here on

    own = folder / name
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    is_ok = True
    for finding in importlib.import_module(name).check(own):
        print(finding, flush=True)
        is_ok &= finding.is_ok
    return 0 if is_ok else 1


def run_all(folder: Path) -> int:
    """Runs each check in a process; 1 if one of them fails."""
    failed = []
    for name in CHECKS:
        print(f"== {name}", flush=True)
        program = [sys.executable, __file__, "--only", name, str(folder)]
        if subprocess.run(program).returncode:
            failed.append(name)
    print(f"not as promised: {', '.join(failed)}" if failed else "all as promised")
    return 1 if failed else 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where checks write")
    parser.add_argument("--only", choices=CHECKS, help="this check alone")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if arguments.only:
        sys.exit(run_one(arguments.only, arguments.folder.resolve()))
    sys.exit(run_all(arguments.folder.resolve()))


if __name__ == "__main__":
    main()

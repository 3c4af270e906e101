"""By hand: the lines of C that the tests of kernels and ops run.

    .venv/bin/python tests/native/c_coverage.py build/coverage

Compiles everything for gcov, runs the programs of tests/native and 20,000 ops of
tests/fuzz/fuzz_ops.c, and prints gcovr's table; build/coverage/index.html shows the lines. Status 1
below 95 %. Wanted: gcc, and gcovr (`pip install gcovr`). Instructions that this
processor lacks count as not run, and so does what only TensorFlow Lite Micro calls.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import host_program  # noqa: E402

LEAST = 95  # per cent of the lines
FUZZED_OPS = 20_000


def compile_all(sources: list[Path], folder: Path, flags: list[str]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)

    def compiled(source: Path) -> Path:
        out = folder / f"{source.parent.name}_{source.stem}.o"
        command = [*host_program.COMPILER, *flags, "-O1", "-g", "-c", source, "-o", out]
        subprocess.run(command, check=True)
        return out

    with ThreadPoolExecutor() as pool:
        return list(pool.map(compiled, sources))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="for programs and the report")
    folder = parser.parse_args().folder.resolve()
    gcovr = shutil.which("gcovr") or shutil.which("gcovr", path=Path(sys.executable).parent)
    if gcovr is None or shutil.which("gcc") is None:
        sys.exit("gcovr or gcc is not installed: pip install gcovr; apt-get install gcc")
    shutil.rmtree(folder, ignore_errors=True)

    watched, levels = host_program.host_sources()
    micro = host_program.RUNTIME / "micro" / "micro_op.c"
    print("compiling", flush=True)
    covered = compile_all([*watched, *levels, micro], folder / "covered", ["--coverage"])
    others = compile_all(host_program.REFERENCES, folder / "others", [])
    tests = sorted(host_program.NATIVE.glob("test_*.c"))
    pool = [test for test in tests if test.stem == "test_thread_pool"]
    fuzzer = ROOT / "tests" / "fuzz" / "fuzz_ops.c"
    hosts = compile_all([fuzzer.with_name("fuzz_on_hosts.c")], folder / "programs", [])
    for source in [*tests, fuzzer]:
        (part,) = compile_all([source], folder / "programs", [])
        asked = hosts if source == fuzzer else []
        program = folder / source.stem
        linked = [part, *asked, *covered, *([] if source in pool else others)]
        subprocess.run(["gcc", "--coverage", *linked, "-pthread", "-lm", "-o", program], check=True)
        print(f"running {source.stem}", flush=True)
        arguments = ["1", str(FUZZED_OPS)] if source == fuzzer else []
        subprocess.run([program, *arguments], check=True)
    report = [f"--html-details={folder / 'index.html'}", "--txt", "-", "--print-summary"]
    options = ["--root", ROOT, "--filter", f"{ROOT}/converter/", f"--fail-under-line={LEAST}"]
    options += ["--gcov-suspicious-hits-threshold=0"]  # inner loops run billions of times
    done = subprocess.run([gcovr, *options, *report, folder / "covered"], cwd=folder)
    sys.exit(1 if done.returncode else 0)


if __name__ == "__main__":
    main()

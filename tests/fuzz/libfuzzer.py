"""By hand: libFuzzer looks for bytes that the C code cannot take.

    nice .venv/bin/python tests/fuzz/libfuzzer.py --runs 10000000 build/libfuzzer

Three targets: options (the reader of an op's options), codes (the reading and the check of
weight codes), ops (whole ops, on a microcontroller's kernels and on each level of a host's).
clang's AddressSanitizer and UndefinedBehaviorSanitizer watch. What was found to reach new code
stays in build/libfuzzer/TARGET, where the next call goes on; bytes that fail are kept in
build/libfuzzer. Status 1 if there are some.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from host_program import KERNELS, RUNTIME, SANITIZERS, STRICT, host_sources  # noqa: E402

FLAGS = [*STRICT, "-g1", "-O1", *SANITIZERS, f"-I{KERNELS / 'include'}", f"-I{RUNTIME}"]


def sources(target: str) -> list[Path]:
    """What a target needs."""
    if target == "options":
        return [RUNTIME / "ops" / "options.c"]
    if target == "codes":
        return [KERNELS / "src" / f"connection{part}.c" for part in ("s", "_check", "_stream")]
    watched, levels = host_sources()
    return [*watched, *levels, RUNTIME / "micro" / "micro_op.c", HERE / "fuzz_on_hosts.c"]


TARGETS = ("options", "codes", "ops")


def build(target: str, folder: Path) -> Path:
    """The program of a target.

    Raises:
      subprocess.CalledProcessError: it does not compile; `stderr` says why.
    """
    objects = folder / f"{target}.o"
    objects.mkdir(parents=True, exist_ok=True)

    def compiled(source: Path) -> Path:
        out = objects / f"{source.parent.name}_{source.stem}.o"
        flags = [*FLAGS, "-DSBNN_LIBFUZZER", "-fsanitize=fuzzer-no-link"]
        run(["clang", *flags, "-c", source, "-o", out])
        return out

    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(compiled, [HERE / f"fuzz_{target}.c", *sources(target)]))
    program = folder / f"fuzz_{target}"
    run(["clang", *SANITIZERS, "-fsanitize=fuzzer", *parts, "-pthread", "-o", program])
    return program


def run(command: list) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def fuzz(program: Path, corpus: Path, runs: int, seed: int) -> str:
    """Runs a target; says what it has reached.

    Raises:
      subprocess.CalledProcessError: bytes that fail stand beside the corpus; `stderr` has
        the sanitizer's report.
    """
    corpus.mkdir(exist_ok=True)
    options = [f"-runs={runs}", f"-seed={seed}", "-max_len=2048", "-timeout=60"]
    # The peak that a process counts begins with that of who has started it.
    options += ["-rss_limit_mb=0", "-malloc_limit_mb=2048"]
    told = run([program, *options, f"-artifact_prefix={corpus.parent}/", corpus])
    reached = [int(number) for number in re.findall(r"cov: (\d+)", told)]
    done = re.search(r"Done (\d+) runs in (\d+) second", told)
    assert done is not None, told[-2000:]
    files = len(list(corpus.iterdir()))
    return (
        f"{done[1]} runs in {done[2]} s, {max(reached)} edges reached, {files} files in the corpus"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="for programs, corpora and what fails")
    parser.add_argument("--runs", type=int, default=1_000_000, help="of each target")
    parser.add_argument("--seed", type=int, default=1, help="libFuzzer's")
    parser.add_argument("--target", choices=TARGETS, action="append", help="default: all")
    arguments = parser.parse_args()
    failed = False
    for target in arguments.target or TARGETS:
        print(f"{target}: building", flush=True)
        try:
            program = build(target, arguments.folder.resolve())
            corpus = arguments.folder.resolve() / target
            print(f"{target}: {fuzz(program, corpus, arguments.runs, arguments.seed)}", flush=True)
        except FileNotFoundError:
            sys.exit("clang is not installed: install it, for example with 'apt-get install clang'")
        except subprocess.CalledProcessError as error:
            failed = True
            print(f"{target}: {error.stderr[-3000:]}", file=sys.stderr, flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

"""By hand: many damaged files through every runtime and tool.

    nice .venv/bin/python tests/fuzz/fuzz_files.py --count 100000 build/fuzz

Whole files stand in build/fuzz/corpus, made on the first call. Files that end a process,
take too long or raise what nobody was told of are kept in build/fuzz/found with what
happened. Counts stand in build/fuzz/counts.json and on standard output in the end; status 1
if a file was found.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECONDS_A_FILE = 60.0  # of one engine: they take milliseconds


class Worker:
    """A process that takes files, and its watchdog."""

    def __init__(self, numbers: range, corpus: list[Path], found: queue.Queue):
        self._numbers, self._corpus, self._found = numbers, corpus, found

    def work(self) -> None:
        """Takes all files; a process that ends too early is followed by another."""
        at = self._numbers.start
        while at < self._numbers.stop:
            at = self._one_process(at)

    def _one_process(self, first: int) -> int:
        """The number of the first file that is left."""
        numbers = self._numbers
        arguments = [str(first), str(numbers.step), str(numbers.stop), *map(str, self._corpus)]
        path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
        process = subprocess.Popen(
            [sys.executable, HERE / "file_worker.py", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        watchdog = _Watchdog(process)
        left, number, engine = first, None, "read_model"
        assert process.stdout is not None
        for line in process.stdout:
            watchdog.seen()
            if not line.startswith("{"):
                continue  # a library's own words
            said = json.loads(line)
            number, engine = said.get("begins", number), said.get("engine", engine)
            if "begins" in said:
                engine = "read_model"
            if "ends" in said:
                left, number = said["ends"] + numbers.step, None
                self._found.put((said["ends"], said["outcomes"]))
        status = process.wait()
        watchdog.stop()
        if status == 0:
            return numbers.stop
        if number is None:
            if left == first:
                raise RuntimeError(f"the worker ends with {status} before its first file")
            return left
        what = "no answer" if watchdog.barked else f"ended with {status}"
        self._found.put((number, {engine: what}))
        return number + numbers.step


class _Watchdog:
    """Ends a process that says nothing for too long."""

    def __init__(self, process: subprocess.Popen):
        self._process, self._last, self.barked = process, time.monotonic() + 120, False
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def seen(self) -> None:
        self._last = time.monotonic()

    def stop(self) -> None:
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(1):
            if time.monotonic() - self._last > SECONDS_A_FILE:
                self.barked = True
                self._process.kill()
                return


def fuzz(numbers: range, corpus: list[Path], folder: Path, processes: int = 1) -> dict:
    """Sends the damaged files of ``numbers`` through everything.

    Returns:
      How often each engine ran, refused, or did something else.
    """
    from mutations import Mutator

    mutator = Mutator([path.read_bytes() for path in corpus])
    found: queue.Queue = queue.Queue()
    workers = [
        Worker(range(numbers.start + i, numbers.stop, processes), corpus, found)
        for i in range(processes)
    ]
    threads = [threading.Thread(target=worker.work, daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    done, began = 0, time.monotonic()
    while any(thread.is_alive() for thread in threads) or not found.empty():
        try:
            number, outcomes = found.get(timeout=1)
        except queue.Empty:
            continue
        done += 1
        for engine, what in outcomes.items():
            kind = what if what in ("ran", "refused") else "fault"
            counts[engine][kind] += 1
            if kind == "fault":
                _keep(folder / "found", number, mutator.damaged(number), engine, what)
        if done % 500 == 0:
            _store(folder, numbers, done, counts)
            print(f"{done} files in {time.monotonic() - began:.0f} s", flush=True)
    return _store(folder, numbers, done, counts)


def _store(folder: Path, numbers: range, done: int, counts: dict) -> dict:
    """Keeps the counts so far, should the run be ended."""
    engines = {name: dict(found) for name, found in counts.items()}
    result = {"files": done, "first": numbers.start, "engines": engines}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "counts.json").write_text(json.dumps(result, indent=1))
    return result


def _keep(folder: Path, number: int, content: bytes, engine: str, what: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number}.tflite").write_bytes(content)
    with open(folder / f"{number}.txt", "a") as file:
        print(f"{engine}: {what}", file=file)
    print(f"file {number}: {engine}: {what.strip().splitlines()[-1]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    corpus = arguments.folder / "corpus"
    if not corpus.exists():
        subprocess.run([sys.executable, HERE / "file_corpus.py", corpus], check=True)
    numbers = range(arguments.first, arguments.first + arguments.count)
    result = fuzz(numbers, sorted(corpus.glob("*.tflite")), arguments.folder, arguments.processes)
    print(json.dumps(result, indent=1))
    sys.exit(any("fault" in counts for counts in result["engines"].values()))


if __name__ == "__main__":
    main()

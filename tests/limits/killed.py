"""kill -9 in the middle of training, conversion and export.

Programs are killed at random moments; what writes files is besides killed in front of each
step that it takes in a file system, so that no moment is left to chance.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

import processes
import sbnn_converter
from findings import Finding, progress
from networks import digits_net
from programs import ROOT, command_line, environment
from sbnn_converter.export.folder import folder_output
from sbnn_converter.export.outputs import Output, write_all

HERE = Path(__file__).resolve().parent
ACCURACY = ROOT / "benchmarks" / "accuracy"
# What Python's own functions tell before they change a file system.
_STEPS = ("open", "os.rename", "os.mkdir", "os.link", "os.chmod", "os.remove", "os.rmdir")


def check(folder: Path, kills: int = 24, epochs: int = 8) -> Iterator[Finding]:
    """Kills trainings, conversions and exports.

    Args:
      folder: where they write.
      kills: of each program that writes files, at random moments.
      epochs: of a training.
    """
    moments = random.Random(0)
    yield from every_step(folder / "steps")
    yield _conversion(folder / "conversion", kills, moments)
    yield from _exports(folder / "export", kills, moments)
    for way in ("h5", "keras", "backup"):
        yield training(folder / f"training_{way}", way, epochs, moments)
    yield _accuracy_run(folder / "accuracy", moments)


def every_step(folder: Path) -> Iterator[Finding]:
    """Kills a process in front of each step with which outputs are written."""
    kinds = {
        "a file": lambda at, text: [Output(at / "a", text, "--output")],
        "a folder": lambda at, text: [
            folder_output(at / "c", {"x/y.c": text, "x/z.c": text}, "--c_dir")
        ],
        "a file and a folder": lambda at, text: [
            Output(at / "a", text, "--output"),
            folder_output(at / "c", {"x/y.c": text, "x/z.c": text}, "--c_dir"),
        ],
    }
    for what, outputs in kinds.items():
        for is_there in (False, True):
            place = folder / what.replace(" ", "_") / ("over" if is_there else "new")
            place.mkdir(parents=True)
            yield _every_step_of(what, outputs, is_there, place)


def _every_step_of(what: str, outputs: Callable, is_there: bool, place: Path) -> Finding:
    seen, faults, step = Counter(), [], 0
    while True:
        at = place / str(step)
        at.mkdir()
        if is_there:
            write_all(outputs(at, b"old"))
        before, status = _state(at), _killed_at(step, outputs(at, b"new"))
        if status == 0:
            break
        found = _state(at)
        for name, content in found.items():
            is_old = content == before.get(name)
            is_new = content is not None and set(content.values()) == {b"new"}
            if not (is_old or is_new):
                faults.append(f"step {step}: '{name}' is {content}")
            seen["old" if is_old else "new"] += 1
        write_all(outputs(at, b"newer"))  # what is left lying trips nobody
        if any(set(content.values()) != {b"newer"} for content in _state(at).values()):
            faults.append(f"step {step}: not written the next time")
        step += 1
    over = "over an older one" if is_there else "where none was"
    figures = f"{step} kills, {seen['old']} as before, {seen['new']} new"
    figures += f", {len(faults)} otherwise ({faults[0]})" if faults else ", none otherwise"
    return Finding(f"{what} written {over}, killed before each step", figures, not faults)


def _state(at: Path) -> dict[str, dict[str, bytes] | None]:
    """What stands under each name, its manifest left out; None: nothing."""
    found: dict[str, dict[str, bytes] | None] = {"a": None, "c": None}
    if (at / "a").exists():
        found["a"] = {"": (at / "a").read_bytes()}
    if (at / "c").exists():
        paths = [p for p in sorted((at / "c").rglob("*.c")) if p.is_file()]
        found["c"] = {str(p.relative_to(at)): p.read_bytes() for p in paths}
        if len(paths) != 2:
            found["c"]["missing"] = b""
    return {name: content for name, content in found.items() if name in _names(at)}


def _names(at: Path) -> tuple[str, ...]:
    what = at.parents[1].name
    return tuple(n for n, word in (("a", "file"), ("c", "folder")) if word in what)


def _killed_at(step: int, outputs: list[Output]) -> int:
    """Writes in a child that ends by SIGKILL in front of a step; 0: it had fewer."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event, arguments):
            nonlocal left
            if event not in _STEPS or (event == "open" and not _writes(arguments)):
                return
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

        sys.addaudithook(count)
        try:
            write_all(outputs)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def _writes(arguments) -> bool:
    _, mode, flags = arguments
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) or "w" in str(mode)


def _conversion(folder: Path, kills: int, moments: random.Random) -> Finding:
    """Kills ``sbnn-convert``, the output being there already every second time."""
    folder.mkdir(parents=True)
    source, output = folder / "model.h5", folder / "out" / "out.tflite"
    digits_net().save(source)
    output.parent.mkdir()
    command = command_line("sbnn-convert", source, "-o", output)[1:]
    whole = _seconds_to_end(command, folder)
    new, old = output.read_bytes(), b"an older file"

    def left() -> str:
        if not output.exists():
            return "absent"
        return {new: "new", old: "old"}.get(output.read_bytes(), "half")

    return _killed_often("sbnn-convert", command, folder, whole, kills, moments, old, output, left)


def _exports(folder: Path, kills: int, moments: random.Random) -> Iterator[Finding]:
    """Kills ``sbnn-export`` over a folder that an export of another network wrote."""
    folder.mkdir(parents=True)
    for name, connections in (("first", 0.1), ("second", 0.3)):
        model = sbnn_converter.convert_keras_model(digits_net(connections=connections))
        (folder / f"{name}.tflite").write_bytes(model)
    for flag in ("--c_dir", "--micro_dir"):
        out = folder / flag.strip("-") / "out"
        out.parent.mkdir()
        commands = [
            command_line("sbnn-export", folder / f"{n}.tflite", flag, out, "--name", "net")[1:]
            for n in ("first", "second")
        ]
        contents = []
        for command in commands:
            whole = _seconds_to_end(command, folder)
            contents.append(_folder(out))
        faults, seen = [], Counter()
        for number in range(kills):
            turn = number % 2
            _killed_after(commands[turn], folder, moments.uniform(0, whole * 1.1))
            found = _folder(out)
            kind = "first second".split()[contents.index(found)] if found in contents else "half"
            seen["changed" if found == contents[turn] else "as before"] += 1
            if kind == "half":
                faults.append(f"kill {number}: {len(found)} files of {len(contents[0])}")
        _seconds_to_end(commands[0], folder)
        figures = f"{kills} kills: {seen['as before']} whole as before, {seen['changed']} whole "
        figures += f"and new, {len(faults)} half; {_litter(out.parent)}; the next call works"
        is_ok = not faults and _folder(out) == contents[0]
        yield Finding(f"sbnn-export {flag}, killed at random moments", figures, is_ok)


def _folder(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def _killed_often(name, command, folder, whole, kills, moments, old, output, left) -> Finding:
    seen: Counter = Counter()
    for number in range(kills):
        if number % 2:
            output.write_bytes(old)
        else:
            output.unlink(missing_ok=True)
        _killed_after(command, folder, moments.uniform(0, whole * 1.1))
        what = left()
        allowed = ("old", "new") if number % 2 else ("absent", "new")
        seen[what if what in allowed else f"wrong: {what}"] += 1
        if (number + 1) % 10 == 0:
            progress(f"{name}: {number + 1} kills, {dict(seen)}")
    _seconds_to_end(command, folder)
    is_ok = not any(what.startswith("wrong") for what in seen) and left() == "new"
    counts = ", ".join(f"{count} {what}" for what, count in sorted(seen.items()))
    figures = f"{kills} kills: {counts}; {_litter(output.parent)}; the next call works"
    return Finding(f"{name}, killed at random moments", figures, is_ok)


def _litter(folder: Path) -> str:
    count = len(list(folder.glob(".sbnn-*")))
    return f"{count} folder{'' if count == 1 else 's'} .sbnn-* left beside"


def _seconds_to_end(command: list, folder: Path) -> float:
    """How long a program takes; it has to end well."""
    _start(["-c", "pass"], folder).join()  # the first program waits for TensorFlow
    began = time.monotonic()
    process = _start(command, folder)
    process.join()
    assert process.exitcode == 0, (folder / "errors").read_text()
    return time.monotonic() - began


def _killed_after(command: list, folder: Path, seconds: float) -> bool:
    """Starts a program and kills it; False: it had ended by then."""
    process = _start(command, folder)
    process.join(seconds)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _start(command: list, folder: Path):
    (folder / "errors").write_bytes(b"")
    return processes.start(command, folder / "told", folder / "errors", environment())


def training(folder: Path, way: str, epochs: int, moments: random.Random) -> Finding:
    """Kills a training again and again until it has come to its end."""
    whole, killed = folder / "whole", folder / "killed"
    for place in (whole, killed):
        place.mkdir(parents=True)
    script = HERE / "killed_training.py"
    seconds = _seconds_to_end([script, whole, way, str(epochs)], folder)
    kills = 0
    command = [script, killed, way, str(epochs)]
    for _ in range(20):
        # Sooner than the whole takes, so that several are needed.
        if not _killed_after(command, folder, seconds * moments.uniform(0.4, 0.8)):
            break
        kills += 1
        progress(f"training, {way}: {kills} kills")
    _seconds_to_end(command, folder)
    others = _other_weights(whole / "end.npz", killed / "end.npz")
    figures = f"{kills} kills in {epochs} epochs, {others} weights other than unkilled"
    return Finding(f"a training resumed by '{way}'", figures, others == 0)


def _other_weights(a: Path, b: Path) -> int:
    one, other = np.load(a), np.load(b)
    assert one.files == other.files
    return sum(int((one[name] != other[name]).sum()) for name in one.files)


def _accuracy_run(folder: Path, moments: random.Random) -> Finding:
    """Kills a run of docs/results.md, which goes on from its checkpoint."""
    folder.mkdir(parents=True)
    rng, data = np.random.default_rng(0), folder / "data.npz"
    parts = {}
    for part, count in (("train", 320), ("test", 100)):
        parts[f"x_{part}"] = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
        parts[f"y_{part}"] = rng.integers(0, 10, count)
    np.savez(data, **parts)
    change = json.dumps({"epochs": 40, "batch": 32, "frequency": 1})
    words = ["--domain", "01", "--connections", "0.1", "--change", change, "--data", data]

    def run(place: Path, last_epoch: int) -> int:
        """Kills the run once it has begun this epoch; its status."""
        own = ["--work", place / "work", "--results", place / "results", "--save_seconds", "0"]
        process = subprocess.Popen(
            [sys.executable, "-u", ACCURACY / "train.py", *words, *own],
            env={**environment(), "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(f"Epoch {last_epoch}/"):
                time.sleep(moments.uniform(0, 0.2))
                process.kill()
        return process.wait()

    assert run(folder / "whole", 0) == 0
    kills = 0
    for epoch in (5, 17, 18, 39):
        kills += run(folder / "killed", epoch) == -signal.SIGKILL
        progress(f"accuracy run: {kills} kills")
    assert run(folder / "killed", 0) == 0
    models = [
        tf.keras.models.load_model(next((folder / place / "work").glob("*/model.h5")))
        for place in ("whole", "killed")
    ]
    pairs = zip(*(model.get_weights() for model in models))
    others = sum(int((a != b).sum()) for a, b in pairs)
    figures = f"{kills} kills in 40 epochs, {others} weights other than unkilled"
    return Finding("a run of benchmarks/accuracy resumed", figures, others == 0)

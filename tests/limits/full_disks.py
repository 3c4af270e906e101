"""Full disks, under the outputs of each program, its temporary files, its standard output.

A disk is a file system in memory that has room for so many pages or so many files. From one
run to the next it gets more of them, until the program has all that it needs: the write that
fails wanders from the first to the last. A failure is one line, a status and nothing half
written.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import processes
import sbnn_converter
from findings import Finding, progress
from networks import digits_net, pixels
from programs import command_line, environment

_PAGE = os.sysconf("SC_PAGE_SIZE")


def may_mount(folder: Path) -> bool:
    """Whether this process may have file systems of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with disk(folder, f"size={_PAGE}"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextlib.contextmanager
def disk(place: Path, options: str) -> Iterator[Path]:
    """A file system in memory with ``options`` of tmpfs, at ``place`` for a while."""
    place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(place)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def check(folder: Path) -> Iterator[Finding]:
    """Fills the disk of outputs, the one of temporary files, and standard output."""
    sources = _sources(folder)
    yield from _standard_outputs(sources)
    if not may_mount(folder / "try"):
        yield Finding("full disks", "left out: no file system may be mounted here", True)
        return
    yield from _outputs(folder, sources)
    yield from _temporary_files(folder, sources)


def _sources(folder: Path) -> dict[str, Path]:
    """A model in all forms that are read, and its converted file."""
    model, found = digits_net(), {}
    for name in ("model.h5", "model.keras", "saved_model"):
        found[name] = folder / name
        model.save(found[name])
    found["model.tflite"] = folder / "model.tflite"
    found["model.tflite"].write_bytes(sbnn_converter.convert_keras_model(model))
    found["samples.npz"] = folder / "samples.npz"
    np.savez(found["samples.npz"], x=pixels(np.random.default_rng(0), 20))
    return found


def _standard_outputs(sources: dict[str, Path]) -> Iterator[Finding]:
    """Runs each program with a standard output that takes nothing."""
    model, own = sources["model.tflite"], sources["model.tflite"].parent
    for program, *arguments in (
        ("sbnn-inspect", model),
        ("sbnn-inspect", model, "--json"),
        ("sbnn-export", model, "--c_dir", own / "told"),
        ("sbnn-convert", sources["model.h5"], "-o", own / "told.tflite"),
        ("sbnn-convert", "--help"),
        ("sbnn-inspect", "--version"),
    ):
        yield full_output(program, arguments)


def full_output(program: str, arguments) -> Finding:
    """Runs a program with a standard output that takes nothing."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command_line(program, *arguments),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(),
        )
    told, fault = done.stderr, _fault(program, done.returncode, done.stderr)
    if "standard output" not in told:
        fault = fault or "does not name standard output"
    what = f"{program} {_words(arguments)} > /dev/full"
    return Finding(what, fault or told.strip().split(": error: ")[-1], not fault)


def _outputs(folder: Path, sources: dict[str, Path]) -> Iterator[Finding]:
    """Fills the disk that outputs go to, in pages and in files."""
    model = sources["model.tflite"]
    for program, *arguments in (
        ("sbnn-export", model, "--c_dir", "OUT"),
        ("sbnn-export", model, "--micro_dir", "OUT"),
        ("sbnn-convert", model, "--report", "OUT.html", "--c_dir", "OUT"),
        ("sbnn-convert", sources["model.h5"], "-o", "OUT.tflite"),
    ):
        for unit in ("pages", "files"):
            yield sweep(folder, program, arguments, unit)


def _temporary_files(folder: Path, sources: dict[str, Path]) -> Iterator[Finding]:
    """Fills the folder for temporary files."""
    model, samples = sources["model.tflite"], sources["samples.npz"]
    int8 = ("--representative_data", samples, "--inference_input_type", "int8")
    for program, *arguments in (
        ("sbnn-inspect", model, "--profile", "cortex-m0"),
        ("sbnn-export", model, "--c_dir", "OUT"),
        ("sbnn-convert", sources["model.h5"], "-o", "OUT.tflite"),
        ("sbnn-convert", sources["model.keras"], "-o", "OUT.tflite"),
        ("sbnn-convert", sources["saved_model"], "-o", "OUT.tflite", *int8),
    ):
        for unit in ("pages", "files"):
            yield sweep(folder, program, arguments, unit, temporary=True)


def sweep(folder: Path, program: str, arguments, unit: str, temporary: bool = False) -> Finding:
    """Runs a program on disks that grow until it ends well."""
    failed, faults = 0, []
    shutil.rmtree(folder / "out", ignore_errors=True)
    for room in _rooms():
        options = f"size={room * _PAGE}" if unit == "pages" else f"nr_inodes={room + 1},size=64m"
        with disk(folder / "disk", options) as full:
            out = folder / "out" if temporary else full
            out.mkdir(exist_ok=True)
            given = [_placed(a, out) for a in arguments]
            own = {"TMPDIR": str(full)} if temporary else {}
            _, flag, code, *words = command_line(program, *given)
            # Loading TensorFlow has looked for a folder, before this one was named.
            code = f"import tempfile; tempfile.tempdir = None; {code}"
            done = processes.run([flag, code, *words], _environment() | own)
            left = sorted(path.name for path in out.iterdir())
        if done.returncode == 0:
            break
        failed += 1
        fault = _fault(program, done.returncode, done.stderr)
        if left:
            fault = fault or f"leaves {left}"
        if fault:
            faults.append(f"{room} {unit}: {fault}")
        if failed % 10 == 0:
            progress(f"{program}: {failed} disks of {room} {unit} at most")
    where = "temporary files" if temporary else "outputs"
    words = _words(arguments)
    figures = f"{failed} runs failed, enough with {room} {unit}"
    figures += f", {len(faults)} of them badly ({faults[0]})" if faults else ""
    return Finding(f"{program} {words}, {where} on a full disk", figures, not faults)


def _rooms() -> Iterator[int]:
    """Every number at first, then steps of a third."""
    room = 1
    while True:
        yield room
        room += 1 if room < 6 else room // 3


def _placed(argument, out: Path):
    return out / argument if isinstance(argument, str) and argument.startswith("OUT") else argument


def _words(arguments) -> str:
    return " ".join(a.name if isinstance(a, Path) else a for a in arguments)


def _environment() -> dict[str, str]:
    """A user's: output is buffered, and written when the program ends."""
    return {k: v for k, v in environment().items() if k != "PYTHONUNBUFFERED"}


def _fault(program: str, status: int, told: str) -> str:
    """What is wrong with the way a program has failed."""
    lines = [line for line in told.splitlines() if line.strip()]
    if status <= 0 or status == 120:
        return f"ends with {status}"
    if len(lines) != 1 or not lines[0].startswith(f"{program}: error: "):
        return f"says {told[:2000]!r}"
    return "" if "space" in told else f"does not speak of space: {told[:300]!r}"

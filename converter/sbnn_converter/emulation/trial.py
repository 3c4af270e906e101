"""Runs an exported network on an emulated core: outputs, instructions, memory."""

from __future__ import annotations

import dataclasses
import functools
import os
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from sbnn_converter import emulation
from sbnn_converter.export import c_sources
from sbnn_converter.export.shared_libraries import version_header
from sbnn_converter.export.templates import fill
from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.standalone import model_text
from sbnn_converter.standalone.call import array, c_name
from sbnn_converter.standalone.export import Export
from sbnn_converter.tflite.flatbuffer import StoredTensor

_MAIN = Path(__file__).with_name("templates") / "trial.c.in"


class KernelObjects:
    """Compiled kernels, kept in a folder for further trials, of several processes too."""

    def __init__(self, folder: Path):
        self._folder = folder

    def objects(
        self, core: emulation.Core, paths: Sequence[str], flags: Sequence[str]
    ) -> list[Path]:
        """The object files of C sources of ours, compiled if they are not there yet.

        Args:
          core: the core to compile for.
          paths: sources below ``c_sources.root()``.
          flags: for the compiler.
        """
        key = re.sub(r"[^\w.-]+", "_", " ".join([core.name, *flags]))
        root = c_sources.root()
        found = {path: self._folder / key / f"{path}.o" for path in paths}

        def build(path: str) -> None:
            found[path].parent.mkdir(parents=True, exist_ok=True)
            unfinished = found[path].with_suffix(f".{os.getpid()}")
            emulation.compile_object(
                core,
                root / path,
                unfinished,
                flags=(*flags, *emulation.WARNINGS),
                includes=(root / "kernels" / "include", root / "runtime"),
            )
            os.replace(unfinished, found[path])

        missing = [path for path, out in found.items() if not out.exists()]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(build, missing))
        return list(found.values())


@functools.cache
def _of_this_process() -> tuple[KernelObjects, tempfile.TemporaryDirectory]:
    """Kernels that several trials share; the folder goes when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="sbnn-kernels-")
    return KernelObjects(Path(folder.name)), folder


@dataclasses.dataclass(frozen=True, repr=False)
class Trial(ShortRepr):
    """What a network did on a core.

    Attributes:
      outputs: for each output of the network an array ``[samples, ...]``.
      instructions: of one call, the most of all samples.
      by_op: the same for each op, of the first sample. They add up to a little less
        than the whole.
      stack_bytes: the stack that a call takes.
      flash_bytes: code and constants of the whole program, the samples left out.
      constant_bytes: the network's share of it: weights, thresholds, parameters.
      ram_bytes: variables of the whole program, with buffers for inputs and outputs,
        without the stack.
    """

    outputs: list[np.ndarray]
    instructions: int
    by_op: list[int]
    stack_bytes: int
    flash_bytes: int
    constant_bytes: int
    ram_bytes: int


def try_on(
    export: Export,
    core: emulation.Core,
    inputs: Sequence[np.ndarray],
    *,
    flags: Sequence[str] = emulation.FLAGS,
    code_bytes: int | None = None,
    ram_bytes: int | None = None,
    timeout: float = 300.0,
    kernels: KernelObjects | None = None,
) -> Trial:
    """Compiles an exported network with a small main program and runs it.

    Args:
      export: the network.
      core: the core to emulate.
      inputs: an array ``[samples, ...]`` for each input of the network, in its type.
      flags: for the compiler.
      code_bytes, ram_bytes: memory of the device; default: what the board has.
      timeout: seconds.
      kernels: where compiled kernels are kept between trials; by default those of one
        process are.

    Raises:
      emulation.MissingTools: compiler or emulator are not installed.
      emulation.CompilationError: the program does not fit the device.
      RuntimeError: it ran into a fault.
    """
    emulation.require_tools(core)
    with tempfile.TemporaryDirectory() as name:
        image, constants = build_trial(
            export,
            core,
            inputs,
            Path(name),
            flags=flags,
            code_bytes=code_bytes,
            ram_bytes=ram_bytes,
            kernels=kernels,
        )
        return _run(export, core, image, constants, inputs, timeout)


def build_trial(
    export: Export,
    core: emulation.Core,
    inputs: Sequence[np.ndarray],
    folder: Path,
    *,
    flags: Sequence[str] = emulation.FLAGS,
    code_bytes: int | None = None,
    ram_bytes: int | None = None,
    kernels: KernelObjects | None = None,
) -> tuple[Path, int]:
    """Compiles what ``try_on`` runs, into ``folder``; arguments and errors are its own.

    Returns:
      The image, and the bytes of the network's constants.
    """
    for path, text in {**export.texts, "src/sbnn.h": version_header()}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    (folder / "main.c").write_text(_main(export, inputs, len(inputs[0])))
    objects = (kernels or _of_this_process()[0]).objects(
        core, [path for path in export.kernels if path.endswith(".c")], flags
    )
    image, network = folder / "image.elf", folder / "network.o"
    root, upper = c_sources.root(), export.name.upper()
    includes = (folder / "src", root, root / "kernels" / "include", root / "runtime")
    defines = (f"{upper}_PROFILE", f"{upper}_CHECK")
    flags = (*flags, *emulation.WARNINGS)
    source = folder / "src" / f"{export.name}.c"
    emulation.compile_object(core, source, network, includes=includes, defines=defines, flags=flags)
    emulation.compile_program(
        core,
        [network, folder / "main.c", *objects],
        image,
        code_bytes=code_bytes,
        ram_bytes=ram_bytes,
        includes=includes,
        defines=defines,
        flags=flags,
    )
    return image, emulation.section_bytes(core, network, ".rodata")


def _run(
    export: Export,
    core: emulation.Core,
    image: Path,
    constants: int,
    inputs: Sequence[np.ndarray],
    timeout: float,
) -> Trial:
    samples = len(inputs[0])
    done = emulation.run(core, image, timeout)
    if done.status != 0:
        raise RuntimeError(
            f"the exported network failed on {core.name} (status {done.status}): "
            f"{done.text[-500:].strip()}"
        )
    size = emulation.image_size(core, image)
    lines = [line.split() for line in done.text.splitlines()]
    outputs = []
    for argument, tensor, written in model_text.parameters(export.network):
        if written:
            data = b"".join(bytes.fromhex(line[1]) for line in lines if line[:1] == [argument])
            outputs.append(
                np.frombuffer(data, tensor.element_type.numpy).reshape(samples, *tensor.shape[1:])
            )
    return Trial(
        outputs=outputs,
        instructions=done.numbers["instructions"],
        by_op=[done.numbers[f"op{i}"] for i in range(len(export.ops))],
        stack_bytes=done.numbers["stack"],
        flash_bytes=size.flash - sum(a.nbytes for a in inputs),
        constant_bytes=constants,
        ram_bytes=size.ram,
    )


def _main(export: Export, inputs: Sequence[np.ndarray], samples: int) -> str:
    """The program around the network."""
    tables, buffers, copies, prints, arguments = [], [], [], [], []
    given = iter(inputs)
    for argument, tensor, written in model_text.parameters(export.network):
        kind, count = c_name(tensor.type), tensor.elements
        buffers.append(f"static {kind} {argument}[{count}];")
        arguments.append(argument)
        if written:
            prints.append(f'  print_bytes("{argument}", {argument}, sizeof {argument});')
            continue
        values = _checked(next(given), tensor, samples)
        tables.append(array(kind, f"{argument}_samples", values))
        copies.append(
            f"    memcpy({argument}, {argument}_samples + (size_t)sample * {count}, "
            f"sizeof {argument});"
        )
    return fill(
        _MAIN,
        {
            "name": export.name,
            "tables": "\n".join(tables),
            "buffers": "\n".join(buffers),
            "ops": len(export.ops),
            "by_op": len(export.ops) or 1,
            "samples": samples,
            "copies": "\n".join(copies),
            "arguments": ", ".join(arguments),
            "prints": "\n".join(prints),
        },
    )


def _checked(values: np.ndarray, tensor: StoredTensor, samples: int) -> np.ndarray:
    wanted = tensor.element_type.numpy
    if values.dtype != wanted or values.shape != (samples, *tensor.shape[1:]):
        raise ValueError(
            f"found samples of type {values.dtype} and shape {values.shape} for input "
            f"'{tensor.name}', wanted {np.dtype(wanted)} {(samples, *tensor.shape[1:])}"
        )
    return values

"""Exported networks, compiled and run on this machine."""

import ctypes
import subprocess
from pathlib import Path

import numpy as np

from objects import Objects
from sbnn_converter.emulation import WARNINGS
from sbnn_converter.export.shared_libraries import exported_path
from sbnn_converter.standalone import Export, model_text


class OnHost:
    """An exported folder as a shared library."""

    def __init__(self, export: Export, folder: Path, objects: Objects, flags=("-O2",)):
        self.export = export
        own = f"{export.name}/src"
        sources = [f"{own}/{export.name}.c"]
        sources += [f"sbnn/{exported_path(p)}" for p in export.kernels if p.endswith(".c")]
        library = folder / f"lib{export.name}.so"
        command = ["gcc", "-std=c99", "-ffp-contract=off", *flags, *WARNINGS, "-fPIC"]
        command += [f"-D{export.name.upper()}_CHECK", f"-I{own}", "-Isbnn/src"]
        compiled = objects.compile(command, sources, cwd=folder)
        subprocess.run(["gcc", *flags, "-shared", *compiled, "-o", library], check=True)
        self._library = ctypes.CDLL(str(library))
        self._invoke = getattr(self._library, f"{export.name}_invoke")
        self._invoke_in = getattr(self._library, f"{export.name}_invoke_in")

    def check(self) -> int:
        """What the exported check of the memory plan says: 0 if all is well."""
        return getattr(self._library, f"{self.export.name}_check")()

    def work(self) -> np.ndarray:
        """Memory for calls of one thread."""
        return np.zeros(max(self.export.work_bytes) // 8 + 1, np.uint64)

    def predict(self, *inputs: np.ndarray, work: np.ndarray | None = None) -> list[np.ndarray]:
        """An array ``[samples, ...]`` for each output.

        Args:
          work: memory to run in; None: the network's own, which has room for one call at a
            time.
        """
        results = []
        for sample in range(len(inputs[0])):
            given, buffers, outputs = iter(inputs), [], []
            for _, tensor, written in model_text.parameters(self.export.network):
                if written:
                    array = np.zeros(tensor.shape[1:], tensor.element_type.numpy)
                    outputs.append(array)
                else:
                    array = np.ascontiguousarray(next(given)[sample])
                    assert array.dtype == tensor.element_type.numpy
                buffers.append(array)
            pointers = [ctypes.c_void_p(b.ctypes.data) for b in buffers]
            if work is None:
                status = self._invoke(*pointers)
            else:
                status = self._invoke_in(ctypes.c_void_p(work.ctypes.data), *pointers)
            assert status == 0
            results.append(outputs)
        return [np.stack(parts) for parts in zip(*results)]

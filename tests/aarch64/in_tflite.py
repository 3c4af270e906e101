"""Runs recorded files in TensorFlow Lite itself, on the machine that runs this.

    python tests/aarch64/in_tflite.py LIBRARY FOLDER      (with tflite-runtime and NumPy)

For each NAME.tflite in FOLDER, NAME.npz beside it holds inputs and the outputs that another
machine recorded. Files of SBNN ops alone have to answer bit for bit.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import numpy as np
from tflite_runtime import interpreter as tflite


def answers(library: str, file: Path, samples: np.ndarray) -> np.ndarray:
    """Outputs ``[count, ...]`` of the network in ``file`` for ``samples``, one by one."""
    delegates = [tflite.load_delegate(library)]
    interpreter = tflite.Interpreter(str(file), experimental_delegates=delegates)
    interpreter.allocate_tensors()
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    found = []
    for sample in samples:
        interpreter.set_tensor(source["index"], sample[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(target["index"])[0])
    return np.array(found)


def main() -> int:
    library, folder = sys.argv[1], Path(sys.argv[2])
    files = sorted(folder.glob("*.tflite"))
    assert files, f"'{folder}' holds no files"
    for file in files:
        recorded = np.load(file.with_suffix(".npz"))
        found = answers(library, file, recorded["inputs"])
        # TensorFlow Lite's own float layers round in their own order.
        tolerance = 1e-5 if file.stem == "general" else 0
        np.testing.assert_allclose(found, recorded["outputs"], rtol=0, atol=tolerance)
        print(f"{file.name}: {len(found)} samples answer as recorded")
    print(f"TensorFlow Lite on {platform.machine()}: {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())

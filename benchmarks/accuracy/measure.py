"""Counts the instructions of trained networks on an emulated Cortex-M4.

    python benchmarks/accuracy/measure.py --mnist mnist.npz --cifar10 FOLDER

takes the trained models of `--work`, converts each to int8 up to its logits, exports
it as standalone C, runs test images on the emulated core, and adds what it took to
the run's JSON (`cortex_m4`). Float networks stay in float32 and run on a Cortex-M4
with a floating-point unit. Needs an ARM compiler and QEMU (`make cross-tools`).
Networks that were measured with the same commit are left alone.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from absl import app, flags

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from sources import PHOTOGRAPHS, SOUNDS, check  # noqa: E402

_MNIST = flags.DEFINE_string("mnist", None, "MNIST as .npz; default: Keras's download.")
_CIFAR10 = flags.DEFINE_string(
    "cifar10", None, "CIFAR-10, a folder of images or .npz; default: Keras's download."
)
_SOUNDS = flags.DEFINE_string("sounds", None, "Spoken digits as .npz; nobody downloads them.")
_WORK = flags.DEFINE_string("work", "build/accuracy", "Folder with trained models.")
_RESULTS = flags.DEFINE_string("results", str(HERE / "results"), "Folder of results.")


def main(_):
    check("mnist", _MNIST.value)
    check("cifar10", _CIFAR10.value)
    check("sounds", _SOUNDS.value)
    import counting
    import data
    import outcome

    from sbnn_converter.emulation.compile import CompilationError

    loaded = {}
    now = outcome.commit()
    for path in sorted(Path(_RESULTS.value).glob("*.json")):
        result = json.loads(path.read_text())
        folder = Path(_WORK.value) / result["run"]
        if not (folder / "model.h5").exists():
            continue
        if result.get("cortex_m4", {}).get("commit") == now:
            continue
        network = result["network"]
        source = _CIFAR10.value if network in PHOTOGRAPHS else _MNIST.value
        source = _SOUNDS.value if network in SOUNDS else source
        if source not in loaded:
            loaded[source] = data.load(source, network)
        try:
            counting.add_to(path, folder, loaded[source])
        except CompilationError as error:  # larger than the emulated core's memories
            print(f"{result['run']}: not counted, {str(error).splitlines()[-1]}")


if __name__ == "__main__":
    app.run(main)

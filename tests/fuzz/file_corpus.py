"""Makes small whole files of everything that converts, for `fuzz_files.py`.

file_corpus.py FOLDER
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / folder) for folder in ("converter", "support")]

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import keras_layers  # noqa: E402
import planes_grid  # noqa: E402
import sbnn_converter  # noqa: E402
import several_bits  # noqa: E402
import zoo  # noqa: E402
from networks import K, stir  # noqa: E402
from sbnn_keras import SparseBinaryDense  # noqa: E402


def networks() -> dict[str, tf.keras.Model]:
    """Small networks by name."""
    found = {name: stir(make("01")) for name, make in zoo.NETWORKS.items()}
    found |= {
        "planes": planes_grid.model_of(planes_grid.combinations()[:4]),
        "chain": stir(several_bits.chain((2, 1, 3))),
        "streams": stir(several_bits.streams()),
    }
    for names in _groups(sorted(keras_layers.LAYERS), 6):
        found["layers_" + names[0].replace(":", "_")] = _beside(names)
    return found


def _groups(names: list[str], size: int) -> list[list[str]]:
    return [names[i : i + size] for i in range(0, len(names), size)]


def _beside(names: list[str]) -> tf.keras.Model:
    """Layers of Keras side by side, and a binary one, each with inputs of its own."""
    inputs, outputs = [], []
    for name in names:
        case = keras_layers.LAYERS[name]
        own = [tf.keras.Input(case.shape) for _ in range(case.inputs)]
        inputs += own
        outputs.append(case.apply(own))
    outputs.append(SparseBinaryDense(4, connections=0.3)(K.Flatten()(inputs[0])))
    return tf.keras.Model(inputs, outputs)


def _convert(model: tf.keras.Model, path: Path, **options) -> None:
    try:
        path.write_bytes(sbnn_converter.convert_keras_model(model, **options))
    except sbnn_converter.ConversionError as error:
        print(f"{path.name}: {error}")


def main(folder: Path) -> None:
    rng = np.random.default_rng(1)
    part = folder.with_name(folder.name + ".part")
    part.mkdir(parents=True, exist_ok=True)
    for path in (TESTS / "golden").rglob("*.tflite"):
        shutil.copy(path, part / f"golden_{path.name}")
    for name, model in networks().items():
        shapes = [tensor.shape[1:] for tensor in model.inputs]
        samples = [[rng.normal(size=(1, *s)).astype(np.float32) for s in shapes] for _ in range(4)]
        _convert(model, part / f"{name}_float.tflite")
        _convert(model, part / f"{name}_int8.tflite", representative_dataset=samples.copy)
    part.rename(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

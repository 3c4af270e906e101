"""Puts the trained network of a run into the package, for `weights="NAME"`, with its card.

    python benchmarks/accuracy/publish.py --data mnist.npz --run mlp-schedule-signed-0.05-s0 \
        --name mnist --sample tests/keras/samples/mnist.npz

takes the run's result and its trained model, counts its instructions where that has not
been done, and writes `NETWORK-NAME.npz` and `NETWORK-NAME.json`. The network is built anew from
both and has to answer the whole test set as often rightly as the result says.
"""

import inspect
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from absl import app, flags

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from settings import Run  # noqa: E402
from sources import check  # noqa: E402

_DATA = flags.DEFINE_string("data", None, "What the run was trained on, as of train.py.")
_RUN = flags.DEFINE_string("run", None, "Name of the run.", required=True)
_NAME = flags.DEFINE_string("name", None, "Name of the weights, such as mnist.", required=True)
_SAMPLE = flags.DEFINE_string(
    "sample", None, "An .npz with test samples for the package's tests; written if it is not there."
)
_WORK = flags.DEFINE_string("work", "build/accuracy", "Folder with trained models.")
_RESULTS = flags.DEFINE_string("results", str(HERE / "results"), "Folder of results.")
_OUT = flags.DEFINE_string(
    "out",
    str(HERE.parents[1] / "sbnn_keras" / "applications" / "weights"),
    "Folder for both files.",
)

_SAMPLES = 300  # of a sample that is written
_MADE_UP = 8
# What of the network's arguments does not matter to its answers.
_NOT_OF_CARDS = ("connections", "include_top", "name", "weights")
_DATA_SETS = {
    "MNIST": {"data": "MNIST", "inputs": "(images - 128) / 128", "labels": list("0123456789")},
    "spoken digits": {
        "data": "Free Spoken Digit Dataset (CC BY-SA 4.0), official split",
        "inputs": "LogMel() of recordings / 32768 at 8 kHz, cut or padded to 6,400 samples",
        "labels": list("0123456789"),
    },
    "CIFAR-10": {
        "data": "CIFAR-10",
        "inputs": "(images - 128) / 128",
        "labels": "airplane automobile bird cat deer dog frog horse ship truck".split(),
    },
}
_DATA_SETS["CIFAR-10 (JPEG q75)"] = {**_DATA_SETS["CIFAR-10"], "data": "CIFAR-10 (JPEG q75)"}


def made_up(shape):
    """Inputs that need no data: noise, in multiples of 1/128."""
    import numpy as np

    noise = np.random.default_rng(0).integers(-128, 128, (_MADE_UP, *shape))
    return (noise / 128).astype(np.float32)


def card_of(result: dict, network, arguments: dict) -> dict:
    """The card, but for what the network itself answers.

    Args:
      result: of the run, with `cortex_m4`.
      network: function of `sbnn_keras.applications`.
      arguments: of it that are not its defaults.
    """
    bound = inspect.signature(network).bind(**arguments)
    bound.apply_defaults()
    on_core = result["cortex_m4"]
    same = ("run", "seed", "command", "commit", "recipe", "accuracy", "connections")
    return {
        "network": network.__name__,
        "weights": _NAME.value,
        "arguments": {k: v for k, v in bound.arguments.items() if k not in _NOT_OF_CARDS},
        **_DATA_SETS[result["data"]],
        **{key: result[key] for key in same},
        "test_samples": result["test_images"],
        "differing_from_keras": result["differing_from_keras"],
        "bits_a_weight": result["bits_a_weight"],
        "model_bytes": result["int8"]["model_bytes"],
        "accuracy_int8": result["int8"]["accuracy"],
        **{
            key: on_core[key] for key in ("instructions", "ram_bytes", "stack_bytes", "flash_bytes")
        },
    }


def _run() -> tuple[Run, Path, Path]:
    """The run, its result and the folder of its model, or one line of what is missing."""
    result_file = Path(_RESULTS.value) / f"{_RUN.value}.json"
    folder = Path(_WORK.value) / _RUN.value
    if not result_file.exists():
        raise SystemExit(f"--run: there is no result {result_file}; train it with train.py first")
    if not (folder / "model.h5").exists():
        raise SystemExit(f"--work: there is no {folder / 'model.h5'}")
    if not _NAME.value.isidentifier():
        raise SystemExit(f"--name: found {_NAME.value!r}, wanted letters, digits and _")
    result = json.loads(result_file.read_text())
    if "int8" not in result or result["method"] == "float":
        raise SystemExit(f"--run: {_RUN.value} is no converted network of binary weights")
    return Run.of_result(result), result_file, folder


def _right(model, x, y) -> int:
    from data import pixels

    return int((model.predict(pixels(x), batch_size=500, verbose=0).argmax(1) == y).sum())


def _sample(x_test, y_test):
    """Samples for the tests, from all over the test set."""
    import numpy as np

    path = Path(_SAMPLE.value)
    if not path.exists():
        step = max(1, len(x_test) // _SAMPLES)
        path.parent.mkdir(parents=True, exist_ok=True)
        few = slice(None, step * _SAMPLES, step)
        np.savez_compressed(path, x=x_test[few], y=y_test[few].astype(np.uint8))
    with np.load(path) as arrays:
        return arrays["x"], arrays["y"]


def _to_json(card: dict) -> str:
    """A line for each entry."""
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in card.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(_):
    run, result_file, folder = _run()
    check("data", _DATA.value)
    import architectures
    import counting
    import data
    import numpy as np
    import tensorflow as tf

    from sbnn_keras.applications import stored_weights

    found = architectures.application(run)
    if found is None:
        raise SystemExit(f"--run: {run.name} is no network of sbnn_keras.applications")
    network, arguments = found
    samples = _, _, x_test, y_test = data.load(_DATA.value, run.network, run.recipe().get("voice"))
    result = json.loads(result_file.read_text())
    if "cortex_m4" not in result:
        result = counting.add_to(result_file, folder, samples)

    trained = tf.keras.models.load_model(folder / "model.h5", compile=False)
    out = Path(_OUT.value) / f"{network.__name__}-{_NAME.value}"
    half = out.parent / f"{out.name}.{os.getpid()}.npz"
    stored_weights.save(trained, half)
    try:
        again = network(**arguments)
        stored_weights.load(again, half)
        inputs = made_up(again.input_shape[1:])
        answers = trained.predict(inputs, verbose=0)
        np.testing.assert_array_equal(again.predict(inputs, verbose=0), answers)
        right = _right(again, x_test, y_test)
        if round(right / len(y_test), 5) != result["accuracy"]:
            raise SystemExit(
                f"--data: {right} of {len(y_test)} are right, the result says "
                f"{result['accuracy']:.3%}; was it trained on other data?"
            )
        card = card_of(result, network, arguments)
        card["made_up_inputs"] = np.round(answers.astype(float), 4).tolist()
        if _SAMPLE.value is not None:
            x, y = _sample(x_test, y_test)
            card["sample"] = {"samples": len(y), "right": _right(again, x, y)}
        half.replace(out.with_suffix(".npz"))
        out.with_suffix(".json").write_text(_to_json(card))
    finally:
        half.unlink(missing_ok=True)
    size = out.with_suffix(".npz").stat().st_size
    print(f"{network.__name__}(weights={_NAME.value!r}): {card['accuracy']:.2%}, {size:,} bytes")


if __name__ == "__main__":
    app.run(main)

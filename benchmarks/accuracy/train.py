"""Trains one network, converts it, compares the runtimes, writes one JSON.

    python benchmarks/accuracy/train.py --data mnist.npz --network mlp \
        --method schedule --domain 01 --connections 0.05 --seed 0

A run that was killed continues when the same command runs again; one that has its
result already ends at once.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from absl import app, flags

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import run_flags  # noqa: E402
from run_flags import DATA as _DATA  # noqa: E402
from run_flags import WORK as _WORK  # noqa: E402
from sources import check  # noqa: E402

_RESULTS = flags.DEFINE_string(
    "results", str(HERE / "results"), "Folder for the result, one JSON a run."
)
_THREADS = flags.DEFINE_integer("threads", 1, "Threads within an operation.", 1)
_SAVE_SECONDS = flags.DEFINE_float(
    "save_seconds", 30, "Between two checkpoints, which stand at ends of epochs.", 0
)


def _teacher(run, work: Path):
    """The trained network that a run is distilled from, or None."""
    if run.teacher() is None:
        return None
    import tensorflow as tf

    path = work / run.teacher().name / "model.h5"
    if not path.exists():
        raise SystemExit(f"--work: there is no {path}, the teacher of this run; train it first")
    return tf.keras.models.load_model(path)


def main(_):
    run = run_flags.run()
    result_file = Path(_RESULTS.value) / f"{run.name}.json"
    if result_file.exists():
        print(f"{result_file} is there already")
        return
    check("data", _DATA.value)
    if run.recipe()["math"] == "bfloat16":
        os.environ["TF_SET_ONEDNN_FPMATH_MODE"] = "BF16"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(_THREADS.value)
    tf.config.threading.set_inter_op_parallelism_threads(_THREADS.value)
    import architectures
    import data
    import from_keras3
    import outcome
    import training

    folder = Path(_WORK.value) / run.name
    folder.mkdir(parents=True, exist_ok=True)
    tf.keras.utils.set_random_seed(run.seed)
    samples = data.load(_DATA.value, run.network, run.recipe().get("voice"))
    if run.recipe()["backend"] == "tensorflow":
        model = architectures.build(run)
        teacher = _teacher(run, Path(_WORK.value))
        history = training.train(model, run, samples, folder, _SAVE_SECONDS.value, teacher=teacher)
    else:
        model, history = from_keras3.read(folder)
    model.save(folder / "model.h5")
    outcome.write(result_file, run, model, history, samples, folder, _DATA.value)


if __name__ == "__main__":
    app.run(main)

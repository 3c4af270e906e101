"""What the examples share: flags, data, checkpoints, conversion with its checks.

Networks and training stand in the examples themselves.
"""

import contextlib
import json
import os
import sys
import warnings
import zipfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SBNN_KERAS", "2")  # what they compare with is of Larq

import numpy as np
from absl import app, flags, logging

import closing_page
import comparison

FLAGS = flags.FLAGS
_ARRAYS = ("x_train", "y_train", "x_test", "y_test")  # of an .npz, as Keras has them


def define_flags(name: str, epochs: int, batch: int = 256, domain: str | None = "01") -> None:
    """Defines the flags that all examples have.

    Args:
      name: of the example, for the default of --out.
      epochs: default of --epochs.
      batch: default of --batch.
      domain: default of --domain; None for an example without sparse layers.
    """
    flags.DEFINE_string(
        "data",
        None,
        "An .npz with x_train, y_train, x_test, y_test; or a folder with "
        "train/CLASS/*.png (or .jpg) and test/CLASS/*. Default: "
        + ("scikit-learn's own." if name == "digits" else "Keras's own download."),
    )
    flags.DEFINE_integer("epochs", epochs, "Epochs of the training.", 1)
    flags.DEFINE_integer("batch", batch, "Samples in a training step.", 1)
    flags.DEFINE_integer("seed", 1, "Seed of weights and of the data's order.")
    flags.DEFINE_string("out", f"build/{name}", "Folder for checkpoint, models, result.")
    flags.DEFINE_integer(
        "tflm_images", 1000, "Test images for TensorFlow Lite Micro; 0 for all.", 0
    )
    if domain is not None:
        flags.DEFINE_float("connections", 0.05, "Share of ones in the whole network.", 1e-4, 1.0)
        flags.DEFINE_enum("domain", domain, ["01", "general"], "Domain of the weights.")
        flags.DEFINE_enum(
            "method",
            "schedule",
            ["schedule", "constraint"],
            "schedule: the share travels down and ends exactly there; constraint: the "
            "published penalty on the loss.",
        )
        flags.DEFINE_float(
            "gamma",
            0.2,
            "Constraint: share of the loss that the penalty takes.",
            0,
            0.99,
        )
    for flag in _own_flags():
        FLAGS.register_key_flag_for_module(sys.argv[0], flag)


def _own_flags():
    """The flags that this module defines for every example."""
    return FLAGS.flags_by_module_dict()[FLAGS.find_module_defining_flag("out")]


def run(main) -> None:
    """Runs an example; what the user got wrong is one line, not a stack trace."""

    def quiet(_):
        logging.set_verbosity(logging.WARNING)
        warnings.filterwarnings("ignore", message=".*saving your model as an HDF5 file")
        try:
            _check_data()
            _load_tensorflow()
            main()
        except (FileNotFoundError, ValueError) as error:
            sys.exit(f"{Path(sys.argv[0]).name}: {error}")

    if any(word in ("-h", "-help", "--help") for word in sys.argv[1:]):
        print(_help(sys.modules["__main__"].__doc__))
    else:
        app.run(quiet)


def _load_tensorflow() -> None:
    """Without its log, of graphics cards that it has not found."""
    from sbnn_converter.runtimes.native_log import captured_stderr

    with captured_stderr():
        import sbnn_keras  # noqa: F401  (selects Keras 2, before tf.keras is used)


def _help(doc: str) -> str:
    """What the example does, how it is called, and its flags; absl's are left out."""
    flags_help = FLAGS.module_help(sys.argv[0]).split(":\n", 1)[1]
    usage = f"usage: python {os.path.relpath(sys.argv[0])} [flags]"
    return f"{doc.strip()}\n\n{usage}\n\nflags:\n{flags_help.strip(chr(10))}"


def _check_data() -> None:
    """Refuses a --data that cannot be read, before anything is written."""
    path = FLAGS.data
    if path is None or Path(path).is_dir():
        return
    if not Path(path).is_file():
        raise FileNotFoundError(f"--data: '{path}' is neither a file nor a folder")
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f"--data: '{path}' is no .npz file; wanted one with {', '.join(_ARRAYS)}, as "
            "numpy.savez writes it"
        )


def load(data_set: str):
    """Images uint8 [n, height, width, channels] and labels int [n]: train and test.

    Args:
      data_set: what is taken without --data: `"mnist"` or `"cifar10"`, which Keras
        downloads, or `"digits"`, which comes with scikit-learn. Images of CIFAR-10
        have colours.
    """
    path = FLAGS.data
    if path is None and data_set == "digits":
        x, y, x_test, y_test = _digits()
    elif path is None:
        import tensorflow as tf

        import sbnn_keras  # noqa: F401  (selects Keras 2, before tf.keras is used)

        (x, y), (x_test, y_test) = getattr(tf.keras.datasets, data_set).load_data()
    elif Path(path).is_dir():
        mode = "RGB" if data_set == "cifar10" else "L"
        x, y = _read_folder(Path(path) / "train", mode)
        x_test, y_test = _read_folder(Path(path) / "test", mode)
    else:
        x, y, x_test, y_test = _read_npz(path)
    x, x_test = (a if a.ndim == 4 else a[..., None] for a in (x, x_test))
    print(f"{len(x)} images to train on, {len(x_test)} to test")
    return x, np.ravel(y), x_test, np.ravel(y_test)


def _digits():
    """Scans of handwritten digits, 8x8; their values 0 to 16 become 0 to 255."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    images = np.minimum(images.reshape(-1, 8, 8) * 16, 255).astype(np.uint8)
    x, x_test, y, y_test = train_test_split(
        images, labels, test_size=0.25, random_state=0, stratify=labels
    )
    return x, y, x_test, y_test


def _read_npz(path: str):
    with np.load(path) as arrays:
        missing = set(_ARRAYS) - set(arrays)
        if missing:
            raise ValueError(f"--data: '{path}' has no arrays {sorted(missing)}")
        return [arrays[name] for name in _ARRAYS]


def _read_folder(folder: Path, mode: str):
    from PIL import Image

    if not folder.is_dir():
        raise FileNotFoundError(f"--data: there is no folder '{folder}'")
    images, labels = [], []
    for label, name in enumerate(sorted(p for p in folder.iterdir() if p.is_dir())):
        for path in sorted(name.iterdir()):
            with Image.open(path) as image:
                images.append(np.asarray(image.convert(mode)))
            labels.append(label)
    return np.stack(images), np.array(labels)


def pixels(images):
    """float32 in [-1, 1) of uint8 images, in multiples of 1/128.

    Sums of such values are exact in float32 and in int8 alike, so that a converted
    network gives the very same answers.
    """
    return (images.astype(np.float32) - 128) / 128


def sparsity(model, steps: int, first_share: float = 0.5):
    """How the connections come down to --connections, by --method.

    Args:
      model: its sparse layers have no `connections` of their own.
      steps: training steps of the whole training.
      first_share: share of connections when training begins.

    Returns:
      The callback for `fit`; a `ConnectionsSchedule`, or `ExpectedConnections`.
    """
    import sbnn_keras

    if FLAGS.method == "constraint":
        return sbnn_keras.ExpectedConnections(FLAGS.connections, FLAGS.gamma)
    recipe = sbnn_keras.recipes.Recipe(FLAGS.connections, epochs=steps, rest=0, start=first_share)
    return recipe.schedule(model, 1, verbose=1)


def falling_rate(rate: float, steps_an_epoch: int):
    """A learning rate that falls as a cosine, to 0 before the last epoch begins.

    Latent weights near their threshold cross it as long as they move, and the
    statistics of batch normalization lag behind. In an epoch at rate 0 they catch up
    (docs/results.md, "What helped").

    Args:
      rate: the first rate.
      steps_an_epoch: training steps of an epoch.
    """
    import tensorflow as tf

    moving = max(1, FLAGS.epochs - 1) * steps_an_epoch
    return tf.keras.optimizers.schedules.CosineDecay(rate, moving)


def classification_loss(model, control):
    """The loss of a classifier, with the penalty where `control` has one.

    Args:
      model: the classifier.
      control: as from `sparsity`, or None.
    """
    loss = "sparse_categorical_crossentropy"
    return control.loss(loss, model) if hasattr(control, "loss") else loss


def out_folder() -> Path:
    """--out, with the settings of its training; other settings are refused.

    Raises:
      ValueError: the folder holds a training with other settings.
    """
    out = Path(FLAGS.out)
    out.mkdir(parents=True, exist_ok=True)
    settings = {
        flag.name: flag.value
        for flag in [*_own_flags(), *FLAGS.get_key_flags_for_module(sys.argv[0])]
        if flag.name not in ("out", "tflm_images")
    }
    note = out / "settings.json"
    if note.exists():
        found = json.loads(note.read_text())
        if found != settings:
            other = [k for k in settings if found.get(k) != settings[k]]
            raise ValueError(
                f"--out: '{out}' holds a training with another "
                f"{', '.join('--' + name for name in other)}; delete it or name "
                "another folder"
            )
    else:
        _write(note, json.dumps(settings, indent=2) + "\n")
    return out


def resume(out: Path):
    """A callback that saves each epoch, and continues after a kill."""
    import tensorflow as tf

    return tf.keras.callbacks.BackupAndRestore(out / "checkpoint", delete_checkpoint=False)


@contextlib.contextmanager
def progress(what: str, epochs: int):
    """A progress bar over the epochs of a training, as a callback for `fit`."""
    import tensorflow as tf
    from rich.progress import Progress

    with Progress() as bar:
        task = bar.add_task(what, total=epochs)

        def show(epoch, logs):
            text = f"{what}, accuracy {logs['accuracy']:.3f}"
            bar.update(task, completed=epoch + 1, description=text)

        yield tf.keras.callbacks.LambdaCallback(on_epoch_end=show)


def convert_int8(model, x) -> bytes:
    """The model with int8 inputs and outputs, calibrated on some of the images `x`."""
    import tensorflow as tf

    import sbnn_converter

    def samples():
        for image in x[:: max(1, len(x) // 200)]:
            yield [pixels(image[None])]

    return sbnn_converter.convert_keras_model(
        model,
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=samples,
    )


def accuracy(answers, labels) -> float:
    return float((answers == labels).mean())


def answers(model: bytes, images) -> np.ndarray:
    """The classes that a converted network finds in float32 images, int [n]."""
    import sbnn_converter

    interpreter = sbnn_converter.Interpreter(model)
    return interpreter.predict(interpreter.quantize(images)).argmax(1)


def convert_and_check(model, data, out: Path) -> dict:
    """Converts a trained model and compares its runtimes with Keras.

    Args:
      model: the trained network, for images as `pixels` gives them.
      data: as from `load`.
      out: gets model.h5, model.tflite (float32 faces), model_int8.tflite, report.html.

    Returns:
      The settings of the training, the share of connections, accuracies, predictions
      that differ, and under `networks` the figures of both files.
    """
    import sbnn_converter
    from sbnn_converter.inspection import inspect_model

    x, _, x_test, labels = data
    model.save(out / "model.h5")

    print("converting")
    converted = sbnn_converter.convert_keras_model(model)
    all_int8 = convert_int8(model, x)
    (out / "model.tflite").write_bytes(converted)
    (out / "model_int8.tflite").write_bytes(all_int8)

    print("asking Keras, TFLite and TensorFlow Lite Micro")
    images = pixels(x_test)
    keras = model.predict(images, verbose=0).argmax(1)
    tflite = answers(converted, images)
    some = slice(0, FLAGS.tflm_images or len(images))
    tflm = _micro_answers(converted, images[some])
    int8_accuracy = accuracy(answers(all_int8, images), labels)
    write_report(out / "report.html", model, all_int8, images, labels)
    settings = json.loads((out / "settings.json").read_text())
    found = {}
    if "connections" in settings:
        found["connections_found"] = inspect_model(converted).total.density
    return {
        **settings,
        **found,
        "test_images": len(labels),
        "accuracy_keras": accuracy(keras, labels),
        "accuracy_tflite": accuracy(tflite, labels),
        "accuracy_tflm": None if tflm is None else accuracy(tflm, labels[some]),
        "keras_and_tflite_differ": int((keras != tflite).sum()),
        "tflm_images": 0 if tflm is None else len(tflm),
        "keras_and_tflm_differ": (None if tflm is None else int((keras[some] != tflm).sum())),
        "networks": {
            "float inputs": comparison.figures(converted, accuracy(tflite, labels)),
            "all int8": comparison.figures(all_int8, int8_accuracy),
        },
    }


def _micro_answers(model: bytes, images) -> np.ndarray | None:
    """The classes found in TensorFlow Lite Micro; None where it is not installed."""
    import sbnn_converter

    try:
        return sbnn_converter.micro.Interpreter(model).predict(images).argmax(1)
    except ImportError:
        return None


def write_report(path: Path, model, flatbuffer: bytes, images, labels) -> None:
    """Writes what each layer costs, and how the file compares with Keras, as HTML."""
    from sbnn_converter.inspection import inspect_model
    from sbnn_converter.report.page import html_report
    from sbnn_converter.verification.compare import QUANTIZED_TOLERANCE, compare
    from sbnn_converter.verification.verdict import verdict

    found = compare(model, flatbuffer, [images], labels)
    words = verdict(found, "test", QUANTIZED_TOLERANCE, QUANTIZED_TOLERANCE)
    page = html_report(inspect_model(flatbuffer), "model_int8.tflite", words)
    _write(path, page)


def report(result: dict, out: Path) -> None:
    """Writes result.json and ends the example with a page; exits if runtimes disagree."""
    _write(out / "result.json", json.dumps(result, indent=2) + "\n")
    closing_page.show(result, out)
    if result["keras_and_tflite_differ"] or result["keras_and_tflm_differ"]:
        sys.exit("the runtimes disagree: please report this with the model.h5")


def finish(model, data, out: Path, **more) -> None:
    """`convert_and_check`, and a `report` with the entries `more`."""
    report({**convert_and_check(model, data, out), **more}, out)


def _write(path: Path, text: str) -> None:
    half = path.with_suffix(f".{os.getpid()}")
    half.write_text(text)
    half.replace(path)

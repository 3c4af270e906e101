"""The accuracy experiments: resuming, results, tables."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras

ACCURACY = Path(__file__).parent


@pytest.fixture(autouse=True, scope="module")
def programs_can_be_imported():
    sys.path.insert(0, str(ACCURACY))
    yield
    sys.path.remove(str(ACCURACY))


@pytest.fixture
def eagerly():
    """For a few steps, tracing a training takes longer than all of them."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    originals = rng.integers(0, 256, (10, 28, 28, 1))

    def some(count):
        labels = rng.integers(0, 10, count)
        noisy = originals[labels] + rng.normal(0, 30, (count, 28, 28, 1))
        return np.clip(noisy, 0, 255).astype(np.uint8), labels

    return *some(256), *some(64)


def make_run(method="schedule", **change):
    from settings import Run

    change = {"epochs": 4, "batch": 32, **change}
    if method in ("bnn", "float"):
        return Run("mlp", method, change=json.dumps(change))
    return Run("mlp", method, "01", 0.1, change=json.dumps(change))


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Made-up recordings of three voices, in the layout of the spoken digits."""
    rng, arrays = np.random.default_rng(0), {}
    for part, count in (("train", 12), ("test", 6)):
        lengths = rng.integers(300, 9000, count)
        arrays[f"audio_{part}"] = rng.integers(-9000, 9000, lengths.sum()).astype(np.int16)
        arrays[f"length_{part}"] = lengths
        arrays[f"y_{part}"] = np.arange(count) % 10
        arrays[f"speaker_{part}"] = np.arange(count) % 3
    path = tmp_path_factory.mktemp("sounds") / "sounds.npz"
    np.savez(path, **arrays)
    return path


def test_a_voice_that_is_left_out_is_tested_and_not_trained(sounds):
    import data

    x, y, x_test, y_test = data.load(sounds, "sound")
    assert x.shape == (12, 49, 16) and len(x_test) == 6
    of_one, classes, of_two, others = data.load(sounds, "sound", voice=1)
    everything, labels = np.concatenate([x, x_test]), np.concatenate([y, y_test])
    voices = np.concatenate([np.arange(12) % 3, np.arange(6) % 3])
    np.testing.assert_array_equal(of_two, everything[voices == 1])
    np.testing.assert_array_equal(others, labels[voices == 1])
    np.testing.assert_array_equal(of_one, everything[voices != 1])
    np.testing.assert_array_equal(classes, labels[voices != 1])
    with pytest.raises(SystemExit, match=r"voice: found 3, wanted one of \[0, 1, 2\]"):
        data.load(sounds, "sound", voice=3)


def test_a_teacher_is_trained_without_the_voice_that_its_student_does_not_hear():
    from settings import Run

    change = json.dumps({"voice": 2, "shift": 1, "bits": 1})
    teacher = Run("sound", "schedule", "signed", 0.05, change=change).teacher()
    assert teacher.name == "dscnn-float-voice=2-s0"
    change = json.dumps({"distill": 0.7, "teacher_backend": "jax"})
    teacher = Run("binarynet4", "schedule", "signed", 0.05, change=change).teacher()
    assert teacher.name == "binarynet4-float-backend=jax-s0"


@pytest.mark.parametrize("mirror", [False, True])
def test_samples_move_by_no_more_than_is_asked_for(mirror):
    import data

    x = np.random.default_rng(0).integers(1, 256, (8, 5, 6, 1)).astype(np.uint8)
    found, moves = [], set()
    for images, labels in data.batches(x, np.arange(8), 4, 3, 0, shift=1, mirror=mirror).take(40):
        for image, label in zip(images.numpy() * 128 + 128, labels.numpy()):
            padded = np.pad(x[label], [(1, 1), (1, 1), (0, 0)])
            views = {
                (i, j, flip): padded[i : i + 5, j : j + 6][:, :: -1 if flip else 1]
                for i in range(3)
                for j in range(3)
                for flip in (False, True)
            }
            (move,) = [key for key, view in views.items() if (view == image).all()]
            found.append(label)
            moves.add(move)
    assert sorted(found) == sorted(20 * list(range(8)))
    assert len(moves) == (18 if mirror else 9)
    straight = next(iter(data.batches(x, np.arange(8), 8, 3, 0)))
    np.testing.assert_array_equal(straight[0] * 128 + 128, x[straight[1]])


@pytest.mark.parametrize("mirror", [False, True])
def test_images_move_alike_without_tensorflow(mirror):
    import images

    rng = np.random.default_rng(0)
    x = rng.integers(1, 256, (240, 5, 6, 1)).astype(np.uint8)
    moves = set()
    for picture, image in zip(x, images.moved(x, rng, shift=1, mirror=mirror)):
        padded = np.pad(picture, [(1, 1), (1, 1), (0, 0)])
        (move,) = [
            (i, j, flip)
            for i in range(3)
            for j in range(3)
            for flip in (False, True)
            if (padded[i : i + 5, j : j + 6][:, :: -1 if flip else 1] == image).all()
        ]
        moves.add(move)
    assert len(moves) == (18 if mirror else 9)
    np.testing.assert_array_equal(images.pixels(x), (x.astype(np.float64) - 128) / 128)


class Killed(Exception):
    pass


def test_a_resumed_training_is_the_same_training(pictures, tmp_path, monkeypatch, eagerly):
    import architectures
    import training

    run = make_run()

    def fresh():
        tf.keras.utils.set_random_seed(run.seed)
        return architectures.build(run)

    straight = fresh()
    expected = training.train(straight, run, pictures, tmp_path / "straight")

    begin = training._Checkpoint.on_epoch_begin

    def die_in_epoch_3(self, epoch, logs=None):
        begin(self, epoch, logs)
        if epoch == 2:
            raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(training._Checkpoint, "on_epoch_begin", die_in_epoch_3)
        training.train(fresh(), run, pictures, tmp_path / "killed", save_seconds=0)
    resumed = fresh()
    found = training.train(resumed, run, pictures, tmp_path / "killed")

    assert [e["test"] for e in found] == [e["test"] for e in expected]
    for a, b in zip(straight.variables, resumed.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=a.name)
    kernels = [layer.binary_kernel() for layer in resumed.layers if "sparse" in layer.name]
    ones, weights = sum(k.sum() for k in kernels), sum(k.size for k in kernels)
    assert ones / weights == pytest.approx(0.1, abs=1e-4)
    assert kernels[-1].mean() > 0.3


@pytest.mark.parametrize("method", ["schedule", "float"])
def test_the_result_says_how_it_came_about(method, pictures, tmp_path):
    import architectures
    import outcome
    import training

    run = make_run(method, epochs=1, rest=0)
    model = architectures.build(run)
    history = training.train(model, run, pictures, tmp_path)
    file = tmp_path / "result.json"
    outcome.write(file, run, model, history, pictures, tmp_path, None)
    result = json.loads(file.read_text())
    assert f"--method {method}" in result["command"] and result["commit"]
    assert result["recipe"]["batch"] == 32 and len(result["epochs"]["test"]) == 1
    assert result["differing_from_keras"]["tflite"] == 0
    answers = model.predict((pictures[2].astype("f") - 128) / 128, verbose=0).argmax(1)
    assert result["accuracy"] == pytest.approx((answers == pictures[3]).mean(), abs=1e-5)
    if method == "schedule":
        assert result["differing_from_keras"]["tflm"] == 0
        ones = sum(
            k.sum()
            for k in (x.binary_kernel() for x in model.layers if hasattr(x, "binary_kernel"))
        )
        assert result["connections"] == pytest.approx(ones / 668_672, abs=1e-6)
    else:
        assert result["multiplications_by_kind"] == {"conv": 0, "dense": 668_672}


def test_what_keras_3_trains_is_taken_up_as_it_is(pictures, tmp_path):
    import from_keras3

    data = tmp_path / "pictures.npz"
    np.savez(data, **dict(zip(("x_train", "y_train", "x_test", "y_test"), pictures)))
    change = {"epochs": 4, "batch": 32, "distill": 0.0, "frequency": 1}
    words = ["--method", "schedule", "--domain", "signed", "--connections", "0.1"]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}

    def train(work, kill_behind=None):
        program = [sys.executable, "-u", ACCURACY / "train_keras3.py", "--data", data]
        command = [*program, "--work", work, *words, "--change", json.dumps(change)]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        told = []
        for line in process.stdout:
            told.append(line.split()[0])
            if told[-1] == kill_behind:
                process.kill()
        _, errors = process.communicate()
        assert process.returncode == (-9 if kill_behind else 0), errors
        return told

    def trained(work):
        (folder,) = (path.parent for path in work.glob("*/model.keras"))
        return from_keras3.read(folder)

    assert train(tmp_path / "whole") == ["1", "2", "3", "4"]
    model, history = trained(tmp_path / "whole")
    answers = model.predict((pictures[2].astype("f") - 128) / 128, verbose=0).argmax(1)
    assert history[-1]["test"] == pytest.approx((answers == pictures[3]).mean(), abs=1e-5)
    kernels = [layer.binary_kernel() for layer in model.layers if hasattr(layer, "binary_kernel")]
    ones, weights = sum(map(np.count_nonzero, kernels)), sum(kernel.size for kernel in kernels)
    assert ones / weights == pytest.approx(0.1, abs=1e-4)
    # Killed, it goes on where the last whole epoch ended, and becomes the same.
    train(tmp_path / "killed", kill_behind="3")
    assert train(tmp_path / "killed") in (["3", "4"], ["4"])
    again, epochs = trained(tmp_path / "killed")
    assert [row["test"] for row in epochs] == [row["test"] for row in history]
    for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_settings_that_do_not_exist_are_named():
    with pytest.raises(ValueError, match="epohcs"):
        make_run(epohcs=3)


def test_a_recipe_that_leaves_no_epoch_to_train_is_refused():
    with pytest.raises(ValueError, match="found rest=1 of epochs=1"):
        make_run(epochs=1)


def test_weights_of_the_package_are_trained_on_and_keep_their_connections():
    import architectures
    from library_recipe import library_recipe
    from settings import Run

    kept = sbnn_keras.applications.card("SoundNet", "spoken_digits")["connections"]
    change = json.dumps({"begin": "spoken_digits"})
    run = Run("sound", "schedule", "signed", round(kept, 3), change=change)
    model = architectures.build(run)
    ready = sbnn_keras.applications.SoundNet(weights="spoken_digits")
    for found, expected in zip(model.get_weights(), ready.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert library_recipe(run).connections is None
    with pytest.raises(SystemExit, match=f"found 0.5, wanted {kept:.3g}"):
        architectures.build(Run("sound", "schedule", "signed", 0.5, change=change))


def test_the_last_epoch_moves_statistics_alone(pictures, tmp_path, eagerly):
    import architectures
    import training

    class Keep(tf.keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.before = self.model.get_weights()

    keep = Keep()
    fit = tf.keras.Model.fit
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            tf.keras.Model,
            "fit",
            lambda self, *args, callbacks, **kwargs: fit(
                self, *args, callbacks=[*callbacks, keep], **kwargs
            ),
        )
        model = architectures.build(make_run("bnn", epochs=3, rest=1))
        training.train(model, make_run("bnn", epochs=3, rest=1), pictures, tmp_path)
    for weight, before in zip(model.weights, keep.before, strict=True):
        same = np.array_equal(weight.numpy(), before)
        assert same != ("moving" in weight.name), weight.name


def _result(method, domain, share, seed, accuracy, changed=None, **more):
    return {
        "run": f"mlp-{method}-{domain}-{share}-s{seed}",
        "network": "mlp",
        "method": method,
        "domain": domain,
        "target_connections": share,
        "seed": seed,
        "accuracy": accuracy,
        "changed": changed or {},
        "recipe": more.pop("recipe", {}),
        "connections": share,
        "bits_a_weight": 0.3,
        "model_bytes": 900,
        "int8": {"model_bytes": 1000, "accuracy": accuracy},
        "test_images": 100,
        "commit": "abc",
        "differing_from_keras": dict.fromkeys(("tflite", "tflm", "tflite_int8", "tflm_int8"), 0),
        **more,
    }


def test_tables_tell_means_targets_and_changes():
    import report

    counted = {"instructions": 12_000, "model_bytes": 950, "ram_bytes": 500}
    results = [
        _result("bnn", None, None, 0, 0.98),
        _result("bnn", None, None, 1, 0.99),
        _result("schedule", "general", 0.05, 0, 0.983),
        _result("schedule", "01", 0.05, 0, 0.97, cortex_m4=counted),
        _result("schedule", "01", 0.05, 1, 0.97),
        _result("schedule", "01", 0.05, 0, 0.96, {"polarity": False}),
        _result("schedule", "signed", 0.02, 0, 0.97, {"bits": 2}, recipe={"bits": 2}),
        _result("schedule", "signed", 0.02, 0, 0.96, recipe={"bits": 1, "distill": 0.7}),
    ]
    made = report.tables(results)
    assert "| BNN, ±1 (Larq) | 98.50% (98.00% to 99.00%) | 0, 1 |" in made["mlp"]
    assert "| 950 | 12,000 |" in made["mlp"]
    assert "| SBNN, signed, 2 bits, 2% | 97.00% | 0 |" in made["mlp"]
    assert "| SBNN, signed, distilled, 2% | 96.00% | 0 |" in made["mlp"]
    lines = made["targets"].splitlines()[2:]
    assert "BNN -0.20" in lines[0] and lines[0].endswith("met |")
    assert "BNN -1.50" in lines[1] and lines[1].endswith("missed |")
    assert all("not finished" in line for line in lines[2:])
    polarity, bits = made["changes"].splitlines()[2:]
    assert "`polarity=False`" in polarity and polarity.endswith("-1.00 |")
    assert "`bits=2`" in bits and bits.endswith("+1.00 |")
    page = report.fill_in("a\n<!-- mlp -->\nold\n<!-- end -->\nb\n", made)
    assert page == f"a\n<!-- mlp -->\n{made['mlp']}\n<!-- end -->\nb\n"


@pytest.mark.parametrize(
    "program", ["train.py --method bnn --data", "run.py --part recipe --mnist"]
)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is neither a file nor a folder"),
        (b"hello", "is no .npz file; wanted one with x_train"),
        ("folder", "has no train and no test; wanted train/CLASS"),
    ],
)
def test_data_that_cannot_be_read_is_said_before_anything_is_written(
    program, content, said, tmp_path
):
    source = tmp_path / "pictures"
    if content == "folder":
        source.mkdir()
    elif content is not None:
        source.write_bytes(content)
    script, *options, flag = program.split()
    done = subprocess.run(
        [sys.executable, ACCURACY / script, *options, flag, source]
        + ["--results", tmp_path / "results", "--work", tmp_path / "work"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{flag}: ") and str(source) in line and said in line
    assert not (tmp_path / "results").exists() and not (tmp_path / "work").exists()

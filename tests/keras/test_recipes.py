"""Recipes: shares, rates and epochs of a training that one call sets."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras.applications import MLP
from sbnn_keras.recipes import Recipe

RECIPE = Recipe(connections=0.2, epochs=4, batch_size=8, rate=0.05, frequency=1)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.integers(-128, 128, (40, 30)).astype(np.float32) / 128
    return x, (x[:, 0] > 0).astype(int)


def network():
    tf.keras.utils.set_random_seed(0)
    return MLP((30,), classes=2, units=(20,))


class Watch(tf.keras.callbacks.Callback):
    """What there was at the end of each epoch."""

    def __init__(self, student):
        super().__init__()
        self.student, self.kernels, self.shares, self.rates = student, [], [], []

    def on_epoch_end(self, epoch, logs=None):
        layers = [x for x in self.student.layers if hasattr(x, "binary_kernel")]
        self.kernels.append(np.concatenate([x.kernel.numpy().ravel() for x in layers]))
        self.shares.append(
            np.mean(np.concatenate([x.binary_kernel().ravel() != 0 for x in layers]))
        )
        self.rates.append(float(self.model.optimizer.learning_rate))


def test_shares_come_down_and_the_last_epoch_rests(data):
    model = network()
    watch = Watch(model)
    history = RECIPE.fit(model, *data, callbacks=[watch], verbose=0)
    assert len(history.epoch) == 4
    assert 0.5 > watch.shares[0] > watch.shares[1] > watch.shares[2]
    weights = 30 * 20 + 20 * 2
    assert watch.shares[-1] == pytest.approx(0.2, abs=1.0 / weights)
    # What the last step of each epoch took; the cosine falls over three epochs of five steps.
    cosine = [0.05 * (1 + np.cos(np.pi * n / 15)) / 2 for n in (4, 9, 14, 15)]
    assert watch.rates == pytest.approx(cosine, abs=1e-6)
    assert (watch.kernels[2] == watch.kernels[3]).all()
    assert (watch.kernels[1] != watch.kernels[2]).any()


def test_what_is_held_is_said_behind_weights_of_an_earlier_epoch(data, capsys):
    model = network()
    # As where more connections are the better network: the best loss counts as the largest.
    first = tf.keras.callbacks.EarlyStopping(
        "loss", mode="max", patience=9, restore_best_weights=True
    )
    RECIPE.fit(model, *data, callbacks=[first], verbose=0)
    kernels = [x.binary_kernel().ravel() for x in model.layers if hasattr(x, "binary_kernel")]
    assert np.mean(np.concatenate(kernels) != 0) > 0.25
    assert "target" in capsys.readouterr().out


def test_a_teacher_is_learnt_from(data):
    x, _ = data
    model, teacher = network(), tf.keras.Sequential([tf.keras.Input((30,))])
    teacher.add(tf.keras.layers.Dense(2, activation="softmax"))
    trained, callbacks = RECIPE.compile(model, 5, teacher, run_eagerly=True)
    assert isinstance(trained, sbnn_keras.Distiller) and trained.student is model
    assert (trained.alpha, trained.temperature) == (RECIPE.alpha, RECIPE.temperature)
    history = trained.fit(x, data[1], 8, 1, callbacks=callbacks, verbose=0)
    assert history.history["distillation_loss"][0] > 0


@pytest.mark.parametrize(
    "settings, message",
    [
        (dict(connections=0), "Wrong `connections`: found 0"),
        (dict(start=1.5), "Wrong `start`: found 1.5"),
        (dict(epochs=0), "Wrong `epochs`: found 0"),
        (dict(rate=0), "Wrong `rate`: found 0"),
        (dict(rate=float("inf")), "Wrong `rate`: found inf"),
        (dict(rate=float("nan")), "Wrong `rate`: found nan"),
        (dict(power=float("inf")), "Wrong `power`: found inf"),
        (dict(ramp=2), "Wrong `ramp`: found 2"),
        (dict(exponent="a"), "Wrong `exponent`: found 'a', wanted 0 .* to 1"),
        (dict(exponent=float("nan")), "Wrong `exponent`: found nan"),
        (dict(exponent=-1), "Wrong `exponent`: found -1"),
        (dict(alpha=3), "Wrong `alpha`: found 3"),
        (dict(alpha=-1), "Wrong `alpha`: found -1"),
        (dict(temperature=0), "Wrong `temperature`: found 0"),
        (dict(temperature="x"), "Wrong `temperature`: found 'x'"),
        (dict(epochs=2, rest=2), "found rest=2 of epochs=2"),
    ],
)
def test_settings_out_of_range_are_told(settings, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**settings)


class Batches(tf.keras.utils.Sequence):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return 5

    def __getitem__(self, place):
        part = slice(8 * place, 8 * place + 8)
        return self.x[part], self.y[part]


def of_two_inputs():
    inputs = [tf.keras.Input((30,), name=name) for name in "ab"]
    x = tf.keras.layers.Concatenate()(inputs)
    x = sbnn_keras.SparseBinaryDense(20, domain="signed")(x)
    x = tf.keras.layers.Softmax()(sbnn_keras.SparseBinaryDense(2, domain="signed")(x))
    return tf.keras.Model(inputs, x)


def dataset(x, y):
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(8)


def forever(x, y):
    while True:
        yield x[:8], y[:8]


@pytest.mark.parametrize(
    "fed, arguments, steps",
    [
        (lambda x, y: ([x, x], y), {}, 5),
        (lambda x, y: ({"a": x, "b": x}, y), {"validation_split": 0.5}, 3),
        (lambda x, y: (x, y), {"validation_split": 0.37}, 4),  # 25 of 40 samples
        (lambda x, y: (x, y), {"validation_split": 0.37, "validation_data": "all"}, 5),
        (lambda x, y: (x, y), {"steps_per_epoch": 3}, 3),
        (lambda x, y: (tf.constant(x), tf.constant(y)), {"initial_epoch": 0}, 5),
        (lambda x, y: (dataset(x, y),), {}, 5),
        (lambda x, y: (dataset(x, y).repeat(),), {"steps_per_epoch": 4}, 4),
        (lambda x, y: (Batches(x, y),), {"batch_size": None}, 5),
        (lambda x, y: (forever(x, y),), {"steps_per_epoch": 4}, 4),
    ],
    ids="list dict split validated fewer tensor dataset repeated sequence generator".split(),
)
def test_steps_are_those_that_keras_takes(data, fed, arguments, steps):
    if "validation_data" in arguments:
        arguments = {**arguments, "validation_data": data}
    fed = fed(*data)
    model = of_two_inputs() if isinstance(fed[0], (list, dict)) else network()
    watch, taken = Watch(model), []
    count = tf.keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_: taken.append(1))
    RECIPE.fit(model, *fed, callbacks=(watch, count), verbose=0, **arguments)
    assert len(taken) == 4 * steps
    assert watch.shares[0] > 0.2 + 1e-3
    assert watch.shares[-1] == pytest.approx(0.2, abs=1e-3)
    assert watch.rates[-2] > watch.rates[-1] == 0


@pytest.mark.parametrize(
    "fed, arguments, message",
    [
        (lambda x, y: (forever(x, y),), {}, "`x` of the type generator .* `steps_per_epoch`"),
        (lambda x, y: (dataset(x, y).repeat(),), {}, "without a known length"),
        (lambda x, y: (dataset(x, y).filter(lambda *_: True),), {}, "without a known length"),
        (lambda x, y: (None,), {}, "`x` of the type NoneType"),
        (lambda x, y: (x[:0], y[:0]), {}, "Wrong `x`: found no samples"),
        (lambda x, y: (x, y), {"steps_per_epoch": 6}, "found 6, wanted at most 5"),
        (lambda x, y: (x, y), {"steps_per_epoch": 0}, "Wrong `steps_per_epoch`: found 0"),
        (lambda x, y: (x, y), {"validation_split": 1.5}, "Wrong `validation_split`: found 1.5"),
        (lambda x, y: (x, y), {"epochs": 3}, r"Wrong `epochs`: found 3 .* Recipe\(epochs=3\)"),
        (lambda x, y: (x, y), {"batch_size": 3}, "Wrong `batch_size`: found 3 .* recipe has 8"),
        (lambda x, y: (x, y), {"initial_epoch": 2}, "Wrong `initial_epoch`: .*BackupAndRestore"),
        (lambda x, y: (x, y), {"callbacks": "all"}, "Wrong `callbacks`: found 'all'"),
        (lambda x, y: (x, y), {"callbacks": Watch}, "Wrong `callbacks`: found <class"),
    ],
)
def test_what_fit_cannot_do_is_told(data, fed, arguments, message):
    with pytest.raises(ValueError, match=message) as told:
        RECIPE.fit(network(), *fed(*data), verbose=0, **arguments)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("rest", [0, 1])
def test_a_ramp_over_all_steps_reaches_the_share(data, rest):
    recipe = Recipe(connections=0.2, epochs=3, batch_size=8, rest=rest, ramp=1, frequency=7)
    model = network()
    watch = Watch(model)
    recipe.fit(model, *data, callbacks=watch, verbose=0)
    assert watch.shares[-1] == pytest.approx(0.2, abs=1e-3)


def test_an_interrupted_training_goes_on(data, tmp_path):
    class Stop(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    def kept():
        return tf.keras.callbacks.BackupAndRestore(tmp_path / "kept")

    with pytest.raises(KeyboardInterrupt):
        RECIPE.fit(network(), *data, callbacks=[kept(), Stop()], verbose=0)
    model = network()
    watch = Watch(model)
    assert RECIPE.fit(model, *data, callbacks=[kept(), watch], verbose=0).epoch == [2, 3]
    assert watch.shares[-1] == pytest.approx(0.2, abs=1e-3) and watch.rates[-1] == 0


@pytest.mark.parametrize("metrics", ["accuracy", ["accuracy"], ("accuracy",), None])
def test_metrics_are_those_of_keras(data, metrics):
    trained, callbacks = RECIPE.compile(network(), 5, metrics=metrics)
    history = trained.fit(*data, 8, 1, callbacks=callbacks, verbose=0).history
    assert set(history) == {"loss", "accuracy"} - ({"accuracy"} if metrics is None else set())

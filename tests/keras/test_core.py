"""The arithmetic of `sbnn_keras.core`: without a framework, and one class a domain."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras.core import domains
from sbnn_keras.core.allocation import shares_of_layers
from sbnn_keras.core.share_schedule import ShareSchedule

CORE = Path(domains.__file__).parent
MODULES = sorted(path.stem for path in CORE.glob("*.py") if path.stem != "__init__")
# The package itself turns tf.keras to Keras 2, so an empty one takes its place.
SCRIPT = """
import importlib, sys, types
package = types.ModuleType("sbnn_keras")
package.__path__ = [{folder!r}]
sys.modules["sbnn_keras"] = package
importlib.import_module("sbnn_keras.core.{module}")
roots = {{name.split(".")[0] for name in sys.modules}}
print(sorted(roots & {{"tensorflow", "keras", "tf_keras", "larq",
    "tensorflow_model_optimization"}}))
"""


@pytest.mark.parametrize("module", MODULES)
def test_no_framework_is_imported(module):
    script = SCRIPT.format(folder=str(CORE.parent), module=module)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("[]", "")


def test_shares_of_layers_make_the_share_of_the_network():
    weights = {"wide": 10_000, "tiny": 10, "middle": 600}
    shares = shares_of_layers(weights, 0.05, exponent=0.5, at_most=0.4)
    assert list(shares) == list(weights) and shares["tiny"] == 0.4
    ones = sum(shares[name] * count for name, count in weights.items())
    assert ones == pytest.approx(0.05 * sum(weights.values()))
    assert shares["middle"] / shares["wide"] == pytest.approx((600 / 10_000) ** -0.5)


def test_a_schedule_of_any_origin_is_read():
    def schedule(step):
        return True, min(0.9, 0.5 + step / 1000)

    schedule.begin_step, schedule.end_step, schedule.frequency = 100, 400, 50
    read = ShareSchedule(schedule)
    assert [read.event(step) for step in (99, 100, 173, 400, 900)] == [None, 100, 150, 400, 400]
    assert [read.share(None), read.share(100), read.end()] == pytest.approx([0.5, 0.4, 0.1])
    assert ShareSchedule(0.2).end() == 0.2


class Smallest(domains.Domain):
    """Connections are the smallest latent weights, and worth -1."""

    name = "smallest"

    def score(self, latent):
        return -latent

    def with_signs(self, values, latent, ops):
        return -values

    def bits(self, share):
        return 7.0


def test_a_new_domain_is_one_more_class(monkeypatch):
    monkeypatch.setitem(domains._DOMAINS, "smallest", Smallest())
    layer = sbnn_keras.SparseBinaryDense(5, connections=0.2, domain="smallest", use_bias=False)
    model = tf.keras.Sequential([tf.keras.Input((20,)), layer])
    model.compile(tf.keras.optimizers.SGD(0.0), "mse")
    x = np.random.default_rng(0).choice([-1.0, 1.0], (4, 20)).astype(np.float32)
    model.fit(x, np.zeros((4, 5)), verbose=0)
    latent = layer.kernel.latent_variable.numpy()
    wanted = np.where(latent <= np.sort(latent.ravel())[19], -1.0, 0.0)
    np.testing.assert_array_equal(layer.binary_kernel(), wanted)
    np.testing.assert_array_equal(layer(x), x @ wanted * layer.output_scale)
    said = []
    sbnn_keras.summary(model, print_fn=said.append)
    assert "7.000" in said[-1] and not layer.polarity

"""Makes the figures of the training library's pages.

python docs/make_figures.py
"""

from pathlib import Path

import matplotlib
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow_model_optimization.sparsity.keras import PolynomialDecay

import sbnn_keras
from sbnn_keras import plots, pseudo_gradients

matplotlib.use("Agg")
from matplotlib import pyplot

FIGURES = Path(__file__).with_name("figures")


def quantizers():
    x = tf.linspace(-1.6, 1.6, 801)
    figure, (step, slopes) = pyplot.subplots(1, 2, figsize=(9, 3))
    step.plot(x, tf.cast(x > 0, tf.float32))
    step.set(xlabel="latent weight - threshold", ylabel="connection b")
    slopes.plot(x, pseudo_gradients.clipped_ste(x), label="ste")
    slopes.plot(x, pseudo_gradients.approx_sign(x), label="approx")
    slopes.plot(x, pseudo_gradients.swish_sign(x), label="swish")
    for t in (0.1, 1.0, 10.0):
        y = pseudo_gradients.error_decay(x, tf.constant(t))
        slopes.plot(x, y, "--", label=f"error_decay, t = {t:g}")
    slopes.set(xlabel="latent weight - threshold", ylabel="pseudo-gradient", ylim=(-1, 6))
    slopes.legend(fontsize=7)
    return figure


def digits():
    data = load_digits()
    x, y = (data.images / 16).astype("float32"), data.target
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8)),
            tf.keras.layers.Reshape((8, 8, 1)),
            sbnn_keras.SparseBinaryConv2D(16, 3, connections=0.3, name="conv"),
            tf.keras.layers.Flatten(),
            sbnn_keras.SparseBinaryDense(64, connections=0.05, name="hidden"),
            sbnn_keras.SparseBinaryDense(10, connections=0.2, name="classes"),
            tf.keras.layers.Softmax(),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    logger = sbnn_keras.SparsityLogger(keep_latents=True)
    decay = PolynomialDecay(0.5, 0.95, 0, 12 * 57, frequency=57)
    model.fit(
        x,
        y,
        epochs=20,
        verbose=0,
        callbacks=[logger, sbnn_keras.ConnectionsSchedule(decay)],
    )
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3))
    plots.training_density(logger, left)
    plots.latent_histograms(logger, "hidden", right)
    figure.tight_layout()
    return figure, plots.kernel_images(model.get_layer("conv"))


def main():
    FIGURES.mkdir(exist_ok=True)
    sparsity, kernels = digits()
    for name, figure in (
        ("quantizers", quantizers()),
        ("sparsity", sparsity),
        ("kernels", kernels),
    ):
        figure.savefig(FIGURES / f"{name}.png", dpi=80, bbox_inches="tight")


if __name__ == "__main__":
    main()

"""The networks of the experiments, each as sparse binary, ±1 and float32 network.

All have batch normalization behind each layer, no bias, and the same widths. What
differs is the layer: weights 0/1 (`sbnn_keras`), -1/+1 (Larq), or float with ReLU.
"""

import functools
import math

from settings import WIDTHS

import sbnn_keras
from sbnn_keras.front import chosen_keras

MOMENTUM = 0.9


class _Layers:
    """Makes the layers of one kind of network; all arguments as in Keras."""

    def __init__(self, run):
        self.method = run.method
        recipe = run.recipe()
        self._quantizer = {}
        if run.is_sparse:
            self._quantizer = dict(
                pseudo_gradient=recipe["pseudo_gradient"],
                clip_value=recipe["clip"],
                refresh_every=recipe["refresh"],
            )
            self._clip = recipe["clip"]
        self.alternate = recipe.get("alternate")
        self._first = recipe.get("first_domain") or run.domain
        self._domain, self._polarity = run.domain, recipe.get("polarity")

    def dense(self, units, *, first=False):
        return self._make("Dense", units, first=first)

    def conv(self, filters, *, first=False):
        return self._make("Conv2D", filters, 3, padding="same", first=first)

    def _make(self, kind, *args, first, **kwargs):
        if self.method == "float":
            return getattr(chosen_keras().layers, kind)(*args, use_bias=False, **kwargs)
        if self.method == "bnn":
            import larq as lq

            return getattr(lq.layers, f"Quant{kind}")(
                *args,
                input_quantizer=None if first else "ste_sign",
                kernel_quantizer="ste_sign",
                kernel_constraint="weight_clip",
                use_bias=False,
                **kwargs,
            )
        domain = self._first if first else self._domain
        return getattr(sbnn_keras, f"SparseBinary{kind}")(
            *args,
            domain=domain,
            polarity=self._polarity,
            kernel_quantizer=sbnn_keras.quantizers.SparseBinary(domain=domain, **self._quantizer),
            kernel_constraint=sbnn_keras.constraints.WeightClip(self._clip),
            use_bias=False,
            **kwargs,
        )

    def after(self, last=False):
        """Batch normalization, and ReLU in the float network."""
        keras = chosen_keras()
        normalization = [keras.layers.BatchNormalization(momentum=MOMENTUM)]
        if self.method == "float" and not last:
            normalization.append(keras.layers.ReLU())
        return normalization


def mlp(layers: _Layers):
    """784-512-512-10 on MNIST."""
    keras = chosen_keras()
    stack = [keras.Input((28, 28, 1))]
    if layers.alternate:
        stack.append(sbnn_keras.AlternatingSigns())
    stack.append(keras.layers.Flatten())
    for place, units in enumerate((512, 512)):
        stack += [layers.dense(units, first=place == 0), *layers.after()]
    return stack + [layers.dense(10), *layers.after(last=True)]


def cnn(layers: _Layers):
    """conv 16, pool, conv 32, pool, dense 128, dense 10 on MNIST; kernels 3x3."""
    keras = chosen_keras()
    stack = [keras.Input((28, 28, 1))]
    if layers.alternate:
        import tensorflow as tf

        opposite = keras.layers.Lambda(lambda x: tf.concat([x, -x], axis=-1))
        stack.append(opposite)
    for place, filters in enumerate((16, 32)):
        stack += [layers.conv(filters, first=place == 0)]
        stack += [keras.layers.MaxPooling2D(2), *layers.after()]
    stack += [keras.layers.Flatten(), layers.dense(128), *layers.after()]
    return stack + [layers.dense(10), *layers.after(last=True)]


def binarynet(layers: _Layers, width: float):
    """conv-conv-pool three times and a dense layer, for CIFAR-10; kernels 3x3."""
    keras = chosen_keras()
    stack = [keras.Input((32, 32, 3))]
    for block, filters in enumerate((128, 256, 512)):
        for place in range(2):
            stack.append(layers.conv(round(width * filters), first=block == place == 0))
            if place == 1:
                stack.append(keras.layers.MaxPooling2D(2))
            stack += layers.after()
    stack += [keras.layers.Flatten(), layers.dense(10)]
    return stack + layers.after(last=True)


def ds_cnn(layers: _Layers):
    """DS-CNN, MLPerf Tiny's network for sounds (arXiv 1711.07128); in float32 only."""
    keras = chosen_keras()
    stack = [keras.Input((49, 16)), keras.layers.Reshape((49, 16, 1))]
    stack += [keras.layers.Conv2D(64, (10, 4), 2, padding="same", use_bias=False), *layers.after()]
    stack += [keras.layers.Dropout(0.2)]
    for _ in range(4):
        stack += [keras.layers.DepthwiseConv2D(3, padding="same", use_bias=False), *layers.after()]
        stack += [keras.layers.Conv2D(64, 1, use_bias=False), *layers.after()]
    return stack + [
        keras.layers.Dropout(0.4),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(10),
    ]


def resnet8():
    """MLPerf Tiny's network for CIFAR-10 (arXiv 2106.07597, section 4.1.3), in float32."""
    keras = chosen_keras()

    def normalized(x, filters, size, strides=1):
        x = keras.layers.Conv2D(filters, size, strides, padding="same", use_bias=False)(x)
        return keras.layers.BatchNormalization(momentum=MOMENTUM)(x)

    inputs = keras.Input((32, 32, 3))
    x = keras.layers.ReLU()(normalized(inputs, 16, 3))
    for filters in (16, 32, 64):
        strides = 1 if filters == 16 else 2
        y = keras.layers.ReLU()(normalized(x, filters, 3, strides))
        y = normalized(y, filters, 3)
        if strides > 1:
            x = normalized(x, filters, 1, strides)
        x = keras.layers.ReLU()(keras.layers.Add()([x, y]))
    x = keras.layers.Dense(10)(keras.layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, keras.layers.Softmax()(x), name="resnet8")


_NETWORKS = {
    "dscnn": ds_cnn,
    "mlp": mlp,
    "cnn": cnn,
    **{name: functools.partial(binarynet, width=width) for name, width in WIDTHS.items()},
}

# The same networks with what the package has beyond weights 0/1 and one bit.
_APPLICATIONS = {
    "mlp": (sbnn_keras.applications.MLP, {}),
    "cnn": (sbnn_keras.applications.SmallCNN, {}),
    "sound": (sbnn_keras.applications.SoundNet, {}),
    "resnet8": (sbnn_keras.applications.ResNet8, {}),
    **{name: (sbnn_keras.applications.BinaryNet, dict(width=w)) for name, w in WIDTHS.items()},
}


def application(run):
    """The function of `sbnn_keras.applications` that builds a run's network, and its arguments.

    None for runs whose networks are of this file.
    """
    recipe = run.recipe()
    if not run.is_sparse or not (run.domain == "signed" or recipe["bits"] > 1 or recipe["stream"]):
        return None
    network, arguments = _APPLICATIONS[run.network]
    if recipe["width"] is not None:
        arguments = dict(arguments, width=recipe["width"])
    return network, dict(
        domain=run.domain,
        first_domain=recipe["first_domain"],
        bits=recipe["bits"],
        stream_bits=recipe["stream"] or None,
        latent_bound=recipe["clip"],
        **arguments,
    )


def _check_kept(run, network, begin: str | None) -> None:
    if begin is None:
        return
    kept = sbnn_keras.applications.card(network.__name__, begin)["connections"]
    if not math.isclose(kept, run.connections, rel_tol=0.01):
        raise SystemExit(
            f"--connections: found {run.connections}, wanted {kept:.3g}: the weights {begin!r} "
            "keep theirs while they are trained on"
        )


def build(run):
    """The network of a run, untrained unless it trains weights on; it ends in a softmax."""
    found = application(run)
    if found is not None:
        network, arguments = found
        begin = run.recipe()["begin"]
        _check_kept(run, network, begin)
        return network(name=run.network, weights=begin, **arguments)
    if run.network == "resnet8":
        return resnet8()
    keras = chosen_keras()
    stack = _NETWORKS[run.network](_Layers(run))
    return keras.Sequential([*stack, keras.layers.Softmax()], name=run.network)

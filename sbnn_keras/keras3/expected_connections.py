"""The published way to sparsity: a constraint on the expected connections.

"Sparse Binary Neural Networks" and arXiv 2207.04974 add a penalty to the loss, a
fixed share gamma of the total, until the mean of all connections is below EC.
"""

import weakref

import keras
import numpy as np
from keras import ops
from keras.src.backend.common.symbolic_scope import in_symbolic_scope

from sbnn_keras.core.arguments import check_names, check_number
from sbnn_keras.core.connections import check_share
from sbnn_keras.keras3.callback import ModelCallback
from sbnn_keras.keras3.keras_2 import check_arguments, check_model
from sbnn_keras.keras3.kernels import sparse_binary_kernels
from sbnn_keras.keras3.penalty import excess, penalty
from sbnn_keras.keras3.registered import registered

__all__ = ["ExpectedConnections", "ExpectedConnectionsLoss"]


def _check_gamma(gamma) -> float:
    wanted = "a share of the total loss in [0, 1), for example 0.07"
    return check_number(gamma, "gamma", wanted, lambda number: 0.0 <= number < 1.0)


class ExpectedConnections(ModelCallback):
    """Pushes the connections of a network below a share by a penalty on the loss.

    With `compile` and `fit`:

    ```python
    ec = sbnn_keras.ExpectedConnections(0.05, gamma=0.07)
    model.compile("adam", ec.loss("sparse_categorical_crossentropy"))
    model.fit(x, y, callbacks=[ec])
    ```

    In a custom training loop:

    ```python
    total = ec.total_loss(task_loss, model)
    ```

    Kernels that hold an exact share by themselves are left out. When training ends,
    the callback says whether the target was met (`met` and `share` afterwards).

    Args:
        target: EC, share of connections in (0, 1].
        gamma: share of the total loss that the penalty takes, in [0, 1).
        layers: names of the layers to constrain; by default all.
        exempt: names of layers to leave out.

    Raises:
        ValueError: for a wrong target or gamma; when training begins, for a layer
            name that does not exist, or where no kernel is left to constrain.
    """

    def __init__(self, target, gamma, layers=None, exempt=()):
        super().__init__()
        check_names(layers, "layers")
        check_names(exempt, "exempt")
        self.target = check_share(target, "target")
        self.gamma = _check_gamma(gamma)
        self.layers = layers
        self.exempt = tuple(exempt)
        self.share = None

    def kernels(self, model) -> list:
        """The constrained kernels of a model."""
        return [k for k in self._free_kernels(model) if k.quantizer.held_share is None]

    def _free_kernels(self, model) -> list:
        list(sparse_binary_kernels(model, self.exempt))  # unknown names raise
        kernels = [
            kernel
            for kernel in sparse_binary_kernels(model, self.layers)
            if kernel.layer.name not in self.exempt and kernel.quantizer.connections is None
        ]
        if not kernels:
            raise ValueError(
                f"ExpectedConnections found no kernel to constrain in model "
                f"{model.name!r}, wanted at least one sparse binary layer without "
                "`connections`."
            )
        return kernels

    def excess(self, model):
        """h: how far the share of connections is above the target, a scalar."""
        # Inside a compiled step no variable can be read: who follows a schedule has
        # `connections`, too.
        kernels = self._free_kernels(model)
        return excess(
            [k.quantizer.binarize(ops.convert_to_tensor(k.variable.value)) for k in kernels],
            self.target,
        )

    def mark(self, model) -> list:
        """Tells the constrained kernels their target, for `summary`; returns them."""
        kernels = self.kernels(model)
        for kernel in kernels:
            kernel.quantizer.constrain(self.target)
        return kernels

    def total_loss(self, loss, model):
        """A scalar loss plus the penalty. Call it inside the gradient tape."""
        return loss + ops.cast(penalty(loss, self.excess(model), self.gamma), loss.dtype)

    def loss(self, loss, model=None) -> "ExpectedConnectionsLoss":
        """A Keras loss that adds the penalty to `loss` (a name, function or object).

        Without `model`, the loss works once this callback is passed to `fit`.
        """
        wrapped = ExpectedConnectionsLoss(loss, self.target, self.gamma, self.layers, self.exempt)
        if model is not None:
            wrapped.bind(model)
        return wrapped

    def set_model(self, model):
        super().set_model(model)
        # A model of a custom loop has not been compiled and has no loss.
        for loss in keras.tree.flatten(getattr(model, "loss", None)):
            check_arguments({"loss": loss}, "model")
            if isinstance(loss, ExpectedConnectionsLoss):
                loss.bind(model)

    def on_train_begin(self, logs=None):
        self.mark(self.model)

    def on_train_end(self, logs=None):
        steps = [kernel.steps() for kernel in self.kernels(self.model)]
        self.share = sum(map(np.count_nonzero, steps)) / sum(map(np.size, steps))
        if self.met:
            print(f"Expected connections: met, {self.share:.2%} (target {self.target:.2%}).")
        else:
            print(
                f"Expected connections: NOT met, {self.share:.2%} (target "
                f"{self.target:.2%}). Train longer, raise gamma={self.gamma}, or hold "
                "the share exactly with `connections`."
            )

    @property
    def met(self) -> bool | None:
        """Whether the target was met at the end of training; None before."""
        return None if self.share is None else self.share <= self.target


@registered
class ExpectedConnectionsLoss(keras.losses.Loss):
    """A Keras loss plus the penalty of `ExpectedConnections`; see there."""

    def __init__(self, loss, target, gamma, layers=None, exempt=(), **kwargs):
        kwargs.setdefault("name", "expected_connections_loss")
        super().__init__(**kwargs)
        self.base = keras.losses.get(loss)
        self._constraint = ExpectedConnections(target, gamma, layers, exempt)
        self._model = None

    def bind(self, model) -> None:
        """Names the model whose connections are constrained."""
        check_model(model)
        self._model = weakref.ref(model)

    def mark(self, model) -> None:
        """Tells the kernels of `model` their target, for `summary`."""
        self._constraint.mark(model)

    def call(self, y_true, y_pred):
        model = self._model and self._model()
        if model is None and in_symbolic_scope():  # only shapes are asked for
            return _loss_of(self.base, y_true, y_pred)
        if model is None:
            raise ValueError(
                "ExpectedConnectionsLoss does not know its model: found none, wanted "
                "the model being trained. Pass the ExpectedConnections object to "
                "fit(callbacks=[...]), or call loss.bind(model)."
            )
        loss = _loss_of(self.base, y_true, y_pred)
        extra = penalty(ops.mean(loss), self._constraint.excess(model), self._constraint.gamma)
        return loss + ops.cast(extra, loss.dtype)

    def get_config(self):
        constraint = self._constraint
        return {
            **super().get_config(),
            "loss": keras.saving.serialize_keras_object(self.base),
            "target": constraint.target,
            "gamma": constraint.gamma,
            "layers": constraint.layers,
            "exempt": constraint.exempt,
        }


def _loss_of(base, y_true, y_pred):
    return base.call(y_true, y_pred) if hasattr(base, "call") else base(y_true, y_pred)

"""Recipes: how a sparse binary network is trained, all of it in one call.

```python
model = sbnn_keras.applications.BinaryNet()
recipe = sbnn_keras.recipes.Recipe(connections=0.05, epochs=25, exponent=1.0)
recipe.fit(model, x, y, teacher=float_network, validation_data=(x_test, y_test))
```

or, around a `fit` of one's own,

```python
trained, callbacks = recipe.compile(model, steps_an_epoch=390, teacher=float_network)
trained.fit(dataset, epochs=recipe.epochs, callbacks=callbacks)
model.save("model.h5")
```
"""

import dataclasses
import math

from sbnn_keras.core.arguments import check_number, check_whole
from sbnn_keras.core.connections import check_share
from sbnn_keras.core.decay import PolynomialDecay
from sbnn_keras.core.steps import count_samples, count_steps
from sbnn_keras.front import chosen_front, chosen_keras, chosen_kernels

__all__ = ["Recipe"]

chosen_front()  # the first name asked for decides, be it a layer or a recipe


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Settings of a training, and what Keras needs of them.

    What each brought stands in `docs/results.md`. The bound of latent weights is a matter of
    layers: those of `sbnn_keras.applications` have room up to ±3 or ±10, others clip at ±1 and want
    `kernel_constraint=larq.constraints.WeightClip(3)` and
    `kernel_quantizer=SparseBinary(clip_value=3)` for rates of 1e-2.

    Attributes:
        connections: share of connections in the whole network at the end; None where each layer
            keeps what it has: trained weights that are trained on, layers with `connections`.
        epochs: all of them, those at rest included.
        batch_size: samples in a step.
        rate: Adam's first, which falls as a cosine to 0 before the epochs at rest.
        rest: last epochs, in which nothing but statistics of batch normalization moves.
        start: share of connections at the first step; layers that hold fewer, as trained weights
            of the package do, begin with those.
        ramp: share of the steps after which `connections` is reached, at the latest when the
            epochs at rest begin.
        power: of the polynomial in between.
        frequency: steps between two moves of the share.
        exponent: of a layer's weights in its share, see `allocate_connections`; 0 for
            the same share in all layers, 1 for as many connections in each.
        alpha: share of the loss that a teacher takes, see `Distiller`.
        temperature: of its answers.

    Raises:
        ValueError: for settings out of range.
    """

    connections: float | None = 0.05
    epochs: int = 25
    batch_size: int = 128
    rate: float = 1e-2
    rest: int = 1
    start: float = 0.5
    ramp: float = 0.7
    power: float = 3
    frequency: int = 20
    exponent: float = 0.5
    alpha: float = 0.7
    temperature: float = 3.0

    def __post_init__(self):
        check_share(self.start, "start")
        if self.connections is not None:
            check_share(self.connections)
        for name, least in (("epochs", 1), ("batch_size", 1), ("rest", 0), ("frequency", 1)):
            check_whole(getattr(self, name), name, at_least=least)
        for name in ("rate", "power", "temperature"):
            wanted = "a number above 0"
            check_number(getattr(self, name), name, wanted, lambda n: 0 < n < math.inf)
        for name in ("ramp", "alpha"):
            check_number(getattr(self, name), name, "a share in [0, 1]", lambda n: 0 <= n <= 1)
        wanted = "0 (the same share in all layers) to 1 (as many ones in each)"
        check_number(self.exponent, "exponent", wanted, lambda n: 0 <= n <= 1)
        if self.rest >= self.epochs:
            raise ValueError(
                f"Nothing is left to train: found rest={self.rest} of epochs={self.epochs}, "
                "wanted more epochs than rest."
            )

    def learning_rate(self, steps_an_epoch: int):
        """A cosine from `rate` to 0, which it reaches when the epochs at rest begin.

        Latent weights near their threshold cross it as long as they move, and the
        statistics of batch normalization lag behind. In an epoch at rate 0 they catch up.
        """
        moving = (self.epochs - self.rest) * steps_an_epoch
        return chosen_keras().optimizers.schedules.CosineDecay(self.rate, moving)

    def schedule(self, model, steps_an_epoch: int, verbose: int = 0):
        """The callback that takes each layer of a built model down to its share.

        Raises:
            ValueError: the model has no built sparse binary layers, one keeps other connections,
                or `connections` is None.
        """
        if self.connections is None:
            raise ValueError("Wrong `connections`: found None, wanted a share to go down to.")
        steps, moving = (n * steps_an_epoch for n in (self.epochs, self.epochs - self.rest))
        # Shares are set as steps begin, and not while connections rest.
        last = max(1, min(int(self.ramp * steps), moving - 1))

        def down_to(share, held=1.0):
            first = max(min(self.start, held), share)
            return PolynomialDecay(
                1 - first, 1 - share, 0, last, power=self.power, frequency=self.frequency
            )

        shares = chosen_front().allocate_connections(model, self.connections, self.exponent)
        _check_free(model, shares)
        held = _held_at_first(model)
        overrides = {name: down_to(share, held.get(name, 1.0)) for name, share in shares.items()}
        return chosen_front().ConnectionsSchedule(
            down_to(self.connections), overrides=overrides, verbose=verbose
        )

    def compile(
        self,
        model,
        steps_an_epoch: int,
        teacher=None,
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
        **arguments,
    ):
        """Compiles a built classifier for this training.

        Args:
            model: with sparse binary layers, which have no `connections` of their own unless
                those of the recipe are None.
            steps_an_epoch: training steps of an epoch.
            teacher: a trained network of the same classes to learn from, or None.
            loss, metrics, arguments: as of `keras.Model.compile`.

        Returns:
            The model to fit, which is `model` or a `Distiller` around it, and the callbacks
            that its `fit` wants.

        Raises:
            ValueError: the model has no sparse binary layers (with `connections` None it may be
                without), one of them has no connections to keep where it should, or keeps others
                than its share; or the teacher does not fit.
        """
        check_whole(steps_an_epoch, "steps_an_epoch", at_least=1)
        front = chosen_front()
        callbacks = [front.FreezeConnections(self.rest)]
        if self.connections is None:
            _check_kept(model)
        else:
            callbacks.append(self.schedule(model, steps_an_epoch))
        trained = model
        if teacher is not None:
            trained = front.Distiller(model, teacher, self.alpha, self.temperature)
        optimizer = chosen_keras().optimizers.Adam(self.learning_rate(steps_an_epoch))
        metrics = list(metrics) if isinstance(metrics, tuple) else metrics
        trained.compile(optimizer, loss, metrics=metrics, **arguments)
        return trained, callbacks

    def fit(self, model, x, y=None, teacher=None, callbacks=(), **arguments):
        """Trains a built classifier, from the first epoch to the last.

        Args:
            model, teacher: as of `compile`.
            x: samples, [n, ...], for several inputs in a list or dictionary; or what gives
                batches of samples and classes, such as a `tf.data.Dataset`, whose size counts
                instead of `batch_size`. What has no length wants `steps_per_epoch`.
            y: classes of samples.
            callbacks: one or more of them.
            arguments: as of `keras.Model.fit`, such as `validation_data`, `verbose`; without
                `epochs` and `batch_size`, which the recipe has.

        Returns:
            Keras's `History`.

        Raises:
            ValueError: as of `compile`; for arguments that the recipe has; an epoch's steps are
                not known.
        """
        arguments = self._without_own(arguments)
        # Set aside where nothing else is there to validate with.
        split = arguments.get("validation_data") is None and arguments.get("validation_split")
        steps = count_steps(x, self.batch_size, split or 0.0, arguments.get("steps_per_epoch"))
        others = _listed(callbacks)
        trained, own = self.compile(model, steps, teacher)
        if count_samples(x) is not None:
            arguments["batch_size"] = self.batch_size
        # Ours are behind EarlyStopping, which brings earlier weights back in the end: they tell
        # what the model holds then.
        return trained.fit(x, y, epochs=self.epochs, callbacks=[*others, *own], **arguments)

    def _without_own(self, arguments: dict) -> dict:
        """Arguments for Keras's `fit`, or a ValueError for those that are settings here."""
        for name in ("epochs", "batch_size"):
            found = arguments.get(name)
            if found is not None:
                raise ValueError(
                    f"Wrong `{name}`: found {found!r} in `fit`, wanted none, as the recipe has "
                    f"{getattr(self, name)}: say Recipe({name}={found!r})."
                )
        if arguments.get("initial_epoch"):
            # Adam's moments would be lost, and its rate begin anew.
            raise ValueError(
                f"Wrong `initial_epoch`: found {arguments['initial_epoch']!r}, wanted 0: `fit` "
                "begins a training. One that was interrupted goes on if both calls have "
                "callbacks=keras.callbacks.BackupAndRestore(folder)."
            )
        return {k: v for k, v in arguments.items() if k not in ("epochs", "batch_size")}


def _check_free(model, shares: dict[str, float]) -> None:
    """Raises ValueError if a layer would stay at other connections than its share.

    One that goes on with a training has had the same share from it.
    """
    for kernel in chosen_kernels().sparse_binary_kernels(model):
        own, wanted = kernel.quantizer.connections, shares[kernel.layer.name]
        if own is not None and not math.isclose(own, wanted, rel_tol=1e-4):
            raise ValueError(
                f"Layer {kernel.layer.name!r} keeps connections={own:.4g}, its own or those of an "
                f"earlier training, and its share by this recipe is {wanted:.4g}: leave "
                "`connections` out of the layer, build the network anew, or say "
                "Recipe(connections=None), which keeps what there is."
            )


def _check_kept(model) -> None:
    """Raises ValueError unless each kernel has a number of connections to keep."""
    for kernel in chosen_kernels().sparse_binary_kernels(model):
        if kernel.quantizer.connections is None and not kernel.quantizer.held_share:
            raise ValueError(
                f"Layer {kernel.layer.name!r} has no connections to keep: found neither trained "
                "weights that hold some nor `connections` of its own, wanted one of them, or "
                "connections=0.05 or the like in the recipe."
            )


def _held_at_first(model) -> dict[str, float]:
    """The share of each layer that has weights of the package and has not been trained since.

    A layer that has been trained counts its steps, and goes on where its schedule was.
    """
    return {
        kernel.layer.name: kernel.quantizer.held_share
        for kernel in chosen_kernels().sparse_binary_kernels(model)
        if kernel.quantizer.connections is None
        and kernel.quantizer.held_share
        and kernel.trained_steps() == 0
    }


def _listed(callbacks) -> list:
    """Callbacks as Keras takes them: one, several or none."""
    if callbacks is None:
        return []
    if hasattr(callbacks, "__iter__") and not isinstance(callbacks, (str, dict)):
        return list(callbacks)
    is_one = hasattr(callbacks, "set_model") and not isinstance(callbacks, type)
    if is_one and not hasattr(callbacks, "callbacks"):
        return [callbacks]
    raise ValueError(
        f"Wrong `callbacks`: found {callbacks!r}, wanted a callback of Keras or a list of them."
    )

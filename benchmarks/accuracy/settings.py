"""What a run is: a network, a way to train it, a seed. And the recipes.

A run's name is made of its settings, so that the same settings are never trained
twice and a recipe that changes gets a new name.
"""

import dataclasses
import json

from sources import PHOTOGRAPHS

METHODS = ("schedule", "constraint", "bnn", "float")
_OWN = ("schedule", "constraint")
_SHARED = ("voice", "backend")  # settings that a teacher shares with its student

# Common to all methods on a network: the same effort for each. For the last `settle`
# epochs, binary kernels (±1 and 0/1 alike) stand still; for the last `rest` epochs the
# learning rate is 0 besides, and nothing but statistics of batch normalization moves.
# Samples are shifted by up to `shift` pixels or frames; of sounds, `voice` is the number of
# the one that is tested and not trained, None for the official split.
RECIPES = {
    "mlp": dict(epochs=20, batch=256, rate=3e-3, settle=0, rest=1, shift=0),
    "cnn": dict(epochs=20, batch=256, rate=1e-2, settle=0, rest=1, shift=0),
    "binarynet4": dict(epochs=25, batch=128, rate=1e-2, settle=0, rest=1, shift=4, math="bfloat16"),
    "binarynet2": dict(epochs=25, batch=128, rate=1e-2, settle=0, rest=1, shift=4, math="bfloat16"),
    "binarynet1": dict(epochs=25, batch=128, rate=1e-2, settle=0, rest=1, shift=4, math="bfloat16"),
    "resnet8": dict(epochs=25, batch=128, rate=1e-2, settle=0, rest=1, shift=4),
    "dscnn": dict(epochs=40, batch=60, rate=3e-3, settle=0, rest=1, shift=4, voice=None),
    "sound": dict(epochs=60, batch=60, rate=1e-2, settle=0, rest=1, shift=4, voice=None),
}
WIDTHS = {"binarynet4": 0.25, "binarynet2": 0.5, "binarynet1": 1.0}
# What a convolution multiplies. Signs, pixels of 1/128 and kernels of b + r/64 are
# bfloat16 numbers, and their sums are exact in its float32 accumulators: so a binary
# network computes the same forward, and only its gradients are rounded, to 8 bits.
# Processors with AMX take two thirds of the time; others ignore it.
_EXACT = "float32"

# What only sparse networks have. `change` of a run replaces single entries.
SPARSE = dict(
    start=0.5,  # share of connections at the first step of the schedule
    ramp=0.7,  # share of the steps after which the target is reached
    power=3,  # of the schedule's polynomial
    exponent=0.5,  # of a layer's weights in its share of connections
    polarity=None,  # None: the library's default
    pseudo_gradient="ste",
    clip=1.0,  # of the pseudo-gradient, and of the latent weights
    gamma=0.2,  # constraint: share of the loss
    refresh=None,  # steps between two choices of connections; None: the default
    frequency=20,  # steps between two moves of the schedule
    first_domain=None,  # of the first layer; None: that of the others
    alternate=None,  # pixels of both polarities; None: in domain "01" on the "mlp"
    bits=1,  # of activations
    stream=0,  # bits of residual streams; 0: none
    distill=0.0,  # share of the loss that the float network of the same shape takes
    temperature=3.0,  # of its answers
    teacher=None,  # that network, by name, if it is one of another shape
    teacher_epochs=None,  # epochs that network was trained; None: as its recipe says
    teacher_backend=None,  # what trained it; None: what trains this one
    width=None,  # factor of channels; None: that of `WIDTHS`, or 1
    begin=None,  # weights of the package that are trained on, their connections kept; None: none
)

# Where signed connections want other ones.
SIGNED_OF = {
    "mlp": dict(rate=1e-2, clip=3.0, bits=2, distill=0.7),
    "cnn": dict(refresh=1, clip=3.0, bits=2, distill=0.7),
    "sound": dict(refresh=1, clip=3.0, bits=2, distill=0.7, teacher="dscnn"),
}


# Where a network wants other ones.
SPARSE_OF = {
    "cnn": dict(refresh=5),
    "binarynet4": dict(refresh=1, clip=3.0, polarity=True, exponent=1.0),
    "binarynet2": dict(refresh=1, clip=3.0, polarity=True, exponent=1.0),
    "binarynet1": dict(refresh=1, clip=3.0, polarity=True, exponent=1.0),
    "resnet8": dict(refresh=1, clip=3.0, polarity=True, exponent=1.0),
}


@dataclasses.dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
      network: a key of `RECIPES`.
      method: one of `METHODS`; "bnn" is Larq's ±1, "float" float32 with ReLU.
      domain: "01", "general" or "signed"; None for the methods that have no domain.
      connections: EC, the target share of ones; None likewise.
      seed: of the weights and of the data's order.
      change: JSON object of settings that differ from the recipe.
    """

    network: str
    method: str
    domain: str | None = None
    connections: float | None = None
    seed: int = 0
    change: str = "{}"

    def __post_init__(self):
        if self.network not in RECIPES:
            raise ValueError(
                f"Unknown network: found {self.network!r}, wanted one of {list(RECIPES)}."
            )
        if self.method not in METHODS:
            raise ValueError(
                f"Unknown method: found {self.method!r}, wanted one of {list(METHODS)}."
            )
        if self.is_sparse != (self.domain is not None and self.connections is not None):
            raise ValueError(
                f"Method {self.method!r} with domain={self.domain} and "
                f"connections={self.connections}: the sparse methods want both, the "
                "others none."
            )
        unknown = set(json.loads(self.change)) - set(self._recipe())
        if unknown:
            raise ValueError(
                f"Unknown settings: found {sorted(unknown)}, wanted some of {list(self._recipe())}."
            )

        recipe = self.recipe()
        if not recipe["rest"] < recipe["epochs"]:
            raise ValueError(
                f"Nothing is left to train: found rest={recipe['rest']} of "
                f"epochs={recipe['epochs']}, wanted more epochs than rest."
            )

    @property
    def is_sparse(self) -> bool:
        return self.method in _OWN

    @property
    def is_mirrored(self) -> bool:
        """Whether half of the images are mirrored in training: those of things, not of digits."""
        return self.network in PHOTOGRAPHS

    def _recipe(self) -> dict:
        recipe = {"math": _EXACT, "backend": "tensorflow", **RECIPES[self.network]}
        if self.method == "float":
            recipe["math"] = _EXACT
        if not self.is_sparse:
            return recipe
        recipe = {**recipe, **SPARSE, **SPARSE_OF.get(self.network, {})}
        return {**recipe, **SIGNED_OF.get(self.network, {})} if self.domain == "signed" else recipe

    def recipe(self) -> dict:
        """All settings of the training, the changes among them."""
        recipe = {**self._recipe(), **json.loads(self.change)}
        if self.is_sparse and recipe["alternate"] is None:
            recipe["alternate"] = self.domain == "01" and self.network == "mlp"
        return recipe

    @staticmethod
    def of_result(result: dict) -> "Run":
        """The run that a result is of."""
        return Run(
            result["network"],
            result["method"],
            result["domain"],
            result["target_connections"],
            result["seed"],
            json.dumps(result["changed"]),
        )

    def teacher(self) -> "Run | None":
        """The run whose network this one is distilled from, if it is."""
        recipe = self.recipe()
        if not recipe.get("distill"):
            return None
        change = json.loads(self.change)
        change = {key: change[key] for key in _SHARED if key in change}
        if recipe["teacher_epochs"] is not None:
            change["epochs"] = recipe["teacher_epochs"]
        if recipe["teacher_backend"] is not None:
            change["backend"] = recipe["teacher_backend"]
        return Run(recipe["teacher"] or self.network, "float", change=json.dumps(change))

    @property
    def name(self) -> str:
        parts = [self.network, self.method]
        if self.is_sparse:
            parts += [self.domain, f"{self.connections:g}"]
        for key, value in sorted(json.loads(self.change).items()):
            parts.append(f"{key}={value}")
        return "-".join([*parts, f"s{self.seed}"])

"""The flags that say which run is meant, alike in all programs that train."""

from absl import flags
from settings import METHODS, RECIPES, Run

_NETWORK = flags.DEFINE_enum("network", "mlp", list(RECIPES), "The network.")
_METHOD = flags.DEFINE_enum("method", "schedule", METHODS, "The way to train.")
_DOMAIN = flags.DEFINE_enum("domain", None, ["01", "general", "signed"], "Of sparse weights.")
_CONNECTIONS = flags.DEFINE_float("connections", None, "Share of ones (EC).", 1e-4, 1.0)
_SEED = flags.DEFINE_integer("seed", 0, "Seed of weights and of the data's order.")
_CHANGE = flags.DEFINE_string(
    "change", "{}", "Settings that differ from the recipe, as a JSON object."
)
DATA = flags.DEFINE_string(
    "data",
    None,
    "An .npz with x_train, y_train, x_test, y_test; or a folder with train/CLASS/*.jpg "
    "and test/CLASS/*.jpg. Default: Keras's own download.",
)
WORK = flags.DEFINE_string("work", "build/accuracy", "Folder for checkpoints and trained models.")


def run() -> Run:
    """The run that the command line asks for."""
    return Run(
        _NETWORK.value,
        _METHOD.value,
        _DOMAIN.value,
        _CONNECTIONS.value,
        _SEED.value,
        _CHANGE.value,
    )

"""The runs, in the order in which they are worth having."""

import json

from settings import Run

SEEDS = (0, 1, 2)
_DOMAINS = ("general", "01")


def _sparse(network, shares, seeds, domains=_DOMAINS, method="schedule", **change):
    return [
        Run(network, method, domain, share, seed, json.dumps(change))
        for share in shares
        for seed in seeds
        for domain in domains
    ]


def _baselines(network, seeds, methods=("bnn", "float")):
    return [Run(network, method, seed=seed) for method in methods for seed in seeds]


def _changed(run, **change):
    return Run(
        run.network,
        run.method,
        run.domain,
        run.connections,
        run.seed,
        json.dumps(change),
    )


_MLP_01 = Run("mlp", "schedule", "01", 0.05)
_MLP_GENERAL = Run("mlp", "schedule", "general", 0.05)
_CNN_01 = Run("cnn", "schedule", "01", 0.05)
_CNN_GENERAL = Run("cnn", "schedule", "general", 0.05)


def _signed(network, shares, seeds, **change):
    return _sparse(network, shares, seeds, ["signed"], **change)


# Name of a part -> its runs.
PLAN = {
    "mlp": [
        *_baselines("mlp", SEEDS, ["bnn"]),
        *_sparse("mlp", [0.05], SEEDS),
        *_baselines("mlp", [0], ["float"]),
        *_sparse("mlp", [0.1, 0.02], [0]),
    ],
    "cnn": [
        *_baselines("cnn", [0], ["bnn"]),
        *_sparse("cnn", [0.05], [0]),
        *_baselines("cnn", [0], ["float"]),
        *_sparse("cnn", [0.1], [0]),
    ],
    # What the recipe of the weights 0/1 is made of, one change at a time.
    "recipe": [
        _changed(_MLP_01, alternate=False),
        _changed(Run("mlp", "bnn"), rate=1e-3),
        _changed(_CNN_01, alternate=True),
        _changed(_MLP_01, alternate=False, first_domain="general"),
    ],
    "constraint": [
        *_sparse("mlp", [0.05], [0], method="constraint"),
        *_sparse("mlp", [0.05], [0], method="constraint", gamma=0.5),
    ],
    "cnn_seeds": [
        *_baselines("cnn", SEEDS[1:], ["bnn"]),
        *_sparse("cnn", [0.05], SEEDS[1:]),
        *_baselines("cnn", SEEDS[1:], ["float"]),
        *_sparse("cnn", [0.1], SEEDS[1:]),
    ],
    "mlp_seeds": [
        *_baselines("mlp", SEEDS[1:], ["float"]),
        *_sparse("mlp", [0.1, 0.02], SEEDS[1:]),
    ],
    "mlp_more": _sparse("mlp", [0.5, 0.25, 0.01], [0]),
    "cifar10": [
        *_sparse("binarynet4", [0.05], [0], ["general"]),
        *_baselines("binarynet4", [0], ["bnn"]),
        *_sparse("binarynet4", [0.1], [0], ["general"]),
        *_baselines("binarynet4", [0], ["float"]),
        *_sparse("binarynet4", [0.05], [0], ["01"]),
        *_sparse("binarynet4", [0.1, 0.05], [1], ["general"]),
        *_sparse("binarynet4", [0.25, 0.02], [0], ["general"]),
    ],
    "cifar10_recipe": [
        _changed(Run("binarynet4", "bnn"), rate=3e-3),
        _changed(Run("binarynet4", "bnn"), settle=3, rest=0, rate=3e-3, math="float32"),
    ],
    # What the recipe of the small CNN is made of.
    "cnn_recipe": [
        _changed(_CNN_GENERAL, exponent=0),
        _changed(_CNN_GENERAL, rest=0),
        _changed(_CNN_GENERAL, rest=0, settle=2),
        _changed(_CNN_GENERAL, epochs=10),
        _changed(_CNN_GENERAL, rate=3e-3),
        _changed(_CNN_GENERAL, refresh=None),
        _changed(_CNN_GENERAL, exponent=1),
        _changed(_CNN_GENERAL, pseudo_gradient="approx"),
        _changed(_CNN_GENERAL, polarity=True),
        _changed(Run("cnn", "bnn"), rest=0),
        _changed(Run("cnn", "bnn"), epochs=10),
        _changed(Run("cnn", "bnn"), rate=3e-3),
    ],
    "mlp_signed": [
        *_signed("mlp", [0.05, 0.02], [0]),
        *_signed("mlp", [0.05, 0.02], SEEDS[1:]),
        *_signed("mlp", [0.05], [0], bits=1),
        *_signed("mlp", [0.05], [0], distill=0.0),
    ],
    "cnn_signed": _signed("cnn", [0.05], SEEDS),
    "sounds": [
        *_baselines("dscnn", [0], ["float"]),
        *_signed("sound", [0.05], [0]),
        *_signed("sound", [0.05], [0], distill=0.0),
        *_baselines("dscnn", SEEDS[1:], ["float"]),
        *_signed("sound", [0.05], SEEDS[1:]),
        *_signed("sound", [0.05], [0], bits=1),
        *_sparse("sound", [0.05], [0], ["general", "01"]),
    ],
    "recipe_more": [
        _changed(_MLP_01, alternate=False, polarity=False),
        _changed(_MLP_GENERAL, alternate=True),
        _changed(_CNN_01, first_domain="general"),
        _changed(_MLP_01, pseudo_gradient="approx"),
        _changed(_MLP_01, start=0.2),
        _changed(_MLP_01, rate=1e-2),
        _changed(_MLP_01, exponent=0),
    ],
}

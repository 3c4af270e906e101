"""A run's settings as a `sbnn_keras.recipes.Recipe`."""

import sbnn_keras


def library_recipe(run) -> sbnn_keras.recipes.Recipe:
    """What all methods have of it, and of sparse networks the rest."""
    recipe = run.recipe()
    names = ["epochs", "rate", "rest"]
    if run.is_sparse:
        names += ["start", "ramp", "power", "frequency", "exponent", "temperature"]
    settings = {name: recipe[name] for name in names}
    if run.is_sparse:
        kept = recipe["begin"] is not None
        connections = None if kept else run.connections
        settings |= dict(connections=connections, alpha=recipe["distill"])
    return sbnn_keras.recipes.Recipe(**settings)

"""Which package a class, a function or an object comes from."""


def package_of(thing) -> str:
    """The top-level package in which a class or function is defined, or an object's class.

    ```python
    package_of(keras.layers.Dense(3)) == package_of(keras.layers.Dense) == "keras"
    ```
    """
    named = thing if hasattr(thing, "__name__") else type(thing)
    return str(getattr(named, "__module__", "")).split(".")[0]

"""Makes of a finished .tflite file what a command line asks for, without Keras."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sbnn_converter.cli import command, representative_data
from sbnn_converter.cli.products import (
    Destinations,
    make_products,
    print_products,
    write_products,
)
from sbnn_converter.tflite.flatbuffer import read_stored_model
from sbnn_converter.tflite.model_file import read_model


def make_of_file(
    source: Path, destinations: Destinations, arrays: Mapping[str, np.ndarray] | None
) -> None:
    """Writes what ``destinations`` asks for, and prints what came out.

    Args:
      source: the .tflite file.
      destinations: what to make.
      arrays: representative data by name, of which test vectors are taken; None: random
        ones.

    Raises:
      ValueError, OSError, RuntimeError: for what the user has to mend.
    """
    with command.progress(f"reading {source}") as status:
        flatbuffer = read_model(source)
        try:
            cost = destinations.estimate(flatbuffer)
            samples = _match(arrays, flatbuffer)
            products = make_products(flatbuffer, destinations, status.update, samples=samples)
        except ValueError as error:
            raise ValueError(f"'{source}': {error}") from error
        write_products(products)
    with command.printing(products.written):
        print_products(products, destinations, cost)


def _match(arrays: Mapping[str, np.ndarray] | None, flatbuffer: bytes) -> list[np.ndarray] | None:
    """The representative data in the order of the file's inputs."""
    if arrays is None:
        return None
    stored = read_stored_model(flatbuffer)
    inputs = [(stored.port_names.get(t.index, t.name), t.shape[1:]) for t in stored.inputs]
    arrays, _ = representative_data.take_labels(arrays, [name for name, _ in inputs])
    return representative_data.match_inputs(arrays, inputs)

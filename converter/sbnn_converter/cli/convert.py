"""sbnn-convert: from a saved Keras model to a .tflite file, and on to firmware."""

from __future__ import annotations

import os
from collections.abc import Callable

from sbnn_converter.cli import command, representative_data
from sbnn_converter.cli.convert_flags import FLAGS, Request, read_request
from sbnn_converter.cli.finished import make_of_file
from sbnn_converter.cli.products import make_products, print_products, write_products
from sbnn_converter.saved.models import load_keras_model
from sbnn_converter.verification.verdict import (
    Verdict,
    counts_words,
    samples_words,
    verdict,
)

USAGE = """
Converts a Keras model with sparse binary layers to TFLite.

usage: sbnn-convert MODEL [-o FILE.tflite] [flags]
       sbnn-convert FILE.tflite --micro_dir|--c_dir|--report|--target_mcu ...

MODEL is a .h5 or .keras file or a SavedModel folder written by Keras 2, or a
.h5 or .keras file written by Keras 3 (model.save). The result runs in TFLite,
LiteRT and TensorFlow Lite Micro with the SBNN ops; sbnn_converter.Interpreter
runs it on this machine. Of a finished .tflite file the folders, the report and
the estimate are made without Keras.
"""


class VerificationError(ValueError):
    """The converted model does not do what Keras does."""


def convert(arguments: list[str]) -> None:
    """Makes what the command line asks for and prints what came out.

    Raises:
      command.UsageError, ValueError, OSError, RuntimeError: for what the user has to
        mend.
    """
    request = read_request(arguments)
    # A file holds the same whatever backend trained it, and TensorFlow writes the result.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if request.is_finished:
        make_of_file(request.source, request.destinations, request.arrays)
    else:
        _from_keras(request)


def _from_keras(request: Request) -> None:
    destinations = request.destinations
    with command.progress("loading TensorFlow") as status:
        from sbnn_converter.cli.refused_layers import naming_layers
        from sbnn_converter.convert import convert_keras_model
        from sbnn_converter.verification.samples import random_samples

        status.update(f"reading {request.source}")
        model = load_keras_model(request.source, request.trust_code)
        samples, labels = _match(request.arrays, model)
        dataset = representative_data.as_dataset(samples) if samples else None

        def convert_part(part, progress: Callable[[str], None] | None = None) -> bytes:
            return convert_keras_model(
                part, representative_dataset=dataset, progress=progress, **request.options
            )

        flatbuffer = convert_part(model, lambda step: status.update(f"{request.source}: {step}"))
        cost = destinations.estimate(flatbuffer)
        verified = None
        if request.verify is not None:
            verified = _verify(
                request,
                request.verify,
                model,
                flatbuffer,
                samples,
                labels,
                convert_part,
                status.update,
            )
        with naming_layers(model, destinations.export_checks()):
            products = make_products(
                flatbuffer,
                destinations,
                status.update,
                samples=samples or (random_samples(model, 1) if destinations.folders() else None),
                verified=verified,
            )
        write_products(products)
    with command.printing(products.written):
        print_products(products, destinations, cost, verified)


def _match(arrays, model):
    if arrays is None or getattr(model, "inputs", None) is None:
        return None, None  # the importer refuses such a model, with its reasons
    inputs = [(x.name, tuple(x.shape[1:])) for x in model.inputs]
    arrays, labels = representative_data.take_labels(arrays, [n for n, _ in inputs])
    return representative_data.match_inputs(arrays, inputs), labels


def _verify(
    request: Request, count: int, model, flatbuffer, samples, labels, convert_part, progress
) -> Verdict:
    """Compares the models on ``count`` samples; tells how well they agree.

    Raises:
      VerificationError: they do not.
    """
    from sbnn_converter.verification.compare import (
        FLOAT_TOLERANCE,
        QUANTIZED_TOLERANCE,
        compare,
    )
    from sbnn_converter.verification.locate import first_parting_layer
    from sbnn_converter.verification.samples import random_samples

    if samples:
        kind, usual = "representative", QUANTIZED_TOLERANCE
        samples = [array[:count] for array in samples]
        labels = labels if labels is None else labels[:count]
    else:
        kind, usual = "random", FLOAT_TOLERANCE
        samples = random_samples(model, count)
    tolerance = usual if request.tolerance is None else request.tolerance
    progress(f"comparing with Keras on {len(samples[0])} samples")
    found = compare(model, flatbuffer, samples, labels)
    if found.within(tolerance):
        return verdict(found, kind, tolerance, usual)
    layer = first_parting_layer(model, samples, convert_part, tolerance, progress)
    where = f"; they part first at layer '{layer}'" if layer else ""
    raise VerificationError(
        f"the converted model differs from Keras on {samples_words(found, kind)}: "
        f"{counts_words(found)}, tolerance {tolerance:g}{where}; nothing was written: "
        "raise --tolerance if that is good enough, else please report it"
    )


def run() -> None:
    """Entry point of the ``sbnn-convert`` command."""
    command.run("sbnn-convert", USAGE, FLAGS, convert)

"""Sends damaged files through every runtime and tool, in a process of its own.

    file_worker.py FIRST STEP END MODEL...

Takes the files of the numbers FIRST, FIRST + STEP, ... below END. Prints a line of JSON
before each, and one behind it with what became of it in each engine.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np

import sbnn_converter
from mutations import Mutator
from sbnn_converter.inspection import inspect_model
from sbnn_converter.micro_export.export import micro_library
from sbnn_converter.runtimes.interpreter import available_runtimes
from sbnn_converter.standalone.export import plan_export
from sbnn_converter.tflite.model_file import read_model

# What users are told to expect of a file; anything else is a fault.
DOCUMENTED = (ValueError, RuntimeError)
# These are slow, and written in Python but for the plans: they get each fourth file.
_SLOW = ("export_c", "export_micro", "estimate")
_MOST_NUMBERS = 1 << 22  # of inputs: more say nothing new


def _run(interpreter) -> None:
    details = interpreter.input_details
    shapes = [[1, *(int(d) for d in detail["shape"][1:])] for detail in details]
    if not details or sum(np.prod(shape) for shape in shapes) > _MOST_NUMBERS:
        return
    inputs = [np.ones(shape, detail["dtype"]) for shape, detail in zip(shapes, details)]
    interpreter.predict(inputs if len(inputs) > 1 else inputs[0])


def engines() -> dict[str, Callable[[bytes], object]]:
    """What takes a file, by name."""
    found: dict[str, Callable[[bytes], object]] = {
        "inspect": lambda content: inspect_model(read_model(content)),
        "export_c": lambda content: plan_export(read_model(content)).texts,
        "export_micro": lambda content: micro_library(read_model(content), "net", None),
        "estimate": sbnn_converter.estimate_network,
        "micro": lambda content: _run(sbnn_converter.micro.Interpreter(content)),
    }
    for runtime in available_runtimes():
        found[runtime] = lambda content, runtime=runtime: _run(
            sbnn_converter.Interpreter(content, runtime)
        )
    return found


def outcome(engine: Callable[[bytes], object], content: bytes) -> str:
    """ "ran", "refused", or the words of an exception that nobody was told of."""
    try:
        engine(content)
    except DOCUMENTED as error:
        return "refused" if len(str(error).splitlines()) == 1 else f"lines: {error!r}"
    except Exception:
        return traceback.format_exc()
    return "ran"


def main() -> None:
    first, step, end = map(int, sys.argv[1:4])
    mutator = Mutator([Path(name).read_bytes() for name in sys.argv[4:]])
    all_engines = engines()
    for engine in all_engines.values():  # what is loaded later is loaded now
        outcome(engine, Path(sys.argv[4]).read_bytes())
    for number in range(first, end, step):
        print(json.dumps({"begins": number}), flush=True)
        content = mutator.damaged(number)
        try:
            read_model(content)
        except DOCUMENTED:  # all engines begin with this
            outcomes = {"read_model": "refused"}
        except Exception:
            outcomes = {"read_model": traceback.format_exc()}
        else:
            outcomes = {"read_model": "ran"}
            for name, engine in all_engines.items():
                if name in _SLOW and number % 4:
                    continue
                print(json.dumps({"engine": name}), flush=True)
                outcomes[name] = outcome(engine, content)
        print(json.dumps({"ends": number, "outcomes": outcomes}), flush=True)


if __name__ == "__main__":
    main()

"""Says which Keras layer an export's refusal is about.

Exports read a finished file, which knows ops and no layers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from sbnn_converter.errors import ConversionError


@contextlib.contextmanager
def naming_layers(model, checks: Sequence[Callable[[bytes], object]]) -> Iterator[None]:
    """Puts the layer's name in front of a refusal that comes from inside.

    Args:
      model: the Keras model that was converted.
      checks: functions of a flatbuffer that refuse it as the exports do.

    Raises:
      ConversionError: what came from inside, with the first layer of ``model`` that is
        refused alone, if there is one.
    """
    try:
        yield
    except ConversionError as error:
        from sbnn_converter.emitter.alone import described, first_layer_where
        from sbnn_converter.importer import import_model

        node = first_layer_where(
            import_model(model),
            lambda alone: (
                isinstance(alone, bytes) and any(_refuses(check, alone) for check in checks)
            ),
        )
        if node is None:
            raise
        raise ConversionError(f"{described(node)}: {error}") from error


def _refuses(check: Callable[[bytes], object], model: bytes) -> bool:
    try:
        check(model)
    except ConversionError:
        return True
    return False

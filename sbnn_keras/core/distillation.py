"""What both fronts' distillers check: student and teacher answer alike."""

from typing import Any


def check_classes(student, teacher) -> None:
    """Checks that two models give probabilities, or logits, of the same classes.

    Args:
        student, teacher: Keras models with a `name` and an `output_shape`.

    Raises:
        ValueError: an output is not one tensor [batch, classes], or classes differ.
    """
    shapes: list[Any] = [getattr(model, "output_shape", None) for model in (student, teacher)]
    for model, shape in zip((student, teacher), shapes):
        if not isinstance(shape, tuple) or len(shape) != 2 or shape[-1] is None:
            raise ValueError(
                f"Wrong model {model.name!r}: found outputs of the shape {shape}, wanted one "
                "output [batch, classes]. Build it as a Sequential or functional model, "
                "with its input shape."
            )
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"Student {student.name!r} and teacher {teacher.name!r} disagree: found "
            f"{shapes[0][-1]} and {shapes[1][-1]} classes, wanted the same classes in both."
        )

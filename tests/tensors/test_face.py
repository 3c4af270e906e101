"""Faces: planes with weights, and numbers."""

import itertools

import numpy as np
import pytest

from sbnn_converter.tensors.face import BITS, FLOAT32, INT8, Face, numbers, stored_face


def values(face: Face) -> list[int]:
    """All values that one position of planes can have."""
    zero = [0 if face.twos_complement else -w for w in face.weights]
    choices = [(low, w) for low, w in zip(zero, face.weights)]
    return sorted(sum(bits) for bits in itertools.product(*choices))


@pytest.mark.parametrize("bits", [1, 2, 3, 4])
def test_activations_are_odd_whole_numbers_between_their_cuts(bits):
    face = Face(planes=bits)
    wanted = np.arange(-(2**bits) + 1, 2**bits, 2)
    np.testing.assert_array_equal(values(face), wanted)
    assert face.cuts == len(wanted) - 1


@pytest.mark.parametrize("bits", [2, 6, 8])
def test_streams_are_numbers_in_twos_complement(bits):
    face = Face(planes=bits, twos_complement=True)
    np.testing.assert_array_equal(values(face), np.arange(-(2 ** (bits - 1)), 2 ** (bits - 1)))


@pytest.mark.parametrize(
    ("face", "label", "image", "vector"),
    [
        (BITS, "bits", (1, 7, 2), (1, 2)),
        (Face(planes=2), "2 bits", (1, 14, 2), (1, 4)),
        (Face(planes=6, twos_complement=True), "stream of 6 bits", (1, 42, 2), (1, 12)),
        (INT8, "int8", (1, 5, 9, 7), (1, 40)),
        (FLOAT32, "float32", (1, 5, 9, 7), (1, 40)),
    ],
)
def test_labels_and_shapes(face, label, image, vector):
    assert face.label == label
    assert face.stored_shape((5, 9, 7)) == image
    assert face.stored_shape((40,)) == vector


def test_a_file_tells_planes_from_numbers_by_their_type():
    assert stored_face("INT32") == BITS and BITS.is_planes
    assert stored_face("INT8") == INT8 == numbers("int8") and not INT8.is_planes

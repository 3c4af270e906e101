"""Faces: planes with weights, and numbers."""

import itertools

import pytest

from sbnn_converter.tensors.face import BITS, FLOAT32, INT8, Face, numbers, stored_face


@pytest.mark.parametrize("bits", [1, 2, 3, 4])
def test_cuts_part_all_values_of_planes(bits):
    assert Face(planes=bits).cuts == len(list(itertools.product((0, 1), repeat=bits))) - 1


@pytest.mark.parametrize(
    ("face", "label", "image", "vector"),
    [
        (BITS, "bits", (1, 7, 2), (1, 2)),
        (Face(planes=2), "2 bits", (1, 14, 2), (1, 4)),
        (Face(planes=6), "6 bits", (1, 42, 2), (1, 12)),
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
    assert stored_face("INT32", 3) == Face(planes=3)
    assert stored_face("INT8") == INT8 == numbers("int8") and not INT8.is_planes

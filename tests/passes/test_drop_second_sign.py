"""Signs of signs are left out; signs of anything else stay."""

import pytest

from sbnn_converter.graph import Graph, Input, Sign
from sbnn_converter.passes.drop_second_sign import DropSecondSign


def test_the_sign_of_a_sign_is_the_sign():
    x = Input("x", [], (4,))
    first = Sign("first", [x], (4,))
    second = Sign("second", [first], (4,))
    graph = Graph([x], [second])
    found = DropSecondSign().match(graph, second)
    assert found is not None
    DropSecondSign().transform(graph, found)
    assert graph.outputs == [first] and graph.nodes() == [x, first]


@pytest.mark.parametrize("first, second, dropped", [(1, 2, True), (3, 3, True), (3, 2, False)])
def test_a_sign_of_fewer_bits_stays(first, second, dropped):
    x = Input("x", [], (4,))
    values = Sign("first", [x], (4,), first)
    again = Sign("second", [values], (4,), second)
    assert DropSecondSign().match(Graph([x], [again]), again) is (again if dropped else None)


def test_the_sign_of_a_float_stays():
    x = Input("x", [], (4,))
    first = Sign("first", [x], (4,))
    assert DropSecondSign().match(Graph([x], [first]), first) is None

"""Functions of each channel in a row become one, if nothing else reads the first."""

from sbnn_converter.graph import Graph, Input, Pointwise, Sign
from sbnn_converter.graph.nodes import PointwiseStep
from sbnn_converter.passes.merge_pointwise import MergePointwise

ONE, OTHER = PointwiseStep(lambda x: x + 1), PointwiseStep(lambda x: 2 * x)


def two_functions():
    x = Input("x", [], (4,))
    first = Pointwise("first", [x], (4,), [ONE])
    return x, first, Pointwise("second", [first], (4,), [OTHER])


def test_two_functions_become_one_in_their_order():
    x, first, second = two_functions()
    graph = Graph([x], [second])
    found = MergePointwise().match(graph, second)
    assert found is not None and MergePointwise().match(graph, first) is None
    MergePointwise().transform(graph, found)
    assert second.steps == [ONE, OTHER] and graph.nodes() == [x, second]


def test_what_others_read_stays_what_it_is():
    x, first, second = two_functions()
    graph = Graph([x], [second, Sign("reader", [first], (4,))])
    assert MergePointwise().match(graph, second) is None

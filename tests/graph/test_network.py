"""The graph knows the readers of every node, through all rewrites."""

import numpy as np
import pytest

from sbnn_converter.graph import Graph, Input, Sign
from sbnn_converter.graph.stage_constants import Cuts
from sbnn_converter.graph.thresholds import thresholds_on_floats


def sign(*inputs):
    return Sign("sign", list(inputs), (4,))


@pytest.fixture
def chain():
    """x -> a -> b, and a -> c; b and c are the outputs."""
    x = Input("x", [], (4,))
    a = sign(x)
    b, c = sign(a), sign(a)
    return x, a, b, c, Graph([x], [b, c])


def assert_index_is_right(graph: Graph) -> None:
    nodes = graph.nodes()
    for node in nodes:
        assert node in graph
        assert graph.readers(node) == [n for n in nodes if node in n.inputs]


def test_readers_of_a_fresh_graph(chain):
    x, a, b, c, graph = chain
    assert graph.readers(a) == [b, c]
    assert graph.only_reader(a) is None and graph.only_reader(x) is a
    assert graph.readers(b) == []


def test_an_output_that_is_read_has_no_only_reader():
    x = Input("x", [], (4,))
    a = sign(x)
    graph = Graph([x], [a, sign(a)])
    assert graph.only_reader(a) is None


def test_replaced_nodes_and_all_that_only_they_needed_leave(chain):
    x, a, b, c, graph = chain
    new = sign(x)
    assert graph.replace(a, new) == [new]
    assert graph.readers(new) == [b, c] and a not in graph
    assert_index_is_right(graph)
    graph.replace(b, c)
    assert graph.outputs == [c, c] and b not in graph
    assert_index_is_right(graph)
    graph.replace(c, x)
    assert graph.outputs == [x, x] and graph.nodes() == [x] and new not in graph


def test_a_node_put_in_between_reads_the_one_it_stands_behind(chain):
    _, a, b, c, graph = chain
    between = sign(a)
    graph.insert_behind(a, between, [c])
    assert graph.readers(a) == [b, between] and graph.readers(between) == [c]
    assert_index_is_right(graph)


def test_a_node_may_read_another_twice():
    x = Input("x", [], (4,))
    a = sign(x)
    both = sign(a, a)
    graph = Graph([x], [both])
    assert graph.only_reader(a) is both
    graph.replace(a, x)
    assert both.inputs == [x, x] and graph.readers(x) == [both]


def test_deep_graphs_do_not_exhaust_the_stack():
    x = node = Input("x", [], (4,))
    for _ in range(20_000):
        node = sign(node)
    assert len(Graph([x], [node]).nodes()) == 20_001


def test_thresholds_on_floats_part_the_same_sums(rng):
    channels, bound = 200, 300
    scale = (rng.normal(0, 1, channels) * 2.0 ** rng.integers(-8, 8, channels)).astype(np.float32)
    bias = rng.normal(0, 3, channels).astype(np.float32)
    # -bound is what every sum reaches, bound + 1 what none does.
    values = np.sort(rng.integers(-bound, bound + 2, (3, channels)), 0).astype(np.int32)
    values[:, :3] = [-bound], [bound], [bound + 1]
    flips = rng.random(channels) < 0.5
    found = thresholds_on_floats(Cuts(values, flips), scale, bias, bound)
    sums = np.arange(-bound, bound + 1, dtype=np.int32)[:, None]
    y = sums.astype(np.float32) * scale + bias
    assert np.all(np.diff(found.values, axis=0) >= 0)
    np.testing.assert_array_equal(planes(found, y), planes(Cuts(values, flips), sums))


def planes(cuts: Cuts, sums: np.ndarray) -> np.ndarray:
    """What planes hold of ``sums``: how many cuts these reach, or do not."""
    reached = (sums[:, None] >= cuts.values).sum(1)
    return np.where(cuts.flips, len(cuts.values) - reached, reached)


def test_sums_that_rounding_has_made_equal_have_no_threshold_on_floats():
    found = Cuts(np.array([[3]], np.int32), np.array([False]))
    scale, bias = np.float32([1e-9]), np.float32([1.0])
    assert thresholds_on_floats(found, scale, bias, 10) is None

"""The HTML report: everything in one file, and nothing in it that is not meant."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
import sbnn_converter
import tensorflow as tf
from networks import digits_net
from sbnn_converter.inspection import InspectedLayer, Inspection, inspect_model
from sbnn_converter.report.page import html_report

from sbnn_keras import SparseBinaryDense


def layer(name="dense", weights=1000, connections=50, code_bytes=40) -> InspectedLayer:
    return InspectedLayer(
        weights=weights, connections=connections, code_bytes=code_bytes,
        entropy_bytes=35.8, name=name, op="SbnnDense", kind="dense",
        kernel_shape=(weights // 10, 10), code="rice", code_parameter=4,
        values=(0.0, 1.0), indices=np.arange(connections),
    )  # fmt: skip


def page_of(*layers) -> str:
    return html_report(Inspection(5000, list(layers), 600, ["SOFTMAX"]), "net.tflite")


class WellFormed(HTMLParser):
    """Fails on a tag that is closed wrongly; gathers tags and text."""

    EMPTY = {"meta", "rect", "line"}

    def __init__(self, page: str):
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def inspection():
    return inspect_model(sbnn_converter.convert_keras_model(digits_net()))


def test_every_layer_stands_in_table_and_plots(inspection):
    page = WellFormed(html_report(inspection, "net.tflite"))
    text = "".join(page.text)
    for row in inspection.layers:
        # Density plot, bytes plot, table.
        assert text.count(row.name) >= 3
        assert f"{row.code_bytes:,}" in text and f"{row.density:.2%}" in text
    bars = [a for tag, a in page.tags if tag == "rect" and a["class"] == "bar"]
    assert len(bars) == 2 * len(inspection.layers) + 5 + 4


def test_it_loads_nothing_and_runs_nothing(inspection):
    page = html_report(inspection, "net.tflite")
    assert not re.search(r"https?:|//|src=|href=|@import|url\(|<script", page)
    assert "width=device-width" in page and "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("name", ['<script>alert("1")</script>', "a & b", "'\"><img"])
def test_names_are_escaped(name):
    page = html_report(
        Inspection(5000, [layer(name)], 600, []), name, verified=f"agrees {name}"
    )
    assert name not in page
    assert "".join(WellFormed(page).text).count(name) >= 4  # the parser unescapes


def test_bars_stay_within_the_plot():
    page = WellFormed(page_of(layer("a", 8000, 400, 300), layer("b", 80, 80, 4)))
    for tag, attributes in page.tags:
        if tag == "rect":
            assert 0 <= float(attributes["width"].rstrip("%")) <= 100


def test_a_model_without_binary_layers_and_an_empty_layer():
    WellFormed(page_of())
    WellFormed(page_of(layer("none", 1000, 0, 4)))


def test_sizes_add_up(inspection):
    parts = inspection.total.code_bytes + inspection.other_constants_bytes
    assert parts + inspection.structure_bytes == inspection.bytes
    assert inspection.total.float32_bytes == 4 * inspection.total.weights


def test_layers_of_the_same_code_lose_their_names_but_not_their_rows():
    dense = [SparseBinaryDense(8, use_bias=False, connections=1.0) for _ in range(2)]
    model = tf.keras.Sequential([tf.keras.Input((8,)), *dense])
    inspection = inspect_model(sbnn_converter.convert_keras_model(model))
    assert [row.connections for row in inspection.layers] == [64, 64]
    assert all(row.name for row in inspection.layers)

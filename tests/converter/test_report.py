"""The HTML report: everything in one file, and nothing in it that is not meant."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console

import sbnn_converter
from networks import digits_net
from sbnn_converter.inspection import InspectedLayer, Inspection, inspect_model
from sbnn_converter.report.page import html_report
from sbnn_converter.report.summary import print_summary
from sbnn_converter.report.tables import Column, print_table
from sbnn_converter.verification.compare import Comparison
from sbnn_converter.verification.verdict import Verdict, verdict
from sbnn_keras import SparseBinaryDense


def layer(name="dense", weights=1000, connections=50, code_bytes=40, **more) -> InspectedLayer:
    facts = dict(
        weights=weights,
        connections=connections,
        subtracting=0,
        code_bytes=code_bytes,
        entropy_bytes=35.8,
        name=name,
        op="SbnnDense",
        kind="dense",
        kernel_shape=(weights // 10, 10),
        code="rice",
        code_parameter=4,
        values=(0.0, 1.0),
        indices=np.arange(connections),
        subtracting_indices=np.arange(0),
    )
    return InspectedLayer(**(facts | more))


def page_of(*layers) -> str:
    return html_report(Inspection(5000, list(layers), 600, ["SOFTMAX"]), "net.tflite")


class WellFormed(HTMLParser):
    """Fails on a tag that is closed wrongly; gathers tags and text."""

    EMPTY = ("meta", "rect", "line")

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
        Inspection(5000, [layer(name)], 600, []), name, Verdict(True, f"agrees {name}")
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


def test_the_report_compares_files_with_files_and_weights_with_weights():
    # 5,000 bytes, of them 40 of code; 1,000 weights are 1,000 bytes in int8.
    text = "".join(WellFormed(page_of(layer())).text)
    assert "The file with these weights in int81.19x" in text  # 5,960 / 5,000
    assert "float32 1.79x; the weights alone 25x and 100x" in text
    assert "1,000 (25x), file 5,960 (1.19x)" in text
    assert "maller than int8" not in text


def test_connections_that_subtract_are_told_where_there_are_any(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")  # narrow tables leave columns out
    signed = layer("signed", values=(-1.0, 0.0, 1.0), subtracting=31)
    for layers, told in (([layer(), signed], True), ([layer()], False)):
        text = "".join(WellFormed(page_of(*layers)).text)
        assert ("100; 31 of them subtract" in text) == told
        print_summary(Inspection(5000, layers, 600, []))
        printed = capsys.readouterr().out
        assert ("subtract" in printed) == (" 31 " in printed) == told


@pytest.mark.parametrize(
    ("found", "tolerance", "agrees"),
    [
        (Comparison(100, 0.01, 1.0, 0, classified=100), 0.05, True),
        (Comparison(100, 0.01, 1.0, 1, classified=100), 0.05, True),
        (Comparison(100, 0.01, 1.0, 2, classified=100), 0.05, False),
        (Comparison(100, 0.4, 1.0, 0, classified=100), 0.5, False),  # raised by the user
        (Comparison(100, 0.01, 1.0, 0), 0.05, True),  # an output of one number
    ],
)
def test_agreement_needs_the_same_predictions_and_the_usual_tolerance(found, tolerance, agrees):
    outcome = verdict(found, "random", tolerance, usual=0.05)
    assert outcome.agrees == agrees
    assert outcome.text.startswith("agrees" if agrees else "differs")
    page = html_report(Inspection(5000, [layer()], 600, []), "net", outcome)
    assert ('<span class="good">' in page) == agrees
    assert ('<span class="warn">' in page) != agrees
    assert ("Same argmax as Keras" in page) == bool(found.classified)


def test_the_report_tells_the_accuracy_on_labels():
    found = Comparison(200, 0.0, 1.0, 3, 200, accuracy=0.97, keras_accuracy=0.985)
    outcome = verdict(found, "representative", 0.05, 0.05)
    assert "same argmax in 197 of 200 (98.50%)" in outcome.text
    assert "accuracy 97.00% on the labels (Keras 98.50%)" in outcome.text
    page = html_report(Inspection(5000, [layer()], 600, []), "net", outcome)
    assert "97.00%" in page and "Keras 98.50%, 200 labels" in page


LONG = "block_1_expand_sparse_binary_conv2d_1"


@pytest.mark.parametrize("columns", [48, 61, 80, 120])
def test_a_narrow_terminal_loses_columns_not_parts_of_names(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    names = ["sparse_binary_dense_1", "sparse_binary_dense_12"]
    layers = [layer(name, 1_000_000, 50_000, 40_000) for name in names]
    print_summary(Inspection(50_000, layers, 600, ["SOFTMAX"]))
    lines = capsys.readouterr().out.splitlines()
    table = [line for line in lines if line and line[0] in "┏┡│├└┃"]
    assert max(map(len, table)) <= columns
    rows = [line.split() for line in table]
    for name in names:
        # Whole, with its numbers, down to 61 columns; below that it is folded itself.
        start = name if columns > 60 else name[:8]
        row = next(cells for cells in rows if any(c.startswith(start) for c in cells))
        assert {"40,000", "5.00%", "50,000"} <= set(row)
    left_out = [line for line in lines if line.startswith("left out")]
    assert bool(left_out) == (columns < 110)


def test_a_pipe_has_no_width(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    name = 5 * LONG  # 185 characters
    print_summary(Inspection(5000, [layer(name)], 600, ["SOFTMAX"]))
    printed = capsys.readouterr().out
    assert name in printed and "bound" in printed and "left out" not in printed


def test_a_name_too_long_for_the_terminal_is_folded_and_nothing_else(capsys):
    console = Console(width=60, force_terminal=False)
    columns = [Column("layer", "left"), Column("bytes"), Column("share", drop=1)]
    print_table(console, columns, [(3 * LONG, "1,234,567", "12.3%")])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    folded = [line.split("│")[1].strip() for line in lines if "│" in line]
    assert "".join(folded) == 3 * LONG
    assert sum("1,234,567" in line for line in lines) == 1


def test_layers_of_the_same_code_lose_their_names_but_not_their_rows():
    dense = [SparseBinaryDense(8, use_bias=False, connections=1.0) for _ in range(2)]
    model = tf.keras.Sequential([tf.keras.Input((8,)), *dense])
    inspection = inspect_model(sbnn_converter.convert_keras_model(model))
    assert [row.connections for row in inspection.layers] == [64, 64]
    assert all(row.name for row in inspection.layers)

"""Two replicas, and two workers, train the same network as one replica."""

import json
import socket
import time
from pathlib import Path

import numpy as np
import pytest

import processes

SCRIPT = Path(__file__).with_name("distributed_training.py")


def start(strategy, *outputs, **environment):
    environment = {**processes.as_of_users(), "CUDA_VISIBLE_DEVICES": "", **environment}
    log = outputs[0].with_suffix(".log")
    return processes.start([SCRIPT, strategy, *outputs], log, log, environment), log


def wait(*started):
    end = time.monotonic() + 600
    for process, _ in started:
        process.join(max(0, end - time.monotonic()))
    for process, log in started:
        process.kill()
        assert process.exitcode == 0, log.read_text()


def load(path):
    with np.load(path) as data:
        return [data[name] for name in data.files]


@pytest.fixture(scope="module")
def one_and_two_replicas(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replicas")
    paths = folder / "one.npz", folder / "two.npz"
    wait(start("replicas", *paths))
    return [load(path) for path in paths]


def assert_same(results, reference):
    for result, expected in zip(results, reference, strict=True):
        np.testing.assert_allclose(result, expected, atol=2e-5)


def test_two_replicas_agree_with_one(one_and_two_replicas):
    # The script itself compares the connections of the replicas, also in a network
    # with batch normalization.
    one, two = one_and_two_replicas
    assert_same(two, one)


def test_two_workers_agree_with_one_replica(one_and_two_replicas, tmp_path):
    workers = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            workers.append(f"127.0.0.1:{free.getsockname()[1]}")
    configs = [
        json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": i}})
        for i in range(2)
    ]
    outputs = [tmp_path / f"{i}.npz" for i in range(2)]
    wait(*[start("workers", o, TF_CONFIG=c) for o, c in zip(outputs, configs)])
    for output in outputs:
        assert_same(load(output), one_and_two_replicas[0])

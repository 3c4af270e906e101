"""Two replicas, and two workers, train the same network as one replica."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("distributed_training.py")


def start(strategy, output, **environment):
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), strategy, str(output)],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait(*processes):
    for process in processes:
        try:
            text, _ = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            for other in processes:
                other.kill()
            raise
        assert process.returncode == 0, text


def load(path):
    with np.load(path) as data:
        return [data[name] for name in data.files]


@pytest.fixture(scope="module")
def one_replica(tmp_path_factory):
    path = tmp_path_factory.mktemp("one") / "one.npz"
    wait(start("one", path))
    return load(path)


def assert_same(results, reference):
    for result, expected in zip(results, reference, strict=True):
        np.testing.assert_allclose(result, expected, atol=2e-5)


def test_two_replicas_agree_with_one(one_replica, tmp_path):
    # The script itself compares the connections of the replicas, also in a network
    # with batch normalization.
    wait(start("mirrored", tmp_path / "two.npz"))
    assert_same(load(tmp_path / "two.npz"), one_replica)


def test_two_workers_agree_with_one_replica(one_replica, tmp_path):
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
        assert_same(load(output), one_replica)

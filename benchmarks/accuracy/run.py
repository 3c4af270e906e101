"""Trains all runs of the plan that have no result yet, several at once.

    python benchmarks/accuracy/run.py --mnist mnist.npz --cifar10 FOLDER \
        --part mlp --part cnn --jobs 2

Kill it whenever you like: the same command goes on from the last checkpoints. One
JSON a run lands in `results/`; `report.py` makes tables and plots of them.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from absl import app, flags

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from plan import PLAN  # noqa: E402
from sources import PHOTOGRAPHS, SOUNDS, check  # noqa: E402

_MNIST = flags.DEFINE_string("mnist", None, "MNIST as .npz; default: Keras's download.")
_CIFAR10 = flags.DEFINE_string(
    "cifar10", None, "CIFAR-10, a folder of images or .npz; default: Keras's download."
)
_SOUNDS = flags.DEFINE_string("sounds", None, "Spoken digits as .npz; nobody downloads them.")
_PARTS = flags.DEFINE_multi_enum(
    "part", list(PLAN), list(PLAN), "Parts of the plan to train; all by default."
)
_JOBS = flags.DEFINE_integer("jobs", 2, "Trainings at once, one thread each.", 1)
_WORK = flags.DEFINE_string(
    "work", "build/accuracy", "Folder for checkpoints, trained models and logs."
)
_RESULTS = flags.DEFINE_string("results", str(HERE / "results"), "Folder for results.")
_LIST = flags.DEFINE_bool("list", False, "Say which runs are done, and train nothing.")


def command(run) -> list[str]:
    """The command that trains a run."""
    data = _CIFAR10.value if run.network in PHOTOGRAPHS else _MNIST.value
    data = _SOUNDS.value if run.network in SOUNDS else data
    words = [sys.executable, str(HERE / "train.py"), "--network", run.network]
    words += ["--method", run.method, "--seed", str(run.seed), "--change", run.change]
    words += ["--work", _WORK.value, "--results", _RESULTS.value]
    if run.is_sparse:
        words += ["--domain", run.domain, "--connections", str(run.connections)]
    return words if data is None else [*words, "--data", data]


def has_result(run) -> bool:
    return (Path(_RESULTS.value) / f"{run.name}.json").exists()


def main(_):
    runs = [run for part in _PARTS.value for run in PLAN[part]]
    open_runs = [run for run in runs if not has_result(run)]
    print(f"{len(runs)} runs, {len(runs) - len(open_runs)} done", flush=True)
    if _LIST.value:
        for run in runs:
            print(f"  {'done' if has_result(run) else 'open'}  {run.name}")
        return
    check("mnist", _MNIST.value)
    check("cifar10", _CIFAR10.value)
    check("sounds", _SOUNDS.value)
    logs = Path(_WORK.value) / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    # TensorFlow takes the limits of its own thread pools from these.
    limits = dict(OMP_NUM_THREADS="1", TF_NUM_INTRAOP_THREADS="1")
    lock, failed = threading.Lock(), []
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

    def worker(number):
        while True:
            with lock:
                if not open_runs:
                    return
                run = open_runs.pop(0)
            started = time.monotonic()
            log = logs / f"{run.name}.log"
            with log.open("a") as file:
                done = subprocess.Popen(
                    command(run), stdout=file, stderr=file, env=os.environ | limits
                )
                # A core each: without it, two trainings were seen to share one.
                if number < len(cores):
                    os.sched_setaffinity(done.pid, {cores[number]})
                done.wait()
            minutes = (time.monotonic() - started) / 60
            if done.returncode:
                failed.append(run.name)
                print(f"FAILED {run.name}, see {log}", flush=True)
            else:
                print(f"{run.name}: {minutes:.1f} min", flush=True)

    workers = [threading.Thread(target=worker, args=[i]) for i in range(_JOBS.value)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    if failed:
        raise SystemExit(f"{len(failed)} of {len(runs)} runs failed: {', '.join(failed)}")


if __name__ == "__main__":
    app.run(main)

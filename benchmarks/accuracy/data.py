"""Data sets from files, and batches of them in an order that a seed fixes."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from sources import ARRAYS, SOUNDS

import sbnn_keras

DATA_SETS = {"mlp": "mnist", "cnn": "mnist", "binarynet4": "cifar10", "binarynet2": "cifar10"}
_SAMPLES = 6400  # 0.8 s; longer recordings lose their ends, one in fifty


def load(path: str | None, network: str):
    """Images uint8 [n, height, width, channels] and labels int [n]: train and test.

    Args:
      path: an .npz in the layout of `tf.keras.datasets`; a folder with
        train/CLASS/*.jpg and test/CLASS/*.jpg; or None for Keras's own download.
        For networks of sounds: an .npz of spoken digits.
      network: tells which data set Keras downloads.

    Returns:
      Images, or of sounds, features that `pixels` makes the ones of `LogMel`, uint8
      [n, frames, bands].
    """
    if network in SOUNDS:
        return _read_sounds(path)
    if path is None:
        data = getattr(tf.keras.datasets, DATA_SETS[network]).load_data()
        (x, y), (x_test, y_test) = data
    elif Path(path).is_dir():
        x, y = _read_folder(Path(path) / "train")
        x_test, y_test = _read_folder(Path(path) / "test")
    else:
        with np.load(path) as f:
            x, y, x_test, y_test = (f[k] for k in ARRAYS)
    images = [a if a.ndim == 4 else a[..., None] for a in (x, x_test)]
    return images[0], np.ravel(y), images[1], np.ravel(y_test)


def _read_folder(folder: Path):
    from PIL import Image

    images, labels = [], []
    for label, name in enumerate(sorted(p for p in folder.iterdir() if p.is_dir())):
        for path in sorted(name.iterdir()):
            with Image.open(path) as image:
                images.append(np.asarray(image.convert("RGB")))
            labels.append(label)
    return np.stack(images), np.array(labels)


def _read_sounds(path: str | None):
    """Spoken digits, in the layout of the Free Spoken Digit Dataset as one .npz.

    Its arrays for "train" and "test": `audio_*`, all samples one recording behind another,
    int16; `length_*` of each recording, `y_*`.
    """
    if path is None:
        raise SystemExit("--data: found none, wanted an .npz of spoken digits")
    features = sbnn_keras.applications.LogMel()
    found = []
    with np.load(path) as f:
        for part in ("train", "test"):
            ends = np.cumsum(f[f"length_{part}"])
            audio = np.split(f[f"audio_{part}"], ends[:-1])
            padded = [np.pad(a[:_SAMPLES], (0, max(0, _SAMPLES - len(a)))) for a in audio]
            values = features(np.stack(padded).astype(np.float32) / 32768).numpy()
            found += [(values * 128 + 128).astype(np.uint8), f[f"y_{part}"].astype(int)]
    return found


def pixels(images):
    """float32 in [-1, 1) of uint8 images.

    Multiples of 1/128: sums of them are exact in float32, in whatever order, and
    int8 holds the very same values.
    """
    return (tf.cast(images, tf.float32) - 128.0) / 128.0


def batches(x, y, batch: int, seed: int, first_epoch: int, augment: bool):
    """Endless batches from `first_epoch` on; epoch and seed alone fix their order.

    Args:
      augment: shift images by up to 4 pixels, and mirror them; sounds by 4 frames.
    """
    x, y = tf.constant(x), tf.constant(y.astype(np.int32))
    steps = len(x) // batch
    shape = x.shape[1:]

    def epoch(number):
        order = tf.random.experimental.stateless_shuffle(
            tf.range(len(x)), tf.stack([tf.cast(seed, tf.int64), number])
        )
        order = tf.reshape(order[: steps * batch], [steps, batch])
        seeds = tf.stack([tf.repeat(number * steps, steps), tf.range(steps, dtype=tf.int64)], 1)
        return tf.data.Dataset.from_tensor_slices((order, seeds))

    def shift_and_mirror(images, seeds):
        corners = tf.random.stateless_uniform([batch, 2], seeds + [seed, 0], 0, 9, tf.int32)
        mirrored = tf.random.stateless_uniform([batch, 1], seeds + [seed, 1]) < 0.5
        rows, columns = tf.range(shape[0]), tf.range(shape[1])
        rows += corners[:, :1]
        columns = corners[:, 1:] + tf.where(mirrored, columns[::-1], columns)
        images = tf.pad(images, [[0, 0], [4, 4], [4, 4], [0, 0]])
        images = tf.gather(images, rows, axis=1, batch_dims=1)
        return tf.gather(images, columns, axis=2, batch_dims=1)

    def shift_in_time(sounds, seeds):
        first = tf.random.stateless_uniform([batch, 1], seeds + [seed, 0], 0, 9, tf.int32)
        sounds = tf.pad(sounds, [[0, 0], [4, 4], [0, 0]])
        return tf.gather(sounds, tf.range(shape[0]) + first, axis=1, batch_dims=1)

    def gather(chosen, seeds):
        images = tf.gather(x, chosen)
        if augment:
            images = (shift_and_mirror if len(shape) == 3 else shift_in_time)(images, seeds)
        return pixels(images), tf.gather(y, chosen)

    epochs = tf.data.Dataset.range(first_epoch, 1_000_000)
    return epochs.flat_map(epoch).map(gather).prefetch(2)

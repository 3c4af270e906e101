"""Data sets from files, and batches of them in an order that a seed fixes."""

import images
import numpy as np
import tensorflow as tf
from sources import SOUNDS

import sbnn_keras
import sbnn_keras.keras2  # `tf.keras` is Keras 2 from here on

_SAMPLES = 6400  # 0.8 s; longer recordings lose their ends, one in fifty


def load(path: str | None, network: str, voice: int | None = None):
    """Images uint8 [n, height, width, channels] and labels int [n]: train and test.

    Args:
      path: an .npz in the layout of `tf.keras.datasets`; a folder with
        train/CLASS/*.jpg and test/CLASS/*.jpg; or None for Keras's own download.
        For networks of sounds: an .npz of spoken digits.
      network: tells which data set Keras downloads.
      voice: of sounds, the one whose recordings are all tested and none trained; None
        for the official split.

    Returns:
      Images, or of sounds, features that `pixels` makes the ones of `LogMel`, uint8
      [n, frames, bands].
    """
    if network in SOUNDS:
        return _read_sounds(path, voice)
    return images.read(path, network)


def _read_sounds(path: str | None, voice: int | None):
    """Spoken digits, in the layout of the Free Spoken Digit Dataset as one .npz.

    Its arrays for "train" and "test": `audio_*`, all samples one recording behind another,
    int16; `length_*` of each recording, `y_*`; and for a `voice` left out, `speaker_*`.
    """
    if path is None:
        raise SystemExit("--data: found none, wanted an .npz of spoken digits")
    with np.load(path) as f:
        x, y, x_test, y_test = [
            part
            for name in ("train", "test")
            for part in (_features(f[f"audio_{name}"], f[f"length_{name}"]), f[f"y_{name}"])
        ]
        if voice is None:
            return x, y.astype(int), x_test, y_test.astype(int)
        speakers = np.concatenate([f["speaker_train"], f["speaker_test"]])
    tested = speakers == voice
    if not tested.any():
        raise SystemExit(f"voice: found {voice}, wanted one of {sorted(set(speakers.tolist()))}")
    x, y = np.concatenate([x, x_test]), np.concatenate([y, y_test]).astype(int)
    return x[~tested], y[~tested], x[tested], y[tested]


def _features(audio, lengths):
    """Features of recordings, uint8 [n, frames, bands]."""
    recordings = np.split(audio, np.cumsum(lengths)[:-1])
    padded = [np.pad(a[:_SAMPLES], (0, max(0, _SAMPLES - len(a)))) for a in recordings]
    layer = sbnn_keras.applications.LogMel()
    values = layer(np.stack(padded).astype(np.float32) / 32768).numpy()
    return (values * 128 + 128).astype(np.uint8)


def pixels(samples):
    """float32 in [-1, 1) of uint8 samples.

    Multiples of 1/128: sums of them are exact in float32, in whatever order, and
    int8 holds the very same values.
    """
    return (tf.cast(samples, tf.float32) - 128.0) / 128.0


def batches(x, y, batch: int, seed: int, first_epoch: int, shift: int = 0, mirror: bool = False):
    """Endless batches from `first_epoch` on; epoch and seed alone fix their order.

    Args:
      shift: images move by up to so many pixels, sounds by so many frames.
      mirror: whether half of the images are mirrored.
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

    def places(axes, seeds):
        """How far a sample begins from its own start in each of its first dimensions."""
        return tf.random.stateless_uniform(
            [batch, axes], seeds + [seed, 0], 0, 2 * shift + 1, tf.int32
        )

    def move_images(pictures, seeds):
        corners = places(2, seeds)
        rows, columns = tf.range(shape[0]) + corners[:, :1], tf.range(shape[1])[None]
        if mirror:
            mirrored = tf.random.stateless_uniform([batch, 1], seeds + [seed, 1]) < 0.5
            columns = tf.where(mirrored, columns[:, ::-1], columns)
        pictures = tf.pad(pictures, [[0, 0], [shift, shift], [shift, shift], [0, 0]])
        pictures = tf.gather(pictures, rows, axis=1, batch_dims=1)
        return tf.gather(pictures, corners[:, 1:] + columns, axis=2, batch_dims=1)

    def move_sounds(sounds, seeds):
        sounds = tf.pad(sounds, [[0, 0], [shift, shift], [0, 0]])
        return tf.gather(sounds, tf.range(shape[0]) + places(1, seeds), axis=1, batch_dims=1)

    def gather(chosen, seeds):
        samples = tf.gather(x, chosen)
        if shift or mirror:
            samples = (move_images if len(shape) == 3 else move_sounds)(samples, seeds)
        return pixels(samples), tf.gather(y, chosen)

    epochs = tf.data.Dataset.range(first_epoch, 1_000_000)
    return epochs.flat_map(epoch).map(gather).prefetch(2)

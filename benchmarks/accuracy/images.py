"""Images from files or downloads, and batches of them, without TensorFlow."""

from pathlib import Path

import numpy as np
from sources import ARRAYS, PHOTOGRAPHS


def read(path: str | None, network: str):
    """Images uint8 [n, height, width, channels] and labels int [n]: train and test.

    Args:
      path: an .npz in the layout of `keras.datasets`; a folder with train/CLASS/*.jpg and
        test/CLASS/*.jpg; or None for Keras's own download.
      network: tells which data set Keras downloads.
    """
    if path is None:
        from sbnn_keras.front import chosen_keras

        data_sets = chosen_keras().datasets
        data_set = data_sets.cifar10 if network in PHOTOGRAPHS else data_sets.mnist
        (x, y), (x_test, y_test) = data_set.load_data()
    elif Path(path).is_dir():
        x, y = _read_folder(Path(path) / "train")
        x_test, y_test = _read_folder(Path(path) / "test")
    else:
        with np.load(path) as f:
            x, y, x_test, y_test = (f[k] for k in ARRAYS)
    found = [a if a.ndim == 4 else a[..., None] for a in (x, x_test)]
    return found[0], np.ravel(y), found[1], np.ravel(y_test)


def _read_folder(folder: Path):
    from PIL import Image

    images, labels = [], []
    for label, name in enumerate(sorted(p for p in folder.iterdir() if p.is_dir())):
        for path in sorted(name.iterdir()):
            with Image.open(path) as image:
                images.append(np.asarray(image.convert("RGB")))
            labels.append(label)
    return np.stack(images), np.array(labels)


def pixels(images):
    """float32 in [-1, 1) of uint8 images: multiples of 1/128, which int8 holds too."""
    values = np.multiply(images, np.float32(1 / 128), dtype=np.float32)
    values -= 1
    return values


def moved(images, rng: np.random.Generator, shift: int, mirror: bool):
    """Each image shifted by up to `shift` pixels in both directions, half of them mirrored."""
    count, height, width = images.shape[:3]
    padded = np.pad(images, [(0, 0), (shift, shift), (shift, shift), (0, 0)])
    corners = rng.integers(0, 2 * shift + 1, (count, 2)).tolist()
    mirrored = (rng.random(count) < 0.5) & mirror
    found = np.empty_like(images)
    for i, (top, left) in enumerate(corners):
        view = padded[i, top : top + height, left : left + width]
        found[i] = view[:, ::-1] if mirrored[i] else view
    return found

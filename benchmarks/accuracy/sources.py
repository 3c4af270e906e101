"""Where the pictures come from, looked at before anything is trained or written."""

import zipfile
from pathlib import Path

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
SOUNDS = ("dscnn", "sound")  # networks that hear
PHOTOGRAPHS = ("binarynet4", "binarynet2", "binarynet1", "resnet8")  # networks for CIFAR-10


def check(flag: str, path: str | None) -> None:
    """Ends the program with one line if `path` cannot hold a data set.

    Args:
      flag: the flag that gave it.
      path: an .npz, a folder with train/CLASS and test/CLASS, or None for a download.
    """
    if path is None:
        return
    place = Path(path)
    if place.is_dir():
        missing = [part for part in ("train", "test") if not (place / part).is_dir()]
        if missing:
            raise SystemExit(
                f"--{flag}: folder '{path}' has no {' and no '.join(missing)}; wanted "
                "train/CLASS and test/CLASS with images"
            )
    elif not place.is_file():
        raise SystemExit(f"--{flag}: '{path}' is neither a file nor a folder")
    elif not zipfile.is_zipfile(place):
        raise SystemExit(f"--{flag}: '{path}' is no .npz file; wanted one with {', '.join(ARRAYS)}")

"""Builds the distribution sbnn-keras3 out of the tree around this folder, for pip.

It is setuptools, which runs `setup.py` of the tree and lets it read this folder's names.
"""

import os
from pathlib import Path

from setuptools.build_meta import *  # noqa: F403

FOLDER = Path(__file__).resolve().parent

os.chdir(FOLDER.parent)
os.environ["SBNN_DISTRIBUTION"] = FOLDER.name

"""Saved Keras models: what a path holds, told without TensorFlow, and loading it.

Telling reads headers, attributes and configurations, and runs nothing. What cannot be
converted for what it is (weights alone, a mere graph) is refused here, before
TensorFlow takes its seconds to load.
"""

from __future__ import annotations

import importlib.util
import json
import zipfile
import zlib
from pathlib import Path

from sbnn_converter.errors import ConversionError
from sbnn_converter.saved.code import refuse_code

WANTED = "wanted a .h5 or .keras file or a SavedModel folder written by model.save()"
_HDF5_START = b"\x89HDF\r\n\x1a\n"
_FROM_WEIGHTS = (
    "build the model in Python as for its training, model.load_weights(...), then "
    "model.save('model.h5'), or convert it there with "
    "sbnn_converter.convert_keras_model(model)"
)
_DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
    EOFError,
    NotImplementedError,
    zlib.error,
    zipfile.BadZipFile,
)
# What Python raises where it comes upon something else than Keras took for granted.
_OF_PYTHON = (TypeError, AttributeError, LookupError, NameError, AssertionError, RecursionError)


def kind_of_saved_model(path: Path) -> str | None:
    """What kind of saved Keras model ``path`` looks like: ``"HDF5"``, ``"a .keras
    archive"`` or ``"a SavedModel"``; ``None``: none of them."""
    if path.is_dir():
        return "a SavedModel" if (path / "saved_model.pb").exists() else None
    if not path.is_file():
        return None
    with open(path, "rb") as file:
        if file.read(len(_HDF5_START)) == _HDF5_START:
            return "HDF5"
    try:
        with zipfile.ZipFile(path) as archive:
            return "a .keras archive" if "config.json" in archive.namelist() else None
    except _DAMAGED:
        return None


def check_saved_model(path: Path) -> None:
    """Checks that ``path`` is a whole Keras model as far as that can be seen.

    Raises:
      FileNotFoundError: there is nothing of this name.
      ConversionError: it is something else: weights alone, an exported graph, a model of
        Keras 3 without Keras 3, a damaged file; the message says what, and the way out.
    """
    if path.is_dir():
        _check_folder(path)
    elif path.is_file():
        _check_file(path)
    elif path.exists():
        raise ConversionError(f"'{path}' is neither a file nor a folder; {WANTED}")
    elif path.with_name(f"{path.name}.index").exists():
        raise _weights_only(path, "a TensorFlow checkpoint")
    else:
        raise FileNotFoundError(f"model '{path}' does not exist; {WANTED}")


def _check_folder(path: Path) -> None:
    graph = path / "saved_model.pb"
    if not graph.exists():
        if (path / "checkpoint").exists() or any(path.glob("*.index")):
            raise _weights_only(path, "a folder of TensorFlow checkpoints")
        raise ConversionError(f"folder '{path}' holds no saved_model.pb; {WANTED}")
    if (path / "keras_metadata.pb").exists():
        return
    content = graph.read_bytes()
    if b'"class_name"' in content:  # the layers stand there before TensorFlow 2.5
        return
    maker = (
        "Keras 3's model.export()"
        if b"keras_tensor" in content
        else ("model.export(), tf.saved_model.save() or Keras 3")
    )
    raise ConversionError(
        f"SavedModel '{path}' holds a graph without Keras's layers (there is no "
        f"keras_metadata.pb), as {maker} writes it: layers cannot be told from it; save "
        "the Keras 2 model itself, with model.save('model.keras') instead"
    )


def _check_file(path: Path) -> None:
    if path.name in ("saved_model.pb", "keras_metadata.pb"):
        raise ConversionError(
            f"'{path}' is a part of a SavedModel: name its folder, '{path.parent}'"
        )
    if path.name == "checkpoint" or path.suffix == ".index" or ".data-0000" in path.name:
        raise _weights_only(path, "a part of a TensorFlow checkpoint")
    kind = kind_of_saved_model(path)
    if kind == "HDF5":
        _check_hdf5(path)
    elif kind == "a .keras archive":
        _check_archive(path)
    elif zipfile.is_zipfile(path):
        raise ConversionError(
            f"'{path}' is a zip archive without a config.json, no Keras model; {WANTED}"
        )
    else:
        raise ConversionError(
            f"'{path}' is no Keras model (neither HDF5 nor a .keras archive); {WANTED}"
        )


def _check_hdf5(path: Path) -> None:
    attributes, groups = _read_hdf5(path)
    if "model_config" not in attributes:
        if "layer_names" in attributes or {"layers", "_layer_checkpoint_dependencies"} & groups:
            raise _weights_only(path, "an HDF5 file")
        raise ConversionError(
            f"'{path}' is HDF5, but no Keras model (there is no attribute 'model_config'); {WANTED}"
        )
    _check_version(path, attributes.get("keras_version", ""))


def _check_archive(path: Path) -> None:
    if path.suffix != ".keras":
        raise ConversionError(
            f"'{path}' is a .keras archive, but Keras reads one only by a name that ends "
            f"in .keras: rename it to '{path.with_suffix('.keras').name}'"
        )
    _check_version(path, _read_json(path, "metadata.json").get("keras_version", ""))


def _check_version(path: Path, version) -> None:
    """Raises for a model of Keras 3 where Keras 3 is not installed to read it."""
    if _is_of_keras_3(version) and importlib.util.find_spec("keras") is None:
        raise ConversionError(
            f"'{path}' was saved by Keras {_text(version)}, which is not installed to read it: "
            "pip install keras"
        )


def _text(version) -> str:
    return version.decode() if isinstance(version, bytes) else str(version)


def _is_of_keras_3(version) -> bool:
    major = _text(version).partition(".")[0]
    return major.isdigit() and int(major) > 2


def _saved_by_keras_3(path: Path) -> bool:
    if path.is_dir():
        return False
    if zipfile.is_zipfile(path):
        return _is_of_keras_3(_read_json(path, "metadata.json").get("keras_version", ""))
    return _is_of_keras_3(_read_hdf5(path)[0].get("keras_version", ""))


def _weights_only(path: Path, what: str) -> ConversionError:
    return ConversionError(
        f"'{path}' is {what} with weights alone, without the model's layers; {WANTED}: "
        f"{_FROM_WEIGHTS}"
    )


def _read_hdf5(path: Path) -> tuple[dict, set[str]]:
    """Keras's attributes and the names of the groups."""
    import h5py

    wanted = ("model_config", "keras_version", "layer_names")
    try:
        with h5py.File(path, "r") as file:
            found = {name: file.attrs[name] for name in wanted if name in file.attrs}
            return found, set(file)
    except _DAMAGED as error:
        raise ConversionError(f"cannot read '{path}': {_reason(error)}") from error


def _read_json(path: Path, name: str) -> dict:
    try:
        with zipfile.ZipFile(path) as archive:
            found = json.loads(archive.read(name))
    except _DAMAGED as error:
        raise ConversionError(
            f"cannot read '{path}': its {name} is damaged or missing ({error}); save the "
            "model again"
        ) from error
    if not isinstance(found, dict):
        raise ConversionError(f"cannot read '{path}': its {name} is no map; save it again")
    return found


def load_keras_model(path: Path, trust_code: bool = False):
    """Loads a saved Keras model with all SBNN and Larq layers known.

    Args:
      path: what ``check_saved_model`` accepts.
      trust_code: whether Python code in it, as of a Lambda, may run.

    Raises:
      ConversionError: Keras cannot read the file, or it holds code; the message says
        why.
    """
    from sbnn_converter.framework import IS_KERAS_2, face
    from sbnn_converter.framework.deep_models import room_for_deep_models

    of_keras_3 = _saved_by_keras_3(path)
    if not (of_keras_3 or IS_KERAS_2):
        raise ConversionError(
            f"'{path}' was saved by Keras 2, whose layers are not at hand: found Keras 3 alone, or "
            "in use already; wanted the packages tf_keras and larq and a process of its own: pip "
            "install tf_keras larq, then sbnn-convert"
        )
    if not trust_code:
        refuse_code(path, _configurations(path))
    try:
        with room_for_deep_models():
            if of_keras_3 and IS_KERAS_2:
                return _load_of_keras_3(path, trust_code)
            return face.load(path, trust_code)
    except ConversionError:
        raise
    except Exception as error:
        if _is_of_python(error):
            reason = _damage(path, trust_code)
        else:
            reason = _reason(error)
        raise ConversionError(f"cannot read '{path}': {reason}") from error


def _load_of_keras_3(path: Path, trust_code: bool):
    """A model that Keras 3 has saved, with any backend, in layers of Keras 2."""
    import keras

    import sbnn_keras.keras3  # noqa: F401  (registers the layers)
    from sbnn_keras.moving import to_keras_2

    model = keras.models.load_model(path, compile=False, safe_mode=not trust_code)
    try:
        return to_keras_2(model)
    except (ImportError, TypeError, ValueError) as error:
        raise ConversionError(f"cannot convert '{path}': {error}") from error


def _is_of_python(error: Exception) -> bool:
    """Whether an error says what Python stumbled over, not what is wrong with a file."""
    own_words = ("Could not locate", "Unknown layer", "truncated file")
    return isinstance(error, _OF_PYTHON) and not any(words in str(error) for words in own_words)


def _damage(path: Path, trust_code: bool) -> str:
    """Which layer's description is damaged, if Keras cannot build one alone."""
    import tensorflow as tf

    where = "what it says of its layers"
    for configuration in [] if trust_code else _configurations(path):
        for number, layer in enumerate(_layers_in(configuration)):
            try:
                tf.keras.layers.deserialize(layer)
            except Exception:
                inner = layer.get("config") if isinstance(layer, dict) else None
                name = inner.get("name") if isinstance(inner, dict) else None
                where = f"what it says of layer {number if name is None else repr(name)}"
                break
    return (
        f"{where} is damaged, or was written by other releases of Keras, Larq or "
        f"sbnn_keras; {WANTED}: save the model again"
    )


def _layers_in(configuration) -> list:
    inner = configuration.get("config") if isinstance(configuration, dict) else None
    layers = inner.get("layers") if isinstance(inner, dict) else None
    return layers if isinstance(layers, list) else []


def _configurations(path: Path) -> list[dict]:
    """What Keras builds the layers from, by the very parts that it reads."""
    if path.is_dir():
        texts = _saved_model_texts(path)
    elif kind_of_saved_model(path) == "HDF5":
        texts = [_read_hdf5(path)[0].get("model_config", b"{}")]
    else:
        return [_read_json(path, "config.json")]
    try:
        return [json.loads(text) for text in texts if text]
    except ValueError as error:
        raise ConversionError(
            f"cannot read '{path}': the configuration of its layers is damaged ({error}); "
            "save the model again"
        ) from error


def _saved_model_texts(folder: Path) -> list[str]:
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2
    from tf_keras.protobuf import saved_metadata_pb2

    metadata = folder / "keras_metadata.pb"
    try:
        if metadata.exists():
            nodes = saved_metadata_pb2.SavedMetadata.FromString(metadata.read_bytes()).nodes
            return [node.metadata for node in nodes]
        content = (folder / "saved_model.pb").read_bytes()
        graphs = saved_model_pb2.SavedModel.FromString(content).meta_graphs
        return [n.user_object.metadata for g in graphs for n in g.object_graph_def.nodes]
    except DecodeError as error:
        raise ConversionError(
            f"cannot read '{folder}': the SavedModel is damaged ({error}); save it again"
        ) from error


def _reason(error: Exception) -> str:
    text = str(error).strip()
    unknown = "Unknown layer: "
    if unknown in text:
        name = text.split(unknown)[1].split(".")[0].strip(" '\"")
        return (
            f"it uses the custom layer {name}, which is not known here; replace it "
            "by layers of Keras, Larq or sbnn_keras, or convert in Python with "
            "sbnn_converter.convert_keras_model(model)"
        )
    if "truncated file" in text:
        return "the file is truncated (an HDF5 file with its end missing); save it again"
    # Keras puts the whole configuration of a layer in front of the reason.
    text = text.split("Exception encountered: ")[-1]
    return text.splitlines()[0] if text else type(error).__name__

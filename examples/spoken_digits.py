"""From recordings of spoken digits to a firmware that names the digit, under emulation.

    python examples/spoken_digits.py --data spoken_digits.npz
    python examples/spoken_digits.py --data free-spoken-digit-dataset/recordings

--data is the Free Spoken Digit Dataset (https://github.com/Jakobovski/free-spoken-digit-dataset,
CC BY-SA 4.0): its folder of DIGIT_VOICE_TAKE.wav at 8 kHz; or an .npz with audio_train,
length_train, y_train and the same for test. The first five takes of a voice and digit are
tested. Log-mel features are computed here; the firmware gets them as int8. Training that was
interrupted continues where it was when the same command runs again.
"""

import wave
from pathlib import Path

import numpy as np
from absl import flags

import support

support.define_flags("spoken_digits", epochs=60, batch=60, domain=None)
flags.DEFINE_float("connections", 0.05, "Share of connections in the network.", 1e-4, 1.0)
flags.DEFINE_float("width", 0.375, "Factor of all numbers of channels.", 0.01, 4.0)

_RATE, _SAMPLES = 8000, 6400  # 0.8 s; longer recordings lose their ends
_SHIFT = 4  # frames by which recordings move in training, at most
_TEST_TAKES = 5
_SHOWN = 10  # recordings in the firmware


def load():
    """Features uint8 [n, frames, bands] and digits: train and test."""
    path = support.FLAGS.data
    if path is None:
        raise ValueError("--data: found none, wanted recordings of spoken digits; see --help")
    sounds = _read_folder(Path(path)) if Path(path).is_dir() else _read_npz(path)
    (x, y), (x_test, y_test) = sounds
    print(f"{len(x)} recordings to train on, {len(x_test)} to test")
    return features(x), y, features(x_test), y_test


def _read_npz(path: str):
    parts = []
    with np.load(path) as arrays:
        for part in ("train", "test"):
            names = [f"{name}_{part}" for name in ("audio", "length", "y")]
            missing = sorted(set(names) - set(arrays))
            if missing:
                raise ValueError(f"--data: '{path}' has no arrays {missing}")
            audio, lengths, y = (arrays[name] for name in names)
            parts.append((np.split(audio, np.cumsum(lengths)[:-1]), y.astype(int)))
    return parts


def _read_folder(folder: Path):
    parts: list[tuple[list, list]] = [([], []), ([], [])]
    for path in sorted(folder.glob("*_*_*.wav")):
        digit, _, take = path.stem.split("_")
        x, y = parts[int(take) < _TEST_TAKES]
        with wave.open(str(path)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (_RATE, 1, 2):
                raise ValueError(f"--data: '{path}' is not 8 kHz, mono, 16 bits")
            x.append(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
        y.append(int(digit))
    if not all(x for x, _ in parts):
        raise ValueError(f"--data: '{folder}' has no DIGIT_VOICE_TAKE.wav to train on and to test")
    return [(x, np.array(y)) for x, y in parts]


def features(recordings) -> np.ndarray:
    """Log-mel features, as `support.pixels` takes them."""
    from sbnn_keras.applications import LogMel

    padded = [np.pad(a[:_SAMPLES], (0, max(0, _SAMPLES - len(a)))) for a in recordings]
    values = LogMel(_RATE)(np.stack(padded).astype(np.float32) / 32768).numpy()
    return (values * 128 + 128).astype(np.uint8)


def batches(x, y, batch: int, seed: int):
    """Batches of an epoch, each recording moved by some frames."""
    import tensorflow as tf

    def move(sound, label):
        first = tf.random.uniform([], 0, 2 * _SHIFT + 1, tf.int32)
        padded = tf.pad(sound, [[_SHIFT, _SHIFT], [0, 0]])
        moved = tf.ensure_shape(padded[first : first + x.shape[1]], x.shape[1:])
        return (tf.cast(moved, tf.float32) - 128) / 128, label

    samples = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed)
    return samples.map(move).batch(batch)


def train(model, x, y, out: Path) -> None:
    import sbnn_keras

    options = support.FLAGS
    recipe = sbnn_keras.recipes.Recipe(
        options.connections, options.epochs, options.batch, rest=min(1, options.epochs - 1)
    )
    trained, callbacks = recipe.compile(model, -(-len(x) // options.batch))
    with support.progress("training", options.epochs) as shown:
        trained.fit(
            batches(x, y, options.batch, options.seed),
            epochs=options.epochs,
            callbacks=[*callbacks, support.resume(out), shown],
            verbose=0,
        )


_MAIN = """#include "recordings.h"
#include "digits.h"
#include "startup.h" /* output on the emulated board */

int main(void) {
  for (int i = 0; i < RECORDINGS; ++i) {
    int8_t scores[10];
    digits_invoke(kFeatures[i], scores);
    int best = 0;
    for (int k = 1; k < 10; ++k) {
      if (scores[k] > scores[best]) best = k;
    }
    bench_print("heard ");
    bench_print_number((uint32_t)best);
    bench_print(", said was ");
    bench_print_number((uint32_t)kSaid[i]);
    bench_print("\\n");
  }
  return 0;
}
"""


def firmware(model_file: Path, x, y, folder: Path) -> dict:
    """Writes a firmware with some recordings' features, and runs it where tools are there.

    Args:
      model_file: the converted network, int8 in and out.
      x: features uint8 of the recordings.
      y: what was said in them.
      folder: to write.

    Returns:
      Its answers, and bytes of flash and RAM; all None where nothing could run.
    """
    import sbnn_converter
    from sbnn_converter import emulation

    folder.mkdir(exist_ok=True)
    sbnn_converter.export_c(model_file, folder / "networks", name="digits")
    values = (x.reshape(len(x), -1).astype(int) - 128).tolist()
    rows = ",\n".join("{" + ", ".join(map(str, row)) + "}" for row in values)
    (folder / "recordings.h").write_text(
        f"#include <stdint.h>\n#define RECORDINGS {len(x)}\n"
        f"static const int8_t kFeatures[RECORDINGS][{len(values[0])}] = {{\n{rows}\n}};\n"
        f"static const int kSaid[RECORDINGS] = {{{', '.join(map(str, y))}}};\n"
    )
    (folder / "main.c").write_text(_MAIN)
    core = emulation.CORES["cortex-m4"]
    if emulation.missing_tools(core):
        print(f"wrote {folder}/; 'make cross-tools' lets it run here")
        return dict.fromkeys(("answers", "flash_bytes", "ram_bytes"))
    networks, image = folder / "networks", folder / "firmware.elf"
    emulation.compile_program(
        core,
        [folder / "main.c", *networks.glob("*/src/**/*.c")],
        image,
        includes=[folder, networks / "digits" / "src", networks / "sbnn" / "src"],
    )
    text, size = emulation.run(core, image).text, emulation.image_size(core, image)
    print(f"\nthe firmware on an emulated Cortex-M4:\n{text}")
    heard = [int(line.split()[1].rstrip(",")) for line in text.splitlines() if "heard" in line]
    return {"answers": heard, "flash_bytes": size.flash, "ram_bytes": size.ram}


def main():
    options = support.FLAGS
    data = x, y, x_test, y_test = load()
    out = support.out_folder()

    import tensorflow as tf

    import sbnn_keras

    tf.keras.utils.set_random_seed(options.seed)
    model = sbnn_keras.applications.SoundNet(x.shape[1:], width=options.width)
    train(model, x, y, out)
    sbnn_keras.summary(model)
    result = support.convert_and_check(model, data, out)
    some = slice(None, None, max(1, len(x_test) // _SHOWN))
    heard = x_test[some][:_SHOWN], y_test[some][:_SHOWN]
    result["firmware"] = firmware(out / "model_int8.tflite", *heard, out / "firmware")
    expected = support.answers(
        (out / "model_int8.tflite").read_bytes(), support.pixels(heard[0])
    ).tolist()
    if result["firmware"]["answers"] not in (None, expected):
        raise ValueError("the firmware answers otherwise than TFLite: please report this")
    support.report(result, out)


if __name__ == "__main__":
    support.run(main)

"""The demo runs to its end, and its runtimes agree on the whole test set."""


def test_keras_tflite_and_tflm_agree_on_all_digits(run_example, tmp_path):
    report, printed = run_example("digits", "--epochs", 3)
    assert report["keras_and_tflite_differ"] == report["keras_and_tflm_differ"] == 0
    assert report["test_images"] == report["tflm_images"] == 450
    assert report["accuracy_tflite"] == report["accuracy_keras"]
    assert report["accuracy_tflm"] == report["accuracy_keras"]
    assert report["accuracy_keras"] > 0.5  # ten classes, after three epochs
    assert report["model_bytes"] < report["int8_tflite_bytes"] / 8
    assert 0.0499 < report["connections_found"] < 0.0501
    assert (
        0
        < report["cortex_m4_instructions"]
        < report["int8_cortex_m4_instructions_estimated"] / 4
    )
    for name in ("model.h5", "sbnn.h5", "larq_bnn.h5", "float32.h5", "model.tflite"):
        assert (tmp_path / name).exists()
    assert "entropy" in printed
    assert "accuracy tflm" in printed


def test_digits_of_ones_own(data_file, run_example):
    report, _ = run_example(
        "digits", "--data", data_file((8, 8)), "--epochs", 2, "--connections", 0.2
    )
    assert report["test_images"] == 64
    assert report["keras_and_tflite_differ"] == report["keras_and_tflm_differ"] == 0

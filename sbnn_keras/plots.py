"""Figures of densities, latent weights and kernels. Needs matplotlib (extra `plots`)."""

import numpy as np

from sbnn_keras.core.arguments import check_whole

__all__ = ["kernel_images", "latent_histograms", "training_density"]


def _pyplot():
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "sbnn_keras.plots needs matplotlib, which is not installed. Run: "
            "pip install 'sbnn-keras[plots]'"
        ) from error
    return pyplot


def _need(logger, key: str, way_out: str) -> None:
    # Of either front.
    if type(logger).__name__ != "SparsityLogger" or not hasattr(logger, "history"):
        raise ValueError(f"Wrong `logger`: found {type(logger).__name__}, wanted {way_out}.")
    if not any(entry[key] for entry in logger.history.values()):
        raise ValueError(f"The logger holds no {key}: found none, wanted {way_out}.")


def training_density(logger, axes=None):
    """Density of each layer over the epochs.

    Args:
        logger: a `SparsityLogger` that was passed to `fit`.
        axes: matplotlib axes to draw into; new ones by default.

    Returns:
        The axes.
    """
    _need(logger, "density", "a SparsityLogger passed to fit(callbacks=[...])")
    axes = axes or _pyplot().subplots()[1]
    for name, entry in logger.history.items():
        epochs = np.arange(1, len(entry["density"]) + 1)
        axes.plot(epochs, entry["density"], marker=".", label=name)
    axes.set(xlabel="epoch", ylabel="density (share of connections)", ylim=(0, None))
    axes.legend()
    return axes


def latent_histograms(logger, layer: str, axes=None):
    """Histogram of the latent weights of one layer (columns) over the epochs.

    Args:
        logger: a `SparsityLogger(keep_latents=True)` that was passed to `fit`.
        layer: name of the layer, a key of `logger.history`.
        axes: matplotlib axes to draw into; new ones by default.

    Returns:
        The axes.
    """
    _need(logger, "latents", "SparsityLogger(keep_latents=True)")
    if layer not in logger.history:
        raise ValueError(f"Unknown layer: found {layer!r}, wanted one of {list(logger.history)}.")
    axes = axes or _pyplot().subplots()[1]
    histograms = logger.history[layer]["latents"]
    bound = max(edges[-1] for _, edges in histograms)
    counts = np.stack([count for count, _ in histograms], axis=1)
    image = axes.imshow(
        np.log1p(counts),
        aspect="auto",
        origin="lower",
        extent=(0.5, len(histograms) + 0.5, -bound, bound),
    )
    axes.figure.colorbar(image, ax=axes, label="log(1 + weights)")
    axes.set(xlabel="epoch", ylabel="latent weight", title=layer)
    return axes


def kernel_images(layer, input_channel: int = 0, columns: int = 8):
    """The kernels of a 2D convolution as images, one for each output channel.

    Args:
        layer: a built layer with a kernel of shape [height, width, in, out].
        input_channel: which input channel to show.
        columns: images in a row.

    Returns:
        The matplotlib figure.
    """
    if not hasattr(layer, "binary_kernel"):
        raise ValueError(
            f"Wrong `layer`: found {type(layer).__name__}, wanted a built sparse binary layer."
        )
    kernel = layer.binary_kernel()
    if kernel.ndim != 4:
        raise ValueError(
            f"Layer {layer.name!r} has a kernel of shape {kernel.shape}, wanted a 2D "
            "convolution with [height, width, in, out]."
        )
    if check_whole(input_channel, "input_channel", at_least=0) >= kernel.shape[2]:
        raise ValueError(
            f"Wrong `input_channel`: found {input_channel}, wanted one of the kernel's "
            f"{kernel.shape[2]}, from 0 on."
        )
    columns = check_whole(columns, "columns", at_least=1)
    images = kernel[:, :, input_channel]
    rows = -(-images.shape[-1] // columns)
    figure, grid = _pyplot().subplots(rows, columns, figsize=(columns, rows), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, image in zip(grid.flat, np.moveaxis(images, -1, 0)):
        axes.imshow(image, cmap="gray_r", vmin=kernel.min(), vmax=kernel.max())
    return figure

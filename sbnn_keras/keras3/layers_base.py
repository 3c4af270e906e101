"""What all sparse binary layers share, as a mixin over the layers of Keras 3.

Every layer computes

    outputs = activation(sums * output_scale + (bias + centre))

where `sums` is the exact result of the matrix product or convolution of the quantized
inputs with the quantized kernel. Nothing but small exact numbers goes into the sums, so
that every backend and integer inference agree.

State is assigned at the top level of `call` alone, and never a trainable variable: a step
of JAX carries nothing else out. So what centres the sums has a variable of its own.
"""

import math

import keras
import numpy as np
from keras import ops

from sbnn_keras.core.arguments import check_exponent, check_polarity, check_whole
from sbnn_keras.core.domains import RATIO_STEPS, Signs, get_domain
from sbnn_keras.core.scale import channel_signs, input_exponent, output_exponent
from sbnn_keras.keras3 import quantizers
from sbnn_keras.keras3.constraints import Between, WeightClip
from sbnn_keras.keras3.first_batch import warn_if_large, warn_if_one_sign
from sbnn_keras.keras3.keras_2 import NotForKeras2, check_arguments, check_inputs
from sbnn_keras.keras3.quantizers import SparseBinary
from sbnn_keras.keras3.raw_input import is_raw_input
from sbnn_keras.keras3.signs import ApproxSign, SteSign, SwishSign

AUTO = "auto"
UNCONTROLLED_SHARE = 0.5
_SIGNS = (SteSign, ApproxSign, SwishSign)


class SparseBinaryLayer(NotForKeras2, keras.layers.Layer):
    """Sums, scale, input quantizer and connections of a sparse binary layer.

    A subclass names its kernel(s) in `_kernel_names`, puts the matching layer of Keras
    behind this class, and computes in `_sums`.
    """

    _kernel_names: tuple[str, ...] = ("kernel",)

    def __init__(
        self,
        *args,
        input_quantizer=AUTO,
        bias_initializer=AUTO,
        domain="01",
        connections=None,
        polarity=None,
        exponent=None,
        **kwargs,
    ):
        check_arguments(
            {**kwargs, "input_quantizer": input_quantizer, "bias_initializer": bias_initializer},
            type(self).__name__,
        )
        own = get_domain(domain, Signs())
        own_quantizers = {}
        for size in {"units", "filters", "depth_multiplier"} & kwargs.keys():
            kwargs[size] = check_whole(kwargs[size], size, at_least=1)
        for name in self._kernel_names:
            argument = _argument(name, "quantizer")
            own_quantizers[name] = _own_quantizer(
                kwargs.pop(argument, None), domain, connections, argument
            )
            constraint = _argument(name, "constraint")
            if kwargs.get(constraint) in (None, "weight_clip"):
                kwargs[constraint] = WeightClip()
        polarity = check_polarity(own.polarity if polarity is None else polarity)
        exponent = check_exponent(exponent)
        super().__init__(
            *args,
            bias_initializer="zeros" if bias_initializer == AUTO else bias_initializer,
            **kwargs,
        )
        self._centres_bias = bias_initializer == AUTO
        self._input_quantizer_is_open = input_quantizer == AUTO
        self.input_quantizer = (
            None if self._input_quantizer_is_open else quantizers.get(input_quantizer)
        )
        self._domain = own
        self.polarity = polarity
        self._exponent = exponent
        self._own_quantizers = own_quantizers
        self._domain_scale = None
        self._sums_factor = None
        self._centre = None
        self._first_batch_seen = None
        # On TensorFlow Keras would compile steps with XLA, as Keras 2 does not: it rounds batch
        # normalization differently from the reference, and cannot warn. `jit_compile=True` can be
        # asked for.
        self.supports_jit = keras.backend.backend() != "tensorflow"

    # Connecting

    def __call__(self, inputs, *args, **kwargs):
        check_inputs(inputs, self)
        self._check_dtype(inputs)
        if self._input_quantizer_is_open:
            self._input_quantizer_is_open = False
            if not is_raw_input(inputs):
                self.input_quantizer = SteSign()
        return super().__call__(inputs, *args, **kwargs)

    def _check_dtype(self, inputs) -> None:
        for tensor in keras.tree.flatten(inputs):
            if getattr(tensor, "dtype", None) is None:
                continue
            found = keras.backend.standardize_dtype(tensor.dtype)
            if "float" not in found:
                raise ValueError(
                    f"Wrong inputs of layer {self.name!r}: found {found}, wanted a float "
                    "type. Cast them, for example with keras.layers.Rescaling."
                )

    def build(self, input_shape):
        super().build(input_shape)
        for name, quantizer in self._own_quantizers.items():
            quantizer.belong_to(self.name, self._latent(name))
        if isinstance(self.input_quantizer, keras.layers.Layer):
            self.input_quantizer.build(input_shape)
        if self._domain.learns_values:
            # beta - alpha, learnt; it multiplies the output and not the kernel.
            self._domain_scale = self.add_weight(
                name="domain_scale",
                shape=(),
                initializer="ones",
                constraint=Between(2.0**-10, 2.0**10),
                autocast=False,
            )
        if self._exponent is None:
            self._exponent = self._default_exponent()
        # The default follows from the share, which another script may not know.
        self._sums_factor = self._add_state("sums_factor", "float32", 2.0**self._exponent)
        if self.use_bias and self._centres_bias:
            self._centre = self._add_state("centre", "float32", 0.0, (self._channels(),))
        self._first_batch_seen = self._add_state("first_batch_seen", "bool", 0)

    def _add_state(self, name: str, dtype, initial, shape=()):
        return self.add_weight(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer=lambda shape, dtype: ops.cast(ops.full(shape, initial), dtype),
            trainable=False,
            autocast=False,
        )

    def _latent(self, name: str):
        return self._kernel if name == "kernel" else getattr(self, name)

    @property
    def exponent(self) -> int | None:
        """The sums are scaled by 2**exponent; None before the layer is built."""
        if self._sums_factor is None:
            return self._exponent
        return round(math.log2(float(ops.convert_to_numpy(self._sums_factor.value))))

    def hold_connections(self) -> None:
        """Begins to hold connections where a quantizer asks for it and does not yet."""
        for quantizer in self.kernel_quantizers():
            share = quantizer.share_to_begin_with
            if share is not None and quantizer.held_share is None:
                quantizer.held.hold(ops.convert_to_tensor(quantizer.latent.value), share)

    def kernel_quantizers(self) -> list[SparseBinary]:
        """The quantizer of each kernel, in the order of the kernels."""
        return list(self._own_quantizers.values())

    @property
    def kernel_quantizer(self) -> SparseBinary:
        """The quantizer of the only kernel, or of the last one."""
        return self.kernel_quantizers()[-1]

    def _default_exponent(self) -> int:
        # What goes into the sums are whole numbers: their scale is left to the output.
        if not self._domain.is_sparse:
            return 0
        exponent = input_exponent(self.input_quantizer)
        for name, quantizer in self._own_quantizers.items():
            shape = self._latent(name).shape
            fan_in = math.prod(shape[:-2] if name.startswith("depthwise") else shape[:-1])
            share = quantizer.connections or UNCONTROLLED_SHARE
            exponent += output_exponent(int(fan_in), share)
        return exponent

    # Computing

    def call(self, inputs, training=None):
        if training and self.trainable:
            self._look_at_first_batch(inputs)
        if self.input_quantizer is not None:
            inputs = self.input_quantizer(inputs)
        scale = None
        if self._domain_scale is not None:
            scale = ops.convert_to_tensor(self._domain_scale.value)
        kernels, last = {}, self._kernel_names[-1]
        for name, quantizer in self._own_quantizers.items():
            latent = ops.convert_to_tensor(self._latent(name))
            kernels[name] = quantizer(
                ops.cast(latent, self.compute_dtype),
                scale=scale if name == last else None,
                training=training,
            )
        outputs = self.scaled(self._sums(inputs, **kernels), bool(training))
        if training and self.trainable:
            self._first_batch_seen.assign(ops.ones((), "bool"))
        return outputs if self.activation is None else self.activation(outputs)

    @property
    def _sees_signs(self) -> bool:
        return isinstance(self.input_quantizer, _SIGNS)

    def _look_at_first_batch(self, inputs) -> None:
        seen = ops.convert_to_tensor(self._first_batch_seen.value)
        if self._sees_signs:
            warn_if_one_sign(inputs, seen, self.name)
        elif self.use_bias and self.input_quantizer is None:
            warn_if_large(inputs, seen, self.name)

    def scaled(self, sums, training: bool = False):
        """The layer's outputs before its activation: `call` after the exact sums.

        Args:
            sums: float tensor with the layer's output channels in their place.
            training: whether this is a training step.
        """
        outputs = sums * self._along_channels(self._output_scale(sums.dtype), sums)
        if self.use_bias:
            bias = self._bias(outputs, training)
            outputs = outputs + self._along_channels(ops.cast(bias, outputs.dtype), sums)
        return outputs

    def _bias(self, outputs, training: bool):
        """What is added to the outputs, centred on the first training batch."""
        bias = ops.convert_to_tensor(self.bias.value)
        if self._centre is None:
            return bias
        held = centre = ops.convert_to_tensor(self._centre.value)
        if training and self.trainable and not self._sees_signs:
            seen = ops.convert_to_tensor(self._first_batch_seen.value)
            axis = self._channel_axis(outputs)
            axes = [a for a in range(len(outputs.shape)) if a != axis]
            fixed = ops.cast(ops.stop_gradient(outputs), "float32")
            centre = ops.cond(seen, lambda: held, lambda: -ops.mean(fixed, axes))
            self._centre.assign(centre)
        return bias + ops.cast(centre, bias.dtype)

    def _sums(self, inputs, **kernels):
        raise NotImplementedError

    def _channel_axis(self, sums) -> int:
        first = getattr(self, "data_format", None) == "channels_first"
        return 1 if first else len(sums.shape) - 1

    def _output_scale(self, dtype):
        signs = channel_signs(self._channels(), self.polarity)
        factor = ops.convert_to_tensor(self._sums_factor.value)
        scale = ops.convert_to_tensor(signs, dtype=dtype) * ops.cast(factor, dtype)
        if self._domain_scale is not None:
            learnt = ops.stop_gradient(ops.convert_to_tensor(self._domain_scale.value))
            scale = scale * ops.cast(learnt, dtype)
        return scale

    def _along_channels(self, vector, sums):
        """Shapes a vector over channels so that it broadcasts against `sums`."""
        behind = len(sums.shape) - 1 - self._channel_axis(sums)
        return ops.reshape(vector, [-1] + [1] * behind)

    def _channels(self) -> int:
        return int(self._latent(self._kernel_names[-1]).shape[-1])

    def compute_output_spec(self, inputs, *args, **kwargs):
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)

    # Looking at it

    @property
    def domain(self) -> str:
        """Name of the domain of the weights."""
        return self._domain.name

    @property
    def output_scale(self) -> np.ndarray:
        """float32 factor of each output channel, shape [channels]."""
        return ops.convert_to_numpy(self._output_scale("float32"))

    @property
    def whole_bias(self) -> np.ndarray | None:
        """What is added to the scaled sums, float32 [channels]; None without bias."""
        if not self.use_bias:
            return None
        bias = ops.convert_to_numpy(self.bias.value).astype(np.float32)
        return bias if self._centre is None else bias + ops.convert_to_numpy(self._centre.value)

    @property
    def connections(self) -> float | None:
        """Share of ones that is asked for, else the one that is held; None without."""
        quantizer = self.kernel_quantizers()[0]
        return quantizer.connections or quantizer.held_share

    def binary_kernels(self) -> dict[str, np.ndarray]:
        """The quantized kernels by name, exactly as they go into the sums, as float32.

        Raises:
            ValueError: a latent weight is NaN or infinite.
        """
        return {
            name: quantizer.current_steps() + np.float32(quantizer.ratio_steps / RATIO_STEPS)
            for name, quantizer in self._own_quantizers.items()
        }

    def binary_kernel(self) -> np.ndarray:
        """The quantized kernel: 0 and 1, r/64 and 1 + r/64, -1, 0 and 1, or ±1, by domain.

        Returns:
            A float32 array of the shape of the kernel.

        Raises:
            ValueError: the layer has two kernels, or a latent weight is NaN or infinite.
        """
        self._check_single_kernel("binary_kernels")
        return self.binary_kernels()[self._kernel_names[0]]

    def domain_parameters(self) -> tuple[int, float]:
        """r and scale of the domain: kernel values are b + r / 64, outputs are scaled.

        Returns:
            The whole number r = 64 alpha / (beta - alpha), and beta - alpha.
        """
        self._check_single_kernel("kernel_quantizers")
        scale = 1.0
        if self._domain_scale is not None:
            scale = float(ops.convert_to_numpy(self._domain_scale.value))
        return self.kernel_quantizers()[0].ratio_steps, scale

    def _check_single_kernel(self, way_out: str) -> None:
        if len(self._kernel_names) > 1:
            raise ValueError(
                f"Layer {self.name!r} has the kernels {list(self._kernel_names)}, wanted "
                f"a layer with one. Use {way_out}()."
            )

    # Saving. Keras's own layers save their kernel and bias by name, and nothing else.

    def save_own_variables(self, store):
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store):
        variables = [*self._trainable_variables, *self._non_trainable_variables]
        if self._centre is None and len(store.keys()) == len(variables) - 1:
            # A file from when only layers that centre their sums knew of the first batch.
            for number, variable in enumerate(variables[:-1]):
                variable.assign(store[str(number)])
            return
        keras.layers.Layer.load_own_variables(self, store)

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for name in cls._kernel_names:
            argument = _argument(name, "quantizer")
            config[argument] = quantizers.get(config.get(argument))
        config["input_quantizer"] = _deserialized(config.get("input_quantizer", AUTO))
        return super().from_config(config)

    def get_config(self):
        config = super().get_config()
        config.pop("quantization_config", None)
        for name, quantizer in self._own_quantizers.items():
            serialized = keras.saving.serialize_keras_object(quantizer)
            config[_argument(name, "quantizer")] = serialized
        given = AUTO
        if not self._input_quantizer_is_open:
            given = keras.saving.serialize_keras_object(self.input_quantizer)
        config.update(
            domain=self.domain,
            polarity=self.polarity,
            exponent=self.exponent,
            input_quantizer=given,
        )
        if self._centres_bias:
            config["bias_initializer"] = AUTO
        return config


def _deserialized(quantizer):
    return quantizer if quantizer == AUTO else quantizers.get(quantizer)


def _argument(kernel: str, what: str) -> str:
    """Of `depthwise_kernel` and `quantizer`: `depthwise_quantizer`."""
    return f"kernel_{what}" if kernel == "kernel" else kernel.replace("kernel", what)


def _own_quantizer(given, domain: str, connections, argument: str) -> SparseBinary:
    """A quantizer for one kernel of one layer, from what the user has given."""
    if given is None:
        return SparseBinary(connections=connections, domain=domain)
    quantizer = quantizers.get(given)
    if not isinstance(quantizer, SparseBinary):
        raise ValueError(
            f"Wrong `{argument}`: found {given!r}, wanted 'sparse_binary' or an object of "
            "sbnn_keras.keras3.quantizers.SparseBinary."
        )
    config = quantizer.get_config()
    if config["domain"] != domain:
        raise ValueError(
            f"`domain` and `{argument}` disagree: found {domain!r} and "
            f"{config['domain']!r}, wanted the same domain in both."
        )
    if connections is not None:
        if config["connections"] not in (None, connections):
            raise ValueError(
                f"`connections` and `{argument}` disagree: found {connections} and "
                f"{config['connections']}. Give one of them."
            )
        config["connections"] = connections
    # A quantizer holds the state of one kernel, so layers never share one.
    return type(quantizer).from_config(config)

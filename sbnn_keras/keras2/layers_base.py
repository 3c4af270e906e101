"""What all sparse binary layers share, as a mixin over Larq's layers.

Every layer computes

    outputs = activation(sums * output_scale + bias)

where `sums` is the exact result of the matrix product or convolution of the
quantized inputs with the quantized kernel. Nothing but small exact numbers goes
into the sums, so that float32 training and integer inference agree.
"""

import contextlib
import math

import larq as lq
import numpy as np
import tensorflow as tf

from sbnn_keras.core.arguments import check_exponent, check_polarity, check_whole
from sbnn_keras.core.domains import RATIO_STEPS, get_domain
from sbnn_keras.core.scale import channel_signs, input_exponent, output_exponent
from sbnn_keras.keras2.centred_bias import centre_bias
from sbnn_keras.keras2.constraints import Between
from sbnn_keras.keras2.finite import check_finite
from sbnn_keras.keras2.keras_3 import NotForKeras3, check_arguments, check_inputs
from sbnn_keras.keras2.large_inputs import warn_if_large
from sbnn_keras.keras2.one_sign import warn_if_one_sign
from sbnn_keras.keras2.quantizers import SparseBinary
from sbnn_keras.keras2.raw_input import is_raw_input
from sbnn_keras.keras2.scaling import scale_outputs

AUTO = "auto"
UNCONTROLLED_SHARE = 0.5
_SIGNS = (
    lq.quantizers.SteSign,
    lq.quantizers.ApproxSign,
    lq.quantizers.SwishSign,
)


class SparseBinaryLayer(NotForKeras3, tf.keras.layers.Layer):
    """Sums, scale, input quantizer and connections of a sparse binary layer.

    A subclass names its kernel(s) in `_kernel_names` and puts the matching Larq
    layer behind this class.
    """

    _kernel_names = ("kernel",)

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
        self._input_quantizer_is_open = input_quantizer == AUTO
        self._centres_bias = bias_initializer == AUTO
        self._domain = get_domain(domain)
        self.polarity = check_polarity(self._domain.polarity if polarity is None else polarity)
        self._exponent = check_exponent(exponent)
        for size in {"units", "filters", "depth_multiplier"} & kwargs.keys():
            kwargs[size] = check_whole(kwargs[size], size, at_least=1)
        for name in self._kernel_names:
            argument = name.replace("kernel", "quantizer")
            if name == "kernel":
                argument = "kernel_quantizer"
            kwargs[argument] = _own_quantizer(
                kwargs.get(argument), self.domain, connections, argument
            )
            constraint = argument.replace("quantizer", "constraint")
            if kwargs.get(constraint) is None:
                kwargs[constraint] = "weight_clip"
        super().__init__(
            *args,
            input_quantizer=None if self._input_quantizer_is_open else input_quantizer,
            bias_initializer="zeros" if self._centres_bias else bias_initializer,
            **kwargs,
        )
        self._first_batch_seen = None
        self._domain_scale = None
        self._sums_factor = None
        # Layers of old files have fewer variables; see `from_config`.
        self._has_control_state = True

    # Connecting

    def __call__(self, inputs, *args, **kwargs):
        check_inputs(inputs, self)
        self._check_dtype(inputs)
        if self._input_quantizer_is_open:
            self._input_quantizer_is_open = False
            if not is_raw_input(inputs):
                self.input_quantizer = lq.quantizers.SteSign()
        return super().__call__(inputs, *args, **kwargs)

    def _infer_output_signature(self, *args, **kwargs):
        """Keras's own way to the shapes of symbolic outputs: it calls the layer in a graph
        that nobody runs. Choosing connections there takes half of the time to build one."""
        with contextlib.ExitStack() as stack:
            for quantizer in self.kernel_quantizers():
                stack.enter_context(quantizer.asked_for_shapes())
            return super()._infer_output_signature(*args, **kwargs)

    def _check_dtype(self, inputs) -> None:
        for tensor in tf.nest.flatten(inputs):
            if getattr(tensor, "dtype", None) is None:
                continue
            found = tf.as_dtype(tensor.dtype)
            if not found.is_floating:
                raise ValueError(
                    f"Wrong inputs of layer {self.name!r}: found {found.name}, wanted a "
                    "float type. Cast them, for example with tf.keras.layers.Rescaling."
                )
            if found.size < 4 and found.name != self.compute_dtype:
                raise ValueError(
                    f"Wrong inputs of layer {self.name!r}: found {found.name}, wanted "
                    f"the layer's own {self.compute_dtype} (or float32). Put "
                    "tf.keras.layers.Activation('linear', dtype='float32') in front, or "
                    f"give the layer dtype='mixed_{found.name}'."
                )

    def build(self, input_shape):
        if isinstance(self.input_quantizer, tf.keras.layers.Layer):
            # Larq's quantizers cast to the global policy, not to this layer's.
            self.input_quantizer._autocast = False
        super().build(input_shape)
        for kernel, quantizer in self._kernels():
            quantizer.belong_to(self.name)
            if self._has_control_state or quantizer.connections is not None:
                quantizer.make_holdable(kernel.latent_variable)
            quantizer.build(kernel.shape)
        if self._domain.learns_values:
            # beta - alpha, learnt; it multiplies the output and not the kernel.
            self._domain_scale = self.add_weight(
                "domain_scale",
                shape=(),
                initializer="ones",
                constraint=Between(2.0**-10, 2.0**10),
            )
            self.kernel_quantizers()[-1].multiply_outputs_by(self._domain_scale)
        if self._exponent is None:
            self._exponent = self._default_exponent()
        if self._sees_signs or self._centres_bias:
            self._first_batch_seen = self._add_state("first_batch_seen", tf.bool, 0)
        if self._has_control_state:
            # The default follows from the share, which another script may not know.
            factor = 2.0**self._exponent
            self._sums_factor = self._add_state("sums_factor", tf.float32, factor)

    def _add_state(self, name: str, dtype, initial) -> tf.Variable:
        return self.add_weight(
            name,
            shape=(),
            dtype=dtype,
            initializer=lambda shape, dtype: tf.cast(tf.fill(shape, initial), dtype),
            trainable=False,
            experimental_autocast=False,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )

    @property
    def exponent(self) -> int | None:
        """The sums are scaled by 2**exponent; None before the layer is built."""
        if self._sums_factor is None:
            return self._exponent
        with tf.init_scope():
            return round(math.log2(self._sums_factor.numpy()))

    @property
    def _sees_signs(self) -> bool:
        return isinstance(self.input_quantizer, _SIGNS)

    def hold_connections(self) -> bool:
        """Begins to hold connections where a quantizer asks for it and does not yet.

        Returns:
            True if anything is newly held: functions traced before choose slowly, or
            never in layers of old files.
        """
        newly_held = False
        for kernel, quantizer in self._kernels():
            share = quantizer.share_to_begin_with
            if share is None or quantizer.held_share is not None:
                continue
            if quantizer.held is None:
                quantizer.make_holdable(kernel.latent_variable)
            quantizer.held.hold(tf.convert_to_tensor(kernel.latent_variable), share)
            newly_held = True
        return newly_held

    def kernel_quantizers(self) -> list[SparseBinary]:
        """The quantizer of each kernel, in the order of the kernels."""
        return [self._get_quantizer(name) for name in self._kernel_names]

    def _kernels(self):
        """Pairs of kernel variable and its quantizer."""
        for name in self._kernel_names:
            yield getattr(self, name), self._get_quantizer(name)

    def _default_exponent(self) -> int:
        # What goes into the sums are whole numbers: their scale is left to the output.
        exponent = input_exponent(self.input_quantizer)
        for kernel, quantizer in self._kernels():
            fan_in = int(np.prod(kernel.shape[:-1]))
            if kernel.name.split("/")[-1].startswith("depthwise"):
                fan_in = int(np.prod(kernel.shape[:-2]))
            share = quantizer.connections or UNCONTROLLED_SHARE
            exponent += output_exponent(fan_in, share)
        return exponent

    # Computing

    def call(self, inputs, training=None):
        if training and self._sees_signs:
            warn_if_one_sign(inputs, self._first_batch_seen, self.name)
        elif training and self._adds_bias_to_raw_inputs:
            warn_if_large(inputs, self._first_batch_seen, self.name)
        with _sums_only(self):
            sums = super().call(inputs)
        if training and self._centres_bias and self.use_bias and not self._sees_signs:
            centre_bias(
                self._scaled(sums),
                self.bias,
                self._first_batch_seen,
                self._channel_axis(sums),
            )
        return self.finish(sums)

    @property
    def _adds_bias_to_raw_inputs(self) -> bool:
        """Whether large inputs would drown the bias, and nothing has been said of it yet."""
        watches = self._first_batch_seen is not None
        return watches and self.use_bias and self.input_quantizer is None

    def _scaled(self, sums: tf.Tensor) -> tf.Tensor:
        scale = self._along_channels(self._output_scale(sums.dtype), sums)
        return scale_outputs(sums, scale)

    def _channel_axis(self, sums: tf.Tensor) -> int:
        first = getattr(self, "data_format", None) == "channels_first"
        return 1 if first else sums.shape.rank - 1

    def finish(self, sums: tf.Tensor) -> tf.Tensor:
        """Scale, bias and activation of the layer: `call` after the exact sums.

        Args:
            sums: float tensor with the layer's output channels in their place.
        """
        sums = tf.convert_to_tensor(sums)
        outputs = self._scaled(sums)
        if self.use_bias:
            outputs += self._along_channels(self.bias, sums)
        if self.activation is not None:
            outputs = self.activation(outputs)
        return outputs

    def _output_scale(self, dtype) -> tf.Tensor:
        signs = channel_signs(self._channels(), self.polarity)
        factor = self._sums_factor
        if factor is None:
            factor = 2.0**self._exponent
        scale = tf.constant(signs, dtype) * tf.cast(factor, dtype)
        if self._domain_scale is not None:
            scale *= tf.cast(self._domain_scale, dtype)
        return scale

    def _along_channels(self, vector, sums: tf.Tensor) -> tf.Tensor:
        """Shapes a vector over channels so that it broadcasts against `sums`."""
        behind = sums.shape.rank - 1 - self._channel_axis(sums)
        return tf.reshape(vector, [-1] + [1] * behind)

    def _channels(self) -> int:
        return int(self.kernel.shape[-1])

    # Looking at it

    @property
    def domain(self) -> str:
        """Name of the domain of the weights."""
        return self._domain.name

    @property
    def output_scale(self) -> np.ndarray:
        """float32 factor of each output channel, shape [channels]."""
        return self._output_scale(tf.float32).numpy()

    @property
    def connections(self) -> float | None:
        """Share of ones that is asked for, else the one that is held; None without."""
        quantizer = self._get_quantizer(self._kernel_names[0])
        return quantizer.connections or quantizer.held_share

    def binary_kernels(self) -> dict[str, np.ndarray]:
        """The quantized kernels by name, exactly as they go into the sums, as float32.

        Raises:
            ValueError: a latent weight is NaN or infinite.
        """
        kernels = {}
        for name, (kernel, quantizer) in zip(self._kernel_names, self._kernels()):
            steps = quantizer.current_steps(kernel.latent_variable)
            kernels[name] = steps + np.float32(quantizer.ratio_steps / RATIO_STEPS)
        return kernels

    def binary_kernel(self) -> np.ndarray:
        """The quantized kernel: 0 and 1, r/64 and 1 + r/64, or -1, 0 and 1, by domain.

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
        scale = 1.0 if self._domain_scale is None else float(self._domain_scale.numpy())
        return self.kernel_quantizers()[0].ratio_steps, scale

    def _check_single_kernel(self, way_out: str) -> None:
        if len(self._kernel_names) > 1:
            raise ValueError(
                f"Layer {self.name!r} has the kernels {list(self._kernel_names)}, wanted "
                f"a layer with one. Use {way_out}()."
            )

    # Saving

    def _control_state(self) -> list:
        state = [v for _, q in self._kernels() for v in q.state]
        return state + [v for v in (self._first_batch_seen, self._sums_factor) if v is not None]

    @property
    def weights(self):
        """What the layer computes with, as in Larq: kernel and bias.

        The state of sparsity control is saved and counted among `variables`.
        """
        if not self.built:
            return super().weights
        state = {id(v) for v in self._control_state()}
        return [w for w in super().weights if id(w) not in state]

    @property
    def variables(self):
        return super().weights

    @property
    def non_trainable_weights(self):
        """In the same order whether or not the layer is frozen, as files rely on it."""
        found = super().non_trainable_weights
        if self.trainable or not self._has_control_state:
            return found
        state = {id(v) for v in self._control_state()}
        return sorted(found, key=lambda v: id(v) in state)

    def set_weights(self, weights):
        super().set_weights(weights)
        for kernel, quantizer in self._kernels():
            check_finite(kernel.latent_variable.numpy(), self.name)
            if quantizer.held_share is not None:
                quantizer.held.choose(tf.convert_to_tensor(kernel.latent_variable))

    def load_own_variables(self, store):
        if self._sums_factor is None or str(len(self._own_variables()) - 1) in store:
            super().load_own_variables(store)
            return
        # A file from before the factor was saved.
        for number, variable in enumerate(self._own_variables()[:-1]):
            variable.assign(store[str(number)])

    def complete_weights(self, values: list) -> list:
        """Values of a .h5 file in the order of the variables, with what old files lack.

        Raises:
            ValueError: they are not those of this layer.
        """
        variables = self.trainable_weights + self.non_trainable_weights
        factor = [(self._sums_factor, 2.0**self.exponent)]
        held = [
            (variable, np.zeros(variable.shape))
            for quantizer in self.kernel_quantizers()
            if quantizer.held is not None
            for variable in quantizer.held.variables()
        ]
        for lacking in ([], factor, factor + held):
            lacking = {id(v): value for v, value in lacking if v is not None}
            if len(values) == len(variables) - len(lacking):
                given = iter(values)
                return [lacking[id(v)] if id(v) in lacking else next(given) for v in variables]
        raise ValueError(
            f"Wrong weights for layer {self.name!r}: found {len(values)} arrays in the "
            f"file, wanted {len(variables)}: {[v.name for v in variables]}. Build the "
            "layer with the arguments it was trained with (domain, use_bias, "
            "input_quantizer), or set kernel and bias with layer.set_weights()."
        )

    def _own_variables(self) -> list:
        return self._trainable_weights + self._non_trainable_weights

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        # Files from before the state was always saved do not have this entry.
        has_control_state = config.pop("control_state", False)
        layer = super().from_config(config)
        layer._has_control_state = has_control_state
        return layer

    def get_config(self):
        config = {
            **super().get_config(),
            "domain": self.domain,
            "polarity": self.polarity,
            "exponent": self.exponent,
            "control_state": self._has_control_state,
        }
        if self._input_quantizer_is_open:
            config["input_quantizer"] = AUTO
        if self._centres_bias:
            config["bias_initializer"] = AUTO
        return config


def _own_quantizer(given, domain, connections, argument: str) -> SparseBinary:
    """A quantizer for one kernel of one layer, from what the user has given."""
    if given is None:
        return SparseBinary(connections=connections, domain=domain)
    quantizer = lq.quantizers.get(given)
    if not isinstance(quantizer, SparseBinary):
        raise ValueError(
            f"Wrong `{argument}`: found {given!r}, wanted 'sparse_binary' or an "
            "object of sbnn_keras.quantizers.SparseBinary. For other quantizers use "
            "the layers of Larq."
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


@contextlib.contextmanager
def _sums_only(layer):
    """Lets the Larq layer compute its sums without bias and activation.

    After an error, Larq would go on to read every kernel quantized, also where its
    latent weights are asked for; so the scope it was in is restored as well.
    """
    kept = {name: vars(layer)[name] for name in ("use_bias", "activation")}
    scope = lq.context.should_quantize()
    vars(layer).update(use_bias=False, activation=None)
    try:
        yield
    finally:
        vars(layer).update(kept)
        lq.context._quantized_scope.should_quantize = scope

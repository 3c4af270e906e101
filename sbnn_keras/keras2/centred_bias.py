"""Centres the sums of a layer by its bias, on the first training batch.

0/1 connections add up raw pixels in [0, 1] to sums that are all positive: the
sign that follows would be constant, and a bias that learns its way down at the
learning rate takes most of a short training to get there. So the first batch
sets the bias to minus the mean of the scaled sums, channel by channel (the
data-dependent initialization of Salimans & Kingma, arXiv 1602.07868, section 3,
without its scale).
"""

import tensorflow as tf


def centre_bias(scaled_sums, bias: tf.Variable, done: tf.Variable, channel_axis: int):
    """Sets `bias` to minus the mean of `scaled_sums`, once.

    Runs inside graphs and under XLA. Several replicas take the mean over the
    global batch, so that they agree with one.

    Args:
        scaled_sums: output of the layer before its bias.
        bias: vector over the channels.
        done: bool variable; False until the first batch has been seen.
        channel_axis: axis of the channels in `scaled_sums`.
    """
    axes = [a for a in range(scaled_sums.shape.rank) if a != channel_axis]

    def minus_mean():
        mean = tf.reduce_mean(tf.cast(tf.stop_gradient(scaled_sums), tf.float32), axes)
        return -tf.cast(mean, bias.dtype)

    replica = tf.distribute.get_replica_context()
    if replica is not None and replica.num_replicas_in_sync > 1:
        _centre_replicas(replica, minus_mean(), bias, done)
        return

    def assign():
        bias.assign(minus_mean())
        done.assign(True)
        return tf.no_op()

    tf.cond(done, lambda: tf.no_op(), assign)


def _centre_replicas(replica, centre, bias, done):
    # Variables of several replicas cannot be assigned inside a conditional, so
    # this assigns at every step: the old value, once the first batch is over.
    centre = replica.all_reduce(tf.distribute.ReduceOp.MEAN, centre)
    value = tf.where(done, tf.cast(bias, centre.dtype), centre)
    replica.merge_call(
        lambda strategy, value: strategy.extended.update(
            bias, lambda variable, v: variable.assign(v), args=(value,)
        ),
        args=(value,),
    )
    done.assign(True)

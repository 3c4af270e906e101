"""Uses Keras 3 beside the layers of Keras 2 and prints what each use is answered, a line each."""

import keras
import numpy as np

from sbnn_keras.keras2 import (
    AlternatingSigns,
    ConnectionsSchedule,
    ExpectedConnections,
    FreezeConnections,
    SharpnessSchedule,
    SparseBinaryDense,
    SparsityLogger,
    allocate_connections,
    in_float32,
    summary,
)


def model():
    network = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    network.compile("adam", "mse")
    return network


def fit(callback):
    model().fit(np.zeros((4, 5)), np.zeros((4, 3)), verbose=0, callbacks=[callback])


USES = [
    lambda: fit(ConnectionsSchedule(0.1)),
    lambda: fit(FreezeConnections(1)),
    lambda: fit(SparsityLogger()),
    lambda: fit(SharpnessSchedule()),
    lambda: fit(ExpectedConnections(0.1, 0.1)),
    lambda: ExpectedConnections(0.1, 0.1).loss("mse", model()),
    lambda: summary(model()),
    lambda: allocate_connections(model(), 0.1),
    lambda: in_float32(model()),
    lambda: keras.Sequential([SparseBinaryDense(3)]),
    lambda: keras.Sequential([keras.Input((5,)), SparseBinaryDense(3)]),
    lambda: model().add(SparseBinaryDense(3)),
    lambda: SparseBinaryDense(3)(keras.Input((5,))),
    lambda: AlternatingSigns()(keras.Input((5,))),
]

for use in USES:
    try:
        use()
    except (TypeError, ValueError) as error:
        print(error)
    else:
        print("taken")

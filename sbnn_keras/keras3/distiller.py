"""Knowledge distillation: a network learns from the answers of a larger one."""

import keras
from keras import ops

from sbnn_keras.core.arguments import check_number
from sbnn_keras.core.distillation import check_classes
from sbnn_keras.keras3.callback import into_variables
from sbnn_keras.keras3.keras_2 import check_model

__all__ = ["Distiller"]

# Below any softmax of float32 that is not 0; its logarithm is finite.
_TINY = 1e-37


class Distiller(keras.Model):
    """Trains a classifier on labels and on a teacher's answers at once.

    ```python
    distiller = sbnn_keras.Distiller(student, teacher, alpha=0.7, temperature=3.0)
    distiller.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    distiller.fit(x, y, epochs=25, callbacks=[sbnn_keras.ConnectionsSchedule(decay)])
    student.save("student.h5")
    ```

    The loss of a training step is

    ```python
    (1 - alpha) * loss(labels, student) + alpha * T**2 * KL(teacher_T || student_T)
    ```

    with `p_T = softmax(logits / T)`, T the temperature (arXiv 1503.02531, section 2);
    penalties of layers are added once. What is logged as `loss` is all of it, and
    `distillation_loss` is the teacher's, with its `T**2`.
    Callbacks of this package act on the student. The teacher is not trained. What
    is saved, by `save` or `ModelCheckpoint`, is the student.

    Args:
        student: the model to train; its output is [batch, classes] and one tensor.
        teacher: a model with the student's inputs and classes.
        alpha: share of the loss that the teacher takes, in [0, 1].
        temperature: above 0; high ones make the teacher's second choices count.
        from_logits: whether both give logits; by default the outputs of a softmax.

    Raises:
        ValueError: for other outputs, an alpha or a temperature out of range.
        TypeError: for models of Keras 2.
    """

    def __init__(
        self,
        student: keras.Model,
        teacher: keras.Model,
        alpha: float = 0.7,
        temperature: float = 3.0,
        from_logits: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.alpha = check_number(alpha, "alpha", "a share in [0, 1]", lambda a: 0 <= a <= 1)
        self.temperature = check_number(
            temperature, "temperature", "a number above 0", lambda t: 0 < t < float("inf")
        )
        for model in (student, teacher):
            check_model(model)
        check_classes(student, teacher)
        self.from_logits = bool(from_logits)
        self.student = student
        # Unseen by Keras: neither trained nor saved.
        vars(self)["teacher"] = teacher
        vars(self)["_apart"] = keras.metrics.Mean(name="distillation_loss")
        self.built = True  # as its student is

    def call(self, inputs, training=None):
        return self.student(inputs, training=training)

    @property
    def metrics(self):
        return [*super().metrics, self._apart]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The loss of labels and teacher; see `keras.Model.compute_loss`."""
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        penalties = sum((ops.cast(p, loss.dtype) for p in self.losses), 0.0)
        answers = self.teacher(x, training=False)
        apart = self._divergence(answers, y_pred, sample_weight)
        self._apart.update_state(apart)
        return (1.0 - self.alpha) * (loss - penalties) + self.alpha * apart + penalties

    def _divergence(self, teacher, student, sample_weight):
        """T^2 KL(teacher || student) at the temperature T, the mean over the batch."""
        wanted = ops.log_softmax(self._logits(teacher) / self.temperature)
        found = ops.log_softmax(self._logits(student) / self.temperature)
        apart = ops.sum(ops.exp(wanted) * (wanted - found), axis=-1)
        if sample_weight is not None:
            apart *= ops.reshape(ops.cast(sample_weight, apart.dtype), ops.shape(apart))
        return self.temperature**2 * ops.mean(apart)

    def _logits(self, outputs):
        """Up to a constant, which the softmax does not see."""
        outputs = ops.cast(outputs, "float32")
        return outputs if self.from_logits else ops.log(ops.maximum(outputs, _TINY))

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Saves the student, as it stands; `ModelCheckpoint` does so while it trains.

        See `keras.Model.save`. The student has not been compiled, so its file has no optimizer.
        """
        into_variables(self)
        self.student.save(filepath, overwrite, zipped, **kwargs)

    def get_config(self):
        raise NotImplementedError(
            "A Distiller is not saved: found a request for its configuration, wanted that of its "
            "student, which distiller.save(path) saves, as ModelCheckpoint does."
        )

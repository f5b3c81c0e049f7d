"""Train steps and inference of whole models in Keras on JAX, for `benches/steps` to take turns with.

    KERAS_BACKEND=jax python steps.py mlp      # or another model of workload(), or mlp-inference

Speaks the line protocol of ../README.md.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import protocol  # noqa: E402

# JAX has as many threads as the process has processors.
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: protocol.THREADS]))

import jax  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from jax import numpy as jnp  # noqa: E402
from keras import layers  # noqa: E402


def mlp(inputs, *widths):
    hidden = [layers.Dense(width, activation="relu") for width in widths[:-1]]
    return keras.Sequential([keras.Input([inputs]), *hidden, layers.Dense(widths[-1])])


def cnn():
    """Channels come first, of which there is one."""
    return keras.Sequential([
        keras.Input([1, 28, 28]), layers.Reshape([28, 28, 1]),
        layers.Conv2D(32, 3, activation="relu"), layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(), layers.Permute([3, 1, 2]), layers.Flatten(),
        layers.Dense(128, activation="relu"), layers.Dense(10),
    ])  # fmt: skip


def sentiment():
    return keras.Sequential([
        keras.Input([100], dtype="int32"), layers.Embedding(10_000, 50),
        layers.LSTM(128, return_sequences=True), layers.Dropout(0.2),
        layers.LSTM(128), layers.Dropout(0.2), layers.Dense(1),
    ])  # fmt: skip


class Positions(layers.Layer):
    """Adds a learned vector of each position."""

    def build(self, shape):
        self.table = self.add_weight(shape=(512, shape[-1]))

    def call(self, x):
        return x + self.table[: x.shape[1]]


def encoder(width, depth):
    ids = keras.Input([128], dtype="int32")
    x = layers.Embedding(30_522, width)(ids)
    x = layers.Dropout(0.1)(Positions()(x))
    for _ in range(depth):
        found = layers.MultiHeadAttention(12, width // 12, dropout=0.1)(x, x)
        x = layers.LayerNormalization(epsilon=1e-5)(x + layers.Dropout(0.1)(found))
        hidden = layers.Dropout(0.1)(layers.Dense(4 * width, activation="gelu")(x))
        hidden = layers.Dropout(0.1)(layers.Dense(width)(hidden))
        x = layers.LayerNormalization(epsilon=1e-5)(x + hidden)
    return keras.Model(ids, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def workload(name):
    """A model, its optimizer and its loss."""
    adam = keras.optimizers.Adam(1e-3, epsilon=1e-8)
    classes = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    binary = keras.losses.BinaryCrossentropy(from_logits=True)
    match name:
        case "mlp":
            return mlp(784, 256, 10), adam, classes
        case "wide-mlp":
            return mlp(784, 512, 512, 10), adam, classes
        case "cnn":
            return cnn(), adam, classes
        case "logistic":
            return mlp(10, 1), adam, binary
        case "sentiment":
            return sentiment(), adam, binary
        case "encoder" | "text" | "bert":
            adam = keras.optimizers.AdamW(1e-3, weight_decay=0.01, epsilon=1e-8)
            return encoder(*((768, 12) if name == "bert" else (384, 6))), adam, classes
    protocol.refuse(f"no model {name}")


def turned(name, value):
    """A weight as Keras has it: maps take rows from the left, filters have their channels last."""
    if value.ndim == 4:
        return value.transpose(2, 3, 1, 0)
    is_table = name.startswith(("embedding", "tokens", "positions"))
    return value.T if value.ndim == 2 and not is_table else value


def ordered(arrays):
    """The layers' norms stand where they are used, not at the end of each layer."""
    names = [name for name, _ in arrays]
    moved = {}
    for name, value in arrays:
        if ".norm1." in name:
            moved.setdefault(name.split(".norm1.")[0], []).append((name, value))
    result = []
    for name, value in arrays:
        if ".norm1." in name:
            continue
        if name.endswith("linear1.weight"):
            result += moved[name.removesuffix(".linear1.weight")]
        result.append((name, value))
    assert len(result) == len(names)
    return result


class Learner:
    def __init__(self, name, batches):
        self.batches = [(as_32(x), as_32(y)) for x, y in batches]
        self.learns = not name.endswith("-inference")
        self.model, optimizer, self.loss = workload(name.removesuffix("-inference"))
        self.model.compile(optimizer, self.loss)

    def step(self, batch):
        inputs, targets = self.batches[batch]
        if self.learns:
            self.model.train_on_batch(inputs, targets)
        else:
            self.model.predict_on_batch(inputs)

    def check(self, arrays):
        weights = self.model.trainable_variables
        assert len(weights) == len(arrays), f"{len(weights)} weights, came {len(arrays)}"
        for weight, (name, value) in zip(weights, ordered(arrays)):
            weight.assign(turned(name, value).reshape(weight.shape))
        inputs, targets = self.batches[0]
        rest = [v.value for v in self.model.non_trainable_variables]

        def loss(weights):
            outputs, _ = self.model.stateless_call(weights, rest, inputs, training=False)
            return self.loss(targets.reshape(outputs.shape[:-1] + (-1,)), outputs)

        value, slopes = jax.value_and_grad(loss)([v.value for v in weights])
        norm = jnp.sqrt(sum((slope**2).sum() for slope in slopes))
        return [float(value), float(norm)][: 1 + self.learns]


def as_32(array):
    return array.astype(np.int32 if array.dtype == np.int64 else np.float32)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    keras.utils.set_random_seed(1)
    protocol.serve(lambda batches: Learner(sys.argv[1], batches))


if __name__ == "__main__":
    main()

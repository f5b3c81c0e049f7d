"""Makes keras_* and h5_* in weights/: a network as Keras keeps it, and HDF5 files that nobody should trust.

    pip install keras==3.15.1 jax h5py numpy && KERAS_BACKEND=jax python hdf5.py

What Keras answers stands in hdf5.json; what the reader says of each file stands in weights.txt.
"""

import json
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np

OUT = Path(__file__).with_name("weights")

# A network of the layers that articles use.
keras.utils.set_random_seed(1)
layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((6,)),
        layers.Embedding(5, 3),
        layers.LSTM(4, return_sequences=True),
        layers.LSTM(3),
        layers.Dense(4, activation="tanh"),
        layers.Dense(2, activation="sigmoid"),
    ]
)
rng = np.random.default_rng(1)
model.set_weights([rng.normal(0, 0.5, weight.shape).astype("float32") for weight in model.get_weights()])
model.compile("sgd", "mse")
inputs = [[0, 1, 2, 3, 4, 0], [4, 4, 1, 0, 2, 2]]
answers = np.asarray(model.predict(np.array(inputs), verbose=0), dtype="float64")
Path(__file__).with_name("hdf5.json").write_text(
    json.dumps({"inputs": inputs, "answers": answers.tolist()}, indent=1) + "\n"
)
model.save(OUT / "keras_3.keras")
model.save_weights(OUT / "keras_3.weights.h5")
model.save(OUT / "keras_2.h5")

whole = (OUT / "keras_3.weights.h5").read_bytes()
(OUT / "h5_cut.h5").write_bytes(whole[: len(whole) // 2])
(OUT / "h5_magic_only.h5").write_bytes(whole[:8])
with zipfile.ZipFile(OUT / "h5_cut.keras", "w") as out:
    out.writestr("model.weights.h5", whole[: len(whole) // 3])


def h5(name, **settings):
    return h5py.File(OUT / name, "w", **settings)


with h5("h5_types.h5") as file:
    for kind in ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", ">f4", ">i8"]:
        file[f"little/{kind}" if kind[0] != ">" else f"big/{kind[1:]}"] = np.arange(6, dtype=kind).reshape(2, 3)
    file["scalar"] = np.float32(7)
    file["empty"] = np.zeros((0, 3), "f4")
with h5("h5_packed.h5", libver=("earliest", "v110")) as file:
    chunks = {"chunks": (5, 5), "compression": "gzip", "shuffle": True, "fletcher32": True}
    file.create_dataset("packed", data=np.arange(200, dtype="f4").reshape(20, 10), **chunks)
    file["a/b/c"] = np.ones(3)
with h5("h5_circle.h5") as file:
    file["a/w"] = np.ones(2)
    file["a/again"] = file["a"]
with h5("h5_soft_links.h5") as file:
    file["w"] = np.ones(2)
    file["same"] = h5py.SoftLink("/w")
with h5("h5_dangling.h5") as file:
    file["w"] = np.ones(2)
    file["nowhere"] = h5py.SoftLink("/gone")
with h5("h5_other_file.h5") as file:
    file["w"] = np.ones(2)
    file["passwords"] = h5py.ExternalLink("/etc/passwd", "/")
with h5("h5_huge_shape.h5") as file:
    file.create_dataset("w", (1 << 40,), "f4", chunks=(1 << 20,))
with h5("h5_huge_product.h5") as file:
    file.create_dataset("w", (1 << 33, 1 << 33), "f4", chunks=(1024, 1024))
with h5("h5_bomb.h5") as file:
    file.create_dataset("w", data=np.zeros(1 << 20, "f4"), chunks=(1 << 20,), compression="gzip", compression_opts=9)
with h5("h5_texts.h5") as file:
    file["names"] = ["a", "b"]
with h5("h5_half.h5") as file:
    file["w"] = np.ones(3, "f2")
with h5("h5_pairs.h5") as file:
    file["w"] = np.zeros(2, [("x", "f4"), ("y", "f4")])
with h5("h5_nothing.h5") as file:
    file.create_group("layers")

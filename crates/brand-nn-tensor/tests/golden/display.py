"""Writes display.json: arrays, and how NumPy prints them. Run with NumPy 2.x."""

import json
import pathlib

import numpy as np

nan, inf = float("nan"), float("inf")
rows = [
    ("f64", [1.0, 2.5, -3.0]),
    ("f64", [[1.0, 2.0], [3.0, 4.0]]),
    ("f64", [0.1, 0.25, 1.0]),
    ("f32", [0.1, 0.2, 0.3]),
    ("f32", [1 / 3, 2 / 3, 100.0]),
    ("f64", [1 / 3, 2 / 3, 100.0]),
    ("f64", [1e10, 1.0]),
    ("f64", [1e-5, 1.0]),
    ("f64", [1.5e-7, -2.25e8, 3.0]),
    ("f32", [0.1, 1000.5, 2e-6]),
    ("f64", [1e100, 1e-100]),
    ("f64", [nan, 1.0, -inf]),
    ("f64", [nan, inf]),
    ("f64", [nan, -inf, 1e-9]),
    ("f64", [0.0, -0.0]),
    ("f64", [123456789.0]),
    ("f64", [12345678.0, 99999.5]),
    ("f64", [999.0, 1.0]),
    ("f64", [1001.0, 1.0]),
    ("f64", [0.000012345678912345]),
    ("f64", [1.23456789123, 4.5]),
    ("f16", [0.1, 1.5, 3.14159]),
    ("f16", [1000.0, 0.001]),
    ("i64", [1, -20, 300]),
    ("i64", [[1, 2], [30, 4]]),
    ("i64", [9223372036854775807, -9223372036854775808]),
    ("i32", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    ("u8", [0, 255]),
    ("bool", [True, False]),
    ("bool", [[True], [True]]),
    ("f64", 3.5),
    ("f64", 1.0),
    ("f64", 1e16),
    ("f64", 1.5e-5),
    ("f32", 0.1),
    ("i64", 7),
    ("bool", True),
    ("f64", []),
    ("i64", list(range(40))),
    ("f64", [i / 7 for i in range(20)]),
    ("f64", [[i / 7 for i in range(12)], [-i / 3 for i in range(12)]]),
    ("i64", list(range(1001))),
    ("i64", [[i * j for j in range(40)] for i in range(40)]),
    ("f32", [[[i + j / 10 + k / 100 for k in range(11)] for j in range(10)] for i in range(10)]),
    ("i64", list(range(1000))),
    ("i64", [[1000 * i + j for j in range(30)] for i in range(2)]),
]
dtypes = {"f32": "f4", "f64": "f8", "i64": "i8", "i32": "i4", "u8": "u1", "bool": "?", "f16": "f2"}


def encode(x):
    return str(x) if isinstance(x, float) and (x != x or abs(x) == inf) else x


def row(dtype, values):
    array = np.array(values, dtype=dtypes[dtype])
    exact = [encode(x) for x in array.ravel().tolist()]
    return {"tensor": {"dtype": dtype, "shape": array.shape, "values": exact}, "text": str(array)}


path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps([row(*r) for r in rows], indent=None, separators=(",", ":")) + "\n")

"""Makes the files in weights/: archives of PyTorch and NumPy, sound and hostile, a few bytes each.

    pip install numpy torch && python weights.py

What the reader says of each stands in weights.txt, which the test of the reader writes.
"""

import io
import json
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

OUT = Path(__file__).with_name("weights")
MODELS = Path(__file__).with_name("models")
OUT.mkdir(exist_ok=True)
MODELS.mkdir(exist_ok=True)


def archive(name, entries, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(OUT / name, "w", method) as out:
        for entry, content in entries.items():
            out.writestr(zipfile.ZipInfo(entry, (2026, 1, 1, 0, 0, 0)), content, method)


def pt(name, program, storage=struct.pack("<4f", 1, 2, 3, 4), **more):
    archive(name, {"a/data.pkl": program, "a/data/0": storage, "a/version": b"3\n", **more})


# Sound files: what PyTorch and NumPy write themselves.
base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
tied = torch.nn.Linear(2, 2)
with torch.no_grad():
    tied.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tied.bias.copy_(torch.tensor([5.0, 6.0]))
model = torch.nn.Sequential(OrderedDict(first=tied, again=tied))
torch.save(model.state_dict(), OUT / "state_dict.pt")
torch.save(
    {
        "epoch": 3, "rate": 0.5, "done": True, "none": None, "names": ["a", "b"], "big": -(2**40),
        "model": {"f64": base.double(), "f16": base.half(), "bf16": base.bfloat16(),
                  "i64": base.long(), "i32": base.int(), "u8": base.to(torch.uint8), "bool": base > 5,
                  "transposed": base.permute(2, 0, 1), "part": base[1, :, 1:3], "scalar": base[1, 2, 3],
                  "empty": torch.zeros(0, 3), "parameter": torch.nn.Parameter(base[0])},
        "list": [base[0, 0], (base[0, 1],)],
    },
    OUT / "all_types.pt",
)
torch.save(base, OUT / "one_tensor.pth")
np.savez(OUT / "plain.npz", w=base.numpy(), b=np.arange(3), order=np.asfortranarray(base[0].numpy()))
np.savez_compressed(OUT / "packed.npz", w=np.zeros((50, 50), np.float32))

# Hostile ones.
torch.save(tied, OUT / "whole_module.pt")
torch.save(tied.state_dict(), OUT / "old_format.pt", _use_new_zipfile_serialization=False)
(OUT / "bare.pkl").write_bytes(pickle.dumps({"w": [1.0]}, 2))


class Run:
    def __reduce__(self):
        return os.system, ("echo harm",)


P, MARK, STOP = b"\x80\x02", b"(", b"."
glob = lambda module, name: f"c{module}\n{name}\n".encode()
text = lambda s: b"X" + struct.pack("<I", len(s)) + s.encode()
num = lambda n: b"J" + struct.pack("<i", n)
tup = lambda *items: MARK + b"".join(items) + b"t"
storage = lambda kind="FloatStorage", key="0", n=4: (
    tup(text("storage"), glob("torch", kind), text(key), text("cpu"), num(n)) + b"Q")
tensor = lambda shape=(4,), strides=(1,), offset=0, kind="FloatStorage", key="0": (
    glob("torch._utils", "_rebuild_tensor_v2")
    + tup(storage(kind, key), num(offset), tup(*map(num, shape)), tup(*map(num, strides)), b"\x89", b"N")
    + b"R")
of = lambda *pairs: P + b"}" + MARK + b"".join(text(k) + v for k, v in pairs) + b"u" + STOP

pt("sound_by_hand.pt", of(("w", tensor())))
pt("runs_a_program.pt", pickle.dumps({"w": Run()}, 2))
pt("runs_by_stack_global.pt", P + text("os") + text("system") + b"\x93" + tup(text("x")) + b"R" + STOP)
pt("runs_eval.pt", P + glob("builtins", "eval") + tup(text("1")) + b"R" + STOP)
pt("makes_an_instance.pt", P + b"ios\nsystem\n" + STOP)
pt("reads_an_extension.pt", P + b"\x82\x01" + STOP)
pt("new_object.pt", P + glob("collections", "OrderedDict") + b")\x81" + STOP)
pt("empty_pickle.pt", b"")
pt("cut_pickle.pt", of(("w", tensor()))[:40])
pt("no_stop.pt", P + b"}")
pt("text_longer_than_file.pt", P + b"X" + struct.pack("<I", 2**32 - 1) + b"abc" + STOP)
pt("text_not_utf8.pt", P + b"X" + struct.pack("<I", 2) + b"\xff\xfe" + STOP)
pt("nothing_remembered.pt", P + b"h\x07" + STOP)
pt("stack_too_small.pt", P + b"\x87" + STOP)
pt("no_mark.pt", P + b"t" + STOP)
pt("set_without_dict.pt", P + b"N" + text("k") + b"Ns" + STOP)
pt("list_in_itself.pt", P + b"]q\x00h\x00a" + STOP)
pt("dict_in_itself.pt", P + b"}q\x00" + text("k") + b"h\x00s" + STOP)
laughs = b"]" + b"".join(b"q" + bytes([i]) + b"0" + b"]" + (b"h" + bytes([i]) + b"a") * 10 for i in range(30))
pt("billion_laughs.pt", P + laughs + STOP)
pt("deep_tuples.pt", P + b"N" + b"\x85" * 5000 + STOP)
pt("storage_too_small.pt", of(("w", tensor((5,)))))
pt("offset_beyond.pt", of(("w", tensor(offset=1))))
pt("negative_offset.pt", of(("w", tensor(offset=-1))))
pt("negative_stride.pt", of(("w", tensor(strides=(-1,)))))
pt("stride_zero_huge.pt", of(("w", tensor((2**31 - 1, 2**31 - 1), (0, 0)))))
pt("shape_overflows.pt", of(("w", tensor((2**31 - 1,) * 5, (1,) * 5))))
pt("many_axes.pt", of(("w", tensor((1,) * 100, (1,) * 100))))
pt("strides_missing.pt", of(("w", tensor((2, 2), (1,)))))
pt("no_such_storage.pt", of(("w", tensor(key="7"))))
pt("storage_path.pt", of(("w", tensor(key="../../etc/passwd"))))
pt("storage_cut.pt", of(("w", tensor())), b"\0" * 15)
pt("wrong_bool.pt", of(("w", tensor(kind="BoolStorage"))), b"\0\1\2\1")
pt("unknown_storage.pt", of(("w", tensor(kind="ComplexFloatStorage"))))
pt("storage_for_shape.pt", P + glob("torch._utils", "_rebuild_tensor_v2") + tup(b")", num(0), b")", b")") + b"R" + STOP)
pt("same_name_twice.pt", of(("w", tensor()), ("w", tensor())))
copies = [(f"w{i}", b"h\x00") for i in range(100)]
pt("many_copies.pt", of(("w", tensor((1024,)) + b"q\x00"), *copies), bytes(4096))
pt("big_endian.pt", of(("w", tensor())), **{"a/byteorder": b"big"})
pt("two_pickles.pt", of(("w", tensor())), **{"b/data.pkl": b""})
pt("long_number.pt", P + b"\x8a\x09" + b"\xff" * 9 + STOP)

sound = (OUT / "sound_by_hand.pt").read_bytes()
(OUT / "cut_archive.pt").write_bytes(sound[: len(sound) // 2])
(OUT / "flipped_bit.pt").write_bytes(sound.replace(struct.pack("<f", 3), struct.pack("<f", 3.5)))
(OUT / "only_magic.pt").write_bytes(b"PK\x03\x04")
(OUT / "no_bytes.pt").write_bytes(b"")


def npy(array):
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


archive("objects.npz", {"w.npy": npy(np.array([{}, []], dtype=object))})
archive("no_array.npz", {"readme.txt": b"hello"})
archive("cut_array.npz", {"w.npy": npy(np.arange(9.0))[:-8]})
archive("huge_shape.npz", {"w.npy": npy(np.zeros(4)).replace(b"(4,), }    ", b"(9999999,),}")})
archive("bomb.npz", {"w.npy": npy(np.zeros(2_000_000))[:-1]}, zipfile.ZIP_DEFLATED)
archive("complex.npz", {"w.npy": npy(np.zeros(2, complex))})
archive("outside_name.npz", {"../../x.npy": npy(np.arange(2.0))})

# Lists of sharded files.
def listed(name, **content):
    (OUT / name).write_text(json.dumps(content))


header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
shard = struct.pack("<Q", len(header)) + header + struct.pack("<2f", 1, 2)
(OUT / "part-1.safetensors").write_bytes(shard)
(OUT / "part-2.safetensors").write_bytes(shard.replace(b'"w"', b'"v"'))
listed("sound.index.json", metadata={"total_size": 16},
       weight_map={"w": "part-1.safetensors", "v": "part-2.safetensors"})
listed("missing_tensor.index.json", weight_map={"u": "part-1.safetensors"})
listed("missing_file.index.json", weight_map={"w": "part-9.safetensors"})
listed("other_folder.index.json", weight_map={"w": "../part-1.safetensors"})
listed("absolute.index.json", weight_map={"w": "/etc/passwd"})
listed("no_map.index.json", weights={})
listed("map_of_numbers.index.json", weight_map={"w": 1})
(OUT / "cut.index.json").write_text('{"weight_map": {"w": "part')


# Models: a sound one, and architectures and weights that do not go together.
def model(name, layers, shape=(2,), tensors=None, **more):
    architecture = json.dumps({"input": list(shape), "layers": layers})
    described = {"brand_nn.version": "1", "brand_nn.architecture": architecture, **more}
    header, data = {"__metadata__": {k: v for k, v in described.items() if v is not None}}, b""
    for key, size in (tensors or {"dense.weight": [1, 2], "dense.bias": [1]}).items():
        numbers = np.ones(size, np.float32).tobytes()
        header[key] = {"dtype": "F32", "shape": size, "data_offsets": [len(data), len(data) + len(numbers)]}
        data += numbers
    text = json.dumps(header).encode()
    (MODELS / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


dense = {"layer": "dense", "units": 1, "activation": "linear", "bias": True, "init": "glorot_uniform"}
nested = "[" * 200 + "]" * 200
model("sound", [dense])
model("version_2", [dense], **{"brand_nn.version": "2"})
model("no_version", [dense], **{"brand_nn.version": None})
model("no_architecture", [dense], **{"brand_nn.architecture": None})
model("no_json", [dense], **{"brand_nn.architecture": "dense(1)"})
model("deep_json", [dense], **{"brand_nn.architecture": nested})
model("no_layers", [])
model("unknown_layer", [{"layer": "denser", "units": 1}])
model("unknown_setting", [{**dense, "colour": "red"}])
model("units_0", [{**dense, "units": 0}])
model("units_negative", [{**dense, "units": -1}])
model("units_huge", [{**dense, "units": 10**18}])
model("units_many", [{**dense, "units": 10**9}])
model("rate_2", [{"layer": "dropout", "rate": 2.0}, dense])
model("input_0", [dense], shape=(0,))
model("input_huge", [dense], shape=(2**62, 2**62))
model("input_scalar", [dense], shape=())
model("heads_do_not_divide", [{"layer": "multi_head_attention", "heads": 3, "head_dim": None,
                               "causal": False, "dropout": 0.0, "bias": True}], shape=(4, 10))
model("missing_bias", [dense], tensors={"dense.weight": [1, 2]})
model("other_shape", [dense], tensors={"dense.weight": [2, 1], "dense.bias": [1]})
model("one_too_many", [dense], tensors={"dense.weight": [1, 2], "dense.bias": [1], "x": [1]})
print(len(list(OUT.iterdir())), "files,", sum(f.stat().st_size for f in OUT.iterdir()), "bytes")

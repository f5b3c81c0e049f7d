"""The line protocol of README.md for peers in Python, and the files that come with it."""

import json
import os
import sys
import time

import numpy as np

TYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "BOOL": np.bool_}
THREADS = int(os.environ.get("BRAND_NN_THREADS", "2"))


def read(path):
    """The arrays of a safetensors file, in the order that its metadata gives, else in the file's."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        order = header.pop("__metadata__", {}).get("order", " ".join(header)).split()

        def array(entry):
            begin, end = entry["data_offsets"]
            file.seek(8 + size + begin)
            numbers = np.frombuffer(bytearray(file.read(end - begin)), TYPES[entry["dtype"]])
            return numbers.reshape(entry["shape"])

        return {name: array(header[name]) for name in order}


def read_batches(path):
    """Pairs of inputs and targets."""
    arrays = read(path)
    return [(arrays[f"input.{i}"], arrays[f"target.{i}"]) for i in range(len(arrays) // 2)]


def megabytes(line):
    """A line of what the system knows of this process: VmRSS or VmHWM."""
    with open("/proc/self/status") as status:
        return next(int(text.split()[1]) for text in status if text.startswith(line)) / 1e3


def say(*numbers):
    print(*numbers, flush=True)


def refuse(reason):
    """Says why there are no numbers, and ends."""
    say(reason)
    sys.exit()


def serve(make):
    """Answers every line. `make` builds for batches what has `step(batch)` and `check(arrays)`.

    `step` trains or infers on one batch and is done when it returns; `check` takes the weights and
    gives the loss of the first batch without dropout, and the norm of its gradients if it trains.
    """
    taken = 0
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        match word:
            case "batches":
                batches = read_batches(rest)
                before = megabytes("VmRSS")
                model = make(batches)
                say(before)
            case "check":
                say(*model.check(list(read(rest).items())))
            case "block":
                start, ran = time.perf_counter(), time.process_time()
                for _ in range(int(rest)):
                    model.step(taken % len(batches))
                    taken += 1
                times = time.perf_counter() - start, time.process_time() - ran
                say(*(seconds * 1e3 / int(rest) for seconds in times))
            case "memory":
                say(megabytes("VmHWM") - before)
            case _:
                refuse(f"came {line.strip()!r}, expected a word of the protocol")

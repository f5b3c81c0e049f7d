"""Makes subword.json: hashes of the numbers that the `tokenizers` package gives to real texts.

    pip install "tokenizers==0.23.*"
    BRAND_NN_DATA=FOLDER python subword.py

The hash is FNV-1a, 64 bits, over each number as 4 bytes, little end first, with 2^32 - 1 behind each
text. Texts with a control token in them are left out: here they are text.
"""

import csv
import json
import os
from pathlib import Path

import tokenizers

DATA = Path(os.environ["BRAND_NN_DATA"])
OUT = Path(__file__).with_name("subword.json")
FILES = ("zh_shopping.tsv", "en_amazon.tsv", "en_imdb.tsv")


def texts():
    found = []
    for name in FILES:
        with open(DATA / "data/reviews" / name, encoding="utf-8", newline="") as file:
            found += [row["text"] for row in csv.DictReader(file, delimiter="\t")]
    return found


def fnv(tokenizer, lines):
    state = 0xCBF29CE484222325
    for encoding in tokenizer.encode_batch(lines):
        for number in encoding.ids + [2**32 - 1]:
            for byte in number.to_bytes(4, "little"):
                state = ((state ^ byte) * 0x100000001B3) % 2**64
    return f"{state:016x}"


if __name__ == "__main__":
    lines = texts()
    made = {"made_by": f"tokenizers {tokenizers.__version__}", "texts": len(lines)}
    for model in ("me5_small_zh_en", "gpt2_bpe"):
        made[model] = fnv(tokenizers.Tokenizer.from_file(str(DATA / "models" / model / "tokenizer.json")), lines)
    OUT.write_text(json.dumps(made, indent=1) + "\n")

"""Makes tokenizer.json: Keras' text tokenizer and its padding, by keras-preprocessing.

    pip install numpy keras-preprocessing==1.1.2 && python tokenizer.py
"""

import json
import os
import sys
from pathlib import Path

if os.environ.get("PYTHONHASHSEED") != "0":  # word_docs is filled in the order of a set of strings
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})

import numpy as np

np.unicode_ = np.str_  # the name that keras-preprocessing still looks for, gone since numpy 2

import keras_preprocessing
from keras_preprocessing.sequence import pad_sequences
from keras_preprocessing.text import Tokenizer

OUT = Path(__file__).with_name("tokenizer.json")
MADE_BY = f"tokenizer.py, keras-preprocessing {keras_preprocessing.__version__}"
ABOUT = (
    "Keras' Tokenizer and pad_sequences. Kind tokenizer: fit_texts are fitted with config (what it "
    "leaves out has Keras' default), then texts become sequences, which become restored texts; "
    "word_index holds every word whatever num_words says, the most frequent first and equal counts "
    "in order of first sight; to_json is the string that Keras writes, itself JSON, some of whose "
    "values are JSON strings again (the order of the entries of word_docs and index_docs means "
    "nothing). Kind pad_sequences: sequences become padded, a {shape, values} tensor; maxlen null "
    "is the length of the longest."
)


def dump(value, indent=0):
    """Text of `value`: what fits stays on one line, and so does a tensor or a plain list."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = list(value.values()) if isinstance(value, dict) else value
    plain = not isinstance(inner, list) or not any(isinstance(v, (dict, list)) for v in inner)
    is_tensor = isinstance(value, dict) and set(value) == {"shape", "values"}
    if plain or is_tensor or len(line) + indent <= 96:
        return line
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        rows = [f"{pad}{json.dumps(k, ensure_ascii=False)}: {dump(v, indent + 1)}"
                for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + dump(v, indent + 1) for v in value) + "\n" + " " * indent + "]"


ENGLISH = [
    "The cat sat on the mat.",
    "The dog sat on the cat!",
    "A dog, a cat; and the END of the story...",
    "Don't stop -- it's a well-known 'story' (really)",
]
ENGLISH_NEW = [
    "the cat and the unknown bird",
    "Zebra STORY\tend\nof the_line",
    "nothing seen before",
]
CHINESE = ["我 喜欢 这 本 书", "这 本 书 很 好 ， 我 喜欢", "不 好 。 不 喜欢", "物流 很 快"]
CHINESE_NEW = ["我 不 喜欢 物流", "新 词 很 多", "很好"]
CHINESE_RAW = ["我喜欢这本书", "这本书很好，我喜欢。", "不好！", "物流 很快"]
CHINESE_RAW_NEW = ["书不好", "天很蓝", "我 喜欢"]
UNICODE = [
    "Straße STRASSE Élan ÉLAN été",
    "ΟΔΟΣ οδός Привет ПРИВЕТ",
    "naïve café ☕ 👍🏽 👨‍👩‍👧 café",
    "½ litre – “quoted” «texte» ١٢٣ İstanbul ǅ",
    "non\u00a0breaking thin\u2009space",
]
TIES = ["c b a", "b a c", "a c b", "e d", "d e", "f"]
EMPTY = ["", "   ", "one two", "", "!!!", "two"]
PIPED = ["red shoe|blue shoe|red shoe", "blue shoe|Green Hat!|", "|red shoe||hat"]


def tokenizer(name, fit_texts, texts, **config):
    t = Tokenizer(**config)
    t.fit_on_texts(fit_texts)
    sequences = t.texts_to_sequences(texts)
    return {
        "name": name,
        "kind": "tokenizer",
        "config": config,
        "fit_texts": fit_texts,
        "word_counts": dict(t.word_counts),
        "word_index": t.word_index,
        "texts": texts,
        "sequences": sequences,
        "restored": t.sequences_to_texts(sequences),
        "to_json": t.to_json(),
    }


def tokenizers():
    both = ENGLISH + ENGLISH_NEW
    chinese = CHINESE + CHINESE_NEW
    oov = "<OOV>"
    return [
        tokenizer("default", ENGLISH, both),
        tokenizer("num_words_5", ENGLISH, both, num_words=5),
        tokenizer("num_words_10", ENGLISH, both, num_words=10),
        tokenizer("oov", ENGLISH, both, oov_token=oov),
        tokenizer("oov_num_words_5", ENGLISH, both, oov_token=oov, num_words=5),
        tokenizer("oov_num_words_10", ENGLISH, both, oov_token=oov, num_words=10),
        tokenizer("oov_num_words_1", ENGLISH, both, oov_token=oov, num_words=1),
        tokenizer("oov_is_a_word", ENGLISH, both, oov_token="cat"),
        tokenizer("keep_case", ENGLISH, both, lower=False),
        tokenizer("keep_case_oov", ENGLISH, both, lower=False, oov_token=oov),
        tokenizer("chars", ENGLISH, both, char_level=True),
        tokenizer("chars_num_words_10_oov", ENGLISH, both, char_level=True, num_words=10,
                  oov_token=oov),
        tokenizer("chars_keep_case", ENGLISH, both, char_level=True, lower=False),
        tokenizer("chars_chinese", CHINESE_RAW, CHINESE_RAW + CHINESE_RAW_NEW, char_level=True),
        tokenizer("chars_chinese_oov", CHINESE_RAW, CHINESE_RAW + CHINESE_RAW_NEW,
                  char_level=True, oov_token=oov),
        tokenizer("no_filters", ENGLISH, both, filters=""),
        tokenizer("split_pipe", PIPED, PIPED + ["red shoe|cap"], split="|"),
        tokenizer("no_filters_split_pipe", PIPED, PIPED + ["red shoe|cap"], filters="", split="|"),
        tokenizer("filter_letters", ENGLISH, both, filters="aeiou"),
        tokenizer("chinese", CHINESE, chinese),
        tokenizer("chinese_oov_num_words_5", CHINESE, chinese, oov_token="未知", num_words=5),
        tokenizer("unicode", UNICODE, UNICODE),
        tokenizer("unicode_keep_case", UNICODE, UNICODE, lower=False),
        tokenizer("unicode_chars", UNICODE, UNICODE, char_level=True),
        tokenizer("empty_texts", EMPTY, EMPTY),
        tokenizer("no_texts", [], EMPTY),
        tokenizer("ties", TIES, TIES),
        tokenizer("ties_num_words_5", TIES, TIES, num_words=5),
    ]


SEQUENCES = [[1, 2], [], [3, 4, 5, 6, 7, 8, 9], [10, 11, 12, 13], [14]]


def padded(maxlen, padding, truncating, value):
    rows = pad_sequences(SEQUENCES, maxlen, padding=padding, truncating=truncating, value=value)
    length = maxlen or "longest"
    return {
        "name": f"pad_{padding}_truncate_{truncating}_value_{value}_maxlen_{length}",
        "kind": "pad_sequences",
        "config": {"maxlen": maxlen, "padding": padding, "truncating": truncating, "value": value},
        "sequences": SEQUENCES,
        "padded": {"shape": list(rows.shape), "values": rows.reshape(-1).tolist()},
    }


def cases():
    ends = ("pre", "post")
    return tokenizers() + [
        padded(maxlen, padding, truncating, value)
        for maxlen in (4, 1, 10, None)
        for padding in ends
        for truncating in ends
        for value in (0, -1)
    ]


def main():
    document = {"about": ABOUT, "made_by": MADE_BY, "cases": cases()}
    OUT.write_text(dump(document) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(document['cases'])} cases, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

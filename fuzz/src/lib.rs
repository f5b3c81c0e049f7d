//! The doors through which files of strangers come in: each takes any bytes and comes back.
//!
//! What comes back is an error, or something that holds together, which each door checks by asserts.

use brand_nn::{
    layers::{Layer, Network, Pass, Registry, Sequential},
    tensor::{
        DType, Tensor,
        io::{TensorFile, npy_from_bytes, npy_to_bytes},
    },
    text::{FittedWordTokenizer, SubwordTokenizer},
    train::{ColumnType, Encoding, SavedModel, Schema, TableReader, Weights},
};
use serde_json::Value;
use std::{
    io::{Cursor, Write},
    path::Path,
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A door: what it is for, and what goes through it.
type Door = (&'static str, fn(&[u8]));

/// All doors, by the names of their targets.
pub const DOORS: [Door; 7] = [
    ("safetensors", safetensors),
    ("tokenizer", tokenizer),
    ("table", table),
    ("arrays", arrays),
    ("pickle", pickle),
    ("hdf5", hdf5),
    ("network", network),
];

/// Sends bytes through the door of a name.
///
/// # Panics
/// If there is no such door, or what is behind it fails: that is what is looked for.
pub fn at(name: &str, bytes: &[u8]) {
    let (_, door) = DOORS.iter().find(|(other, _)| *other == name).expect("a door");
    door(bytes);
}

/// Weights and whole models of our own.
fn safetensors(bytes: &[u8]) {
    if let Ok(file) = TensorFile::from_bytes(bytes) {
        let copy = TensorFile::from_bytes(&file.to_bytes().expect("names that were read"));
        let copy = copy.expect("what was written");
        assert!(copy.metadata == file.metadata && copy.tensors.keys().eq(file.tensors.keys()));
    }
    as_file(bytes, |path| {
        let Ok(saved) = SavedModel::open(path) else { return };
        run(&saved.into_network());
    });
}

/// `tokenizer.json`, and the word tokenizers of Keras.
fn tokenizer(bytes: &[u8]) {
    let Ok(json) = std::str::from_utf8(bytes) else { return };
    let texts = ["", "Brand 品牌, nn!\u{200b} <s> [CLS]", "a\u{301} 1️⃣ ÄÖ\n\t的的的"];
    if let Ok(tokenizer) = SubwordTokenizer::from_json(json) {
        for text in texts {
            let Ok(encoding) = tokenizer.encode_one(text) else { continue };
            assert!(encoding.ids.len() == encoding.offsets.len());
            let _ = tokenizer.decode(&encoding.ids);
        }
    }
    if let Ok(tokenizer) = FittedWordTokenizer::from_json(json) {
        let encoded = tokenizer.encode(&texts);
        assert_eq!(encoded.len(), texts.len());
        assert_eq!(tokenizer.decode(&encoded).len(), texts.len());
    }
}

/// Tables of each kind, with types that are known and with types that are found.
fn table(bytes: &[u8]) {
    let all =
        [ColumnType::I64, ColumnType::F64, ColumnType::Bool, ColumnType::Date, ColumnType::Text];
    let schema = Schema::new(["a", "b", "c", "d", "e"].into_iter().zip(all));
    let readers = [
        TableReader::new(),
        TableReader::new().json_lines(),
        TableReader::new().separator(b';').encoding(Encoding::Gb18030),
        TableReader::new().schema(&schema),
    ];
    for reader in readers {
        let Ok(table) = reader.read_bytes(bytes) else { continue };
        assert!(
            !table.is_empty() && table.columns().all(|(_, column)| column.len() == table.len())
        );
        let _ = table.to_tensor(DType::F32);
        let last = table.rows(&[table.len() - 1]).expect("the last row");
        assert_eq!(last.schema(), table.schema());
    }
}

/// NumPy's `.npy` and `.npz`; a `.npz` is also made of what might be an array, with right checksums.
fn arrays(bytes: &[u8]) {
    if let Ok(tensor) = npy_from_bytes(bytes) {
        let copy = npy_to_bytes(&tensor).and_then(|bytes| npy_from_bytes(&bytes));
        let copy = copy.expect("what was written");
        assert!(copy.shape() == tensor.shape() && copy.dtype() == tensor.dtype());
    }
    as_file(bytes, |path| drop(Weights::read(path)));
    as_file(&archive(&[("w.npy", bytes)]), |path| drop(Weights::read(path)));
}

/// PyTorch's archives; also with the bytes as the program that an archive has the reader run.
fn pickle(bytes: &[u8]) {
    as_file(bytes, |path| drop(Weights::read(path)));
    let parts = [("a/data.pkl", bytes), ("a/data/0", &[0; 16]), ("a/version", b"3\n")];
    as_file(&archive(&parts), |path| drop(Weights::read(path)));
}

/// Keras' files.
fn hdf5(bytes: &[u8]) {
    as_file(bytes, |path| drop(Weights::read(path)));
}

/// Architectures, which are built, drawn and run where they are small.
fn network(bytes: &[u8]) {
    let Ok(json) = std::str::from_utf8(bytes) else { return };
    let Ok(network) = Sequential::from_json(json, &Registry::default()) else { return };
    let Ok(network) = network.rebuild() else { return };
    assert!(Sequential::from_json(network.to_json(), &Registry::default()).is_ok());
    run(&network);
}

/// Draws a network's weights and lets it answer, if the sizes that it tells of are small ones.
fn run(network: &Network) {
    let settings = serde_json::from_str(network.to_json()).expect("JSON");
    if sizes(&settings) > 1e6 {
        return;
    }
    brand_nn::autodiff::init(network, 1).expect("a network that was built");
    let example = network.input_shape_of_example();
    let shape: Vec<_> = std::iter::once(2).chain(example.iter().copied()).collect();
    let found = network.forward(Tensor::ones(shape).into(), &mut Pass::inference());
    if let Ok(found) = found {
        assert_eq!(found.shape()[1..], network.output_shape_of_example()[..]);
    }
}

/// The product of all numbers of a description that are above 1, as a bound of what it may cost.
fn sizes(value: &Value) -> f64 {
    match value {
        Value::Number(number) => number.as_f64().unwrap_or(f64::INFINITY).max(1.0),
        Value::Array(values) => values.iter().map(sizes).product(),
        Value::Object(values) => values.values().map(sizes).product(),
        _ => 1.0,
    }
}

/// An archive whose checksums are right.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, options).expect("an entry");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("an archive").into_inner()
}

/// Bytes as a file, for readers that open one.
fn as_file(bytes: &[u8], read: impl FnOnce(&Path)) {
    let mut file = tempfile::NamedTempFile::new_in(scratch()).expect("a file");
    file.write_all(bytes).expect("room for a small file");
    read(file.path());
}

/// A folder in memory, where there is one.
fn scratch() -> std::path::PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

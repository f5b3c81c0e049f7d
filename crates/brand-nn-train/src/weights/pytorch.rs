//! Files of `torch.save`: a pickle of what there is, and the numbers beside it.

use super::{
    archive::Archive,
    pickle::{Content, Pickle, Trouble, Value},
};
use crate::{Error, Result};
use brand_nn_tensor::{Tensor, io::TensorFile};
use std::{collections::BTreeMap, sync::Arc};

const HELP: &str = "save a state_dict with torch.save, or the weights as safetensors";
/// How many times as large as the archive all tensors may be: tied ones are there several times.
const MOST_COPIES: u64 = 16;
/// Dictionaries within dictionaries, at most.
const MOST_DEPTH: usize = 32;

/// Bytes of each element by the name of its type.
const WIDTHS: [(&str, usize); 8] = [
    ("F32", 4),
    ("F64", 8),
    ("F16", 2),
    ("BF16", 2),
    ("I64", 8),
    ("I32", 4),
    ("U8", 1),
    ("BOOL", 1),
];

/// Reads all tensors of a file; those in dictionaries within others have dotted names.
pub(super) fn read(archive: &mut Archive) -> Result<BTreeMap<String, Tensor>> {
    let names = archive.names();
    let pickles: Vec<_> = names.iter().filter_map(|name| name.strip_suffix("/data.pkl")).collect();
    let &[root] = &pickles[..] else {
        let problem = format!("{} entries called data.pkl, expected one", pickles.len());
        return Err(archive.refuse("the archive", problem, HELP));
    };
    let order = format!("{root}/byteorder");
    if names.contains(&order) && archive.bytes(&order)? != b"little" {
        let problem = "its numbers have the highest byte first".to_owned();
        return Err(archive.refuse("byteorder", problem, HELP));
    }
    let place = format!("{root}/data.pkl");
    let bytes = archive.bytes(&place)?;
    let (value, boxes) = Pickle::run(&bytes).map_err(|Trouble { byte, problem }| {
        archive.refuse(&format!("{place}, byte {byte}"), problem, HELP)
    })?;
    let mut found = Found { boxes: &boxes, tensors: BTreeMap::new(), left: bytes.len() };
    let walked = found.walk(&value, "", 0);
    walked.map_err(|problem| archive.refuse(&place, problem, HELP))?;
    let left = archive.size().saturating_mul(MOST_COPIES);
    let mut reader = Reader { archive, root, boxes: &boxes, storages: BTreeMap::new(), left };
    found
        .tensors
        .iter()
        .map(|(name, number)| Ok((name.clone(), reader.tensor(name, *number)?)))
        .collect()
}

/// The tensors in what a pickle made, by dotted names.
struct Found<'a> {
    boxes: &'a [Content],
    tensors: BTreeMap<String, usize>,
    /// Containers that may still be looked into: one that is in many others costs each time.
    left: usize,
}

impl Found<'_> {
    fn walk(&mut self, value: &Value, path: &str, depth: usize) -> Result<(), String> {
        let Value::Box(number) = value else { return Ok(()) };
        if depth > MOST_DEPTH || self.left == 0 {
            return Err("it has containers in containers without end".into());
        }
        self.left -= 1;
        match &self.boxes[*number] {
            Content::Tensor { .. } => {
                let name = if path.is_empty() { "tensor" } else { path };
                if self.tensors.insert(name.to_owned(), *number).is_some() {
                    return Err(format!("two tensors are called {name}"));
                }
            }
            Content::Dict(pairs) => {
                for (key, value) in pairs {
                    self.walk(value, &joined(path, key), depth + 1)?;
                }
            }
            Content::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.walk(item, &joined(path, &Value::Int(i as i64)), depth + 1)?;
                }
            }
            Content::Storage { .. } => {}
        }
        Ok(())
    }
}

fn joined(path: &str, key: &Value) -> String {
    let key = match key {
        Value::Text(text) => text.to_string(),
        Value::Int(int) => int.to_string(),
        _ => "?".into(),
    };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// Makes tensors of the storages in an archive.
struct Reader<'a> {
    archive: &'a mut Archive,
    root: &'a str,
    boxes: &'a [Content],
    storages: BTreeMap<Arc<str>, Vec<u8>>,
    /// The bytes that tensors may still have.
    left: u64,
}

impl Reader<'_> {
    fn tensor(&mut self, name: &str, number: usize) -> Result<Tensor> {
        let Content::Tensor { storage, offset, shape, strides } = &self.boxes[number] else {
            return Err(self.refuse(name, "it is no tensor".into()));
        };
        let Content::Storage { dtype, key } = &self.boxes[*storage] else {
            return Err(self.refuse(name, format!("{} for its numbers", self.boxes[*storage])));
        };
        let width = WIDTHS.iter().find(|(known, _)| known == dtype).map_or(1, |(_, width)| *width);
        if !self.storages.contains_key(key) {
            let bytes = self.archive.bytes(&format!("{}/data/{key}", self.root))?;
            self.storages.insert(Arc::clone(key), bytes);
        }
        let bytes = &self.storages[key];
        let place = Place::new(*offset, shape, strides, bytes.len() / width);
        let place = place.map_err(|problem| self.refuse(name, problem))?;
        let size = (place.shape.iter().product::<usize>() * width) as u64;
        self.left = self.left.checked_sub(size).ok_or_else(|| {
            self.refuse(name, "all tensors are far larger than the archive".into())
        })?;
        let data = place.gather(&self.storages[key], width);
        let tensor = tensor_of(dtype, &place.shape, &data);
        tensor.map_err(|error| self.archive.within(&format!("tensor {name:?}"), error))
    }

    fn refuse(&self, name: &str, problem: String) -> Error {
        self.archive.refuse(&format!("tensor {name:?}"), problem, HELP)
    }
}

/// Where the elements of a tensor stand in its storage.
struct Place {
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

impl Place {
    /// Proves that every element lies in a storage of `len` elements, and no more are asked for.
    fn new(offset: i64, shape: &[i64], strides: &[i64], len: usize) -> Result<Self, String> {
        let told = || format!("shape {shape:?}, strides {strides:?} from {offset} on");
        let natural = |numbers: &[i64]| {
            numbers.iter().map(|&x| usize::try_from(x).ok()).collect::<Option<Vec<_>>>()
        };
        let (Some(sizes), Some(steps), Ok(offset)) =
            (natural(shape), natural(strides), usize::try_from(offset))
        else {
            return Err(format!("{}, expected numbers of at least 0", told()));
        };
        if sizes.len() != steps.len() {
            return Err(format!("{}, expected as many of both", told()));
        }
        let size = sizes.iter().try_fold(1, |size: usize, &axis| size.checked_mul(axis));
        let last = sizes.iter().zip(&steps).try_fold(offset, |last, (&axis, &step)| {
            last.checked_add(axis.saturating_sub(1).checked_mul(step)?)
        });
        let fits = size.is_some_and(|size| size <= len) && last.is_some_and(|last| last < len);
        if !fits && size != Some(0) {
            return Err(format!("{}, expected places within {len} elements", told()));
        }
        Ok(Self { offset, shape: sizes, strides: steps })
    }

    /// The bytes of all elements, the last axis fastest.
    fn gather(&self, bytes: &[u8], width: usize) -> Vec<u8> {
        let size: usize = self.shape.iter().product();
        let mut out = Vec::with_capacity(size * width);
        let mut index = vec![0; self.shape.len()];
        for _ in 0..size {
            let place = self.offset
                + index.iter().zip(&self.strides).map(|(i, stride)| i * stride).sum::<usize>();
            out.extend_from_slice(&bytes[place * width..][..width]);
            for axis in (0..index.len()).rev() {
                index[axis] += 1;
                if index[axis] < self.shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        out
    }
}

/// A tensor of little-endian bytes, by the reader of safetensors, which checks them.
fn tensor_of(dtype: &str, shape: &[usize], data: &[u8]) -> Result<Tensor, brand_nn_tensor::Error> {
    let entry = serde_json::json!({
        "t": { "dtype": dtype, "shape": shape, "data_offsets": [0, data.len()] }
    });
    let header = entry.to_string();
    let len = (header.len() as u64).to_le_bytes();
    let file = [&len[..], header.as_bytes(), data].concat();
    Ok(TensorFile::from_bytes(&file)?.tensors.remove("t").unwrap_or_else(|| Tensor::zeros(shape)))
}

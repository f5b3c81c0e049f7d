//! The JSON header of a safetensors file: read with distrust, written in one fixed form.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::Source;
use crate::{DType, Result, Shape};

/// The key that holds the metadata, which no tensor may have.
const METADATA: &str = "__metadata__";
/// More axes than anybody has a use for.
const MOST_AXES: usize = 64;
/// Headers end where the data can begin at a multiple of this.
const ALIGNMENT: usize = 8;

/// Names that dtypes have in the file.
const DTYPES: [(&str, DType); 8] = [
    ("F32", DType::F32),
    ("F64", DType::F64),
    ("I64", DType::I64),
    ("I32", DType::I32),
    ("U8", DType::U8),
    ("BOOL", DType::Bool),
    ("BF16", DType::Bf16),
    ("F16", DType::F16),
];

/// What a file says it holds.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) entries: BTreeMap<String, Entry>,
}

/// One tensor: what it is, and which bytes of the data are its own.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) dtype: DType,
    pub(super) shape: Shape,
    pub(super) begin: u64,
    pub(super) end: u64,
}

impl Header {
    /// Reads a header and proves that its tensors cover the data, each byte once.
    pub(super) fn parse(bytes: &[u8], data_len: u64, source: Source<'_>) -> Result<Self> {
        if bytes.first() != Some(&b'{') {
            return Err(source.wrong(
                "header, byte 8",
                format!("begins with {:?}, expected '{{'", bytes.first().map(|&b| char::from(b))),
                "the file isn't safetensors, or its start is damaged",
            ));
        }
        let raw: RawHeader = serde_json::from_slice(bytes).map_err(|error| {
            source.wrong(
                format!("header, line {} column {}", error.line(), error.column()),
                without_place(&error),
                "the header must be a JSON object of tensors; restore the file from a copy",
            )
        })?;
        let mut header = Self { metadata: raw.metadata, ..Self::default() };
        for (name, entry) in raw.entries {
            let entry = entry.checked(&name, source)?;
            header.entries.insert(name, entry);
        }
        header.require_cover(data_len, source)?;
        Ok(header)
    }

    /// The length, the JSON and the padding that a file begins with.
    pub(super) fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut object = BTreeMap::new();
        if !self.metadata.is_empty() {
            object.insert(METADATA, serde_json::to_value(&self.metadata)?);
        }
        for (name, entry) in &self.entries {
            object.insert(name, serde_json::to_value(RawEntry::from(entry))?);
        }
        let mut json = serde_json::to_vec(&object)?;
        json.resize(json.len().next_multiple_of(ALIGNMENT), b' ');
        let len = json.len() as u64;
        Ok([&len.to_le_bytes()[..], &json].concat())
    }

    /// The tensors in the order of their bytes.
    pub(super) fn in_order(&self) -> Vec<(&str, &Entry)> {
        let mut order: Vec<_> = self.entries.iter().map(|(name, e)| (name.as_str(), e)).collect();
        order.sort_by_key(|(_, entry)| (entry.begin, entry.end));
        order
    }

    fn require_cover(&self, data_len: u64, source: Source<'_>) -> Result<()> {
        let mut cursor = 0;
        for (name, entry) in self.in_order() {
            if entry.begin != cursor {
                return Err(source.wrong(
                    tensor(name),
                    format!("data begins at byte {}, expected {cursor}", entry.begin),
                    "tensors must follow each other without holes or overlaps",
                ));
            }
            cursor = entry.end;
        }
        if cursor == data_len {
            return Ok(());
        }
        Err(source.wrong(
            "data",
            format!("{data_len} bytes, expected {cursor}, where the last tensor ends"),
            "the file is truncated or has something behind it; fetch it again",
        ))
    }
}

/// The place of a tensor in an error.
pub(super) fn tensor(name: &str) -> String {
    format!("tensor {name:?}")
}

/// The words of a JSON error without its line and column.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().into()
}

struct RawHeader {
    metadata: BTreeMap<String, String>,
    entries: BTreeMap<String, RawEntry>,
}

#[derive(Deserialize, Serialize)]
struct RawEntry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

impl From<&Entry> for RawEntry {
    fn from(entry: &Entry) -> Self {
        let known = DTYPES.iter().find(|(_, dtype)| *dtype == entry.dtype);
        Self {
            dtype: known.map_or_else(String::new, |(name, _)| (*name).into()),
            shape: entry.shape.to_vec(),
            data_offsets: [entry.begin, entry.end],
        }
    }
}

impl RawEntry {
    fn checked(self, name: &str, source: Source<'_>) -> Result<Entry> {
        let wrong = |problem, help| Err(source.wrong(tensor(name), problem, help));
        let Some(&(_, dtype)) = DTYPES.iter().find(|(known, _)| *known == self.dtype) else {
            let known = DTYPES.map(|(name, _)| name).join(", ");
            let problem = format!("dtype {:?}, expected one of {known}", self.dtype);
            return wrong(problem, "convert the tensor before it is saved");
        };
        if self.shape.len() > MOST_AXES {
            let problem = format!("{} axes, expected at most {MOST_AXES}", self.shape.len());
            return wrong(problem, "the header is damaged or hostile");
        }
        let shape = Shape::from(self.shape);
        let [begin, end] = self.data_offsets;
        if shape.bytes(dtype.size()).is_none() {
            let problem = format!("shape {shape}, expected one that fits into memory");
            return wrong(problem, "the header is damaged or hostile");
        }
        let bytes = (shape.size() * dtype.size()) as u64;
        if end.checked_sub(begin) != Some(bytes) {
            let problem = format!(
                "data_offsets [{begin}, {end}], expected {bytes} bytes for shape {shape}, {dtype}"
            );
            return wrong(problem, "the header is damaged or hostile");
        }
        Ok(Entry { dtype, shape, begin, end })
    }
}

impl<'de> Deserialize<'de> for RawHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = RawHeader;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawHeader, A::Error> {
                let (mut metadata, mut entries) = (None, BTreeMap::new());
                while let Some(name) = map.next_key::<String>()? {
                    let twice = if name == METADATA {
                        metadata.replace(map.next_value::<Unique>()?.0).is_some()
                    } else {
                        entries.insert(name.clone(), map.next_value()?).is_some()
                    };
                    if twice {
                        return Err(duplicate(&name));
                    }
                }
                Ok(RawHeader { metadata: metadata.unwrap_or_default(), entries })
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A map of strings that refuses the same key twice.
struct Unique(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strings;

        impl<'de> Visitor<'de> for Strings {
            type Value = Unique;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut strings = BTreeMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    if strings.insert(key.clone(), map.next_value()?).is_some() {
                        return Err(duplicate(&key));
                    }
                }
                Ok(Unique(strings))
            }
        }

        deserializer.deserialize_map(Strings)
    }
}

fn duplicate<E: de::Error>(key: &str) -> E {
    E::custom(format!("key {key:?} comes twice, expected once"))
}

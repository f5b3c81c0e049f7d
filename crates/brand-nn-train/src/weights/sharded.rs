//! Several safetensors files with one list of what is in which.

use super::refusal;
use crate::Result;
use brand_nn_tensor::{Tensor, io::TensorFile};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path},
};

/// A list longer than this is none.
const MOST_BYTES: u64 = 100_000_000;

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// Reads the files that a list names, which stand beside it.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Tensor>> {
    let io = |source| brand_nn_tensor::Error::Io { op: "read", path: path.into(), source };
    let len = fs::metadata(path).map_err(io)?.len();
    if len > MOST_BYTES {
        let problem = format!("{len} bytes, expected at most {MOST_BYTES}");
        return Err(refusal(path, "the list", problem, "give the list of a sharded model"));
    }
    let text = fs::read(path).map_err(io)?;
    let index: Index = serde_json::from_slice(&text).map_err(|problem| {
        let place = format!("line {} column {}", problem.line(), problem.column());
        refusal(path, place, problem.to_string(), "the list has a weight_map of names to files")
    })?;
    let files: BTreeSet<&String> = index.weight_map.values().collect();
    let mut tensors = BTreeMap::new();
    for file in files {
        let mut shard = TensorFile::read(beside(path, file)?)?.tensors;
        for (name, _) in index.weight_map.iter().filter(|(_, its)| *its == file) {
            let tensor = shard.remove(name).ok_or_else(|| {
                let problem = format!("{file} has no tensor {name}");
                refusal(path, "weight_map", problem, "fetch all files of the same version")
            })?;
            tensors.insert(name.clone(), tensor);
        }
    }
    Ok(tensors)
}

/// The path of a file in the same folder; no other folder may be named.
fn beside(path: &Path, file: &str) -> Result<std::path::PathBuf> {
    let mut parts = Path::new(file).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(name)), None) => Ok(path.with_file_name(name)),
        _ => {
            let problem = format!("file {file:?}, expected a name without folders");
            Err(refusal(path, "weight_map", problem, "all files stand beside the list"))
        }
    }
}

//! The files of a model that all sides read: its batches, its weights, and itself as ONNX.

use crate::{
    learner::Batch,
    rows::{self, Row},
};
use brand_nn::{autodiff::load_tensors, prelude::*, tensor::io::TensorFile, train::OnnxModel};
use brand_nn_benches::Outcome;
use std::{
    fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Where the folders are.
const PLACE: &str = env!("CARGO_TARGET_TMPDIR");

/// A folder with the files of a model, which is gone when it is dropped.
pub(crate) struct Files {
    pub(crate) folder: PathBuf,
}

impl Files {
    pub(crate) fn new() -> Outcome<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(PLACE).join(format!("steps-{}-{number}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Writes the files of a model by its name.
    pub(crate) fn write(&self, name: &str) -> Outcome<&Path> {
        write(&rows::find(name)?, &self.folder)?;
        Ok(&self.folder)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes folders of programs that were killed, and so could not do it themselves.
pub(crate) fn remove_leftovers() -> Outcome<()> {
    fs::create_dir_all(PLACE)?;
    for entry in fs::read_dir(PLACE)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let owner = name.and_then(|name| name.strip_prefix("steps-")?.split('-').next());
        if owner.is_some_and(has_ended) {
            // Another program may be removing it just now.
            let _ = fs::remove_dir_all(path);
        }
    }
    Ok(())
}

/// Whether the system knows its processes, but none of this number.
fn has_ended(process: &str) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process).exists()
}

/// Writes batches and weights, and for a row that does not learn the model as ONNX.
fn write(row: &Row, folder: &Path) -> Outcome<()> {
    let params = ParamSet::all(&(row.learner)()?.model)?;
    let mut weights = params.to_file()?;
    // A file's tensors are ordered by name; those of other libraries are in the model's order.
    weights.metadata.insert("order".into(), params.names().join(" "));
    weights.write(folder.join("weights.safetensors"))?;
    let mut batches = TensorFile::default();
    for (i, (input, target)) in (row.batches)()?.into_iter().enumerate() {
        batches.tensors.extend([(format!("input.{i}"), input), (format!("target.{i}"), target)]);
    }
    if !row.learns {
        let path = folder.join("model.onnx");
        let (key, word) = match write_onnx(row, &params, weights, &path) {
            Ok(()) => ("onnx", path.display().to_string()),
            Err(problem) => ("no_onnx", problem.to_string()),
        };
        batches.metadata.insert(key.into(), word);
    }
    Ok(batches.write(folder.join("batches.safetensors"))?)
}

/// Writes a row's network with the weights of its model, which come in the same order.
fn write_onnx(row: &Row, params: &ParamSet, mut weights: TensorFile, path: &Path) -> Outcome<()> {
    let network = (row.network)()?;
    let names = ParamSet::all(&network)?;
    let pairs = names.names().iter().zip(params.names());
    let renamed = pairs.filter_map(|(to, from)| Some((to.clone(), weights.tensors.remove(from)?)));
    load_tensors(&network, renamed.collect(), "the row's model")?;
    Ok(OnnxModel::from_network(&network)?.save(path)?)
}

/// The batches of a file.
pub(crate) fn read(path: &str) -> Outcome<Vec<Batch>> {
    let mut tensors = TensorFile::read(path)?.tensors;
    let pair = |i| {
        let input = tensors.remove(&format!("input.{i}"))?;
        Some((input, tensors.remove(&format!("target.{i}"))?))
    };
    Ok((0..).map_while(pair).collect())
}

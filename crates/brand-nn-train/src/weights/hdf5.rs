//! HDF5 files, as Keras writes `.weights.h5`, `.h5` and, in an archive, `.keras`.

use super::refusal;
use crate::{Error, Result, table::shortened};
use brand_nn_tensor::Tensor;
use hdf5_pure::{DType, Dataset, File, Group};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Where a file of Keras 3 has its weights.
pub(super) const KERAS: &str = "model.weights.h5";
/// Groups in groups beyond this depth go round in a circle.
const DEEPEST: usize = 64;
/// More groups and arrays than any model has.
const MOST: usize = 1 << 20;
/// Deflate makes at most 1,032 bytes of one.
const MOST_RATIO: u64 = 1_040;
const HELP: &str = "the file is damaged, or no file of weights";

/// Reads each array under its path, such as `layers/dense/vars/0`; attributes, and links to other
/// files, are left.
pub(super) fn read(bytes: Vec<u8>, path: &Path, place: &str) -> Result<BTreeMap<String, Tensor>> {
    let budget = (bytes.len() as u64).saturating_mul(MOST_RATIO);
    // What the reader of the format makes of a hostile file is not for this crate to promise.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let file = File::from_bytes(bytes).map_err(|error| Problem::of("", &error))?;
        let mut walk = Walk { tensors: BTreeMap::new(), budget, seen: 0 };
        walk.group(&file.root(), "", 0)?;
        Ok(walk.tensors)
    }));
    let read = read.unwrap_or_else(|_| Err(Problem::of("", &"it is damaged")));
    read.map_err(|problem| problem.at(path, place))
}

/// What is wrong, and with which array or group.
struct Problem {
    name: String,
    text: String,
}

impl Problem {
    fn of(name: &str, text: &dyn std::fmt::Display) -> Self {
        Self { name: name.to_owned(), text: text.to_string() }
    }

    fn at(self, path: &Path, place: &str) -> Error {
        let name = shortened(self.name.trim_end_matches('/'));
        let place = [place, &name].into_iter().filter(|part| !part.is_empty());
        refusal(path, place.collect::<Vec<_>>().join(", "), self.text, HELP)
    }
}

/// Goes through the groups, and counts what may not grow without end.
struct Walk {
    tensors: BTreeMap<String, Tensor>,
    /// Bytes that the rest of the arrays may have.
    budget: u64,
    /// Groups and arrays so far.
    seen: usize,
}

impl Walk {
    /// Reads the arrays of a group whose path ends in `/`, or is empty, and those of its groups.
    fn group(&mut self, group: &Group, path: &str, depth: usize) -> Result<(), Problem> {
        let refuse = |error: hdf5_pure::Error| Problem::of(path, &error);
        if depth > DEEPEST {
            return Err(Problem::of(path, &"groups hold groups without end"));
        }
        for name in group.datasets().map_err(refuse)? {
            let path = format!("{path}{name}");
            self.count(&path)?;
            let dataset = group.dataset(&name).map_err(|error| Problem::of(&path, &error))?;
            let tensor = self.tensor(&dataset, &path)?;
            self.tensors.insert(path, tensor);
        }
        for name in group.groups().map_err(refuse)? {
            let path = format!("{path}{name}/");
            self.count(&path)?;
            let inner = group.group(&name).map_err(|error| Problem::of(&path, &error))?;
            self.group(&inner, &path, depth + 1)?;
        }
        Ok(())
    }

    fn count(&mut self, path: &str) -> Result<(), Problem> {
        self.seen += 1;
        match self.seen > MOST {
            true => Err(Problem::of(path, &"more groups and arrays than a model has")),
            false => Ok(()),
        }
    }

    fn tensor(&mut self, dataset: &Dataset, path: &str) -> Result<Tensor, Problem> {
        let refuse = |error: hdf5_pure::Error| Problem::of(path, &error);
        let lengths = dataset.shape().map_err(refuse)?;
        let bytes = lengths.iter().try_fold(8, |bytes: u64, &length| bytes.checked_mul(length));
        let left = bytes.and_then(|bytes| self.budget.checked_sub(bytes));
        let Some(left) = left else {
            let text = format!("shape {lengths:?} is more than the file can hold");
            return Err(Problem::of(path, &text));
        };
        self.budget = left;
        let shape: Vec<_> = lengths.into_iter().map(|length| length as usize).collect();
        let tensor = match dataset.dtype().map_err(refuse)? {
            DType::F32 => Tensor::new(dataset.read_f32().map_err(refuse)?, shape),
            DType::F64 => Tensor::new(dataset.read_f64().map_err(refuse)?, shape),
            DType::U8 => Tensor::new(dataset.read_u8().map_err(refuse)?, shape),
            DType::I32 => Tensor::new(dataset.read_i32().map_err(refuse)?, shape),
            DType::I8 | DType::I16 | DType::I64 | DType::U16 | DType::U32 => {
                Tensor::new(dataset.read_i64().map_err(refuse)?, shape)
            }
            other => {
                let text = format!("it holds {other}, expected numbers of up to 64 bits");
                return Err(Problem::of(path, &text));
            }
        };
        tensor.map_err(|error| Problem::of(path, &error))
    }
}

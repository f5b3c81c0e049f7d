//! Values from a file or another model into the parameters of the same names.

use crate::{Error, Param, ParamSet, Params, Result, param::computable};
use brand_nn_tensor::{Tensor, io::TensorFile};
use std::{collections::BTreeMap, fmt, path::Path};

/// What fitted and what did not when values were loaded by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// The names that got their value.
    pub loaded: Vec<String>,
    /// Names of the model that the file lacks.
    pub missing: Vec<String>,
    /// Names of the file that the model lacks.
    pub unexpected: Vec<String>,
    /// Names of both whose shapes or dtypes differ, with both.
    pub mismatched: Vec<String>,
}

impl LoadReport {
    /// Whether every name of the one is a name of the other, with the same shape.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.mismatched.is_empty()
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            ("missing", &self.missing),
            ("unexpected", &self.unexpected),
            ("mismatched", &self.mismatched),
        ];
        let said = kinds.iter().filter(|(_, names)| !names.is_empty());
        let parts: Vec<_> =
            said.map(|(kind, names)| format!("{kind}: {}", names.join(", "))).collect();
        f.write_str(if parts.is_empty() { "everything fits" } else { "" })?;
        f.write_str(&parts.join("; "))
    }
}

pub(crate) fn strict(set: &ParamSet, path: &Path) -> Result<LoadReport> {
    fill(set, TensorFile::read(path)?.tensors, &path.display().to_string())
}

pub(crate) fn lenient(set: &ParamSet, path: &Path) -> Result<LoadReport> {
    Plan::new(set, TensorFile::read(path)?.tensors).carry_out()
}

pub(crate) fn copy(set: &ParamSet, other: &ParamSet) -> Result<()> {
    fill(set, other.to_file()?.tensors, "the other model").map(drop)
}

/// Reads values by name into a model; the file's name is for messages.
///
/// # Errors
/// If a name or shape differs, all listed at once; then nothing is changed.
pub fn load_tensors<P: Params + ?Sized>(
    model: &P,
    tensors: BTreeMap<String, Tensor>,
    path: &str,
) -> Result<LoadReport> {
    fill(&ParamSet::all(model)?, tensors, path)
}

/// Reads the values that fit by name into a model, and reports what does not.
///
/// # Errors
/// If a setting of the model is out of its range.
pub fn load_tensors_lenient<P: Params + ?Sized>(
    model: &P,
    tensors: BTreeMap<String, Tensor>,
) -> Result<LoadReport> {
    Plan::new(&ParamSet::all(model)?, tensors).carry_out()
}

fn fill(set: &ParamSet, tensors: BTreeMap<String, Tensor>, path: &str) -> Result<LoadReport> {
    let plan = Plan::new(set, tensors);
    if !plan.report.is_complete() {
        return Err(Error::Load { path: path.to_owned(), report: Box::new(plan.report) });
    }
    plan.carry_out()
}

/// Who gets which value: made first and carried out after, so that a refusal changes nothing.
struct Plan {
    moves: Vec<(Param, Tensor)>,
    report: LoadReport,
}

impl Plan {
    fn new(set: &ParamSet, mut tensors: BTreeMap<String, Tensor>) -> Self {
        let mut plan = Self { moves: Vec::new(), report: LoadReport::default() };
        let mut found: BTreeMap<usize, Tensor> = BTreeMap::new();
        for (alias, position) in set.aliases() {
            found.extend(tensors.remove(alias).map(|tensor| (*position, tensor)));
        }
        for (i, (name, param)) in set.named().enumerate() {
            param.rename(name);
            match tensors.remove(name).or_else(|| found.remove(&i)) {
                Some(tensor) => plan.assign(name, param, tensor),
                None => plan.report.missing.push(name.to_owned()),
            }
        }
        plan.report.unexpected = tensors.into_keys().collect();
        plan
    }

    fn assign(&mut self, name: &str, param: &Param, tensor: Tensor) {
        if tensor.shape() == param.shape() && tensor.dtype().is_float() {
            self.report.loaded.push(name.to_owned());
            self.moves.push((param.tie(), computable(tensor)));
        } else {
            self.report.mismatched.push(format!(
                "{name} is {} {}, expected floats {}",
                tensor.dtype(),
                tensor.shape(),
                param.shape()
            ));
        }
    }

    fn carry_out(self) -> Result<LoadReport> {
        self.moves.into_iter().try_for_each(|(param, tensor)| param.set(tensor))?;
        Ok(self.report)
    }
}

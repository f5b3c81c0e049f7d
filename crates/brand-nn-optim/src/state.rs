//! What optimizers remember, by the names of the parameters, in memory and in files.

use crate::{Error, Result};
use brand_nn_tensor::{Tensor, io::TensorFile};
use std::{collections::BTreeMap, str::FromStr};

/// What is remembered of one parameter.
#[derive(Debug)]
pub(crate) struct Memory {
    /// How many steps it took.
    pub(crate) steps: u64,
    pub(crate) tensors: Vec<Tensor>,
    names: Vec<&'static str>,
}

/// The memories of all parameters by name, and those of a file that no step asked for yet.
#[derive(Debug, Default)]
pub(crate) struct Memories {
    known: BTreeMap<String, Memory>,
    loaded: BTreeMap<String, Tensor>,
}

impl Memories {
    pub(crate) fn loaded(tensors: BTreeMap<String, Tensor>) -> Self {
        Self { known: BTreeMap::new(), loaded: tensors }
    }

    /// Sees that there is a memory of a parameter: the one it has, one from the file, or a new one.
    pub(crate) fn prepare(
        &mut self,
        optimizer: &'static str,
        parameter: &str,
        first: impl FnOnce() -> Result<Vec<(&'static str, Tensor)>>,
    ) -> Result<()> {
        if !self.known.contains_key(parameter) {
            let memory = self.adopt(optimizer, parameter, first()?)?;
            self.known.insert(parameter.to_owned(), memory);
        }
        Ok(())
    }

    /// The memories of all parameters that have one, to be changed.
    pub(crate) fn all(&mut self) -> BTreeMap<&str, &mut Memory> {
        self.known.iter_mut().map(|(name, memory)| (name.as_str(), memory)).collect()
    }

    /// Puts the tensors of the file into their places, if the file knows the parameter.
    fn adopt(
        &mut self,
        optimizer: &'static str,
        parameter: &str,
        first: Vec<(&'static str, Tensor)>,
    ) -> Result<Memory> {
        let (names, mut tensors): (Vec<_>, Vec<_>) = first.into_iter().unzip();
        let Some(steps) = self.loaded.remove(&format!("{parameter}.steps")) else {
            return Ok(Memory { steps: 0, tensors, names });
        };
        for (name, tensor) in names.iter().zip(&mut tensors) {
            let entry = format!("{parameter}.{name}");
            let form = |t: &Tensor| format!("{} of shape {}", t.dtype(), t.shape());
            let expected = form(tensor);
            let got = self.loaded.remove(&entry).filter(|saved| form(saved) == expected);
            *tensor = got.ok_or(Error::State {
                optimizer,
                entry,
                got: "missing or of another shape".into(),
                expected,
            })?;
        }
        let steps = steps.try_item().map_err(brand_nn_autodiff::Error::from)? as u64;
        Ok(Memory { steps, tensors, names })
    }

    /// All tensors, named after their parameters.
    pub(crate) fn tensors(&self) -> BTreeMap<String, Tensor> {
        let mut all = self.loaded.clone();
        for (parameter, Memory { steps, tensors, names }) in &self.known {
            all.insert(format!("{parameter}.steps"), Tensor::scalar(*steps as i64));
            let named = names.iter().map(|name| format!("{parameter}.{name}"));
            all.extend(named.zip(tensors.iter().cloned()));
        }
        all
    }
}

/// A word of a saved state, read as what it should be.
pub(crate) fn word<T: FromStr>(
    optimizer: &'static str,
    state: &TensorFile,
    entry: &str,
    expected: &str,
) -> Result<T> {
    let text = state.metadata.get(entry);
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Error::State {
        optimizer,
        entry: entry.to_owned(),
        got: text.map_or("missing".to_owned(), Clone::clone),
        expected: expected.to_owned(),
    })
}

/// Takes the tensors out whose names begin with `prefix`, and cuts it off.
pub(crate) fn take(
    tensors: &mut BTreeMap<String, Tensor>,
    prefix: &str,
) -> BTreeMap<String, Tensor> {
    let mine = tensors.extract_if(.., |name, _| name.starts_with(prefix));
    mine.map(|(name, tensor)| (name[prefix.len()..].to_owned(), tensor)).collect()
}

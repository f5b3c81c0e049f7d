//! A case of the standard: a node, its attributes, its inputs and what must come out.

use brand_nn::Result;
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Tensor, io::TensorFile};
use serde_json::Value;
use std::{collections::BTreeMap, fs::File, io::Read, path::Path};

/// One node with its inputs.
pub(crate) struct Case {
    pub name: String,
    pub op: String,
    pub inputs: Vec<Option<Tensor>>,
    pub outputs: Vec<Option<Tensor>>,
    pub limits: (f64, f64),
    attributes: Value,
}

/// What a family of ops returns: nothing for an op that is not of it.
pub(crate) type Answer = Option<Result<Vec<Tensor>>>;

/// Reads all cases of the archive; those whose tensors have other dtypes than ours give the reason.
pub(crate) fn read(archive: &Path) -> Vec<std::result::Result<Case, String>> {
    let mut files: BTreeMap<String, [Vec<u8>; 2]> = BTreeMap::new();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(File::open(archive).unwrap()));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let Some((case, file)) = path.rsplit_once('/') else { continue };
        let place = match file {
            "case.json" => 0,
            "io.safetensors" => 1,
            _ => continue,
        };
        let name = case.rsplit('/').next().unwrap().to_owned();
        entry.read_to_end(&mut files.entry(name).or_default()[place]).unwrap();
    }
    files.into_iter().map(|(name, [text, tensors])| parse(name, &text, &tensors)).collect()
}

fn parse(name: String, text: &[u8], tensors: &[u8]) -> std::result::Result<Case, String> {
    let case: Value = serde_json::from_slice(text).unwrap();
    let node = &case["nodes"][0];
    let file = TensorFile::from_bytes(tensors).map_err(|error| {
        let text = error.to_string();
        let dtype = text.split("dtype ").nth(1).and_then(|rest| rest.split(',').next());
        format!("dtype {} is none of ours", dtype.unwrap_or(&text))
    })?;
    let named = |list: &Value| -> Vec<Option<Tensor>> {
        let names = list.as_array().unwrap().iter();
        names.map(|name| file.tensors.get(name.as_str().unwrap()).cloned()).collect()
    };
    Ok(Case {
        op: node["op"].as_str().unwrap().to_owned(),
        inputs: named(&node["inputs"]),
        outputs: named(&node["outputs"]),
        limits: (case["rtol"].as_f64().unwrap(), case["atol"].as_f64().unwrap()),
        attributes: node["attrs"].clone(),
        name,
    })
}

impl Case {
    /// The i-th input, which must be there.
    #[track_caller]
    pub(crate) fn tensor(&self, i: usize) -> Tensor {
        self.optional(i).unwrap_or_else(|| panic!("{}: no input {i}", self.name))
    }

    pub(crate) fn optional(&self, i: usize) -> Option<Tensor> {
        self.inputs.get(i).cloned().flatten()
    }

    /// The i-th input as a value that ops of `Var`s take.
    #[track_caller]
    pub(crate) fn var(&self, i: usize) -> Var {
        self.tensor(i).into()
    }

    pub(crate) fn optional_var(&self, i: usize) -> Option<Var> {
        self.optional(i).map(Var::from)
    }

    /// The same case with inputs in f32 in place of dtypes that are for storage; casts stay.
    pub(crate) fn widened(mut self) -> Self {
        let inputs = self.inputs.iter_mut().flatten();
        let casts = self.op.starts_with("Cast");
        for tensor in inputs.filter(|x| !casts && is_narrow(x.dtype())) {
            *tensor = tensor.to(DType::F32);
        }
        self
    }

    /// Whether an attribute is a tensor or a graph, which the archive only marks.
    pub(crate) fn lacks_attributes(&self) -> bool {
        let all = self.attributes.as_object().into_iter().flat_map(|all| all.values());
        all.into_iter().any(|value| value == "<proto>")
    }

    /// The i-th input as whole numbers, where it is there.
    pub(crate) fn whole(&self, i: usize) -> Option<Vec<i64>> {
        self.optional(i).map(|tensor| tensor.to(DType::I64).to_vec())
    }

    /// An attribute, or the input that took its place in later versions.
    pub(crate) fn ints_or_input(&self, attribute: &str, input: usize) -> Option<Vec<i64>> {
        self.ints(attribute).or_else(|| self.whole(input))
    }

    pub(crate) fn has(&self, attribute: &str) -> bool {
        !self.attributes[attribute].is_null()
    }

    pub(crate) fn int(&self, attribute: &str, default: i64) -> i64 {
        self.attributes[attribute].as_i64().unwrap_or(default)
    }

    pub(crate) fn float(&self, attribute: &str, default: f64) -> f64 {
        self.attributes[attribute].as_f64().unwrap_or(default)
    }

    pub(crate) fn text(&self, attribute: &str) -> &str {
        self.attributes[attribute].as_str().unwrap_or("")
    }

    pub(crate) fn ints(&self, attribute: &str) -> Option<Vec<i64>> {
        let list = self.attributes[attribute].as_array()?;
        Some(list.iter().filter_map(Value::as_i64).collect())
    }

    /// The axes of a reduction: of the attribute or the second input, all where neither is given.
    pub(crate) fn axes(&self) -> Vec<isize> {
        let all = || (0..self.tensor(0).ndim() as i64).collect();
        let given = self.ints_or_input("axes", 1).filter(|axes| !axes.is_empty());
        given.unwrap_or_else(all).into_iter().map(|axis| axis as isize).collect()
    }
}

/// Whether tensors of a dtype are for storage only.
pub(crate) fn is_narrow(dtype: DType) -> bool {
    matches!(dtype, DType::F16 | DType::Bf16)
}

/// One tensor, for an op that can't fail.
#[allow(clippy::unnecessary_wraps, reason = "the form of every family's answer")]
pub(crate) fn one(value: impl Into<Var>) -> Answer {
    Some(Ok(vec![value.into().into_tensor()]))
}

/// Several tensors, for an op that can't fail.
#[allow(clippy::unnecessary_wraps, reason = "the form of every family's answer")]
pub(crate) fn many(values: Vec<Tensor>) -> Answer {
    Some(Ok(values))
}

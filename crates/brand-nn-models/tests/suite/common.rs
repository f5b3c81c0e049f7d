//! What tests share: the cases that transformers answered, and folders as they are published.
#![allow(dead_code, reason = "each test uses a part")]

use brand_nn_models::Tokens;
use brand_nn_tensor::{DType, Tensor, check, io::TensorFile};
use serde_json::Value;
use std::{collections::BTreeMap, fs::File, io::Write, path::Path};

/// A case of the file: a model with its batch and what comes out.
pub(crate) struct Case(pub(crate) Value);

pub(crate) fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("../golden/models.json")).unwrap();
    file["cases"].as_array().unwrap().iter().cloned().map(Case).collect()
}

pub(crate) fn tensor(value: &Value) -> Tensor {
    check::golden_from_str(&value.to_string()).unwrap()
}

pub(crate) fn tensors(value: &Value) -> BTreeMap<String, Tensor> {
    let entries = value.as_object().unwrap().iter();
    entries.map(|(name, value)| (name.clone(), tensor(value))).collect()
}

pub(crate) fn write(path: &Path, content: &(impl AsRef<[u8]> + ?Sized)) {
    File::create(path).unwrap().write_all(content.as_ref()).unwrap();
}

pub(crate) fn write_tensors(path: &Path, tensors: BTreeMap<String, Tensor>) {
    TensorFile { tensors, ..Default::default() }.write(path).unwrap();
}

/// The second column of tab-separated values, quoted where a text has quotes.
pub(crate) fn texts(table: &str) -> Vec<String> {
    let text = |line: &str| {
        let cell = line.split_once('\t').unwrap().1;
        let inner = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.map_or(cell.to_owned(), |inner| inner.replace("\"\"", "\""))
    };
    table.lines().skip(1).map(text).collect()
}

impl Case {
    pub(crate) fn table(&self, key: &str) -> Tensor {
        let rows: Vec<Vec<i64>> = serde_json::from_value(self.0[key].clone()).unwrap();
        Tensor::new(rows.concat(), [rows.len(), rows[0].len()]).unwrap()
    }

    pub(crate) fn tokens(&self) -> Tokens {
        let mask = self.table("mask").to(DType::Bool);
        Tokens { ids: self.table("ids"), mask, type_ids: self.table("type_ids") }
    }

    /// Writes the model's folder as it would be published.
    pub(crate) fn publish(&self, folder: &Path) {
        write(&folder.join("config.json"), &self.0["config"].to_string());
        write_tensors(&folder.join("model.safetensors"), tensors(&self.0["weights"]));
    }
}

//! What stands in a safetensors file: arrays, and words about them.

use crate::Outcome;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::{collections::BTreeMap, fs};

/// Arrays and words by name.
pub struct File {
    pub arrays: BTreeMap<String, Array>,
    pub words: BTreeMap<String, String>,
}

/// Numbers in rows.
#[derive(Clone, Debug)]
pub struct Array {
    pub shape: Vec<usize>,
    pub numbers: Numbers,
}

/// The kinds of numbers that the driver writes.
#[derive(Clone, Debug)]
pub enum Numbers {
    F32(Vec<f32>),
    I64(Vec<i64>),
}

impl File {
    pub fn read(path: &str) -> Outcome<Self> {
        let bytes = fs::read(path)?;
        let (_, header) = SafeTensors::read_metadata(&bytes)?;
        let tensors = SafeTensors::deserialize(&bytes)?;
        let array = |(name, view): (&str, TensorView)| Ok((name.to_owned(), Array::of(&view)?));
        let arrays = tensors.iter().map(array).collect::<Outcome<_>>()?;
        let words = header.metadata().clone().into_iter().flatten().collect();
        Ok(Self { arrays, words })
    }

    /// Takes an array out.
    pub fn take(&mut self, name: &str) -> Outcome<Array> {
        self.arrays.remove(name).ok_or_else(|| format!("there is no {name}").into())
    }
}

impl Array {
    fn of(view: &TensorView) -> Outcome<Self> {
        let numbers = match view.dtype() {
            Dtype::F32 => Numbers::F32(numbers(view.data(), f32::from_le_bytes)),
            Dtype::I64 => Numbers::I64(numbers(view.data(), i64::from_le_bytes)),
            other => return Err(format!("came {other:?}, expected F32 or I64").into()),
        };
        Ok(Self { shape: view.shape().to_vec(), numbers })
    }

    /// The numbers, if they are floats.
    pub fn floats(self) -> Outcome<Vec<f32>> {
        match self.numbers {
            Numbers::F32(numbers) => Ok(numbers),
            Numbers::I64(_) => Err("came integers, expected floats".into()),
        }
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], read: fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|number| read(*number)).collect()
}

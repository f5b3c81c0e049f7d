//! What attention has seen so far, so that writing on computes the new tokens alone.

use brand_nn_tensor::{DType, Result, Tensor};

/// The keys and values of the tokens so far, and which of these are padding.
///
/// It costs 2 · layers · features numbers a token, and saves computing the whole text again for each
/// token.
#[doc(alias = "past_key_values")]
#[derive(Clone, Debug, Default)]
pub struct Cache {
    layers: Vec<[Tensor; 2]>,
    mask: Option<Tensor>,
}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of steps that it holds, padding counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mask.as_ref().map_or(0, |mask| mask.dim(1))
    }

    /// Whether it holds no step.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in the mask of new steps, and gives that of all with the positions of the new ones.
    ///
    /// # Shapes
    /// bool `[batch, new]` → bool `[batch, all]`, i64 `[batch, new]`.
    pub(super) fn enter(&mut self, new: &Tensor) -> Result<(Tensor, Tensor)> {
        let all = match &self.mask {
            Some(old) => Tensor::try_concat(&[old.clone(), new.clone()], 1)?,
            None => new.clone(),
        };
        let counted = all.to(DType::I64).cumsum(1) - 1.0;
        let positions = counted.slice(1, all.dim(1) - new.dim(1)..).clamp(0.0, all.dim(1) as f64);
        self.mask = Some(all.clone());
        Ok((all, positions))
    }

    /// Takes in a layer's keys and values of new steps, and gives those of all.
    pub(super) fn extend(&mut self, layer: usize, new: [&Tensor; 2]) -> Result<[Tensor; 2]> {
        let all = match self.layers.get(layer) {
            Some([keys, values]) => [
                Tensor::try_concat(&[keys.clone(), new[0].clone()], 2)?,
                Tensor::try_concat(&[values.clone(), new[1].clone()], 2)?,
            ],
            None => new.map(Tensor::contiguous),
        };
        match self.layers.get_mut(layer) {
            Some(own) => own.clone_from(&all),
            None => self.layers.push(all.clone()),
        }
        Ok(all)
    }

    /// The cache of other rows: beams that go on, or texts that are not finished.
    ///
    /// # Errors
    /// If there is no row of a number.
    pub fn rows(&self, rows: &[usize]) -> Result<Self> {
        let of = |[keys, values]: &[Tensor; 2]| Ok([keys.rows(rows)?, values.rows(rows)?]);
        Ok(Self {
            layers: self.layers.iter().map(of).collect::<Result<_>>()?,
            mask: self.mask.as_ref().map(|mask| mask.rows(rows)).transpose()?,
        })
    }
}

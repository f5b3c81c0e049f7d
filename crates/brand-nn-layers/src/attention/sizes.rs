//! The sizes of attention by several heads, and the maps that follow from them.

use super::multi_head::PLACE;
use crate::{
    Linear,
    setting::{out_of_range, positive},
};
use brand_nn_autodiff::{Init, Param, Result};

/// What the shapes of the weights follow from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) features: usize,
    pub(super) source: usize,
    pub(super) heads: usize,
    pub(super) key_heads: usize,
    pub(super) head_dim: Option<usize>,
    pub(super) bias: bool,
}

impl Sizes {
    pub(super) fn dim(self) -> usize {
        self.head_dim.unwrap_or(self.features / self.heads.max(1))
    }

    /// The maps for queries, keys, values and output, as PyTorch draws them.
    pub(super) fn maps(self) -> [Linear; 4] {
        let Self { features, source, heads, key_heads, .. } = self;
        let [width, narrow] = [heads, key_heads].map(|heads| heads * self.dim());
        let joint = (6.0 / (features + width + 2 * narrow).max(1) as f64).sqrt();
        let init = || match source == features {
            true => Init::Uniform(-joint, joint),
            false => Init::GlorotUniform,
        };
        let map = |ins, outs, init| {
            let bias = self.bias.then(|| Param::new([outs], Init::Zeros));
            Linear::from_params(Param::new([outs, ins], init), bias)
        };
        let [key, value] = [(); 2].map(|()| map(source, narrow, init()));
        [map(features, width, init()), key, value, map(width, features, Init::FanIn)]
    }

    pub(super) fn check(self) -> Result<()> {
        let Self { features, source, heads, key_heads, .. } = self;
        positive(PLACE, "features", features)?;
        positive(PLACE, "source_features", source)?;
        positive(PLACE, "heads", heads)?;
        positive(PLACE, "key_heads", key_heads)?;
        positive(PLACE, "head_dim", self.head_dim.unwrap_or(1))?;
        if self.head_dim.is_none() && !features.is_multiple_of(heads) {
            let got = format!("{heads} for {features} features");
            let help = "or say with head_dim how many numbers each head has";
            return Err(out_of_range(PLACE, "heads", got, "a number that divides them", help));
        }
        if !heads.is_multiple_of(key_heads) {
            let got = format!("{key_heads} for {heads} heads");
            let help = "as many as heads is usual, 1 is multi-query attention";
            return Err(out_of_range(PLACE, "key_heads", got, "a number that divides them", help));
        }
        Ok(())
    }
}

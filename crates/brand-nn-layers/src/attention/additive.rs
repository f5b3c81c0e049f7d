//! Attention whose scores are a small network of query and key.

use super::{Attended, AttentionMask, mask::one_source};
use crate::{Layer, Linear, Pass, Result, sequence::three_axes, setting::positive};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};

const PLACE: &str = "additive_attention";

/// Attention whose scores are a small network: vᵀ tanh(W q + U k).
///
/// Bahdanau, Cho and Bengio 2015. Keras' `AdditiveAttention` has v alone, as `scale`; here `query`
/// is W, `key` is U, `score` is v, each drawn as PyTorch's linear maps without a bias.
///
/// # Shapes
/// `[batch, queries, query features]`, `[batch, keys, key features]`, `[batch, keys, anything]`
/// → `[batch, queries, anything]`, with weights `[batch, queries, keys]`.
///
/// # Errors
/// If an input has other axes or features; `init`, `build` and `load` refuse no units.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{AdditiveAttention, AttentionMask, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = AdditiveAttention::new(2, 3, 8).init(42)?;
/// let (state, steps) = (Tensor::ones([1, 1, 2]).into(), Tensor::ones([1, 4, 3]).into());
/// let mask = AttentionMask::new().keys(&Tensor::from([[true, true, false, false]]));
/// let found = layer.attend([&state, &steps, &steps], &mask, &mut Pass::inference())?;
/// assert_eq!(found.weights.tensor(), &Tensor::from([[[0.5_f32, 0.5, 0.0, 0.0]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "BahdanauAttention")]
#[derive(Debug)]
pub struct AdditiveAttention {
    /// `[units, query features]`.
    pub query: Linear,
    /// `[units, key features]`.
    pub key: Linear,
    /// `[1, units]`.
    pub score: Linear,
}

impl AdditiveAttention {
    /// Makes the layer for queries and keys of so many features, compared by `units` numbers.
    #[must_use]
    pub fn new(query_features: usize, key_features: usize, units: usize) -> Self {
        let map = |ins, outs| Linear::new(ins, outs).without_bias();
        let (query, key) = (map(query_features, units), map(key_features, units));
        Self { query, key, score: map(units, 1) }
    }

    /// Lets `[query, key, value]` gather.
    ///
    /// # Errors
    /// If a shape or type does not fit, a mask has another shape, or a parameter is pending.
    pub fn attend(
        &self,
        [query, key, value]: [&Var; 3],
        mask: &AttentionMask,
        pass: &mut Pass,
    ) -> Result<Attended> {
        self.check()?;
        let features = |map: &Linear| map.weight.shape()[1];
        let [batch, queries] = three_axes(PLACE, query.shape(), features(&self.query))?;
        let keys = one_source(PLACE, [batch, features(&self.key)], [key, value])?;
        let query = self.query.forward(query.clone(), pass)?;
        let key = self.key.forward(key.clone(), pass)?;
        let met = (query.unsqueeze(2) + key.unsqueeze(1)).tanh();
        let scores = self.score.forward(met, pass)?.squeeze(-1);
        let seen = [batch, 1, queries, keys].into();
        let options = mask.options(PLACE, &seen, scores.dtype(), None)?;
        let weights = (scores + options.table(&seen, query.dtype())?.squeeze(1)).softmax(-1);
        crate::layer::same_type(PLACE, value, weights.dtype())?;
        Ok(Attended { output: weights.matmul(value), weights })
    }
}

impl Params for AdditiveAttention {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("query", &self.query);
        visitor.child("key", &self.key);
        visitor.child("score", &self.score);
    }

    fn check(&self) -> autodiff::Result<()> {
        positive(PLACE, "units", self.score.weight.shape()[1])
    }
}

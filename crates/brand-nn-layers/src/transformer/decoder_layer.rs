//! One layer of a transformer's decoder: attention to itself and to a memory, and two linear maps.

use super::{TransformerOptions, residual::Residual};
use crate::{AttentionMask, LayerNorm, Linear, MultiHeadAttention, Pass, Result};
use brand_nn_autodiff::{Params, Var};

/// Attention to itself and to a memory, and two linear maps, each with a norm and a way round it.
///
/// As [`TransformerEncoderLayer`](crate::TransformerEncoderLayer), with `cross_attention` and
/// `norm2` in between, whose keys and values are the memory (Vaswani and others 2017). No step sees
/// a later one unless [`causal`](Self::causal) is turned off; PyTorch asks for a mask instead.
///
/// # Shapes
/// `[batch, time, features]` with a memory `[batch, steps, features]` → `[batch, time, features]`.
///
/// # Errors
/// As those of [`TransformerEncoderLayer`](crate::TransformerEncoderLayer).
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{AttentionMask, Pass, TransformerDecoderLayer, TransformerOptions};
/// use brand_nn_tensor::Tensor;
///
/// let layer = TransformerDecoderLayer::new(8, &TransformerOptions::new(2, 32)).init(42)?;
/// let (x, memory) = (Tensor::ones([2, 3, 8]).into(), Tensor::ones([2, 5, 8]).into());
/// let masks = [&AttentionMask::new(), &AttentionMask::new()];
/// let y = layer.decode(&x, &memory, masks, &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [2, 3, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug, Params)]
pub struct TransformerDecoderLayer {
    /// Each step looks at those before it.
    pub self_attention: MultiHeadAttention,
    /// Each step looks at the memory.
    pub cross_attention: MultiHeadAttention,
    /// `[hidden, features]`, followed by the activation.
    pub linear1: Linear,
    /// `[features, hidden]`.
    pub linear2: Linear,
    /// The norm of the attention to itself.
    pub norm1: LayerNorm,
    /// The norm of the attention to the memory.
    pub norm2: LayerNorm,
    /// The norm of the linear maps.
    pub norm3: LayerNorm,
    residual: Residual,
}

impl TransformerDecoderLayer {
    /// Makes the layer for steps of `features`.
    #[must_use]
    pub fn new(features: usize, options: &TransformerOptions) -> Self {
        let [linear1, linear2] = options.maps(features);
        let [norm1, norm2, norm3] = [(); 3].map(|()| options.norm(features));
        Self {
            self_attention: options.attention(features).causal(true),
            cross_attention: options.attention(features),
            linear1,
            linear2,
            norm1,
            norm2,
            norm3,
            residual: options.residual(),
        }
    }

    /// Whether no step sees a later one of its own sequence; yes by default.
    #[must_use]
    pub fn causal(self, on: bool) -> Self {
        Self { self_attention: self.self_attention.causal(on), ..self }
    }

    /// Runs the layer; the masks are those of its own steps and of the memory's.
    ///
    /// # Errors
    /// If a shape or type does not fit, or a parameter is pending.
    pub fn decode(
        &self,
        x: &Var,
        memory: &Var,
        [own, masked]: [&AttentionMask; 2],
        pass: &mut Pass,
    ) -> Result<Var> {
        let residual = &self.residual;
        let x = residual.around(x, &self.norm1, pass, |x, round, pass| {
            self.self_attention.attend_beside([x, x, x], round, own, pass)
        })?;
        let x = residual.around(&x, &self.norm2, pass, |x, round, pass| {
            self.cross_attention.attend_beside([x, memory, memory], round, masked, pass)
        })?;
        let maps = [&self.linear1, &self.linear2];
        residual.around(&x, &self.norm3, pass, |x, round, pass| residual.maps(x, round, maps, pass))
    }
}

//! Layers of a transformer one above the other: the encoder and the decoder.

use super::{TransformerDecoderLayer, TransformerEncoderLayer, TransformerOptions};
use crate::{
    AttentionMask, Flow, Layer, LayerNorm, MultiHeadAttention, Pass, Result, flops,
    setting::positive,
};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// Encoder layers one above the other, with a norm at the end if asked for.
///
/// # Shapes
/// `[batch, time, features]`, which stays.
///
/// # Errors
/// As those of [`TransformerEncoderLayer`]; `init`, `build` and `load` refuse an empty stack.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, LayerNorm, Pass, TransformerEncoder, TransformerOptions};
/// use brand_nn_tensor::Tensor;
///
/// let options = TransformerOptions::new(2, 16).norm_first(true);
/// let encoder = TransformerEncoder::new(3, 8, &options).norm(LayerNorm::new(8)).init(42)?;
/// let y = encoder.call(Tensor::ones([2, 5, 8]), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [2, 5, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct TransformerEncoder {
    /// From the input up.
    pub layers: Vec<TransformerEncoderLayer>,
    /// What the last layer's output goes through.
    pub norm: Option<LayerNorm>,
}

/// Decoder layers one above the other, all of which look at the same memory.
///
/// # Shapes
/// `[batch, time, features]` with a memory `[batch, steps, features]` → `[batch, time, features]`.
///
/// # Errors
/// As those of [`TransformerDecoderLayer`]; `init`, `build` and `load` refuse an empty stack.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{AttentionMask, Pass, TransformerDecoder, TransformerOptions};
/// use brand_nn_tensor::Tensor;
///
/// let decoder = TransformerDecoder::new(2, 8, &TransformerOptions::new(2, 16)).init(42)?;
/// let (x, memory) = (Tensor::ones([2, 3, 8]).into(), Tensor::ones([2, 5, 8]).into());
/// let masks = [&AttentionMask::new(), &AttentionMask::new()];
/// let y = decoder.decode(&x, &memory, masks, &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [2, 3, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct TransformerDecoder {
    /// From the input up.
    pub layers: Vec<TransformerDecoderLayer>,
    /// What the last layer's output goes through.
    pub norm: Option<LayerNorm>,
}

macro_rules! stack {
    ($stack:ident, $layer:ident, $place:literal) => {
        impl $stack {
            /// Makes a number of layers for steps of `features`, all of the same options.
            #[must_use]
            pub fn new(depth: usize, features: usize, options: &TransformerOptions) -> Self {
                let layers = (0..depth).map(|_| $layer::new(features, options)).collect();
                Self { layers, norm: None }
            }

            /// Puts a norm at the end, which layers with norms first should have.
            #[must_use]
            pub fn norm(self, norm: LayerNorm) -> Self {
                Self { norm: Some(norm), ..self }
            }

            /// Whether no step sees a later one, in all layers.
            #[must_use]
            pub fn causal(self, on: bool) -> Self {
                let layers = self.layers.into_iter().map(|layer| layer.causal(on)).collect();
                Self { layers, ..self }
            }

            fn run(
                &self,
                x: &Var,
                pass: &mut Pass,
                step: impl Fn(&$layer, &Var, &mut Pass) -> Result<Var>,
            ) -> Result<Var> {
                self.check()?;
                let x = self.layers.iter().try_fold(x.clone(), |x, layer| step(layer, &x, pass))?;
                self.norm.as_ref().map_or(Ok(x.clone()), |norm| norm.forward(x, pass))
            }
        }

        impl Params for $stack {
            fn visit(&self, visitor: &mut Visitor<'_>) {
                visitor.child("layers", &self.layers);
                visitor.child("norm", &self.norm);
            }

            fn check(&self) -> autodiff::Result<()> {
                positive($place, "depth", self.layers.len())
            }
        }
    };
}
stack!(TransformerEncoder, TransformerEncoderLayer, "transformer_encoder");
stack!(TransformerDecoder, TransformerDecoderLayer, "transformer_decoder");

impl TransformerEncoder {
    /// Runs all layers; the mask says which steps are seen.
    ///
    /// # Errors
    /// If a shape or type does not fit, or a parameter is pending.
    pub fn encode(&self, x: &Var, mask: &AttentionMask, pass: &mut Pass) -> Result<Var> {
        self.run(x, pass, |layer, x, pass| layer.encode(x, mask, pass))
    }
}

impl TransformerDecoder {
    /// Runs all layers; the masks are those of its own steps and of the memory's.
    ///
    /// # Errors
    /// If a shape or type does not fit, or a parameter is pending.
    pub fn decode(
        &self,
        x: &Var,
        memory: &Var,
        masks: [&AttentionMask; 2],
        pass: &mut Pass,
    ) -> Result<Var> {
        self.run(x, pass, |layer, x, pass| layer.decode(x, memory, masks, pass))
    }
}

impl Layer for TransformerEncoder {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.encode(&input, &AttentionMask::new(), pass)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        let attentions = self.layers.iter().map(|layer| &layer.self_attention);
        MultiHeadAttention::over_steps(attentions, input, |x, mask| self.encode(&x, mask, pass))
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::chain(self.layers.iter().map(|layer| layer as &dyn Layer), input)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.layers.first().map_or(Ok(input.clone()), |layer| layer.output_shape(input))
    }
}

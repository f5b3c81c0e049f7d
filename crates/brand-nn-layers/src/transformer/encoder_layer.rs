//! One layer of a transformer's encoder: self-attention and two linear maps.

use super::{TransformerOptions, residual::Residual};
use crate::{
    AttentionMask, Flow, Layer, LayerNorm, Linear, MultiHeadAttention, Pass, Recipe, Result, flops,
    sequence::features_of,
};
use brand_nn_autodiff::{ParamSet, Params, Var};
use brand_nn_tensor::{Shape, Tensor};

/// Self-attention and two linear maps, each with a norm and a way round it.
///
/// x ← norm1(x + attention(x)), then x ← norm2(x + linear2(a(linear1(x)))), as in Vaswani and others
/// 2017; with [`norm_first`](TransformerOptions::norm_first) the norms stand at the start of each
/// way. Dropout is where PyTorch has it: on attention's weights, on the hidden units and on what is
/// added. With [`causal`](Self::causal) it is a layer of GPT.
///
/// # Shapes
/// `[batch, time, features]`, which stays.
///
/// # Errors
/// If the input has other axes or features; `init`, `build` and `load` refuse what
/// [`MultiHeadAttention`] refuses, no hidden units, a dropout outside `0.0..1.0`, an ε below 0.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{AttentionMask, Pass, TransformerEncoderLayer, TransformerOptions};
/// use brand_nn_tensor::Tensor;
///
/// let layer = TransformerEncoderLayer::new(8, &TransformerOptions::new(2, 32)).init(42)?;
/// let real = Tensor::from([[true, true, false], [true, true, true]]);
/// let x = Tensor::ones([2, 3, 8]).into();
/// let y = layer.encode(&x, &AttentionMask::new().keys(&real), &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [2, 3, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug, Params)]
pub struct TransformerEncoderLayer {
    /// Each step looks at all.
    pub self_attention: MultiHeadAttention,
    /// `[hidden, features]`, followed by the activation.
    pub linear1: Linear,
    /// `[features, hidden]`.
    pub linear2: Linear,
    /// The norm of the attention.
    pub norm1: LayerNorm,
    /// The norm of the linear maps.
    pub norm2: LayerNorm,
    residual: Residual,
}

impl TransformerEncoderLayer {
    /// Makes the layer for steps of `features`.
    #[must_use]
    pub fn new(features: usize, options: &TransformerOptions) -> Self {
        let [linear1, linear2] = options.maps(features);
        let (self_attention, residual) = (options.attention(features), options.residual());
        let [norm1, norm2] = [options.norm(features), options.norm(features)];
        Self { self_attention, linear1, linear2, norm1, norm2, residual }
    }

    /// Whether no step sees a later one; no by default.
    #[must_use]
    pub fn causal(self, on: bool) -> Self {
        Self { self_attention: self.self_attention.causal(on), ..self }
    }

    /// Runs the layer; the mask says which steps are seen.
    ///
    /// # Errors
    /// If a shape or type does not fit, or a parameter is pending.
    pub fn encode(&self, x: &Var, mask: &AttentionMask, pass: &mut Pass) -> Result<Var> {
        let Self { self_attention, norm1, residual, .. } = self;
        let x = residual.around(x, norm1, pass, |x, round, pass| {
            self_attention.attend_beside([x, x, x], round, mask, pass)
        })?;
        self.two_maps(&x, pass)
    }

    /// What [`encode`](Self::encode) makes of the steps at some places, in the order of time.
    ///
    /// Only keys and values are computed for all steps: for the last layer below a head that reads
    /// one step of a text. Where a query's place counts (causal layers, positions, masks of pairs)
    /// all is computed and the rest left out.
    ///
    /// # Shapes
    /// `[batch, time, features]`, i64 `[asked]` → `[batch, asked, features]`.
    ///
    /// # Errors
    /// As [`encode`](Self::encode), or if a place is beyond time.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Params;
    /// use brand_nn_layers::{AttentionMask, Pass, TransformerEncoderLayer, TransformerOptions};
    /// use brand_nn_tensor::{Rng, Tensor};
    ///
    /// let layer = TransformerEncoderLayer::new(8, &TransformerOptions::new(2, 32)).init(42)?;
    /// let x = Tensor::randn([2, 3, 8], &mut Rng::new(1)).into();
    /// let (mask, pass) = (AttentionMask::new(), &mut Pass::inference());
    /// let first = layer.encode_at(&x, &Tensor::from([0_i64]), &mask, pass)?;
    /// let all = layer.encode(&x, &mask, pass)?;
    /// assert!(first.tensor().allclose(&all.tensor().slice(1, ..1), 1e-5, 1e-6));
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    pub fn encode_at(
        &self,
        x: &Var,
        places: &Tensor,
        mask: &AttentionMask,
        pass: &mut Pass,
    ) -> Result<Var> {
        let Self { self_attention, norm1, residual, .. } = self;
        self_attention.output_shape(&x.shape()[1.min(x.ndim())..].into())?;
        let Some(seen) = self_attention.mask_at(mask, places) else {
            return Ok(self.encode(x, mask, pass)?.index_select(1, places)?);
        };
        let source = if residual.norm_first { norm1.forward(x.clone(), pass)? } else { x.clone() };
        let asked = x.index_select(1, places)?;
        let asked = residual.around(&asked, norm1, pass, |query, round, pass| {
            self_attention.attend_beside([query, &source, &source], round, &seen, pass)
        })?;
        self.two_maps(&asked, pass)
    }

    /// The second half: the linear maps and the way round them.
    fn two_maps(&self, x: &Var, pass: &mut Pass) -> Result<Var> {
        let (residual, maps) = (&self.residual, [&self.linear1, &self.linear2]);
        residual.around(x, &self.norm2, pass, |x, round, pass| residual.maps(x, round, maps, pass))
    }
}

impl Layer for TransformerEncoderLayer {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.encode(&input, &AttentionMask::new(), pass)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        let attention = [&self.self_attention];
        MultiHeadAttention::over_steps(attention, input, |x, mask| self.encode(&x, mask, pass))
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        let parts = [&self.self_attention as &dyn Layer, &self.linear1, &self.linear2];
        flops::chain(parts, input)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.self_attention.output_shape(input)
    }
}

/// A recipe for [`TransformerEncoderLayer`], with its initial values; Keras has no such layer.
///
/// # Examples
/// ```
/// use brand_nn_layers::{
///     Sequential, TransformerOptions, attention_pool, dense, embedding, sine_position_encoding,
///     transformer_encoder_layer,
/// };
///
/// let network = Sequential::new()
///     .add(embedding(1000, 16))
///     .add(sine_position_encoding())
///     .add(transformer_encoder_layer(TransformerOptions::new(2, 64)))
///     .add(attention_pool(16))
///     .add(dense(1))
///     .build([20])?;
/// assert_eq!(network.output_shape_of_example()[..], [1]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn transformer_encoder_layer(options: TransformerOptions) -> TransformerEncoderLayerRecipe {
    TransformerEncoderLayerRecipe { options, causal: false }
}

/// The settings of an encoder's layer whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct TransformerEncoderLayerRecipe {
    #[settings(flatten)]
    options: TransformerOptions,
    causal: bool,
}

impl TransformerEncoderLayerRecipe {
    /// Whether no step sees a later one; no by default.
    #[must_use]
    pub fn causal(self, on: bool) -> Self {
        Self { causal: on, ..self }
    }
}

impl Recipe for TransformerEncoderLayerRecipe {
    fn kind(&self) -> &'static str {
        "transformer_encoder_layer"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let features = features_of(self.kind(), input)?;
        let layer = TransformerEncoderLayer::new(features, &self.options).causal(self.causal);
        ParamSet::all(&layer)?;
        Ok(Box::new(layer))
    }
}

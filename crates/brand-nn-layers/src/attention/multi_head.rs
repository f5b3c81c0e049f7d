//! Attention by several heads, each with a projection of its own.

use super::{Attended, AttentionMask, mask::one_source, sizes::Sizes};
use crate::{
    Alibi, Dropout, Flow, Layer, Linear, Pass, Recipe, Result, RotaryEmbedding, flops,
    layer::same_type,
    sequence::{features_of, one_example, three_axes},
    setting::out_of_range,
};
use brand_nn_autodiff::{self as autodiff, AttentionOptions, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::{Shape, Tensor};

pub(super) const PLACE: &str = "multi_head_attention";

/// Attention by several heads, each with a projection of its own (Vaswani and others 2017).
///
/// Head h gathers softmax(Q Kᵀ / √d) V with Q = query · W_q, K = key · W_k, V = value · W_v cut to
/// its part; the heads' findings, side by side, go through `output`. As a [`Layer`] it is
/// self-attention; [`attend`](Self::attend) takes queries, keys and values of their own.
///
/// The four maps stand apart as in published BERT and LLaMA files; PyTorch's `in_proj_weight` is
/// the rows of `query`, `key` and `value` one below the other, and the initial values are its: one
/// glorot draw over the three, zero biases.
///
/// # Shapes
/// `[batch, time, features]`, which stays. `query` is `[heads · dim, features]`, `key` and `value`
/// are `[key_heads · dim, source]`, `output` is `[features, heads · dim]`.
///
/// # Errors
/// If an input has other axes or features. `init`, `build` and `load` refuse a size of zero, heads
/// that don't divide the features (unless [`head_dim`](Self::head_dim) is set), key heads that
/// don't divide the heads, a dropout outside `0.0..1.0` and positions that don't fit the heads.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{AttentionMask, Call, MultiHeadAttention, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = MultiHeadAttention::new(8, 2).init(42)?;
/// let x = Tensor::ones([3, 5, 8]);
/// assert_eq!(layer.call(&x, &mut Pass::inference())?.shape()[..], [3, 5, 8]);
///
/// let cross = MultiHeadAttention::new(8, 4).source_features(6).key_heads(2).init(42)?;
/// let (query, memory) = (x.into(), Tensor::ones([3, 7, 6]).into());
/// let mask = AttentionMask::new();
/// let y = cross.attend([&query, &memory, &memory], &mask, &mut Pass::inference())?;
/// assert_eq!(y.shape()[..], [3, 5, 8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "MultiheadAttention")]
#[doc(alias = "GroupedQueryAttention")]
#[derive(Debug)]
pub struct MultiHeadAttention {
    /// Makes the queries.
    pub query: Linear,
    /// Makes the keys.
    pub key: Linear,
    /// Makes the values.
    pub value: Linear,
    /// Joins what the heads found.
    pub output: Linear,
    sizes: Sizes,
    causal: bool,
    dropout: Dropout,
    position: Position,
}

/// How the places of queries and keys come in.
#[derive(Debug)]
enum Position {
    None,
    Rotary(Box<RotaryEmbedding>),
    Alibi,
}

impl MultiHeadAttention {
    /// Makes the layer for steps of `features` numbers and a number of heads that divides them.
    #[must_use]
    pub fn new(features: usize, heads: usize) -> Self {
        let source = features;
        let sizes = Sizes { features, source, heads, key_heads: heads, head_dim: None, bias: true };
        Self::of_sizes(sizes)
    }

    fn of_sizes(sizes: Sizes) -> Self {
        let [query, key, value, output] = sizes.maps();
        let (dropout, position) = (Dropout::new(0.0), Position::None);
        Self { query, key, value, output, sizes, causal: false, dropout, position }
    }

    /// The same layer with maps of other shapes, whose values are drawn anew.
    fn resized(self, sizes: Sizes) -> Self {
        let [query, key, value, output] = sizes.maps();
        Self { query, key, value, output, sizes, ..self }
    }

    /// The number of heads of keys and values; several heads of queries share each.
    ///
    /// As many as heads by default; 1 is multi-query attention (Shazeer 2019), between them it is
    /// grouped-query attention (Ainslie and others 2023).
    #[must_use]
    #[doc(alias = "num_kv_heads")]
    pub fn key_heads(self, key_heads: usize) -> Self {
        let sizes = Sizes { key_heads, ..self.sizes };
        self.resized(sizes)
    }

    /// The number of features of keys and values, where they are not the queries' own.
    #[must_use]
    #[doc(alias = "kdim")]
    pub fn source_features(self, source: usize) -> Self {
        let sizes = Sizes { source, ..self.sizes };
        self.resized(sizes)
    }

    /// The numbers that each head has; features / heads by default.
    #[must_use]
    #[doc(alias = "key_dim")]
    pub fn head_dim(self, dim: usize) -> Self {
        let sizes = Sizes { head_dim: Some(dim), ..self.sizes };
        self.resized(sizes)
    }

    /// The same layer without biases.
    #[must_use]
    pub fn without_bias(self) -> Self {
        let sizes = Sizes { bias: false, ..self.sizes };
        self.resized(sizes)
    }

    /// Whether no step sees a later one, whatever the mask says; no by default.
    #[must_use]
    pub fn causal(self, on: bool) -> Self {
        Self { causal: on, ..self }
    }

    /// The share of the weights that is dropped while training, after the softmax; none by default.
    #[must_use]
    pub fn dropout(self, rate: f64) -> Self {
        Self { dropout: Dropout::new(rate), ..self }
    }

    /// Turns queries and keys by the angles of their places.
    #[must_use]
    pub fn rotary(self, rotary: RotaryEmbedding) -> Self {
        Self { position: Position::Rotary(Box::new(rotary)), ..self }
    }

    /// Lowers the scores by the distance of query and key, each head with its own slope.
    #[must_use]
    pub fn alibi(self) -> Self {
        Self { position: Position::Alibi, ..self }
    }

    /// Lets `[query, key, value]` gather; for self-attention hand the same thrice.
    ///
    /// # Shapes
    /// `[batch, queries, features]`, `[batch, keys, source]` twice → `[batch, queries, features]`.
    ///
    /// # Errors
    /// If a shape or type does not fit, a mask has another shape, or a parameter is pending.
    pub fn attend(&self, inputs: [&Var; 3], mask: &AttentionMask, pass: &mut Pass) -> Result<Var> {
        self.attend_beside(inputs, None, mask, pass)
    }

    /// As [`attend`](Self::attend), plus what goes round it.
    pub(crate) fn attend_beside(
        &self,
        inputs: [&Var; 3],
        round: Option<&Var>,
        mask: &AttentionMask,
        pass: &mut Pass,
    ) -> Result<Var> {
        let (operands, options) = self.prepare(inputs, mask, pass)?;
        let [query, key, value] = &operands;
        self.join(&autodiff::attention(query, key, value, &options)?, round, pass)
    }

    /// The mask for queries at some places alone; none where more than content decides.
    pub(crate) fn mask_at(&self, mask: &AttentionMask, places: &Tensor) -> Option<AttentionMask> {
        let by_content = !self.causal && matches!(self.position, Position::None);
        by_content.then(|| mask.at(places)).flatten()
    }

    /// As [`attend`](Self::attend), with the weights, `[batch, heads, queries, keys]`.
    ///
    /// Their mean over axis 1 is what PyTorch returns by default. It costs a table of all pairs,
    /// which `attend` never makes.
    ///
    /// # Errors
    /// As [`attend`](Self::attend).
    pub fn attend_with_weights(
        &self,
        inputs: [&Var; 3],
        mask: &AttentionMask,
        pass: &mut Pass,
    ) -> Result<Attended> {
        let (operands, options) = self.prepare(inputs, mask, pass)?;
        let (found, weights) = self.in_the_open(&operands, &options)?;
        Ok(Attended { output: self.join(&found, None, pass)?, weights })
    }

    /// The heads' queries, keys and values, and how they meet.
    fn prepare(
        &self,
        inputs: [&Var; 3],
        mask: &AttentionMask,
        pass: &mut Pass,
    ) -> Result<([Var; 3], AttentionOptions)> {
        let scores = self.scores_of(inputs)?;
        let operands = self.project(inputs, pass)?;
        let dtype = operands[0].dtype();
        let bias = match &self.position {
            Position::Alibi => Some(Alibi::new(scores[1]).bias(scores[2], scores[3], dtype)),
            _ => None,
        };
        let options = mask.options(PLACE, &scores, dtype, bias)?;
        let (causal, dropout) = (self.causal || options.causal, self.dropout.key(pass));
        Ok((operands, AttentionOptions { causal, dropout, ..options }))
    }

    /// `[batch, heads, queries, keys]`, if settings and inputs fit.
    fn scores_of(&self, [query, key, value]: [&Var; 3]) -> Result<Shape> {
        self.check()?;
        self.dropout.check()?;
        let Sizes { features, source, heads, .. } = self.sizes;
        let [batch, queries] = three_axes(PLACE, query.shape(), features)?;
        let keys = one_source(PLACE, [batch, source], [key, value])?;
        three_axes(PLACE, value.shape(), source)?;
        Ok([batch, heads, queries, keys].into())
    }

    /// `[batch, heads, time, dim]` of each, turned by their positions.
    fn project(&self, [query, key, value]: [&Var; 3], pass: &mut Pass) -> Result<[Var; 3]> {
        let Sizes { heads, key_heads, .. } = self.sizes;
        let turn = |parts: Var| match &self.position {
            Position::Rotary(rotary) => rotary.turn(&parts, 1),
            _ => parts,
        };
        let query = turn(split(&self.query, query, heads, pass)?);
        let key = turn(split(&self.key, key, key_heads, pass)?);
        let value = split(&self.value, value, key_heads, pass)?;
        Ok([query, key, value].map(|parts| parts.transpose(1, 2)))
    }

    /// What layers round these attentions make of a batch: without its padding, unless one of them
    /// counts places.
    pub(crate) fn over_steps<'a>(
        all: impl IntoIterator<Item = &'a Self>,
        input: Flow,
        forward: impl FnOnce(Var, &AttentionMask) -> Result<Var>,
    ) -> Result<Flow> {
        if all.into_iter().all(|layer| matches!(layer.position, Position::None)) {
            return input.without_padding(forward);
        }
        let Flow { value, mask } = input;
        let seen = AttentionMask::of_steps(mask.as_ref());
        Ok(Flow { value: forward(value, &seen)?, mask })
    }

    /// What each head finds, and the table of its weights.
    fn in_the_open(
        &self,
        [query, key, value]: &[Var; 3],
        options: &AttentionOptions,
    ) -> Result<(Var, Var)> {
        let Sizes { heads, key_heads, .. } = self.sizes;
        let dim = self.sizes.dim();
        let [batch, queries, keys] = [query.shape()[0], query.shape()[2], key.shape()[2]];
        let each = [batch, key_heads, heads / key_heads, queries];
        let grouped = |last: usize| Shape::from([&each[..], &[last]].concat());
        let scores = query.reshape(grouped(dim)).matmul(&key.unsqueeze(2).t());
        let scores = scores.reshape([batch, heads, queries, keys]) / (dim as f64).sqrt();
        let table = options.table(scores.shape(), scores.dtype())?;
        let weights = (scores + table).softmax(-1);
        let weights = match options.dropout {
            Some((rate, key)) => weights.dropout(rate, key),
            None => weights,
        };
        let found = weights.reshape(grouped(keys)).matmul(&value.unsqueeze(2));
        Ok((found.reshape([batch, heads, queries, dim]), weights))
    }

    /// The heads' findings side by side, through the last map.
    fn join(&self, found: &Var, round: Option<&Var>, pass: &Pass) -> Result<Var> {
        let [batch, queries] = [found.shape()[0], found.shape()[2]];
        let width = self.sizes.heads * self.sizes.dim();
        let found = found.transpose(1, 2).reshape([batch, queries, width]);
        self.output.beside(&found, round, pass)
    }
}

impl Params for MultiHeadAttention {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("query", &self.query);
        visitor.child("key", &self.key);
        visitor.child("value", &self.value);
        visitor.child("output", &self.output);
        visitor.child("dropout", &self.dropout);
    }

    fn check(&self) -> autodiff::Result<()> {
        self.sizes.check()?;
        let Position::Rotary(rotary) = &self.position else { return Ok(()) };
        rotary.check()?;
        if rotary.dim() <= self.sizes.dim() {
            return Ok(());
        }
        let got = format!("{} for heads of {}", rotary.dim(), self.sizes.dim());
        let help = "turn all of a head, or the first part of it";
        Err(out_of_range(PLACE, "rotary dim", got, "at most the numbers of a head", help))
    }
}

impl Layer for MultiHeadAttention {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.attend([&input, &input, &input], &AttentionMask::new(), pass)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        Self::over_steps([self], input, |x, mask| self.attend([&x; 3], mask, pass))
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        let time = *input.first()?;
        // Scores and sums: two products of all pairs of steps, over all heads' numbers.
        let factors = [4, time, time, self.query.weight.shape()[0]];
        let pairs = factors.iter().try_fold(1_u64, |product, &n| product.checked_mul(n as u64))?;
        flops::products(self, time)?.checked_add(pairs)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        one_example(PLACE, input, self.sizes.features)
    }
}

/// A map's output cut into heads: `[batch, time, heads, dim]`.
fn split(map: &Linear, x: &Var, heads: usize, pass: &mut Pass) -> Result<Var> {
    same_type(PLACE, x, map.weight.dtype())?;
    let (batch, time) = (x.shape()[0], x.shape()[1]);
    let dim = map.weight.shape()[0] / heads;
    Ok(map.forward(x.clone(), pass)?.reshape([batch, time, heads, dim]))
}

/// A recipe for self-attention by a number of heads, with Keras' initial values.
///
/// All four weights are glorot uniform, biases zero; a head has features / heads numbers.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, multi_head_attention};
///
/// let network = Sequential::new().add(multi_head_attention(4)).build([10, 8])?;
/// assert_eq!(network.num_params(), 4 * (8 * 8 + 8));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "MultiHeadAttention")]
#[must_use]
pub fn multi_head_attention(heads: usize) -> MultiHeadAttentionRecipe {
    MultiHeadAttentionRecipe { heads, head_dim: None, causal: false, dropout: 0.0, bias: true }
}

/// The settings of self-attention whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct MultiHeadAttentionRecipe {
    heads: usize,
    head_dim: Option<usize>,
    causal: bool,
    dropout: f64,
    bias: bool,
}

impl MultiHeadAttentionRecipe {
    /// The numbers that each head has; features / heads by default.
    #[must_use]
    #[doc(alias = "key_dim")]
    pub fn head_dim(self, dim: usize) -> Self {
        Self { head_dim: Some(dim), ..self }
    }

    /// Whether no step sees a later one; no by default.
    #[must_use]
    pub fn causal(self, on: bool) -> Self {
        Self { causal: on, ..self }
    }

    /// The share of the weights that is dropped while training; none by default.
    #[must_use]
    pub fn dropout(self, rate: f64) -> Self {
        Self { dropout: rate, ..self }
    }

    /// Whether biases are added; yes by default.
    #[must_use]
    pub fn bias(self, bias: bool) -> Self {
        Self { bias, ..self }
    }
}

impl Recipe for MultiHeadAttentionRecipe {
    fn kind(&self) -> &'static str {
        PLACE
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let features = features_of(PLACE, input)?;
        let layer = MultiHeadAttention::new(features, self.heads);
        let sizes = Sizes { head_dim: self.head_dim, bias: self.bias, ..layer.sizes };
        sizes.check()?;
        let mut layer = layer.resized(sizes).causal(self.causal).dropout(self.dropout);
        layer.dropout.check()?;
        for map in [&mut layer.query, &mut layer.key, &mut layer.value, &mut layer.output] {
            map.weight = Param::new(map.weight.shape(), Init::GlorotUniform);
        }
        Ok(Box::new(layer))
    }
}

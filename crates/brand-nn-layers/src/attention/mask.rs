//! Which keys a query may see, the same for all kinds of attention.

use crate::{
    Error, Mask, Result,
    sequence::{real_steps, three_axes},
};
use brand_nn_autodiff::{AttentionOptions, Var};
use brand_nn_tensor::{DType, Shape, Tensor};

/// Which keys a query may see; by default all.
///
/// The parts add up: a key is seen where none of them hides it. A query that sees no key at all
/// gathers zeros and has no gradient, where PyTorch gives NaN.
///
/// | ours | PyTorch | Keras |
/// |---|---|---|
/// | [`keys`](Self::keys), true is real | `key_padding_mask`, true is padding | `key_mask` |
/// | [`pairs`](Self::pairs), bool: true is seen | `attn_mask`, true is hidden | `attention_mask` |
/// | [`pairs`](Self::pairs), floats are added | `attn_mask` | – |
/// | [`causal`](Self::causal) | `is_causal` | `use_causal_mask` |
/// | [`sequences`](Self::sequences) | `varlen_attn`, `cu_seq` | – |
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{AttentionMask, MultiHeadAttention, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let layer = MultiHeadAttention::new(4, 2).init(1)?;
/// let x = Tensor::randn([1, 3, 4], &mut Rng::new(2)).into();
/// let mask = AttentionMask::new().keys(&Tensor::from([[true, true, false]]));
/// let all = layer.attend_with_weights([&x, &x, &x], &mask, &mut Pass::inference())?;
/// assert_eq!(all.weights.tensor().select(-1, 2), Tensor::zeros([1, 2, 3]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "attn_mask")]
#[doc(alias = "key_padding_mask")]
#[derive(Clone, Debug, Default)]
pub struct AttentionMask {
    keys: Option<Tensor>,
    pairs: Option<Tensor>,
    causal: bool,
    ends: Option<Tensor>,
    query_ends: Option<Tensor>,
}

impl AttentionMask {
    /// A mask that hides nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The mask under which a value's real steps are seen, all where there is none.
    pub(crate) fn of_steps(mask: Option<&Mask>) -> Self {
        let padded = mask.filter(|mask| !mask.is_full());
        padded.map_or_else(Self::new, |mask| Self::new().keys(mask.steps()))
    }

    /// Hides keys that are padding: bool `[batch, keys]`, true where a key is real.
    #[must_use]
    pub fn keys(self, real: &Tensor) -> Self {
        Self { keys: Some(real.clone()), ..self }
    }

    /// Says for each query which keys it sees (bool), or what is added to the scores (floats).
    ///
    /// # Shapes
    /// What broadcasts to `[batch, heads, queries, keys]`, such as `[queries, keys]`.
    #[must_use]
    pub fn pairs(self, table: &Tensor) -> Self {
        Self { pairs: Some(table.clone()), ..self }
    }

    /// Whether query i of n sees no key beyond i + keys − n, so that the last one sees all.
    #[must_use]
    pub fn causal(self, on: bool) -> Self {
        Self { causal: on, ..self }
    }

    /// Sequences of these lengths stand side by side along time, and each step sees its own alone.
    ///
    /// What a batch of texts has without its padding: `[1, tokens, features]`, where the lengths make
    /// up all tokens. Pairs of steps of different sequences are not even computed.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Params;
    /// use brand_nn_layers::{AttentionMask, MultiHeadAttention, Pass};
    /// use brand_nn_tensor::{Rng, Tensor};
    ///
    /// let layer = MultiHeadAttention::new(4, 2).init(1)?;
    /// let x = Tensor::randn([1, 5, 4], &mut Rng::new(2)).into();
    /// let mask = AttentionMask::new().sequences(&[3, 2]);
    /// let both = layer.attend([&x, &x, &x], &mask, &mut Pass::inference())?;
    /// let last = x.slice(1, 3..5);
    /// let alone = layer.attend([&last; 3], &AttentionMask::new(), &mut Pass::inference())?;
    /// assert!(both.tensor().slice(1, 3..).allclose(alone.tensor(), 1e-5, 1e-6));
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    #[doc(alias = "cu_seqlens")]
    #[doc(alias = "varlen")]
    #[must_use]
    pub fn sequences(self, lengths: &[usize]) -> Self {
        let mut end = 0;
        let ends = lengths.iter().map(|&length| {
            end += length as i64;
            end
        });
        Self { ends: Some(ends.collect::<Vec<_>>().into()), ..self }
    }

    /// The mask for the queries at these places alone, if all it says of them is said of keys.
    pub(crate) fn at(&self, places: &Tensor) -> Option<Self> {
        let is_free = !self.causal && self.pairs.is_none() && places.dtype() == DType::I64;
        let places = is_free.then(|| places.data::<i64>()).filter(|places| places.is_sorted())?;
        let before = |&end: &i64| places.partition_point(|&place| place < end) as i64;
        let ends = self.ends.as_ref().map(Tensor::data::<i64>);
        let counts = ends.map(|ends| ends.iter().map(before).collect::<Vec<_>>().into());
        Some(Self { query_ends: counts, ..self.clone() })
    }

    /// The settings of the op for scores `[batch, heads, queries, keys]`, with `bias` added to them.
    pub(super) fn options(
        &self,
        place: &str,
        scores: &Shape,
        dtype: DType,
        bias: Option<Tensor>,
    ) -> Result<AttentionOptions> {
        let keys = self.keys.as_ref().map(|keys| {
            real_steps(place, keys, [scores[0], scores[3]])?;
            Ok::<_, Error>(keys.unsqueeze(1).unsqueeze(1))
        });
        self.pairs.as_ref().map_or(Ok(()), |pairs| check_pairs(place, pairs, scores, dtype))?;
        let (seen, added) = match &self.pairs {
            Some(pairs) if pairs.dtype() == DType::Bool => (Some(pairs.clone()), None),
            pairs => (None, pairs.clone()),
        };
        let seen = both(seen, keys.transpose()?, |a, b| a.and(&b));
        let added = both(added, bias, |a, b| a + b);
        let hidden = Tensor::full_of((), f64::NEG_INFINITY, dtype);
        let mask = both(seen, added, |seen, added| Tensor::where_(&seen, &added, &hidden));
        let (ends, query_ends) = (self.ends.clone(), self.query_ends.clone());
        Ok(AttentionOptions { causal: self.causal, mask, ends, query_ends, ..Default::default() })
    }
}

/// What attention gathers, with the shares that it gathered by.
#[derive(Clone, Debug)]
pub struct Attended {
    /// What each query gathered.
    pub output: Var,
    /// The share of each key for each query, as the values were averaged with: after the dropout.
    pub weights: Var,
}

fn both<T>(a: Option<T>, b: Option<T>, join: impl FnOnce(T, T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(join(a, b)),
        (a, b) => a.or(b),
    }
}

fn check_pairs(place: &str, pairs: &Tensor, scores: &Shape, dtype: DType) -> Result<()> {
    let place = format!("{place} (mask)");
    if pairs.dtype() != DType::Bool && pairs.dtype() != dtype {
        return Err(Error::InputType {
            place,
            got: pairs.dtype(),
            expected: format!("bool, true where a key is seen, or {dtype} to add to the scores"),
            help: "cast it with .to(DType::F32), or compare it with a number",
        });
    }
    if Shape::broadcast(pairs.shape(), scores).is_ok_and(|shape| shape == *scores) {
        return Ok(());
    }
    Err(Error::Input {
        place,
        got: pairs.shape().clone(),
        expected: format!("what broadcasts to {scores}"),
        help: "masks of pairs are [batch, heads, queries, keys]; put 1 for axes they don't know",
    })
}

/// The number of keys, if keys and values fit a batch of queries.
pub(super) fn one_source(
    place: &str,
    [batch, features]: [usize; 2],
    [key, value]: [&Var; 2],
) -> Result<usize> {
    let [key_batch, keys] = three_axes(place, key.shape(), features)?;
    let got = if key_batch == batch { value } else { key };
    if key_batch == batch && value.ndim() == 3 && value.shape()[..2] == [batch, keys] {
        return Ok(keys);
    }
    Err(Error::Input {
        place: place.into(),
        got: got.shape().clone(),
        expected: format!("[{batch}, {keys}, …] for keys and values"),
        help: "keys and values have the batch of the queries and one length",
    })
}

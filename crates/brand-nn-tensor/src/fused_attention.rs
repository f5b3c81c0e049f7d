//! Scaled dot-product attention, forward and backward, without a table of scores.

use brand_nn_kernels::{
    Attention, AttentionSaved, AttentionSlopes, Buffer, View, attention, attention_backward,
};

use crate::elementwise::same_dtype;
use crate::error::expect;
use crate::shape::broadcast;
use crate::storage::{Float, float_dtype};
use crate::tensor::not_float;
use crate::{DType, Error, Result, Shape, Tensor};

/// Settings of attention; by default every query sees every key, with the usual scale.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::AttentionOptions;
///
/// let options = AttentionOptions { causal: true, ..Default::default() };
/// assert!(options.scale.is_none()); // 1 / √dim
/// ```
#[derive(Clone, Debug, Default)]
pub struct AttentionOptions {
    /// What scores are multiplied with; `1 / √dim` where it is not given.
    pub scale: Option<f64>,
    /// Whether query i of n sees no key beyond `i + keys − n`, so that the last one sees all.
    pub causal: bool,
    /// True where a key may be seen, or floats that are added to the scores.
    ///
    /// It broadcasts to `[…, heads, queries, keys]`.
    pub mask: Option<Tensor>,
    /// How many keys each sequence has, i64 `[…]`; those beyond are hidden.
    pub lengths: Option<Tensor>,
    /// Where sequences end that stand side by side along time, i64 `[sequences]`, the last at its end.
    ///
    /// A query sees the keys of its own sequence alone.
    pub ends: Option<Tensor>,
    /// Where the sequences' queries end, i64 `[sequences]`, if they are not as many as the keys.
    pub query_ends: Option<Tensor>,
    /// Rate and key of a dropout after the softmax.
    pub dropout: Option<(f64, [u64; 2])>,
}

impl AttentionOptions {
    /// What is added to the scores, as one tensor: 0 or the mask, and −∞ where a key is hidden.
    ///
    /// # Shapes
    /// `shape` is `[…, heads, queries, keys]`, and so is the result, up to broadcasting.
    ///
    /// # Errors
    /// If mask, lengths or ends do not fit the shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{AttentionOptions, DType, Tensor};
    ///
    /// let options = AttentionOptions { causal: true, ..Default::default() };
    /// let table = options.table(&[1, 2, 2].into(), DType::F64)?;
    /// let hidden = f64::NEG_INFINITY;
    /// assert_eq!(table, Tensor::from([[[0.0, hidden], [0.0, 0.0]]]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn table(&self, shape: &Shape, dtype: DType) -> Result<Tensor> {
        self.check(shape, dtype)?;
        let [queries, keys] = [shape[shape.len() - 2], shape[shape.len() - 1]];
        let mut table = Tensor::zeros_of(shape, dtype);
        if let Some(mask) = self.added(dtype) {
            table += mask;
        }
        let hide = |table: Tensor, hidden: &Tensor| table.masked_fill(hidden, f64::NEG_INFINITY);
        if self.causal {
            let last = Tensor::arange(queries).unsqueeze(1) + keys as f64;
            let place = Tensor::arange(keys) + queries as f64;
            table = hide(table, &place.greater(&last));
        }
        if let Some(lengths) = &self.lengths {
            let lengths = lengths.unsqueeze(-1).unsqueeze(-1).unsqueeze(-1);
            table = hide(table, &Tensor::arange(keys).greater_equal(&lengths));
        }
        if let Some(ends) = self.both_ends() {
            let [queries, keys] = ends.map(numbers_of_sequences);
            table = hide(table, &queries.unsqueeze(1).not_equal(&keys));
        }
        Ok(table)
    }

    /// Where sequences of queries and of keys end.
    fn both_ends(&self) -> Option<[&Tensor; 2]> {
        let keys = self.ends.as_ref()?;
        Some([self.query_ends.as_ref().unwrap_or(keys), keys])
    }

    /// The mask as floats to add, of its own shape.
    fn added(&self, dtype: DType) -> Option<Tensor> {
        let mask = self.mask.as_ref()?;
        if mask.dtype() != DType::Bool {
            return Some(mask.clone());
        }
        let zeros = Tensor::zeros_of(mask.shape(), dtype);
        Some(zeros.masked_fill(&mask.not(), f64::NEG_INFINITY))
    }

    fn check(&self, shape: &Shape, dtype: DType) -> Result<()> {
        let refusal = |what: &Tensor, expected: String, help| {
            Err(Error::Shape { op: OP, got: what.shape().clone(), expected: expected.into(), help })
        };
        if let Some(mask) = &self.mask {
            if mask.dtype() != DType::Bool {
                mask.require_dtype(OP, dtype)?;
            }
            if broadcast(OP, mask.shape(), shape).ok().as_ref() != Some(shape) {
                let expected = format!("a mask that broadcasts to {shape}");
                return refusal(mask, expected, "masks are […, heads, queries, keys]");
            }
        }
        self.both_ends().map_or(Ok(()), |ends| check_ends(ends, shape))?;
        let Some(lengths) = &self.lengths else { return Ok(()) };
        lengths.require_dtype(OP, DType::I64)?;
        let batch = &shape[..shape.len() - 3];
        if lengths.shape()[..] != *batch {
            let expected = format!("{batch:?}, a length for each sequence");
            return refusal(lengths, expected, "count the keys of each sequence");
        }
        let keys = shape[shape.len() - 1];
        let wrong = |&len: &i64| len < 0 || len > keys as i64;
        match lengths.data::<i64>().iter().position(wrong) {
            None => Ok(()),
            Some(position) => {
                let index = lengths.data::<i64>()[position];
                Err(Error::Index { op: OP, index, position, len: keys + 1 })
            }
        }
    }
}

const OP: &str = "attention";

/// The number of the sequence that each step belongs to.
fn numbers_of_sequences(ends: &Tensor) -> Tensor {
    let ends = ends.data::<i64>();
    let steps = 0..ends.last().copied().unwrap_or(0);
    let number = |step| ends.partition_point(|&end| end <= step) as i64;
    steps.map(number).collect::<Vec<_>>().into()
}

/// Refuses ends that are not those of the queries and keys of `[…, queries, keys]`.
fn check_ends([queries, keys]: [&Tensor; 2], scores: &Shape) -> Result<()> {
    check_side(queries, scores[scores.len() - 2])?;
    check_side(keys, scores[scores.len() - 1])?;
    if queries.shape() == keys.shape() {
        return Ok(());
    }
    Err(Error::Shape {
        op: OP,
        got: queries.shape().clone(),
        expected: format!("{}, an end for each sequence of keys", keys.shape()).into(),
        help: "a sequence without a query ends where the one before does",
    })
}

/// Refuses ends of sequences that do not have so many steps together.
fn check_side(ends: &Tensor, steps: usize) -> Result<()> {
    ends.require_dtype(OP, DType::I64)?;
    let refuse = |help| {
        let expected = format!("ends of sequences that have {steps} steps together").into();
        Err(Error::Shape { op: OP, got: ends.shape().clone(), expected, help })
    };
    if ends.ndim() != 1 {
        return refuse("ends are [sequences]");
    }
    let data = ends.data::<i64>();
    let before = |place: usize| place.checked_sub(1).map_or(0, |place| data[place]);
    let wrong = |&place: &usize| data[place] < before(place) || data[place] > steps as i64;
    if let Some(position) = (0..data.len()).find(wrong) {
        return Err(Error::Index { op: OP, index: data[position], position, len: steps + 1 });
    }
    if data.last().copied().unwrap_or(0) == steps as i64 {
        return Ok(());
    }
    refuse("the last end is the number of all steps; say query_ends for other queries")
}

/// Attention of queries, keys and values.
impl Tensor {
    /// `softmax(scale · Q Kᵀ + mask) V`; also, for the way back, the log of each denominator.
    ///
    /// Neither the scores nor their softmax are ever stored as a whole. A query that sees no key
    /// gives zeros. The result is laid out with heads beside dims, so that joining them is free.
    ///
    /// # Shapes
    /// `self` `[…, heads, queries, dim]`, `key` `[…, key_heads, keys, dim]`,
    /// `value` `[…, key_heads, keys, value_dim]`, where `key_heads` divides `heads`
    /// → `[…, heads, queries, value_dim]` and `[…, heads, queries]`.
    ///
    /// # Errors
    /// If a shape or dtype does not fit, or a length is beyond the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::{AttentionOptions, Tensor};
    ///
    /// let query = Tensor::zeros([1, 2, 4]); // equal scores: the mean of what is seen
    /// let value = Tensor::from([[[2.0f32], [4.0]]]);
    /// let options = AttentionOptions { causal: true, ..Default::default() };
    /// let (out, _) = query.attention(&query, &value, &options)?;
    /// assert_eq!(out, Tensor::from([[[2.0f32], [3.0]]]));
    /// # Ok::<(), brand_nn_tensor::Error>(())
    /// ```
    pub fn attention(
        &self,
        key: &Self,
        value: &Self,
        options: &AttentionOptions,
    ) -> Result<(Self, Self)> {
        let call = Call::new([self, key, value], options)?;
        float_dtype!(self.dtype(), T => Ok(call.forward::<T>()),
            else Err(not_float(OP, self.dtype())))
    }

    /// The gradients of [`Tensor::attention`] by queries, keys and values.
    ///
    /// `saved` is what [`Tensor::attention`] gave.
    ///
    /// # Panics
    /// If the shapes, dtypes or settings are not those of the way there.
    #[track_caller]
    #[must_use]
    pub fn attention_backward(
        [query, key, value]: [&Self; 3],
        options: &AttentionOptions,
        saved: [&Self; 2],
        gradient: &Self,
    ) -> [Self; 3] {
        let call = expect(Call::new([query, key, value], options));
        float_dtype!(query.dtype(), T => call.backward::<T>(saved, gradient),
            else expect(Err(not_float(OP, query.dtype()))))
    }
}

/// Operands as windows of four axes: `[batch, heads, time, dim]`.
struct Call<'a> {
    /// The axes before the heads.
    batch: Shape,
    operands: [Tensor; 3],
    mask: Option<Tensor>,
    lengths: Option<Tensor>,
    options: &'a AttentionOptions,
}

impl<'a> Call<'a> {
    fn new([query, key, value]: [&Tensor; 3], options: &'a AttentionOptions) -> Result<Self> {
        same_dtype(OP, query, key)?;
        same_dtype(OP, query, value)?;
        let scores = scores_shape(query, key, value)?;
        options.check(&scores, query.dtype())?;
        let batch = Shape::from(&scores[..scores.len() - 3]);
        let flat = |x: &Tensor| x.reshape(four_axes(x.shape()));
        let mask = options.added(query.dtype());
        let mask = mask.map(|mask| flat(&mask.expand(&scores)));
        let lengths = options.lengths.as_ref().map(Tensor::flatten);
        Ok(Self { batch, operands: [query, key, value].map(flat), mask, lengths, options })
    }

    /// Runs `f` on the kernel's description of the call.
    fn with<T: Float, R>(&self, f: impl FnOnce(&Attention<T>) -> R) -> R {
        let [query, key, value] = &self.operands;
        let lengths = self.lengths.as_ref().map(Tensor::data::<i64>);
        let ends = self.options.both_ends().map(|ends| ends.map(Tensor::data::<i64>));
        let usual = 1.0 / (query.dim(-1) as f64).sqrt();
        f(&Attention {
            query: query.view::<T>(),
            key: key.view::<T>(),
            value: value.view::<T>(),
            scale: self.options.scale.unwrap_or(usual),
            causal: self.options.causal,
            mask: self.mask.as_ref().map(Tensor::view::<T>),
            lengths: lengths.as_deref(),
            ends: ends.as_ref().map(|ends| ends.each_ref().map(|ends| &**ends)),
            dropout: self.options.dropout,
        })
    }

    /// `[…, axes]` with the axes before the heads as they came.
    fn shape<const N: usize>(&self, axes: [usize; N]) -> Shape {
        self.batch.iter().copied().chain(axes).collect()
    }

    fn forward<T: Float>(&self) -> (Tensor, Tensor) {
        let [query, _, value] = &self.operands;
        let [heads, queries, dim] = [query.dim(1), query.dim(2), value.dim(3)];
        let rows = query.dim(0) * heads * queries;
        let (mut out, mut log_sums) = (Buffer::stale(rows * dim), Buffer::stale(rows));
        self.with::<T, _>(|of| attention(of, &mut out, &mut log_sums));
        let out = Tensor::from_raw::<T>(out, self.shape([queries, heads, dim]));
        (out.transpose(-3, -2), Tensor::from_raw::<T>(log_sums, self.shape([heads, queries])))
    }

    fn backward<T: Float>(&self, [out, log_sums]: [&Tensor; 2], gradient: &Tensor) -> [Tensor; 3] {
        let [query, key, value] = &self.operands;
        let mut slopes = [query, key, value].map(|operand| Buffer::stale(operand.size()));
        let [d_query, d_key, d_value] = &mut slopes;
        let gradient = gradient.reshape(four_axes(gradient.shape()));
        let gradient: View<'_, T> = gradient.view::<T>();
        let (out, log_sums) = (out.transpose(-3, -2), log_sums.data::<T>());
        let saved = AttentionSaved { out: &out.data::<T>(), log_sums: &log_sums };
        let slopes_of = AttentionSlopes { query: d_query, key: d_key, value: d_value };
        self.with::<T, _>(|of| attention_backward(of, saved, gradient, slopes_of));
        let [d_query, d_key, d_value] = slopes;
        let [heads, queries, dim] = [query.dim(1), query.dim(2), query.dim(3)];
        let query = Tensor::from_raw::<T>(d_query, self.shape([queries, heads, dim]));
        let of = |slope, x: &Tensor| {
            Tensor::from_raw::<T>(slope, self.shape([x.dim(1), x.dim(2), x.dim(3)]))
        };
        [query.transpose(-3, -2), of(d_key, key), of(d_value, value)]
    }
}

/// All axes before the last three as one.
fn four_axes(shape: &[usize]) -> [usize; 4] {
    let (batch, last) = shape.split_at(shape.len() - 3);
    [batch.iter().product(), last[0], last[1], last[2]]
}

/// `[…, heads, queries, keys]`, if the operands fit.
fn scores_shape(query: &Tensor, key: &Tensor, value: &Tensor) -> Result<Shape> {
    let refusal = |got: &Tensor, expected: String| Error::Shape {
        op: OP,
        got: got.shape().clone(),
        expected: expected.into(),
        help: "operands are […, heads, time, dim]; fewer key heads must divide the heads",
    };
    let [.., heads, queries, dim] = query.shape()[..] else {
        return Err(refusal(query, "queries with three axes or more".to_owned()));
    };
    let batch = &query.shape()[..query.ndim() - 3];
    let fits = |x: &Tensor| x.ndim() == query.ndim() && x.shape()[..x.ndim() - 3] == *batch;
    let divides = |x: &Tensor| match x.dim(-3) {
        0 => heads == 0,
        key_heads => heads.is_multiple_of(key_heads),
    };
    if !fits(key) || key.dim(-1) != dim || !divides(key) {
        return Err(refusal(key, format!("keys for queries of {}", query.shape())));
    }
    let ends = key.ndim() - 1;
    if !fits(value) || value.shape()[..ends] != key.shape()[..ends] {
        return Err(refusal(value, format!("values for keys of {}", key.shape())));
    }
    Ok(batch.iter().copied().chain([heads, queries, key.dim(-2)]).collect())
}

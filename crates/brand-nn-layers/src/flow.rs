//! Values with the mask of their real steps, as they travel from layer to layer.

use crate::{
    AttentionMask, Error, Result,
    recipe::refused,
    sequence::{gather_steps, spread_steps},
};
use brand_nn_autodiff::{Error as AutodiffError, Var};
use brand_nn_tensor::{DType, Shape, Tensor};

/// A value on its way through layers, with the mask of its real steps where it has one.
///
/// A layer that understands masks takes them by [`Layer::flow`](crate::Layer::flow); all others
/// refuse them, so that no padding is ever taken for data. Values enter without a mask by `into()`.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Flow, Lstm, Mask, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let (layer, x) = (Lstm::new(3, 4).init(1)?, Tensor::randn([2, 5, 3], &mut Rng::new(2)));
/// let padded = Flow::masked(&x, Mask::from_lengths(&[5, 2], 5)?)?;
/// let last = layer.call_flow(padded, &mut Pass::inference())?;
/// let short = layer.call(x.slice(0, 1..).slice(1, ..2), &mut Pass::inference())?;
/// assert_eq!(last.value.tensor().slice(0, 1..), *short.tensor());
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Flow {
    /// The value, `[batch, time, …]` where there is a mask.
    pub value: Var,
    /// Which of its steps are real; all where there is none.
    pub mask: Option<Mask>,
}

impl Flow {
    /// A value and the mask of its real steps.
    ///
    /// # Errors
    /// If the value does not begin with the mask's axes `[batch, time]`.
    pub fn masked(value: impl Into<Var>, mask: Mask) -> Result<Self> {
        let value = value.into();
        mask.require("flow", value.shape())?;
        Ok(Self { value, mask: Some(mask) })
    }

    /// What a layer makes that treats each step by itself: the mask stays.
    ///
    /// Such a layer overrides [`Layer::flow`](crate::Layer::flow) with this line; `place` names it
    /// in errors.
    ///
    /// # Errors
    /// If a masked value is not `[batch, time, features, …]`, or what `forward` returns.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Flow, Mask};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let flow = Flow::masked(Tensor::ones([1, 2, 3]), Mask::from_lengths(&[1], 2)?)?;
    /// let doubled = flow.each_step("double", |x| Ok(x * 2.0))?;
    /// assert_eq!(doubled.mask.unwrap().lengths(), [1]);
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    pub fn each_step(
        self,
        place: &'static str,
        forward: impl FnOnce(Var) -> Result<Var>,
    ) -> Result<Self> {
        let Self { value, mask } = self;
        if let Some(mask) = &mask {
            mask.require(place, value.shape())?;
            if value.ndim() < 3 {
                return Err(misfit(place, value.shape(), "[batch, time, features, …] with a mask"));
            }
        }
        Ok(Self { value: forward(value)?, mask })
    }

    /// What layers make of the real steps alone, which stand side by side as one row without the
    /// padding between them; all other steps become noughts.
    ///
    /// The mask that they get keeps each sequence to itself: whatever lets steps see each other must
    /// obey it, and must not ask for the number of a step. Where no step is padding, layers get the
    /// batch as it is.
    ///
    /// # Shapes
    /// `[batch, time, …]` → `[1, real steps, …]` for the layers; what they make is
    /// `[1, real steps, features]` → `[batch, time, features]`. So ids may come, and features go.
    ///
    /// # Errors
    /// If a value does not begin with its mask's axes, or what `forward` returns.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Flow, Mask};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let flow = Flow::masked(Tensor::ones([2, 3, 1]), Mask::from_lengths(&[1, 3], 3)?)?;
    /// let out = flow.without_padding(|steps, _| {
    ///     assert_eq!(steps.shape()[..], [1, 4, 1]);
    ///     Ok(steps * 2.0)
    /// })?;
    /// let real = [[[2.0_f32], [0.0], [0.0]], [[2.0], [2.0], [2.0]]];
    /// assert_eq!(out.value.tensor(), &Tensor::from(real));
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    #[doc(alias = "padding_free")]
    #[doc(alias = "varlen")]
    pub fn without_padding(
        self,
        forward: impl FnOnce(Var, &AttentionMask) -> Result<Var>,
    ) -> Result<Self> {
        let Self { value, mask } = self;
        let Some(padded) = mask.as_ref().filter(|mask| !mask.is_full()) else {
            return Ok(Self { value: forward(value, &AttentionMask::new())?, mask });
        };
        padded.require("flow", value.shape())?;
        let (batch, lengths) = ([value.shape()[0], value.shape()[1]], padded.lengths());
        let places: Tensor = padded.places().concat().into();
        let steps = gather_steps(&value, &places)?.unsqueeze(0);
        let steps = forward(steps, &AttentionMask::new().sequences(&lengths))?;
        Ok(Self { value: spread_steps(&steps.squeeze(0), &places, batch)?, mask })
    }

    /// What layers make of some steps that are asked for, one below the other; noughts of those that
    /// are padding.
    ///
    /// As in [`without_padding`](Self::without_padding) layers get the real steps side by side and
    /// the mask that keeps each sequence to itself, and the places among them of the steps that are
    /// asked for. The last layer may leave out the others, as
    /// [`TransformerEncoderLayer::encode_at`](crate::TransformerEncoderLayer::encode_at) does.
    ///
    /// # Shapes
    /// `[batch, time, …]` → `[1, real steps, …]` and i64 `[asked]` for the layers; what they make
    /// is `[1, asked, features]` → `[asked, features]`.
    ///
    /// # Errors
    /// If a value does not begin with the axes of a mask, or what `forward` returns.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::{Flow, Mask};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Tensor::from([[[1.0_f32], [2.0]], [[3.0], [4.0]]]);
    /// let flow = Flow::masked(&x, Mask::from_lengths(&[1, 2], 2)?)?;
    /// let last = Mask::new(Tensor::from([[false, true], [false, true]]))?;
    /// let out = flow.asked(&last, |steps, _, places| Ok(steps.index_select(1, places)? * 2.0))?;
    /// assert_eq!(out.tensor(), &Tensor::from([[0.0_f32], [8.0]]));
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    pub fn asked(
        self,
        steps: &Mask,
        forward: impl FnOnce(Var, &AttentionMask, &Tensor) -> Result<Var>,
    ) -> Result<Var> {
        steps.require("flow", self.value.shape())?;
        let real = self.mask.unwrap_or_else(|| Mask::full(steps.steps.shape()));
        real.require("flow", self.value.shape())?;
        let (lengths, real) = (real.lengths(), real.places().concat());
        let asked = steps.places().concat();
        let found = |(row, place)| Some((row as i64, real.binary_search(place).ok()? as i64));
        let (rows, places): (Vec<_>, Vec<_>) = asked.iter().enumerate().filter_map(found).unzip();
        let value = gather_steps(&self.value, &real.into())?.unsqueeze(0);
        let seen = AttentionMask::new().sequences(&lengths);
        let found = forward(value, &seen, &places.into())?.squeeze(0);
        match rows.len() == asked.len() {
            true => Ok(found),
            false => Ok(spread_steps(&found, &rows.into(), [1, asked.len()])?.squeeze(0)),
        }
    }

    /// All steps in the opposite order.
    pub(crate) fn flip(&self) -> Self {
        let mask = self.mask.as_ref().map(|mask| Mask { steps: mask.steps.flip(1) });
        Self { value: self.value.flip(1), mask }
    }
}

/// A value all of whose steps are real.
impl<V: Into<Var>> From<V> for Flow {
    fn from(value: V) -> Self {
        Self { value: value.into(), mask: None }
    }
}

/// Which steps of a batch of sequences are real, and which are padding.
///
/// Real steps may stand anywhere: at the front, at the back, or with holes between them.
///
/// # Examples
/// ```
/// use brand_nn_layers::Mask;
/// use brand_nn_tensor::Tensor;
///
/// let mask = Mask::of_ids(&Tensor::from([[0_i64, 0, 7], [3, 4, 9]]), 0)?;
/// assert_eq!(mask.steps(), &Tensor::from([[false, false, true], [true, true, true]]));
/// assert_eq!(mask.lengths(), [1, 3]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    steps: Tensor,
}

impl Mask {
    /// The mask of a bool tensor `[batch, time]`, true where a step is real.
    ///
    /// # Errors
    /// If the tensor is not bool or has another number of axes.
    pub fn new(steps: Tensor) -> Result<Self> {
        if steps.dtype() != DType::Bool {
            return Err(Error::InputType {
                place: "mask".into(),
                got: steps.dtype(),
                expected: "bool".into(),
                help: "a comparison such as .not_equal_to(0.0) makes bools",
            });
        }
        if steps.ndim() != 2 {
            return Err(misfit("mask", steps.shape(), "[batch, time]"));
        }
        Ok(Self { steps })
    }

    /// The mask of `[batch, time]` steps all of which are real.
    fn full(shape: &Shape) -> Self {
        Self { steps: Tensor::zeros_of(shape, DType::I64).equal_to(0.0) }
    }

    /// The mask of sequences that begin at step 0 and have the given lengths.
    ///
    /// # Errors
    /// If a length is above `time`.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_layers::Mask;
    ///
    /// assert_eq!(Mask::from_lengths(&[2, 0, 3], 3)?.lengths(), [2, 0, 3]);
    /// assert!(Mask::from_lengths(&[4], 3).is_err());
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    #[doc(alias = "pack_padded_sequence")]
    pub fn from_lengths(lengths: &[usize], time: usize) -> Result<Self> {
        if let Some(length) = lengths.iter().find(|&&length| length > time) {
            return Err(Error::Autodiff(AutodiffError::Setting {
                place: "mask".into(),
                setting: "length",
                got: format!("{length} of {time} steps"),
                expected: "at most the number of steps",
                help: "lengths are counted before the padding",
            }));
        }
        let steps = lengths.iter().flat_map(|&length| (0..time).map(move |step| step < length));
        let steps = Tensor::from(steps.collect::<Vec<_>>()).reshape([lengths.len(), time]);
        Ok(Self { steps })
    }

    /// The mask of ids `[batch, time]`, where every id but `padding` is a real step.
    ///
    /// # Errors
    /// If the ids are not i64 or have another number of axes.
    pub fn of_ids(ids: &Tensor, padding: i64) -> Result<Self> {
        if ids.dtype() != DType::I64 {
            return Err(Error::InputType {
                place: "mask".into(),
                got: ids.dtype(),
                expected: "i64 ids".into(),
                help: "a tokenizer makes ids; cast whole numbers with .to(DType::I64)",
            });
        }
        Self::new(ids.not_equal(&Tensor::scalar(padding)))
    }

    /// The bool tensor `[batch, time]`, true where a step is real.
    #[must_use]
    pub fn steps(&self) -> &Tensor {
        &self.steps
    }

    /// The number of real steps of each sequence.
    #[must_use]
    pub fn lengths(&self) -> Vec<usize> {
        self.places().iter().map(Vec::len).collect()
    }

    /// Whether all steps are real.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.steps.all()
    }

    /// The mask of the steps that are real in both.
    ///
    /// # Errors
    /// If the shapes differ.
    pub fn and(&self, other: &Self) -> Result<Self> {
        other.require("mask", self.steps.shape())?;
        Ok(Self { steps: self.steps.and(&other.steps) })
    }

    /// Where the real steps of each sequence stand, counted through the whole batch.
    pub(crate) fn places(&self) -> Vec<Vec<i64>> {
        let (steps, time) = (self.steps.to_vec::<bool>(), self.steps.dim(1));
        let batch = self.steps.len();
        let of_row = |row: usize| {
            let range = row * time..(row + 1) * time;
            range.filter(|&place| steps[place]).map(|place| place as i64).collect()
        };
        (0..batch).map(of_row).collect()
    }

    /// Refuses a value that does not begin with the axes of the mask.
    pub(crate) fn require(&self, place: &str, value: &Shape) -> Result<()> {
        if value.starts_with(self.steps.shape()) {
            return Ok(());
        }
        let [batch, time] = [self.steps.dim(0), self.steps.dim(1)];
        Err(misfit(place, value, &format!("[{batch}, {time}, …] as its mask")))
    }
}

/// A value whose shape does not go with a mask.
pub(crate) fn misfit(place: &str, got: &Shape, expected: &str) -> Error {
    refused(place, got, expected, "a mask is [batch, time], with one bool for each step")
}

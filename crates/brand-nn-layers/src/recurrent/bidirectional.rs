//! A layer that reads from the front and one that reads from the back, side by side.

use crate::{
    Error, Fields, Flow, FromSettings, Layer, Pass, Recipe, Registry, Result, Settings,
    flow::misfit, recipe::describe,
};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_tensor::Shape;
use serde::{Deserialize, Serialize};

/// A layer that reads from the front and one that reads from the back, side by side.
///
/// Both may be any layers of sequences (Schuster and Paliwal 1997). The second gets the steps in the
/// opposite order; where its output has steps, they are turned back, so that both outputs for a
/// step stand together. Masks turn with their steps. Who needs the states in and out takes
/// [`Stacked`](crate::Stacked).
///
/// # Shapes
/// `[batch, time, features]` → the outputs of both, joined as [`MergeMode`] says.
///
/// # Errors
/// If the input has fewer than three axes, a layer refuses it, or their outputs can't be joined.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Bidirectional, Call, Lstm, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = Bidirectional::new(Lstm::new(3, 4), Lstm::new(3, 4)).init(42)?;
/// let both = layer.call(Tensor::ones([2, 5, 3]), &mut Pass::inference())?;
/// assert_eq!(both.shape()[..], [2, 8]);
/// assert_eq!(layer.params("backward.bias")?.count(), 16);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Params)]
pub struct Bidirectional {
    /// Reads from the first step to the last.
    pub forward: Box<dyn Layer>,
    /// Reads from the last step to the first.
    pub backward: Box<dyn Layer>,
    merge: MergeMode,
}

/// How the outputs of two directions become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeMode {
    /// Side by side along the last axis.
    #[default]
    Concat,
    /// Their sum.
    Sum,
    /// Their product.
    Mul,
    /// Their mean.
    Ave,
}

impl MergeMode {
    fn join(self, forward: Var, backward: Var) -> Var {
        match self {
            Self::Concat => Var::concat(&[forward, backward], -1),
            Self::Sum => forward + backward,
            Self::Mul => forward * backward,
            Self::Ave => (forward + backward) * 0.5,
        }
    }

    /// The shape of what both make.
    fn shape(self, forward: &Shape, backward: &Shape) -> Result<Shape> {
        match (self, forward.split_last(), backward.split_last()) {
            (Self::Concat, Some((a, steps)), Some((b, others))) if steps == others => {
                Ok([steps, &[a + b]].concat().into())
            }
            (Self::Sum | Self::Mul | Self::Ave, ..) if forward == backward => Ok(forward.clone()),
            _ => Err(Error::Input {
                place: "bidirectional".into(),
                got: backward.clone(),
                expected: format!("{forward} from both directions"),
                help: "give both layers the same units; only concat takes different ones",
            }),
        }
    }
}

impl Params for MergeMode {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

impl Bidirectional {
    /// Makes the layer of one that reads from the front and one that reads from the back.
    #[must_use]
    pub fn new(forward: impl Layer + 'static, backward: impl Layer + 'static) -> Self {
        let merge = MergeMode::default();
        Self { forward: Box::new(forward), backward: Box::new(backward), merge }
    }

    /// How both outputs become one; side by side by default.
    #[must_use]
    pub fn merge_mode(self, merge: MergeMode) -> Self {
        Self { merge, ..self }
    }
}

impl Layer for Bidirectional {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        Ok(self.flow(input.into(), pass)?.value)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        if input.value.ndim() < 3 {
            return Err(misfit("bidirectional", input.value.shape(), "[batch, time, features]"));
        }
        let turned = input.flip();
        let forward = self.forward.flow(input, pass)?;
        let backward = self.backward.flow(turned, pass)?;
        let backward = if backward.value.ndim() < 3 { backward } else { backward.flip() };
        self.merge.shape(forward.value.shape(), backward.value.shape())?;
        Ok(Flow { value: self.merge.join(forward.value, backward.value), mask: forward.mask })
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        self.forward.flops(input)?.checked_add(self.backward.flops(input)?)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.merge.shape(&self.forward.output_shape(input)?, &self.backward.output_shape(input)?)
    }
}

/// A recipe for [`Bidirectional`] of two layers of one recipe, whose weights differ.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, bidirectional, lstm};
///
/// let network = Sequential::new().add(bidirectional(lstm(64))).build([100, 50])?;
/// assert_eq!(network.output_shape_of_example()[..], [128]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn bidirectional(recipe: impl Recipe + 'static) -> BidirectionalRecipe {
    BidirectionalRecipe { inner: Box::new(recipe), merge: MergeMode::default() }
}

/// The settings of a layer in both directions, and the recipe of each.
pub struct BidirectionalRecipe {
    inner: Box<dyn Recipe>,
    merge: MergeMode,
}

impl BidirectionalRecipe {
    /// How both outputs become one; side by side by default.
    #[must_use]
    pub fn merge_mode(self, merge: MergeMode) -> Self {
        Self { merge, ..self }
    }
}

impl Recipe for BidirectionalRecipe {
    fn kind(&self) -> &'static str {
        "bidirectional"
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let (forward, backward) = (self.inner.build(input)?, self.inner.build(input)?);
        Ok(Box::new(Bidirectional { forward, backward, merge: self.merge }))
    }
}

impl Settings for BidirectionalRecipe {
    fn settings(&self) -> Result<Fields> {
        let mut fields = Fields::default();
        fields.put("inner", &describe(&*self.inner)?)?;
        fields.put("merge_mode", &self.merge)?;
        Ok(fields)
    }
}

impl FromSettings for BidirectionalRecipe {
    fn from_settings(mut fields: Fields, registry: &Registry) -> Result<Self> {
        let inner = fields.take_recipe("inner", registry)?;
        let merge = fields.take("merge_mode")?;
        fields.end()?;
        Ok(Self { inner, merge })
    }
}

//! What all recurrent layers share: doors, directions, and the setters of types and recipes.

use crate::{Error, Flow, Mask, Pass, RecurrentState, Result, layer::same_type};
use brand_nn_autodiff::{Error as AutodiffError, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::{Shape, Tensor};

/// The weights of one direction of a recurrent layer, and what they do over steps that are real.
pub(crate) trait Cell: Send + Sync {
    /// The name in errors.
    fn kind(&self) -> &'static str;

    /// All weights by name; `weight_ih` and `weight_hh` come first.
    fn weights(&self) -> Vec<(&'static str, &Param)>;

    /// Whether the state has a cell beside the hidden values.
    fn has_cell(&self) -> bool {
        false
    }

    /// Reads the steps of `[batch, time, features]` that are real, all where nothing is said, from a
    /// state that fits: all hidden values, the last state.
    fn steps(
        &self,
        input: &Var,
        real: Option<&Tensor>,
        state: &RecurrentState,
        pass: &mut Pass,
    ) -> Result<(Var, RecurrentState)>;

    /// How many numbers a step has.
    fn features(&self) -> usize {
        self.weights()[0].1.shape()[1]
    }

    /// How many numbers a hidden state has.
    fn units(&self) -> usize {
        self.weights()[1].1.shape()[1]
    }
}

/// In which direction a layer reads, and what it gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, crate::Settings)]
pub(crate) struct Reading {
    pub(crate) return_sequences: bool,
    #[settings(default)]
    pub(crate) reverse: bool,
}

impl Params for Reading {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

/// How PyTorch draws all weights of a recurrent layer.
pub(crate) fn uniform(units: usize) -> Init {
    let bound = (units.max(1) as f64).sqrt().recip();
    Init::Uniform(-bound, bound)
}

/// Runs a cell over a value that may have a mask, from a state or from zero.
pub(crate) fn run(
    cell: &dyn Cell,
    input: &Flow,
    state: Option<&RecurrentState>,
    reverse: bool,
    pass: &mut Pass,
) -> Result<(Flow, RecurrentState)> {
    require_input(cell, input)?;
    let start = start(cell, &input.value, state)?;
    if !reverse {
        return onwards(cell, input, &start, pass);
    }
    let (output, end) = onwards(cell, &input.flip(), &start, pass)?;
    Ok((output.flip(), end))
}

fn onwards(
    cell: &dyn Cell,
    input: &Flow,
    start: &RecurrentState,
    pass: &mut Pass,
) -> Result<(Flow, RecurrentState)> {
    let real = input.mask.as_ref().filter(|mask| !mask.is_full()).map(Mask::steps);
    let (value, end) = cell.steps(&input.value, real, start, pass)?;
    Ok((Flow { value, mask: input.mask.clone() }, end))
}

/// The shape of one example's output, whose steps have `width` numbers.
pub(crate) fn output_shape(
    cell: &dyn Cell,
    input: &Shape,
    width: usize,
    return_sequences: bool,
) -> Result<Shape> {
    match input[..] {
        [time, features] if time > 0 && features == cell.features() => {
            Ok(if return_sequences { [time, width].into() } else { [width].into() })
        }
        _ => Err(refusal(cell, input, "[time, features] an example")),
    }
}

fn require_input(cell: &dyn Cell, input: &Flow) -> Result<()> {
    let (value, expected) = (&input.value, "[batch, time, features]");
    match value.shape()[..] {
        [_, time, features] if time > 0 && features == cell.features() => {}
        _ => return Err(refusal(cell, value.shape(), expected)),
    }
    same_type(cell.kind(), value, cell.weights()[0].1.dtype())?;
    input.mask.as_ref().map_or(Ok(()), |mask| mask.require(cell.kind(), value.shape()))
}

fn refusal(cell: &dyn Cell, got: &Shape, axes: &str) -> Error {
    Error::Input {
        place: cell.kind().into(),
        got: got.clone(),
        expected: format!("{axes} with {} features and at least one step", cell.features()),
        help: "an embedding makes such input of ids; a layer before needs return_sequences",
    }
}

/// The given state, if it fits, or zeros.
fn start(cell: &dyn Cell, input: &Var, state: Option<&RecurrentState>) -> Result<RecurrentState> {
    let zeros =
        RecurrentState::zeros([input.shape()[0], cell.units()], cell.has_cell(), input.dtype());
    let Some(state) = state else { return Ok(zeros) };
    let kinds = |state: &RecurrentState| {
        let kinds = state.parts().map(|part| (part.shape().clone(), part.dtype()));
        kinds.collect::<Vec<_>>()
    };
    if kinds(state) == kinds(&zeros) {
        return Ok(state.clone());
    }
    Err(wrong_state(cell.kind(), state))
}

/// A state of other shapes than the layer's.
pub(crate) fn wrong_state(place: &str, state: &RecurrentState) -> Error {
    let parts = state.parts().map(|part| format!("{} {}", part.dtype(), part.shape()));
    Error::Autodiff(AutodiffError::Setting {
        place: place.into(),
        setting: "state",
        got: parts.collect::<Vec<_>>().join(" and "),
        expected: "a state as the layer returns it for this batch",
        help: "an lstm has hidden and cell, other layers hidden alone, all [batch, units]; \
               a stack has one more axis in front",
    })
}

/// Writes what recurrent layers of one direction and their recipes have in common.
macro_rules! recurrent {
    ($layer:ident, $kind:ident $recipe:ident) => {
        readings!($layer);
        readings!($recipe);

        impl $layer {
            /// Runs the layer from a state, zero by default: the outputs of all steps and the state
            /// after the last one.
            ///
            /// Steps that a mask excludes cost nothing, give zeros, and leave the state as it was.
            ///
            /// # Errors
            /// If a shape does not fit, or a parameter is pending.
            pub fn run(
                &self,
                input: impl Into<Flow>,
                state: Option<&RecurrentState>,
                pass: &mut Pass,
            ) -> Result<(Flow, RecurrentState)> {
                cell::run(self, &input.into(), state, self.reading.reverse, pass)
            }
        }

        impl Layer for $layer {
            fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
                Ok(self.flow(input.into(), pass)?.value)
            }

            fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
                let (sequence, state) = self.run(input, None, pass)?;
                let whole = self.reading.return_sequences;
                Ok(if whole { sequence } else { state.hidden.into() })
            }

            fn flops(&self, input: &Shape) -> Option<u64> {
                $crate::flops::products(self, *input.first()?)
            }

            fn output_shape(&self, input: &Shape) -> Result<Shape> {
                cell::output_shape(self, input, self.units(), self.reading.return_sequences)
            }
        }

        impl Recipe for $recipe {
            fn kind(&self) -> &'static str {
                stringify!($kind)
            }

            fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
                let [_, features] = input[..] else {
                    let expected = "[time, features] an example";
                    return Err(needs_axes(self.kind(), input, expected));
                };
                Ok(Box::new(self.layer(features)))
            }
        }
    };
}

/// Setters of a type that has a [`Reading`].
macro_rules! readings {
    ($type:ident) => {
        impl $type {
            /// Whether the output has all steps or the last one only; the last by default.
            #[must_use]
            pub fn return_sequences(mut self, on: bool) -> Self {
                self.reading.return_sequences = on;
                self
            }

            /// Whether the layer reads from the last step to the first; no by default.
            ///
            /// The output for a step stands where the step stands, as in PyTorch; Keras'
            /// `go_backwards` gives the steps in the order in which they were read.
            #[must_use]
            #[doc(alias = "go_backwards")]
            pub fn reverse(mut self, on: bool) -> Self {
                self.reading.reverse = on;
                self
            }
        }
    };
}

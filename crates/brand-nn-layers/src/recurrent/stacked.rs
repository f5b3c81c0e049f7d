//! Recurrent layers on top of each other, in one direction or in both.

use super::cell::{self, Cell};
use crate::{
    Dropout, Flow, Gru, Layer, Lstm, Nonlinearity, Pass, RecurrentState, Result, Rnn, flops,
    setting::Setting,
};
use brand_nn_autodiff::{self as autodiff, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// Recurrent layers on top of each other, in one direction or in both, as PyTorch's `nn.LSTM`.
///
/// Each layer reads the outputs of the one below; in both directions (Schuster and Paliwal 1997)
/// these are the outputs of the layer that reads from the front beside those of the layer that
/// reads from the back. [`dropout`](Self::dropout) stands between the layers.
///
/// Weights have PyTorch's names, `weight_ih_l0`, `weight_hh_l1_reverse`, … and its initial values;
/// an LSTM and a plain layer have one bias, `bias_l0`, the sum of PyTorch's two. Masks are taken as
/// by [`Lstm`].
///
/// # Shapes
/// `[batch, time, features] → [batch, directions · units]`, the outputs of the last layer for the
/// last step, from the back for the first; or `[batch, time, directions · units]` with
/// [`return_sequences`](Self::return_sequences). States are `[layers · directions, batch, units]`.
///
/// # Errors
/// If the input has another number of axes or features, or no time step; `init`, `build` and `load`
/// refuse 0 units, 0 layers and a rate of dropout outside `0.0..1.0`.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Flow, Mask, Pass, Stacked};
/// use brand_nn_tensor::Tensor;
///
/// let net = Stacked::lstm(3, 8, 2).bidirectional(true).dropout(0.1).init(42)?;
/// let texts = Flow::masked(Tensor::ones([2, 5, 3]), Mask::from_lengths(&[5, 2], 5)?)?;
/// let (sequence, state) = net.run(texts, None, &mut Pass::inference())?;
/// assert_eq!(sequence.value.shape()[..], [2, 5, 16]);
/// assert_eq!(state.hidden.shape()[..], [4, 2, 8]);
/// assert!(net.params("weight_ih_l1_reverse").is_ok());
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "nn.LSTM")]
#[doc(alias = "num_layers")]
pub struct Stacked {
    make: fn(usize, usize) -> Box<dyn Cell>,
    features: usize,
    units: Setting,
    num_layers: Setting,
    bidirectional: bool,
    return_sequences: bool,
    dropout: Dropout,
    /// Layer by layer, the one from the front before the one from the back.
    cells: Vec<Box<dyn Cell>>,
}

impl Stacked {
    /// Makes `num_layers` layers of [`Lstm`] for steps of `features` numbers.
    #[must_use]
    pub fn lstm(features: usize, units: usize, num_layers: usize) -> Self {
        let make = |features, units| Box::new(Lstm::new(features, units)) as Box<dyn Cell>;
        Self::of(make, [features, units, num_layers])
    }

    /// Makes `num_layers` layers of [`Gru`] for steps of `features` numbers.
    #[must_use]
    pub fn gru(features: usize, units: usize, num_layers: usize) -> Self {
        let make = |features, units| Box::new(Gru::new(features, units)) as Box<dyn Cell>;
        Self::of(make, [features, units, num_layers])
    }

    /// Makes `num_layers` layers of [`Rnn`] for steps of `features` numbers.
    #[must_use]
    pub fn rnn(
        features: usize,
        units: usize,
        num_layers: usize,
        nonlinearity: Nonlinearity,
    ) -> Self {
        let make: fn(usize, usize) -> Box<dyn Cell> = match nonlinearity {
            Nonlinearity::Tanh => |features, units| Box::new(Rnn::new(features, units)),
            Nonlinearity::Relu => |features, units| {
                Box::new(Rnn::new(features, units).nonlinearity(Nonlinearity::Relu))
            },
        };
        Self::of(make, [features, units, num_layers])
    }

    fn of(
        make: fn(usize, usize) -> Box<dyn Cell>,
        [features, units, num_layers]: [usize; 3],
    ) -> Self {
        let empty = Self {
            make,
            features,
            units: Setting::count("stacked", "units", units),
            num_layers: Setting::count("stacked", "num_layers", num_layers),
            bidirectional: false,
            return_sequences: false,
            dropout: Dropout::new(0.0),
            cells: Vec::new(),
        };
        empty.bidirectional(false)
    }

    /// Whether each layer also reads from the back; no by default.
    #[must_use]
    pub fn bidirectional(self, on: bool) -> Self {
        let empty = Self { bidirectional: on, ..self };
        let (units, layers) = (empty.units.value as usize, empty.num_layers.value as usize);
        let cells = (0..layers * empty.directions()).map(|number| match number {
            first if first < empty.directions() => (empty.make)(empty.features, units),
            _ => (empty.make)(empty.width(), units),
        });
        Self { cells: cells.collect(), ..empty }
    }

    /// The share of values that is dropped between two layers while training; none by default.
    #[must_use]
    pub fn dropout(self, rate: f64) -> Self {
        Self { dropout: Dropout::new(rate), ..self }
    }

    /// Whether the output has all steps or the last one only; the last by default.
    #[must_use]
    pub fn return_sequences(self, on: bool) -> Self {
        Self { return_sequences: on, ..self }
    }

    /// Runs all layers from a state, zero by default: the last layer's outputs, and all last states.
    ///
    /// # Errors
    /// If a shape does not fit, or a parameter is pending.
    pub fn run(
        &self,
        input: impl Into<Flow>,
        state: Option<&RecurrentState>,
        pass: &mut Pass,
    ) -> Result<(Flow, RecurrentState)> {
        self.num_layers.check()?;
        let starts = state.map(|state| self.starts(state)).transpose()?.unwrap_or_default();
        let (mut flow, mut ends) = (input.into(), Vec::new());
        for layer in self.cells.chunks(self.directions()) {
            if !ends.is_empty() {
                flow = self.dropout.flow(flow, pass)?;
            }
            let mut sides = Vec::new();
            for (side, cell) in layer.iter().enumerate() {
                let start = starts.get(ends.len());
                let (output, end) = cell::run(&**cell, &flow, start, side > 0, pass)?;
                sides.push(output.value);
                ends.push(end);
            }
            flow.value = Var::concat(&sides, -1);
        }
        Ok((flow, RecurrentState::stack(&ends)))
    }

    /// The state of each cell.
    fn starts(&self, state: &RecurrentState) -> Result<Vec<RecurrentState>> {
        let count = self.cells.len();
        if state.parts().any(|part| part.ndim() != 3 || part.shape()[0] != count) {
            return Err(cell::wrong_state("stacked", state));
        }
        Ok((0..count).map(|number| state.map(|part| part.select(0, number))).collect())
    }

    fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    /// How many numbers a layer makes of a step.
    fn width(&self) -> usize {
        self.units.value as usize * self.directions()
    }
}

impl Params for Stacked {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        for (number, cell) in self.cells.iter().enumerate() {
            let layer = number / self.directions();
            let side = if number % self.directions() > 0 { "_reverse" } else { "" };
            for (name, weight) in cell.weights() {
                visitor.child(&format!("{name}_l{layer}{side}"), weight);
            }
        }
        visitor.child("dropout", &self.dropout);
    }

    fn check(&self) -> autodiff::Result<()> {
        self.units.check()?;
        self.num_layers.check()
    }
}

impl Layer for Stacked {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        Ok(self.flow(input.into(), pass)?.value)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        let (sequence, state) = self.run(input, None, pass)?;
        if self.return_sequences {
            return Ok(sequence);
        }
        let last = self.cells.len() - self.directions()..self.cells.len();
        let sides: Vec<_> = last.map(|number| state.hidden.select(0, number)).collect();
        Ok(Var::concat(&sides, -1).into())
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::products(self, *input.first()?)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.check()?;
        cell::output_shape(&*self.cells[0], input, self.width(), self.return_sequences)
    }
}

impl std::fmt::Debug for Stacked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (layers, units) = (self.num_layers.value, self.units.value);
        write!(f, "Stacked of {layers} layers, {} directions, {units} units", self.directions())
    }
}

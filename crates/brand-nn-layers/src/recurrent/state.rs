//! What a recurrent layer remembers from one call to the next.

use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Tensor};

/// What a recurrent layer remembers from one call to the next.
///
/// Layers keep nothing themselves: a state goes into `run` and comes out of it, so a long sequence
/// is read in pieces by handing each state on. [`stop_gradient`](Self::stop_gradient) between
/// pieces is truncated backpropagation through time (Williams and Peng 1990).
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Gru, Pass};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let (layer, pass) = (Gru::new(3, 4).init(1)?, &mut Pass::inference());
/// let x = Tensor::randn([2, 6, 3], &mut Rng::new(2));
/// let (_, middle) = layer.run(x.slice(1, ..4), None, pass)?;
/// let (_, end) = layer.run(x.slice(1, 4..), Some(&middle), pass)?;
/// let (_, at_once) = layer.run(&x, None, pass)?;
/// assert_eq!(end.hidden.tensor(), at_once.hidden.tensor());
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecurrentState {
    /// The last output, `[batch, units]`; `[layers · directions, batch, units]` of a stack.
    pub hidden: Var,
    /// The cell of an LSTM, of the same shape; other layers have none.
    pub cell: Option<Var>,
}

impl RecurrentState {
    /// The same values, through which no gradient goes back.
    #[must_use]
    #[doc(alias = "detach")]
    pub fn stop_gradient(&self) -> Self {
        self.map(Var::stop_gradient)
    }

    pub(crate) fn zeros(shape: [usize; 2], has_cell: bool, dtype: DType) -> Self {
        let zeros: Var = Tensor::zeros_of(shape, dtype).into();
        Self { cell: has_cell.then(|| zeros.clone()), hidden: zeros }
    }

    /// Both values.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Var> {
        [&self.hidden].into_iter().chain(&self.cell)
    }

    pub(crate) fn map(&self, change: impl Fn(&Var) -> Var) -> Self {
        Self { hidden: change(&self.hidden), cell: self.cell.as_ref().map(change) }
    }

    /// Several states as one, along a new first axis; there is at least one.
    pub(crate) fn stack(states: &[Self]) -> Self {
        let hidden: Vec<_> = states.iter().map(|state| state.hidden.clone()).collect();
        let cells: Vec<_> = states.iter().filter_map(|state| state.cell.clone()).collect();
        let cell = (!cells.is_empty()).then(|| Var::stack(&cells, 0));
        Self { hidden: Var::stack(&hidden, 0), cell }
    }
}

/// The state of a layer that has no cell.
impl From<Var> for RecurrentState {
    fn from(hidden: Var) -> Self {
        Self { hidden, cell: None }
    }
}

/// The state of an LSTM: hidden, cell.
impl From<(Var, Var)> for RecurrentState {
    fn from((hidden, cell): (Var, Var)) -> Self {
        Self { hidden, cell: Some(cell) }
    }
}

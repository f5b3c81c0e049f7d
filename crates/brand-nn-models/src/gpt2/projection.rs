//! The affine map as GPT-2's files have it: the weight stands the other way round.

use brand_nn_autodiff::{Init, Param, Params, Var};
use brand_nn_layers::{self as layers, Error, Layer, Pass};
use brand_nn_tensor::Shape;

/// The affine map y = x W + b whose weight is `[ins, outs]`, as GPT-2's files have it.
///
/// # Shapes
/// `[…, ins] → […, outs]`.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Pass};
/// use brand_nn_models::Projection;
/// use brand_nn_tensor::Tensor;
///
/// let map = Projection::new(2, 1, 0.02).init(1)?;
/// map.weight.set(Tensor::from([[1.0_f32], [2.0]]))?;
/// let y = map.call(Tensor::from([[3.0_f32, 4.0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[11.0_f32]]));
/// # Ok::<(), brand_nn_models::Error>(())
/// ```
#[doc(alias = "Conv1D")]
#[derive(Debug, Params)]
pub struct Projection {
    /// `[ins, outs]`.
    pub weight: Param,
    /// `[outs]`.
    pub bias: Param,
}

impl Projection {
    /// Makes the map; its weight is drawn from N(0, deviation), its bias is zero.
    #[must_use]
    pub fn new(ins: usize, outs: usize, deviation: f64) -> Self {
        let weight = Param::new([ins, outs], Init::Normal(deviation));
        Self { weight, bias: Param::new([outs], Init::Zeros) }
    }
}

impl Layer for Projection {
    fn forward(&self, input: Var, pass: &mut Pass) -> layers::Result<Var> {
        self.output_shape(input.shape())?;
        let weight = self.weight.base(pass.is_learning())?;
        let output = input.linear(&weight.t(), Some(&pass.var(&self.bias)?));
        match self.weight.low_rank() {
            Some(update) => Ok(output + update.apply(&input, pass.is_learning())?),
            None => Ok(output),
        }
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        let rows: usize = input.iter().rev().skip(1).product();
        Some(2 * (self.weight.shape().size() * rows) as u64)
    }

    fn output_shape(&self, input: &Shape) -> layers::Result<Shape> {
        let (ins, outs) = (self.weight.shape()[0], self.weight.shape()[1]);
        match input.split_last() {
            Some((&last, rest)) if last == ins => Ok([rest, &[outs]].concat().into()),
            _ => Err(Error::Input {
                place: "projection".into(),
                got: input.clone(),
                expected: format!("a last axis of {ins} features"),
                help: "give the layer the number of features that the one before makes",
            }),
        }
    }
}

//! The products of all pairs of fields, in linear time.

use crate::{Layer, Pass, Recipe, Result, door::floats, recipe::needs_axes};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_tensor::Shape;

const PLACE: &str = "factorization_machine";

/// The products of all pairs of fields' vectors: Σ ⟨vᵢ, vⱼ⟩ over i < j.
///
/// The second-order term of Rendle 2010, in linear time: ½ Σ ((Σ v)² − Σ v²), where the outer sum
/// runs over the numbers of a vector. Vectors come from an embedding of each field, scaled by its
/// value where it has one; add a bias and a first-order term for the whole machine. With
/// [`pooled`](Self::pooled) turned off the outer sum is left out, and what comes is the
/// bi-interaction of NFM (He and Chua 2017).
///
/// # Shapes
/// `[batch, fields, dim] → [batch, 1]`, or `[batch, dim]` if not pooled.
///
/// # Errors
/// If the input has other axes, or is not of floats.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, FactorizationMachine, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let fields = Tensor::from([[[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]]]);
/// let y = FactorizationMachine::new().call(fields, &mut Pass::inference())?;
/// assert_eq!(y.item(), 11.0 + 17.0 + 39.0); // 1·3 + 2·4, 1·5 + 2·6, 3·5 + 4·6
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "FM")]
#[doc(alias = "BiInteraction")]
#[derive(Clone, Copy, Debug)]
pub struct FactorizationMachine {
    pooled: bool,
}

impl FactorizationMachine {
    /// Makes the layer, which has no weights.
    #[must_use]
    pub fn new() -> Self {
        Self { pooled: true }
    }

    /// Whether the products are summed to one number; yes by default.
    #[must_use]
    pub fn pooled(self, on: bool) -> Self {
        Self { pooled: on }
    }
}

impl Default for FactorizationMachine {
    fn default() -> Self {
        Self::new()
    }
}

impl Params for FactorizationMachine {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

impl Layer for FactorizationMachine {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        if input.ndim() != 3 {
            return Err(needs_axes(PLACE, input.shape(), "[batch, fields, dim]"));
        }
        floats(PLACE, &input)?;
        let products = (input.sum_axis(1).square() - input.square().sum_axis(1)) * 0.5;
        Ok(if self.pooled { products.sum_axes(&[-1], true) } else { products })
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        match input[..] {
            [_, dim] => Ok([if self.pooled { 1 } else { dim }].into()),
            _ => Err(needs_axes(PLACE, input, "[fields, dim] an example")),
        }
    }
}

/// A recipe for [`FactorizationMachine`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, embedding, factorization_machine};
///
/// let network = Sequential::new().add(embedding(100, 8)).add(factorization_machine());
/// assert_eq!(network.build([6])?.output_shape_of_example()[..], [1]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn factorization_machine() -> FactorizationMachineRecipe {
    FactorizationMachineRecipe { pooled: true }
}

/// The settings of a factorization machine.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct FactorizationMachineRecipe {
    pooled: bool,
}

impl FactorizationMachineRecipe {
    /// Whether the products are summed to one number; yes by default.
    #[must_use]
    pub fn pooled(self, on: bool) -> Self {
        Self { pooled: on }
    }
}

impl Recipe for FactorizationMachineRecipe {
    fn kind(&self) -> &'static str {
        PLACE
    }

    fn build(&self, _: &Shape) -> Result<Box<dyn Layer>> {
        Ok(Box::new(FactorizationMachine::new().pooled(self.pooled)))
    }
}

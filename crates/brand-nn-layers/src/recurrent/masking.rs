//! The mask of the steps that have data, found by a value that stands for none.

use crate::{
    Flow, Layer, Mask, Pass, Recipe, Result, door,
    flow::misfit,
    setting::{Range, Setting},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::{DType, Shape};

/// Masks the steps all of whose features are a value that stands for padding, as in Keras.
///
/// [`Call::call_flow`](crate::Call::call_flow) gives the mask for later layers;
/// [`Call::call`](crate::Call::call) the value alone. In both, masked steps become zeros.
///
/// # Shapes
/// `[batch, time, features]`, which stays.
///
/// # Errors
/// If the input has another number of axes or is not of floats; `init`, `build` and `load` refuse a
/// value that is not finite.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Masking, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([[[1.0_f32, -9.0], [-9.0, -9.0]]]);
/// let flow = Masking::new(-9.0).call_flow(x, &mut Pass::inference())?;
/// assert_eq!(flow.mask.unwrap().lengths(), [1]);
/// assert_eq!(flow.value.tensor(), &Tensor::from([[[1.0_f32, -9.0], [0.0, 0.0]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug, Params)]
pub struct Masking {
    mask_value: Setting,
}

impl Masking {
    /// Makes the layer; `mask_value` is what padded steps are full of.
    #[must_use]
    pub fn new(mask_value: f64) -> Self {
        Self { mask_value: Setting::new("masking", "mask_value", Range::Finite, mask_value) }
    }
}

impl Layer for Masking {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        Ok(self.flow(input.into(), pass)?.value)
    }

    fn flow(&self, input: Flow, _: &mut Pass) -> Result<Flow> {
        self.mask_value.check()?;
        let Flow { value, mask } = input;
        if value.ndim() != 3 {
            return Err(misfit("masking", value.shape(), "[batch, time, features]"));
        }
        door::floats("masking", &value)?;
        let filled = value.not_equal_to(self.mask_value.value).to(DType::I64);
        let own = Mask::new(filled.sum_axis(-1).greater_than(0.0))?;
        let own = mask.map_or(Ok(own.clone()), |given| given.and(&own))?;
        Ok(Flow { value: value.masked(&own.steps().unsqueeze(-1)), mask: Some(own) })
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        if input.len() == 2 {
            return Ok(input.clone());
        }
        Err(misfit("masking", input, "[time, features] an example"))
    }
}

/// A recipe for [`Masking`] of steps that are all zero.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, lstm, masking};
///
/// let network = Sequential::new().add(masking().mask_value(-1.0)).add(lstm(8)).build([10, 3])?;
/// assert_eq!(network.output_shape_of_example()[..], [8]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn masking() -> MaskingRecipe {
    MaskingRecipe { mask_value: 0.0 }
}

/// The settings of a masking layer.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct MaskingRecipe {
    mask_value: f64,
}

impl MaskingRecipe {
    /// What padded steps are full of; 0 by default.
    #[must_use]
    pub fn mask_value(self, mask_value: f64) -> Self {
        Self { mask_value }
    }
}

impl Recipe for MaskingRecipe {
    fn kind(&self) -> &'static str {
        "masking"
    }

    fn build(&self, _: &Shape) -> Result<Box<dyn Layer>> {
        Ok(Box::new(Masking::new(self.mask_value)))
    }
}

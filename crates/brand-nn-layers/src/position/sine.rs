//! Waves of position that are added to the steps, without a weight.

use super::table::Table;
use crate::{
    Layer, Pass, Recipe, Result,
    door::floats,
    sequence::{features_of, one_example, three_axes},
    setting::{Range, Setting},
};
use brand_nn_autodiff::{Params, Var};
use brand_nn_tensor::{Shape, Tensor};

const PLACE: &str = "sine_position_encoding";

/// Adds waves of each position to its step, without a weight (Vaswani and others 2017).
///
/// Number 2 i of step p gets sin(p / base^(2 i / features)), number 2 i + 1 the cosine of the same.
/// It has no limit of length. KerasHub's layer of this name returns the waves alone; this one
/// returns the sum, so that it stands in a row.
///
/// # Shapes
/// `[batch, time, features]`, which stays.
///
/// # Errors
/// If the input has other axes or features, or is not of floats; `init`, `build` and `load` refuse a
/// base that is not above 0.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Pass, SinePositionEncoding};
/// use brand_nn_tensor::Tensor;
///
/// let y = SinePositionEncoding::new(2).call(Tensor::zeros([1, 2, 2]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[[0.0_f32, 1.0], [1_f32.sin(), 1_f32.cos()]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "PositionalEncoding")]
#[derive(Debug)]
pub struct SinePositionEncoding {
    features: usize,
    base: Setting,
    waves: Table,
}

impl SinePositionEncoding {
    /// Makes the layer for steps of `features`; base 10 000.
    #[must_use]
    pub fn new(features: usize) -> Self {
        let base = Setting::new(PLACE, "base", Range::Positive, 10_000.0);
        Self { features, base, waves: Table::default() }
    }

    /// Sets the longest wavelength over 2π; 10 000 by default.
    #[must_use]
    #[doc(alias = "max_wavelength")]
    pub fn base(self, base: f64) -> Self {
        Self { base: self.base.with(base), waves: Table::default(), ..self }
    }

    /// The waves of the first positions, in f64: `[positions, features]`.
    fn waves(&self, positions: usize) -> Tensor {
        let (base, features) = (self.base.value, self.features);
        let wave = |position: usize, number: usize| {
            let pair = (number - number % 2) as f64;
            let angle = position as f64 / base.powf(pair / features as f64);
            if number.is_multiple_of(2) { angle.sin() } else { angle.cos() }
        };
        let all = (0..positions).flat_map(|p| (0..features).map(move |number| wave(p, number)));
        Tensor::from(all.collect::<Vec<f64>>()).reshape([positions, features])
    }
}

impl Params for SinePositionEncoding {
    fn visit(&self, visitor: &mut brand_nn_autodiff::Visitor<'_>) {
        visitor.child("base", &self.base);
    }
}

impl Layer for SinePositionEncoding {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        self.base.check()?;
        let [_, time] = three_axes(PLACE, input.shape(), self.features)?;
        floats(PLACE, &input)?;
        let dtype = input.dtype();
        Ok(input + self.waves.rows(time, dtype, |count| self.waves(count).to(dtype)))
    }

    each_step!(PLACE);

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        one_example(PLACE, input, self.features)
    }
}

/// A recipe for [`SinePositionEncoding`].
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, embedding, sine_position_encoding};
///
/// let network = Sequential::new().add(embedding(50, 4)).add(sine_position_encoding()).build([9])?;
/// assert_eq!(network.output_shape_of_example()[..], [9, 4]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn sine_position_encoding() -> SinePositionEncodingRecipe {
    SinePositionEncodingRecipe { base: 10_000.0 }
}

/// The settings of waves of position whose number of features is found out when they are built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct SinePositionEncodingRecipe {
    base: f64,
}

impl SinePositionEncodingRecipe {
    /// The longest wavelength over 2π; 10 000 by default.
    #[must_use]
    #[doc(alias = "max_wavelength")]
    pub fn base(self, base: f64) -> Self {
        Self { base }
    }
}

impl Recipe for SinePositionEncodingRecipe {
    fn kind(&self) -> &'static str {
        PLACE
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let features = features_of(PLACE, input)?;
        Ok(Box::new(SinePositionEncoding::new(features).base(self.base)))
    }
}

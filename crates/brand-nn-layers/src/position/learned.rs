//! A learned vector for each position, added to the step that stands there.

use crate::{
    Error, Layer, Pass, Recipe, Result, layer::same_type, recipe::needs_axes, setting::positive,
};
use brand_nn_autodiff::{self as autodiff, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::Shape;

const PLACE: &str = "position_embedding";

/// Adds a learned vector of each position to its step, as BERT and GPT-2 do.
///
/// Shorter sequences use the first rows. The type draws N(0, 0.02) as BERT; the recipe
/// [`position_embedding`] draws glorot uniform as KerasHub, whose layer returns the vectors alone:
/// this one returns the sum, so that it stands in a row.
///
/// # Shapes
/// `[batch, time, features]`, which stays, for at most `rows` steps; `weight` is `[rows, features]`.
///
/// # Errors
/// If the input has other axes or features, or more steps than rows; `init`, `build` and `load`
/// refuse no rows.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Pass, PositionEmbedding};
/// use brand_nn_tensor::Tensor;
///
/// let layer = PositionEmbedding::new(3, 1).init(0)?;
/// layer.weight.set(Tensor::from([[1.0_f32], [2.0], [3.0]]))?;
/// let y = layer.call(Tensor::from([[[10.0_f32], [20.0]]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[[11.0_f32], [22.0]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct PositionEmbedding {
    /// `[rows, features]`.
    pub weight: Param,
}

impl PositionEmbedding {
    /// Makes the layer for at most `rows` steps of `features`.
    #[must_use]
    pub fn new(rows: usize, features: usize) -> Self {
        Self { weight: Param::new([rows, features], Init::Normal(0.02)) }
    }
}

impl Params for PositionEmbedding {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("weight", &self.weight);
    }

    fn check(&self) -> autodiff::Result<()> {
        positive(PLACE, "rows", self.weight.shape()[0])
    }
}

impl Layer for PositionEmbedding {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        if input.ndim() != 3 {
            return Err(needs_axes(PLACE, input.shape(), "[batch, time, features]"));
        }
        self.output_shape(&input.shape()[1..].into())?;
        let weight = pass.var(&self.weight)?;
        same_type(PLACE, &input, weight.dtype())?;
        let time = input.shape()[1];
        Ok(input + weight.slice(0, 0..time))
    }

    each_step!(PLACE);

    fn flops(&self, _: &Shape) -> Option<u64> {
        Some(0)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let (rows, width) = (self.weight.shape()[0], self.weight.shape()[1]);
        match input[..] {
            [time, features] if features == width && time <= rows => Ok(input.clone()),
            _ => Err(Error::Input {
                place: PLACE.into(),
                got: input.clone(),
                expected: format!("[time, {width} features] an example, of at most {rows} steps"),
                help: "cut the sequences, or make the table as long as the longest",
            }),
        }
    }
}

/// A recipe for [`PositionEmbedding`] with as many rows as the network's input has steps.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, embedding, position_embedding};
///
/// let network = Sequential::new().add(embedding(50, 4)).add(position_embedding()).build([9])?;
/// assert_eq!(network.num_params(), 50 * 4 + 9 * 4);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn position_embedding() -> PositionEmbeddingRecipe {
    PositionEmbeddingRecipe { rows: None, init: Init::GlorotUniform }
}

/// The settings of learned positions whose number of features is found out when they are built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct PositionEmbeddingRecipe {
    rows: Option<usize>,
    init: Init,
}

impl PositionEmbeddingRecipe {
    /// The most steps of a sequence; those of the input that it is built for by default.
    #[must_use]
    #[doc(alias = "sequence_length")]
    pub fn rows(self, rows: usize) -> Self {
        Self { rows: Some(rows), ..self }
    }

    /// How the table is drawn; glorot uniform by default.
    #[must_use]
    pub fn init(self, init: Init) -> Self {
        Self { init, ..self }
    }
}

impl Recipe for PositionEmbeddingRecipe {
    fn kind(&self) -> &'static str {
        PLACE
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let [time, features] = input[..] else {
            return Err(needs_axes(PLACE, input, "[time, features] an example"));
        };
        let rows = self.rows.unwrap_or(time);
        let layer = PositionEmbedding { weight: Param::new([rows, features], self.init.clone()) };
        layer.check()?;
        Ok(Box::new(layer))
    }
}

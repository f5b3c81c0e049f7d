//! A learned vector for each id.

use crate::{Error, Layer, Pass, Recipe, Result};
use brand_nn_autodiff::{self as autodiff, Init, Param, Params, Var};
use brand_nn_tensor::{DType, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// A learned vector for each id: row i of a table for the integer i.
///
/// Its gradient has only the rows that were looked up. The type has PyTorch's initial values,
/// N(0, 1); the recipe [`embedding`] has Keras', U(±0.05).
///
/// # Shapes
/// i64 ids `[…] → […, dim]`; `weight` is `[rows, dim]`.
///
/// # Errors
/// If the input is not i64, or an id is not a row.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, Embedding, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = Embedding::new(10, 4).init(42)?;
/// let vectors = layer.call(Tensor::from([[1_i64, 7, 1]]), &mut Pass::inference())?;
/// assert_eq!(vectors.shape()[..], [1, 3, 4]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug, Params)]
pub struct Embedding {
    /// `[rows, dim]`.
    pub weight: Param,
}

impl Embedding {
    /// Makes a table of `rows` vectors of length `dim`.
    #[must_use]
    pub fn new(rows: usize, dim: usize) -> Self {
        Self { weight: Param::new([rows, dim], Init::Normal(1.0)) }
    }

    fn check_ids(&self, ids: &Tensor) -> Result<()> {
        let (rows, ids) = (self.weight.shape()[0], ids.data::<i64>());
        match ids.iter().find(|&&id| usize::try_from(id).map_or(true, |id| id >= rows)) {
            Some(&id) => {
                let (place, last) = ("embedding".into(), rows.saturating_sub(1));
                Err(Error::Id { place, id, last })
            }
            None => Ok(()),
        }
    }
}

impl Layer for Embedding {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        if input.dtype() != DType::I64 {
            return Err(Error::InputType {
                place: "embedding".into(),
                got: input.dtype(),
                expected: "i64 ids".into(),
                help: "a tokenizer makes ids; cast whole numbers with .to(DType::I64)",
            });
        }
        self.check_ids(input.tensor())?;
        Ok(autodiff::embedding(&pass.var(&self.weight)?, input.tensor())?)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok([&input[..], &self.weight.shape()[1..]].concat().into())
    }
}

/// A recipe for [`Embedding`] with Keras' initial values, U(−0.05, 0.05).
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, embedding};
///
/// let network = Sequential::new().add(embedding(1_000, 16)).build([20])?;
/// assert_eq!(network.num_params(), 16_000);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn embedding(rows: usize, dim: usize) -> EmbeddingRecipe {
    EmbeddingRecipe { rows, dim, init: Init::Uniform(-0.05, 0.05) }
}

/// The settings of an embedding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingRecipe {
    rows: usize,
    dim: usize,
    init: Init,
}

impl EmbeddingRecipe {
    /// How the table is drawn; U(−0.05, 0.05) by default.
    #[must_use]
    pub fn init(self, init: Init) -> Self {
        Self { init, ..self }
    }
}

impl Recipe for EmbeddingRecipe {
    fn kind(&self) -> &'static str {
        "embedding"
    }

    fn build(&self, _: &Shape) -> Result<Box<dyn Layer>> {
        crate::recipe::at_least("embedding", "rows", self.rows)?;
        crate::recipe::at_least("embedding", "dim", self.dim)?;
        let weight = Param::new([self.rows, self.dim], self.init.clone());
        Ok(Box::new(Embedding { weight }))
    }
}

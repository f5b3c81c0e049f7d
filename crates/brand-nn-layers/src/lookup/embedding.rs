//! A learned vector for each id.

use crate::{Error, Flow, Layer, Mask, Pass, Recipe, Result};
use brand_nn_autodiff::{self as autodiff, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::{DType, Shape, Tensor};

/// A learned vector for each id: row i of a table for the integer i.
///
/// Its gradient has only the rows that were looked up. The type has PyTorch's initial values,
/// N(0, 1); the recipe [`embedding`] has Keras', U(±0.05).
///
/// # Shapes
/// i64 ids `[…] → […, dim]`; `weight` is `[rows, dim]`.
///
/// # Errors
/// If the input is not i64, or an id is not a row; `init`, `build` and `load` refuse a
/// [`padding_idx`](Self::padding_idx) that is not one.
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
#[derive(Debug)]
pub struct Embedding {
    /// `[rows, dim]`.
    pub weight: Param,
    padding_idx: Option<usize>,
    mask_zero: bool,
}

impl Embedding {
    /// Makes a table of `rows` vectors of length `dim`.
    #[must_use]
    pub fn new(rows: usize, dim: usize) -> Self {
        Self::from_param(Param::new([rows, dim], Init::Normal(1.0)))
    }

    pub(super) fn from_param(weight: Param) -> Self {
        Self { weight, padding_idx: None, mask_zero: false }
    }

    /// Row `id` is for padding: zero at the start, and without a gradient, as in PyTorch.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Params;
    /// use brand_nn_layers::{Call, Embedding, Pass};
    /// use brand_nn_tensor::Tensor;
    ///
    /// let layer = Embedding::new(5, 2).padding_idx(0).init(1)?;
    /// let vectors = layer.call(Tensor::from([3_i64, 0]), &mut Pass::inference().learning())?;
    /// assert_eq!(vectors.tensor().select(0, 1), Tensor::zeros([2]));
    /// let gradient = vectors.sum().backward()?.get(&layer.weight).unwrap();
    /// assert_eq!(gradient.sum_axis(1).to_vec::<f32>(), [0.0, 0.0, 0.0, 2.0, 0.0]);
    /// # Ok::<(), brand_nn_layers::Error>(())
    /// ```
    #[must_use]
    pub fn padding_idx(self, id: usize) -> Self {
        let init = Init::ZeroRow(id, Box::new(self.weight.initialiser().clone()));
        let weight = Param::new(self.weight.shape(), init);
        Self { weight, padding_idx: Some(id), ..self }
    }

    /// Whether the id 0 is padding that later layers skip, as Keras' option; no by default.
    ///
    /// [`Call::call_flow`](crate::Call::call_flow) then gives the vectors with the mask of all
    /// other ids, which must be `[batch, time]`; [`Call::call`](crate::Call::call) gives the
    /// vectors alone.
    #[must_use]
    pub fn mask_zero(self, on: bool) -> Self {
        Self { mask_zero: on, ..self }
    }

    /// The vectors of ids; no gradient goes to the row of padding.
    fn vectors(&self, ids: &Tensor, pass: &Pass) -> Result<Var> {
        let vectors = pass.rows(&self.weight, ids)?;
        match self.padding_idx {
            Some(id) if vectors.is_tracked() && ids.data::<i64>().contains(&(id as i64)) => {
                let padding = ids.equal(&Tensor::scalar(id as i64)).unsqueeze(-1);
                Ok(Var::where_(&padding, &vectors.stop_gradient(), &vectors))
            }
            _ => Ok(vectors),
        }
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

impl Params for Embedding {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("weight", &self.weight);
    }

    fn check(&self) -> autodiff::Result<()> {
        match self.padding_idx {
            Some(id) if id >= self.weight.shape()[0] => Err(autodiff::Error::Setting {
                place: "embedding".into(),
                setting: "padding_idx",
                got: format!("{id} of {} rows", self.weight.shape()[0]),
                expected: "the number of a row, counted from 0",
                help: "give the table one more row for padding",
            }),
            _ => Ok(()),
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
        self.vectors(input.tensor(), pass)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        let (ids, given) = (input.value.tensor().clone(), input.mask);
        let value = self.forward(input.value, pass)?;
        let own = self.mask_zero.then(|| Mask::of_ids(&ids, 0)).transpose()?;
        let mask = match (given, own) {
            (Some(given), Some(own)) => Some(given.and(&own)?),
            (given, own) => given.or(own),
        };
        mask.as_ref().map_or(Ok(()), |mask| mask.require("embedding", value.shape()))?;
        Ok(Flow { value, mask })
    }

    fn flops(&self, _: &Shape) -> Option<u64> {
        Some(0)
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
    let init = Init::Uniform(-0.05, 0.05);
    EmbeddingRecipe { rows, dim, init, padding_idx: None, mask_zero: false }
}

/// The settings of an embedding.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct EmbeddingRecipe {
    rows: usize,
    dim: usize,
    init: Init,
    padding_idx: Option<usize>,
    #[settings(default)]
    mask_zero: bool,
}

impl EmbeddingRecipe {
    /// How the table is drawn; U(−0.05, 0.05) by default.
    #[must_use]
    pub fn init(self, init: Init) -> Self {
        Self { init, ..self }
    }

    /// The row that is for padding, zero and without a gradient; none by default.
    #[must_use]
    pub fn padding_idx(self, id: usize) -> Self {
        Self { padding_idx: Some(id), ..self }
    }

    /// Whether the id 0 is padding that later layers skip; no by default.
    #[must_use]
    pub fn mask_zero(self, on: bool) -> Self {
        Self { mask_zero: on, ..self }
    }
}

impl Recipe for EmbeddingRecipe {
    fn kind(&self) -> &'static str {
        "embedding"
    }

    fn build(&self, _: &Shape) -> Result<Box<dyn Layer>> {
        crate::setting::positive("embedding", "rows", self.rows)?;
        crate::setting::positive("embedding", "dim", self.dim)?;
        let weight = Param::new([self.rows, self.dim], self.init.clone());
        let layer = Embedding::from_param(weight).mask_zero(self.mask_zero);
        Ok(Box::new(match self.padding_idx {
            Some(id) => layer.padding_idx(id),
            None => layer,
        }))
    }
}

//! The sum, mean or maximum of the learned vectors of a bag of ids.

use crate::{Call, Embedding, Layer, Pass, Result, door, recipe::needs_axes, setting};
use brand_nn_autodiff::{Error as AutodiffError, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::{DType, Scatter, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// How the vectors of a bag become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bag {
    /// Their sum.
    Sum,
    /// Their mean, as PyTorch's default.
    #[default]
    Mean,
    /// The largest of each feature.
    Max,
}

/// The sum, mean or maximum of the learned vectors of a bag of ids.
///
/// What an [`Embedding`] and a pool over time do, for bags of any size: the words of a review, the
/// products of a basket. An empty bag gives zeros. Its gradient has only the rows that were
/// looked up. The type has PyTorch's initial values, N(0, 1).
///
/// # Shapes
/// i64 ids `[batch, length] → [batch, dim]`, padded with the id that [`padding`](Self::padding)
/// names; or by [`bags`](Self::bags) flat ids `[n]` with the place where each bag begins.
/// `weight` is `[rows, dim]`.
///
/// # Errors
/// If the ids are not i64, one is not a row, or examples are not lists.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Bag, Call, EmbeddingBag, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let layer = EmbeddingBag::new(3, 2).mode(Bag::Sum).padding(0);
/// layer.weight().set(Tensor::from([[9.0_f32, 9.0], [1.0, 2.0], [10.0, 20.0]]))?;
/// let y = layer.call(Tensor::from([[1_i64, 2], [1, 0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[11.0_f32, 22.0], [1.0, 2.0]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Debug)]
pub struct EmbeddingBag {
    table: Embedding,
    mode: Bag,
    padding: Option<i64>,
}

impl EmbeddingBag {
    /// Makes a table of `rows` vectors of length `dim`, whose mean is taken.
    #[must_use]
    pub fn new(rows: usize, dim: usize) -> Self {
        Self { table: Embedding::new(rows, dim), mode: Bag::Mean, padding: None }
    }

    /// Sets how the vectors of a bag become one.
    #[must_use]
    pub fn mode(self, mode: Bag) -> Self {
        Self { mode, ..self }
    }

    /// Sets the id that fills lists up and counts for nothing; none by default.
    #[doc(alias = "padding_idx")]
    #[must_use]
    pub fn padding(self, id: i64) -> Self {
        Self { padding: Some(id), ..self }
    }

    /// The table, `[rows, dim]`.
    #[must_use]
    pub fn weight(&self) -> &Param {
        &self.table.weight
    }

    /// Looks up bags that lie one behind the other in `ids`, each from its offset to the next.
    ///
    /// # Shapes
    /// i64 ids `[n]`, i64 offsets `[bags] → [bags, dim]`.
    ///
    /// # Errors
    /// If the offsets don't begin at 0, descend, or go beyond the ids; else as for lists.
    pub fn bags(&self, ids: &Tensor, offsets: &Tensor, pass: &mut Pass) -> Result<Var> {
        require_ids(ids)?;
        if ids.ndim() != 1 {
            return Err(needs_axes("embedding_bag", ids.shape(), "[ids]"));
        }
        let starts = starts(offsets, ids.len())?;
        let ends = starts.iter().skip(1).copied().chain([ids.len()]);
        let bags = starts.iter().zip(ends).enumerate();
        let owners = bags.flat_map(|(bag, (&start, end))| (start..end).map(move |_| bag as i64));
        self.reduce(&ids.to_vec::<i64>(), owners, starts.len(), pass)
    }

    /// One vector for each of `count` bags, from ids and the bag that each belongs to.
    fn reduce(
        &self,
        ids: &[i64],
        owners: impl Iterator<Item = i64>,
        count: usize,
        pass: &mut Pass,
    ) -> Result<Var> {
        let pairs = ids.iter().copied().zip(owners);
        let (ids, owners): (Vec<_>, Vec<_>) =
            pairs.filter(|(id, _)| Some(*id) != self.padding).unzip();
        let sizes = owners.iter().fold(vec![0_i64; count], |mut sizes, &bag| {
            sizes[bag as usize] += 1;
            sizes
        });
        let vectors = self.table.call(Tensor::from(ids), pass);
        let vectors = vectors.map_err(|error| error.at("embedding_bag"))?; // [ids, dim]
        let (owners, sizes) = (Tensor::from(owners), Tensor::from(sizes).unsqueeze(1));
        let start = |value| Tensor::full([count, vectors.shape()[1]], value).to(vectors.dtype());
        let sum = || Var::from(start(0.0)).index_add(0, &owners, &vectors);
        Ok(match self.mode {
            Bag::Sum => sum()?,
            Bag::Mean => sum()? / Var::from(sizes.to(vectors.dtype()).clamp(1.0, f64::INFINITY)),
            Bag::Max => {
                let lowest = Var::from(start(f64::NEG_INFINITY));
                let largest = lowest.index_reduce(0, &owners, &vectors, Scatter::Max)?;
                largest.masked_fill(&sizes.equal_to(0.0), 0.0)
            }
        })
    }
}

impl Params for EmbeddingBag {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.table.visit(visitor);
    }
}

impl Layer for EmbeddingBag {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        require_ids(input.tensor())?;
        self.output_shape(&door::example("embedding_bag", input.shape())?)?;
        let [batch, length] = [0, 1].map(|axis| input.shape()[axis]);
        let owners = (0..batch).flat_map(|bag| (0..length).map(move |_| bag as i64));
        self.reduce(&input.tensor().to_vec::<i64>(), owners, batch, pass)
    }

    fn flops(&self, _: &Shape) -> Option<u64> {
        Some(0)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        if input.len() != 1 {
            return Err(needs_axes("embedding_bag", input, "[ids] an example"));
        }
        Ok(self.weight().shape()[1..].into())
    }
}

fn require_ids(ids: &Tensor) -> Result<()> {
    if ids.dtype() == DType::I64 {
        return Ok(());
    }
    Err(crate::Error::InputType {
        place: "embedding_bag".into(),
        got: ids.dtype(),
        expected: "i64 ids".into(),
        help: "a tokenizer makes ids; cast whole numbers with .to(DType::I64)",
    })
}

/// Where each bag begins, if that makes sense for `count` ids.
fn starts(offsets: &Tensor, count: usize) -> Result<Vec<usize>> {
    let values = match offsets.dtype() {
        DType::I64 if offsets.ndim() == 1 => offsets.to_vec::<i64>(),
        _ => vec![-1],
    };
    let starts: Option<Vec<_>> = values.iter().map(|&at| usize::try_from(at).ok()).collect();
    let fits = |starts: &Vec<usize>| {
        let ends = starts.first().map_or(count == 0, |first| *first == 0);
        ends && starts.is_sorted() && starts.last().is_none_or(|last| *last <= count)
    };
    starts.filter(fits).ok_or_else(|| {
        AutodiffError::Setting {
            place: "embedding_bag".into(),
            setting: "offsets",
            got: offsets.to_string(),
            expected: "ascending i64 places of the ids, the first of them 0",
            help: "an offset says where a bag begins, not how long it is",
        }
        .into()
    })
}

/// A recipe for [`EmbeddingBag`] with the initial values of [`embedding`](crate::embedding()).
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, dense, embedding_bag};
///
/// let network = Sequential::new().add(embedding_bag(1_000, 16)).add(dense(1)).build([20])?;
/// assert_eq!(network.num_params(), 16_000 + 17);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn embedding_bag(rows: usize, dim: usize) -> EmbeddingBagRecipe {
    let (mode, init) = (Bag::Mean, Init::Uniform(-0.05, 0.05));
    EmbeddingBagRecipe { rows, dim, mode, padding: None, init }
}

recipe! {
    /// The settings of an embedding of bags.
    EmbeddingBagRecipe = "embedding_bag";
    needs { rows: usize, dim: usize }
    defaults {
        /// How the vectors of a bag become one; their mean by default.
        mode(Bag): Bag;
        /// The id that fills lists up and counts for nothing; none by default.
        padding(i64): Option<i64>;
        /// How the table is drawn; U(−0.05, 0.05) by default.
        init(Init): Init;
    }
    build(self, _input) {
        setting::at_least_one("embedding_bag", "rows", &[self.rows])?;
        setting::at_least_one("embedding_bag", "dim", &[self.dim])?;
        let table = Embedding::from_param(Param::new([self.rows, self.dim], self.init.clone()));
        Ok(Box::new(EmbeddingBag { table, mode: self.mode, padding: self.padding }))
    }
}

//! Contrastive learning in a batch: each example against all the others.

use crate::{
    CrossEntropy, Error, Loss, Result,
    loss::{positive, same_shape},
    pairs::unit_rows,
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// InfoNCE: each query should find its own key among those of the batch (Oord et al. 2018).
///
/// The cross-entropy of cos(query, keys) / temperature, whose right class is the query's number.
///
/// # Shapes
/// Queries and keys `[batch, features]` → `[batch]`.
///
/// # Errors
/// If the shapes differ or the temperature is not a positive number.
///
/// # Examples
/// ```
/// use brand_nn_losses::InfoNce;
/// use brand_nn_tensor::Tensor;
///
/// let (queries, keys) = (Tensor::eye(2).into(), (Tensor::eye(2) * 5.0).into());
/// let each = InfoNce::new(0.1).each(&queries, &keys)?;
/// assert!((each.tensor().get(&[0]) - (-10_f64).exp().ln_1p()).abs() < 1e-6);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "InfoNCE")]
#[derive(Clone, Copy, Debug)]
pub struct InfoNce {
    temperature: f64,
}

impl InfoNce {
    /// The loss at a temperature; 0.07 to 0.5 are usual.
    #[must_use]
    pub fn new(temperature: f64) -> Self {
        Self { temperature }
    }

    /// The loss of every query.
    ///
    /// # Errors
    /// See [`InfoNce`].
    pub fn each(&self, queries: &Var, keys: &Var) -> Result<Var> {
        check("info-nce", self.temperature, queries, keys)?;
        let likeness = unit_rows(queries).matmul(&unit_rows(keys).t()) / self.temperature;
        let own: Vec<_> = (0..queries.tensor().len() as i64).collect();
        CrossEntropy::default().each(&likeness, &own.into())
    }
}

/// NT-Xent, the loss of SimCLR: two views of each example find each other (Chen et al. 2020).
///
/// As [`InfoNce`], but each of the 2n views is a query and all the others are keys.
///
/// # Shapes
/// Both views `[batch, features]` → `[2 · batch]`, the first views before the second ones.
///
/// # Errors
/// If the shapes differ or the temperature is not a positive number.
///
/// # Examples
/// ```
/// use brand_nn_losses::NtXent;
/// use brand_nn_tensor::Tensor;
///
/// let (first, second) = (Tensor::eye(2).into(), Tensor::eye(2).into());
/// let each = NtXent::new(0.5).each(&first, &second)?;
/// let expected = (1.0 + 2.0 * (-2_f64).exp()).ln(); // e² against e², 1 and 1
/// assert!((each.tensor() - expected).abs().max().item() < 1e-6);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "SimCLR")]
#[derive(Clone, Copy, Debug)]
pub struct NtXent {
    temperature: f64,
}

impl NtXent {
    /// The loss at a temperature; 0.5 is the paper's.
    #[must_use]
    pub fn new(temperature: f64) -> Self {
        Self { temperature }
    }

    /// The loss of every view.
    ///
    /// # Errors
    /// See [`NtXent`].
    pub fn each(&self, first: &Var, second: &Var) -> Result<Var> {
        check("nt-xent", self.temperature, first, second)?;
        let n = first.tensor().len();
        let views = unit_rows(&Var::concat(&[first.clone(), second.clone()], 0)); // [2n, features]
        let likeness = views.matmul(&views.t()) / self.temperature;
        // No view is its own key; e^−1e9 is nothing beside the least likeness.
        let own = Tensor::eye(2 * n).equal_to(1.0);
        let likeness = likeness.masked_fill(&own, -1e9);
        let others: Vec<_> = (0..2 * n).map(|i| ((i + n) % (2 * n)) as i64).collect();
        CrossEntropy::default().each(&likeness, &others.into())
    }
}

fn check(loss: &'static str, temperature: f64, a: &Var, b: &Var) -> Result<()> {
    positive((loss, "temperature"), temperature)?;
    same_shape(loss, a, b)?;
    if a.ndim() == 2 {
        return Ok(());
    }
    Err(Error::Target {
        loss,
        target: b.shape().clone(),
        prediction: a.shape().clone(),
        help: "embeddings are [batch, features]",
    })
}

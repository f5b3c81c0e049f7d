//! Losses of two or three embeddings: near what belongs together, far from the rest.

use crate::{
    Error, Result,
    loss::{check_targets, not_negative, same_shape},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// Cosine embedding loss: 1 − cos(a, b) for pairs, max(0, cos(a, b) − margin) for others.
///
/// # Shapes
/// a and b `[batch, features]`, targets 1 or −1 `[batch]` → `[batch]`.
///
/// # Errors
/// If the shapes do not belong together, a target is not 1 or −1, or the margin is below 0.
///
/// # Examples
/// ```
/// use brand_nn_losses::CosineEmbedding;
/// use brand_nn_tensor::Tensor;
///
/// let a = Tensor::from([[1.0, 0.0], [1.0, 0.0]]).into();
/// let b = Tensor::from([[0.0, 2.0], [3.0, 0.0]]).into();
/// let each = CosineEmbedding::default().each(&a, &b, &Tensor::from([1.0, -1.0]))?;
/// assert!((each.tensor() - 1.0).abs().max().item() < 1e-6);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "CosineEmbeddingLoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct CosineEmbedding {
    margin: f64,
}

impl CosineEmbedding {
    /// The likeness that others may have; 0 by default.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Self { margin }
    }

    /// The loss of every pair.
    ///
    /// # Errors
    /// See [`CosineEmbedding`].
    pub fn each(&self, a: &Var, b: &Var, target: &Tensor) -> Result<Var> {
        not_negative(("cosine embedding", "margin"), self.margin)?;
        let pairs = labels("cosine embedding", a, b, target, -1.0)?;
        let cosine = (unit_rows(a) * unit_rows(b)).sum_axis(-1);
        Ok(Var::where_(&pairs, &(1.0 - &cosine), &(cosine - self.margin).relu()))
    }
}

/// Contrastive loss: d² for pairs, max(0, margin − d)² for others (Hadsell et al. 2006).
///
/// d = ‖a − b + 10⁻⁶‖, so that equal embeddings have a slope too.
///
/// # Shapes
/// a and b `[batch, features]`, targets 1 or 0 `[batch]` → `[batch]`.
///
/// # Errors
/// If the shapes do not belong together, a target is not 0 or 1, or the margin is below 0.
///
/// # Examples
/// ```
/// use brand_nn_losses::Contrastive;
/// use brand_nn_tensor::Tensor;
///
/// let a = Tensor::from([[3.0, 0.0], [3.0, 0.0]]).into();
/// let b = Tensor::from([[0.0, 4.0], [0.0, 4.0]]).into();
/// let each = Contrastive::default().margin(6.0).each(&a, &b, &Tensor::from([1.0, 0.0]))?;
/// assert!((each.tensor() - Tensor::from([25.0, 1.0])).abs().max().item() < 1e-4);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Contrastive {
    margin: f64,
}

impl Default for Contrastive {
    fn default() -> Self {
        Self { margin: 1.0 }
    }
}

impl Contrastive {
    /// How far apart others should be; 1 by default.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Self { margin }
    }

    /// The loss of every pair.
    ///
    /// # Errors
    /// See [`Contrastive`].
    pub fn each(&self, a: &Var, b: &Var, target: &Tensor) -> Result<Var> {
        not_negative(("contrastive", "margin"), self.margin)?;
        let pairs = labels("contrastive", a, b, target, 0.0)?;
        let distance = distance(a, b);
        let apart = (self.margin - &distance).relu().square();
        Ok(Var::where_(&pairs, &distance.square(), &apart))
    }
}

/// Triplet loss max(0, ‖a − p‖ − ‖a − n‖ + margin): nearer to its like than to another.
///
/// Distances are ‖x − y + 10⁻⁶‖, as in PyTorch. Schroff et al. 2015.
///
/// # Shapes
/// Anchor, positive and negative `[batch, features]` → `[batch]`.
///
/// # Errors
/// If the shapes differ, or the margin is below 0.
///
/// # Examples
/// ```
/// use brand_nn_losses::Triplet;
/// use brand_nn_tensor::Tensor;
///
/// let [a, p, n] = [[0.0, 0.0], [0.0, 2.0], [1.0, 0.0]].map(|x| Tensor::from([x]).into());
/// let each = Triplet::default().each(&a, &p, &n)?;
/// assert!((each.item() - 2.0).abs() < 1e-5); // 2 − 1 + 1
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "TripletMarginLoss")]
#[derive(Clone, Copy, Debug)]
pub struct Triplet {
    margin: f64,
}

impl Default for Triplet {
    fn default() -> Self {
        Self { margin: 1.0 }
    }
}

impl Triplet {
    /// How much nearer the like should be; 1 by default.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Self { margin }
    }

    /// The loss of every triplet.
    ///
    /// # Errors
    /// See [`Triplet`].
    pub fn each(&self, anchor: &Var, positive: &Var, negative: &Var) -> Result<Var> {
        not_negative(("triplet", "margin"), self.margin)?;
        same_shape("triplet", anchor, positive)?;
        same_shape("triplet", anchor, negative)?;
        let missing = distance(anchor, positive) - distance(anchor, negative) + self.margin;
        Ok(missing.relu())
    }
}

/// Where the target says that two embeddings belong together; elsewhere it must be `other`.
fn labels(loss: &'static str, a: &Var, b: &Var, target: &Tensor, other: f64) -> Result<Tensor> {
    same_shape(loss, a, b)?;
    let examples = a.shape().split_last().map(|(_, examples)| examples);
    if examples != Some(&target.shape()[..]) {
        return Err(Error::Target {
            loss,
            target: target.shape().clone(),
            prediction: a.shape().clone(),
            help: "give one target for each pair",
        });
    }
    let pairs = target.equal_to(1.0);
    let expected = if other == 0.0 { "1 or 0" } else { "1 or -1" };
    let words = (expected, "1 says that both belong together");
    check_targets(loss, target, &pairs.or(&target.equal_to(other)), words)?;
    Ok(pairs)
}

/// ‖a − b + 10⁻⁶‖ along the last axis.
fn distance(a: &Var, b: &Var) -> Var {
    (a - b + 1e-6).square().sum_axis(-1).sqrt()
}

/// Rows of length one, or below it for rows of length near zero.
pub(crate) fn unit_rows(x: &Var) -> Var {
    x * (x.square().sum_axes(&[-1], true) + 1e-12).rsqrt()
}

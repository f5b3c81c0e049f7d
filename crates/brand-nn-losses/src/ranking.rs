//! Learning to rank: what is more relevant should score higher.

use crate::{
    Error, Loss, Result,
    loss::{check_targets, not_negative, same_shape},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;

/// Margin ranking loss max(0, −t (a − b) + margin): a above b where t is 1, below where it is −1.
///
/// # Shapes
/// Scores a and b and targets 1 or −1 of one shape, which the loss has too.
///
/// # Errors
/// If the shapes differ, a target is not 1 or −1, or the margin is below 0.
///
/// # Examples
/// ```
/// use brand_nn_losses::MarginRanking;
/// use brand_nn_tensor::Tensor;
///
/// let (a, b) = (Tensor::from([2.0, 2.0]).into(), Tensor::from([1.0, 1.0]).into());
/// let each = MarginRanking::default().margin(0.5).each(&a, &b, &Tensor::from([1.0, -1.0]))?;
/// assert_eq!(each.tensor(), &Tensor::from([0.0, 1.5]));
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "MarginRankingLoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct MarginRanking {
    margin: f64,
}

impl MarginRanking {
    /// How far the scores should be apart; 0 by default.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Self { margin }
    }

    /// The loss of every pair.
    ///
    /// # Errors
    /// See [`MarginRanking`].
    pub fn each(&self, a: &Var, b: &Var, target: &Tensor) -> Result<Var> {
        not_negative(("margin ranking", "margin"), self.margin)?;
        same_shape("margin ranking", a, b)?;
        let target = crate::loss::aligned("margin ranking", a, target)?;
        let words = ("1 or -1", "1 says that the first scores higher");
        check_targets("margin ranking", &target, &target.abs().equal_to(1.0), words)?;
        Ok(((b - a) * target + self.margin).relu())
    }
}

/// Bayesian personalised ranking: what was chosen above what was not (Rendle et al. 2009).
///
/// −log σ(positive − negative).
///
/// # Shapes
/// Scores of one shape, which the loss has too.
///
/// # Errors
/// If the shapes differ.
///
/// # Examples
/// ```
/// use brand_nn_losses::Bpr;
/// use brand_nn_tensor::Tensor;
///
/// let each = Bpr.each(&Tensor::from([3.0]).into(), &Tensor::from([3.0]).into())?;
/// assert!((each.item() - 2_f64.ln()).abs() < 1e-12);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "BPR")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Bpr;

impl Bpr {
    /// The loss of every pair of scores.
    ///
    /// # Errors
    /// If the shapes differ.
    pub fn each(&self, positive: &Var, negative: &Var) -> Result<Var> {
        same_shape("bpr", positive, negative)?;
        Ok((negative - positive).softplus())
    }
}

/// Pairwise logistic ranking, RankNet (Burges et al. 2005).
///
/// The mean of log(1 + e^(xⱼ − xᵢ)) over all pairs of a list with tᵢ > tⱼ; 0 without such a pair.
///
/// # Shapes
/// Scores and relevances `[…, items]`; the loss of each list is `[…]`.
///
/// # Errors
/// If the shapes differ.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, RankNet};
/// use brand_nn_tensor::Tensor;
///
/// let scores = Tensor::from([[1.0, 1.0, 1e4]]).into();
/// let loss = RankNet.loss(&scores, &Tensor::from([[0.0, 1.0, 1.0]]))?;
/// assert!((loss.item() - 2_f64.ln() / 2.0).abs() < 1e-12); // one of two pairs is undecided
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RankNet;

impl Loss for RankNet {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let target = lists("ranknet", output, target)?;
        let above = target.unsqueeze(-1).greater(&target.unsqueeze(-2)); // [lists, i, j]
        let pairs = (output.unsqueeze(-2) - output.unsqueeze(-1)).softplus().masked(&above);
        let counts = above.to(output.dtype()).sum_axes(&[-2, -1], false);
        Ok(pairs.sum_axes(&[-2, -1], false) / counts.clamp(1.0, f64::INFINITY))
    }
}

/// Listwise ranking by the chance to be first, ListNet (Cao et al. 2007).
///
/// −Σ softmax(t) log softmax(x) over the items of a list. Shapes and errors as [`RankNet`].
///
/// # Examples
/// ```
/// use brand_nn_losses::{ListNet, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let scores = Tensor::from([[0.0, 0.0, 0.0]]).into();
/// let loss = ListNet.loss(&scores, &Tensor::from([[2.0, 0.0, 1.0]]))?;
/// assert!((loss.item() - 3_f64.ln()).abs() < 1e-12);
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ListNet;

impl Loss for ListNet {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let target = lists("listnet", output, target)?;
        Ok(-(output.log_softmax(-1) * target.softmax(-1)).sum_axis(-1))
    }
}

/// Listwise ranking by the likelihood of the right order, ListMLE (Xia et al. 2008).
///
/// Σ log Σ_{j ≥ i} e^xⱼ − xᵢ, with the items by falling relevance; ties stay in the list's order.
/// Shapes and errors as [`RankNet`].
///
/// # Examples
/// ```
/// use brand_nn_losses::{ListMle, Loss};
/// use brand_nn_tensor::Tensor;
///
/// let scores = Tensor::from([[0.0, 0.0, 0.0]]).into();
/// let loss = ListMle.loss(&scores, &Tensor::from([[2.0, 0.0, 1.0]]))?;
/// assert!((loss.item() - 6_f64.ln()).abs() < 1e-12); // one order of six
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "ListMLE")]
#[derive(Clone, Copy, Debug, Default)]
pub struct ListMle;

impl Loss for ListMle {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let target = lists("listmle", output, target)?;
        let (_, order) = target.sort(-1, true);
        let sorted = output.gather(-1, &order);
        let items = sorted.tensor().dim(-1);
        // Row i of [lists, i, j] keeps the items from i on; e^−1e9 is nothing.
        let row = Tensor::arange(items);
        let before = row.unsqueeze(0).less(&row.unsqueeze(1));
        let left = sorted
            .unsqueeze(-2)
            .expand([&sorted.shape()[..sorted.ndim() - 1], &[items, items]].concat());
        let chances = left.masked_fill(&before, -1e9).logsumexp(-1);
        Ok((chances - sorted).sum_axis(-1))
    }
}

/// The relevances, if they are lists of the scores' shape.
fn lists(loss: &'static str, output: &Var, target: &Tensor) -> Result<Tensor> {
    if target.shape() != output.shape() || output.ndim() == 0 {
        return Err(Error::Target {
            loss,
            target: target.shape().clone(),
            prediction: output.shape().clone(),
            help: "scores and relevances are lists of one shape, [lists, items]",
        });
    }
    Ok(target.to(output.dtype()))
}

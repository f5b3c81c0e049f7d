//! Counts and amounts whose spread grows with their mean: Poisson and Tweedie.

use crate::{
    Error, Loss, Result,
    loss::{aligned, check_targets, positive, tangent_exp},
};
use brand_nn_autodiff::Var;
use brand_nn_tensor::Tensor;
use std::f64::consts::PI;

/// Negative log-likelihood of counts, of the logarithm x of a Poisson's mean: eˣ − t x.
///
/// Beyond x = 50, eˣ goes on as its tangent, so that the loss is finite for x of 10,000.
///
/// # Errors
/// If a target is below 0, ε is not positive, or the shapes do not belong together.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, PoissonNll};
/// use brand_nn_tensor::Tensor;
///
/// let loss = PoissonNll::default().loss(&Tensor::from([0.0]).into(), &Tensor::from([7.0]))?;
/// assert_eq!(loss.item(), 1.0); // e⁰ − 7 · 0
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[doc(alias = "PoissonNLLLoss")]
#[derive(Clone, Copy, Debug, Default)]
pub struct PoissonNll {
    of_means: bool,
    full: bool,
}

impl PoissonNll {
    /// Takes the means y themselves: y − t log(y + 1e-8).
    #[must_use]
    pub fn of_means(self) -> Self {
        Self { of_means: true, ..self }
    }

    /// Adds log t! by Stirling's formula where t > 1, which the output does not change.
    #[must_use]
    pub fn full(self) -> Self {
        Self { full: true, ..self }
    }
}

impl Loss for PoissonNll {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let target = aligned("poisson", output, target)?;
        let words = ("a count of at least 0", "a Poisson's values are counts");
        check_targets("poisson", &target, &target.at_least(0.0), words)?;
        let each = if self.of_means {
            output - (output.clamp(0.0, f64::INFINITY) + 1e-8).log() * &target
        } else {
            tangent_exp(output) - output * &target
        };
        Ok(if self.full { each + stirling(&target) } else { each })
    }
}

/// t log t − t + log(2πt) / 2 where t > 1, else 0.
fn stirling(target: &Tensor) -> Tensor {
    let t = target.clamp(1.0, f64::INFINITY);
    (&t * t.log() - &t + (&t * (2.0 * PI)).log() * 0.5).masked(&target.greater_than(1.0))
}

/// Negative log-likelihood of amounts that are often zero, of the logarithm x of their mean.
///
/// A Tweedie distribution with variance φ μᵖ, 1 < p < 2, such as spend per customer:
/// e^((2 − p) x) / (2 − p) − t e^((1 − p) x) / (1 − p). Beyond an exponent of 50, e goes on as its
/// tangent. Jørgensen 1987.
///
/// # Errors
/// If p is not between 1 and 2, a target is below 0, or the shapes do not belong together.
///
/// # Examples
/// ```
/// use brand_nn_losses::{Loss, Tweedie};
/// use brand_nn_tensor::Tensor;
///
/// let loss = Tweedie::new(1.5).loss(&Tensor::from([0.0]).into(), &Tensor::from([3.0]))?;
/// assert_eq!(loss.item(), 8.0); // 1 / ½ + 3 / ½
/// # Ok::<(), brand_nn_losses::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tweedie {
    power: f64,
}

impl Tweedie {
    /// The loss for a power p between 1 (counts) and 2 (amounts that are never zero).
    #[must_use]
    pub fn new(power: f64) -> Self {
        Self { power }
    }
}

impl Loss for Tweedie {
    fn each(&self, output: &Var, target: &Tensor) -> Result<Var> {
        let p = self.power;
        positive(("tweedie", "power"), p)?;
        if p <= 1.0 || p >= 2.0 {
            return Err(Error::Value {
                loss: "tweedie",
                what: "power",
                got: p.to_string(),
                expected: "a number between 1 and 2",
                help: "use 1.5, or the Poisson loss for counts",
            });
        }
        let target = aligned("tweedie", output, target)?;
        let words = ("a number of at least 0", "use mse for targets below 0");
        check_targets("tweedie", &target, &target.at_least(0.0), words)?;
        let level = tangent_exp(&(output * (2.0 - p))) / (2.0 - p);
        Ok(level + tangent_exp(&(output * (1.0 - p))) * target / (p - 1.0))
    }
}

/// The mean Poisson loss of logarithms; see [`PoissonNll`].
///
/// # Errors
/// As [`PoissonNll`].
pub fn poisson_nll(log_mean: &Var, target: &Tensor) -> Result<Var> {
    PoissonNll::default().loss(log_mean, target)
}

//! Numbers changed at random: noise, and mixtures of two examples.

use crate::{Error, Examples, Result};
use brand_nn_stats::special::beta_i_inverse;
use brand_nn_tensor::{Rng, Tensor};

/// Adds normal noise of this standard deviation to every number of the inputs.
///
/// # Errors
/// The change refuses a deviation that is negative or not finite.
///
/// # Examples
/// ```
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::{Examples, noise};
///
/// let (input, target) = (Tensor::zeros([10_000]), Tensor::zeros([10_000]));
/// let examples = noise(2.0)(Examples { input, target, weights: None }, &mut Rng::new(1))?;
/// assert!((examples.input.std().item() - 2.0).abs() < 0.05);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn noise(deviation: f64) -> impl Fn(Examples<Tensor>, &mut Rng) -> Result<Examples<Tensor>> {
    move |examples, rng| {
        if !deviation.is_finite() || deviation < 0.0 {
            return Err(refused("noise", deviation, "a number of at least 0"));
        }
        let added = Tensor::normal(examples.input.shape(), 0.0, deviation, rng);
        Ok(Examples { input: &examples.input + added.to(examples.input.dtype()), ..examples })
    }
}

/// Mixes every example with another of its batch: λ x + (1 − λ) x', targets and weights too.
///
/// λ is drawn once a batch, from Beta(strength, strength); 0.2 is usual (Zhang et al. 2018).
/// Targets must be numbers or probabilities: classes as integers are refused.
///
/// # Errors
/// The change refuses a strength that is not above 0, and inputs or targets that are not floats.
///
/// # Examples
/// ```
/// use brand_nn_tensor::{Rng, Tensor};
/// use brand_nn_train::{Examples, mixup};
///
/// let x = Tensor::from([1.0_f32, 2.0, 3.0, 4.0]);
/// let examples = Examples { input: x.clone(), target: &x * 2.0, weights: None };
/// let mixed = mixup(0.2)(examples, &mut Rng::new(3))?;
/// assert!((&mixed.input * 2.0 - &mixed.target).abs().max().item() < 1e-6);
/// assert!((mixed.input.mean().item() - 2.5).abs() < 1e-6);
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
pub fn mixup(strength: f64) -> impl Fn(Examples<Tensor>, &mut Rng) -> Result<Examples<Tensor>> {
    move |Examples { input, target, weights }, rng| {
        if !strength.is_finite() || strength <= 0.0 {
            return Err(refused("mixup", strength, "a number above 0"));
        }
        if !input.dtype().is_float() || !target.dtype().is_float() {
            return Err(Error::Data {
                what: "mixup",
                got: format!("inputs of {} and targets of {}", input.dtype(), target.dtype()),
                expected: "floats",
                help: "write classes as rows of probabilities with one_hot",
            });
        }
        let share = beta_i_inverse(strength, strength, Tensor::rand([1], rng).item());
        let other = Tensor::permutation(target.len(), rng);
        let mix = |x: Tensor| -> Result<Tensor> {
            Ok(&x * share + x.index_select(0, &other)? * (1.0 - share))
        };
        let weights = weights.map(&mix).transpose()?;
        Ok(Examples { input: mix(input)?, target: mix(target)?, weights })
    }
}

fn refused(setting: &'static str, got: f64, expected: &'static str) -> Error {
    let help = "0.1 and 0.2 are usual";
    Error::Setting { setting, got: got.to_string(), expected, help }
}

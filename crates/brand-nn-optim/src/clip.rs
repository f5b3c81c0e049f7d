//! Clipping by the size of the weights.

use crate::{Range, Result, Setting, constraint::row_norms};
use brand_nn_autodiff::{Gradient, Gradients, ParamSet, Params};
use brand_nn_tensor::Tensor;

/// The size that a weight's row is taken to have at least.
const LEAST: f64 = 1e-3;

/// Shortens each row of the gradients to a share of the length of the weight's row.
///
/// Where ‖g‖ > limit · max(‖w‖, 0.001), the row is scaled to that length; a row is all axes but the
/// first, and a vector is one row. Brock et al. 2021, who use 0.01 for networks without
/// normalisation. Clipping by value and by norm are methods of [`Gradients`].
///
/// # Errors
/// If the limit is not a positive number, or a parameter with a gradient has no value.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params};
/// use brand_nn_optim::clip_adaptive;
///
/// let w = Param::new([2], Init::Constant(3.0)).init(0)?;
/// let gradients = (w.var(true)? * 100.0).sum().backward()?;
/// let clipped = clip_adaptive(gradients, &w, 0.5)?;
/// assert!((clipped.get(&w).unwrap() - 1.5).abs().max().item() < 1e-6);
/// # Ok::<(), brand_nn_optim::Error>(())
/// ```
#[doc(alias = "AGC")]
pub fn clip_adaptive(
    mut gradients: Gradients,
    model: &dyn Params,
    limit: f64,
) -> Result<Gradients> {
    Setting::new("limit", limit, Range::Positive).check("clip_adaptive")?;
    let set = ParamSet::all(model)?;
    let mut clipped = Vec::new();
    for param in set.iter() {
        if let Some(gradient) = gradients.remove(param) {
            let gradient = shortened(&gradient.to_dense(), &param.value()?, limit);
            clipped.push((param, Gradient::Dense(gradient)));
        }
    }
    gradients += Gradients::from_iter(clipped);
    Ok(gradients)
}

fn shortened(gradient: &Tensor, weight: &Tensor, limit: f64) -> Tensor {
    let most = row_norms(weight).clamp(LEAST, f64::INFINITY) * limit;
    let norms = row_norms(gradient);
    let factor = &most / norms.clamp(1e-6, f64::INFINITY);
    gradient * Tensor::where_(&norms.greater(&most), &factor, &Tensor::ones_like(&norms))
}

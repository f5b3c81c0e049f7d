//! How a parameter's first values are drawn.

use brand_nn_tensor::{Rng, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// How a parameter's first values are drawn.
///
/// For a weight of shape `[out, in, …]` the fans are `fan_in = in · rest` and
/// `fan_out = out · rest`; for a vector both are its length.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Init;
/// use brand_nn_tensor::Rng;
///
/// let bias = Init::Blocks(vec![Init::Zeros, Init::Ones]).draw(&[4].into(), &mut Rng::new(0));
/// assert_eq!(bias.to_vec::<f32>(), [0.0, 0.0, 1.0, 1.0]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Init {
    /// All zero.
    Zeros,
    /// All one.
    Ones,
    /// All the same number.
    Constant(f64),
    /// Uniform in `low..high`.
    Uniform(f64, f64),
    /// Normal around zero with this standard deviation.
    Normal(f64),
    /// Normal around zero, redrawn beyond two standard deviations.
    TruncatedNormal(f64),
    /// Uniform within `±√(6 / (fan_in + fan_out))` (Glorot and Bengio 2010).
    GlorotUniform,
    /// Truncated normal with variance `2 / (fan_in + fan_out)`.
    GlorotNormal,
    /// Uniform within `±√(6 / fan_in)`, for layers followed by ReLU (He and others 2015).
    HeUniform,
    /// Truncated normal with variance `2 / fan_in`.
    HeNormal,
    /// Uniform within `±1 / √fan_in`: what PyTorch gives its linear layers.
    FanIn,
    /// A random matrix whose rows or columns, whichever are fewer, are orthonormal.
    Orthogonal,
    /// The first axis cut into equal blocks, each drawn in its own way.
    Blocks(Vec<Init>),
    /// As the other, but one position of the first axis is all zero.
    ZeroRow(usize, Box<Init>),
}

impl Init {
    /// Draws values of `shape`, in f32.
    #[must_use]
    pub fn draw(&self, shape: &Shape, rng: &mut Rng) -> Tensor {
        let (fan_in, fan_out) = fans(shape);
        match self {
            Self::Zeros => Tensor::zeros(shape),
            Self::Ones => Tensor::ones(shape),
            Self::Constant(value) => Tensor::full(shape, *value),
            Self::Uniform(low, high) => Tensor::uniform(shape, *low, *high, rng),
            Self::Normal(deviation) => Tensor::normal(shape, 0.0, *deviation, rng),
            Self::TruncatedNormal(deviation) => truncated(shape, *deviation, rng),
            Self::GlorotUniform => within(shape, (6.0 / (fan_in + fan_out)).sqrt(), rng),
            Self::GlorotNormal => truncated(shape, (2.0 / (fan_in + fan_out)).sqrt() / CUT, rng),
            Self::HeUniform => within(shape, (6.0 / fan_in).sqrt(), rng),
            Self::HeNormal => truncated(shape, (2.0 / fan_in).sqrt() / CUT, rng),
            Self::FanIn => within(shape, fan_in.sqrt().recip(), rng),
            Self::Orthogonal => orthogonal(shape, rng),
            Self::Blocks(blocks) => draw_blocks(blocks, shape, rng),
            Self::ZeroRow(row, init) => without_row(*row, &init.draw(shape, rng)),
        }
    }
}

/// The standard deviation of a standard normal cut off at ±2.
const CUT: f64 = 0.879_625_661_034_239_8;

fn fans(shape: &Shape) -> (f64, f64) {
    match shape[..] {
        [] => (1.0, 1.0),
        [len] => (len.max(1) as f64, len.max(1) as f64),
        [fan_out, fan_in, ref rest @ ..] => {
            let rest = rest.iter().product::<usize>();
            ((fan_in * rest).max(1) as f64, (fan_out * rest).max(1) as f64)
        }
    }
}

fn within(shape: &Shape, bound: f64, rng: &mut Rng) -> Tensor {
    Tensor::uniform(shape, -bound, bound, rng)
}

fn truncated(shape: &Shape, deviation: f64, rng: &mut Rng) -> Tensor {
    Tensor::truncated_normal(shape, 0.0, deviation, rng)
}

fn draw_blocks(blocks: &[Init], shape: &Shape, rng: &mut Rng) -> Tensor {
    let mut dims = shape.to_vec();
    assert!(
        !blocks.is_empty() && !dims.is_empty() && dims[0].is_multiple_of(blocks.len()),
        "initial values in {} blocks: the first axis of {shape} must be a multiple of that",
        blocks.len(),
    );
    dims[0] /= blocks.len();
    let part = Shape::from(dims);
    Tensor::concat(&blocks.iter().map(|block| block.draw(&part, rng)).collect::<Vec<_>>(), 0)
}

/// The same values with zeros at one position of the first axis, if it has that position.
fn without_row(row: usize, values: &Tensor) -> Tensor {
    let Some(&rows) = values.shape().first() else { return values.clone() };
    let mut column = vec![1; values.ndim()];
    column[0] = rows;
    values.masked_fill(&Tensor::arange(rows).equal_to(row as f64).reshape(column), 0.0)
}

/// Orthonormalises normal draws, in f64, by the modified Gram–Schmidt process run twice.
fn orthogonal(shape: &Shape, rng: &mut Rng) -> Tensor {
    let outer = shape.first().copied().unwrap_or(1);
    let inner = shape.iter().skip(1).product::<usize>();
    let (short, long) = (outer.min(inner), outer.max(inner));
    let mut rows = Vec::with_capacity(short);
    while rows.len() < short {
        let draw = Tensor::randn([long], rng).to_vec::<f32>();
        let mut row: Vec<f64> = draw.into_iter().map(f64::from).collect();
        remove_projections(&mut row, &rows);
        remove_projections(&mut row, &rows);
        let norm = dot(&row, &row).sqrt();
        if norm > 1e-6 {
            row.iter_mut().for_each(|x| *x /= norm);
            rows.push(row);
        }
    }
    let values: Vec<f32> = rows.into_iter().flatten().map(|x| x as f32).collect();
    let matrix = Tensor::from(values).reshape([short, long]);
    let matrix = if outer == short { matrix } else { matrix.t() };
    matrix.reshape(shape)
}

fn remove_projections(row: &mut [f64], basis: &[Vec<f64>]) {
    for unit in basis {
        let share = dot(row, unit);
        row.iter_mut().zip(unit).for_each(|(x, u)| *x -= share * u);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest, the largest and the standard deviation of 40,000 draws.
    #[track_caller]
    fn check(init: &Init, low: f64, high: f64, deviation: f64) {
        let values = init.draw(&[100, 400].into(), &mut Rng::new(7));
        let (min, max, std) = (values.min().item(), values.max().item(), values.std().item());
        assert!(min >= low && max <= high, "{init:?}: {min} … {max}");
        assert!((std - deviation).abs() <= 0.02 * deviation, "{init:?}: {std}");
    }

    #[test]
    fn draws_have_the_range_and_spread_of_their_formula() {
        let infinite = f64::INFINITY;
        check(&Init::Uniform(-0.05, 0.05), -0.05, 0.05, 0.1 / 12_f64.sqrt());
        check(&Init::Normal(2.0), -infinite, infinite, 2.0);
        check(&Init::TruncatedNormal(1.0), -2.0, 2.0, CUT);
        let glorot = (6.0 / 500_f64).sqrt() + 1e-6;
        check(&Init::GlorotUniform, -glorot, glorot, (2.0 / 500_f64).sqrt());
        check(&Init::GlorotNormal, -0.15, 0.15, (2.0 / 500_f64).sqrt());
        check(&Init::HeUniform, -0.13, 0.13, (2.0 / 400_f64).sqrt());
        check(&Init::HeNormal, -0.17, 0.17, (2.0 / 400_f64).sqrt());
        check(&Init::FanIn, -0.051, 0.051, 0.05 / 3_f64.sqrt());
        check(&Init::Orthogonal, -1.0, 1.0, 400_f64.sqrt().recip());
    }

    #[test]
    fn a_row_of_zeros_changes_no_other() {
        let holed = Init::ZeroRow(1, Box::new(Init::Ones)).draw(&[3, 2].into(), &mut Rng::new(1));
        assert_eq!(holed, Tensor::from([[1.0_f32, 1.0], [0.0, 0.0], [1.0, 1.0]]));
        let scalar = Init::ZeroRow(0, Box::new(Init::Ones)).draw(&().into(), &mut Rng::new(1));
        assert_eq!(scalar.item(), 1.0);
    }

    #[test]
    fn orthogonal_rows_or_columns_are_orthonormal() {
        for shape in [[3, 7], [7, 3], [4, 4]] {
            let q = Init::Orthogonal.draw(&shape.into(), &mut Rng::new(1));
            let q = if shape[0] <= shape[1] { q } else { q.t() };
            let distance = (q.matmul(&q.t()) - Tensor::eye(q.len())).abs().max().item();
            assert!(distance < 1e-6, "{shape:?}: {distance}");
        }
    }
}

//! Rotary embedding: queries and keys turned by the angle of their position.

use super::table::Table;
use crate::{
    Layer, Pass, Result,
    door::floats,
    recipe::needs_axes,
    setting::{Range, Setting, out_of_range},
};
use brand_nn_autodiff::{self as autodiff, Pairs, Params, Var, Visitor};
use brand_nn_tensor::{Shape, Tensor};

const PLACE: &str = "rotary_embedding";

/// Turns pairs of numbers by the angles of their position (Su and others 2021).
///
/// Pair i of position p is turned by p / base^(2 i / dim). The product of two vectors that were
/// turned so depends on their distance alone. [`MultiHeadAttention::rotary`] turns its queries and
/// keys; as a [`Layer`] it turns the steps that it is given.
///
/// Numbers beyond the first `dim` of a vector stay, as in GPT-J and GPT-NeoX. Pairs are the two
/// halves as in LLaMA's published files; the paper and GPT-J pair [neighbours](Pairs::Neighbours).
///
/// # Shapes
/// `[batch, …, time, numbers]`, which stays; numbers are `dim` or more.
///
/// # Errors
/// If there are too few numbers; `init`, `build` and `load` refuse an odd dim or one of zero, and a
/// base that is not above 0.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Call, Pass, RotaryEmbedding};
/// use brand_nn_tensor::Tensor;
///
/// let x = Tensor::from([[[1.0_f32, 0.0], [1.0, 0.0]]]);
/// let y = RotaryEmbedding::new(2).call(x, &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[[1.0_f32, 0.0], [1_f32.cos(), 1_f32.sin()]]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
///
/// [`MultiHeadAttention::rotary`]: crate::MultiHeadAttention::rotary
#[doc(alias = "RoPE")]
#[derive(Debug)]
pub struct RotaryEmbedding {
    dim: usize,
    base: Setting,
    pairs: Pairs,
    turns: Table,
}

impl RotaryEmbedding {
    /// Makes it for the first `dim` numbers of vectors; base 10 000, pairs of halves.
    #[must_use]
    pub fn new(dim: usize) -> Self {
        let base = Setting::new(PLACE, "base", Range::Positive, 10_000.0);
        Self { dim, base, pairs: Pairs::Halves, turns: Table::default() }
    }

    /// Sets the longest wavelength over 2π; 10 000 by default, LLaMA 3 has 500 000.
    #[must_use]
    #[doc(alias = "theta")]
    #[doc(alias = "max_wavelength")]
    pub fn base(self, base: f64) -> Self {
        Self { base: self.base.with(base), turns: Table::default(), ..self }
    }

    /// Sets which numbers make a pair; the halves by default.
    #[must_use]
    pub fn pairs(self, pairs: Pairs) -> Self {
        Self { pairs, ..self }
    }

    /// How many numbers of a vector are turned.
    pub(crate) fn dim(&self) -> usize {
        self.dim
    }

    /// Turns the steps along `axis`, the first of which stands at position 0.
    ///
    /// The last axis must have `dim` numbers or more, and settings must have been checked.
    pub(crate) fn turn(&self, x: &Var, axis: isize) -> Var {
        let positions = x.tensor().dim(axis);
        let turns = self.turns.rows(positions, x.dtype(), |count| {
            Tensor::rotary_turns(0..count, self.dim, self.base.value, x.dtype())
        });
        let rest = x.tensor().dim(-1) - self.dim;
        if rest == 0 {
            return x.rotary(axis, &turns, self.pairs);
        }
        let parts = x.split(-1, &[self.dim, rest]);
        Var::concat(&[parts[0].rotary(axis, &turns, self.pairs), parts[1].clone()], -1)
    }
}

impl Params for RotaryEmbedding {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn check(&self) -> autodiff::Result<()> {
        self.base.check()?;
        if self.dim > 0 && self.dim.is_multiple_of(2) {
            return Ok(());
        }
        let help = "numbers are turned in pairs";
        Err(out_of_range(PLACE, "dim", self.dim.to_string(), "an even number, at least 2", help))
    }
}

impl Layer for RotaryEmbedding {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        self.check()?;
        if input.ndim() < 3 {
            return Err(needs_axes(PLACE, input.shape(), "[batch, …, time, numbers]"));
        }
        self.output_shape(&input.shape()[1..].into())?;
        floats(PLACE, &input)?;
        Ok(self.turn(&input, -2))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        match input[..] {
            [.., _, numbers] if numbers >= self.dim => Ok(input.clone()),
            _ => {
                let axes = format!("[…, time, {} numbers or more] an example", self.dim);
                Err(needs_axes(PLACE, input, &axes))
            }
        }
    }
}

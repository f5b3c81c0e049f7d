//! An update of low rank that hangs on a weight: few numbers to train where the weight has many.

use crate::{Error, Init, Param, Result, Var};
use brand_nn_tensor::{Shape, Tensor};

/// An update of low rank of a weight, W + scale · B A (Hu and others 2022, "LoRA").
///
/// It hangs on a [`Param`] by [`Param::adapt`]: whoever reads the weight gets the sum, and linear maps
/// compute x Wᵀ + scale · (x Aᵀ) Bᵀ, which never makes a matrix of the weight's size. A is drawn and
/// B begins with zeros, so that nothing changes before the first step.
///
/// # Shapes
/// `a` is `[rank, ins]`, `b` is `[outs, rank]`, for a weight `[outs, ins]`, or `[ins, outs]` if it
/// stands the other way round.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, LowRank, Param, Params};
/// use brand_nn_tensor::Tensor;
/// use std::sync::Arc;
///
/// let weight = Param::new([3, 2], Init::Ones).init(1)?;
/// weight.freeze();
/// let update = Arc::new(LowRank::new([3, 2], 1, 0.5));
/// weight.adapt(update.clone())?;
/// assert_eq!(weight.params("*")?.len(), 3); // the weight, A and B
/// update.a.set(Tensor::from([[1.0_f32, 2.0]]))?;
/// update.b.set(Tensor::from([[1.0_f32], [0.0], [2.0]]))?;
/// assert_eq!(weight.var(false)?.tensor(), &Tensor::from([[1.5_f32, 2.0], [1.0, 1.0], [2.0, 3.0]]));
/// # Ok::<(), brand_nn_autodiff::Error>(())
/// ```
#[doc(alias = "LoRA")]
#[derive(Debug)]
pub struct LowRank {
    /// `[rank, ins]`, drawn as PyTorch draws linear maps.
    pub a: Param,
    /// `[outs, rank]`, zeros at the start.
    pub b: Param,
    scale: f64,
    transposed: bool,
}

impl LowRank {
    /// Makes an update of a weight `[outs, ins]`, which is multiplied by `scale`.
    #[must_use]
    pub fn new([outs, ins]: [usize; 2], rank: usize, scale: f64) -> Self {
        let (a, b) = (Param::new([rank, ins], Init::FanIn), Param::new([outs, rank], Init::Zeros));
        Self { a, b, scale, transposed: false }
    }

    /// Whether the weight stands as `[ins, outs]`, as those of GPT-2 do; no by default.
    #[must_use]
    #[doc(alias = "fan_in_fan_out")]
    pub fn transposed(self, on: bool) -> Self {
        Self { transposed: on, ..self }
    }

    /// What the update adds to the output for an input: scale · (x Aᵀ) Bᵀ.
    ///
    /// # Errors
    /// If a parameter is pending.
    pub fn apply(&self, input: &Var, learning: bool) -> Result<Var> {
        let narrow = input.linear(&self.a.var(learning)?, None) * self.scale;
        Ok(narrow.linear(&self.b.var(learning)?, None))
    }

    /// What it adds to the weight, in the weight's shape.
    ///
    /// # Errors
    /// If a parameter is pending.
    pub fn delta(&self, learning: bool) -> Result<Var> {
        let product = self.b.var(learning)?.matmul(&self.a.var(learning)?) * self.scale;
        Ok(if self.transposed { product.t() } else { product })
    }

    /// What it adds to the weight, as numbers.
    ///
    /// # Errors
    /// If a parameter is pending.
    pub fn change(&self) -> Result<Tensor> {
        Ok(self.delta(false)?.into_tensor())
    }

    /// Refuses a weight of another shape.
    pub(crate) fn check(&self, place: &str, weight: &Shape) -> Result<()> {
        let [outs, ins] = [self.b.shape()[0], self.a.shape()[1]];
        let expected = if self.transposed { [ins, outs] } else { [outs, ins] };
        let rank = self.a.shape()[0];
        if weight[..] == expected && rank > 0 {
            return Ok(());
        }
        Err(Error::Setting {
            place: place.to_owned(),
            setting: "update of low rank",
            got: format!("one of rank {rank} for {expected:?}, the weight is {weight}"),
            expected: "a rank of at least 1 and the weight's shape",
            help: "make it of the weight's own shape; say transposed for [ins, outs]",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ParamSet, Params};
    use brand_nn_tensor::{DType, Rng};
    use std::sync::Arc;

    fn drawn(shape: [usize; 2], transposed: bool) -> (Param, Arc<LowRank>) {
        let weight = Param::new(if transposed { [shape[1], shape[0]] } else { shape }, Init::Ones);
        let update = Arc::new(LowRank::new(shape, 2, 0.5).transposed(transposed));
        weight.adapt(update.clone()).unwrap();
        let weight = weight.init(1).unwrap();
        update.b.set(Tensor::randn([shape[0], 2], &mut Rng::new(2))).unwrap();
        weight.cast(DType::F64).unwrap();
        (weight, update)
    }

    #[track_caller]
    fn check(transposed: bool) {
        let (weight, update) = drawn([3, 4], transposed);
        let input = Var::from(Tensor::randn([5, 4], &mut Rng::new(3)).to(DType::F64));
        let [whole, base] = [weight.var(true), weight.base(true)].map(|weight| {
            let weight = weight.unwrap();
            input.linear(&if transposed { weight.t() } else { weight }, None)
        });
        let narrow = base + update.apply(&input, true).unwrap();
        let near = |a: &Tensor, b: &Tensor| assert!((a - b).abs().max().item() < 1e-12);
        near(whole.tensor(), narrow.tensor());
        let [whole, narrow] = [whole, narrow].map(|y| y.square().sum().backward().unwrap());
        for param in ParamSet::all(&weight).unwrap().iter() {
            near(&whole.get(param).unwrap(), &narrow.get(param).unwrap());
        }
    }

    #[test]
    fn the_narrow_way_is_that_of_the_whole_matrix() {
        check(false);
        check(true);
    }

    #[test]
    fn it_comes_and_goes() {
        let (weight, update) = drawn([3, 4], false);
        let names = ParamSet::all(&weight).unwrap().names().to_vec();
        assert_eq!(names, ["", "lora_A.weight", "lora_B.weight"]);
        let with = weight.var(false).unwrap();
        assert!(Arc::ptr_eq(&weight.release().unwrap(), &update));
        assert_eq!(weight.var(false).unwrap().tensor(), &weight.value().unwrap());
        let change = with.tensor() - weight.value().unwrap();
        assert!((change - update.change().unwrap()).abs().max().item() < 1e-12);
    }

    #[test]
    fn another_shape_is_refused() {
        let weight = Param::new([3, 4], Init::Ones);
        for update in [LowRank::new([4, 3], 1, 1.0), LowRank::new([3, 4], 0, 1.0)] {
            let error = weight.adapt(Arc::new(update)).unwrap_err().to_string();
            assert!(error.contains("update of low rank") && error.contains("help:"), "{error}");
        }
    }
}

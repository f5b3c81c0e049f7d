//! What rules keep of values until the gradient comes back: the values themselves, or bf16 copies.

use crate::Var;
use brand_nn_tensor::{DType, Tensor};
use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

/// The copy in bf16 of a value, made by the first rule that keeps it and shared by the others.
pub(crate) type Bf16Copy = Arc<OnceLock<Tensor>>;

/// A value that a rule keeps: it knows its place at the node, but holds no node, so that a long
/// chain is freed without recursion.
#[derive(Clone)]
pub(crate) struct Saved {
    kept: Tensor,
    dtype: DType,
    pub(crate) slot: usize,
}

impl Saved {
    /// The slot that stands for the op's own output.
    pub(crate) const OUTPUT: usize = usize::MAX;

    pub(crate) fn output(value: &Tensor) -> Self {
        Self { kept: value.clone(), dtype: value.dtype(), slot: Self::OUTPUT }
    }

    /// The value, as far as it was kept.
    pub(crate) fn value(&self) -> Cow<'_, Tensor> {
        match self.kept.dtype() == self.dtype {
            true => Cow::Borrowed(&self.kept),
            false => Cow::Owned(self.kept.to(self.dtype)),
        }
    }

    /// Its shape, for which no copy needs to be widened.
    pub(crate) fn shape(&self) -> &brand_nn_tensor::Shape {
        self.kept.shape()
    }
}

impl Var {
    /// The same value, from which on ops keep what their gradients need in bf16: half the memory.
    ///
    /// It holds for everything that is made from it. Values are computed as before; gradients are
    /// those of values rounded to 8 bits, which differ by some thousandths, and cost the time of
    /// rounding and widening. It saves memory, not time.
    ///
    /// Ops keep leaves and constants as they are, since somebody else holds them too. So do ops that
    /// would magnify the error: losses, and those of linear algebra.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::leaf(Tensor::from([0.5, 2.0])).save_in_bf16();
    /// let slope = x.exp().square().sum().backward()?.get(&x).unwrap(); // 2 e²ˣ
    /// let exact = Tensor::from([0.5, 2.0]).exp().square() * 2.0;
    /// assert!(slope != exact);
    /// assert!(((&slope - &exact) / exact).abs().max().item() < 1e-2);
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn save_in_bf16(&self) -> Self {
        self.clone().with_bf16(Bf16Copy::default())
    }

    /// What a rule keeps of its `slot`-th input.
    pub(crate) fn save(&self, slot: usize) -> Saved {
        Saved { kept: self.tensor().clone(), dtype: self.dtype(), slot }
    }

    /// [`Var::save`] for a rule that bears the error of bf16, where it is wished for.
    pub(crate) fn save_rounded(&self, slot: usize) -> Saved {
        match self.bf16().filter(|_| self.is_held_by_rules_alone()) {
            Some(copy) => {
                let kept = copy.get_or_init(|| self.tensor().to(DType::Bf16)).clone();
                Saved { kept, dtype: self.dtype(), slot }
            }
            None => self.save(slot),
        }
    }

    /// What a rule keeps of its `slot`-th input for the gradient of `other`: nothing where that needs
    /// none, as a frozen weight.
    pub(crate) fn save_for(&self, slot: usize, other: &Self) -> Option<Saved> {
        other.is_tracked().then(|| self.save_rounded(slot))
    }

    /// What a rule that bears the error of bf16 keeps of the output of an op of this input.
    pub(crate) fn save_output(&self, output: &Tensor) -> Saved {
        let whole = Saved::output(output);
        match self.bf16().is_some() && is_rounded(output) {
            true => Saved { kept: output.to(DType::Bf16), ..whole },
            false => whole,
        }
    }

    /// An op's output that rules keep as its `inputs`: in bf16 if they keep one of them so.
    pub(crate) fn saved_as(self, inputs: &[&Self]) -> Self {
        match inputs.iter().any(|input| input.bf16().is_some()) {
            true => self.with_bf16(Bf16Copy::default()),
            false => self,
        }
    }

    /// An op's output whose copy in bf16, if its own rule keeps one, is that of all rules.
    pub(crate) fn sharing(self, saved: &Saved) -> Self {
        match saved.kept.dtype() == saved.dtype {
            true => self,
            false => self.with_bf16(Arc::new(OnceLock::from(saved.kept.clone()))),
        }
    }

    /// Whether nobody else holds the value when the forward trip is over.
    fn is_held_by_rules_alone(&self) -> bool {
        self.node().is_some_and(|node| !node.is_leaf()) && is_rounded(self.tensor())
    }
}

/// Whether a copy in bf16 is smaller: not of one number, nor of a view that repeats its elements.
fn is_rounded(value: &Tensor) -> bool {
    let repeats = value.strides().iter().zip(value.shape().iter()).any(|(&s, &n)| s == 0 && n > 1);
    matches!(value.dtype(), DType::F32 | DType::F64) && value.size() > 1 && !repeats
}

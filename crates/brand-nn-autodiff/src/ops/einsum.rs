//! Einstein's summation, whose gradient is another one.

use crate::{Var, gradients::Flow, saved::Saved, walk::Walk};
use brand_nn_tensor::{Einsum, Shape, Tensor};

impl Var {
    /// The sum of products that an equation such as `"bik,bkj->bij"` describes.
    ///
    /// Equal letters run together; letters missing on the right are summed; a letter repeated in
    /// one operand takes its diagonal; `...` are axes that broadcast, as does a length of 1.
    /// Without `->` the result has the letters that occur once, in alphabetical order. Operands are
    /// multiplied from left to right.
    ///
    /// # Panics
    /// If the equation is none, or doesn't fit the operands; if they aren't all `f32` or all `f64`.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let a = Var::leaf(Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
    /// let x = Var::leaf(Tensor::from([5.0, 1.0]));
    /// let form = Var::einsum("i,ij,j", &[&x, &a, &x]); // xᵀ A x
    /// assert_eq!(form.item(), 54.0);
    /// let slope = form.backward()?.get(&x).unwrap(); //   (A + Aᵀ) x
    /// assert_eq!(slope, Tensor::from([15.0, 33.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn einsum(equation: &str, operands: &[&Self]) -> Self {
        let ndims: Vec<usize> = operands.iter().map(|operand| operand.ndim()).collect();
        let mut sum = Einsum::parse(equation, &ndims);
        let mut operands: Vec<Self> = operands.iter().copied().cloned().collect();
        for (operand, labels) in operands.iter_mut().zip(&mut sum.inputs) {
            while let Some((axes, rest)) = Einsum::diagonal(labels, operand.shape()) {
                *operand = operand.permute(&axes).diagonal(0);
                *labels = rest;
            }
        }
        contract("einsum", sum, &operands.iter().collect::<Vec<_>>())
    }

    /// The product summed over pairs of axes: `axes[i]` of this with `others[i]` of the other.
    ///
    /// # Shapes
    /// The axes left of `self`, then those left of `other`.
    ///
    /// # Panics
    /// If the numbers or lengths of the axes differ, or the dtypes aren't both `f32` or both `f64`.
    #[must_use]
    #[track_caller]
    pub fn tensordot(&self, other: &Self, axes: &[isize], others: &[isize]) -> Self {
        let sum = Einsum::tensordot(self.shape(), other.shape(), axes, others);
        contract("tensordot", sum, &[self, other])
    }
}

#[track_caller]
fn contract(op: &'static str, sum: Einsum, operands: &[&Var]) -> Var {
    let tensors: Vec<Tensor> = operands.iter().map(|operand| operand.tensor().clone()).collect();
    let value = sum.contract(&tensors);
    let saved: Vec<Saved> =
        operands.iter().enumerate().map(|(slot, operand)| operand.save_rounded(slot)).collect();
    Var::record_many(op, operands, value, move |walk, gradient| {
        let one = |slot| {
            walk.needs(slot).then(|| Flow::Dense(slope(walk, &sum, &saved, slot, &gradient)))
        };
        Ok((0..saved.len()).map(one).collect())
    })
}

/// The gradient of one operand: the gradient of the result times all other operands, summed over
/// the labels that the operand lacks, repeated along those that nobody else has.
fn slope(walk: &Walk<'_>, sum: &Einsum, saved: &[Saved], slot: usize, gradient: &Var) -> Var {
    let others: Vec<usize> = (0..saved.len()).filter(|&other| other != slot).collect();
    let opened: Vec<Var> = others.iter().map(|&other| walk.open(&saved[other])).collect();
    let operands: Vec<&Var> = std::iter::once(gradient).chain(&opened).collect();
    let others = others.iter().map(|&other| sum.inputs[other].clone());
    let inputs: Vec<Vec<u8>> = std::iter::once(sum.output.clone()).chain(others).collect();
    let own = &sum.inputs[slot];
    let known = |label: &u8| inputs.iter().flatten().any(|other| other == label);
    let output: Vec<u8> = own.iter().copied().filter(known).collect();
    let product = contract("einsum", Einsum { inputs, output: output.clone() }, &operands);
    let place = |label: &u8| output.iter().position(|other| other == label);
    let len = |label: &u8| place(label).map_or(1, |axis| product.shape()[axis]);
    let spread = product.reshape(own.iter().map(len).collect::<Vec<_>>());
    let target = saved[slot].shape();
    let narrow: Shape = spread
        .shape()
        .iter()
        .zip(target.iter())
        .map(|(&a, &b)| if b == 1 { 1 } else { a })
        .collect();
    spread.sum_to(&narrow).expand(target)
}

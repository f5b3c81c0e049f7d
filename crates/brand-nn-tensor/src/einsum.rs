//! Einstein's summation: products of any tensors, written as letters of their axes.

use crate::error::{expect, refuse};
use crate::product::same_floats;
use crate::{Error, Result, Shape, Tensor};

/// Which axes of which operands meet: a label an axis, equal labels run together.
///
/// Axes whose label isn't in the output are summed. Labels below 128 are the letters of an
/// equation, those from 128 on stand for the axes of `...`, the last first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Einsum {
    /// The labels of each operand.
    pub inputs: Vec<Vec<u8>>,
    /// The labels of the result, each once.
    pub output: Vec<u8>,
}

impl Tensor {
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
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::from([[1.0, 2.0], [3.0, 4.0]]), Tensor::from([10.0, 1.0]));
    /// assert_eq!(Tensor::einsum("ij,j->i", &[&a, &b]), Tensor::from([12.0, 34.0]));
    /// assert_eq!(Tensor::einsum("ii", &[&a]).item(), 5.0);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn einsum(equation: &str, operands: &[&Self]) -> Self {
        let ndims: Vec<usize> = operands.iter().map(|operand| operand.ndim()).collect();
        let sum = Einsum::parse(equation, &ndims);
        let mut operands: Vec<Self> = operands.iter().copied().cloned().collect();
        let mut inputs = sum.inputs;
        for (operand, labels) in operands.iter_mut().zip(&mut inputs) {
            while let Some((axes, rest)) = Einsum::diagonal(labels, operand.shape()) {
                *operand = operand.permute(&axes).diagonal(0);
                *labels = rest;
            }
        }
        Einsum { inputs, output: sum.output }.contract(&operands)
    }

    /// The product summed over pairs of axes: `axes[i]` of this with `others[i]` of the other.
    ///
    /// # Shapes
    /// The axes left of `self`, then those left of `other`.
    ///
    /// # Panics
    /// If the numbers or lengths of the axes differ, or the dtypes aren't both `f32` or both `f64`.
    ///
    /// # Examples
    ///
    /// ```
    /// use brand_nn_tensor::Tensor;
    ///
    /// let (a, b) = (Tensor::ones([2, 3, 4]), Tensor::ones([4, 3, 5]));
    /// let c = a.tensordot(&b, &[1, 2], &[1, 0]);
    /// assert_eq!(c, Tensor::full([2, 5], 12.0));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn tensordot(&self, other: &Self, axes: &[isize], others: &[isize]) -> Self {
        let sum = Einsum::tensordot(self.shape(), other.shape(), axes, others);
        sum.contract(&[self.clone(), other.clone()])
    }
}

/// What an equation says.
impl Einsum {
    /// Reads an equation for operands with the given numbers of axes.
    ///
    /// # Panics
    /// If it isn't one of letters, commas, `...` and `->`, or names another number of operands or
    /// axes, or an output twice or not at all among the inputs.
    #[track_caller]
    #[must_use]
    pub fn parse(equation: &str, ndims: &[usize]) -> Self {
        let text: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (&text[..], None),
        };
        let terms: Vec<&str> = left.split(',').collect();
        if terms.len() != ndims.len() {
            bad(equation, &format!("names {} operands, there are {}", terms.len(), ndims.len()));
        }
        let inputs: Vec<Vec<u8>> = terms
            .iter()
            .zip(ndims)
            .map(|(term, &ndim)| term_labels(equation, term, ndim))
            .collect();
        let rest = inputs.iter().flatten().filter(|&&label| label >= 128);
        let widest = rest.map(|label| usize::from(label - 127)).max().unwrap_or(0);
        let output = match right {
            Some(term) => {
                let letters = term.replace("...", "").len();
                let ellipsis = if term.contains("...") { widest } else { 0 };
                term_labels(equation, term, letters + ellipsis)
            }
            None => implied(&inputs, widest),
        };
        Self { inputs, output }.checked(equation)
    }

    #[track_caller]
    fn checked(self, equation: &str) -> Self {
        for (i, label) in self.output.iter().enumerate() {
            if self.output[..i].contains(label) {
                bad(equation, "names an axis of the result twice");
            }
            if !self.inputs.iter().flatten().any(|input| input == label) {
                bad(equation, "names an axis of the result that no operand has");
            }
        }
        self
    }

    /// The labels of a product summed over pairs of axes.
    ///
    /// # Panics
    /// If an axis lies outside its shape or comes twice, or the numbers or lengths of axes differ.
    #[track_caller]
    #[must_use]
    pub fn tensordot(a: &Shape, b: &Shape, axes: &[isize], others: &[isize]) -> Self {
        let left = expect(a.axes("tensordot", axes));
        let right = expect(b.axes("tensordot", others));
        let lengths = |shape: &Shape, axes: &[usize]| -> Shape {
            axes.iter().map(|&axis| shape[axis]).collect()
        };
        if lengths(a, &left) != lengths(b, &right) {
            refuse(Error::Shape {
                op: "tensordot",
                got: lengths(a, &left),
                expected: format!("the lengths {} on the other's axes", lengths(b, &right)).into(),
                help: "axes meet in pairs of equal length",
            });
        }
        let first: Vec<u8> = (0..a.len() as u8).collect();
        let own = |axis| a.len() as u8 + axis as u8;
        let met = |axis| right.iter().position(|&other| other == axis).map(|i| left[i] as u8);
        let second: Vec<u8> = (0..b.len()).map(|axis| met(axis).unwrap_or(own(axis))).collect();
        let free = |label: &u8| !(first.contains(label) && second.contains(label));
        let output = first.iter().chain(&second).copied().filter(free).collect();
        Self { output, inputs: vec![first, second] }
    }

    /// How to bring two equal labels of one operand to the end, and the labels once its last two
    /// axes are their diagonal; nothing if no label comes twice.
    ///
    /// # Panics
    /// If the lengths of the two axes differ.
    #[track_caller]
    #[must_use]
    pub fn diagonal(labels: &[u8], shape: &Shape) -> Option<(Vec<isize>, Vec<u8>)> {
        let later = |&i: &usize| labels[..i].contains(&labels[i]);
        let second = (0..labels.len()).find(later)?;
        let first = labels.iter().position(|label| *label == labels[second])?;
        if shape[first] != shape[second] {
            refuse(mismatch(shape, "equal lengths where a letter is repeated"));
        }
        let others: Vec<usize> =
            (0..labels.len()).filter(|i| ![first, second].contains(i)).collect();
        let axes = others.iter().copied().chain([first, second]).map(|i| i as isize).collect();
        let rest = others.iter().map(|&i| labels[i]).chain([labels[second]]).collect();
        Some((axes, rest))
    }
}

/// The computation.
impl Einsum {
    /// Multiplies and sums operands, none of which has a label twice.
    ///
    /// # Panics
    /// If lengths don't fit, or the dtypes aren't all `f32` or all `f64`.
    #[track_caller]
    #[must_use]
    pub fn contract(&self, operands: &[Tensor]) -> Tensor {
        expect(self.require_lengths(operands));
        let terms = operands.iter().zip(&self.inputs);
        let terms =
            terms.map(|(value, labels)| Term { labels: labels.clone(), value: value.clone() });
        let multiplied = terms.enumerate().reduce(|(_, product), (i, next)| {
            let later = self.inputs[i + 1..].iter().flatten().chain(&self.output);
            (i, product.times(next, &later.copied().collect::<Vec<_>>()))
        });
        match multiplied {
            Some((_, product)) => product.in_order(&self.output),
            None => bad("", "has no operands"),
        }
    }

    /// An error unless axes of one label have one length, or 1.
    fn require_lengths(&self, operands: &[Tensor]) -> Result<()> {
        let mut lengths = [1; 256];
        for (operand, labels) in operands.iter().zip(&self.inputs) {
            same_floats("einsum", operand, &operands[0])?;
            for (&label, &len) in labels.iter().zip(operand.shape().iter()) {
                let known = &mut lengths[usize::from(label)];
                if ![1, *known].contains(&len) && *known != 1 {
                    let what = format!("length {known} on the axis that others share with it");
                    return Err(mismatch(operand.shape(), &what));
                }
                *known = if *known == 1 { len } else { *known };
            }
        }
        Ok(())
    }
}

/// A product on its way, with the labels of its axes.
struct Term {
    labels: Vec<u8>,
    value: Tensor,
}

impl Term {
    /// Sums the axes that nobody needs any more.
    fn summed(self, needed: &[u8]) -> Self {
        let (kept, gone): (Vec<usize>, Vec<usize>) =
            (0..self.labels.len()).partition(|&i| needed.contains(&self.labels[i]));
        if gone.is_empty() {
            return self;
        }
        let gone: Vec<isize> = gone.iter().map(|&axis| axis as isize).collect();
        let labels = kept.iter().map(|&i| self.labels[i]).collect();
        Self { labels, value: self.value.sum_axes(&gone, false) }
    }

    fn times(self, other: Self, needed: &[u8]) -> Self {
        let with = |labels: &[u8]| [needed, labels].concat();
        let (a, b) = (self.summed(&with(&other.labels)), other);
        let b = b.summed(&with(&a.labels));
        let (shared, only_a): (Vec<u8>, Vec<u8>) =
            a.labels.iter().partition(|label| b.labels.contains(label));
        let (batch, met): (Vec<u8>, Vec<u8>) =
            shared.iter().partition(|label| needed.contains(label));
        let only_b: Vec<u8> =
            b.labels.iter().copied().filter(|label| !shared.contains(label)).collect();
        let labels = [&batch[..], &only_a, &only_b].concat();
        if met.is_empty() {
            let value = a.spread(&labels) * b.spread(&labels);
            return Self { labels, value };
        }
        let lens = |shared: &[u8]| -> Vec<usize> {
            shared.iter().map(|&label| a.len_of(label).max(b.len_of(label))).collect()
        };
        let (batch_lens, met_lens) = (lens(&batch), lens(&met));
        let left =
            a.grouped([&batch, &only_a, &met], [&batch_lens, &a.lens_of(&only_a), &met_lens]);
        let right =
            b.grouped([&batch, &met, &only_b], [&batch_lens, &met_lens, &b.lens_of(&only_b)]);
        let shape = [batch_lens, a.lens_of(&only_a), b.lens_of(&only_b)].concat();
        Self { labels, value: left.matmul(&right).reshape(shape) }
    }

    /// The axes in three groups, stretched to the given lengths, each group as one axis.
    fn grouped(&self, groups: [&[u8]; 3], lens: [&[usize]; 3]) -> Tensor {
        let whole = lens.concat();
        let groups = self.spread(&groups.concat()).expand(whole);
        groups.reshape(lens.map(|lens| lens.iter().product::<usize>()))
    }

    /// The axes in the order of `labels`, with length 1 where it has none.
    fn spread(&self, labels: &[u8]) -> Tensor {
        let position = |label: &u8| self.labels.iter().position(|own| own == label);
        let axes: Vec<isize> = labels.iter().filter_map(position).map(|i| i as isize).collect();
        let shape: Shape = labels.iter().map(|&label| self.len_of(label)).collect();
        self.value.permute(&axes).reshape(shape)
    }

    fn in_order(self, output: &[u8]) -> Tensor {
        let sum = self.summed(output);
        sum.spread(output)
    }

    fn len_of(&self, label: u8) -> usize {
        self.labels.iter().position(|own| *own == label).map_or(1, |i| self.value.shape()[i])
    }

    fn lens_of(&self, labels: &[u8]) -> Vec<usize> {
        labels.iter().map(|&label| self.len_of(label)).collect()
    }
}

/// The labels of one operand: its letters, and numbers from 128 on for the axes of `...`.
#[track_caller]
fn term_labels(equation: &str, term: &str, ndim: usize) -> Vec<u8> {
    let (before, after) = term.split_once("...").unwrap_or((term, ""));
    let letters = before.len() + after.len();
    if !(before.to_owned() + after).chars().all(|c| c.is_ascii_alphabetic()) {
        bad(equation, "has more than letters, `,`, `...` and `->`");
    }
    let fits = if term.contains("...") { letters <= ndim } else { letters == ndim };
    if !fits {
        bad(equation, &format!("names {letters} axes in `{term}`, the operand has {ndim}"));
    }
    let rest = (0..(ndim - letters) as u8).rev().map(|i| 128 + i);
    before.bytes().chain(rest).chain(after.bytes()).collect()
}

/// The output of an equation without `->`: the axes of `...`, then the letters that come once.
fn implied(inputs: &[Vec<u8>], widest: usize) -> Vec<u8> {
    let count = |letter| inputs.iter().flatten().filter(|&&label| label == letter).count();
    let once = (b'A'..=b'z').filter(|&letter| count(letter) == 1);
    (0..widest as u8).rev().map(|i| 128 + i).chain(once).collect()
}

#[track_caller]
fn bad(equation: &str, problem: &str) -> ! {
    panic!("einsum: `{equation}` {problem}; help: write as \"bik,bkj->bij\", a letter an axis")
}

fn mismatch(shape: &Shape, expected: &str) -> Error {
    Error::Shape {
        op: "einsum",
        got: shape.clone(),
        expected: expected.to_owned().into(),
        help: "axes with one letter have one length, or 1",
    }
}

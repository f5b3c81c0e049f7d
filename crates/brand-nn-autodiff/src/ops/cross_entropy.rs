//! Cross-entropy of logits with classes or probabilities, as one node.

use crate::{Error, Result, Var};
use brand_nn_tensor::{CrossEntropyOptions, DType, Error as TensorError, Shape, Tensor};

/// Softmax, logarithm and comparison with the target in one pass.
impl Var {
    /// Cross-entropy of logits with their targets: −Σ tₖ log softmax(x)ₖ over the last axis.
    ///
    /// # Shapes
    /// `self` `[…, classes]`, `target` i64 `[…]` or floats `[…, classes]` → `[…]`.
    ///
    /// # Errors
    /// If the shapes or dtypes do not fit or a target is not a class.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let logits = Var::leaf(Tensor::from([[0.0, 0.0]]));
    /// let loss = logits.cross_entropy(&Tensor::from([1_i64]))?.sum();
    /// assert!((loss.item() - 2_f64.ln()).abs() < 1e-12);
    /// assert_eq!(loss.backward()?.get(&logits).unwrap(), Tensor::from([[0.5, -0.5]]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn cross_entropy(&self, target: &Tensor) -> Result<Self> {
        self.cross_entropy_with(target, &CrossEntropyOptions::default())
    }

    /// [`Var::cross_entropy`] with class weights, label smoothing and rows that do not count.
    ///
    /// A row has the loss −Σ wₖ ((1 − s) tₖ + s / K) log softmax(x)ₖ, as PyTorch's without
    /// reduction; a row of the ignored class has 0. A class without a share adds nothing, also
    /// where its logit is −∞.
    ///
    /// # Shapes
    /// As [`Var::cross_entropy`]; class weights are `[classes]`.
    ///
    /// # Errors
    /// As [`Var::cross_entropy`]; also if the smoothing is not in 0..=1.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::{CrossEntropyOptions, Tensor};
    ///
    /// let logits = Var::from(Tensor::from([[0.0, 0.0], [3.0, 4.0]]));
    /// let options = CrossEntropyOptions { ignore_index: Some(-100), ..Default::default() };
    /// let losses = logits.cross_entropy_with(&Tensor::from([1_i64, -100]), &options)?;
    /// assert_eq!(losses.tensor(), &Tensor::from([2_f64.ln(), 0.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn cross_entropy_with(
        &self,
        target: &Tensor,
        options: &CrossEntropyOptions,
    ) -> Result<Self> {
        check(self, target, options)?;
        let (classes, shape) = (self.tensor().dim(-1), self.shape().clone());
        let examples = Shape::from(&shape[..shape.len() - 1]);
        let flat = [examples.size(), classes];
        let logits = self.tensor().reshape(flat);
        let target = match target.dtype() {
            DType::I64 => target.flatten(),
            _ => target.reshape(flat),
        };
        let (losses, kept) = logits.cross_entropy_rows(&target, options).map_err(outside)?;
        let (x, options) = (self.save(0), options.clone());
        let value = losses.reshape(&examples);
        Ok(Self::record("cross_entropy", [self], value, move |walk, gradient| {
            let scale = gradient.reshape([flat[0]]);
            if walk.higher() {
                let x = walk.open(&x).reshape(flat);
                let shares = shares(&target, &options, classes, x.dtype())?;
                let slope = x.softmax(-1).plain() * shares.sum_axes(&[1], true) - &shares;
                return Ok([walk.when(0, || (slope * scale.unsqueeze(1)).reshape(&shape))]);
            }
            let slope = || {
                let kept = [&kept, scale.tensor()];
                let slope = logits.cross_entropy_rows_backward(&target, &options, kept);
                slope.reshape(&shape).into()
            };
            Ok([walk.when(0, slope)])
        }))
    }
}

/// The share of each class of each row in its loss, `[rows, classes]`.
fn shares(
    target: &Tensor,
    options: &CrossEntropyOptions,
    classes: usize,
    dtype: DType,
) -> Result<Tensor> {
    let smooth = |target: Tensor| {
        let (share, weights) = (options.label_smoothing, options.class_weights.as_ref());
        let shares = target.to(dtype) * (1.0 - share) + share / classes as f64;
        weights.map_or_else(|| shares.clone(), |weights| &shares * weights)
    };
    if target.dtype() != DType::I64 {
        return Ok(smooth(target.clone()));
    }
    let counts = match options.ignore_index {
        Some(ignored) => target.not_equal(&Tensor::scalar(ignored)),
        None => target.equal(target),
    };
    Ok(smooth(target.masked(&counts).one_hot(classes)?).masked(&counts.unsqueeze(1)))
}

/// The error of a target that is no class, in this op's words.
fn outside(error: TensorError) -> Error {
    let TensorError::Index { index, .. } = error else { return error.into() };
    Error::Setting {
        place: "cross_entropy".into(),
        setting: "target",
        got: index.to_string(),
        expected: "a class from 0 to below the number of logits",
        help: "count the classes from 0 and give the last layer one unit a class",
    }
}

/// Checks what the kernel's door does not: the shape of the target, and the smoothing.
fn check(logits: &Var, target: &Tensor, options: &CrossEntropyOptions) -> Result<()> {
    let refusal = |setting, got, expected, help| {
        Err(Error::Setting { place: "cross_entropy".into(), setting, got, expected, help })
    };
    let smoothing = options.label_smoothing;
    if !(0.0..=1.0).contains(&smoothing) {
        return refusal("label_smoothing", smoothing.to_string(), "0 to 1", "0.1 is usual");
    }
    let examples = logits.shape().split_last().map(|(_, examples)| examples);
    let fits = match target.dtype() {
        DType::I64 => Some(&target.shape()[..]) == examples,
        dtype => dtype == logits.dtype() && target.shape() == logits.shape(),
    };
    if fits && examples.is_some() {
        return Ok(());
    }
    let got = format!("{} of shape {}", target.dtype(), target.shape());
    let expected = "i64 classes, one a row of logits, or floats of the logits' shape and dtype";
    refusal("target", got, expected, "cast classes with .to(DType::I64)")
}

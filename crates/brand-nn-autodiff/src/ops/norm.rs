//! Normalisation by mean and spread: over features, groups of channels, or the batch.

use crate::{Var, gradients::Flow, saved::Saved, walk::Walk};
use brand_nn_kernels::Norm;
use brand_nn_tensor::{Shape, Tensor};

/// What [`Var::batch_norm`] found of each channel, `[channels]` each.
#[derive(Clone, Debug)]
pub struct BatchStatistics {
    /// The mean.
    pub mean: Tensor,
    /// The variance of the population, divided by `count`.
    pub variance: Tensor,
    /// How many values each channel had.
    pub count: usize,
}

impl BatchStatistics {
    /// The variance divided by `count − 1`, which running buffers take; NaN of one value.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::from(Tensor::from([[1.0], [3.0]]));
    /// let (_, statistics) = x.batch_norm(None, None, 1e-5);
    /// assert!((statistics.variance.item() - 1.0).abs() < 1e-9);
    /// assert!((statistics.unbiased_variance().item() - 2.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn unbiased_variance(&self) -> Tensor {
        let count = self.count as f64;
        &self.variance * count / (count - 1.0)
    }
}

/// Normalisation, each as one node.
impl Var {
    /// Normalises over the last axes: (x − μ) / √(σ² + ε) · w + b (Ba et al. 2016).
    ///
    /// σ² is the variance of the population. A missing weight is 1, a missing bias 0. A constant
    /// row gives the bias.
    ///
    /// # Shapes
    /// `self` `[…, …shape]`, `weight` and `bias` `shape` → that of `self`.
    ///
    /// # Panics
    /// If the last axes are not `shape`, or weight or bias have another one.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::from(Tensor::from([[1.0, 5.0], [2.0, 2.0]]));
    /// let bias = Var::leaf(Tensor::from([0.0, 10.0]));
    /// let y = x.layer_norm([2], None, Some(&bias), 0.0001);
    /// assert_eq!(y.tensor().round(), Tensor::from([[-1.0, 11.0], [0.0, 10.0]]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn layer_norm(
        &self,
        shape: impl Into<Shape>,
        weight: Option<&Self>,
        bias: Option<&Self>,
        epsilon: f64,
    ) -> Self {
        last_axes("layer_norm", self, &shape.into(), [weight, bias], true, epsilon)
    }

    /// Divides by the root of the mean square over the last axes: x / √(mean x² + ε) · w.
    ///
    /// B. Zhang and R. Sennrich, "Root mean square layer normalization", 2019.
    ///
    /// # Shapes
    /// `self` `[…, …shape]`, `weight` `shape` → that of `self`.
    ///
    /// # Panics
    /// If the last axes are not `shape`, or the weight has another one.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::from(Tensor::from([[1.0, 7.0]])); // mean x² = 25
    /// let y = x.rms_norm([2], None, 0.0);
    /// assert!((y.tensor() - Tensor::from([[0.2, 1.4]])).abs().max().item() < 1e-12);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn rms_norm(&self, shape: impl Into<Shape>, weight: Option<&Self>, epsilon: f64) -> Self {
        last_axes("rms_norm", self, &shape.into(), [weight, None], false, epsilon)
    }

    /// Normalises each example's channels in groups (Wu and He 2018); 1 group is one layer norm.
    ///
    /// # Shapes
    /// `self` `[batch, channels, …]`, `weight` and `bias` `[channels]` → that of `self`.
    ///
    /// # Panics
    /// If there are fewer than two axes, the groups do not divide the channels, or weight or bias
    /// are not one number a channel.
    #[must_use]
    #[track_caller]
    pub fn group_norm(
        &self,
        num_groups: usize,
        weight: Option<&Self>,
        bias: Option<&Self>,
        epsilon: f64,
    ) -> Self {
        grouped("group_norm", self, num_groups, [weight, bias], epsilon)
    }

    /// Normalises each channel of each example (Ulyanov et al. 2016).
    ///
    /// # Shapes
    /// `self` `[batch, channels, …]`, `weight` and `bias` `[channels]` → that of `self`.
    ///
    /// # Panics
    /// If there are fewer than two axes, or weight or bias are not one number a channel.
    #[must_use]
    #[track_caller]
    pub fn instance_norm(&self, weight: Option<&Self>, bias: Option<&Self>, epsilon: f64) -> Self {
        let channels = channels_of("instance_norm", self, [weight, bias]);
        grouped("instance_norm", self, channels.max(1), [weight, bias], epsilon)
    }

    /// Normalises each channel by the statistics of the batch (Ioffe and Szegedy 2015).
    ///
    /// The statistics come back for the caller's running buffers; [`Var::batch_norm_with`] uses
    /// such buffers.
    ///
    /// # Shapes
    /// `self` `[batch, channels, …]`, `weight` and `bias` `[channels]` → that of `self`.
    ///
    /// # Panics
    /// If there are fewer than two axes, or weight or bias are not one number a channel.
    #[must_use]
    #[track_caller]
    pub fn batch_norm(
        &self,
        weight: Option<&Self>,
        bias: Option<&Self>,
        epsilon: f64,
    ) -> (Self, BatchStatistics) {
        let channels = channels_of("batch_norm", self, [weight, bias]);
        let count = self.shape()[0] * self.shape()[2..].iter().product::<usize>();
        let norm =
            Norm { len: count, groups: channels.max(1), channels: 1, centred: true, epsilon };
        let rows = self.transpose(0, 1); // [channels, batch, …]
        let [weight, bias] = complete(self, &[channels].into(), [weight, bias]);
        let (output, statistics) = normalise("batch_norm", norm, channels, [&rows, &weight, &bias]);
        let mean = statistics.select(1, 0);
        let variance = (statistics.select(1, 1).powf(-2.0) - epsilon).relu();
        (output.transpose(0, 1), BatchStatistics { mean, variance, count })
    }

    /// Normalises each channel by a given mean and variance, as after training.
    ///
    /// # Shapes
    /// `self` `[batch, channels, …]`, the others `[channels]` → that of `self`.
    ///
    /// # Panics
    /// If there are fewer than two axes, or the others are not one number a channel.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let x = Var::from(Tensor::from([[1.0, 5.0]]));
    /// let (mean, variance) = (Tensor::from([0.0, 1.0]), Tensor::from([1.0, 4.0]));
    /// let y = x.batch_norm_with(&mean, &variance, None, None, 0.0);
    /// assert_eq!(y.tensor(), &Tensor::from([[1.0, 2.0]]));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn batch_norm_with(
        &self,
        mean: &Tensor,
        variance: &Tensor,
        weight: Option<&Self>,
        bias: Option<&Self>,
        epsilon: f64,
    ) -> Self {
        let [mean, variance] = [mean, variance].map(Self::from);
        channels_of("batch_norm_with", self, [weight, bias]);
        let channels = channels_of("batch_norm_with", self, [Some(&mean), Some(&variance)]);
        let [weight, bias] = complete(self, &[channels].into(), [weight, bias]);
        let scale = weight / (variance + epsilon).sqrt();
        let shift = bias - mean * &scale;
        let mut along = vec![1; self.ndim() - 1];
        along[0] = channels;
        self * scale.reshape(along.clone()) + shift.reshape(along)
    }
}

/// Layer norm, or RMS norm where it is not centred.
#[track_caller]
fn last_axes(
    op: &'static str,
    x: &Var,
    shape: &Shape,
    weights: [Option<&Var>; 2],
    centred: bool,
    epsilon: f64,
) -> Var {
    let rows = x.shape().strip_suffix(&shape[..]);
    assert!(
        rows.is_some() && weights.iter().flatten().all(|weight| weight.shape() == shape),
        "{op}: shape {} with weights of {:?}, expected […, {shape}] and weights of {shape}; \
         help: weights have the shape of the axes that are normalised",
        x.shape(),
        weights.map(|weight| weight.map(Var::shape)),
    );
    let rows = rows.map_or(1, |rows| rows.iter().product());
    let len = shape.size();
    let norm = Norm { len, groups: 1, channels: len, centred, epsilon };
    let [weight, bias] = complete(x, shape, weights);
    normalise(op, norm, rows, [x, &weight, &bias]).0
}

#[track_caller]
fn grouped(
    op: &'static str,
    x: &Var,
    num_groups: usize,
    weights: [Option<&Var>; 2],
    epsilon: f64,
) -> Var {
    let channels = channels_of(op, x, weights);
    assert!(
        num_groups > 0 && channels.is_multiple_of(num_groups),
        "{op}: {num_groups} groups of {channels} channels, expected a divisor; \
         help: 32 groups are usual, for 64 channels or more"
    );
    let of_group = channels / num_groups;
    let len = of_group * x.shape()[2..].iter().product::<usize>();
    let norm = Norm { len, groups: num_groups, channels: of_group, centred: true, epsilon };
    let [weight, bias] = complete(x, &[channels].into(), weights);
    normalise(op, norm, x.shape()[0] * num_groups, [x, &weight, &bias]).0
}

/// How many channels the second axis has, after checking that the weights have as many.
#[track_caller]
fn channels_of(op: &'static str, x: &Var, weights: [Option<&Var>; 2]) -> usize {
    let channels = x.shape().get(1).copied();
    let fits = |weight: &&Var| weight.ndim() == 1 && Some(weight.shape()[0]) == channels;
    assert!(
        channels.is_some() && weights.iter().flatten().all(fits),
        "{op}: shape {} with weights of {:?}, expected [batch, channels, …] and weights of \
         [channels]; help: a vector a channel, and the channels on axis 1",
        x.shape(),
        weights.map(|weight| weight.map(Var::shape)),
    );
    channels.unwrap_or(0)
}

/// Weight and bias with ones and zeros for what is missing.
fn complete(x: &Var, shape: &Shape, [weight, bias]: [Option<&Var>; 2]) -> [Var; 2] {
    let constant = |value| Tensor::full_of(shape, value, x.dtype()).into();
    [
        weight.cloned().unwrap_or_else(|| constant(1.0)),
        bias.cloned().unwrap_or_else(|| constant(0.0)),
    ]
}

/// Normalises rows as one node, and gives their statistics.
#[track_caller]
fn normalise(
    op: &'static str,
    norm: Norm,
    rows: usize,
    [x, weight, bias]: [&Var; 3],
) -> (Var, Tensor) {
    let input = x.contiguous();
    let (value, statistics) = input.tensor().norm_rows(&norm, rows, weight.tensor(), bias.tensor());
    let saved = [input.save_rounded(0), weight.save(1), bias.save(2)];
    let kept = statistics.clone();
    let output = Var::record_many(op, &[&input, weight, bias], value, move |walk, gradient| {
        let [x, weight, bias] = &saved;
        if walk.higher() {
            let twin = |inputs| Ok(plain(norm, rows, inputs));
            return walk.through_twin([x, weight, bias], gradient, twin);
        }
        Ok(slopes(walk, &norm, [x, weight], &kept, gradient.tensor()).into_iter().collect())
    });
    (output, statistics)
}

fn slopes(
    walk: &Walk<'_>,
    norm: &Norm,
    [x, weight]: [&Saved; 2],
    statistics: &Tensor,
    gradient: &Tensor,
) -> [Option<Flow>; 3] {
    let wanted = walk.needs(1) || walk.needs(2);
    let (dx, weights) =
        x.value().norm_rows_backward(norm, [statistics, &weight.value()], gradient, wanted);
    let [dw, db] = weights.map_or([None, None], |both| both.map(Some));
    let flow = |slot, slope: Option<Tensor>| {
        slope.filter(|_| walk.needs(slot)).map(|slope| Flow::Dense(slope.into()))
    };
    [flow(0, Some(dx)), flow(1, dw), flow(2, db)]
}

/// The same in plain ops, for gradients of gradients.
fn plain(norm: Norm, rows: usize, [x, weight, bias]: [Var; 3]) -> Var {
    let repeat = norm.len.checked_div(norm.channels).unwrap_or(0);
    let split = [rows / norm.groups, norm.groups, norm.channels, repeat];
    let along = [norm.groups, norm.channels, 1];
    let values = x.reshape(split);
    let centred = match norm.centred {
        true => &values - values.mean_axes(&[2, 3], true),
        false => values,
    };
    let spread = (centred.square().mean_axes(&[2, 3], true) + norm.epsilon).sqrt();
    let hat = centred / spread;
    (hat * weight.reshape(along) + bias.reshape(along)).reshape(x.shape())
}

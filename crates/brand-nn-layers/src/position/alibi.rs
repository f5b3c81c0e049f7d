//! Scores lowered by distance, so that attention reads longer sequences than it was trained on.

use brand_nn_tensor::{DType, Tensor};

/// Lowers scores by the distance of query and key, each head with its own slope.
///
/// Attention with linear biases (Press, Smith and Lewis 2022): −slope · |i − j| is added to the
/// scores of a query at i and a key at j, where the last query stands at the last key. For a number
/// of heads n that is a power of two the slopes are 2^(−8/n), 2^(−16/n), …, 2^(−8); for others, as in
/// the paper's code, those of the power of two below and every other one of the power above.
/// [`MultiHeadAttention::alibi`](crate::MultiHeadAttention::alibi) adds them.
///
/// # Examples
/// ```
/// use brand_nn_layers::Alibi;
/// use brand_nn_tensor::{DType, Tensor};
///
/// let alibi = Alibi::new(2);
/// assert_eq!(alibi.slopes(), [0.0625, 0.00390625]); // 2⁻⁴ and 2⁻⁸
/// let bias = alibi.bias(2, 2, DType::F32);
/// assert_eq!(bias.select(0, 0), Tensor::from([[0.0_f32, -0.0625], [-0.0625, 0.0]]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Alibi {
    heads: usize,
}

impl Alibi {
    /// Makes it for a number of heads.
    #[must_use]
    pub fn new(heads: usize) -> Self {
        Self { heads }
    }

    /// The slope of each head, the steepest first.
    #[must_use]
    pub fn slopes(&self) -> Vec<f64> {
        let of_power = |n: usize| (1..=n).map(move |i| (-8.0 * i as f64 / n as f64).exp2());
        let below = match self.heads {
            0 => return Vec::new(),
            heads => 1 << heads.ilog2(),
        };
        of_power(below).chain(of_power(2 * below).step_by(2)).take(self.heads).collect()
    }

    /// What is added to the scores, `[heads, queries, keys]`.
    #[must_use]
    pub fn bias(&self, queries: usize, keys: usize, dtype: DType) -> Tensor {
        let place = Tensor::range(keys as f64 - queries as f64, keys as f64, 1.0).to(DType::F64);
        let keys = Tensor::range(0.0, keys as f64, 1.0).to(DType::F64);
        let distance = (place.unsqueeze(1) - keys.unsqueeze(0)).abs();
        let slopes = Tensor::from(self.slopes()).unsqueeze(1).unsqueeze(1);
        (-slopes * distance).to(dtype)
    }
}

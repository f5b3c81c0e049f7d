//! Functions that bend: what stands between two linear maps.

use brand_nn_autodiff::{Params, Var, Visitor};
use serde::{Deserialize, Serialize};

/// A function of one element, or softmax over the last axis.
///
/// # Examples
/// ```
/// use brand_nn_layers::Activation;
/// use brand_nn_tensor::Tensor;
///
/// let y = Activation::Relu.apply(&Tensor::from([-1.0, 2.0]).into());
/// assert_eq!(y.tensor(), &Tensor::from([0.0, 2.0]));
/// assert_eq!("gelu_tanh".parse::<Activation>().unwrap(), Activation::GeluTanh);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Activation {
    /// x itself.
    #[default]
    Linear,
    /// max(x, 0); the slope at 0 is 0.
    Relu,
    /// 1 / (1 + e⁻ˣ); the result remembers its logits for a stable loss.
    Sigmoid,
    /// eˣ / Σ eˣ over the last axis; the result remembers its logits for a stable loss.
    Softmax,
    /// The hyperbolic tangent.
    Tanh,
    /// x Φ(x) with the normal distribution's Φ: the exact form, as in BERT.
    Gelu,
    /// The tanh approximation of GELU, as in GPT-2.
    GeluTanh,
    /// x σ(x), also called swish.
    #[doc(alias = "swish")]
    Silu,
    /// log(1 + eˣ).
    Softplus,
    /// eˣ.
    Exp,
}

impl Activation {
    /// Every activation, for tests and menus.
    pub const ALL: [Self; 10] = [
        Self::Linear,
        Self::Relu,
        Self::Sigmoid,
        Self::Softmax,
        Self::Tanh,
        Self::Gelu,
        Self::GeluTanh,
        Self::Silu,
        Self::Softplus,
        Self::Exp,
    ];

    /// Applies the function; softmax needs at least one axis.
    #[must_use]
    pub fn apply(self, x: &Var) -> Var {
        match self {
            Self::Linear => x.clone(),
            Self::Relu => x.relu(),
            Self::Sigmoid => x.sigmoid(),
            Self::Softmax => x.softmax(-1),
            Self::Tanh => x.tanh(),
            Self::Gelu => x.gelu(),
            Self::GeluTanh => x.gelu_tanh(),
            Self::Silu => x.silu(),
            Self::Softplus => x.softplus(),
            Self::Exp => x.exp(),
        }
    }
}

/// Reads the snake-case name, as files have it.
impl std::str::FromStr for Activation {
    type Err = crate::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let read = |name: &str| serde_json::from_value(name.into());
        read(name).map_err(|_| crate::Error::Architecture {
            problem: format!("there is no activation `{name}`"),
        })
    }
}

impl Params for Activation {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

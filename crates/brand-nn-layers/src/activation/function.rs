//! Functions of one element, and those that make a row a distribution: one line each.

use crate::{Layer, Pass, Result, door, recipe::needs_axes};
use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_kernels::Unary;
use brand_nn_tensor::Shape;
use serde::{Deserialize, Serialize};

/// Declares the activations: docs, the name in files, the variant, the function.
macro_rules! activations {
    ($($(#[$about:meta])* $name:ident $variant:ident |$x:ident| $value:expr;)+) => {
        /// A function of one element, or one that makes a distribution of the last axis.
        ///
        /// A setting of a layer such as [`dense`](crate::dense()), and a layer itself. Slopes and
        /// widths are PyTorch's defaults; [`Prelu`](crate::Prelu) learns its slope. What is cut
        /// in pieces says its slope at the cuts.
        ///
        /// # Shapes
        /// Any shape of floats, which stays; softmax and its kin need a last axis besides the
        /// batch. In channels-first images that axis is the width, not the channels.
        ///
        /// # Errors
        /// As a layer: if the input has no floats, or softmax gets examples without an axis.
        ///
        /// # Examples
        /// ```
        /// use brand_nn_layers::{Activation, Call, Pass};
        /// use brand_nn_tensor::Tensor;
        ///
        /// let y = Activation::Relu.call(Tensor::from([-1.0, 2.0]), &mut Pass::inference())?;
        /// assert_eq!(y.tensor(), &Tensor::from([0.0, 2.0]));
        /// assert_eq!("gelu_tanh".parse::<Activation>()?, Activation::GeluTanh);
        /// # Ok::<(), brand_nn_layers::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Activation {
            $($(#[$about])* $variant,)+
        }

        impl Activation {
            /// Every activation, for tests and menus.
            pub const ALL: [Self; [$(stringify!($name)),+].len()] = [$(Self::$variant),+];

            /// The name in files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)+
                }
            }

            /// Applies the function to floats; softmax and its kin need at least one axis.
            #[must_use]
            pub fn apply(self, x: &Var) -> Var {
                match self {
                    $(Self::$variant => {
                        let $x = x;
                        $value
                    })+
                }
            }
        }
    };
}

activations! {
    /// x itself.
    #[default]
    linear Linear |x| x.clone();
    /// max(x, 0); the slope at 0 is 0.
    relu Relu |x| x.relu();
    /// min(max(x, 0), 6); the slope at 0 and 6 is 0.
    relu6 Relu6 |x| x.relu6();
    /// x above 0, else 0.01 x.
    leaky_relu LeakyRelu |x| x.leaky_relu(0.01);
    /// x above 0, else eˣ − 1 (Clevert and others 2015).
    elu Elu |x| x.elu(1.0);
    /// ELU scaled so that deep nets keep mean 0 and variance 1 (Klambauer and others 2017).
    selu Selu |x| x.selu();
    /// The ELU whose slope is continuous for every scale (Barron 2017), here with scale 1.
    celu Celu |x| x.celu(1.0);
    /// x Φ(x) with the normal distribution's Φ: the exact form, as in BERT.
    gelu Gelu |x| x.gelu();
    /// The tanh approximation of GELU, as in GPT-2.
    #[doc(alias = "gelu_new")]
    gelu_tanh GeluTanh |x| x.gelu_tanh();
    /// x σ(1.702 x): the sigmoid approximation of GELU, as in CLIP.
    quick_gelu QuickGelu |x| x * (x * 1.702).sigmoid();
    /// x σ(x), also called swish.
    #[doc(alias = "swish")]
    silu Silu |x| x.silu();
    /// x tanh(log(1 + eˣ)) (Misra 2019).
    mish Mish |x| x.mish();
    /// log(1 + eˣ).
    softplus Softplus |x| x.softplus();
    /// x / (1 + |x|).
    softsign Softsign |x| x.softsign();
    /// (x + √(x² + 4)) / 2: a softplus without exponentials (Barron 2021).
    squareplus Squareplus |x| (x + (x.square() + 4.0).sqrt()) * 0.5;
    /// 1 / (1 + e⁻ˣ); the result remembers its logits for a stable loss.
    sigmoid Sigmoid |x| x.sigmoid();
    /// log σ(x), without overflow.
    log_sigmoid LogSigmoid |x| x.log_sigmoid();
    /// x / 6 + ½ between 0 and 1; the slope at ±3 is 0.
    hard_sigmoid HardSigmoid |x| x.hard_sigmoid();
    /// x times its hard sigmoid (Howard and others 2019).
    #[doc(alias = "hard_silu")]
    hard_swish HardSwish |x| x.hard_swish();
    /// x between −1 and 1; the slope from there on is 0.
    hard_tanh HardTanh |x| x.hardtanh(-1.0, 1.0);
    /// The hyperbolic tangent.
    tanh Tanh |x| x.tanh();
    /// x − tanh(x).
    tanh_shrink TanhShrink |x| x.tanh_shrink();
    /// x moved toward 0 by ½, or 0; the slope at ±½ is 0.
    soft_shrink SoftShrink |x| x.soft_shrink(0.5);
    /// 0 up to ±½, x beyond; the slope at ±½ is 0.
    hard_shrink HardShrink |x| x.hard_shrink(0.5);
    /// eˣ.
    #[doc(alias = "exponential")]
    exp Exp |x| x.exp();
    /// max(x, 0)² (So and others 2021).
    squared_relu SquaredRelu |x| x.relu().square();
    /// sin x, for nets that stand for signals (Sitzmann and others 2020).
    sine Sine |x| x.sin();
    /// eˣ / Σ eˣ over the last axis; the result remembers its logits for a stable loss.
    softmax Softmax |x| x.softmax(-1);
    /// The logarithm of the softmax over the last axis.
    log_softmax LogSoftmax |x| x.log_softmax(-1);
    /// The softmax of −x over the last axis.
    softmin Softmin |x| x.softmin(-1);
}

impl Activation {
    /// The function as the last step of a product, where it can be one and keeps no logits.
    pub(crate) fn as_last_step(self) -> Option<Unary> {
        Some(match self {
            Self::Relu => Unary::Relu,
            Self::Gelu => Unary::Gelu,
            Self::GeluTanh => Unary::GeluTanh,
            Self::Silu => Unary::Silu,
            Self::Softplus => Unary::Softplus,
            Self::Tanh => Unary::Tanh,
            _ => return None,
        })
    }

    /// Whether an element's value depends on the others of its row.
    fn needs_row(self) -> bool {
        matches!(self, Self::Softmax | Self::LogSoftmax | Self::Softmin)
    }
}

impl Layer for Activation {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        door::floats(self.name(), &input)?;
        self.output_shape(&door::example(self.name(), input.shape())?)?;
        Ok(self.apply(&input))
    }

    each_step!("activation");

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        if self.needs_row() && input.is_empty() {
            return Err(needs_axes(self.name(), input, "[…, classes] an example"));
        }
        Ok(input.clone())
    }
}

/// Reads the snake-case name, as files have it.
impl std::str::FromStr for Activation {
    type Err = crate::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|known| known.name() == name);
        known.ok_or_else(|| crate::Error::Architecture {
            problem: format!("there is no activation `{name}`"),
        })
    }
}

impl Params for Activation {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

/// A recipe for an [`Activation`] as a layer of its own.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Activation, Sequential, activation, dense};
///
/// let network = Sequential::new().add(dense(4)).add(activation(Activation::Mish)).build([3])?;
/// assert_eq!(network.output_shape_of_example()[..], [4]);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn activation(function: Activation) -> ActivationRecipe {
    ActivationRecipe { function }
}

recipe! {
    /// The settings of an activation as a layer of its own.
    ActivationRecipe = "activation";
    needs { function: Activation }
    build(self, _input) { Ok(Box::new(self.function)) }
}

//! Products of features with features, of one degree more with each layer.

use crate::{
    Layer, Linear, Pass, Recipe, Result, flops,
    recipe::needs_axes,
    setting::{out_of_range, positive},
};
use brand_nn_autodiff::{self as autodiff, Init, Param, Params, Var, Visitor};
use brand_nn_tensor::Shape;

const PLACE: &str = "cross_network";

/// Products of features with features, of one degree more with each layer.
///
/// x ← x₀ ⊙ (W x + b) + x, as often as there are layers: the cross network of DCN v2 (Wang and others
/// 2021). With [`rank`](Self::rank) W is the product of two narrow matrices, `linear` · `narrow`.
///
/// # Shapes
/// `[…, features]`, which stays.
///
/// # Errors
/// If the last axis is another; `init`, `build` and `load` refuse no layers, and a rank of zero or
/// above the features.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Call, CrossNetwork, Pass};
/// use brand_nn_tensor::Tensor;
///
/// let network = CrossNetwork::new(2, 1).init(42)?;
/// network.layers[0].linear.weight.set(Tensor::from([[0.0_f32, 1.0], [1.0, 0.0]]))?;
/// let y = network.call(Tensor::from([[2.0_f32, 3.0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[8.0_f32, 9.0]])); // 2 · 3 + 2, 3 · 2 + 3
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "DCN")]
#[derive(Debug)]
pub struct CrossNetwork {
    /// From the input up.
    pub layers: Vec<Cross>,
    rank: Option<usize>,
}

/// The weights of one layer of a [`CrossNetwork`].
#[derive(Debug, Params)]
pub struct Cross {
    /// `[rank, features]`, where there is a rank.
    pub narrow: Option<Linear>,
    /// `[features, features]` or `[features, rank]`, with a bias.
    pub linear: Linear,
}

impl CrossNetwork {
    /// Makes a number of layers for `features`; as in the authors' code, weights are glorot uniform
    /// and biases zero.
    #[must_use]
    pub fn new(features: usize, depth: usize) -> Self {
        Self::of_rank(features, depth, None)
    }

    /// Makes the matrices products of two, with `rank` numbers in between; whole by default.
    #[must_use]
    #[doc(alias = "projection_dim")]
    pub fn rank(self, rank: usize) -> Self {
        Self::of_rank(self.features(), self.layers.len(), Some(rank))
    }

    fn of_rank(features: usize, depth: usize, rank: Option<usize>) -> Self {
        let weight = |outs, ins| Param::new([outs, ins], Init::GlorotUniform);
        let layer = |_| Cross {
            narrow: rank.map(|rank| Linear::from_params(weight(rank, features), None)),
            linear: Linear::from_params(
                weight(features, rank.unwrap_or(features)),
                Some(Param::new([features], Init::Zeros)),
            ),
        };
        Self { layers: (0..depth).map(layer).collect(), rank }
    }

    fn features(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.linear.weight.shape()[0])
    }
}

impl Params for CrossNetwork {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("layers", &self.layers);
    }

    fn check(&self) -> autodiff::Result<()> {
        positive(PLACE, "depth", self.layers.len())?;
        match self.rank {
            Some(rank) if rank == 0 || rank > self.features() => {
                let got = format!("{rank} for {} features", self.features());
                let help = "a quarter of the features is usual; leave it out for whole matrices";
                Err(out_of_range(PLACE, "rank", got, "from 1 to the number of features", help))
            }
            _ => Ok(()),
        }
    }
}

impl Layer for CrossNetwork {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.check()?;
        self.layers.iter().try_fold(input.clone(), |x, layer| {
            let inner = match &layer.narrow {
                Some(narrow) => narrow.forward(x.clone(), pass)?,
                None => x.clone(),
            };
            Ok(&input * layer.linear.forward(inner, pass)? + x)
        })
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::products(self, flops::rows(input))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        if input.last() == Some(&self.features()) {
            return Ok(input.clone());
        }
        Err(needs_axes(PLACE, input, &format!("a last axis of {} features", self.features())))
    }
}

/// A recipe for [`CrossNetwork`] with a number of layers.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Sequential, cross_network};
///
/// let network = Sequential::new().add(cross_network(3).rank(4)).build([16])?;
/// assert_eq!(network.num_params(), 3 * (16 * 4 + 4 * 16 + 16));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[must_use]
pub fn cross_network(depth: usize) -> CrossNetworkRecipe {
    CrossNetworkRecipe { depth, rank: None }
}

/// The settings of a cross network whose number of features is found out when it is built.
#[derive(Clone, Debug, PartialEq, crate::Settings)]
pub struct CrossNetworkRecipe {
    depth: usize,
    rank: Option<usize>,
}

impl CrossNetworkRecipe {
    /// How many numbers stand between the two matrices; whole matrices by default.
    #[must_use]
    #[doc(alias = "projection_dim")]
    pub fn rank(self, rank: usize) -> Self {
        Self { rank: Some(rank), ..self }
    }
}

impl Recipe for CrossNetworkRecipe {
    fn kind(&self) -> &'static str {
        PLACE
    }

    fn build(&self, input: &Shape) -> Result<Box<dyn Layer>> {
        let Some(&features) = input.last() else {
            return Err(needs_axes(PLACE, input, "[…, features]"));
        };
        let layer = CrossNetwork::of_rank(features, self.depth, self.rank);
        layer.check()?;
        Ok(Box::new(layer))
    }
}

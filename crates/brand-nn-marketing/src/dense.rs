//! Networks of dense layers that learn from features, kept as plain numbers.

use crate::{Error, Result, door};
use brand_nn_autodiff::ParamSet;
use brand_nn_layers::{Activation, Network, Sequential, dense};
use brand_nn_losses::Loss;
use brand_nn_optim::AdamW;
use brand_nn_stats::linear::Matrix;
use brand_nn_tensor::Tensor;
use brand_nn_train::{Fit, Model};
use serde::{Deserialize, Serialize};

/// How a network is made and learns; between its layers is max(x, 0).
pub(crate) struct DensePlan<'a> {
    pub(crate) method: &'static str,
    pub(crate) hidden: &'a [usize],
    pub(crate) outputs: usize,
    pub(crate) epochs: usize,
    pub(crate) learning_rate: f64,
    pub(crate) weight_decay: f64,
    pub(crate) seed: u64,
}

/// What a network learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct DenseLayers(Vec<DenseLayer>);

/// A matrix with a row an output, and what is added to each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct DenseLayer {
    weight: Matrix,
    bias: Vec<f64>,
}

impl DensePlan<'_> {
    /// Learns `[rows, features]` and a target a row.
    pub(crate) fn fit(
        &self,
        x: Tensor,
        y: Vec<f32>,
        loss: impl Loss + 'static,
    ) -> Result<DenseLayers> {
        let units: (_, fn(f64) -> bool) = ("1 to 10,000 units", |x| (1.0..=1e4).contains(&x));
        for count in self.hidden {
            door::setting(self.method, ("hidden", *count as f64), units, "such as 64 and 32")?;
        }
        let (rate, decay) = (self.learning_rate, self.weight_decay);
        door::setting(self.method, ("learning rate", rate), door::POSITIVE, "such as 0.003")?;
        door::setting(self.method, ("weight decay", decay), door::NOT_NEGATIVE, "such as 0.1")?;
        let optimizer = AdamW::new(self.learning_rate).weight_decay(self.weight_decay);
        let mut trainer = self.network(x.shape()[1])?.compile(optimizer, loss);
        let plan = Fit::epochs(self.epochs).batch_size(64).clip_norm(5.0).seed(self.seed).quiet();
        trainer.fit(&(x, Tensor::from(y)), plan)?;
        DenseLayers::of(&trainer.model)
    }

    fn network(&self, features: usize) -> Result<Network> {
        let hidden = |network: Sequential, units: &usize| {
            network.add(dense(*units).activation(Activation::Relu))
        };
        let network = self.hidden.iter().fold(Sequential::new(), hidden);
        let network = network.add(dense(self.outputs)).build([features]);
        Ok(network.map_err(brand_nn_train::Error::from)?)
    }
}

impl DenseLayers {
    /// The layers of a network, in whose parameters weight and bias come in turns.
    fn of(network: &Network) -> Result<Self> {
        let set = ParamSet::all(network).map_err(brand_nn_train::Error::from)?;
        let values = set.named().map(|(_, param)| {
            let value = param.value().map_err(brand_nn_train::Error::from)?;
            let numbers: Vec<f64> = value.to_vec::<f32>().into_iter().map(f64::from).collect();
            Ok((value.shape().to_vec(), numbers))
        });
        let values = values.collect::<Result<Vec<(Vec<usize>, Vec<f64>)>>>()?;
        let layer = |pair: &[(Vec<usize>, Vec<f64>)]| {
            let [(shape, weight), (_, bias)] = pair else {
                unreachable!("a dense layer has a bias")
            };
            let weight = Matrix::new(shape[0], shape[1], weight.clone())?;
            Ok(DenseLayer { weight, bias: bias.clone() })
        };
        Ok(Self(values.chunks(2).map(layer).collect::<Result<_>>()?))
    }

    /// The answers to a row of features.
    ///
    /// # Errors
    /// If the layers of a file do not fit together, or an answer is not finite.
    pub(crate) fn answer<const N: usize>(
        &self,
        method: &'static str,
        row: &[f64],
    ) -> Result<[f64; N]> {
        let undefined = |case, help| Error::Undefined { method, case, help };
        let torn = || undefined("the layers of the file do not belong together", "fit it again");
        if self.0.is_empty() {
            return Err(torn());
        }
        let mut at = row.to_vec();
        for (i, layer) in self.0.iter().enumerate() {
            if layer.weight.cols() != at.len() || layer.weight.rows() != layer.bias.len() {
                return Err(torn());
            }
            let last = i + 1 == self.0.len();
            at = layer.sums(&at).map(|x| if last { x } else { x.max(0.0) }).collect();
        }
        let answer: [f64; N] = at.try_into().map_err(|_| torn())?;
        if answer.iter().all(|x| x.is_finite()) {
            return Ok(answer);
        }
        Err(undefined("a number of a row is too large", "mend or leave out its row"))
    }

    /// The first answer where every feature is 0; NaN for the layers of a torn file.
    pub(crate) fn at_zero(&self) -> f64 {
        let features = self.0.first().map_or(0, |layer| layer.weight.cols());
        self.answer("network", &vec![0.0; features]).map_or(f64::NAN, |[answer]| answer)
    }

    /// What each feature of a row adds to the first answer on the straight way from 0 to the row.
    ///
    /// Integrated gradients, xᵢ ∫ ∂f/∂xᵢ(t x) dt for t from 0 to 1 (Sundararajan, Taly and Yan,
    /// "Axiomatic attribution for deep networks", 2017). Between two kinks of a max(x, 0) the
    /// slope is constant, so that the integral is a sum over the pieces of the way, and effects add
    /// up to f(x) − f(0) but for rounding.
    pub(crate) fn effects(&self, row: &[f64]) -> Vec<f64> {
        let mut effects = vec![0.0; row.len()];
        let mut at = 0.0;
        while at < 1.0 {
            let (slopes, end) = self.piece(row, at);
            for ((effect, slope), x) in effects.iter_mut().zip(slopes).zip(row) {
                *effect += (end - at) * slope * x;
            }
            at = end;
        }
        effects
    }

    /// The slopes of the first answer just beyond a place of the way, and where they change.
    fn piece(&self, row: &[f64], at: f64) -> (Vec<f64>, f64) {
        let hidden = &self.0[..self.0.len() - 1];
        let mut values: Vec<f64> = row.iter().map(|x| at * x).collect();
        let mut speeds = row.to_vec();
        let (mut end, mut active) = (1.0_f64, Vec::with_capacity(hidden.len()));
        for layer in hidden {
            values = layer.sums(&values).collect();
            speeds = layer.weight.times(&speeds);
            let units = values.iter_mut().zip(&mut speeds).map(|(value, speed)| {
                let is_active = *value + *speed * STEP > 0.0;
                if is_active == (*speed < 0.0) && *speed != 0.0 {
                    end = end.min((at - *value / *speed).max(at + STEP));
                }
                if !is_active {
                    (*value, *speed) = (0.0, 0.0);
                }
                is_active
            });
            active.push(units.collect::<Vec<_>>());
        }
        let slopes = hidden.iter().zip(active).rev().fold(self.first_row(), |slopes, layer| {
            let (layer, active) = layer;
            let masked = slopes.iter().zip(active).map(|(x, on)| if on { *x } else { 0.0 });
            layer.weight.transposed_times(&masked.collect::<Vec<_>>())
        });
        (slopes, end)
    }

    /// The weights of the first answer.
    fn first_row(&self) -> Vec<f64> {
        self.0.last().map_or(Vec::new(), |layer| layer.weight.row(0).to_vec())
    }
}

/// Kinks of the way that are nearer to each other are taken for one.
const STEP: f64 = 1e-10;

impl DenseLayer {
    fn sums(&self, x: &[f64]) -> impl Iterator<Item = f64> {
        self.weight.times(x).into_iter().zip(&self.bias).map(|(sum, bias)| sum + bias)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(rows: usize, cols: usize, weight: &[f64], bias: &[f64]) -> DenseLayer {
        let weight = Matrix::new(rows, cols, weight.to_vec()).unwrap();
        DenseLayer { weight, bias: bias.to_vec() }
    }

    #[track_caller]
    fn check(layers: &DenseLayers, row: &[f64], expected: &[f64]) {
        let effects = layers.effects(row);
        for (got, expected) in effects.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-12, "{effects:?}, expected {expected}");
        }
    }

    #[test]
    fn effects_are_the_integrals_of_slopes() {
        // 2 max(x + y − 1, 0) − max(−x, 0): beyond t = 1 / (x + y) both have slope 2.
        let hidden = layer(2, 2, &[1.0, 1.0, -1.0, 0.0], &[-1.0, 0.0]);
        let kinks = DenseLayers(vec![hidden, layer(1, 2, &[2.0, -1.0], &[5.0])]);
        check(&kinks, &[1.0, 3.0], &[1.5, 4.5]);
        check(&kinks, &[0.25, 0.25], &[0.0, 0.0]);
        check(&kinks, &[-2.0, 1.0], &[-2.0, 0.0]);
        check(&kinks, &[0.0, 0.0], &[0.0, 0.0]);
        check(&DenseLayers(vec![layer(1, 2, &[2.0, -1.0], &[5.0])]), &[1.0, 3.0], &[2.0, -3.0]);
    }

    #[test]
    fn torn_layers_and_huge_rows_are_refused() {
        let torn = DenseLayers(vec![layer(2, 1, &[1.0, 1.0], &[0.0])]);
        let wide = DenseLayers(vec![layer(1, 1, &[1.0], &[0.0]), layer(1, 2, &[1.0; 2], &[0.0])]);
        let good = DenseLayers(vec![layer(1, 1, &[3.0], &[0.0])]);
        for (layers, row) in
            [(torn, 1.0), (wide, 1.0), (good.clone(), 1e308), (DenseLayers(vec![]), f64::NAN)]
        {
            let error = layers.answer::<1>("test", &[row]).unwrap_err().to_string();
            assert!(error.contains("; help: "), "{error}");
        }
        assert_eq!(good.answer::<1>("test", &[2.0]).unwrap(), [6.0]);
    }
}

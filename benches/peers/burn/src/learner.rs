//! A model in training, or one that only infers.

use crate::weights;
use brand_nn_peer_protocol::{Array, File, Model, Numbers, Outcome};
use burn::{
    nn::loss::{BinaryCrossEntropyLossConfig, CrossEntropyLossConfig},
    optim::{AdamConfig, AdamWConfig, GradientsParams, ModuleOptimizer},
    prelude::*,
};

/// A model that gives logits, whose weights are called as ours.
pub trait Network: Module {
    type Input: Clone;

    /// Makes the model of a name, which has no `-inference` behind it.
    fn new(name: &str, device: &Device) -> Self;

    fn input(array: Array) -> Outcome<Self::Input>;

    fn forward(&self, input: Self::Input) -> Tensor<2>;

    /// What a weight is called by us.
    fn our_name(path: &[String]) -> String {
        weights::numbered(path)
    }
}

pub struct Learner<N> {
    /// None only while a step is under way.
    network: Option<N>,
    /// None where nothing is learnt.
    optimizer: Option<ModuleOptimizer>,
}

impl<N: Network> Model for Learner<N> {
    type Batch = (N::Input, Tensor<1, Int>);

    fn batch(input: Array, Array { shape, numbers }: Array) -> Outcome<Self::Batch> {
        let target = match numbers {
            Numbers::I64(classes) => TensorData::new(classes, shape),
            Numbers::F32(targets) => {
                TensorData::new(targets.into_iter().map(|t| t as i64).collect(), shape)
            }
        };
        Ok((N::input(input)?, Tensor::from_data(target, &Device::flex())))
    }

    fn new(name: &str, _: &File, _: &[Self::Batch]) -> Outcome<Self> {
        let model = name.strip_suffix("-inference").unwrap_or(name);
        let learns = model == name;
        let device = if learns { Device::flex().autodiff() } else { Device::flex() };
        device.seed(1);
        let network = Some(N::new(model, &device));
        Ok(Self { network, optimizer: learns.then(|| optimizer(model)) })
    }

    fn check(&mut self, file: File, (input, target): &Self::Batch) -> Outcome<Vec<f64>> {
        let network = self.network.take().ok_or("a step failed")?;
        let network = weights::fill(network, &file)?;
        let loss = loss(network.forward(input.clone()), target);
        let value = loss.clone().into_scalar::<f32>().into();
        if self.optimizer.is_none() {
            return Ok(vec![value]);
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        Ok(vec![value, weights::norm(&network, &gradients)?])
    }

    fn step(&mut self, (input, target): &Self::Batch) -> Outcome<()> {
        let network = self.network.take().ok_or("a step failed")?;
        let output = network.forward(input.clone());
        self.network = Some(match &mut self.optimizer {
            Some(optimizer) => {
                let gradients = loss(output, target).backward();
                let gradients = GradientsParams::from_grads(gradients, &network);
                optimizer.step(1e-3, network, gradients)
            }
            None => network,
        });
        Ok(())
    }
}

/// Adam, or for encoders AdamW, with the settings of ours.
fn optimizer(model: &str) -> ModuleOptimizer {
    match model {
        "encoder" | "text" | "bert" => {
            AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(0.01).init()
        }
        _ => AdamConfig::new().with_epsilon(1e-8).init(),
    }
}

/// The mean loss of logits: of one, or of several classes.
fn loss(logits: Tensor<2>, target: &Tensor<1, Int>) -> Tensor<1> {
    let device = logits.device();
    match logits.dims() {
        [_, 1] => {
            let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(&device);
            loss.forward(logits.squeeze_dim::<1>(1), target.clone())
        }
        _ => CrossEntropyLossConfig::new().init(&device).forward(logits, target.clone()),
    }
}

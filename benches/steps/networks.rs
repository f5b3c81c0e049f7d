//! Networks of layers in a row, and what they are fed.

use crate::learner::{Batch, Learner};
use brand_nn::prelude::*;
use brand_nn_benches::Outcome;

/// Reviews of so many words, with a feeling each.
pub(crate) fn reviews(batch: usize, length: usize) -> Vec<Batch> {
    let mut rng = Rng::new(1);
    let input = Tensor::randint([batch, length], 1, 10_000, &mut rng);
    vec![(input, Tensor::bernoulli([batch], 0.5, &mut rng).to(DType::F32))]
}

/// The review classifier of Keras' tutorials.
pub(crate) fn sentiment() -> Outcome<Network> {
    recurrent(100, 2)
}

/// So many LSTMs, the last of which gives its last state.
pub(crate) fn recurrent(length: usize, layers: usize) -> Outcome<Network> {
    let network = (1..=layers)
        .fold(Sequential::new().add(embedding(10_000, 50)), |network, layer| {
            network.add(lstm(128).return_sequences(layer < layers)).add(dropout(0.2))
        });
    let network = network.add(dense(1).activation(Activation::Sigmoid));
    Ok(network.build([length])?)
}

/// Normal numbers of a shape, with one of ten classes each.
pub(crate) fn images(batch: usize, shape: &[usize]) -> Outcome<Vec<Batch>> {
    let mut rng = Rng::new(1);
    let labels = Tensor::randint([batch], 0, 10, &mut rng);
    Ok(vec![(Tensor::randn([&[batch], shape].concat(), &mut rng), labels)])
}

/// Linear layers with ReLU between, of the given widths.
pub(crate) fn mlp(widths: &[usize]) -> Outcome<Network> {
    let [input, hidden @ .., classes] = widths else { return Err("an MLP has two widths".into()) };
    let network = hidden.iter().fold(Sequential::new(), |network, &width| {
        network.add(dense(width).activation(Activation::Relu))
    });
    Ok(network.add(dense(*classes)).build([*input])?)
}

/// Two convolutions, a pool and two linear layers on images of 28 × 28.
pub(crate) fn cnn() -> Outcome<Network> {
    let network = Sequential::new()
        .add(conv2d(32, 3).activation(Activation::Relu))
        .add(conv2d(64, 3).activation(Activation::Relu))
        .add(max_pool2d(2))
        .add(flatten())
        .add(dense(128).activation(Activation::Relu))
        .add(dense(10));
    Ok(network.build([1, 28, 28])?)
}

/// 100 rows of 10 features.
pub(crate) fn tabular() -> Outcome<Vec<Batch>> {
    let mut rng = Rng::new(1);
    let input = Tensor::randn([100, 10], &mut rng);
    Ok(vec![(input, Tensor::bernoulli([100], 0.5, &mut rng).to(DType::F32))])
}

/// A logistic regression, which sees all rows in each step.
pub(crate) fn logistic() -> Outcome<Network> {
    Ok(Sequential::new().add(dense(1).activation(Activation::Sigmoid)).build([10])?)
}

/// A model that learns to say how likely an example is.
pub(crate) fn binary(model: impl Layer + 'static) -> Outcome<Learner> {
    let loss = |output: &Var, target: &Tensor| Ok(binary_cross_entropy(output, target)?);
    Ok(Learner { loss, ..Learner::classifier(model)? })
}

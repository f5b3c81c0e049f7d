//! The functions of layers, each as the operators that compute it.

use super::{Graph, Setting, Stage};
use crate::Result;
use brand_nn_layers::Activation;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI};

/// The name of a function's values.
pub(super) fn apply(
    graph: &mut Graph,
    stage: &Stage,
    activation: Activation,
    x: &str,
) -> Result<String> {
    if let Some((operator, settings)) = single(activation) {
        return Ok(graph.node(operator, &[x], &settings));
    }
    Ok(match activation {
        Activation::Linear => x.to_owned(),
        Activation::Gelu => {
            let scaled = graph.times(x, FRAC_1_SQRT_2);
            let share = graph.function("Erf", &scaled);
            graph.gated(x, &share)
        }
        Activation::GeluTanh => {
            let square = graph.product(x, x);
            let inner = graph.times(&square, 0.044_715);
            let inner = graph.plus(&inner, 1.0);
            let inner = graph.product(&inner, x);
            let inner = graph.times(&inner, FRAC_2_PI.sqrt());
            let share = graph.function("Tanh", &inner);
            graph.gated(x, &share)
        }
        Activation::QuickGelu => {
            let scaled = graph.times(x, 1.702);
            let share = graph.function("Sigmoid", &scaled);
            graph.product(x, &share)
        }
        Activation::Silu => {
            let share = graph.function("Sigmoid", x);
            graph.product(x, &share)
        }
        Activation::Mish => {
            let bent = graph.function("Softplus", x);
            let share = graph.function("Tanh", &bent);
            graph.product(x, &share)
        }
        Activation::Squareplus => {
            let square = graph.product(x, x);
            let root = graph.plus(&square, 4.0);
            let root = graph.function("Sqrt", &root);
            let sum = graph.node("Add", &[x, &root], &[]);
            graph.times(&sum, 0.5)
        }
        Activation::LogSigmoid => {
            let negative = graph.function("Neg", x);
            let bent = graph.function("Softplus", &negative);
            graph.function("Neg", &bent)
        }
        Activation::Relu6 => graph.clip(x, 0.0, 6.0),
        Activation::HardTanh => graph.clip(x, -1.0, 1.0),
        Activation::TanhShrink => {
            let bent = graph.function("Tanh", x);
            graph.node("Sub", &[x, &bent], &[])
        }
        Activation::SquaredRelu => {
            let kept = graph.function("Relu", x);
            graph.product(&kept, &kept)
        }
        Activation::Softmin => {
            let negative = graph.function("Neg", x);
            graph.softmax(&negative)
        }
        other => return Err(stage.refuse(format!("there are no operators for {}", other.name()))),
    })
}

/// The operator of a function that is one, with its settings.
fn single(activation: Activation) -> Option<(&'static str, Vec<(&'static str, Setting<'static>)>)> {
    let last = || vec![("axis", Setting::Int(-1))];
    let shrink = |bias| vec![("bias", Setting::Float(bias)), ("lambd", Setting::Float(0.5))];
    Some(match activation {
        Activation::Relu => ("Relu", vec![]),
        Activation::LeakyRelu => ("LeakyRelu", vec![("alpha", Setting::Float(0.01))]),
        Activation::Elu => ("Elu", vec![]),
        Activation::Selu => ("Selu", vec![]),
        Activation::Celu => ("Celu", vec![]),
        Activation::Softplus => ("Softplus", vec![]),
        Activation::Softsign => ("Softsign", vec![]),
        Activation::Sigmoid => ("Sigmoid", vec![]),
        Activation::HardSigmoid => ("HardSigmoid", vec![("alpha", Setting::Float(1.0 / 6.0))]),
        Activation::HardSwish => ("HardSwish", vec![]),
        Activation::Tanh => ("Tanh", vec![]),
        Activation::SoftShrink => ("Shrink", shrink(0.5)),
        Activation::HardShrink => ("Shrink", shrink(0.0)),
        Activation::Exp => ("Exp", vec![]),
        Activation::Sine => ("Sin", vec![]),
        Activation::Softmax => ("Softmax", last()),
        Activation::LogSoftmax => ("LogSoftmax", last()),
        _ => return None,
    })
}

impl Graph {
    pub(super) fn plus(&mut self, x: &str, number: f64) -> String {
        let number = self.number(number);
        self.node("Add", &[x, &number], &[])
    }

    pub(super) fn times(&mut self, x: &str, number: f64) -> String {
        let number = self.number(number);
        self.node("Mul", &[x, &number], &[])
    }

    fn clip(&mut self, x: &str, low: f64, high: f64) -> String {
        let [low, high] = [low, high].map(|number| self.number(number));
        self.node("Clip", &[x, &low, &high], &[])
    }

    /// x (1 + share) / 2.
    fn gated(&mut self, x: &str, share: &str) -> String {
        let share = self.plus(share, 1.0);
        let product = self.product(x, &share);
        self.times(&product, 0.5)
    }

    /// The shares of the last axis.
    pub(super) fn softmax(&mut self, x: &str) -> String {
        self.node("Softmax", &[x], &[("axis", Setting::Int(-1))])
    }

    /// An operator of one value, without settings.
    pub(super) fn function(&mut self, operator: &str, x: &str) -> String {
        self.node(operator, &[x], &[])
    }

    pub(super) fn product(&mut self, x: &str, y: &str) -> String {
        self.node("Mul", &[x, y], &[])
    }
}

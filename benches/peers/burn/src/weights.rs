//! Weights by our names, and the norm of their gradients.

use crate::learner::Network;
use brand_nn_peer_protocol::{File, Outcome};
use burn::{
    module::{Flag, ModuleMapper, ModuleVisitor, Param},
    optim::GradientsParams,
    prelude::*,
};
use std::collections::BTreeSet;

/// The gates of an LSTM as ours lie one below the other.
const GATES: [&str; 4] = ["input_gate", "forget_gate", "cell_gate", "output_gate"];

/// `name.rest` of `name.0.rest`, `name_1.rest` of `name.1.rest` …
pub fn numbered(path: &[String]) -> String {
    path.iter().fold(String::new(), |name, word| match word.parse() {
        Ok(0) => name,
        Ok(number @ 1_usize..) => format!("{name}_{number}"),
        Err(_) if name.is_empty() => word.clone(),
        Err(_) => format!("{name}.{word}"),
    })
}

/// Gives all weights the values of a file, and lets dropout drop nothing.
pub fn fill<N: Network>(network: N, file: &File) -> Outcome<N> {
    let (path, used, problem) = (vec![], BTreeSet::new(), None);
    let mut filling =
        Filling { file, our_name: N::our_name, path, in_linear: false, used, problem };
    let network = network.map(&mut filling);
    if let Some(problem) = filling.problem {
        return Err(problem);
    }
    match file.arrays.keys().find(|name| !filling.used.contains(*name)) {
        Some(name) => Err(format!("there is no {name} here").into()),
        None => Ok(network),
    }
}

struct Filling<'a> {
    file: &'a File,
    our_name: fn(&[String]) -> String,
    path: Vec<String>,
    /// Whether what was entered last stands in a linear map.
    in_linear: bool,
    used: BTreeSet<String>,
    problem: Option<Box<dyn std::error::Error>>,
}

impl ModuleMapper for Filling<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push(name.to_owned());
        self.in_linear = container.ends_with("Linear");
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        flag.with_value(false)
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.value(&param.val()) {
            Ok(value) => param.map(|old| value.set_require_grad(old.is_require_grad())),
            Err(problem) => {
                self.problem = Some(problem);
                param
            }
        }
    }
}

impl Filling<'_> {
    /// The value of the weight that was entered, to stand where another one stands now.
    fn value<const D: usize>(&mut self, old: &Tensor<D>) -> Outcome<Tensor<D>> {
        let (name, gate) = ours((self.our_name)(&self.path));
        let array =
            self.file.arrays.get(&name).ok_or_else(|| format!("there is no {name}"))?.clone();
        if array.shape.len() != D {
            return Err(format!("{name} has the shape {:?}, expected {D} axes", array.shape).into());
        }
        let shape = array.shape.clone();
        let mut value = Tensor::from_data(TensorData::new(array.floats()?, shape), &old.device());
        if let Some(gate) = gate {
            let rows = value.dims()[0] / GATES.len();
            value = value.narrow(0, gate * rows, rows);
        }
        // Linear maps are [input, output] there.
        if D == 2 && self.in_linear {
            value = value.transpose();
        }
        if value.dims() != old.dims() {
            let (came, expected) = (value.dims(), old.dims());
            return Err(format!("{name} came as {came:?}, expected {expected:?}").into());
        }
        self.used.insert(name);
        Ok(value)
    }
}

/// Our name of a weight, and for one of a gate which part of ours it is.
fn ours(name: String) -> (String, Option<usize>) {
    let words: Vec<&str> = name.split('.').collect();
    let [layer, gate, part, kind] = words[..] else { return (name, None) };
    let Some(gate) = GATES.iter().position(|word| *word == gate) else { return (name, None) };
    let kind = match (part, kind) {
        (_, "bias") => "bias",
        ("input_transform", _) => "weight_ih",
        _ => "weight_hh",
    };
    (format!("{layer}.{kind}"), Some(gate))
}

/// The norm of all gradients.
///
/// # Errors
/// If a weight has none.
pub fn norm<N: Network>(network: &N, gradients: &GradientsParams) -> Outcome<f64> {
    let mut squares = Squares { gradients, sum: Some(0.0) };
    network.visit(&mut squares);
    Ok(squares.sum.ok_or("a gradient is lost")?.sqrt())
}

struct Squares<'a> {
    gradients: &'a GradientsParams,
    /// None if a gradient is missing.
    sum: Option<f64>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self.gradients.get::<D>(param.id);
        let square = gradient.map(|g| f64::from(g.square().sum().into_scalar::<f32>()));
        self.sum = self.sum.zip(square).map(|(sum, square)| sum + square);
    }
}

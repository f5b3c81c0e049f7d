//! A graph that grows node by node, and how it is written.

use super::Stage;
use crate::{
    Error, Result,
    protobuf::{float, integer, text},
};
use brand_nn_autodiff::{Error::NotBuilt, Param, ParamSet};
use brand_nn_layers::Network;
use brand_nn_tensor::{DType, Shape, Tensor};
use std::collections::BTreeMap;

/// The version of the operators' set: the oldest with a layer norm.
const OPERATORS: u64 = 17;

/// The version of the format that came with these operators.
const FORMAT: u64 = 8;

/// What an element of a tensor is, as the format numbers it.
#[derive(Clone, Copy)]
pub(super) enum Element {
    Float = 1,
    Int64 = 7,
}

/// A setting of a node.
pub(super) enum Setting<'a> {
    Int(i64),
    Float(f64),
    Ints(Vec<i64>),
    Text(&'a str),
    Texts(Vec<&'a str>),
}

/// Nodes and constants, in the order in which they are needed.
pub(super) struct Graph {
    weights: BTreeMap<String, Tensor>,
    nodes: Vec<Vec<u8>>,
    /// What the input's elements are: numbers, until a layer looks something up by them.
    pub(super) input: Element,
    constants: BTreeMap<String, Vec<u8>>,
}

impl Graph {
    /// An empty graph that may use a network's weights.
    pub(super) fn new(network: &Network) -> Result<Self> {
        let params = ParamSet::all(network)?;
        let value = |(name, param): (&str, &Param)| {
            let unset = || NotBuilt { place: name.to_owned() };
            Ok((name.to_owned(), param.value().map_err(|_| unset())?))
        };
        let weights = params.named().map(value).collect::<Result<_>>()?;
        Ok(Self { weights, nodes: vec![], input: Element::Float, constants: BTreeMap::new() })
    }

    /// A parameter of a layer, if it has one of this name.
    pub(super) fn weight(&self, stage: &Stage, name: &str) -> Option<Tensor> {
        self.weights.get(&stage.path(name)).cloned()
    }

    /// A parameter that a layer must have.
    pub(super) fn required(&self, stage: &Stage, name: &str) -> Result<Tensor> {
        self.weight(stage, name).ok_or_else(|| stage.refuse(format!("it has no {name}")))
    }

    /// Adds a node and gives its only output.
    pub(super) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        settings: &[(&str, Setting<'_>)],
    ) -> String {
        self.node_of(operator, inputs, settings, 1).remove(0)
    }

    /// Adds a node of several outputs.
    pub(super) fn node_of(
        &mut self,
        operator: &str,
        inputs: &[&str],
        settings: &[(&str, Setting<'_>)],
        outputs: usize,
    ) -> Vec<String> {
        let name = format!("{operator}_{}", self.nodes.len());
        let outputs: Vec<String> = (0..outputs).map(|output| format!("{name}:{output}")).collect();
        let mut node: Vec<u8> = inputs.iter().flat_map(|input| text(1, input.as_bytes())).collect();
        node.extend(outputs.iter().flat_map(|output| text(2, output.as_bytes())));
        node.extend([text(3, name.as_bytes()), text(4, operator.as_bytes())].concat());
        node.extend(settings.iter().flat_map(|(name, setting)| text(5, &setting.encode(name))));
        self.nodes.push(node);
        outputs
    }

    /// Enters numbers under a name, unless they are there already, and gives the name.
    ///
    /// A network has all its numbers in `f32`; others are refused before.
    pub(super) fn floats(&mut self, name: impl Into<String>, numbers: &Tensor) -> String {
        let bytes: Vec<u8> =
            numbers.to_vec::<f32>().into_iter().flat_map(f32::to_le_bytes).collect();
        self.constant(name.into(), numbers.shape(), Element::Float, &bytes)
    }

    /// Enters whole numbers, such as lengths and axes.
    pub(super) fn integers(&mut self, numbers: &[i64]) -> String {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        let shape = [numbers.len()].into();
        self.constant(format!("integers {numbers:?}"), &shape, Element::Int64, &bytes)
    }

    /// Enters a single number.
    pub(super) fn number(&mut self, number: f64) -> String {
        let value = Tensor::from(number as f32);
        self.floats(format!("number {number}"), &value)
    }

    fn constant(&mut self, name: String, shape: &Shape, kind: Element, bytes: &[u8]) -> String {
        let mut tensor: Vec<u8> = shape.iter().flat_map(|&len| integer(1, len as u64)).collect();
        tensor.extend(integer(2, kind as u64));
        tensor.extend([text(8, name.as_bytes()), text(9, bytes)].concat());
        self.constants.insert(name.clone(), tensor);
        name
    }

    /// The whole file: a graph from one input to one output, of batches of any size.
    pub(super) fn encode(&self, input: &Shape, output: (&str, &Shape)) -> Vec<u8> {
        let last =
            [text(1, output.0.as_bytes()), text(2, b"output"), text(4, b"Identity")].concat();
        let nodes = self.nodes.iter().chain([&last]).flat_map(|node| text(1, node));
        let constants = self.constants.values().flat_map(|tensor| text(5, tensor));
        let mut graph: Vec<u8> = nodes.collect();
        graph.extend(text(2, b"brand-nn"));
        graph.extend(constants);
        graph.extend(text(11, &described("input", self.input, input)));
        graph.extend(text(12, &described("output", Element::Float, output.1)));
        let producer = [text(2, b"brand-nn"), text(3, env!("CARGO_PKG_VERSION").as_bytes())];
        let operators = text(8, &[text(1, b""), integer(2, OPERATORS)].concat());
        [integer(1, FORMAT), producer.concat(), text(7, &graph), operators].concat()
    }
}

impl Setting<'_> {
    fn encode(&self, name: &str) -> Vec<u8> {
        let (kind, value) = match self {
            Self::Float(value) => (1, float(2, *value as f32)),
            Self::Int(value) => (2, integer(3, *value as u64)),
            Self::Text(value) => (3, text(4, value.as_bytes())),
            Self::Ints(values) => {
                (7, values.iter().flat_map(|value| integer(8, *value as u64)).collect())
            }
            Self::Texts(values) => {
                (8, values.iter().flat_map(|value| text(9, value.as_bytes())).collect())
            }
        };
        [text(1, name.as_bytes()), value, integer(20, kind)].concat()
    }
}

/// The name, type and shape of the graph's input or output.
fn described(name: &str, kind: Element, example: &Shape) -> Vec<u8> {
    let batch = text(1, &text(2, b"batch"));
    let lengths = example.iter().flat_map(|&len| text(1, &integer(1, len as u64)));
    let shape: Vec<u8> = batch.into_iter().chain(lengths).collect();
    let tensor = [integer(1, kind as u64), text(2, &shape)].concat();
    [text(1, name.as_bytes()), text(2, &text(1, &tensor))].concat()
}

/// Refuses numbers that are not `f32`.
pub(super) fn check_numbers(network: &Network) -> Result<()> {
    let params = ParamSet::all(network)?;
    match params.named().find(|(_, param)| param.dtype() != DType::F32) {
        None => Ok(()),
        Some((name, param)) => Err(Error::Data {
            what: "an ONNX file",
            got: format!("{} in {name}", param.dtype()),
            expected: "parameters of f32",
            help: "cast the model to f32 first",
        }),
    }
}

//! A row of built layers that can be run, trained, summarised and described.

use crate::{Call, Error, Flow, Layer, Pass, Result, Summary, TraceSpan, flops};
use brand_nn_autodiff::{ParamSet, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// A row of built layers; made by [`Sequential::build`](crate::Sequential::build).
///
/// Layers are named after their kind, with a number from the second of a kind on: `lstm`,
/// `lstm_1`. So one more dropout changes no other layer's name.
pub struct Network {
    stages: Vec<Stage>,
    input: Shape,
    json: String,
}

/// One layer with its name and what it makes of an example.
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) layer: Box<dyn Layer>,
    pub(crate) output: Shape,
    pub(crate) flops: Option<u64>,
}

/// The name of a layer: its kind, with a number from the second of a kind on.
pub(crate) fn numbered(kind: &str, repeats: usize) -> String {
    if repeats == 0 { kind.to_owned() } else { format!("{kind}_{repeats}") }
}

impl Network {
    pub(crate) fn from_stages(stages: Vec<Stage>, input: Shape, json: String) -> Self {
        Self { stages, input, json }
    }

    pub(crate) fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The layers, output shapes, numbers of parameters and FLOPs, as a table to print.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(&self.stages)
    }

    /// The number of parameters, buffers left out.
    #[must_use]
    pub fn num_params(&self) -> usize {
        self.summary().num_params()
    }

    /// The shape of one example's input, without the batch axis.
    #[must_use]
    pub fn input_shape_of_example(&self) -> &Shape {
        &self.input
    }

    /// The shape of one example's output, without the batch axis.
    #[must_use]
    pub fn output_shape_of_example(&self) -> &Shape {
        self.stages.last().map_or(&self.input, |stage| &stage.output)
    }

    /// The architecture as JSON; [`Sequential::from_json`](crate::Sequential::from_json) reads it.
    #[must_use]
    pub fn to_json(&self) -> &str {
        &self.json
    }

    /// The layer of a name, as the summary shows it.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<&dyn Layer> {
        self.stages.iter().find(|stage| stage.name == name).map(|stage| &*stage.layer)
    }
}

impl Params for Network {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.stages.iter().for_each(|stage| visitor.child(&stage.name, &stage.layer));
    }
}

impl Layer for Network {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        let Flow { value, mask } = self.flow(input.into(), pass)?;
        match mask {
            None => Ok(value),
            // Left behind here, it would be forgotten, and padding taken for data.
            Some(_) => Err(Error::Mask {
                place: "network".into(),
                help: "call_flow gives value and mask; or end with a layer such as lstm",
            }),
        }
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        self.stages.iter().try_fold(input, |x, stage| {
            let _span = TraceSpan::enter("layer", &stage.name);
            stage.layer.call_flow(x, pass).map_err(|error| error.at(&stage.name))
        })
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        flops::chain(self.stages.iter().map(|stage| &*stage.layer), input)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let input = input.clone();
        self.stages.iter().try_fold(input, |x, stage| stage.layer.output_shape(&x))
    }

    fn architecture(&self) -> Option<String> {
        Some(self.json.clone())
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = ParamSet::all(self).map_or(0, |set| set.count());
        write!(f, "Network of {} layers, {count} parameters", self.stages.len())
    }
}

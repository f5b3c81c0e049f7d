//! Networks of several inputs and outputs, whose layers may be shared.

mod builder;

pub use builder::{GraphBuilder, Node};

use crate::{
    Call, Error, Layer, Merge, Pass, Result, Summary, SummaryRow, TraceSpan, flops, network::Stage,
    summary,
};
use brand_nn_autodiff::{Error as AutodiffError, Params, Var, Visitor};
use brand_nn_tensor::Shape;

/// A network of several inputs and outputs; made by [`GraphBuilder::build`].
///
/// With one input and one output it is a [`Layer`] and can stand wherever a
/// [`Network`](crate::Network) can; [`Graph::run`] serves any number of them. Layers are named as
/// in a network, or as the builder was told; a shared layer stands once.
#[doc(alias = "Functional")]
pub struct Graph {
    stages: Vec<Stage>,
    steps: Vec<Step>,
    outputs: Vec<usize>,
    json: String,
}

/// One value of a graph: its name, how it is made, and the shape of one example of it.
struct Step {
    name: String,
    origin: Origin,
    shape: Shape,
}

/// Where a value comes from; numbers are those of earlier steps.
enum Origin {
    /// An input, by its number.
    Input(usize),
    /// A layer, by the number of its stage.
    Layer { stage: usize, from: usize },
    /// Several values.
    Merge { merge: Merge, from: Vec<usize> },
}

impl Origin {
    /// The steps that it reads.
    fn sources(&self) -> &[usize] {
        match self {
            Self::Input(_) => &[],
            Self::Layer { from, .. } => std::slice::from_ref(from),
            Self::Merge { from, .. } => from,
        }
    }
}

impl Graph {
    /// Runs the graph on its inputs, in the order in which they were declared, to its outputs.
    ///
    /// # Errors
    /// If there is another number of inputs; else what a layer returns, with its name.
    pub fn run(&self, inputs: &[Var], pass: &mut Pass) -> Result<Vec<Var>> {
        self.require(inputs.len(), "inputs", self.num_inputs())?;
        let mut values = Values::new(self);
        for step in &self.steps {
            let mut read = values.read(step.origin.sources());
            let _span = TraceSpan::enter("layer", &step.name);
            let value = match &step.origin {
                Origin::Layer { stage, .. } => self.stages[*stage].layer.call(read.remove(0), pass),
                Origin::Merge { merge, .. } => merge.apply(read),
                Origin::Input(number) => Ok(inputs[*number].clone()),
            };
            values.made.push(Some(value.map_err(|error| error.at(&step.name))?));
        }
        Ok(values.read(&self.outputs))
    }

    /// The layers and merges, output shapes, numbers of parameters and FLOPs, as a table to print.
    ///
    /// A layer that is used several times has one row, of its first use.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut listed = vec![false; self.stages.len()];
        let row = |step: &Step| match step.origin {
            Origin::Layer { stage, .. } if std::mem::replace(&mut listed[stage], true) => None,
            Origin::Layer { stage, .. } => Some(summary::row(&self.stages[stage])),
            _ => {
                let (name, output) = (step.name.clone(), step.shape.to_vec());
                Some(SummaryRow { name, output, num_params: 0, num_trainable: 0, flops: Some(0) })
            }
        };
        Summary { rows: self.steps.iter().filter_map(row).collect() }
    }

    /// The number of inputs.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.origin, Origin::Input(_))).count()
    }

    /// The shapes of one example of each output, without the batch axis.
    #[must_use]
    pub fn output_shapes(&self) -> Vec<Shape> {
        self.outputs.iter().map(|&output| self.steps[output].shape.clone()).collect()
    }

    /// The layer of a name, as the summary shows it.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<&dyn Layer> {
        self.stages.iter().find(|stage| stage.name == name).map(|stage| &*stage.layer)
    }

    /// The architecture as JSON; [`GraphBuilder::from_json`] reads it.
    #[must_use]
    pub fn to_json(&self) -> &str {
        &self.json
    }

    /// Refuses another number of inputs or outputs.
    fn require(&self, got: usize, setting: &'static str, count: usize) -> Result<()> {
        if got == count {
            return Ok(());
        }
        Err(Error::Autodiff(AutodiffError::Setting {
            place: "graph".into(),
            setting,
            got: format!("{got} for a graph of {count}"),
            expected: "as many as the graph has, and 1 where it stands as a layer",
            help: "run(&[…]) takes all inputs in the order of their declaration",
        }))
    }

    /// The shapes of examples at each step, for an input of another length than the graph's.
    fn shapes(&self, input: &Shape) -> Result<Vec<Shape>> {
        let mut shapes: Vec<Shape> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let read: Vec<_> = step.origin.sources().iter().map(|&at| shapes[at].clone()).collect();
            let shape = match &step.origin {
                Origin::Input(_) => Ok(input.clone()),
                Origin::Layer { stage, .. } => self.stages[*stage].layer.output_shape(&read[0]),
                Origin::Merge { merge, .. } => merge.output_shape(&read),
            };
            shapes.push(shape.map_err(|error| error.at(&step.name))?);
        }
        Ok(shapes)
    }
}

/// The values of a trip, each kept until it has been read for the last time.
struct Values {
    made: Vec<Option<Var>>,
    reads_left: Vec<usize>,
}

impl Values {
    fn new(graph: &Graph) -> Self {
        let mut reads_left = vec![0; graph.steps.len()];
        let sources = graph.steps.iter().flat_map(|step| step.origin.sources());
        sources.chain(&graph.outputs).for_each(|&source| reads_left[source] += 1);
        Self { made: Vec::with_capacity(graph.steps.len()), reads_left }
    }

    /// The values of some steps; whoever reads one last may overwrite it.
    fn read(&mut self, steps: &[usize]) -> Vec<Var> {
        let read = |&step: &usize| {
            self.reads_left[step] -= 1;
            let value = &mut self.made[step];
            if self.reads_left[step] == 0 { value.take() } else { value.clone() }
        };
        steps.iter().filter_map(read).collect()
    }
}

impl Params for Graph {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.stages.iter().for_each(|stage| visitor.child(&stage.name, &stage.layer));
    }
}

impl Layer for Graph {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        self.require(1, "outputs", self.outputs.len())?;
        Ok(self.run(&[input], pass)?.remove(0))
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        let shapes = self.shapes(input).ok()?;
        flops::total(self.steps.iter().map(|step| match step.origin {
            Origin::Layer { stage, from } => self.stages[stage].layer.flops(&shapes[from]),
            _ => Some(0),
        }))
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        self.require(1, "inputs", self.num_inputs())?;
        self.require(1, "outputs", self.outputs.len())?;
        Ok(self.shapes(input)?.swap_remove(self.outputs[0]))
    }

    fn architecture(&self) -> Option<String> {
        Some(self.json.clone())
    }
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (ins, outs) = (self.num_inputs(), self.outputs.len());
        write!(f, "Graph of {} layers, {ins} inputs, {outs} outputs", self.stages.len())
    }
}

//! Graphs as data: inputs, recipes applied to nodes, merges, outputs.

use super::{Graph, Origin, Step};
use crate::{
    Error, Fields, Merge, Recipe, Registry, Result,
    network::{Stage, numbered},
    recipe::{describe, unreadable},
};
use brand_nn_autodiff::ParamSet;
use brand_nn_tensor::Shape;
use serde::{Deserialize, Serialize};

/// Draws up a network of several inputs and outputs: Keras' functional way.
///
/// Each method adds a value and returns its [`Node`], which later ones read. Nothing is computed
/// or refused before [`build`](Self::build).
///
/// # Examples
/// Two texts through one tower of shared weights, and a price:
/// ```
/// use brand_nn_autodiff::{Params, Var};
/// use brand_nn_layers::{GraphBuilder, Merge, Pass, dense, embedding_bag};
/// use brand_nn_tensor::Tensor;
///
/// let mut graph = GraphBuilder::new();
/// let [title, text] = ["title", "text"].map(|name| graph.input(name, [5]));
/// let price = graph.input("price", [1]);
/// let tower = graph.add(embedding_bag(100, 8), title);
/// let other = graph.reuse(tower, text); // the same weights
/// let all = graph.merge(Merge::Concat(-1), [tower, other, price]);
/// let score = graph.named("score", dense(1), all);
/// let graph = graph.build([score])?.init(42)?;
///
/// let ids = Var::from(Tensor::from([[1_i64, 2, 3, 4, 5]]));
/// let price = Var::from(Tensor::from([[9.9_f32]]));
/// let scores = graph.run(&[ids.clone(), ids, price], &mut Pass::inference())?;
/// assert_eq!(scores[0].shape()[..], [1, 1]);
/// assert_eq!(graph.summary().num_params(), 100 * 8 + 17 + 1);
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[doc(alias = "Functional")]
#[derive(Default)]
pub struct GraphBuilder {
    steps: Vec<Draft>,
    outputs: Vec<usize>,
}

/// A value of a [`GraphBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node(usize);

/// One value that is to be made; numbers are those of earlier values.
enum Draft {
    Input { name: String, shape: Shape },
    Layer { name: Option<String>, recipe: Box<dyn Recipe>, from: usize },
    Reuse { layer: usize, from: usize },
    Merge { merge: Merge, from: Vec<usize> },
}

/// A graph as a file holds it.
#[derive(Serialize, Deserialize)]
struct Description {
    steps: Vec<Line>,
    outputs: Vec<usize>,
}

/// A draft as a file holds it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Input { name: String, shape: Vec<usize> },
    Layer { name: Option<String>, recipe: Fields, from: usize },
    Reuse { layer: usize, from: usize },
    Merge { merge: Merge, from: Vec<usize> },
}

impl GraphBuilder {
    /// Makes an empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares the next input: its name and the shape of one example, without the batch axis.
    pub fn input(&mut self, name: &str, example: impl Into<Shape>) -> Node {
        self.push(Draft::Input { name: name.to_owned(), shape: example.into() })
    }

    /// Applies a new layer, named after its kind.
    pub fn add(&mut self, recipe: impl Recipe + 'static, from: Node) -> Node {
        self.push(Draft::Layer { name: None, recipe: Box::new(recipe), from: from.0 })
    }

    /// Applies a new layer of a name of one's own.
    pub fn named(&mut self, name: &str, recipe: impl Recipe + 'static, from: Node) -> Node {
        let name = Some(name.to_owned());
        self.push(Draft::Layer { name, recipe: Box::new(recipe), from: from.0 })
    }

    /// Applies the layer that made the node `layer` to another value: one layer, tied weights.
    pub fn reuse(&mut self, layer: Node, from: Node) -> Node {
        self.push(Draft::Reuse { layer: layer.0, from: from.0 })
    }

    /// Makes one value of several.
    pub fn merge(&mut self, merge: Merge, from: impl IntoIterator<Item = Node>) -> Node {
        let from = from.into_iter().map(|node| node.0).collect();
        self.push(Draft::Merge { merge, from })
    }

    fn push(&mut self, draft: Draft) -> Node {
        self.steps.push(draft);
        Node(self.steps.len() - 1)
    }

    /// Makes the layers; the graph's outputs are the values of `outputs`, in this order.
    ///
    /// Sizes are inferred from value to value, and every setting and shape is checked here.
    ///
    /// # Errors
    /// If a setting is out of range, a layer or merge does not take what it reads, a name comes
    /// twice, there is no output, or a node is of another graph.
    pub fn build(mut self, outputs: impl IntoIterator<Item = Node>) -> Result<Graph> {
        self.outputs = outputs.into_iter().map(|node| node.0).collect();
        self.rebuild()
    }

    /// Builds the graph that a description has been read of.
    ///
    /// # Errors
    /// As [`GraphBuilder::build`].
    pub fn rebuild(self) -> Result<Graph> {
        let json = self.describe()?;
        let mut graph = Graph { stages: vec![], steps: vec![], outputs: vec![], json };
        for draft in &self.steps {
            graph.extend(draft)?;
        }
        let count = graph.steps.len();
        if self.outputs.is_empty() || self.outputs.iter().any(|&output| output >= count) {
            return Err(problem(format!("outputs {:?} of {count} values", self.outputs)));
        }
        graph.outputs = self.outputs;
        ParamSet::all(&graph)?;
        Ok(graph)
    }

    /// Reads what [`Graph::to_json`] wrote.
    ///
    /// # Errors
    /// If the text is not such a description or names an unknown layer.
    pub fn from_json(json: &str, registry: &Registry) -> Result<Self> {
        let description: Description =
            serde_json::from_str(json).map_err(|problem| unreadable(&problem))?;
        let steps = description.steps.into_iter().map(|line| line.read(registry));
        Ok(Self { steps: steps.collect::<Result<_>>()?, outputs: description.outputs })
    }

    fn describe(&self) -> Result<String> {
        let steps = self.steps.iter().map(Draft::describe).collect::<Result<_>>()?;
        let description = Description { steps, outputs: self.outputs.clone() };
        serde_json::to_string(&description).map_err(|problem| unreadable(&problem))
    }
}

impl Draft {
    fn describe(&self) -> Result<Line> {
        Ok(match self {
            Self::Input { name, shape } => {
                Line::Input { name: name.clone(), shape: shape.to_vec() }
            }
            Self::Layer { name, recipe, from } => {
                Line::Layer { name: name.clone(), recipe: describe(&**recipe)?, from: *from }
            }
            Self::Reuse { layer, from } => Line::Reuse { layer: *layer, from: *from },
            Self::Merge { merge, from } => Line::Merge { merge: *merge, from: from.clone() },
        })
    }
}

impl Line {
    fn read(self, registry: &Registry) -> Result<Draft> {
        Ok(match self {
            Self::Input { name, shape } => Draft::Input { name, shape: shape.into() },
            Self::Layer { name, recipe, from } => {
                Draft::Layer { name, recipe: registry.read_layer(recipe)?, from }
            }
            Self::Reuse { layer, from } => Draft::Reuse { layer, from },
            Self::Merge { merge, from } => Draft::Merge { merge, from },
        })
    }
}

/// How a graph grows by one value.
impl Graph {
    fn extend(&mut self, draft: &Draft) -> Result<()> {
        let step = match draft {
            Draft::Input { name, shape } => {
                let (name, shape) = (self.free(name.clone())?, shape.clone());
                Step { name, origin: Origin::Input(self.num_inputs()), shape }
            }
            Draft::Layer { name, recipe, from } => {
                self.new_layer(name.as_deref(), &**recipe, *from)?
            }
            Draft::Reuse { layer, from } => self.old_layer(*layer, *from)?,
            Draft::Merge { merge, from } => self.merged(*merge, from)?,
        };
        self.steps.push(step);
        Ok(())
    }

    fn new_layer(&mut self, name: Option<&str>, recipe: &dyn Recipe, from: usize) -> Result<Step> {
        let (kind, input) = (recipe.kind(), self.shape_of(from)?);
        let taken = |stage: &&Stage| stage.kind == kind;
        let repeats = self.stages.iter().filter(taken).count();
        let name = self.free(name.map_or_else(|| numbered(kind, repeats), ToOwned::to_owned))?;
        let layer = recipe.build(&input).map_err(|error| error.at(&name))?;
        let output = layer.output_shape(&input).map_err(|error| error.at(&name))?;
        let (stage, shape) = (self.stages.len(), output.clone());
        let flops = layer.flops(&input);
        self.stages.push(Stage { name: name.clone(), kind, layer, output, flops });
        Ok(Step { name, origin: Origin::Layer { stage, from }, shape })
    }

    fn old_layer(&self, layer: usize, from: usize) -> Result<Step> {
        let input = self.shape_of(from)?;
        let Some(Step { name, origin: Origin::Layer { stage, .. }, .. }) = self.steps.get(layer)
        else {
            return Err(problem(format!("value {layer} is reused, and no layer made it")));
        };
        let shape = self.stages[*stage].layer.output_shape(&input);
        let shape = shape.map_err(|error| error.at(name))?;
        Ok(Step { name: name.clone(), origin: Origin::Layer { stage: *stage, from }, shape })
    }

    fn merged(&self, merge: Merge, from: &[usize]) -> Result<Step> {
        let is_merge = |step: &&Step| matches!(step.origin, Origin::Merge { .. });
        let name = self.free(numbered("merge", self.steps.iter().filter(is_merge).count()))?;
        let shapes = from.iter().map(|&from| self.shape_of(from)).collect::<Result<Vec<_>>>()?;
        let shape = merge.output_shape(&shapes).map_err(|error| error.at(&name))?;
        Ok(Step { name, origin: Origin::Merge { merge, from: from.to_vec() }, shape })
    }

    fn shape_of(&self, step: usize) -> Result<Shape> {
        let known = self.steps.get(step).map(|step| step.shape.clone());
        known.ok_or_else(|| problem(format!("value {step} is read before it is made")))
    }

    /// The name, unless another value has it.
    fn free(&self, name: String) -> Result<String> {
        if name.is_empty() || self.steps.iter().any(|step| step.name == name) {
            return Err(problem(format!("the name `{name}` is empty or comes twice")));
        }
        Ok(name)
    }
}

fn problem(problem: String) -> Error {
    Error::Graph { problem }
}

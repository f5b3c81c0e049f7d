//! Networks as files that other programs run: ONNX.
//!
//! `graph` writes nodes and constants; each other file says what nodes the layers of some families
//! become. One more layer is one more line of [`LAYERS`], and the function that it names.

mod activation;
mod attention;
mod basic;
mod graph;
mod recurrent;
mod window;

use crate::{Error, Result};
use brand_nn_layers::{Fields, Network, Registry};
use brand_nn_tensor::{Shape, io::write_atomically};
use graph::{Element, Graph, Setting, check_numbers};
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::BTreeMap, path::Path};

/// A trained network in the format that ONNX runtimes read, for inference outside of brand-nn.
///
/// The file has operators of set 17. Its `input` takes batches of any size of what the network was
/// built for; its `output` is what [`predict`](crate::predict) gives. Layers that only matter while
/// training, such as dropout, leave no trace.
///
/// # Errors
/// `from_network` refuses layers that it can't say in ONNX, masks, and numbers other than `f32`.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Activation, Sequential, dense, dropout};
/// use brand_nn_train::OnnxModel;
///
/// let network = Sequential::new()
///     .add(dense(8).activation(Activation::Relu))
///     .add(dropout(0.2))
///     .add(dense(2).activation(Activation::Softmax))
///     .build([4])?
///     .init(42)?;
/// let model = OnnxModel::from_network(&network)?;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("classifier.onnx");
/// model.save(&path)?;
/// assert_eq!(std::fs::read(&path).unwrap(), model.as_bytes());
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[doc(alias = "torch.onnx.export")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnnxModel {
    bytes: Vec<u8>,
}

/// What a layer becomes: nodes that read a value, by its name, and the name of what they make.
type Export = fn(&mut Graph, &Stage, &str) -> Result<String>;

/// What each kind of layer becomes.
const LAYERS: [(&str, Export); 37] = [
    ("activation", basic::function),
    ("alpha_dropout", basic::nothing),
    ("avg_pool1d", window::avg_pool),
    ("avg_pool2d", window::avg_pool),
    ("batch_norm", basic::batch_norm),
    ("bidirectional", recurrent::bidirectional),
    ("conv1d", window::conv),
    ("conv2d", window::conv),
    ("conv3d", window::conv),
    ("dense", basic::dense),
    ("depthwise_conv1d", window::depthwise_conv),
    ("depthwise_conv2d", window::depthwise_conv),
    ("dropout", basic::nothing),
    ("embedding", basic::embedding),
    ("feed_forward", basic::feed_forward),
    ("flatten", basic::reshape),
    ("gaussian_dropout", basic::nothing),
    ("gaussian_noise", basic::nothing),
    ("global_avg_pool", window::global_avg_pool),
    ("global_max_pool", window::global_max_pool),
    ("gru", recurrent::gru),
    ("layer_norm", basic::layer_norm),
    ("lstm", recurrent::lstm),
    ("max_pool1d", window::max_pool),
    ("max_pool2d", window::max_pool),
    ("multi_head_attention", attention::multi_head),
    ("permute", basic::permute),
    ("position_embedding", basic::position_embedding),
    ("prelu", basic::prelu),
    ("repeat_vector", basic::repeat_vector),
    ("reshape", basic::reshape),
    ("residual", basic::residual),
    ("rms_norm", basic::rms_norm),
    ("sequential", sequential),
    ("simple_rnn", recurrent::simple_rnn),
    ("spatial_dropout", basic::nothing),
    ("transformer_encoder_layer", attention::encoder_layer),
];

/// A network as its file describes it.
#[derive(Deserialize)]
struct Description {
    layers: Vec<Fields>,
}

/// A layer on its way: where its parameters stand, its settings, and the shapes of an example.
struct Stage {
    place: String,
    kind: String,
    fields: Fields,
    input: Shape,
    output: Shape,
}

impl OnnxModel {
    /// Writes a network's layers and numbers as operators.
    ///
    /// # Errors
    /// If a layer has no operators, a parameter has no value or is not of `f32`.
    pub fn from_network(network: &Network) -> Result<Self> {
        check_numbers(network)?;
        let description: Description = serde_json::from_str(network.to_json())
            .map_err(|problem| refusal("", problem.to_string()))?;
        let (mut graph, input) = (Graph::new(network)?, network.input_shape_of_example());
        let output = row(&mut graph, "", description.layers, input, "input")?;
        let shape = network.output_shape_of_example();
        Ok(Self { bytes: graph.encode(input, (&output, shape)) })
    }

    /// The file's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes the file, as a whole or not at all.
    ///
    /// # Errors
    /// If it can't be written; then the old file is as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        Ok(write_atomically(path, |out| out.write_all(&self.bytes))?)
    }
}

/// Layers one after the other, with the names that a network gives them.
fn row(
    graph: &mut Graph,
    place: &str,
    layers: Vec<Fields>,
    input: &Shape,
    value: &str,
) -> Result<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let (mut shape, mut value) = (input.clone(), value.to_owned());
    for fields in layers {
        let kind = kind_of(&fields)?;
        let repeats = seen.entry(kind.clone()).or_default();
        let name = if *repeats == 0 { kind } else { format!("{kind}_{repeats}") };
        *repeats += 1;
        let stage = Stage::new(join(place, &name), fields, shape)?;
        value = stage.export(graph, &value)?;
        shape = stage.output;
    }
    Ok(value)
}

fn sequential(graph: &mut Graph, stage: &Stage, value: &str) -> Result<String> {
    row(graph, &stage.place, stage.get("layers")?, &stage.input, value)
}

impl Stage {
    fn new(place: String, fields: Fields, input: Shape) -> Result<Self> {
        let recipe = Registry::default().read_layer(fields.clone())?;
        let output = recipe.build(&input)?.output_shape(&input)?;
        Ok(Self { place, kind: recipe.kind().to_owned(), fields, input, output })
    }

    /// A layer inside of this one, that reads what this one reads.
    fn inner(&self, name: &str, setting: &str) -> Result<Self> {
        Self::new(self.path(name), self.get(setting)?, self.input.clone())
    }

    fn export(&self, graph: &mut Graph, value: &str) -> Result<String> {
        let known = LAYERS.iter().find(|(kind, _)| *kind == self.kind);
        let Some((_, export)) = known else {
            let known: Vec<_> = LAYERS.iter().map(|(kind, _)| *kind).collect();
            let problem = format!("there are no operators for it, but for {}", known.join(", "));
            return Err(refusal(&self.place, problem));
        };
        export(graph, self, value)
    }

    /// Where a parameter or layer inside of this one stands.
    fn path(&self, name: &str) -> String {
        join(&self.place, name)
    }

    /// A setting of the layer.
    fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        Ok(self.fields.clone().take(name)?)
    }

    /// A setting that files may leave out.
    fn get_or_default<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T> {
        Ok(self.fields.clone().take_or_default(name)?)
    }

    fn refuse(&self, problem: impl Into<String>) -> Error {
        refusal(&self.place, problem.into())
    }
}

fn kind_of(fields: &Fields) -> Result<String> {
    Ok(fields.clone().take("layer")?)
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn refusal(place: &str, problem: String) -> Error {
    Error::File {
        path: "ONNX".into(),
        place: place.to_owned(),
        problem,
        help: "write the network of other layers, or save it as safetensors",
    }
}

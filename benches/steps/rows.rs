//! The models by their names.

use crate::{
    click::{self, Click},
    encoder::{self, LENGTH},
    learner::{Batch, Learner},
    networks,
};
use brand_nn::prelude::Network;
use brand_nn_benches::Outcome;

/// The rows of `all`.
pub(crate) const NAMES: [&str; 19] = [
    "sentiment",
    "mlp",
    "wide-mlp",
    "cnn",
    "encoder",
    "bert",
    "logistic",
    "texts",
    "click-10000",
    "click-1000000",
    "click-10000000",
    "click-exact-1000000",
    "sentiment-inference",
    "mlp-inference",
    "cnn-inference",
    "encoder-inference",
    "text-inference",
    "bert-inference",
    "texts-inference",
];

/// A model with what it is fed.
pub(crate) struct Row {
    /// Whether its weights learn.
    pub(crate) learns: bool,
    /// The steps of a block.
    pub(crate) steps: usize,
    /// What it is fed, a batch a step, in turns.
    pub(crate) batches: Make<Vec<Batch>>,
    /// The model, its optimizer and its loss.
    pub(crate) learner: Make<Learner>,
    /// The same layers as a network, which can be written as ONNX.
    pub(crate) network: Make<Network>,
}

/// Something that is made when it is needed.
type Make<T> = Box<dyn Fn() -> Outcome<T>>;

/// The row of a name.
///
/// # Errors
/// If there is none.
pub(crate) fn find(name: &str) -> Outcome<Row> {
    let model = name.strip_suffix("-inference").unwrap_or(name);
    let row = of(model).ok_or_else(|| format!("no model `{name}`"))?;
    Ok(Row { learns: model == name, ..row })
}

fn of(model: &str) -> Option<Row> {
    use networks::{binary, cnn, logistic, reviews, sentiment, tabular};
    Some(match model {
        "sentiment" => Row::of(10, || Ok(reviews(32, 100)), sentiment, binary),
        "mlp" => mlp(100, 64, &[784, 256, 10]),
        "wide-mlp" => mlp(20, 512, &[784, 512, 512, 10]),
        "cnn" => Row::of(5, || networks::images(64, &[1, 28, 28]), cnn, Learner::classifier),
        "logistic" => Row::of(1000, tabular, logistic, binary),
        "encoder" => mini(2, 8),
        "text" => mini(10, 1),
        "bert" => Row::new(1, || encoder::ids(8, LENGTH), encoder::base)
            .network(|| encoder::network(768, 12)),
        "texts" => Row::new(encoder::BATCHES, encoder::reviews, encoder::texts),
        _ => {
            let click = Click::of(model)?;
            Row::new(click::BATCHES, move || click.batches(), move || click.learner())
        }
    })
}

/// Linear layers between the given widths.
fn mlp(steps: usize, batch: usize, widths: &'static [usize]) -> Row {
    let images = move || networks::images(batch, &widths[..1]);
    Row::of(steps, images, || networks::mlp(widths), Learner::classifier)
}

/// An encoder of MiniLM's size for so many texts.
fn mini(steps: usize, texts: usize) -> Row {
    Row::new(steps, move || encoder::ids(texts, LENGTH), || encoder::mini(6))
        .network(|| encoder::network(384, 6))
}

impl Row {
    fn new(
        steps: usize,
        batches: impl Fn() -> Outcome<Vec<Batch>> + 'static,
        learner: impl Fn() -> Outcome<Learner> + 'static,
    ) -> Self {
        let (batches, learner) = (Box::new(batches), Box::new(learner));
        let network = Box::new(|| Err("its layers do not stand in a row".into()));
        Self { learns: true, steps, batches, learner, network }
    }

    /// A network that learns as is said.
    fn of(
        steps: usize,
        batches: impl Fn() -> Outcome<Vec<Batch>> + 'static,
        network: impl Fn() -> Outcome<Network> + Copy + 'static,
        learner: fn(Network) -> Outcome<Learner>,
    ) -> Self {
        Self::new(steps, batches, move || learner(network()?)).network(network)
    }

    fn network(self, network: impl Fn() -> Outcome<Network> + 'static) -> Self {
        Self { network: Box::new(network), ..self }
    }
}

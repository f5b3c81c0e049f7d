//! The models by their names.

use crate::{
    click, encoder,
    learner::{Batch, Learner},
    networks,
};
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
}

/// Something that is made when it is needed.
type Make<T> = Box<dyn Fn() -> Outcome<T>>;

/// The row of a name.
///
/// # Errors
/// If there is none.
pub(crate) fn find(name: &str) -> Outcome<Row> {
    let model = name.strip_suffix("-inference").unwrap_or(name);
    let row = |steps, batches, learner| Ok(Row { learns: model == name, steps, batches, learner });
    match model {
        "sentiment" => {
            row(10, Box::new(|| Ok(networks::reviews(32, 100))), Box::new(networks::sentiment))
        }
        "mlp" => images(&row, 100, 64, &[784, 256, 10]),
        "wide-mlp" => images(&row, 20, 512, &[784, 512, 512, 10]),
        "cnn" => row(5, Box::new(|| networks::images(64, &[1, 28, 28])), Box::new(networks::cnn)),
        "encoder" => row(2, Box::new(|| encoder::ids(8, 128)), Box::new(|| encoder::mini(6))),
        "text" => row(10, Box::new(|| encoder::ids(1, 128)), Box::new(|| encoder::mini(6))),
        "bert" => row(1, Box::new(|| encoder::ids(8, 128)), Box::new(encoder::base)),
        "texts" => row(encoder::BATCHES, Box::new(encoder::reviews), Box::new(encoder::texts)),
        "logistic" => row(1000, Box::new(networks::tabular), Box::new(networks::logistic)),
        _ => {
            let click = click::Click::of(model).ok_or_else(|| format!("no model `{name}`"))?;
            row(
                click::BATCHES,
                Box::new(move || click.batches()),
                Box::new(move || click.learner()),
            )
        }
    }
}

/// The row of linear layers between the given widths.
fn images(
    row: &dyn Fn(usize, Make<Vec<Batch>>, Make<Learner>) -> Outcome<Row>,
    steps: usize,
    batch: usize,
    widths: &'static [usize],
) -> Outcome<Row> {
    let images = move || networks::images(batch, &widths[..1]);
    row(steps, Box::new(images), Box::new(move || networks::mlp(widths)))
}

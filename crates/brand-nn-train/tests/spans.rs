//! What a subscriber of `tracing` sees of a training.
//!
//! The program has one test alone: whether anybody listens is known for the whole process.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

use brand_nn_layers::{Sequential, dense, dropout};
use brand_nn_losses::mse;
use brand_nn_optim::Sgd;
use brand_nn_tensor::Tensor;
use brand_nn_train::{Fit, Model};
use std::sync::{Arc, Mutex};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::with_default,
};

/// Writes down the fields of each span.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.name() == "brand_nn"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(String::new());
        span.record(&mut fields);
        let mut notes = self.0.lock().unwrap();
        notes.push(fields.0);
        Id::from_u64(notes.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0 += &format!("{field}={value:?} ");
    }
}

#[test]
fn layers_and_the_parts_of_a_step_are_spans() {
    let data = (Tensor::ones([4, 2]), Tensor::ones([4]));
    let network = Sequential::new().add(dense(3)).add(dropout(0.1)).add(dense(1));
    let mut trainer = network.build([2]).unwrap().compile(Sgd::new(0.1), mse);
    let notes = Notes::default();
    with_default(notes.clone(), || trainer.fit(&data, Fit::epochs(1).quiet()).unwrap());
    let spans = notes.0.lock().unwrap().join("");
    let step = |name| format!("kind=\"step\" name=\"{name}\" ");
    let layers =
        ["dense", "dropout", "dense_1"].map(|name| format!("kind=\"layer\" name=\"{name}\" "));
    let expected = step("forward") + &layers.concat() + &step("backward") + &step("update");
    assert_eq!(spans, expected);
}

//! Gradients in, better parameters out: optimizers, schedules, clipping.
//!
//! An [`Optimizer`] takes the [`Gradients`](brand_nn_autodiff::Gradients) of a loss and changes the
//! parameters of a model in place. It remembers by the parameters' names. Its learning rate is a
//! [`Schedule`]; a number is a constant one. Clipping is done on the gradients on their way:
//! `optimizer.step(&mut model, loss.backward()?.clip_norm(1.0))`.
//!
//! | optimizer | for |
//! |---|---|
//! | [`Adam`] | nearly everything; what Keras' tutorials use |
//! | [`AdamW`] | transformers and fine-tuning: its weight decay is kept apart |
//! | [`LazyAdam`] | large embeddings: only the rows that were looked up move |
//! | [`NAdam`], [`RAdam`], [`Adamax`] | as Adam: looks ahead, needs no warm-up, takes maxima |
//! | [`Sgd`] | convolutions with momentum, and convex problems |
//! | [`RmsProp`], [`Adagrad`], [`Adadelta`] | recurrent networks, rare features, no rate |
//! | [`Adafactor`] | models whose optimizer must not cost memory |
//! | [`Lion`] | large models: one memory, steps of one size |
//! | [`Lamb`] | very large batches |
//! | [`Ftrl`] | sparse linear models, online |
//! | [`Muon`] | the matrices of transformers |
//! | [`Lbfgs`] | smooth losses of all data at once; asks for the loss itself |
//!
//! | schedule | the rate |
//! |---|---|
//! | a number, a closure | is constant; is any function of the step |
//! | [`StepDecay`], [`MultiStep`] | falls at once, every so often or at chosen steps |
//! | [`Exponential`], [`Polynomial`] | falls steadily; linearly by default |
//! | [`Cosine`], [`CosineRestarts`] | falls along half a cosine, once or again and again |
//! | [`WarmUp`], [`InverseSqrt`] | rises linearly first |
//! | [`OneCycle`], [`Cyclic`] | goes up and down |
//! | [`Sequence`], [`Chained`] | is that of several schedules in turn, or their product |
//! | [`Plateau`] | falls when a metric stops getting better |
//!
//! | around a step | |
//! |---|---|
//! | [`Group`] | rate, decay, penalties and [`Constraint`] by the names of parameters |
//! | [`clip_adaptive`] | clipping by the size of the weights |
//! | [`Accumulate`] | the mean gradient of several batches |
//! | [`Sam`] | the gradient of the worst place nearby |
//! | [`Average`] | running averages of weights: EMA and SWA |
//!
//! [`check`] puts any optimizer through the contract. One more optimizer is one more file, a line
//! below, and a row each of `tests/contract.rs` and `tests/golden.rs`.

/// One line a room: its file and the names that it exports.
macro_rules! rooms {
    ($($file:ident: $($name:ident),+;)+) => {
        $(
            mod $file;
            pub use $file::{$($name),+};
        )+
    };
}

rooms! {
    accumulate: Accumulate;
    adadelta: Adadelta;
    adafactor: Adafactor;
    adagrad: Adagrad;
    adam: Adam, AdamW;
    adamax: Adamax;
    average: Average;
    clip: clip_adaptive;
    constraint: Constraint;
    ftrl: Ftrl;
    group: Group;
    lamb: Lamb;
    lazy_adam: LazyAdam;
    lbfgs: Lbfgs;
    lion: Lion;
    muon: Muon;
    nadam: NAdam;
    radam: RAdam;
    rmsprop: RmsProp;
    sam: Sam;
    sgd: Sgd;
}

pub mod check;
mod course;
mod error;
mod optimizer;
mod schedule;
mod setting;
mod state;

pub use error::{Error, Result};
pub use optimizer::Optimizer;
pub use schedule::{
    Anneal, Chained, Cosine, CosineRestarts, Cyclic, CyclicMode, Exponential, InverseSqrt,
    MultiStep, OneCycle, Plateau, Polynomial, Schedule, Sequence, StepDecay, WarmUp,
};
pub use setting::{Range, Setting};

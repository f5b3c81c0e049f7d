//! Train steps and inference of whole models in burn, for `benches/steps` to take turns with.
//!
//! Speaks the line protocol of `../README.md` for `mlp`, `wide-mlp`, `logistic`, `cnn`,
//! `sentiment`, `encoder`, `text` and `bert`, with `-inference` behind it or not. The backend is
//! `flex`; `run` says how many threads it has.

mod encoder;
mod learner;
mod networks;
mod weights;

use brand_nn_peer_protocol::{Outcome, serve};
use encoder::Encoder;
use learner::Learner;
use networks::{Cnn, Mlp, Sentiment};

fn main() -> Outcome<()> {
    let name = std::env::args().nth(1).ok_or("run MODEL")?;
    match name.strip_suffix("-inference").unwrap_or(&name) {
        "mlp" | "wide-mlp" | "logistic" => serve::<Learner<Mlp>>(),
        "cnn" => serve::<Learner<Cnn>>(),
        "sentiment" => serve::<Learner<Sentiment>>(),
        "encoder" | "text" | "bert" => serve::<Learner<Encoder>>(),
        _ => {
            println!("no model {name}");
            Ok(())
        }
    }
}

//! How the time of a train step grows with length, batch and layers, with straight lines through it.

use crate::{
    encoder,
    learner::{Batch, Learner, Ours},
    networks,
};
use brand_nn::{report::Plot, tensor::io::write_atomically};
use brand_nn_benches::{Outcome, median};
use std::time::Instant;

/// Where the figure goes.
const FIGURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/growth.svg");

/// The sizes, as shares of the largest.
const QUARTERS: [usize; 4] = [1, 2, 3, 4];
const ROUNDS: usize = 9;

/// Length, batch and layers.
type Sizes = [usize; 3];

/// A kind of model: its name, its largest sizes, and how it is made for some.
type Kind = (&'static str, Sizes, fn(Sizes) -> Outcome<(Vec<Batch>, Learner)>);

const KINDS: [Kind; 2] = [
    ("LSTM", [200, 64, 4], |[length, batch, layers]| {
        let network = networks::recurrent(length, layers)?;
        Ok((networks::reviews(batch, length), networks::binary(network)?))
    }),
    ("encoder", [192, 16, 8], |[length, batch, layers]| {
        Ok((encoder::ids(batch, length)?, encoder::mini(layers)?))
    }),
];

/// Prints the times and draws them.
pub(crate) fn growth() -> Outcome<()> {
    let plot = Plot::new("A train step's time over the model's size").y_from_zero();
    let ticks = ["¼", "½", "¾", "1"].into_iter().enumerate();
    let plot = plot.x_ticks(ticks.map(|(i, tick)| ((i + 1) as f64 / 4.0, tick)));
    let mut plot = plot.x("share of the largest size").y("share of the largest size's time");
    println!(
        "| model | of | sizes | ms | largest distance from a straight line |\n|---|---|---|---|---|"
    );
    for (name, largest, make) in KINDS {
        for (axis, what) in ["length", "batch", "layers"].into_iter().enumerate() {
            // The other sizes are halved, so that a step is short.
            let mut sizes = largest.map(|size| size / 2);
            let sizes = QUARTERS.map(|quarters| {
                sizes[axis] = largest[axis] * quarters / 4;
                sizes
            });
            let times = times(sizes.map(make))?;
            let of = sizes.map(|sizes| sizes[axis]);
            println!("| {name} | {what} | {of:?} | {times:.1?} | {:.1} % |", 100.0 * bend(&times));
            let last = times[times.len() - 1];
            let points =
                QUARTERS.iter().zip(&times).map(|(q, time)| (*q as f64 / 4.0, time / last));
            plot = plot.line(format!("{name}, {what}"), points);
        }
    }
    Ok(write_atomically(FIGURE, |file| file.write_all(plot.to_svg().as_bytes()))?)
}

/// The milliseconds of a step of each model, the medians of rounds in which all take turns.
fn times(made: [Outcome<(Vec<Batch>, Learner)>; 4]) -> Outcome<Vec<f64>> {
    let models =
        made.into_iter().map(|made| made.map(|(batches, learner)| Ours::of(learner, batches)));
    let mut models = models.collect::<Outcome<Vec<_>>>()?;
    let mut times = vec![Vec::new(); models.len()];
    for round in 0..=ROUNDS {
        for (ours, times) in models.iter_mut().zip(&mut times) {
            let start = Instant::now();
            ours.step()?;
            // The first round is to get warm.
            times.extend((round > 0).then(|| start.elapsed().as_secs_f64() * 1e3));
        }
    }
    Ok(times.iter_mut().map(|times| median(times)).collect())
}

/// How far the numbers are from the straight line through them by least squares, at most, as a share
/// of the last.
fn bend(times: &[f64]) -> f64 {
    let count = times.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = times.iter().sum::<f64>() / count;
    let places = || times.iter().enumerate().map(|(i, time)| (i as f64 - middle, time - mean));
    let slope =
        places().map(|(x, y)| x * y).sum::<f64>() / places().map(|(x, _)| x * x).sum::<f64>();
    let distances = places().map(|(x, y)| (y - slope * x).abs());
    distances.fold(0.0, f64::max) / times[times.len() - 1]
}

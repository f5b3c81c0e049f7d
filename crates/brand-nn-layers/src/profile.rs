//! What each layer of a network costs: time there and back, and bytes.

use crate::{Call, Flow, Network, Pass, Result, network::Stage};
use brand_nn_autodiff::{ParamSet, Var};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What each layer of a network cost on one trip there and back; made by [`Network::profile`].
///
/// Printed, it is a table. Times are those of a watch on the wall: leave the machine alone.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::{Pass, Sequential, dense};
/// use brand_nn_tensor::{Rng, Tensor};
///
/// let network = Sequential::new().add(dense(8)).add(dense(1)).build([4])?.init(42)?;
/// let mut rng = Rng::new(1);
/// network.profile(Tensor::ones([32, 4]), &mut Pass::training(&mut rng))?; // warm up
/// let profile = network.profile(Tensor::ones([32, 4]), &mut Pass::training(&mut rng))?;
/// let rows = &profile.rows;
/// assert_eq!((rows[0].output_bytes, rows[1].param_bytes), (32 * 8 * 4, (8 + 1) * 4));
/// assert!(rows[1].backward.is_some() && profile.to_chrome_trace().contains("dense_1"));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "profiler")]
pub struct Profile {
    /// One row a layer, in order.
    pub rows: Vec<ProfileRow>,
}

/// One layer of a [`Profile`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// The layer's name in the network.
    pub name: String,
    /// When it ran.
    pub forward: Span,
    /// When its gradients were made; `None` where no gradient came by.
    pub backward: Option<Span>,
    /// The bytes of what it made of the batch.
    pub output_bytes: usize,
    /// The bytes of its parameters and buffers.
    pub param_bytes: usize,
}

/// A time from the beginning of the trip, and how long it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// From the beginning of the trip.
    pub start: Duration,
    /// How long it took.
    pub length: Duration,
}

impl Span {
    fn between(start: Duration, end: Duration) -> Self {
        Self { start, length: end.saturating_sub(start) }
    }
}

impl Network {
    /// Runs a batch there and, where the pass learns, back from the sum of all outputs, with a watch at
    /// the border of each layer.
    ///
    /// The first trip asks the system for memory, and is slower than those that follow.
    ///
    /// # Errors
    /// As a call of the network.
    pub fn profile(&self, input: impl Into<Var>, pass: &mut Pass) -> Result<Profile> {
        let begun = Instant::now();
        let arrivals = Arc::new(Mutex::new(BTreeMap::new()));
        let mut rows = Vec::new();
        let mut flow = Flow::from(input.into());
        for (border, stage) in self.stages().iter().enumerate() {
            flow.value = watched(&flow.value, border, begun, &arrivals);
            let start = begun.elapsed();
            flow = stage.layer.call_flow(flow, pass).map_err(|error| error.at(&stage.name))?;
            let forward = Span::between(start, begun.elapsed());
            rows.push(row(stage, forward, &flow.value));
        }
        let output = watched(&flow.value, rows.len(), begun, &arrivals);
        if output.is_tracked() {
            output.sum().backward()?;
            let arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
            let end = begun.elapsed();
            for (border, row) in rows.iter_mut().enumerate() {
                let left = arrivals.get(&border).copied().unwrap_or(end);
                row.backward = arrivals.get(&(border + 1)).map(|came| Span::between(*came, left));
            }
        }
        Ok(Profile { rows })
    }
}

/// When the gradient of each border came by.
type Arrivals = Arc<Mutex<BTreeMap<usize, Duration>>>;

/// The same value, whose gradient is noted when it comes by.
fn watched(value: &Var, border: usize, begun: Instant, arrivals: &Arrivals) -> Var {
    let arrivals = arrivals.clone();
    value.on_gradient(move |_| {
        let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        arrivals.insert(border, begun.elapsed());
    })
}

fn row(stage: &Stage, forward: Span, output: &Var) -> ProfileRow {
    let set = ParamSet::all(&stage.layer).unwrap_or_default();
    let bytes = set.iter().map(brand_nn_autodiff::Param::num_bytes).sum();
    ProfileRow {
        name: stage.name.clone(),
        forward,
        backward: None,
        output_bytes: output.tensor().size() * output.dtype().size(),
        param_bytes: bytes,
    }
}

impl Profile {
    /// The time of all layers, there and back.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.rows.iter().map(|row| row.forward.length + back(row)).sum()
    }

    /// The trip as JSON that `chrome://tracing` and Perfetto show.
    #[must_use]
    pub fn to_chrome_trace(&self) -> String {
        let spans = |row: &ProfileRow| {
            let args = json!({ "output_bytes": row.output_bytes, "param_bytes": row.param_bytes });
            let both = [("forward", Some(row.forward)), ("backward", row.backward)];
            let event = |(phase, span): (&str, Option<Span>)| {
                let Span { start, length } = span?;
                let [start, length] = [start, length].map(|time| time.as_secs_f64() * 1e6);
                Some(json!({
                    "name": row.name, "cat": phase, "ph": "X", "pid": 1, "tid": 1,
                    "ts": start, "dur": length, "args": args,
                }))
            };
            both.into_iter().filter_map(event).collect::<Vec<Value>>()
        };
        let events: Vec<_> = self.rows.iter().flat_map(spans).collect();
        json!({ "traceEvents": events, "displayTimeUnit": "ms" }).to_string()
    }
}

fn back(row: &ProfileRow) -> Duration {
    row.backward.map_or(Duration::ZERO, |span| span.length)
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total().as_secs_f64();
        let line = "─".repeat(77);
        let header = ["forward ms", "backward ms", "share", "output kB", "weights kB"];
        writeln!(
            f,
            "{:<22}{:>11}{:>12}{:>8}{:>12}{:>12}\n{line}",
            "layer", header[0], header[1], header[2], header[3], header[4],
        )?;
        for row in &self.rows {
            let [there, back] = [row.forward.length, back(row)].map(|time| time.as_secs_f64());
            let share = 100.0 * (there + back) / total.max(f64::MIN_POSITIVE);
            let [output, weights] =
                [row.output_bytes, row.param_bytes].map(|bytes| bytes as f64 / 1e3);
            let (name, [there, back]) = (&row.name, [there, back].map(|seconds| seconds * 1e3));
            writeln!(
                f,
                "{name:<22}{there:>11.3}{back:>12.3}{share:>7.1}%{output:>12.1}{weights:>12.1}"
            )?;
        }
        write!(f, "{line}\n{:.3} ms in all", total * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sequential, dense, dropout, embedding, lstm};
    use brand_nn_autodiff::Params;
    use brand_nn_tensor::{Rng, Tensor};

    fn network() -> Network {
        let row = Sequential::new().add(embedding(5, 3)).add(lstm(4)).add(dropout(0.5));
        row.add(dense(2)).build([6]).unwrap().init(1).unwrap()
    }

    #[test]
    fn each_layer_has_its_times_and_bytes() {
        let (network, mut rng) = (network(), Rng::new(1));
        let ids = Tensor::zeros([2, 6]).to(brand_nn_tensor::DType::I64);
        let profile = network.profile(ids, &mut Pass::training(&mut rng)).unwrap();
        let names: Vec<_> = profile.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["embedding", "lstm", "dropout", "dense"]);
        let bytes: Vec<_> = profile.rows.iter().map(|row| row.output_bytes).collect();
        assert_eq!(bytes, [2 * 6 * 3 * 4, 2 * 4 * 4, 2 * 4 * 4, 2 * 2 * 4]);
        let spans: Vec<_> = profile.rows.iter().map(|row| row.backward.unwrap()).collect();
        // Downwards, each begins where the one above ends.
        for pair in spans.windows(2) {
            assert_eq!(pair[1].start + pair[1].length, pair[0].start);
        }
        let trace: Value = serde_json::from_str(&profile.to_chrome_trace()).unwrap();
        assert_eq!(trace["traceEvents"].as_array().unwrap().len(), 8);
        let text = profile.to_string();
        assert!(text.contains("dropout") && text.ends_with(" ms in all"), "{text}");
    }

    #[test]
    fn without_learning_nothing_comes_back() {
        let ids = Tensor::zeros([2, 6]).to(brand_nn_tensor::DType::I64);
        let profile = network().profile(ids, &mut Pass::inference()).unwrap();
        assert!(profile.rows.iter().all(|row| row.backward.is_none()));
    }

    #[test]
    fn frozen_layers_below_have_no_way_back() {
        let (network, mut rng) = (network(), Rng::new(1));
        network.params("{embedding,lstm}.*").unwrap().freeze();
        let ids = Tensor::zeros([2, 6]).to(brand_nn_tensor::DType::I64);
        let profile = network.profile(ids, &mut Pass::training(&mut rng)).unwrap();
        let back: Vec<_> = profile.rows.iter().map(|row| row.backward.is_some()).collect();
        assert_eq!(back, [false, false, false, true]);
    }
}

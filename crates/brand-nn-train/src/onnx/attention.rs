//! Attention of a sequence to itself, and the layers of encoders.

use super::{Graph, Stage, activation, join};
use crate::Result;
use brand_nn_tensor::Tensor;

pub(super) fn multi_head(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    attend(graph, stage, "", x)
}

/// The attention whose linear maps stand under a name, or are the layer's own.
fn attend(graph: &mut Graph, stage: &Stage, name: &str, x: &str) -> Result<String> {
    let path = |part: &str| join(name, part);
    let (time, heads) = (stage.input[0] as i64, stage.get::<i64>("heads")?);
    let width = graph.required(stage, &path("query.weight"))?.dim(0) as i64;
    let mut part = |part: &str, axes: [i64; 4]| -> Result<String> {
        let map = graph.linear(stage, &path(part), x)?;
        let split = graph.reshape(&map, &[time, heads, width / heads]);
        Ok(graph.transpose(&split, &axes))
    };
    let query = part("query", [0, 2, 1, 3])?;
    let key = part("key", [0, 2, 3, 1])?;
    let value = part("value", [0, 2, 1, 3])?;
    let scores = graph.node("MatMul", &[&query, &key], &[]);
    let mut scores = graph.times(&scores, ((width / heads) as f64).sqrt().recip());
    if stage.get("causal")? {
        let unseen = graph.unseen(stage.input[0]);
        scores = graph.node("Add", &[&scores, &unseen], &[]);
    }
    let weights = graph.softmax(&scores);
    let found = graph.node("MatMul", &[&weights, &value], &[]);
    let found = graph.transpose(&found, &[0, 2, 1, 3]);
    let found = graph.reshape(&found, &[time, width]);
    graph.linear(stage, &path("output"), &found)
}

pub(super) fn encoder_layer(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let norm_first: bool = stage.get("norm_first")?;
    let x = around(graph, stage, (norm_first, "norm1"), x, |graph, x| {
        attend(graph, stage, "self_attention", x)
    })?;
    around(graph, stage, (norm_first, "norm2"), &x, |graph, x| {
        let hidden = graph.linear(stage, "linear1", x)?;
        let hidden = activation::apply(graph, stage, stage.get("activation")?, &hidden)?;
        graph.linear(stage, "linear2", &hidden)
    })
}

/// A part, the way round it, and a norm before the part or after the sum.
fn around(
    graph: &mut Graph,
    stage: &Stage,
    (norm_first, norm): (bool, &str),
    x: &str,
    part: impl FnOnce(&mut Graph, &str) -> Result<String>,
) -> Result<String> {
    let inner = if norm_first { graph.layer_norm(stage, norm, x)? } else { x.to_owned() };
    let inner = part(graph, &inner)?;
    let sum = graph.node("Add", &[x, &inner], &[]);
    if norm_first { Ok(sum) } else { graph.layer_norm(stage, norm, &sum) }
}

impl Graph {
    /// What keeps each step from seeing later ones: −∞ for these, `[time, time]`.
    fn unseen(&mut self, time: usize) -> String {
        let table =
            (0..time * time).map(|at| if at % time > at / time { f32::NEG_INFINITY } else { 0.0 });
        let table = Tensor::from(table.collect::<Vec<_>>()).reshape([time, time]);
        self.floats(format!("unseen {time}"), &table)
    }
}

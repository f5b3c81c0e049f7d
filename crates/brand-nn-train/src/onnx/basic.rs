//! Layers of few operators: linear maps, norms, lookups, shapes, and those that only train.

use super::{Element, Graph, Setting, Stage, activation, join};
use crate::Result;

/// A layer that lets all through when nothing is learnt.
pub(super) fn nothing(_: &mut Graph, _: &Stage, x: &str) -> Result<String> {
    Ok(x.to_owned())
}

pub(super) fn function(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    activation::apply(graph, stage, stage.get("function")?, x)
}

/// The function at the end of a layer.
pub(super) fn activation(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    activation::apply(graph, stage, stage.get("activation")?, x)
}

pub(super) fn dense(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let y = graph.linear(stage, "", x)?;
    activation(graph, stage, &y)
}

pub(super) fn feed_forward(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let hidden = graph.linear(stage, "linear1", x)?;
    let hidden = activation(graph, stage, &hidden)?;
    graph.linear(stage, "linear2", &hidden)
}

pub(super) fn prelu(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    // One slope a channel, beside the axes that come after it.
    let slopes = graph.required(stage, "weight")?;
    let shape = [&slopes.shape()[..], &vec![1; stage.input.len() - 1]].concat();
    let slopes = graph.floats(stage.path("weight"), &slopes.reshape(shape));
    Ok(graph.node("PRelu", &[x, &slopes], &[]))
}

pub(super) fn embedding(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    if stage.get_or_default("mask_zero")? {
        return Err(stage.refuse("what mask_zero leaves out can't be said in operators"));
    }
    // No layer makes ids, so that they are the network's input, if in another shape.
    graph.input = Element::Int64;
    let rows = graph.required(stage, "weight")?;
    let rows = graph.floats(stage.path("weight"), &rows);
    Ok(graph.node("Gather", &[&rows, x], &[]))
}

pub(super) fn position_embedding(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let rows = graph.required(stage, "weight")?.slice(0, 0..stage.input[0]);
    let rows = graph.floats(stage.path("weight"), &rows);
    Ok(graph.node("Add", &[x, &rows], &[]))
}

pub(super) fn batch_norm(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let mut inputs = vec![x.to_owned()];
    for name in ["weight", "bias", "running_mean", "running_var"] {
        let numbers = graph.required(stage, name)?;
        inputs.push(graph.floats(stage.path(name), &numbers));
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let epsilon = Setting::Float(stage.get("epsilon")?);
    Ok(graph.node("BatchNormalization", &inputs, &[("epsilon", epsilon)]))
}

pub(super) fn layer_norm(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    graph.layer_norm(stage, "", x)
}

pub(super) fn rms_norm(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let square = graph.product(x, x);
    let last = Setting::Ints(vec![-1]);
    let mean = graph.node("ReduceMean", &[&square], &[("axes", last)]);
    let mean = graph.plus(&mean, stage.get("epsilon")?);
    let size = graph.function("Sqrt", &mean);
    let one = graph.node("Div", &[x, &size], &[]);
    let weight = graph.required(stage, "weight")?;
    let weight = graph.floats(stage.path("weight"), &weight);
    Ok(graph.product(&one, &weight))
}

/// The same values as examples of another shape.
pub(super) fn reshape(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let lengths: Vec<i64> = stage.output.iter().map(|&len| len as i64).collect();
    Ok(graph.reshape(x, &lengths))
}

pub(super) fn permute(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let axes: Vec<i64> = stage.get("axes")?;
    Ok(graph.transpose(x, &[&[0], &axes[..]].concat()))
}

pub(super) fn repeat_vector(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let axis = graph.integers(&[1]);
    let one = graph.node("Unsqueeze", &[x, &axis], &[]);
    let repeats = graph.integers(&[1, stage.get("times")?, 1]);
    Ok(graph.node("Tile", &[&one, &repeats], &[]))
}

pub(super) fn residual(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let y = stage.inner("layer", "around")?.export(graph, x)?;
    Ok(graph.node("Add", &[x, &y], &[]))
}

impl Graph {
    /// x Wᵀ + b with the parameters of a linear map that stands inside of a layer, or is it.
    pub(super) fn linear(&mut self, stage: &Stage, name: &str, x: &str) -> Result<String> {
        let path = |part: &str| join(name, part);
        let weight = self.required(stage, &path("weight"))?;
        let weight = self.floats(stage.path(&path("weight")), &weight.t());
        let product = self.node("MatMul", &[x, &weight], &[]);
        let Some(bias) = self.weight(stage, &path("bias")) else { return Ok(product) };
        let bias = self.floats(stage.path(&path("bias")), &bias);
        Ok(self.node("Add", &[&product, &bias], &[]))
    }

    /// A layer norm that stands inside of a layer, or is it.
    pub(super) fn layer_norm(&mut self, stage: &Stage, name: &str, x: &str) -> Result<String> {
        let path = |part: &str| join(name, part);
        let weight = self.required(stage, &path("weight"))?;
        let mut inputs = vec![x.to_owned(), self.floats(stage.path(&path("weight")), &weight)];
        if let Some(bias) = self.weight(stage, &path("bias")) {
            inputs.push(self.floats(stage.path(&path("bias")), &bias));
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let settings =
            [("axis", Setting::Int(-1)), ("epsilon", Setting::Float(stage.get("epsilon")?))];
        Ok(self.node("LayerNormalization", &inputs, &settings))
    }

    /// Examples of other lengths; the batch stays.
    pub(super) fn reshape(&mut self, x: &str, lengths: &[i64]) -> String {
        let lengths = self.integers(&[&[0], lengths].concat());
        self.node("Reshape", &[x, &lengths], &[])
    }

    pub(super) fn transpose(&mut self, x: &str, axes: &[i64]) -> String {
        self.node("Transpose", &[x], &[("perm", Setting::Ints(axes.to_vec()))])
    }
}

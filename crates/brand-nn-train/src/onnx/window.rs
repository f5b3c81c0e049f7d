//! Windows that slide: convolutions and pools.

use super::{Graph, Setting, Stage, basic};
use crate::Result;
use brand_nn_tensor::{Padding, PerAxis};

pub(super) fn conv(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    convolve(graph, stage, x, stage.get("groups")?)
}

/// Each channel by itself.
pub(super) fn depthwise_conv(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    convolve(graph, stage, x, stage.input[0] as i64)
}

fn convolve(graph: &mut Graph, stage: &Stage, x: &str, groups: i64) -> Result<String> {
    let weight = graph.required(stage, "weight")?;
    let kernel: Vec<i64> = weight.shape()[2..].iter().map(|&len| len as i64).collect();
    let dilations = stage.lengths("dilation")?;
    let mut settings = vec![("group", Setting::Int(groups)), ("strides", stage.ints("stride")?)];
    match stage.get_or_default("causal")? {
        true => {
            let before = (kernel[0] - 1) * dilations[0];
            settings.push(("pads", Setting::Ints(vec![before, 0])));
        }
        false => settings.push(stage.padding()?),
    }
    settings.push(("dilations", Setting::Ints(dilations)));
    settings.push(("kernel_shape", Setting::Ints(kernel)));
    let weight = graph.floats(stage.path("weight"), &weight);
    let mut inputs = vec![x.to_owned(), weight];
    if let Some(bias) = graph.weight(stage, "bias") {
        inputs.push(graph.floats(stage.path("bias"), &bias));
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let y = graph.node("Conv", &inputs, &settings);
    basic::activation(graph, stage, &y)
}

pub(super) fn max_pool(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    Ok(graph.node("MaxPool", &[x], &stage.window()?))
}

pub(super) fn avg_pool(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    let counts = i64::from(stage.get::<bool>("count_include_pad")?);
    let mut settings = stage.window()?;
    settings.push(("count_include_pad", Setting::Int(counts)));
    Ok(graph.node("AveragePool", &[x], &settings))
}

pub(super) fn global_avg_pool(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    Ok(graph.over_lengths("ReduceMean", stage, x))
}

pub(super) fn global_max_pool(graph: &mut Graph, stage: &Stage, x: &str) -> Result<String> {
    Ok(graph.over_lengths("ReduceMax", stage, x))
}

impl Graph {
    /// One number of each channel.
    fn over_lengths(&mut self, operator: &str, stage: &Stage, x: &str) -> String {
        let axes = Setting::Ints((2..=stage.input.len() as i64).collect());
        self.node(operator, &[x], &[("axes", axes), ("keepdims", Setting::Int(0))])
    }
}

impl Stage {
    /// A setting that each length of an example has.
    fn lengths(&self, name: &str) -> Result<Vec<i64>> {
        self.each(self.get(name)?)
    }

    fn ints(&self, name: &str) -> Result<Setting<'static>> {
        Ok(Setting::Ints(self.lengths(name)?))
    }

    fn each(&self, setting: PerAxis) -> Result<Vec<i64>> {
        let each = setting.get(self.input.len() - 1);
        let each = each.ok_or_else(|| self.refuse("its settings are of other axes"))?;
        Ok(each.into_iter().map(|len| len as i64).collect())
    }

    fn padding(&self) -> Result<(&'static str, Setting<'static>)> {
        let sides = match self.get("padding")? {
            Padding::Same => return Ok(("auto_pad", Setting::Text("SAME_UPPER"))),
            Padding::Sides(sides) => sides.get(self.input.len() - 1),
        };
        let sides = sides.ok_or_else(|| self.refuse("its padding is of other axes"))?;
        // All before, then all after.
        let pads = [0, 1].map(|side| sides.iter().map(move |pair| pair[side] as i64));
        Ok(("pads", Setting::Ints(pads.into_iter().flatten().collect())))
    }

    /// The settings of a pool.
    fn window(&self) -> Result<Vec<(&'static str, Setting<'static>)>> {
        let kernel: PerAxis = self.get("kernel")?;
        let stride = self.get_or_default::<Option<PerAxis>>("stride")?.unwrap_or(kernel);
        Ok(vec![
            ("kernel_shape", Setting::Ints(self.each(kernel)?)),
            ("strides", Setting::Ints(self.each(stride)?)),
            ("ceil_mode", Setting::Int(i64::from(self.get::<bool>("ceil_mode")?))),
            self.padding()?,
        ])
    }
}

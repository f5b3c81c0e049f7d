//! The contract that every layer keeps, as a suite that users' own layers can be put through.

use crate::{Call, Error, Flow, Layer, Mask, Pass, Result};
use brand_nn_autodiff::{ParamSet, Role, Var, check::gradient, load_tensors};
use brand_nn_tensor::{DType, Rng, Shape, Tensor};

/// Puts a layer through the contract that all layers keep.
///
/// `make` makes the layer, always the same; `input` is a batch of at least two examples. Checked:
/// the output has the shape that [`Layer::output_shape`] says, also for a batch of one and of none;
/// the same seed gives the same weights and outputs; an example's output does not depend on the
/// others in its batch; a mask is refused, or what stands in the steps that it excludes changes
/// nothing; weights survive being saved and loaded; without training a call is repeatable; every
/// gradient is right in f64.
///
/// # Errors
/// What the layer itself returns.
///
/// # Panics
/// If a point of the contract is broken; the message says which.
///
/// # Examples
/// ```
/// use brand_nn_layers::{Linear, check};
/// use brand_nn_tensor::Tensor;
///
/// check::layer(|| Linear::new(3, 2), &Tensor::from([[1.0_f32, 2.0, 3.0], [0.5, 0.1, -1.0]]))?;
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
pub fn layer<L: Layer>(make: impl Fn() -> L, input: &Tensor) -> Result<()> {
    contract(&|seed| Ok(Box::new(make().init(seed)?)), input)
}

/// The contract of whatever layer: built once, not once for each type of layer.
fn contract<'a>(make: &dyn Fn(u64) -> Result<Box<dyn Layer + 'a>>, input: &Tensor) -> Result<()> {
    let first = &*make(7)?;
    let output = infer(first, input)?;
    shapes(first, input)?;
    independence(first, input, &output)?;
    masks(first, input)?;
    assert!(infer(first, input)? == output, "two calls for inference differ");
    assert!(infer(&*make(7)?, input)? == output, "the same seed gives another output");
    round_trip(first, &*make(8)?, input, &output)?;
    gradients(&*make(7)?, input)
}

fn infer(layer: &dyn Layer, input: &Tensor) -> Result<Tensor> {
    Ok(layer.call(input, &mut Pass::inference())?.into_tensor())
}

/// Batches of all, one and none have the shape that the layer says.
fn shapes(layer: &dyn Layer, input: &Tensor) -> Result<()> {
    let example = layer.output_shape(&input.shape()[1..].into())?;
    for batch in [input.len(), 1, 0] {
        let expected = Shape::from([&[batch], &example[..]].concat());
        let output = infer(layer, &input.slice(0, 0..batch))?;
        assert!(output.shape() == &expected, "output is {}, said {expected}", output.shape());
    }
    Ok(())
}

/// The first example alone gives what it gives in the batch.
fn independence(layer: &dyn Layer, input: &Tensor, output: &Tensor) -> Result<()> {
    let alone = infer(layer, &input.slice(0, 0..1))?;
    let distance = (alone - output.slice(0, 0..1)).abs().max().item();
    assert!(distance < 1e-5, "an example alone differs by {distance:e} from itself in a batch");
    Ok(())
}

/// A mask is refused, or what stands in the steps that it excludes changes nothing.
fn masks(layer: &dyn Layer, input: &Tensor) -> Result<()> {
    let [batch, time, ..] = input.shape()[..] else { return Ok(()) };
    let steps: Vec<bool> = (0..batch * time).map(|place| place % 3 != 1).collect();
    let mask = Mask::new(Tensor::from(steps).reshape([batch, time]))?;
    let real = |value: &Tensor| {
        let ones = vec![1; value.ndim() - 2];
        value.masked(&mask.steps().reshape([&[batch, time], &ones[..]].concat()))
    };
    let run = |x: Tensor| {
        let flow = layer.call_flow(Flow::masked(x, mask.clone())?, &mut Pass::inference())?;
        let value = flow.value.into_tensor();
        Ok::<_, Error>(if flow.mask.is_some() { real(&value) } else { value })
    };
    if let (Ok(whole), Ok(holed)) = (run(input.clone()), run(real(input))) {
        assert!(whole == holed, "what a mask excludes changes the output");
    }
    Ok(())
}

/// Weights put into another layer of the same make give the same output.
fn round_trip(from: &dyn Layer, to: &dyn Layer, input: &Tensor, output: &Tensor) -> Result<()> {
    let file = ParamSet::all(from)?.to_file()?;
    load_tensors(to, file.tensors, "the layer's own file")?;
    assert!(infer(to, input)? == *output, "loaded weights give another output");
    Ok(())
}

/// In f64, what backward says of the input and of every parameter is what differences say.
fn gradients(layer: &dyn Layer, input: &Tensor) -> Result<()> {
    layer.cast(DType::F64)?;
    let set = ParamSet::all(layer)?;
    let mut points = set.iter().map(|param| Ok(param.value()?)).collect::<Result<Vec<_>>>()?;
    let floats = input.dtype().is_float();
    if floats {
        points.push(input.to(DType::F64));
    }
    for (number, point) in points.iter().enumerate() {
        if set.get(number).is_some_and(|param| param.role() == Role::Buffer) {
            continue;
        }
        let found = gradient(std::slice::from_ref(point), |x| {
            output_with(layer, &set, number, &x[0], input).map_err(flatten)
        })?;
        let name = set.names().get(number).map_or("input", String::as_str);
        assert!(found.is_empty(), "{name}: {}", found[0]);
        set.get(number).map_or(Ok(()), |param| param.set(point.clone()))?;
    }
    Ok(())
}

/// The output with one parameter, or the input, at the value `x`; f's gradient reaches `x` itself.
fn output_with(
    layer: &dyn Layer,
    set: &ParamSet,
    number: usize,
    x: &Var,
    input: &Tensor,
) -> Result<Var> {
    let pass = &mut Pass::training(&mut Rng::new(5));
    let Some(param) = set.get(number) else { return layer.call(x, pass) };
    param.set(x.tensor().clone())?;
    let input = if input.dtype().is_float() { input.to(DType::F64) } else { input.clone() };
    let output = layer.call(input, pass)?;
    if !x.is_tracked() || !output.is_tracked() {
        return Ok(output);
    }
    // The layer's own leaf stands for x: its gradient is passed on by a rule that asks for it.
    let value = output.tensor().clone();
    let leaf = param.tie();
    Ok(Var::custom("layer", [x], |_| {
        Ok((value, move |seed: &Tensor| {
            let slopes = (&output * seed).sum().backward()?;
            Ok([slopes.of(&[&leaf])?.remove(0)])
        }))
    })?)
}

fn flatten(error: Error) -> brand_nn_autodiff::Error {
    match error {
        Error::Autodiff(error) => error,
        other => brand_nn_autodiff::Error::NotBuilt { place: other.to_string() },
    }
}

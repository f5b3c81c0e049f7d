//! What a layer is, and how everyone calls one.

use crate::{Error, Flow, Pass, Result, flops};
use brand_nn_autodiff::{ParamSet, Params, Var};
use brand_nn_tensor::{DType, Shape};

/// A function with parameters, from one value to another, for batches of any size.
///
/// Authors write [`Layer::forward`]; users write [`Call::call`].
///
/// # Examples
/// ```
/// use brand_nn_autodiff::{Init, Param, Params, Var};
/// use brand_nn_layers::{Call, Layer, Pass, Result};
/// use brand_nn_tensor::{Shape, Tensor};
///
/// /// Scales every feature by a weight of its own.
/// #[derive(Params)]
/// struct Scale { weight: Param }
///
/// impl Layer for Scale {
///     fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
///         Ok(input * pass.var(&self.weight)?)
///     }
///     fn output_shape(&self, input: &Shape) -> Result<Shape> {
///         Ok(input.clone())
///     }
/// }
///
/// let scale = Scale { weight: Param::new([2], Init::Constant(3.0)) }.init(0)?;
/// let y = scale.call(Tensor::from([[1.0_f32, 2.0]]), &mut Pass::inference())?;
/// assert_eq!(y.tensor(), &Tensor::from([[3.0_f32, 6.0]]));
/// # Ok::<(), brand_nn_layers::Error>(())
/// ```
pub trait Layer: Params + Send + Sync {
    /// Computes the output; by value, so that an unrecorded op may overwrite its input.
    ///
    /// # Errors
    /// If the input's shape or type is not what the layer takes, or a parameter is pending.
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var>;

    /// The shape of one example's output, checked without computing; the batch axis is left out.
    ///
    /// # Errors
    /// If the layer does not take examples of this shape.
    fn output_shape(&self, input: &Shape) -> Result<Shape>;

    /// Computes the output of a value that may have a mask, and says what becomes of the mask.
    ///
    /// A layer that leaves this as it is takes values without a mask and refuses all others. One
    /// that treats each step by itself overrides it with [`Flow::each_step`].
    ///
    /// # Errors
    /// As [`Layer::forward`]; also if the layer does not understand masks and there is one.
    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        match input.mask {
            None => Ok(self.forward(input.value, pass)?.into()),
            Some(_) => Err(Error::Mask {
                place: type_name::<Self>().to_owned(),
                help: "a layer before it must read the sequence to its end, as lstm does",
            }),
        }
    }

    /// The operations of one example's way forward: two for each multiply-add of products and
    /// convolutions. What else a layer does is left out, as is usual.
    ///
    /// `None` if nobody knows: a layer with weights of two or more axes must say it itself.
    fn flops(&self, _: &Shape) -> Option<u64> {
        flops::none_or_unknown(self)
    }

    /// The architecture as text that it can be rebuilt from, where it has one.
    fn architecture(&self) -> Option<String> {
        None
    }
}

/// How everyone uses a layer: it converts the input and gives an error its place.
pub trait Call: Layer {
    /// Runs the layer: `&x` keeps x, `x` gives its buffer away, `&tensor` enters as a constant.
    ///
    /// # Errors
    /// What the layer's forward returns, with the path of the layer put in front.
    fn call(&self, input: impl Into<Var>, pass: &mut Pass) -> Result<Var> {
        let output = self.forward(input.into(), pass);
        let output = output.and_then(|output| watched(output, pass));
        output.map_err(|error| locate(error, self))
    }

    /// Runs the layer on a value with the mask of its real steps, or on a value alone.
    ///
    /// # Errors
    /// What the layer's flow returns, with the path of the layer put in front.
    fn call_flow(&self, input: impl Into<Flow>, pass: &mut Pass) -> Result<Flow> {
        let output = self.flow(input.into(), pass).and_then(|Flow { value, mask }| {
            mask.as_ref().map_or(Ok(()), |mask| mask.require("output", value.shape()))?;
            Ok(Flow { value: watched(value, pass)?, mask })
        });
        output.map_err(|error| locate(error, self))
    }
}

/// The output, looked at if the trip is checked.
fn watched(output: Var, pass: &Pass) -> Result<Var> {
    if pass.is_checked() {
        finite(&output)?;
    }
    Ok(output)
}

/// The name of a type, without the modules that it is in.
fn type_name<T: ?Sized>() -> &'static str {
    let name = std::any::type_name::<T>();
    name.split('<').next().and_then(|path| path.rsplit("::").next()).unwrap_or(name)
}

/// Refuses an output that is not finite, and names the op that was the first.
fn finite(output: &Var) -> Result<()> {
    let dtype = output.dtype();
    if !matches!(dtype, DType::F32 | DType::F64) || output.tensor().is_finite().all() {
        return Ok(());
    }
    let op = output.anomaly().unwrap_or_else(|| output.op());
    Err(Error::NotFinite { place: "layer".into(), op })
}

impl<L: Layer + ?Sized> Call for L {}

/// The place of a layer is what the names of its parameters share; a network names its layers.
fn locate<L: Layer + ?Sized>(error: Error, layer: &L) -> Error {
    if layer.architecture().is_some() {
        return error;
    }
    let Ok(set) = ParamSet::all(layer) else { return error };
    let names: Vec<_> = set.iter().map(brand_nn_autodiff::Param::name).collect();
    let parents = names.iter().map(|name| name.rsplit_once('.').map_or("", |(parent, _)| parent));
    let place = parents.reduce(shared_path).unwrap_or("");
    error.at(place)
}

/// Refuses inputs that are not of the weights' type.
pub(crate) fn same_type(place: &str, input: &Var, weights: DType) -> Result<()> {
    if input.dtype() == weights {
        return Ok(());
    }
    Err(Error::InputType {
        place: place.into(),
        got: input.dtype(),
        expected: format!("{weights} as the weights"),
        help: "cast it with .to(DType::F32), or write literals such as 1.0_f32",
    })
}

/// The dotted path that two paths share.
fn shared_path<'a>(a: &'a str, b: &str) -> &'a str {
    let mut end = 0;
    for part in a.split_inclusive('.') {
        let next = end + part.len();
        let whole = a[..next].trim_end_matches('.');
        if b != whole && !b.starts_with(&format!("{whole}.")) {
            break;
        }
        end = next;
    }
    a[..end].trim_end_matches('.')
}

impl<L: Layer + ?Sized> Layer for Box<L> {
    fn forward(&self, input: Var, pass: &mut Pass) -> Result<Var> {
        (**self).forward(input, pass)
    }

    fn flops(&self, input: &Shape) -> Option<u64> {
        (**self).flops(input)
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        (**self).output_shape(input)
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        (**self).flow(input, pass)
    }

    fn architecture(&self) -> Option<String> {
        (**self).architecture()
    }
}

#[cfg(test)]
mod tests {
    use super::shared_path;

    #[track_caller]
    fn check(a: &str, b: &str, expected: &str) {
        assert_eq!(shared_path(a, b), expected);
    }

    #[test]
    fn paths_share_whole_names() {
        check("encoder.0.query", "encoder.0.query", "encoder.0.query");
        check("encoder.0.query", "encoder.0.key", "encoder.0");
        check("encoder.0", "encoder.01", "encoder");
        check("lstm", "lstm_1", "");
        check("", "lstm", "");
    }
}

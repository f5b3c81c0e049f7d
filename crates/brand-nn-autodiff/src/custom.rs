//! Ops of one's own: the forward closure returns its backward.

use crate::{Error, Flow, Result, Var};
use brand_nn_tensor::Tensor;

impl Var {
    /// Makes an op of one's own: `forward` returns the value and the closure of its backward.
    ///
    /// What the closure captures is what is saved. N inputs have N gradients, so none can be
    /// forgotten; integers and settings are captured, not inputs. Such an op has no second order.
    ///
    /// # Errors
    /// What `forward` returns.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Result, Var};
    /// use brand_nn_tensor::Tensor;
    ///
    /// fn soft_threshold(x: &Var, width: f64) -> Result<Var> {
    ///     Var::custom("soft_threshold", [x], |[x]| {
    ///         let (excess, sign) = (x.abs() - width, x.sign());
    ///         let open = excess.greater_than(0.0); // all that backward needs
    ///         Ok((excess.relu() * sign, move |gradient: &Tensor| Ok([gradient.masked(&open)])))
    ///     })
    /// }
    /// let x = Var::leaf(Tensor::from([-2.0, 0.5, 3.0]));
    /// let y = soft_threshold(&x, 1.0)?;
    /// assert_eq!(y.tensor(), &Tensor::from([-1.0, 0.0, 2.0]));
    /// assert_eq!(y.sum().backward()?.get(&x).unwrap(), Tensor::from([1.0, 0.0, 1.0]));
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn custom<const N: usize, B>(
        name: &'static str,
        inputs: [&Self; N],
        forward: impl FnOnce([&Tensor; N]) -> Result<(Tensor, B)>,
    ) -> Result<Self>
    where
        B: Fn(&Tensor) -> Result<[Tensor; N]> + Send + Sync + 'static,
    {
        let (value, backward) = forward(inputs.map(Self::tensor))?;
        Ok(Self::record(name, inputs, value, move |walk, gradient| {
            if walk.higher() {
                return Err(Error::NoSecondOrder { op: name });
            }
            Ok(backward(gradient.tensor())?.map(|slope| Some(Flow::Dense(slope.into()))))
        }))
    }

    /// [`Var::custom`] with a `twin`: the same function as a formula of `Var`s, which gradients of
    /// any order go through.
    ///
    /// First-order walks use the backward closure of `forward`, [`Var::grad`] the twin.
    ///
    /// # Errors
    /// What `forward` returns.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::{Result, Var};
    /// use brand_nn_tensor::Tensor;
    ///
    /// fn cube(x: &Var) -> Result<Var> {
    ///     let forward = |[x]: [&Tensor; 1]| {
    ///         let slope = x.square() * 3.0;
    ///         Ok((x.square() * x, move |gradient: &Tensor| Ok([gradient * &slope])))
    ///     };
    ///     Var::custom_with_twin("cube", [x], forward, |[x]| Ok(x.square() * x))
    /// }
    /// let x = Var::leaf(Tensor::scalar(2.0));
    /// let slope = cube(&x)?.grad(&[&x])?.remove(0);
    /// assert_eq!(slope.grad(&[&x])?[0].item(), 12.0); // 6 x
    /// # Ok::<(), brand_nn_autodiff::Error>(())
    /// ```
    pub fn custom_with_twin<const N: usize, B>(
        name: &'static str,
        inputs: [&Self; N],
        forward: impl FnOnce([&Tensor; N]) -> Result<(Tensor, B)>,
        twin: impl Fn([Self; N]) -> Result<Self> + Send + Sync + 'static,
    ) -> Result<Self>
    where
        B: Fn(&Tensor) -> Result<[Tensor; N]> + Send + Sync + 'static,
    {
        let (value, backward) = forward(inputs.map(Self::tensor))?;
        let saved: [_; N] = std::array::from_fn(|slot| inputs[slot].save(slot));
        Ok(Self::record_many(name, &inputs, value, move |walk, gradient| {
            if walk.higher() {
                return walk.through_twin(saved.each_ref(), gradient, &twin);
            }
            let slopes = backward(gradient.tensor())?;
            Ok(slopes.map(|slope| Some(Flow::Dense(slope.into()))).into_iter().collect())
        }))
    }
}

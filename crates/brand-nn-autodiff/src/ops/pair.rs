//! Functions of two elements: powers, angles, lengths, remainders and what lies between.

use crate::{Var, saved::Saved};

impl Var {
    /// Raises each element to the power of another, with broadcasting.
    ///
    /// The slopes are `b aᵇ⁻¹`, which is 0 where `b` is 0, and `aᵇ ln a`, which is 0 where `a` is 0
    /// and `b` is not negative. The second is NaN for a negative base.
    #[must_use]
    #[track_caller]
    pub fn pow(&self, exponent: &Self) -> Self {
        let value = self.tensor().pow(exponent.tensor());
        let (a, b, y) = (self.save(0), exponent.save(1), Saved::output(&value));
        Self::record("pow", [self, exponent], value, move |walk, gradient| {
            let zero = a.value().equal_to(0.0);
            let flat = b.value().equal_to(0.0).and(&zero);
            let still = b.value().at_least(0.0).and(&zero);
            let (x, power) = (walk.open(&a), walk.open(&b));
            let lower = || x.pow(&(&power - 1.0).masked_fill(&flat, 1.0));
            let log = || x.masked_fill(&still, 1.0).log();
            Ok([
                walk.when(0, || (&gradient * (&power * lower())).sum_to(a.shape())),
                walk.when(1, || (&gradient * walk.open(&y) * log()).sum_to(b.shape())),
            ])
        })
    }

    /// The angle of the point with `y = self` and `x = other`, −π to π.
    ///
    /// The slope at the origin is NaN.
    #[must_use]
    #[track_caller]
    pub fn atan2(&self, other: &Self) -> Self {
        let (a, b) = (self.save(0), other.save(1));
        let value = self.tensor().atan2(other.tensor());
        Self::record("atan2", [self, other], value, move |walk, gradient| {
            let (y, x) = (walk.open(&a), walk.open(&b));
            let share = gradient / (x.square() + y.square());
            Ok([
                walk.when(0, || (&share * &x).sum_to(a.shape())),
                walk.when(1, || -(&share * &y).sum_to(b.shape())),
            ])
        })
    }

    /// `√(a² + b²)`, without overflow; both slopes at 0 are 0.
    #[must_use]
    #[track_caller]
    pub fn hypot(&self, other: &Self) -> Self {
        let value = self.tensor().hypot(other.tensor());
        let (a, b, y) = (self.save(0), other.save(1), Saved::output(&value));
        Self::record("hypot", [self, other], value, move |walk, gradient| {
            let at_zero = y.value().equal_to(0.0);
            let share = gradient.masked(&at_zero.not()) / walk.open(&y).masked_fill(&at_zero, 1.0);
            Ok([
                walk.when(0, || (&share * walk.open(&a)).sum_to(a.shape())),
                walk.when(1, || (&share * walk.open(&b)).sum_to(b.shape())),
            ])
        })
    }

    /// `ln(e^a + e^b)`, without overflow; of two −∞ it is −∞, with slopes 0.
    #[must_use]
    #[track_caller]
    pub fn logaddexp(&self, other: &Self) -> Self {
        let value = self.tensor().logaddexp(other.tensor());
        let (a, b, y) = (self.save(0), other.save(1), Saved::output(&value));
        Self::record("logaddexp", [self, other], value, move |walk, gradient| {
            let total = finite_log(&walk.open(&y));
            let flow = |x: &Saved| (&gradient * (walk.open(x) - &total).exp()).sum_to(x.shape());
            Ok([walk.when(0, || flow(&a)), walk.when(1, || flow(&b))])
        })
    }

    /// `a ln b`, which is 0 where `a` is 0, unless `b` is NaN.
    ///
    /// Where `a` is 0 the slope by `b` is 0, and that by `a` is `ln b`, or 0 for no positive `b`.
    #[must_use]
    #[track_caller]
    pub fn xlogy(&self, other: &Self) -> Self {
        let (a, b) = (self.save(0), other.save(1));
        let value = self.tensor().xlogy(other.tensor());
        Self::record("xlogy", [self, other], value, move |walk, gradient| {
            let none = a.value().equal_to(0.0);
            let flat = b.value().at_most(0.0).and(&none);
            let (x, y) = (walk.open(&a), walk.open(&b));
            let log = || y.masked_fill(&flat, 1.0).log();
            Ok([
                walk.when(0, || (&gradient * log()).sum_to(a.shape())),
                walk.when(1, || (&gradient * (x / y.masked_fill(&flat, 1.0))).sum_to(b.shape())),
            ])
        })
    }

    /// The remainder of a division with the sign of the divisor, as Python's `%`.
    #[must_use]
    #[track_caller]
    pub fn remainder(&self, other: &Self) -> Self {
        rest("remainder", self, other, self.tensor() % other.tensor())
    }

    /// The remainder of a division with the sign of the dividend, as C's `fmod`.
    #[must_use]
    #[track_caller]
    pub fn fmod(&self, other: &Self) -> Self {
        rest("fmod", self, other, self.tensor().fmod(other.tensor()))
    }

    /// The point between two values: `self` where the weight is 0, `end` where it is 1.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_autodiff::Var;
    /// use brand_nn_tensor::Tensor;
    ///
    /// let [start, end, weight] = [1.0, 5.0, 0.25].map(|x| Var::leaf(Tensor::scalar(x)));
    /// assert_eq!(start.lerp(&end, &weight).item(), 2.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn lerp(&self, end: &Self, weight: &Self) -> Self {
        self + weight * (end - self)
    }

    /// `self + scale · a · b`.
    #[must_use]
    #[track_caller]
    pub fn addcmul(&self, a: &Self, b: &Self, scale: f64) -> Self {
        self + a * b * scale
    }

    /// `self + scale · a / b`.
    #[must_use]
    #[track_caller]
    pub fn addcdiv(&self, a: &Self, b: &Self, scale: f64) -> Self {
        self + a / b * scale
    }
}

/// `a − k b`, whose count `k` is constant between its jumps.
fn rest(op: &'static str, a: &Var, b: &Var, value: brand_nn_tensor::Tensor) -> Var {
    let count = ((a.tensor() - &value) / b.tensor()).round();
    let (left, right) = (a.shape().clone(), b.shape().clone());
    Var::record(op, [a, b], value, move |walk, gradient| {
        Ok([
            walk.when(0, || gradient.sum_to(&left)),
            walk.when(1, || -(&gradient * &count).sum_to(&right)),
        ])
    })
}

/// Logarithms of sums, with 0 where the sum is nothing: `e^(x − y)` is 0 there and not NaN.
pub(super) fn finite_log(y: &Var) -> Var {
    y.masked_fill(&y.tensor().equal_to(f64::NEG_INFINITY), 0.0)
}

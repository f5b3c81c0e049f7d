//! The contract of estimators, so that one of yours can be put through the same proof.

use crate::Error;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// Puts an estimator through what all of this crate promise.
///
/// - Fitting the same data twice gives the same bits.
/// - The specification and what it learnt survive JSON, or any other form of serde's.
/// - Odd data gives an answer or an error whose text names a fix; it never panics.
///
/// `odd` is data that somebody may bring: empty, constant, huge, of one class, too short.
///
/// # Panics
/// If one of these is not so.
///
/// # Examples
/// ```
/// use brand_nn_marketing::check;
/// use brand_nn_marketing::clv::{ChurnCurve, ShiftedBetaGeometric};
///
/// let curve = |active: &[u64]| ChurnCurve::new(active).unwrap();
/// check::estimator(
///     &ShiftedBetaGeometric,
///     |estimator, curve| estimator.fit(curve),
///     &curve(&[1000, 631, 468]),
///     &[curve(&[5, 5]), curve(&[5, 0]), curve(&[0, 0])],
/// );
/// ```
#[track_caller]
pub fn estimator<E, D, F>(
    estimator: &E,
    fit: impl Fn(&E, &D) -> Result<F, Error>,
    data: &D,
    odd: &[D],
) where
    E: Serialize + DeserializeOwned + PartialEq + Debug,
    F: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let same = round_trip(estimator);
    assert_eq!(&same, estimator, "the specification changes when it is saved");
    let fitted = fit(estimator, data).expect("ordinary data can be fitted");
    let again = fit(&same, data).expect("what could be fitted once can be fitted again");
    assert_eq!(again, fitted, "the same data and seed give other numbers");
    assert_eq!(round_trip(&fitted), fitted, "what was learnt changes when it is saved");
    for data in odd {
        if let Err(error) = fit(estimator, data) {
            let text = error.to_string();
            assert!(text.contains("; help: "), "`{text}` names no fix");
        }
    }
}

fn round_trip<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let json = serde_json::to_string(value).expect("a specification can be written");
    serde_json::from_str(&json).expect("what was written can be read")
}

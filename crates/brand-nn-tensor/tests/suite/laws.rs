//! Runs a law on random values.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Panics with the smallest values found for which the law doesn't hold.
#[track_caller]
pub(crate) fn hold<S: Strategy>(strategy: S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() };
    if let Err(broken) = TestRunner::new(config).run(&strategy, law) {
        panic!("{broken}");
    }
}

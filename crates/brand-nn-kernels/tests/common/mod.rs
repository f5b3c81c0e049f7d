//! What the tests of the kernels share: every instruction set, a few thread counts, noise.

#![allow(dead_code, reason = "each test program uses a part")]

use std::sync::{Mutex, PoisonError};

use brand_nn_kernels::{Isa, Real, fill_uniform, isa, set_isa, threads};
use proptest::prelude::ProptestConfig;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs `f` under every instruction set of this machine, and with a BLAS where there is one; tests
/// take turns.
pub(crate) fn on_every_isa(f: impl Fn(Isa)) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let chosen = isa();
    for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
        set_isa(isa);
        #[cfg(feature = "blas")]
        brand_nn_kernels::set_blas(false);
        f(isa);
    }
    set_isa(chosen);
    #[cfg(feature = "blas")]
    {
        brand_nn_kernels::set_blas(true);
        f(chosen);
    }
}

/// The result of `f` on one thread, after checking that 2, 3 and 8 threads give its bits.
#[track_caller]
pub(crate) fn on_threads<R: Send + PartialEq + std::fmt::Debug>(
    f: impl Fn() -> R + Send + Sync,
) -> R {
    let [one, two, three, eight] = [1, 2, 3, 8].map(|count| threads::with(count, &f));
    assert!(one == two, "two threads give other bits than one");
    assert!(one == three, "three threads give other bits than one");
    assert!(one == eight, "eight threads give other bits than one");
    one
}

/// At most so many random cases; fewer where `PROPTEST_CASES` says so, for slow machines.
pub(crate) fn cases(most: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.min(most), failure_persistence: None, ..config }
}

/// Uniform numbers from [−1, 1).
pub(crate) fn noise<T: Real>(len: usize, seed: u64) -> Vec<T> {
    let mut x = vec![T::ZERO; len];
    fill_uniform(seed, 0, &mut x);
    x.into_iter().map(|x| x + x - T::ONE).collect()
}

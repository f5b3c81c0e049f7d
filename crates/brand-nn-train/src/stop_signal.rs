//! A request to stop that a training hears after each step.

#[cfg(feature = "signals")]
use crate::{Error, Result};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// A request to stop, which a training hears after each step; clones are one request.
///
/// [`Fit::stop_on`](crate::Fit::stop_on) finishes the step, writes the
/// [`Checkpoint`](crate::Checkpoint) and returns [`Error::Interrupted`](crate::Error::Interrupted),
/// whose [`exit_code`](crate::Error::exit_code) is what a program should end with: 130 after
/// Ctrl-C, 143 after a request to terminate.
///
/// With the feature `signals`, `StopSignal::install` hears both from the system:
///
/// ```text
/// fn main() -> ExitCode {
///     match train() {
///         Ok(()) => ExitCode::SUCCESS,
///         Err(error) => {
///             eprintln!("{error}");
///             ExitCode::from(error.exit_code())
///         }
///     }
/// }
/// ```
///
/// # Examples
/// ```
/// use brand_nn_train::{Fit, StopSignal};
///
/// let stop = StopSignal::new();
/// let plan = Fit::epochs(100).stop_on(&stop);
/// stop.send(2);
/// assert_eq!(stop.received(), Some(2));
/// # drop(plan);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopSignal(Arc<AtomicUsize>);

impl StopSignal {
    /// A request that was not made yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the request, as if the signal of this number had come.
    pub fn send(&self, signal: u8) {
        self.0.store(usize::from(signal), Ordering::Relaxed);
    }

    /// The number of the signal that came, if one did.
    #[must_use]
    pub fn received(&self) -> Option<i32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&signal| signal != 0).map(|s| s as i32)
    }

    /// Hears Ctrl-C and requests to terminate; the second of them ends the program at once.
    ///
    /// # Errors
    /// If the system refuses.
    #[cfg(feature = "signals")]
    pub fn install() -> Result<Self> {
        use signal_hook::{
            consts::{SIGINT, SIGTERM},
            flag,
        };
        let (stop, second) = (Self::new(), Arc::default());
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_default(signal, Arc::clone(&second))
                .and_then(|_| flag::register(signal, Arc::clone(&second)))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&stop.0), signal as usize))
                .map_err(|problem| Error::Data {
                    what: "a signal's handler",
                    got: problem.to_string(),
                    expected: "a system that allows it",
                    help: "train without StopSignal::install",
                })?;
        }
        Ok(stop)
    }
}

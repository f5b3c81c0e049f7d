//! The fence around the algorithms: whatever goes wrong inside comes out as an error.

use super::door::broken;
use crate::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a call of the algorithms; an error of this crate passes, others get the place.
///
/// The door refuses all files that are known to make them panic; should there be one more, it is an
/// error as well.
pub(super) fn guarded<T>(place: &str, call: impl FnOnce() -> tokenizers::Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(match error.downcast::<Error>() {
            Ok(own) => *own,
            Err(foreign) => broken(place, foreign),
        }),
        Err(_) => Err(broken(place, "the algorithm failed on what the file says")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let error = guarded::<()>("x.json", || panic!("inside")).unwrap_err();
        assert!(error.to_string().starts_with("x.json: the algorithm failed"), "{error}");
    }
}

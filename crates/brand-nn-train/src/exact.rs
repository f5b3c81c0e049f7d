//! Small states as JSON in which every number comes back bit for bit.

use crate::{Error, Result};
use brand_nn_tensor::io::TensorFile;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The key of a state that is JSON.
const KEY: &str = "state";

/// A number that is written as text, because JSON has no infinity and no NaN.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Exact(pub(crate) f64);

impl From<Exact> for String {
    fn from(number: Exact) -> Self {
        number.0.to_string()
    }
}

impl TryFrom<String> for Exact {
    type Error = std::num::ParseFloatError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

/// What can be a part of a saved state: anything that JSON can hold.
pub(crate) trait State: Serialize + DeserializeOwned {
    /// The state as one word of a file.
    fn to_state(&self) -> TensorFile {
        let json = serde_json::to_string(self).unwrap_or_default(); // maps have texts as keys
        let metadata = [(KEY.to_owned(), json)].into();
        TensorFile { metadata, ..TensorFile::default() }
    }

    /// The state that `owner` had written.
    fn from_state(owner: &'static str, state: &TensorFile) -> Result<Self> {
        let json = state.metadata.get(KEY).map_or("", String::as_str);
        serde_json::from_str(json).map_err(|problem| Error::Callback {
            callback: owner,
            problem: format!(
                "its saved state is not its own ({problem}); help: keep the plan's order"
            ),
        })
    }
}

impl<T: Serialize + DeserializeOwned> State for T {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back() {
        for number in [0.1, -0.0, f64::MIN_POSITIVE, f64::INFINITY, 1.0 / 3.0] {
            let back = Exact::from_state("test", &Exact(number).to_state()).unwrap();
            assert_eq!(back.0.to_bits(), number.to_bits());
        }
        assert!(Exact::from_state("test", &Exact(f64::NAN).to_state()).unwrap().0.is_nan());
        let error = Exact::from_state("test", &TensorFile::default()).unwrap_err().to_string();
        assert!(error.starts_with("callback test: its saved state is not its own (EOF"), "{error}");
    }
}

//! NumPy's archives of arrays.

use super::archive::Archive;
use crate::Result;
use brand_nn_tensor::{Tensor, io::npy_from_bytes};
use std::collections::BTreeMap;

/// Reads each array under the name that `numpy.savez` gave it.
pub(super) fn read(archive: &mut Archive) -> Result<BTreeMap<String, Tensor>> {
    let mut tensors = BTreeMap::new();
    for entry in archive.names() {
        let Some(name) = entry.strip_suffix(".npy") else {
            let problem = "not an array, expected names that end in .npy".to_owned();
            let help = "give an archive of numpy.savez, or one of torch.save";
            return Err(archive.refuse(&format!("entry {entry:?}"), problem, help));
        };
        let bytes = archive.bytes(&entry)?;
        let place = format!("entry {entry:?}");
        let tensor = npy_from_bytes(&bytes).map_err(|error| archive.within(&place, error))?;
        tensors.insert(name.to_owned(), tensor);
    }
    Ok(tensors)
}

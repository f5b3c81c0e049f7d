//! A parameter's value, and a packed copy that can't outlive it.

use brand_nn_tensor::{PackedWeight, Tensor};
use std::sync::{Arc, OnceLock};

/// A value and, if it is wanted, its packed copy.
///
/// Whoever changes the value goes through [`Stored::change`], which forgets the copy: no other way
/// is left, since the fields are private.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    value: Option<Tensor>,
    packed: Option<Packed>,
}

/// The copy, made when it is first asked for; `None` for a value that can't be packed.
type Packed = OnceLock<Option<Arc<PackedWeight>>>;

impl Stored {
    pub(crate) fn value(&self) -> Option<&Tensor> {
        self.value.as_ref()
    }

    /// The value, to be changed: a packed copy of the old one is forgotten.
    pub(crate) fn change(&mut self) -> &mut Option<Tensor> {
        self.packed = self.packed.take().map(|_| Packed::new());
        &mut self.value
    }

    /// Wants a packed copy of this value and of all that come after it, or no more of them.
    pub(crate) fn want_packed(&mut self, wanted: bool) {
        self.packed = wanted.then(Packed::new);
    }

    /// The packed copy, if one is wanted and the value can be packed.
    pub(crate) fn packed(&self) -> Option<Arc<PackedWeight>> {
        let (value, packed) = (self.value.as_ref()?, self.packed.as_ref()?);
        packed.get_or_init(|| PackedWeight::new(value).map(Arc::new)).clone()
    }
}

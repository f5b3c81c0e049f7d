//! Placeholder of the printer.
use crate::Tensor;
use std::fmt;
impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tensor of shape {}, {}", self.shape(), self.dtype())
    }
}

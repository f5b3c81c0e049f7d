//! The numbers of a tensor as little-endian bytes, a piece at a time.

use std::io::{self, Read, Write};
use std::ops::Range;

use brand_nn_kernels::{Buffer, Plain};

use super::Source;
use crate::create::too_large;
use crate::storage::any_dtype;
use crate::storage::sealed::Stored;
use crate::{DType, Error, Shape, Tensor};

/// Bytes that are converted at once: so many that a buffer passes them on without a copy.
const PIECE: usize = 1 << 18;

/// What a buffer holds, as bytes in a file.
pub(crate) trait Bytes: Plain {
    /// As many bytes as the values need.
    fn put(values: &[Self], bytes: &mut [u8]);
    /// The first byte that no value has, or `None`.
    fn take(bytes: &[u8], values: &mut [Self]) -> Option<u8>;
    /// The value with its bytes in the other order.
    fn swapped(self) -> Self;
}

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl Bytes for $type {
            fn put(values: &[Self], bytes: &mut [u8]) {
                let (chunks, _) = bytes.as_chunks_mut();
                for (value, chunk) in values.iter().zip(chunks) {
                    *chunk = value.to_le_bytes();
                }
            }

            fn take(bytes: &[u8], values: &mut [Self]) -> Option<u8> {
                let (chunks, _) = bytes.as_chunks();
                for (value, chunk) in values.iter_mut().zip(chunks) {
                    *value = Self::from_le_bytes(*chunk);
                }
                None
            }

            fn swapped(self) -> Self {
                Self::from_be_bytes(self.to_le_bytes())
            }
        }
    )*};
}

numbers! { f32 f64 i64 i32 u8 u16 }

impl Bytes for bool {
    fn put(values: &[Self], bytes: &mut [u8]) {
        for (&value, byte) in values.iter().zip(bytes) {
            *byte = u8::from(value);
        }
    }

    fn take(bytes: &[u8], values: &mut [Self]) -> Option<u8> {
        for (value, &byte) in values.iter_mut().zip(bytes) {
            *value = byte == 1;
        }
        bytes.iter().copied().find(|&byte| byte > 1)
    }

    fn swapped(self) -> Self {
        self
    }
}

/// Gives the bytes of some of a tensor's numbers, row-major and little-endian, to a function piece by
/// piece.
pub(crate) fn for_each_piece<E>(
    tensor: &Tensor,
    numbers: Range<usize>,
    mut f: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let tensor = tensor.contiguous();
    let size = tensor.dtype().size();
    let mut bytes = vec![0; PIECE.min(size * numbers.len())];
    any_dtype!(tensor.dtype(), T => {
        let values = &tensor.storage.raw::<T>()[tensor.layout.range()][numbers];
        for piece in values.chunks(PIECE / size) {
            let bytes = &mut bytes[..piece.len() * size];
            Bytes::put(piece, bytes);
            f(bytes)?;
        }
        Ok(())
    })
}

/// Writes a tensor's bytes.
pub(crate) fn write(tensor: &Tensor, out: &mut dyn Write) -> io::Result<()> {
    for_each_piece(tensor, 0..tensor.size(), |bytes| out.write_all(bytes))
}

/// A tensor of values whose bytes came in the other order.
pub(crate) fn swapped(tensor: &Tensor) -> Tensor {
    any_dtype!(tensor.dtype(), T => {
        let values = tensor.storage.raw::<T>().iter().map(|&x| Bytes::swapped(x)).collect();
        tensor.like::<T>(values)
    })
}

/// Why bytes don't make a tensor.
pub(crate) enum Trouble {
    /// The input ends early or can't be read.
    Io(io::Error),
    /// The memory limit doesn't allow the tensor.
    TooLarge,
    /// A byte of a `bool` tensor is neither 0 nor 1.
    NotBool(u8),
}

/// Reads a tensor whose size the caller has checked against the file and the memory limit.
pub(crate) fn read(
    input: &mut dyn Read,
    shape: Shape,
    dtype: DType,
    mut seen: impl FnMut(&[u8]),
) -> Result<Tensor, Trouble> {
    any_dtype!(dtype, T => {
        let mut values = Buffer::<<T as Stored>::Raw>::try_zeroed(shape.size())
            .map_err(|_| Trouble::TooLarge)?;
        let mut bytes = vec![0; PIECE.min(shape.size() * dtype.size())];
        for piece in values.chunks_mut(PIECE / dtype.size()) {
            let bytes = &mut bytes[..piece.len() * dtype.size()];
            input.read_exact(bytes).map_err(Trouble::Io)?;
            seen(bytes);
            if let Some(wrong) = Bytes::take(bytes, piece) {
                return Err(Trouble::NotBool(wrong));
            }
        }
        Ok(Tensor::from_raw::<T>(values, shape))
    })
}

impl Trouble {
    /// The error of a file whose header claimed a shape and a dtype.
    pub(crate) fn explained(
        self,
        (shape, dtype): &(Shape, DType),
        place: &str,
        source: Source<'_>,
    ) -> Error {
        match self {
            Self::TooLarge => too_large("read", shape, *dtype),
            Self::NotBool(byte) => source.wrong(
                place,
                format!("byte {byte} among truth values, expected 0 or 1"),
                "the file is damaged, or its dtype is wrong",
            ),
            Self::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => source.wrong(
                place,
                "the data ends early",
                "the file became shorter while it was read; read it again",
            ),
            Self::Io(error) => source.io("read", error),
        }
    }
}

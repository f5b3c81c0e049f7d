//! Rows of unequal length become one rectangle of numbers.

use brand_nn_tensor::Tensor;

/// An end of a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Before the first item: Keras' `pre`.
    #[default]
    Front,
    /// After the last item: Keras' `post`.
    Back,
}

/// To which length sequences are brought, and at which end.
///
/// By default as in Keras: to the longest sequence, with zeros at the front, so that the last step
/// of a recurrent layer reads the last word and not padding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PadOptions {
    /// The length of every row; `None` is that of the longest sequence.
    pub length: Option<usize>,
    /// The end where a short sequence is filled up.
    pub padding: Side,
    /// The end where a long sequence loses items.
    pub truncating: Side,
    /// What fills up; 0 is the number of no word.
    pub value: i64,
}

impl PadOptions {
    /// Rows of `length`, the rest as in Keras.
    #[must_use]
    pub fn to(length: usize) -> Self {
        Self { length: Some(length), ..Self::default() }
    }
}

/// Brings sequences to one length: an i64 tensor of a row each.
///
/// # Shapes
///
/// `n` sequences → `[n, length]`.
///
/// # Panics
///
/// If `n` × `length` numbers are more than memory holds.
///
/// # Examples
///
/// ```
/// use brand_nn_text::{PadOptions, Side, pad_sequences};
///
/// let sequences = [vec![1, 2], vec![3, 4, 5, 6]];
/// let x = pad_sequences(&sequences, PadOptions::to(3));
/// assert_eq!(x.to_vec::<i64>(), [0, 1, 2, 4, 5, 6]);
///
/// let back = PadOptions { padding: Side::Back, truncating: Side::Back, ..PadOptions::to(3) };
/// assert_eq!(pad_sequences(&sequences, back).to_vec::<i64>(), [1, 2, 0, 3, 4, 5]);
/// ```
#[must_use]
pub fn pad_sequences(sequences: &[impl AsRef<[i64]>], options: PadOptions) -> Tensor {
    let longest = || sequences.iter().map(|s| s.as_ref().len()).max().unwrap_or(0);
    let length = options.length.unwrap_or_else(longest);
    let mut values = vec![options.value; sequences.len() * length];
    if length > 0 {
        for (row, sequence) in values.chunks_exact_mut(length).zip(sequences) {
            fill(row, sequence.as_ref(), options);
        }
    }
    Tensor::new(values, [sequences.len(), length]).expect("rows of one length")
}

fn fill(row: &mut [i64], sequence: &[i64], options: PadOptions) {
    let kept = sequence.len().min(row.len());
    let from = match options.truncating {
        Side::Front => sequence.len() - kept,
        Side::Back => 0,
    };
    let to = match options.padding {
        Side::Front => row.len() - kept,
        Side::Back => 0,
    };
    row[to..to + kept].copy_from_slice(&sequence[from..from + kept]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sequences: &[&[i64]], options: PadOptions, shape: [usize; 2], expected: &[i64]) {
        let padded = pad_sequences(sequences, options);
        assert_eq!(padded.dims::<2>().unwrap(), shape);
        assert_eq!(padded.to_vec::<i64>(), expected);
    }

    #[test]
    fn edges() {
        check(&[], PadOptions::default(), [0, 0], &[]);
        check(&[], PadOptions::to(3), [0, 3], &[]);
        check(&[&[], &[]], PadOptions::default(), [2, 0], &[]);
        check(&[&[1, 2]], PadOptions::to(0), [1, 0], &[]);
        check(
            &[&[], &[7]],
            PadOptions { value: -1, ..PadOptions::to(2) },
            [2, 2],
            &[-1, -1, -1, 7],
        );
    }
}

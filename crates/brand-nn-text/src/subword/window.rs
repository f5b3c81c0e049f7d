//! Long texts cut into windows that a model can read.

use crate::Error;
use tokenizers::{Encoding, Result, TruncationDirection};

/// Which text of a pair is cut where both are too long together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truncation {
    /// The longer one, then both alike; each pair gives one window.
    #[default]
    LongestFirst,
    /// The first, into as many windows as it takes.
    First,
    /// The second, into as many windows as it takes: a passage that a question is asked of.
    Second,
}

/// How long windows are and how far they overlap.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    pub(super) length: Option<usize>,
    pub(super) stride: usize,
    pub(super) truncation: Truncation,
}

type Parts = Vec<(Encoding, Option<Encoding>)>;

impl Window {
    /// All windows of a text or a pair to which `added` tokens come.
    pub(super) fn cut(
        self,
        first: Encoding,
        second: Option<Encoding>,
        added: usize,
    ) -> Result<Parts> {
        let Some(length) = self.length else { return Ok(vec![(first, second)]) };
        let room = length.checked_sub(added).filter(|&room| room > 0).ok_or_else(|| {
            too_short("max_length", length, "more than the template's own tokens")
        })?;
        let Some(second) = second else {
            return Ok(self.slide(first, room)?.into_iter().map(|first| (first, None)).collect());
        };
        let [a, b] = [first.len(), second.len()];
        let pair = |(first, second)| (first, Some(second));
        Ok(match self.truncation {
            Truncation::LongestFirst => {
                let [a, b] = shares([a, b], room);
                vec![pair((self.head(first, a), self.head(second, b)))]
            }
            Truncation::First => {
                let windows = self.slide(first, left(room, b)?)?.into_iter();
                windows.map(|first| pair((first, second.clone()))).collect()
            }
            Truncation::Second => {
                let windows = self.slide(second, left(room, a)?)?.into_iter();
                windows.map(|second| pair((first.clone(), second))).collect()
            }
        })
    }

    /// Windows of `room` tokens, each of which shares `stride` with the one before.
    fn slide(self, mut whole: Encoding, room: usize) -> Result<Vec<Encoding>> {
        if self.stride >= room {
            return Err(too_short("stride", self.stride, "less than the text's part of a window"));
        }
        whole.truncate(room, self.stride, TruncationDirection::Right);
        let rest = whole.take_overflowing();
        Ok([whole].into_iter().chain(rest).collect())
    }

    /// The first tokens alone.
    fn head(self, mut whole: Encoding, room: usize) -> Encoding {
        whole.truncate(room, 0, TruncationDirection::Right);
        whole.take_overflowing();
        whole
    }
}

/// What two lengths are cut to: the longer first, then both to halves.
fn shares([a, b]: [usize; 2], room: usize) -> [usize; 2] {
    let small = a.min(b).min(room / 2);
    if a <= b { [small.min(a), b.min(room - small)] } else { [a.min(room - small), small] }
}

fn left(room: usize, taken: usize) -> Result<usize> {
    let rest = room.checked_sub(taken).filter(|&rest| rest > 0);
    rest.ok_or_else(|| too_short("max_length", room, "more than the text that is not cut"))
}

fn too_short(setting: &'static str, got: usize, expected: &'static str) -> tokenizers::Error {
    let help = "512 with a stride of 128 is usual";
    Box::new(Error::Setting { setting, got: got.to_string(), expected, help })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lengths: [usize; 2], room: usize, expected: [usize; 2]) {
        assert_eq!(shares(lengths, room), expected);
    }

    #[test]
    fn the_longest_is_cut_first() {
        check([3, 4], 10, [3, 4]);
        check([3, 9], 10, [3, 7]);
        check([9, 3], 10, [7, 3]);
        check([9, 9], 10, [5, 5]);
        check([9, 9], 5, [2, 3]);
        check([0, 9], 5, [0, 5]);
    }
}

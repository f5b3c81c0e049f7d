//! Tiles of 2 × 2 outputs, and images whose channels stand side by side.

use std::ops::Range;

use super::transform::{Places, Planes, Square};
use super::{APART, LANES};
use crate::conv::TASKS;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::strided::transpose::{Rows, transpose};
use crate::threads::Parts;
use crate::window::Slide;
use crate::{Buffer, Real};

/// Elements of a block's transformed tiles: they stay in the second cache.
const CACHED: usize = 5 << 14;
/// Tiles of a block, at least, if there are so many.
const FEW: usize = 32;

/// How the tiles of all images are cut into blocks.
pub(super) struct Tiles {
    images: usize,
    /// Rows of tiles of an image, tiles of a row.
    counts: [usize; 2],
    /// Images of a block.
    together: usize,
    /// Blocks of an image.
    pieces: usize,
}

/// Some rows of tiles of some images.
pub(super) struct Block {
    images: Range<usize>,
    rows: Range<usize>,
    columns: usize,
}

impl Tiles {
    /// The tiles of images of `outputs` rows and columns; a tile has `width` transformed elements,
    /// and a block `many` tiles or more if there are tasks enough.
    pub(super) fn new(images: usize, outputs: [usize; 2], [width, many]: [usize; 2]) -> Self {
        let counts = outputs.map(|outputs| outputs.div_ceil(2));
        let all = images * counts[0] * counts[1];
        let wanted = (CACHED / width).max(many).min(all / TASKS).max(FEW);
        let rows = (wanted / counts[1]).max(1);
        let together = (rows / counts[0]).clamp(1, images);
        Tiles { images, counts, together, pieces: counts[0].div_ceil(rows) }
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.images.div_ceil(self.together) * self.pieces
    }

    pub(super) fn block(&self, i: usize) -> Block {
        let (first, piece) = (i / self.pieces * self.together, i % self.pieces);
        let edge = |piece: usize| self.counts[0] * piece / self.pieces;
        Block {
            images: first..self.images.min(first + self.together),
            rows: edge(piece)..edge(piece + 1),
            columns: self.counts[1],
        }
    }
}

impl Block {
    /// How many tiles it has.
    pub(super) fn tiles(&self) -> usize {
        self.rows() * self.columns
    }

    /// Rows of tiles of all its images.
    fn rows(&self) -> usize {
        self.images.len() * self.rows.len()
    }
}

/// Some channels of the images in front of the sums or behind them.
#[derive(Clone)]
pub(super) struct Side {
    pub(super) channels: Range<usize>,
    /// All channels of an image.
    pub(super) of: usize,
    /// Rows and columns of an image.
    pub(super) size: [usize; 2],
    /// Rows and columns that are thought before the first.
    pub(super) before: [usize; 2],
    /// Rows of the image that a tile sees.
    pub(super) edge: usize,
}

/// Both sides of a window along rows and columns, with so many channels each.
pub(super) fn sides(axes: [Slide; 2], [inputs, outputs]: [usize; 2]) -> (Side, Side) {
    let (size, before) = (axes.map(|axis| axis.input), axes.map(|axis| axis.before));
    let from = Side { channels: 0..inputs, of: inputs, size, before, edge: 4 };
    let size = axes.map(|axis| axis.output);
    (from, Side { channels: 0..outputs, of: outputs, size, before: [0; 2], edge: 2 })
}

impl Side {
    /// Elements from one pixel to the next where channels stand side by side.
    pub(super) fn width(&self) -> usize {
        self.channels.len().next_multiple_of(LANES)
    }

    /// The rows of an image that a block sees.
    fn rows(&self, block: &Block) -> Range<usize> {
        let place = |row: usize| row.saturating_sub(self.before[0]).min(self.size[0]);
        place(2 * block.rows.start)..place(2 * block.rows.end + self.edge - 2)
    }

    /// Where the pixels of some rows of a channel begin.
    fn start(&self, image: usize, channel: usize, row: usize) -> usize {
        ((image * self.of + channel) * self.size[0] + row) * self.size[1]
    }

    /// A block's pixels, to be written; before the first is one for all that lies outside.
    pub(super) fn empty<T: Real>(&self, block: &Block) -> Buffer<T> {
        let pixels = block.images.len() * self.rows(block).len() * self.size[1];
        Buffer::stale((1 + pixels) * self.width())
    }

    /// A block's pixels from images whose channels are planes, and noughts outside.
    pub(super) fn gather<T: Real>(&self, x: &[T], block: &Block) -> Buffer<T> {
        let (rows, width, channels) = (self.rows(block), self.width(), self.channels.len());
        let mut all = self.empty(block);
        let outside = if channels < width { all.len() } else { width };
        all[..outside].fill(T::ZERO);
        let (pixels, apart) = (rows.len() * self.size[1], self.size[0] * self.size[1]);
        if pixels > 0 {
            let images = all[width..].chunks_exact_mut(pixels * width);
            for (image, to) in block.images.clone().zip(images) {
                let from = &x[self.start(image, self.channels.start, rows.start)..];
                turn(from, apart, [channels, pixels], to, width);
            }
        }
        all
    }

    /// Puts a block's pixels into images whose channels are planes, and adds each channel's bias.
    ///
    /// # Safety
    /// Nobody else touches these rows of these images.
    pub(super) unsafe fn scatter<T: Real>(
        &self,
        from: &[T],
        block: &Block,
        bias: Option<&[T]>,
        out: &Parts<T>,
    ) {
        let (rows, width) = (self.rows(block), self.width());
        let pixels = rows.len() * self.size[1];
        let mut planes = Buffer::stale(LANES * pixels);
        for (image, from) in block.images.clone().zip(from[width..].chunks_exact(pixels * width)) {
            for first in self.channels.clone().step_by(LANES) {
                let count = LANES.min(self.channels.end - first);
                let from = &from[first - self.channels.start..];
                turn(from, width, [pixels, count], &mut planes, pixels);
                let channels = first..first + count;
                for (channel, from) in channels.zip(planes.chunks_exact(pixels)) {
                    let start = self.start(image, channel, rows.start);
                    // SAFETY: promised by the caller.
                    let to = unsafe { out.range(start..start + pixels) };
                    let bias = bias.map_or(T::ZERO, |bias| bias[channel]);
                    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from + bias);
                }
            }
        }
    }

    /// The sizes of a block's transform, and where the points of its tiles lie.
    pub(super) fn planes(&self, block: &Block) -> ([usize; 3], Planes) {
        let (columns, step) = (block.columns, self.width());
        let apart = block.tiles() * step + APART;
        ([block.rows(), columns, step], Planes { columns, step, apart })
    }

    /// Where the pixels that a block's tiles see lie among its own.
    pub(super) fn seen<'a>(&'a self, block: &'a Block) -> Seen<'a> {
        Seen { side: self, block, rows: self.rows(block), width: self.width() }
    }
}

/// What the tiles of a block see.
pub(super) struct Seen<'a> {
    side: &'a Side,
    block: &'a Block,
    rows: Range<usize>,
    width: usize,
}

impl<const N: usize> Places<N> for Seen<'_> {
    #[inline(always)]
    fn at(&self, [row, column]: [usize; 2]) -> Square<N> {
        let Seen { side: Side { size, before, .. }, block, rows, width } = self;
        let image = row / block.rows.len() * rows.len();
        let top = 2 * (block.rows.start + row % block.rows.len());
        let mut places = [[0; N]; N];
        for a in 0..N {
            // What lies before the first wraps around, so that it is beyond the last.
            let line = (top + a).wrapping_sub(before[0]);
            let first = image.wrapping_add(line).wrapping_sub(rows.start).wrapping_mul(size[1]);
            for b in 0..N {
                let place = (2 * column + b).wrapping_sub(before[1]);
                let pixel = first.wrapping_add(place).wrapping_add(1).wrapping_mul(*width);
                let is_inside = line < size[0] && place < size[1];
                places[a][b] = if is_inside { pixel } else { 0 };
            }
        }
        places
    }
}

/// `to[c · to_apart + r] = from[r · apart + c]` for `count` rows of `len` elements; what lies
/// between is arbitrary.
///
/// # Panics
/// If a slice is too short.
pub(super) fn turn<T: Real>(
    from: &[T],
    apart: usize,
    [count, len]: [usize; 2],
    to: &mut [T],
    to_apart: usize,
) {
    assert!((count - 1) * apart + len <= from.len());
    let rows = Rows { start: from.as_ptr(), stride: apart as isize, count, len };
    dispatch(Turn { rows, to, to_apart });
}

/// Rows that lie inside their slice.
struct Turn<'a, T> {
    rows: Rows<T>,
    to: &'a mut [T],
    to_apart: usize,
}

impl<T: Real> Kernel for Turn<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        // SAFETY: `turn` has found all rows inside.
        unsafe { transpose::<T::Wide<L>>(self.rows, self.to, self.to_apart) };
    }
}

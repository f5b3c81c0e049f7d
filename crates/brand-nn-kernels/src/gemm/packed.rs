//! The right matrix cut into panels whose rows are as wide as a tile.

use super::affine::Ending;
use super::block::{Block, Right, copy_rows, slab_depth};
use super::job::Job;
use super::plan::hand_over;
use super::tile::{Wide, panel};
use super::{Mat, MatMut, check_inside, check_output};
use crate::simd::{Isa, Kernel, Lanes, Vector, dispatch, dispatch_on, isa};
use crate::size::count;
use crate::strided::transpose::{Rows, transpose};
use crate::threads::{Parts, for_each};
use crate::{Buffer, Plain, Real};

/// Elements below which a matrix is packed on one thread.
const SERIAL: usize = 1 << 18;

/// A right matrix in the order in which products read it: worth making when it is used again.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Mat, MatMut, PackedB, gemm_packed};
/// let b = PackedB::new(Mat::rows(&[1.0_f32, 2.0, 3.0, 4.0], 2, 2));
/// let mut c = [0.0; 2];
/// gemm_packed(1.0, Mat::rows(&[10.0, 1.0], 1, 2), &b, 0.0, MatMut::rows(&mut c, 1, 2));
/// assert_eq!(c, [13.0, 24.0]);
/// ```
#[derive(Clone, Debug)]
pub struct PackedB<T: Plain> {
    data: Buffer<T>,
    rows: usize,
    cols: usize,
    /// Columns of a panel but the last.
    width: usize,
    /// Columns together with those that fill the last panel up to whole vectors.
    padded: usize,
    /// Rows of a slab but the last.
    depth: usize,
    /// The instruction set whose tiles the panels fit.
    isa: Isa,
}

/// A borrowed [`PackedB`] or a part of a matrix packed for one product.
#[derive(Clone, Copy)]
pub(super) struct Panels<'a, T: Real> {
    packed: &'a PackedB<T>,
}

impl<T: Real> PackedB<T> {
    /// Packs a matrix of any strides.
    ///
    /// # Panics
    /// If the matrix leaves its data.
    #[track_caller]
    pub fn new(b: Mat<T>) -> Self {
        check_inside("B", b.data.len(), [b.rows, b.cols], [b.row_stride, b.col_stride]);
        count("PackedB", &[b.rows.max(1), b.cols.max(1)]);
        // SAFETY: checked in the line above.
        unsafe { T::pack(b.data.as_ptr(), b.rows, b.cols, [b.row_stride, b.col_stride]) }
    }

    /// How many rows the matrix has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns the matrix has.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Packs `rows × cols` elements into panels.
    ///
    /// # Safety
    /// Every element may be read.
    pub(super) unsafe fn from_raw(
        b: *const T,
        rows: usize,
        cols: usize,
        strides: [isize; 2],
    ) -> Self {
        let isa = isa();
        let element = std::marker::PhantomData::<T>;
        let sizes = dispatch_on(isa, Measure { rows, cols, isa, element });
        // SAFETY: promised by the caller.
        unsafe { sizes.fill(Source { b, strides }) }
    }

    /// Copies every panel of every slab.
    ///
    /// # Safety
    /// Every element of the source may be read.
    unsafe fn fill(mut self, source: Source<T>) -> Self {
        let mut data = Buffer::stale(self.rows * self.padded);
        let panels = self.cols.div_ceil(self.width);
        let parts = Parts::new(&mut data);
        let one = |task: usize| {
            let (start, column) = (task / panels * self.depth, task % panels * self.width);
            let (height, stride) = (self.depth.min(self.rows - start), self.stride(column));
            let at = start * self.padded + column * height;
            // SAFETY: each task owns one panel of one slab and runs once.
            let to = unsafe { parts.range(at..at + height * stride) };
            let columns = stride.min(self.cols - column);
            let source = source.from(start, column);
            dispatch_on(self.isa, Fill { source, columns, stride, to });
        };
        let tasks = self.rows.div_ceil(self.depth) * panels;
        if self.rows * self.cols < SERIAL {
            (0..tasks).for_each(one);
        } else {
            for_each(tasks, one);
        }
        self.data = data;
        self
    }

    /// Elements from one row of the panel at `column` to the next.
    fn stride(&self, column: usize) -> usize {
        self.width.min(self.padded - column)
    }
}

impl<'a, T: Real> Panels<'a, T> {
    pub(super) fn new(packed: &'a PackedB<T>) -> Self {
        Panels { packed }
    }

    /// The panel at `column` of the slab of `height` rows from `start` on, and its row stride.
    #[inline(always)]
    pub(super) fn panel(&self, start: usize, height: usize, column: usize) -> (*const T, usize) {
        let packed = self.packed;
        let at = start * packed.padded + column * height;
        let stride = packed.stride(column);
        (packed.data[at..at + height * stride].as_ptr(), stride)
    }
}

/// `C = α A B + β C` for a packed B.
///
/// # Panics
/// If the sizes do not fit, or a matrix leaves its data.
#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "the product takes its output over")]
pub fn gemm_packed<T: Real>(alpha: T, a: Mat<T>, b: &PackedB<T>, beta: T, c: MatMut<T>) {
    assert!(
        a.cols == b.rows && a.rows == c.rows && b.cols == c.cols,
        "gemm_packed: [{}, {}] · [{}, {}] into [{}, {}]",
        a.rows,
        a.cols,
        b.rows,
        b.cols,
        c.rows,
        c.cols
    );
    count("gemm_packed", &[a.rows, a.cols, b.cols]);
    check_inside("A", a.data.len(), [a.rows, a.cols], [a.row_stride, a.col_stride]);
    check_output(&c);
    let right = Mat { data: &[], rows: b.rows, cols: b.cols, row_stride: 0, col_stride: 0 };
    let job = Job::new(alpha, &a, &right, beta, &c);
    if c.col_stride == 1 || c.cols <= 1 {
        // SAFETY: A and C were checked above; B's panels check their own bounds.
        return unsafe { T::packed_product(&job, b, Ending::none()) };
    }
    let mut sums = Buffer::stale(c.rows * c.cols);
    gemm_packed(alpha, a, b, T::ZERO, MatMut::rows(&mut sums, c.rows, c.cols));
    // SAFETY: C was checked above.
    unsafe { hand_over(&job, &sums) };
}

/// Runs a block with the instruction set that its panels were packed for.
pub(super) fn run<T: Real>(job: Job<T>, right: Right<T>) {
    match right {
        Right::Packed(panels, _) => dispatch_on(panels.packed.isa, Block { job, right }),
        _ => dispatch(Block { job, right }),
    }
}

/// Finds the sizes of panels for the instruction set that it runs with.
struct Measure<T> {
    rows: usize,
    cols: usize,
    isa: Isa,
    element: std::marker::PhantomData<T>,
}

impl<T: Real> Kernel for Measure<T> {
    type Output = PackedB<T>;

    #[inline(always)]
    fn run<L: Lanes>(self) -> PackedB<T> {
        let Measure { rows, cols, isa, .. } = self;
        let lanes = <T::Wide<L> as Vector>::LANES;
        let (width, depth) = (panel::<T, L>(), slab_depth::<T, L>(rows));
        let padded = cols.next_multiple_of(lanes);
        PackedB { data: Buffer::default(), rows, cols, width, padded, depth, isa }
    }
}

/// The matrix to pack.
#[derive(Clone, Copy)]
struct Source<T> {
    b: *const T,
    strides: [isize; 2],
}

// SAFETY: the elements are Plain and only read.
unsafe impl<T: Real> Sync for Source<T> {}

impl<T: Real> Source<T> {
    /// The part that begins at a row and a column.
    fn from(&self, row: usize, column: usize) -> Self {
        let at = row as isize * self.strides[0] + column as isize * self.strides[1];
        Source { b: self.b.wrapping_offset(at), ..*self }
    }
}

/// Copies the columns of one panel of one slab, filled up with noughts to `stride`.
struct Fill<'a, T> {
    source: Source<T>,
    columns: usize,
    stride: usize,
    to: &'a mut [T],
}

impl<T: Real> Kernel for Fill<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Fill { source: Source { b, strides: [row, col] }, columns, stride, to } = self;
        if columns < stride {
            to.fill(T::ZERO);
        }
        let rows = to.len() / stride;
        if row == 1 {
            let across = Rows { start: b, stride: col, count: columns, len: rows };
            // SAFETY: whoever made the source vouched for its elements.
            return unsafe { transpose::<Wide<T, L>>(across, to, stride) };
        }
        if col == 1 && stride.is_multiple_of(<Wide<T, L> as Vector>::LANES) {
            // SAFETY: `columns` elements of each row; rows of the panel are whole vectors long.
            return unsafe { copy_rows::<Wide<T, L>>(b, row, columns, to, stride) };
        }
        for (p, to) in to.chunks_exact_mut(stride).enumerate() {
            let from = b.wrapping_offset(p as isize * row);
            for (j, x) in to[..columns].iter_mut().enumerate() {
                // SAFETY: row p and column j of the source.
                *x = unsafe { *from.offset(j as isize * col) };
            }
        }
    }
}

//! The right matrix cut into panels whose rows are as wide as a tile.

use std::ops::Range;

use super::affine::Ending;
use super::block::{Block, Right, copy_rows, slab_depth};
use super::job::Job;
use super::narrow::{Format, Narrow, Numbers, any_format, narrow_panel, part, widen_panel};
use super::plan::hand_over;
use super::tile::{Wide, panel};
use super::{Mat, MatMut, check_inside, check_output};
use crate::simd::{Isa, Kernel, Lanes, Vector, dispatch, dispatch_on, isa};
use crate::size::count;
use crate::strided::transpose::{Rows, transpose};
use crate::threads::{Parts, for_each};
use crate::{Buffer, Number, Plain, Real};

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
    /// Panel after panel, slab after slab.
    numbers: Numbers<T>,
    /// What the numbers of each column are to be multiplied by, if their format has scales.
    scales: Buffer<T>,
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
        let numbers = Numbers::Whole(unsafe { sizes.fill(Source { b, strides }) });
        PackedB { numbers, ..sizes }
    }

    /// Copies every panel of every slab.
    ///
    /// # Safety
    /// Every element of the source may be read.
    unsafe fn fill(&self, source: Source<T>) -> Buffer<T> {
        let mut data = Buffer::stale(self.rows * self.padded);
        let parts = Parts::new(&mut data);
        self.for_each_panel(|start, column, place| {
            let stride = self.stride(column);
            // SAFETY: each task owns one panel of one slab and runs once.
            let to = unsafe { parts.range(place) };
            let columns = stride.min(self.cols - column);
            let source = source.from(start, column);
            dispatch_on(self.isa, Fill { source, columns, stride, to });
        });
        data
    }

    /// Calls `f` with the first row and column of each panel of each slab, and its place.
    fn for_each_panel(&self, f: impl Fn(usize, usize, Range<usize>) + Sync) {
        let panels = self.cols.div_ceil(self.width);
        let one = |task: usize| {
            let (start, column) = (task / panels * self.depth, task % panels * self.width);
            f(start, column, self.place(start, self.depth.min(self.rows - start), column));
        };
        let tasks = self.rows.div_ceil(self.depth) * panels;
        if self.rows * self.cols < SERIAL {
            (0..tasks).for_each(one);
        } else {
            for_each(tasks, one);
        }
    }

    /// Where the panel at `column` of the slab of `height` rows from `start` on lies.
    #[inline(always)]
    fn place(&self, start: usize, height: usize, column: usize) -> Range<usize> {
        let at = start * self.padded + column * height;
        at..at + height * self.stride(column)
    }

    /// Elements from one row of the panel at `column` to the next.
    #[inline(always)]
    fn stride(&self, column: usize) -> usize {
        self.width.min(self.padded - column)
    }
}

impl PackedB<f32> {
    /// Packs a matrix of any strides in numbers of fewer bits.
    ///
    /// Products have the bits of those with the rounded numbers as `f32`, packed by
    /// [`PackedB::new`], and read fewer bytes: worth it where reading B is the cost, as with few
    /// rows of A.
    ///
    /// # Panics
    /// If the matrix leaves its data, or the format can't hold a number that is not finite.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_kernels::{Mat, MatMut, Narrow, PackedB, gemm_packed};
    /// let b = PackedB::narrow(Mat::rows(&[127.0, 0.5, 1.3, 0.0], 2, 2), Narrow::Int8);
    /// let mut c = [0.0; 2];
    /// gemm_packed(1.0, Mat::rows(&[1.0, 10.0], 1, 2), &b, 0.0, MatMut::rows(&mut c, 1, 2));
    /// assert_eq!(c, [137.0, 0.5]); // 1.3 is the nearest multiple of 1
    /// ```
    #[track_caller]
    pub fn narrow(b: Mat<f32>, to: Narrow) -> Self {
        let whole = Self::new(b);
        match to {
            Narrow::Bf16 => whole.narrowed(Numbers::Bf16),
            Narrow::Int8 => whole.narrowed(Numbers::Int8),
        }
    }

    /// The same matrix in another format.
    #[track_caller]
    fn narrowed<N: Format<f32>>(self, into: fn(Buffer<N>) -> Numbers<f32>) -> Self {
        let Numbers::Whole(whole) = &self.numbers else { return self };
        let scales = if N::SCALED { self.scales_for::<N>(whole) } else { Buffer::default() };
        let mut data = Buffer::stale(whole.len());
        let parts = Parts::new(&mut data);
        self.for_each_panel(|_, column, place| {
            // SAFETY: each task owns one panel of one slab and runs once.
            let to = unsafe { parts.range(place.clone()) };
            narrow_panel(&whole[place], part(&scales, column, self.stride(column)), to);
        });
        PackedB { numbers: into(data), scales, ..self }
    }

    /// The scale of each column, also of those that fill the last panel up.
    #[track_caller]
    fn scales_for<N: Format<f32>>(&self, whole: &[f32]) -> Buffer<f32> {
        let largest = self.largest(whole);
        if let Some(column) = largest[..self.cols].iter().position(|x| !x.is_finite()) {
            panic!("PackedB: column {column} has a number that is not finite");
        }
        largest.into_iter().map(N::scale).collect()
    }

    /// The largest magnitude of each column; NaN or infinite if a number is.
    fn largest(&self, whole: &[f32]) -> Vec<f32> {
        let mut largest = vec![0.0_f32; self.padded];
        for start in (0..self.rows).step_by(self.depth) {
            let height = self.depth.min(self.rows - start);
            for column in (0..self.cols).step_by(self.width) {
                let panel = &whole[self.place(start, height, column)];
                for row in panel.chunks_exact(self.stride(column)) {
                    let most = largest[column..].iter_mut().zip(row);
                    most.for_each(|(most, x)| *most = most.larger(x.abs()));
                }
            }
        }
        largest
    }
}

impl<'a, T: Real> Panels<'a, T> {
    pub(super) fn new(packed: &'a PackedB<T>) -> Self {
        Panels { packed }
    }

    /// Whether numbers are stored as they are computed with.
    #[inline(always)]
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.packed.numbers, Numbers::Whole(_))
    }

    /// The numbers, and the scales of their columns.
    #[inline(always)]
    pub(super) fn numbers(&self) -> (&'a Numbers<T>, &'a [T]) {
        (&self.packed.numbers, &self.packed.scales)
    }

    /// Where the panel at `column` of the slab of `height` rows from `start` on lies.
    #[inline(always)]
    pub(super) fn place(&self, start: usize, height: usize, column: usize) -> Range<usize> {
        self.packed.place(start, height, column)
    }

    /// The panel at `column` of the slab of `height` rows from `start` on, and its row stride;
    /// widened into `copy` unless it is whole.
    ///
    /// # Safety
    /// The instruction set of `V` is there, and it is the one that the panels were packed for.
    #[inline(always)]
    pub(super) unsafe fn panel<V: Vector<Element = T>>(
        &self,
        start: usize,
        height: usize,
        column: usize,
        copy: &mut [T],
    ) -> (*const T, usize) {
        let packed = self.packed;
        let (place, stride) = (packed.place(start, height, column), packed.stride(column));
        if let Numbers::Whole(numbers) = &packed.numbers {
            return (numbers[place].as_ptr(), stride);
        }
        let (scales, copy) = (part(&packed.scales, column, stride), &mut copy[..height * stride]);
        // SAFETY: promised by the caller.
        any_format!(&packed.numbers, x => unsafe {
            widen_panel::<V, _>(&x[place], scales, copy, stride);
        });
        (copy.as_ptr(), stride)
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
        let (numbers, scales) = (Numbers::Whole(Buffer::default()), Buffer::default());
        PackedB { numbers, scales, rows, cols, width, padded, depth, isa }
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

//! The small matrices of Winograd's sums, by vectors of channels.

use std::array::from_fn;
use std::marker::PhantomData;

use crate::simd::{Kernel, Lanes, Vector, dispatch};
use crate::{Number, Real};

/// A matrix F of M × N, as sums of at most three numbers.
pub(super) trait Matrix<const N: usize, const M: usize> {
    /// `F x`.
    ///
    /// # Safety
    /// The instruction set of `V` is there.
    unsafe fn times<V: Vector>(x: [V; N]) -> [V; M];
}

macro_rules! matrices {
    ($($(#[$doc:meta])* $name:ident $n:literal $m:literal: |$x:ident| $sums:expr;)*) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl Matrix<$n, $m> for $name {
            #[inline(always)]
            unsafe fn times<V: Vector>($x: [V; $n]) -> [V; $m] {
                // SAFETY: vouched for by the caller.
                unsafe { $sums }
            }
        }
    )*};
}

matrices! {
    /// `Bᵀ`: four inputs in a row.
    Input 4 4: |x| [x[0].sub(x[2]), x[1].add(x[2]), x[2].sub(x[1]), x[1].sub(x[3])];
    /// `G`: three weights in a row.
    Weight 3 4: |x| {
        let ends = half(x[0].add(x[2]));
        [x[0], ends.add(half(x[1])), ends.sub(half(x[1])), x[2]]
    };
    /// `Aᵀ`: two outputs in a row, from the products.
    Output 4 2: |x| [x[0].add(x[1].add(x[2])), x[1].sub(x[2]).sub(x[3])];
    /// `A`: the gradients of two outputs, for the products.
    OutputGradient 2 4: |x| {
        [x[0], x[0].add(x[1]), x[0].sub(x[1]), V::splat(V::Element::ZERO).sub(x[1])]
    };
    /// `Gᵀ`: the gradients of three weights.
    WeightGradient 4 3: |x| {
        let sum = half(x[1].add(x[2]));
        [x[0].add(sum), half(x[1].sub(x[2])), sum.add(x[3])]
    };
}

/// `x / 2`.
///
/// # Safety
/// The instruction set of `V` is there.
#[inline(always)]
unsafe fn half<V: Vector>(x: V) -> V {
    // SAFETY: vouched for by the caller.
    unsafe { x.mul(V::splat(V::Element::from_f64(0.5))) }
}

/// Where the channels of N × N numbers begin.
pub(super) type Square<const N: usize> = [[usize; N]; N];

/// Where the squares of all tiles are.
pub(super) trait Places<const N: usize> {
    /// That of one tile, given by its row and column; `#[inline(always)]`.
    fn at(&self, tile: [usize; 2]) -> Square<N>;
}

/// Squares whose N × N parts lie `apart`, in rows of `columns` tiles, one a `step` after the other.
pub(super) struct Planes {
    pub(super) columns: usize,
    pub(super) step: usize,
    pub(super) apart: usize,
}

impl<const N: usize> Places<N> for Planes {
    #[inline(always)]
    fn at(&self, [row, column]: [usize; 2]) -> Square<N> {
        let first = (row * self.columns + column) * self.step;
        from_fn(|a| from_fn(|b| first + (N * a + b) * self.apart))
    }
}

/// The same squares turned by half a circle.
pub(super) struct Turned<P>(pub(super) P);

impl<P: Places<N>, const N: usize> Places<N> for Turned<P> {
    #[inline(always)]
    fn at(&self, tile: [usize; 2]) -> Square<N> {
        let mut square = self.0.at(tile);
        square.as_flattened_mut().reverse();
        square
    }
}

/// `to = F from Fᵀ` for rows of tiles of `width` channels.
///
/// # Panics
/// If a place is not one of `width` elements, or those are not whole vectors.
pub(super) fn transform<T: Real, F: Matrix<N, M>, const N: usize, const M: usize>(
    _matrix: F,
    [rows, columns, width]: [usize; 3],
    from: (&[T], impl Places<N>),
    to: (&mut [T], impl Places<M>),
) {
    assert!(width.is_multiple_of(super::LANES));
    let matrix = PhantomData::<F>;
    dispatch(Transform { rows, columns, width, from, to, matrix });
}

struct Transform<'a, T, F, P, Q, const N: usize, const M: usize> {
    rows: usize,
    columns: usize,
    width: usize,
    from: (&'a [T], P),
    to: (&'a mut [T], Q),
    matrix: PhantomData<F>,
}

impl<T, F, P, Q, const N: usize, const M: usize> Kernel for Transform<'_, T, F, P, Q, N, M>
where
    T: Real,
    F: Matrix<N, M>,
    P: Places<N>,
    Q: Places<M>,
{
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Transform { rows, columns, width, from: (from, sources), to: (to, targets), .. } = self;
        let lanes = <T::Wide<L> as Vector>::LANES;
        for row in 0..rows {
            for column in 0..columns {
                let (sources, targets) = (sources.at([row, column]), targets.at([row, column]));
                let last = |places: &[usize]| places.iter().copied().max().unwrap_or(0) + width;
                assert!(last(sources.as_flattened()) <= from.len());
                assert!(last(targets.as_flattened()) <= to.len());
                let sources = sources.map(|row| row.map(|at| from.as_ptr().wrapping_add(at)));
                let targets = targets.map(|row| row.map(|at| to.as_mut_ptr().wrapping_add(at)));
                for channel in (0..width).step_by(lanes) {
                    // SAFETY: `width` elements, which are whole vectors, from each place on.
                    unsafe { one::<T::Wide<L>, F, N, M>(&sources, &targets, channel) };
                }
            }
        }
    }
}

/// One vector of channels: columns, then rows.
///
/// # Safety
/// The instruction set is there, and so is a vector from that channel on at all places.
#[inline(always)]
unsafe fn one<V: Vector, F: Matrix<N, M>, const N: usize, const M: usize>(
    from: &[[*const V::Element; N]; N],
    to: &[[*mut V::Element; M]; M],
    channel: usize,
) {
    // SAFETY: vouched for by the caller.
    unsafe {
        let mut half = [[V::splat(V::Element::ZERO); N]; M];
        for b in 0..N {
            let column = F::times::<V>(from_fn(|a| V::load(from[a][b].add(channel))));
            for a in 0..M {
                half[a][b] = column[a];
            }
        }
        for a in 0..M {
            let row = F::times::<V>(half[a]);
            for b in 0..M {
                row[b].store(to[a][b].add(channel));
            }
        }
    }
}

//! Rows picked by number, and their gradients put back.

use crate::error::{Error, Result};
use crate::simd::{Kernel, Lanes, dispatch, prefetch};
use crate::size::count;
use crate::threads::for_each_chunk;
use crate::words::copy_words;
use crate::{Buffer, Number, Plain};

/// Elements that one task of a parallel gather copies, about.
const TASK: usize = 1 << 16;
/// How many rows ahead memory is asked for.
const AHEAD: usize = 16;

/// Copies row `ids[i]` of the table to row i of `out`.
///
/// # Errors
/// An id lies outside the table; nothing is written then.
///
/// # Panics
/// If `width` does not divide the table, or `out` has another length than the rows together.
///
/// # Examples
/// ```
/// let (table, mut out) = ([1, 2, 3, 4], [0; 4]);
/// brand_nn_kernels::gather_rows(&table, 2, &[1, 0], &mut out)?;
/// assert_eq!(out, [3, 4, 1, 2]);
/// # Ok::<(), brand_nn_kernels::Error>(())
/// ```
#[track_caller]
pub fn gather_rows<T: Plain>(table: &[T], width: usize, ids: &[i64], out: &mut [T]) -> Result<()> {
    check_table("gather_rows", table.len(), width, ids.len(), out.len());
    check_ids(ids, table.len().checked_div(width).unwrap_or(0), width)?;
    if width == 0 {
        return Ok(());
    }
    let per_task = (TASK / width).max(1);
    for_each_chunk(out, per_task * width, |task, out| {
        dispatch(GatherRows { table, ids: &ids[task * per_task..], width, out });
    });
    Ok(())
}

/// Rows of a large table lie anywhere: those that come are asked for while others are copied.
struct GatherRows<'a, T> {
    table: &'a [T],
    ids: &'a [i64],
    width: usize,
    out: &'a mut [T],
}

impl<T: Plain> Kernel for GatherRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { table, ids, width, out } = self;
        let row = |id: i64| &table[id as usize * width..(id as usize + 1) * width];
        for (i, out) in out.chunks_exact_mut(width).enumerate() {
            if let Some(&later) = ids.get(i + AHEAD) {
                prefetch::<T, L>(row(later));
            }
            copy_words(row(ids[i]), out);
        }
    }
}

/// Adds row i of `rows` to row `ids[i]` of the table, in the order of i.
///
/// # Errors
/// An id lies outside the table; nothing is written then.
///
/// # Panics
/// If `width` does not divide the table, or `rows` has another length than `ids` rows.
#[track_caller]
pub fn scatter_add_rows<T: Number>(
    ids: &[i64],
    rows: &[T],
    width: usize,
    table: &mut [T],
) -> Result<()> {
    check_table("scatter_add_rows", table.len(), width, ids.len(), rows.len());
    check_ids(ids, table.len().checked_div(width).unwrap_or(0), width)?;
    if width > 0 {
        dispatch(ScatterRows { ids, rows, width, table });
    }
    Ok(())
}

/// The way back of [`GatherRows`].
struct ScatterRows<'a, T> {
    ids: &'a [i64],
    rows: &'a [T],
    width: usize,
    table: &'a mut [T],
}

impl<T: Number> Kernel for ScatterRows<'_, T> {
    type Output = ();
    const WIDE: bool = T::FLOAT;

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { ids, rows, width, table } = self;
        let place = |id: i64| id as usize * width..(id as usize + 1) * width;
        for (i, row) in rows.chunks_exact(width).enumerate() {
            if let Some(&later) = ids.get(i + AHEAD) {
                prefetch::<T, L>(&table[place(later)]);
            }
            AddRow { row, out: &mut table[place(ids[i])] }.run::<L>();
        }
    }
}

/// Adds up the rows of equal ids: the sorted ids, each once, and their sums.
///
/// Rows of one id are added in the order in which they come.
///
/// # Panics
/// If `rows` has another length than `ids` rows of `width`.
///
/// # Examples
/// ```
/// let (ids, rows) = brand_nn_kernels::sum_duplicate_rows(&[7, 2, 7], &[1.0, 10.0, 5.0], 1);
/// assert_eq!((&ids[..], &rows[..]), (&[2, 7][..], &[10.0, 6.0][..]));
/// ```
#[track_caller]
pub fn sum_duplicate_rows<T: Number>(
    ids: &[i64],
    rows: &[T],
    width: usize,
) -> (Buffer<i64>, Buffer<T>) {
    let expected = count("sum_duplicate_rows", &[ids.len(), width]);
    assert!(rows.len() == expected, "sum_duplicate_rows: {} elements, not {expected}", rows.len());
    let order = positions(ids);
    let id = |place: usize| ids[order[place] as usize];
    let mut starts: Vec<usize> = Vec::with_capacity(ids.len() + 1);
    starts.extend((0..ids.len()).filter(|&place| place == 0 || id(place - 1) != id(place)));
    let mut unique = Buffer::stale(starts.len());
    unique.iter_mut().zip(&starts).for_each(|(unique, &start)| *unique = id(start));
    starts.push(ids.len());
    let mut sums = Buffer::stale(unique.len() * width);
    let per_task = (TASK / width.max(1)).max(1);
    for_each_chunk(&mut sums, (per_task * width).max(1), |task, out| {
        dispatch(SumRows { order: &order, starts: &starts[task * per_task..], rows, width, out });
    });
    (unique, sums)
}

/// The positions of the ids in the ids' order, those of one id as they come.
fn positions(ids: &[i64]) -> Buffer<i64> {
    let low = ids.iter().copied().min().unwrap_or(0);
    let span = ids.iter().fold(0, |span, &id| id.wrapping_sub(low) as u64 | span);
    let bits = usize::BITS - ids.len().leading_zeros();
    let mut order: Buffer<i64> = Buffer::stale(ids.len());
    order.iter_mut().zip(0..).for_each(|(place, i)| *place = i);
    if span.leading_zeros() <= bits {
        order.sort_by_key(|&i| ids[i as usize]);
        return order;
    }
    // Distance and position in one number sort twice as fast as positions by what they point to.
    order.iter_mut().zip(ids).for_each(|(place, id)| *place |= (id - low) << bits);
    order.sort_unstable();
    order.iter_mut().for_each(|place| *place &= (1 << bits) - 1);
    order
}

/// The rows of each group added up: group i is `order[starts[i]..starts[i + 1]]`.
struct SumRows<'a, T> {
    order: &'a [i64],
    starts: &'a [usize],
    rows: &'a [T],
    width: usize,
    out: &'a mut [T],
}

impl<T: Number> Kernel for SumRows<'_, T> {
    type Output = ();
    const WIDE: bool = T::FLOAT;

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { order, starts, rows, width, out } = self;
        let row = |i: i64| &rows[i as usize * width..(i as usize + 1) * width];
        for (out, group) in out.chunks_exact_mut(width).zip(starts.windows(2)) {
            let group = &order[group[0]..group[1]];
            out.copy_from_slice(row(group[0]));
            for &i in &group[1..] {
                AddRow { row: row(i), out }.run::<L>();
            }
        }
    }
}

#[track_caller]
fn check_table(op: &str, table: usize, width: usize, ids: usize, rows: usize) {
    assert!(
        if width == 0 { table == 0 } else { table.is_multiple_of(width) },
        "{op}: a table of {table} elements has no rows of {width}"
    );
    assert!(rows == count(op, &[ids, width]), "{op}: {rows} elements for {ids} rows of {width}");
}

fn check_ids(ids: &[i64], rows: usize, width: usize) -> Result<()> {
    if width == 0 {
        return Ok(());
    }
    let outside = |&id: &i64| usize::try_from(id).map_or(true, |id| id >= rows);
    ids.iter()
        .position(outside)
        .map_or(Ok(()), |position| Err(Error::OutOfRange { position, id: ids[position], rows }))
}

/// `out = out + row`.
pub(crate) fn add<T: Number>(row: &[T], out: &mut [T]) {
    dispatch(AddRow { row, out });
}

struct AddRow<'a, T> {
    row: &'a [T],
    out: &'a mut [T],
}

impl<T: Number> Kernel for AddRow<'_, T> {
    type Output = ();
    const WIDE: bool = T::FLOAT;

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for (out, &x) in self.out.iter_mut().zip(self.row) {
            *out = out.plus(x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_error(ids: &[i64], position: usize) {
        let mut out = vec![0.0_f32; ids.len() * 2];
        let error = gather_rows(&[0.0; 6], 2, ids, &mut out);
        assert_eq!(error, Err(Error::OutOfRange { position, id: ids[position], rows: 3 }));
        let error = scatter_add_rows(ids, &out, 2, &mut [0.0; 6]);
        assert_eq!(error, Err(Error::OutOfRange { position, id: ids[position], rows: 3 }));
    }

    #[test]
    fn ids_outside_the_table_are_errors() {
        check_error(&[0, 3], 1);
        check_error(&[-1], 0);
        check_error(&[i64::MIN, 9], 0);
    }

    #[test]
    fn positions_follow_the_ids_however_far_apart() {
        for ids in [&[][..], &[4], &[3, -1, 3, 2], &[0, i64::MAX, i64::MIN, 0, i64::MAX]] {
            let mut expected: Vec<i64> = (0..ids.len() as i64).collect();
            expected.sort_by_key(|&i| ids[i as usize]);
            assert_eq!(positions(ids)[..], expected);
        }
    }

    #[test]
    fn duplicates_add_up_as_a_scatter_does() {
        let (ids, width) = ([5, 0, 5, 3, 0, 5], 3);
        let rows: Vec<i32> = (0..18).collect();
        let mut table = [0; 18];
        scatter_add_rows(&ids, &rows, width, &mut table).unwrap();
        let (unique, sums) = sum_duplicate_rows(&ids, &rows, width);
        let mut again = [0; 18];
        scatter_add_rows(&unique, &sums, width, &mut again).unwrap();
        assert_eq!((&unique[..], table), (&[0, 3, 5][..], again));
    }
}

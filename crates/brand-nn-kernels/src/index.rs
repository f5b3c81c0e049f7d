//! Rows picked by number, and their gradients put back.

use crate::error::{Error, Result};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::size::count;
use crate::threads::for_each_chunk;
use crate::words::copy_words;
use crate::{Buffer, Number, Plain};

/// Elements that one task of a parallel gather copies, about.
const TASK: usize = 1 << 16;

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
        for (out, &id) in out.chunks_exact_mut(width).zip(&ids[task * per_task..]) {
            let start = id as usize * width;
            copy_words(&table[start..start + width], out);
        }
    });
    Ok(())
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
        for (row, &id) in rows.chunks_exact(width).zip(ids) {
            let start = id as usize * width;
            add(row, &mut table[start..start + width]);
        }
    }
    Ok(())
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
/// assert_eq!((ids, &rows[..]), (vec![2, 7], &[10.0, 6.0][..]));
/// ```
#[track_caller]
pub fn sum_duplicate_rows<T: Number>(
    ids: &[i64],
    rows: &[T],
    width: usize,
) -> (Vec<i64>, Buffer<T>) {
    let expected = count("sum_duplicate_rows", &[ids.len(), width]);
    assert!(rows.len() == expected, "sum_duplicate_rows: {} elements, not {expected}", rows.len());
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|&i| ids[i]);
    let groups: Vec<&[usize]> = order.chunk_by(|&i, &j| ids[i] == ids[j]).collect();
    let mut sums = Buffer::stale(groups.len() * width);
    let row = |i: usize| &rows[i * width..(i + 1) * width];
    let per_task = (TASK / width.max(1)).max(1);
    for_each_chunk(&mut sums, (per_task * width).max(1), |task, sums| {
        for (out, group) in sums.chunks_exact_mut(width).zip(&groups[task * per_task..]) {
            copy_words(row(group[0]), out);
            group[1..].iter().for_each(|&i| add(row(i), out));
        }
    });
    (groups.iter().map(|group| ids[group[0]]).collect(), sums)
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
    fn duplicates_add_up_as_a_scatter_does() {
        let (ids, width) = ([5, 0, 5, 3, 0, 5], 3);
        let rows: Vec<i32> = (0..18).collect();
        let mut table = [0; 18];
        scatter_add_rows(&ids, &rows, width, &mut table).unwrap();
        let (unique, sums) = sum_duplicate_rows(&ids, &rows, width);
        let mut again = [0; 18];
        scatter_add_rows(&unique, &sums, width, &mut again).unwrap();
        assert_eq!((unique, table), (vec![0, 3, 5], again));
    }
}

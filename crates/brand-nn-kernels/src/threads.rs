//! One pool of threads, and splits that never depend on how many there are.

use std::cell::Cell;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Plain;

/// The environment variable that sets the number of threads at the start.
const VARIABLE: &str = "BRAND_NN_THREADS";

/// The process's own pool, built when the first parallel kernel needs it.
static POOL: Mutex<Setting> = Mutex::new(Setting { count: 0, pool: None });

/// How many threads are wanted (0: not decided yet), and the pool once it exists.
struct Setting {
    count: usize,
    pool: Option<Arc<ThreadPool>>,
}

/// How many threads kernels called from here may use.
///
/// Inside a rayon pool that is the size of that pool; elsewhere [`set_count`], or
/// `BRAND_NN_THREADS`, or the number of cores.
///
/// # Examples
/// ```
/// use brand_nn_kernels::threads;
/// assert_eq!(threads::with(3, threads::count), 3);
/// ```
pub fn count() -> usize {
    if is_inside() {
        return rayon::current_num_threads();
    }
    locked(|setting| setting.count)
}

/// Whether this is a thread of a pool.
fn is_inside() -> bool {
    rayon::current_thread_index().is_some()
}

thread_local!(static IS_BUSY: Cell<bool> = const { Cell::new(false) });

/// Whether handing out tasks is cheap and likely to find a thread that is free: on a thread of a pool
/// which does not work on tasks already.
pub(crate) fn is_ready() -> bool {
    is_inside() && !IS_BUSY.get()
}

/// Says that this thread works on tasks, for as long as it lives.
struct Busy {
    before: bool,
}

impl Busy {
    fn new() -> Self {
        Busy { before: IS_BUSY.replace(true) }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        IS_BUSY.set(self.before);
    }
}

/// Sets how many threads the process's own pool has from now on.
///
/// # Panics
/// If `count` is zero.
pub fn set_count(count: usize) {
    assert!(count > 0, "set_count: 0 threads, expected at least 1");
    locked(|setting| *setting = Setting { count, pool: None });
}

/// Runs `f` on a pool of its own with `count` threads.
///
/// # Panics
/// If `count` is zero or the system refuses the threads.
pub fn with<R: Send>(count: usize, f: impl FnOnce() -> R + Send) -> R {
    assert!(count > 0, "with: 0 threads, expected at least 1");
    build(count).install(f)
}

/// Calls `f(0)` … `f(tasks − 1)`, each once, in any order and on any thread.
///
/// Threads claim the next task when they are free, so one that is held up stalls no other.
///
/// # Examples
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// let sum = AtomicUsize::new(0);
/// brand_nn_kernels::threads::for_each(10, |task| { sum.fetch_add(task, Ordering::Relaxed); });
/// assert_eq!(sum.into_inner(), 45);
/// ```
pub fn for_each(tasks: usize, f: impl Fn(usize) + Sync) {
    run(tasks, &f);
}

/// [`for_each`] for all closures alike: the code that hands out tasks is compiled once.
fn run(tasks: usize, f: &(dyn Fn(usize) + Sync)) {
    let workers = if tasks > 1 { count().min(tasks) } else { 1 };
    if workers <= 1 {
        return (0..tasks).for_each(f);
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let _busy = Busy::new();
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= tasks {
                break;
            }
            f(task);
        }
    };
    enter(|| {
        rayon::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(|_| work());
            }
            work();
        });
    });
}

/// The results of `f(0)` … `f(tasks − 1)` in their order, computed as [`for_each`] does.
///
/// # Examples
/// ```
/// let squares = brand_nn_kernels::threads::map(4, |i| i * i);
/// assert_eq!(squares, [0, 1, 4, 9]);
/// ```
pub fn map<R: Send + Sync>(tasks: usize, f: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let slots: Vec<OnceLock<R>> = (0..tasks).map(|_| OnceLock::new()).collect();
    for_each(tasks, |i| {
        slots[i].get_or_init(|| f(i));
    });
    slots.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Calls `f(i, part)` for the consecutive parts of `out` that have `chunk` elements.
///
/// The last part may be shorter. One part, or one thread, runs in place.
///
/// # Panics
/// If `chunk` is zero.
///
/// # Examples
/// ```
/// let mut out = [0; 5];
/// brand_nn_kernels::for_each_chunk(&mut out, 2, |i, part| part.fill(i as i32));
/// assert_eq!(out, [0, 0, 1, 1, 2]);
/// ```
pub fn for_each_chunk<T: Plain>(out: &mut [T], chunk: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    assert!(chunk > 0, "for_each_chunk: chunks of 0 elements, expected at least 1");
    let len = out.len();
    let parts = Parts::new(out);
    for_each(len.div_ceil(chunk), |i| {
        // SAFETY: chunk i owns i·chunk .. (i + 1)·chunk, and `for_each` calls each i once.
        let part = unsafe { parts.range(i * chunk..len.min((i + 1) * chunk)) };
        f(i, part);
    });
}

/// A slice that several threads write to, each in ranges of its own.
pub(crate) struct Parts<'a, T> {
    data: *mut T,
    len: usize,
    lifetime: std::marker::PhantomData<&'a mut [T]>,
}

// SAFETY: ranges are handed out as `&mut [T]`, which may go to another thread as T is Send.
unsafe impl<T: Send> Sync for Parts<'_, T> {}

impl<'a, T> Parts<'a, T> {
    /// Borrows the whole of `data` for as long as parts of it are written.
    pub(crate) fn new(data: &'a mut [T]) -> Self {
        Parts { data: data.as_mut_ptr(), len: data.len(), lifetime: std::marker::PhantomData }
    }

    /// Where element `at` lies, for those who write windows that are no ranges.
    ///
    /// # Panics
    /// If it lies outside.
    pub(crate) fn start(&self, at: usize) -> *mut T {
        assert!(at < self.len);
        self.data.wrapping_add(at)
    }

    /// One range of the slice.
    ///
    /// # Safety
    /// No two ranges that live at the same time overlap.
    #[allow(clippy::mut_from_ref, reason = "disjoint ranges are the purpose; the caller proves it")]
    pub(crate) unsafe fn range(&self, range: Range<usize>) -> &'a mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: in bounds by the line above, disjoint by the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(range.start), range.len()) }
    }
}

/// Runs `f` inside the pool, unless this thread belongs to one already.
fn enter<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    if is_inside() {
        return f();
    }
    let pool = locked(|setting| {
        Arc::clone(setting.pool.get_or_insert_with(|| Arc::new(build(setting.count))))
    });
    pool.install(f)
}

fn locked<R>(f: impl FnOnce(&mut Setting) -> R) -> R {
    let mut setting = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if setting.count == 0 {
        setting.count = initial_count();
    }
    f(&mut setting)
}

fn initial_count() -> usize {
    let wanted = std::env::var(VARIABLE).ok().and_then(|text| text.trim().parse().ok());
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    wanted.filter(|&count| count > 0).unwrap_or_else(cores)
}

fn build(count: usize) -> ThreadPool {
    let built = ThreadPoolBuilder::new().num_threads(count).build();
    built.unwrap_or_else(|error| panic!("threads: a pool of {count}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(len: usize, chunk: usize, threads: usize) {
        let mut out = vec![0_i64; len];
        with(threads, || {
            for_each_chunk(&mut out, chunk, |i, part| {
                for (j, x) in part.iter_mut().enumerate() {
                    *x += (i * chunk + j) as i64 + 1;
                }
            });
        });
        assert!(out.iter().enumerate().all(|(i, &x)| x == i as i64 + 1));
    }

    #[test]
    fn each_element_is_visited_once() {
        for (len, chunk) in [(0, 1), (1, 1), (7, 2), (100, 100), (1000, 7)] {
            for threads in 1..=3 {
                check(len, chunk, threads);
            }
        }
    }

    #[test]
    fn nested_calls_stay_in_their_pool() {
        let sum = AtomicUsize::new(0);
        with(2, || {
            for_each(4, |_| {
                for_each(8, |i| {
                    assert_eq!(count(), 2);
                    sum.fetch_add(i, Ordering::Relaxed);
                });
            });
        });
        assert_eq!(sum.into_inner(), 4 * 28);
    }
}

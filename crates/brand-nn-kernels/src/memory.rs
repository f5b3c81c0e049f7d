//! Buffers that are recycled: in steady state no kernel asks the system for memory.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

mod buffer;
mod counting;

pub use buffer::Buffer;
pub use counting::CountingAllocator;

/// Every block starts on a cache line.
const ALIGNMENT: usize = 64;
/// What the system's allocator aligns to in any case.
const SYSTEM: usize = 16;
/// Blocks from here on are pages of their own.
const LARGE: usize = 1 << 17;
/// Blocks from here on start on a huge page.
const HUGE: usize = 2 << 20;

/// How many times the most bytes that were ever alive the pool may hold, what is alive included.
const WAITING: usize = 2;
/// What it may hold in any case.
const SMALL: usize = 64 << 20;

/// What the pool has done so far, as counted by [`stats`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes in buffers that are alive.
    pub live_bytes: usize,
    /// The most bytes that were alive at once, since the start or [`reset_peak`].
    pub peak_bytes: usize,
    /// Bytes that wait to be used again.
    pub pooled_bytes: usize,
    /// Blocks that came from the system.
    pub system_allocations: u64,
    /// Blocks that came from the pool.
    pub reuses: u64,
}

/// The blocks that wait, a list a size class, and the books.
struct Pool {
    free: Vec<Class>,
    /// Counts what is asked for, so that it is known which class was not asked for longest.
    clock: u64,
    /// The most bytes that were ever alive at once.
    high: usize,
    stats: Stats,
    /// What all live buffers may hold, once it is known.
    limit: Option<usize>,
}

/// The waiting blocks of a size, and when one of that size was last asked for.
#[derive(Default)]
struct Class {
    blocks: Vec<Block>,
    used: u64,
}

/// A piece of memory that nobody else knows; `size` is its class, a multiple of 64.
struct Block {
    start: NonNull<u8>,
    size: usize,
    /// Bytes before it that came from the system with it.
    before: usize,
    zeroed: bool,
}

// SAFETY: a block is the only owner of its memory, so it may go to any thread.
unsafe impl Send for Block {}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    free: Vec::new(),
    clock: 0,
    high: 0,
    limit: None,
    stats: Stats {
        live_bytes: 0,
        peak_bytes: 0,
        pooled_bytes: 0,
        system_allocations: 0,
        reuses: 0,
    },
});

/// How many bytes all live buffers together may hold: at the start, the machine's memory.
pub fn limit() -> usize {
    with_pool(Pool::limit)
}

/// Sets how many bytes all live buffers together may hold.
pub fn set_limit(bytes: usize) {
    with_pool(|pool| pool.limit = Some(bytes));
}

/// Gives every waiting block back to the system.
pub fn trim() {
    let free = with_pool(|pool| {
        pool.stats.pooled_bytes = 0;
        std::mem::take(&mut pool.free)
    });
    free.into_iter().flat_map(|class| class.blocks).for_each(Block::release);
}

/// Counts the bytes in use and in the pool, and where they came from.
///
/// # Examples
/// ```
/// use brand_nn_kernels::{Buffer, memory};
/// let buffer = Buffer::<f32>::zeroed(1000);
/// assert!(memory::stats().live_bytes >= 4000);
/// # drop(buffer);
/// ```
pub fn stats() -> Stats {
    with_pool(|pool| pool.stats)
}

/// Lets [`Stats::peak_bytes`] begin again at what is alive now.
pub fn reset_peak() {
    with_pool(|pool| pool.stats.peak_bytes = pool.stats.live_bytes);
}

/// A block of at least `bytes`, recycled if one waits.
fn take(len: usize, bytes: usize) -> Result<Block> {
    let (size, number) = class(bytes);
    let (recycled, surplus) = with_pool(|pool| {
        let (live, limit) = (pool.stats.live_bytes, pool.limit());
        if size > limit.saturating_sub(live) {
            return Err(Error::TooLarge { len, bytes, live, limit });
        }
        Ok(pool.take(size, number))
    })?;
    surplus.into_iter().for_each(Block::release);
    recycled.or_else(|| Block::from_system(size)).ok_or_else(|| {
        with_pool(|pool| pool.stats.live_bytes -= size);
        Error::OutOfMemory { bytes }
    })
}

/// Puts a block back to wait for the next that asks for its size.
fn give(block: Block) {
    with_pool(|pool| pool.give(block));
}

impl Block {
    /// What is asked of the system for a size, and what the block is aligned to within it.
    ///
    /// A large block finds its place by itself: the system's allocator clears what it aligns, and
    /// pages that were cleared take memory, also those that are never used.
    fn layout(size: usize) -> Option<(Layout, usize)> {
        let alignment = if size >= HUGE { HUGE } else { ALIGNMENT };
        let layout = match size >= LARGE {
            true => Layout::from_size_align(size.checked_add(alignment)?, SYSTEM),
            false => Layout::from_size_align(size, ALIGNMENT),
        };
        Some((layout.ok()?, alignment))
    }

    fn from_system(size: usize) -> Option<Block> {
        let (layout, alignment) = Block::layout(size)?;
        // SAFETY: `size` is a class, so it is at least 64 bytes and never zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        let before = start.addr().get().wrapping_neg() % alignment;
        // SAFETY: `before` is nought for a layout that is aligned; the others have room for so many
        // bytes more, as it is less than the alignment.
        Some(Block { start: unsafe { start.add(before) }, size, before, zeroed: true })
    }

    fn release(self) {
        if let Some((layout, _)) = Block::layout(self.size) {
            // SAFETY: `from_system` got this address with this very layout, and it is freed once
            // because the block is taken by value.
            unsafe { dealloc(self.start.as_ptr().sub(self.before), layout) };
        }
    }
}

/// The size class of a request and its number: eight steps an octave, at most an eighth is wasted.
fn class(bytes: usize) -> (usize, usize) {
    let lines = bytes.max(1).div_ceil(ALIGNMENT);
    let octave = lines.next_power_of_two().trailing_zeros() as usize;
    let shift = octave.saturating_sub(4);
    let steps = lines.div_ceil(1 << shift);
    ((steps << shift) * ALIGNMENT, 16 * shift + steps)
}

fn with_pool<R>(f: impl FnOnce(&mut Pool) -> R) -> R {
    f(&mut POOL.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Pool {
    /// A waiting block, if there is one, and the blocks that must go if there is none.
    fn take(&mut self, size: usize, number: usize) -> (Option<Block>, Vec<Block>) {
        let block = self.class(number).blocks.pop();
        self.stats.live_bytes += size;
        self.stats.peak_bytes = self.stats.peak_bytes.max(self.stats.live_bytes);
        self.high = self.high.max(self.stats.live_bytes);
        let surplus = if block.is_some() {
            self.stats.pooled_bytes -= size;
            self.stats.reuses += 1;
            Vec::new()
        } else {
            self.stats.system_allocations += 1;
            self.surplus()
        };
        (block, surplus)
    }

    fn give(&mut self, block: Block) {
        let (size, number) = class(block.size);
        self.stats.live_bytes -= size;
        self.stats.pooled_bytes += size;
        self.class(number).blocks.push(block);
    }

    /// What waits beyond the room of the pool, of the sizes first that were not asked for longest.
    ///
    /// Batches of ever other lengths ask for ever other sizes; without a bound each would leave its
    /// own blocks behind.
    fn surplus(&mut self) -> Vec<Block> {
        let room = (WAITING * self.high).max(SMALL).min(self.limit());
        let mut surplus = Vec::new();
        while self.stats.live_bytes + self.stats.pooled_bytes > room {
            let waiting = self.free.iter_mut().filter(|class| !class.blocks.is_empty());
            let Some(block) = waiting.min_by_key(|class| class.used).and_then(|c| c.blocks.pop())
            else {
                break;
            };
            self.stats.pooled_bytes -= block.size;
            surplus.push(block);
        }
        surplus
    }

    /// The blocks of a size, which is asked for now.
    fn class(&mut self, number: usize) -> &mut Class {
        if self.free.len() <= number {
            self.free.resize_with(number + 1, Class::default);
        }
        self.clock += 1;
        let class = &mut self.free[number];
        class.used = self.clock;
        class
    }

    fn limit(&mut self) -> usize {
        *self.limit.get_or_insert_with(|| machine_memory().unwrap_or(usize::MAX / 2))
    }
}

/// The bytes of memory that the machine has, where the system tells.
fn machine_memory() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_ever_other_sizes_do_not_pile_up() {
        let mut pool = Pool {
            free: Vec::new(),
            clock: 0,
            high: 0,
            limit: Some(usize::MAX),
            stats: Stats::default(),
        };
        let most = 80 << 20;
        for bytes in (8 << 20..=most).step_by(1 << 20) {
            let (size, number) = class(bytes);
            let (waiting, surplus) = pool.take(size, number);
            surplus.into_iter().for_each(Block::release);
            pool.give(waiting.or_else(|| Block::from_system(size)).unwrap());
            assert!(pool.stats.pooled_bytes <= WAITING * most, "{:?}", pool.stats);
        }
        let (size, number) = class(most);
        let (waiting, surplus) = pool.take(size, number);
        assert!(waiting.is_some() && surplus.is_empty(), "what was asked for last is kept");
        let waiting = waiting.into_iter().chain(pool.free.into_iter().flat_map(|c| c.blocks));
        waiting.for_each(Block::release);
    }

    #[test]
    fn classes_waste_at_most_an_eighth() {
        for bytes in [0, 1, 63, 64, 65, 1000, 4096, 4097, 1 << 20, (1 << 20) + 1, 3 << 22] {
            let (size, number) = class(bytes);
            assert!(size >= bytes && size.is_multiple_of(ALIGNMENT), "{bytes}: {size}");
            assert!(size <= (bytes + bytes / 8).next_multiple_of(ALIGNMENT).max(ALIGNMENT));
            assert_eq!(class(size), (size, number), "a class is its own class");
        }
    }
}

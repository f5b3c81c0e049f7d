//! The system's allocator with a counter in front, for tests of what a program asks for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The system's allocator, which counts what it is asked for.
///
/// Tensor buffers go through their own pool and reach it only where that asks the system.
///
/// # Examples
/// ```
/// use brand_nn_kernels::memory::CountingAllocator;
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator = CountingAllocator::new();
///
/// let before = ALLOCATOR.allocations();
/// let list = vec![1, 2, 3];
/// assert!(ALLOCATOR.allocations() > before);
/// # drop(list);
/// ```
#[derive(Debug, Default)]
pub struct CountingAllocator {
    allocations: AtomicU64,
    largest: AtomicUsize,
}

impl CountingAllocator {
    /// Nothing is counted yet.
    pub const fn new() -> Self {
        CountingAllocator { allocations: AtomicU64::new(0), largest: AtomicUsize::new(0) }
    }

    /// How many blocks were asked for so far, on all threads; one that grows counts again.
    pub fn allocations(&self) -> u64 {
        self.allocations.load(Ordering::Relaxed)
    }

    /// The bytes of the largest block since the last call.
    pub fn take_largest(&self) -> usize {
        self.largest.swap(0, Ordering::Relaxed)
    }

    fn count(&self, bytes: usize) {
        self.allocations.fetch_add(1, Ordering::Relaxed);
        self.largest.fetch_max(bytes, Ordering::Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size());
        // SAFETY: vouched for by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size());
        // SAFETY: vouched for by the caller.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.count(size);
        // SAFETY: vouched for by the caller.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: vouched for by the caller; the block came from the system's allocator.
        unsafe { System.dealloc(block, layout) };
    }
}

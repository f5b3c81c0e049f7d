//! Chooses the machine's instruction set once, and compiles kernels for each.
//!
//! A kernel is a struct of slices with an always-inlined [`Kernel::run`]; [`dispatch`] inlines
//! it into one function per instruction set, where the compiler may use that set's lanes.

use std::sync::atomic::{AtomicU8, Ordering};

#[cfg(target_arch = "aarch64")]
mod neon;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use vector::Vector;

/// The environment variable that forces an instruction set: `portable`, `avx2`, `avx512`, `neon`,
/// and `emulated` where that is compiled.
const VARIABLE: &str = "BRAND_NN_ISA";

/// Bytes of a cache line.
const LINE: usize = 64;

/// A set of instructions that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isa {
    /// What every processor of the architecture has.
    Portable,
    /// x86-64 with AVX2 and FMA: 8 lanes of `f32`.
    Avx2,
    /// x86-64 with AVX-512 F, BW, DQ and VL: 16 lanes of `f32`.
    Avx512,
    /// AArch64 with NEON: 4 lanes of `f32`.
    Neon,
    /// The widths and tiles of AVX-512 as plain arrays: for tests, with the feature `emulated`.
    Emulated,
}

impl Isa {
    /// Every instruction set, the least wanted first.
    pub const ALL: [Isa; 5] = [Isa::Emulated, Isa::Portable, Isa::Avx2, Isa::Avx512, Isa::Neon];

    /// The name that `BRAND_NN_ISA` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Isa::Portable => "portable",
            Isa::Avx2 => "avx2",
            Isa::Avx512 => "avx512",
            Isa::Neon => "neon",
            Isa::Emulated => "emulated",
        }
    }

    /// Whether this machine has it.
    pub fn is_available(self) -> bool {
        match self {
            Isa::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => {
                Isa::Avx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => true,
            Isa::Emulated => cfg!(feature = "emulated"),
            #[allow(unreachable_patterns, reason = "what is left depends on the architecture")]
            _ => false,
        }
    }

    fn from_code(code: u8) -> Option<Isa> {
        Isa::ALL.into_iter().find(|&isa| isa as u8 + 1 == code)
    }
}

/// The chosen set plus one; nought while nothing is chosen.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

/// The instruction set that kernels use.
///
/// The best that the machine has, unless `BRAND_NN_ISA` names another that it has too.
pub fn isa() -> Isa {
    Isa::from_code(CHOSEN.load(Ordering::Relaxed)).unwrap_or_else(|| {
        let isa = initial();
        CHOSEN.store(isa as u8 + 1, Ordering::Relaxed);
        isa
    })
}

/// Makes kernels use `isa` from now on: for tests and benches.
///
/// # Panics
/// If the machine does not have it.
pub fn set_isa(isa: Isa) {
    assert!(isa.is_available(), "set_isa: this machine has no {}", isa.name());
    CHOSEN.store(isa as u8 + 1, Ordering::Relaxed);
}

fn initial() -> Isa {
    let available = || Isa::ALL.into_iter().filter(|isa| isa.is_available());
    let wanted = std::env::var(VARIABLE).ok();
    let forced = wanted.and_then(|name| available().find(|isa| isa.name() == name.trim()));
    forced.or_else(|| available().next_back()).unwrap_or(Isa::Portable)
}

/// An instruction set as kernels see it: its registers and how many it has.
pub trait Lanes: Copy + 'static {
    /// Whether multiply-add is one instruction with one rounding.
    const FMA: bool;
    /// Rows of the largest tile of a matrix product that stays in registers, two vectors wide.
    const ROWS: usize;
    /// Depth of a tile whose panel of B stays in the first cache, in bytes a column.
    const DEPTH: usize;
    /// A register of `f32`.
    type Single: Vector<Element = f32>;
    /// A register of `f64`.
    type Double: Vector<Element = f64>;
}

macro_rules! lanes {
    ($(#[$cfg:meta])* $name:ident $doc:literal $fma:literal $rows:literal $depth:literal
        $single:ty, $double:ty) => {
        $(#[$cfg])*
        #[doc = $doc]
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        $(#[$cfg])*
        impl Lanes for $name {
            const FMA: bool = $fma;
            const ROWS: usize = $rows;
            const DEPTH: usize = $depth;
            type Single = $single;
            type Double = $double;
        }
    };
}

lanes! { Portable "The baseline of the architecture." false 4 1024
vector::Array<f32, 4>, vector::Array<f64, 2> }
lanes! { #[cfg(target_arch = "x86_64")] Avx2 "AVX2 and FMA." true 6 1024 x86::F32x8, x86::F64x4 }
lanes! { #[cfg(target_arch = "x86_64")] Avx512 "AVX-512." true 12 768 x86::F32x16, x86::F64x8 }
lanes! { #[cfg(feature = "emulated")] Emulated "AVX-512 without its instructions." false 12 768
vector::Array<f32, 16>, vector::Array<f64, 8> }
lanes! { #[cfg(target_arch = "aarch64")] Neon "NEON." true 8 1024 neon::F32x4, neon::F64x2 }

/// Work that is compiled once per instruction set.
pub(crate) trait Kernel {
    /// What the work gives.
    type Output;

    /// Whether wider registers pay; elsewhere the portable code is the only one.
    const WIDE: bool = true;

    /// The work; `#[inline(always)]`, and so is all that it calls.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Runs a kernel with the chosen instruction set.
#[inline]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    dispatch_on(isa(), kernel)
}

/// Runs a kernel with an instruction set that [`isa`] chose before.
#[inline]
pub(crate) fn dispatch_on<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    if !K::WIDE {
        return kernel.run::<Portable>();
    }
    match isa {
        // SAFETY: `isa` gives only sets that the machine has, and callers pass on what it gave.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { avx512(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { avx2(kernel) },
        #[cfg(target_arch = "aarch64")]
        Isa::Neon => kernel.run::<Neon>(),
        #[cfg(feature = "emulated")]
        Isa::Emulated => kernel.run::<Emulated>(),
        _ => kernel.run::<Portable>(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

/// Asks for the cache lines of elements that are read soon.
#[inline(always)]
pub(crate) fn prefetch<T, L: Lanes>(elements: &[T]) {
    let lines = elements.iter().step_by((LINE / size_of::<T>()).max(1));
    lines.for_each(|at| L::Single::prefetch(std::ptr::from_ref(at).cast()));
}

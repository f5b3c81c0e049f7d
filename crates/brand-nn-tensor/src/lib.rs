//! Shape and numbers: the n-dimensional array of brand-nn.
//!
//! A [`Tensor`] is an array of any rank whose [`DType`] and [`Shape`] are known at run time. Clones
//! and views share their numbers and cost nothing; whoever writes copies first if others look on.
//! Operators broadcast as NumPy's do. Nothing changes a dtype in silence: the error names the cast
//! to write.
//!
//! ```
//! use brand_nn_tensor::{Rng, Tensor};
//!
//! let spend = Tensor::from([[10.0, 20.0], [30.0, 40.0]]);
//! let share = &spend / spend.sum_axes(&[1], true);
//! assert_eq!(share.select(0, 1).to_vec::<f64>(), [3.0 / 7.0, 4.0 / 7.0]);
//!
//! let noise = Tensor::randn([2, 2], &mut Rng::new(42));
//! assert_eq!(noise, Tensor::randn([2, 2], &mut Rng::new(42)));
//! ```
//!
//! # Errors and panics
//!
//! Where data comes in ([`Tensor::new`], [`Tensor::rows`], [`Tensor::dims`], every `try_` form,
//! [`io`]) the answer is a [`Result`]. Arithmetic between tensors panics on shapes that don't fit,
//! with the operation's name, both shapes and a hint; a mismatch there is a mistake of the program.
//!
//! # For NumPy users
//!
//! | NumPy | here |
//! |---|---|
//! | `np.array([[1., 2.]])` | `Tensor::from([[1.0, 2.0]])` (`f64`; write `1.0f32` for `f32`) |
//! | `np.zeros((2, 3), np.float32)`, `np.full` | [`Tensor::zeros`]`([2, 3])`, [`Tensor::full`] |
//! | `np.arange(5)`, `np.linspace(0, 1, 5)` | [`Tensor::arange`]`(5)`, [`Tensor::linspace`] |
//! | `a.astype(np.float64)` | [`a.to(DType::F64)`](Tensor::to) |
//! | `a.shape`, `a.ndim`, `a.size`, `len(a)` | [`a.shape()`](Tensor::shape), `a.ndim()`, `a.size()`, `a.len()` |
//! | `a.reshape(2, -1)` | [`a.reshape([2, n])`](Tensor::reshape) |
//! | `a.T`, `a.transpose(0, 2, 1)`, `a.swapaxes(0, 1)` | [`a.t()`](Tensor::t) (last two axes), [`a.permute(&[0, 2, 1])`](Tensor::permute), [`a.transpose(0, 1)`](Tensor::transpose) |
//! | `a[:, 1:3]`, `a[:, 1]`, `a[ids]` | [`a.slice(1, 1..3)`](Tensor::slice), [`a.select(1, 1)`](Tensor::select), [`a.rows(&ids)?`](Tensor::rows) |
//! | `a[:, None]`, `np.broadcast_to(a, s)` | [`a.unsqueeze(1)`](Tensor::unsqueeze), [`a.expand(s)`](Tensor::expand) |
//! | `np.concatenate([a, b], 1)`, `np.stack`, `np.split` | [`Tensor::concat`]`(&[a, b], 1)`, [`Tensor::stack`], [`Tensor::split`] |
//! | `a + b`, `a * 2`, `a ** 2`, `a % 2` | `&a + &b`, `&a * 2`, [`a.powf(2.0)`](Tensor::powf), `&a % 2` |
//! | `np.exp(a)`, `np.abs(a)`, `np.clip(a, 0, 1)` | [`a.exp()`](Tensor::exp), [`a.abs()`](Tensor::abs), [`a.clamp(0.0, 1.0)`](Tensor::clamp) |
//! | `a > 0`, `a > b`, `p & q`, `~p` | [`a.greater_than(0.0)`](Tensor::greater_than), [`a.greater(&b)`](Tensor::greater), [`p.and(&q)`](Tensor::and), [`p.not()`](Tensor::not) |
//! | `np.where(p, a, b)` | [`Tensor::where_`]`(&p, &a, &b)` |
//! | `a.sum()`, `a.sum(0)`, `a.sum((0, 2), keepdims=True)` | [`a.sum()`](Tensor::sum), [`a.sum_axis(0)`](Tensor::sum_axis), [`a.sum_axes(&[0, 2], true)`](Tensor::sum_axes) |
//! | `a.std(0)`, `a.argmax(-1)`, `np.linalg.norm(a)` | [`a.std_axis(0)`](Tensor::std_axis), [`a.argmax(-1)`](Tensor::argmax), [`a.norm()`](Tensor::norm) |
//! | `np.prod(a, 1)`, `np.cumprod(a, 1)`, `np.var(a, 1, ddof=1)` | [`a.prod_axis(1)`](Tensor::prod_axis), [`a.cumprod(1)`](Tensor::cumprod), [`a.var_corrected(&[1], 1.0, false)`](Tensor::var_corrected) |
//! | `np.median(a, 1)`, `np.quantile(a, 0.9, 1)` | [`a.quantile(0.5, 1)`](Tensor::quantile), `a.quantile(0.9, 1)` |
//! | `np.isclose(a, b)`, `np.allclose(a, b)` | [`a.isclose(&b, 1e-5, 1e-8)`](Tensor::isclose), [`a.allclose(…)`](Tensor::allclose) |
//! | `a @ b`, `np.dot`, `np.outer` | [`a.matmul(&b)`](Tensor::matmul), [`a.dot(&b)`](Tensor::dot), [`a.outer(&b)`](Tensor::outer) |
//! | `np.take(a, ids, 1)`, `np.take_along_axis` | [`a.index_select(1, &ids)?`](Tensor::index_select), [`a.gather(1, &ids)`](Tensor::gather) |
//! | `np.sort(a)`, `np.argsort(a)` | [`a.sort(-1, false)`](Tensor::sort), values and positions at once |
//! | `np.pad(a, w, "reflect")`, `sliding_window_view(a, 3)` | [`a.pad_axes(&w, PadMode::Reflect)`](Tensor::pad_axes), [`a.sliding_windows(-1, 3, 1)`](Tensor::sliding_windows) |
//! | `a[a > 0]`, `np.argwhere(a)`, `np.unique(a)`, `np.searchsorted` | [`a.masked_select(&mask)`](Tensor::masked_select), [`a.nonzero()`](Tensor::nonzero), [`a.unique()`](Tensor::unique), [`a.searchsorted(&b, false)`](Tensor::searchsorted) |
//! | `np.einsum("ij,jk", a, b)`, `np.tensordot`, `np.kron` | [`Tensor::einsum`]`("ij,jk", &[&a, &b])`, [`a.tensordot`](Tensor::tensordot), [`a.kron(&b)`](Tensor::kron) |
//! | `np.linalg.solve(a, b)`, `inv`, `det`, `lstsq`, `pinv` | [`a.solve(&b)?`](Tensor::solve), [`a.inverse()?`](Tensor::inverse), [`a.det()?`](Tensor::det), [`a.lstsq(&b)?`](Tensor::lstsq), [`a.pinv(1e-15)?`](Tensor::pinv) |
//! | `np.linalg.cholesky(a)`, `qr`, `eigh`, `svd` | [`a.cholesky()?`](Tensor::cholesky), [`a.qr()?`](Tensor::qr), [`a.eigh()?`](Tensor::eigh), [`a.svd()?`](Tensor::svd) |
//! | `rng.normal(size=s)`, `rng.permutation(n)` | [`Tensor::randn`]`(s, &mut rng)`, [`Tensor::permutation`] |
//! | `a.item()`, `a.tolist()` | [`a.item()`](Tensor::item), [`a.to_vec::<f32>()`](Tensor::to_vec) |
//! | `np.save`, `np.load` | [`io::write_npy`], [`io::read_npy`]; many at once: [`io::TensorFile`] |
//!
//! # The map
//!
//! [`Tensor`] in the middle; [`Shape`], [`DType`] and [`Element`] say what it holds; [`Rng`] feeds
//! its random draws; [`io`] keeps it in files; [`check`] is what tests on every floor share.

mod affine;
mod bend;
mod cast;
pub mod check;
mod compare;
mod conv;
mod create;
mod diagonal;
mod display;
mod dtype;
mod einsum;
mod elementwise;
mod error;
mod fused;
mod fused_attention;
mod fused_cross_entropy;
mod fused_norm;
mod fused_rotary;
mod fused_softmax;
mod index;
#[cfg(feature = "ndarray")]
mod interop;
pub mod io;
mod join;
mod layout;
mod linalg;
mod operators;
mod order;
mod padding;
mod pool;
mod product;
mod put;
mod random;
mod rearrange;
mod reduce;
mod resample;
mod scan;
mod search;
mod serde;
mod shape;
mod special;
mod statistics;
mod storage;
mod tensor;
mod unfold;
mod view;
mod window;

pub use affine::{Affine, PackedWeight};
pub use brand_nn_kernels::{Bf16, F16};
pub use conv::{Conv, ConvTranspose};
pub use create::Values;
pub use dtype::{DType, Element};
pub use einsum::Einsum;
pub use error::{Error, Result};
pub use fused_attention::AttentionOptions;
pub use fused_cross_entropy::CrossEntropyOptions;
pub use linalg::{MatrixNorm, Triangle};
#[cfg(feature = "ndarray")]
pub use ndarray_rand::{rand::RngCore, rand_distr};
pub use operators::Scalar;
pub use padding::PadMode;
pub use pool::Pool;
pub use put::Scatter;
pub use random::Rng;
pub use resample::{Interpolation, Resample};
pub use shape::Shape;
pub use storage::{Float, Native};
pub use tensor::{Data, Tensor};
pub use window::{Padding, PerAxis};

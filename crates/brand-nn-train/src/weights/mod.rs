//! Weights of other programs: read by name from many kinds of files, renamed, and loaded.
//!
//! A file says by its content what it is; nothing in it is ever run. PyTorch's files are read by an
//! unpickler that knows how to build tensors and refuses everything else.

#[cfg(feature = "archives")]
mod archive;
#[cfg(feature = "hdf5")]
mod hdf5;
mod name;
#[cfg(feature = "archives")]
mod npz;
#[cfg(feature = "archives")]
mod pickle;
#[cfg(feature = "archives")]
mod pytorch;
mod sharded;

use crate::{Error, Result};
use brand_nn_autodiff::{LoadReport, Params, load_tensors, load_tensors_lenient};
use brand_nn_tensor::{Tensor, io::TensorFile};
use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// Tensors by name, from a file of any program, on their way into a model.
///
/// | file | feature |
/// |---|---|
/// | `.safetensors` | – |
/// | `.safetensors.index.json`: a list of several such files | – |
/// | `.npz` of NumPy | `archives` |
/// | `.pt`, `.pth` of PyTorch 1.6 and later | `archives` |
/// | `.keras`, `.weights.h5` and `.h5` of Keras | `hdf5` |
///
/// In HDF5 a name is a path, such as `layers/dense/vars/0`, and integers of other widths than 8
/// and 32 bits become those of 64.
///
/// In a pattern `*` is any text. A pattern that no name fits is an error, so that a misspelt one
/// does not pass.
///
/// # Examples
/// ```
/// use brand_nn_autodiff::Params;
/// use brand_nn_layers::Linear;
/// use brand_nn_tensor::{Tensor, io::TensorFile};
/// use brand_nn_train::Weights;
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("keras.safetensors");
/// # let mut file = TensorFile::default();
/// # file.tensors.insert("net.head.kernel".into(), Tensor::from([[1.0_f32], [2.0]]));
/// # file.tensors.insert("net.head.bias".into(), Tensor::from([3.0_f32]));
/// # file.write(&path)?;
/// let layer = Linear::new(2, 1);
/// let report = Weights::read(&path)? // net.head.kernel is [in, out]
///     .strip_prefix("net.head.")?
///     .transpose("kernel")?
///     .rename("kernel", "weight")?
///     .load(&layer)?;
/// assert!(report.is_complete());
/// assert_eq!(layer.weight.value()?, Tensor::from([[1.0_f32, 2.0]]));
/// # Ok::<(), brand_nn_train::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[doc(alias = "state_dict")]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
    path: PathBuf,
}

impl Weights {
    /// Reads a file, whose content says of which kind it is.
    ///
    /// # Errors
    /// [`Error::File`] if it can't be read, is damaged, or is of no kind that is known.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let tensors = match Kind::of(path)? {
            Kind::Safetensors => TensorFile::read(path)?.tensors,
            Kind::Index => sharded::read(path)?,
            Kind::Archive => archive_tensors(path)?,
            Kind::Hdf5 => hdf5_tensors(path)?,
            Kind::Pickle => {
                return Err(refusal(
                    path,
                    "byte 0",
                    "it is a bare pickle, which can run programs".into(),
                    "save it again with torch.save of PyTorch 1.6 or later, or as safetensors",
                ));
            }
        };
        Ok(Self { tensors, path: path.to_owned() })
    }

    /// Takes tensors that were made or read otherwise.
    #[must_use]
    pub fn new(tensors: BTreeMap<String, Tensor>) -> Self {
        Self { tensors, path: "the weights".into() }
    }

    /// The tensors by name.
    #[must_use]
    pub fn tensors(&self) -> &BTreeMap<String, Tensor> {
        &self.tensors
    }

    /// Keeps the tensors whose names fit a pattern.
    ///
    /// # Errors
    /// [`Error::Data`] if none does.
    pub fn only(self, pattern: &str) -> Result<Self> {
        self.each(pattern, |name, tensor, fit| Ok(fit.map(|_| (name, tensor))))
    }

    /// Leaves out the tensors whose names fit a pattern.
    ///
    /// # Errors
    /// As [`only`](Self::only).
    pub fn without(self, pattern: &str) -> Result<Self> {
        self.each(pattern, |name, tensor, fit| Ok(fit.is_none().then_some((name, tensor))))
    }

    /// Keeps the tensors whose names begin with a prefix, and cuts it off.
    ///
    /// # Errors
    /// As [`only`](Self::only).
    pub fn strip_prefix(self, prefix: &str) -> Result<Self> {
        let pattern = format!("{prefix}*");
        self.each(&pattern, |_, tensor, fit| Ok(fit.map(|stars| (stars[0].clone(), tensor))))
    }

    /// Gives names that fit a pattern new ones: each `*` of the new name is the old one's in turn.
    ///
    /// # Errors
    /// As [`only`](Self::only); also if two tensors would have one name.
    ///
    /// # Examples
    /// ```
    /// use brand_nn_tensor::Tensor;
    /// use brand_nn_train::Weights;
    ///
    /// let weights = Weights::new([("h.7.attn.w".to_owned(), Tensor::ones([1]))].into());
    /// let weights = weights.rename("h.*.attn.*", "blocks.*.attention.*")?;
    /// assert!(weights.tensors().contains_key("blocks.7.attention.w"));
    /// # Ok::<(), brand_nn_train::Error>(())
    /// ```
    pub fn rename(self, pattern: &str, name: &str) -> Result<Self> {
        self.each(pattern, |old, tensor, stars| {
            Ok(Some((stars.map_or(old, |stars| name::filled(name, &stars)), tensor)))
        })
    }

    /// Exchanges the two axes of the matrices whose names fit a pattern.
    ///
    /// # Errors
    /// As [`only`](Self::only); also if one is no matrix.
    pub fn transpose(self, pattern: &str) -> Result<Self> {
        self.permute(pattern, &[1, 0])
    }

    /// Puts the axes of the tensors whose names fit a pattern into another order.
    ///
    /// Keras keeps the kernel of a 2-D convolution as [height, width, in, out]: `&[3, 2, 0, 1]`
    /// makes [out, in, height, width] of it.
    ///
    /// # Errors
    /// As [`only`](Self::only); also if a tensor has other axes.
    pub fn permute(self, pattern: &str, axes: &[usize]) -> Result<Self> {
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        let is_order = sorted.into_iter().eq(0..axes.len());
        let order: Vec<isize> = axes.iter().map(|&axis| axis as isize).collect();
        self.each(pattern, |name, tensor, fit| {
            if fit.is_none() {
                return Ok(Some((name, tensor)));
            }
            if !is_order || tensor.ndim() != order.len() {
                return Err(Error::Data {
                    what: "the order of axes",
                    got: format!("{axes:?} for {name} of shape {}", tensor.shape()),
                    expected: "each axis of the tensor once",
                    help: "axes count from 0",
                });
            }
            Ok(Some((name, tensor.permute(&order).contiguous())))
        })
    }

    /// Gives all values to a model, by name.
    ///
    /// # Errors
    /// If a name or shape differs: all differences are listed at once, and nothing is changed.
    pub fn load(self, model: &impl Params) -> Result<LoadReport> {
        Ok(load_tensors(model, self.tensors, &self.path.display().to_string())?)
    }

    /// Gives a model what fits, and reports what does not.
    ///
    /// # Errors
    /// If a setting of the model is out of its range.
    pub fn load_lenient(self, model: &impl Params) -> Result<LoadReport> {
        Ok(load_tensors_lenient(model, self.tensors)?)
    }

    /// Makes each tensor anew, or leaves it out, by its name and what stood for the stars.
    fn each(
        self,
        pattern: &str,
        change: impl Fn(String, Tensor, Option<Vec<String>>) -> Result<Option<(String, Tensor)>>,
    ) -> Result<Self> {
        let (mut tensors, mut found) = (BTreeMap::new(), false);
        let names: Vec<_> = self.tensors.keys().cloned().collect();
        for (old, tensor) in self.tensors {
            let stars = name::stars(pattern, &old);
            found |= stars.is_some();
            let Some((name, tensor)) = change(old, tensor, stars)? else { continue };
            if tensors.insert(name.clone(), tensor).is_some() {
                return Err(unfit(format!("two tensors called {name}"), "names that differ"));
            }
        }
        if !found {
            let got = format!("`{pattern}`, which none of {} fits", name::nearest(pattern, &names));
            return Err(unfit(got, "a pattern that fits a name"));
        }
        Ok(Self { tensors, path: self.path })
    }
}

/// What a file is by its first bytes.
enum Kind {
    Safetensors,
    Index,
    Archive,
    Hdf5,
    Pickle,
}

impl Kind {
    fn of(path: &Path) -> Result<Self> {
        let mut start = Vec::new();
        let read = |source| brand_nn_tensor::Error::Io { op: "open", path: path.into(), source };
        let file = File::open(path).map_err(read)?;
        file.take(9).read_to_end(&mut start).map_err(read)?;
        Ok(match &start[..] {
            [b'P', b'K', ..] => Self::Archive,
            [0x89, b'H', b'D', b'F', ..] => Self::Hdf5,
            [0x80, 2..=5, ..] => Self::Pickle,
            [.., b'{'] if start.len() == 9 => Self::Safetensors,
            [b'{', ..] => Self::Index,
            _ => Self::Safetensors, // whose reader says what is wrong
        })
    }
}

#[cfg(feature = "archives")]
fn archive_tensors(path: &Path) -> Result<BTreeMap<String, Tensor>> {
    let mut archive = archive::Archive::open(path)?;
    if archive.names().iter().any(|name| name.ends_with("/data.pkl")) {
        return pytorch::read(&mut archive);
    }
    #[cfg(feature = "hdf5")]
    if archive.names().iter().any(|name| name == hdf5::KERAS) {
        return hdf5::read(archive.bytes(hdf5::KERAS)?, path, hdf5::KERAS);
    }
    npz::read(&mut archive)
}

#[cfg(not(feature = "archives"))]
fn archive_tensors(path: &Path) -> Result<BTreeMap<String, Tensor>> {
    let problem = "it is an archive, as .npz and .pt are".to_owned();
    Err(refusal(path, "byte 0", problem, "build with the feature `archives`"))
}

#[cfg(feature = "hdf5")]
fn hdf5_tensors(path: &Path) -> Result<BTreeMap<String, Tensor>> {
    let read = |source| brand_nn_tensor::Error::Io { op: "read", path: path.into(), source };
    hdf5::read(std::fs::read(path).map_err(read)?, path, "")
}

#[cfg(not(feature = "hdf5"))]
fn hdf5_tensors(path: &Path) -> Result<BTreeMap<String, Tensor>> {
    let problem = "it is HDF5, as .h5 of Keras is".to_owned();
    Err(refusal(path, "byte 0", problem, "build with the feature `hdf5`"))
}

fn refusal(path: &Path, place: impl Into<String>, problem: String, help: &'static str) -> Error {
    Error::File { path: path.to_owned(), place: place.into(), problem, help }
}

fn unfit(got: String, expected: &'static str) -> Error {
    let help = "look at Weights::tensors for the names";
    Error::Data { what: "the names of weights", got, expected, help }
}

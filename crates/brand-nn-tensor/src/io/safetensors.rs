//! Named tensors in one safetensors file, with checksums.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use brand_nn_kernels::threads;
use crc32fast::Hasher;

use super::bytes;
use super::checksum::{self, Checksums};
use super::header::{Entry, Header, tensor};
use super::{Source, write_atomically};
use crate::create::require_possible;
use crate::{Result, Tensor};

/// The longest header that other readers of the format accept.
const MOST_HEADER: u64 = 100_000_000;

/// Numbers of a tensor whose bytes a thread sums at once.
const PART: usize = 1 << 20;

/// Named tensors and words about them: the content of one safetensors file.
///
/// Any program that reads safetensors reads these files. They also carry a checksum of every tensor
/// and of the header, as metadata; reading verifies them, so a flipped bit is an error and not a
/// wrong weight. Files of others, which lack them, are read as they are. The same content always
/// gives the same bytes.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{Tensor, io::TensorFile};
///
/// let mut file = TensorFile::default();
/// file.tensors.insert("weight".into(), Tensor::ones([2, 3]));
/// file.metadata.insert("made_by".into(), "lesson 1".into());
/// let copy = TensorFile::from_bytes(&file.to_bytes()?)?;
/// assert_eq!(copy, file);
/// # Ok::<(), brand_nn_tensor::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TensorFile {
    /// Words by key: settings, versions, anything that isn't a number.
    pub metadata: BTreeMap<String, String>,
    /// Tensors by name.
    pub tensors: BTreeMap<String, Tensor>,
}

/// Reading.
impl TensorFile {
    /// Reads a file.
    ///
    /// The header is not trusted: nothing it says can make the reader take more memory than the
    /// file has bytes (and once more for the header).
    ///
    /// # Errors
    /// If the file can't be read, isn't safetensors, is damaged, or holds a dtype that tensors
    /// don't have. The text says where.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let source = Source::file(path);
        let file = File::open(path).map_err(|error| source.io("open", error))?;
        let len = file.metadata().map_err(|error| source.io("open", error))?.len();
        read(&mut BufReader::with_capacity(1 << 18, file), len, source)
    }

    /// Reads what [`TensorFile::to_bytes`] or another program has made.
    ///
    /// # Errors
    /// As [`TensorFile::read`].
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Self> {
        let len = bytes.len() as u64;
        read(&mut bytes, len, Source::memory())
    }
}

/// Writing.
impl TensorFile {
    /// Writes a file, which replaces an old one as a whole or not at all.
    ///
    /// # Errors
    /// If a name or key belongs to the format, or the system refuses a step.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let (start, order) = self.start(Source::file(path))?;
        write_atomically(path, |out| {
            out.write_all(&start)?;
            order.iter().try_for_each(|tensor| bytes::write(tensor, out))
        })
    }

    /// The file as bytes.
    ///
    /// # Errors
    /// If a name or key belongs to the format.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let source = Source::memory();
        let (mut out, order) = self.start(source)?;
        let written = order.iter().try_for_each(|tensor| bytes::write(tensor, &mut out));
        written.map_err(|error| source.io("write", error))?;
        Ok(out)
    }

    /// Everything before the data, and the tensors in the order of their bytes.
    fn start(&self, source: Source<'_>) -> Result<(Vec<u8>, Vec<&Tensor>)> {
        checksum::require_free(&self.metadata, source)?;
        if self.tensors.contains_key("__metadata__") {
            return Err(checksum::reserved("tensors", "__metadata__", source));
        }
        let mut order: Vec<_> = self.tensors.iter().collect();
        // The widest first, so that every tensor begins at a multiple of its element.
        order.sort_by_key(|(_, tensor)| std::cmp::Reverse(tensor.dtype().size()));
        let mut header = Header { metadata: self.metadata.clone(), ..Header::default() };
        let mut begin = 0;
        for (name, tensor) in &order {
            let end = begin + (tensor.size() * tensor.dtype().size()) as u64;
            let (dtype, shape) = (tensor.dtype(), tensor.shape().clone());
            header.entries.insert((*name).clone(), Entry { dtype, shape, begin, end });
            begin = end;
        }
        checksum::add(&mut header, self.tensors.values().map(sum_of));
        let start = header.to_bytes().map_err(|error| source.io("write", error.into()))?;
        Ok((start, order.into_iter().map(|(_, tensor)| tensor).collect()))
    }
}

/// The sum of a tensor's bytes: threads sum parts of it, whose sums are joined.
fn sum_of(tensor: &Tensor) -> Hasher {
    let (tensor, size) = (tensor.contiguous(), tensor.size());
    let sums = threads::map(size.div_ceil(PART), |part| {
        let mut hasher = Hasher::new();
        let numbers = part * PART..size.min((part + 1) * PART);
        let summed = bytes::for_each_piece(&tensor, numbers, |bytes| {
            hasher.update(bytes);
            Ok::<(), std::convert::Infallible>(())
        });
        match summed {
            Ok(()) => hasher,
        }
    });
    sums.iter().fold(Hasher::new(), |mut joined, sum| {
        joined.combine(sum);
        joined
    })
}

fn read(input: &mut dyn Read, len: u64, source: Source<'_>) -> Result<TensorFile> {
    let start = read_start(input, len, source)?;
    let data_len = len - 8 - start.len() as u64;
    let mut header = Header::parse(&start, data_len, source)?;
    drop(start);
    let sums = Checksums::take(&mut header, source)?;
    let mut tensors = BTreeMap::new();
    for (name, entry) in header.in_order() {
        let tensor = read_tensor(input, name, entry, sums.as_ref(), source)?;
        tensors.insert(name.to_owned(), tensor);
    }
    Ok(TensorFile { metadata: header.metadata, tensors })
}

/// The bytes of the JSON header.
fn read_start(input: &mut dyn Read, len: u64, source: Source<'_>) -> Result<Vec<u8>> {
    if len < 8 {
        let problem = format!("{len} bytes, expected 8 or more");
        return Err(source.wrong(
            "file",
            problem,
            "the file is empty or truncated; fetch it again",
        ));
    }
    let mut prefix = [0; 8];
    input.read_exact(&mut prefix).map_err(|error| source.io("read", error))?;
    refuse_pickle(&prefix, source)?;
    let header = u64::from_le_bytes(prefix);
    let most = (len - 8).min(MOST_HEADER);
    if header > most {
        let problem = format!("header of {header} bytes, expected at most {most}");
        return Err(source.wrong("byte 0", problem, "the file isn't safetensors, or is truncated"));
    }
    let mut start = vec![0; header as usize];
    input.read_exact(&mut start).map_err(|error| source.io("read", error))?;
    Ok(start)
}

/// Pickles begin with their protocol; PyTorch puts them into a zip archive.
///
/// As the length of a header these bytes would be far beyond what is allowed.
fn refuse_pickle(prefix: &[u8; 8], source: Source<'_>) -> Result<()> {
    let kind = match prefix {
        [_, _, _, _, 0, 0, 0, 0] => return Ok(()),
        [b'P', b'K', 3, 4, ..] => "a zip archive, as PyTorch saves,",
        [0x80, 2..=5, ..] => "a pickle",
        _ => return Ok(()),
    };
    let problem = format!("{kind} which can run code when it is opened, expected safetensors");
    let help =
        "save the weights with safetensors.torch.save_file, or convert them where you trust them";
    Err(source.wrong("byte 0", problem, help))
}

fn read_tensor(
    input: &mut dyn Read,
    name: &str,
    entry: &Entry,
    sums: Option<&Checksums>,
    source: Source<'_>,
) -> Result<Tensor> {
    require_possible("read", &entry.shape, entry.dtype)?;
    let mut hasher = Hasher::new();
    let seen = |bytes: &[u8]| {
        if sums.is_some() {
            hasher.update(bytes);
        }
    };
    let claim = (entry.shape.clone(), entry.dtype);
    let read = bytes::read(input, entry.shape.clone(), entry.dtype, seen)
        .map_err(|trouble| trouble.explained(&claim, &tensor(name), source))?;
    if let Some(sums) = sums {
        sums.verify(name, hasher, source)?;
    }
    Ok(read)
}

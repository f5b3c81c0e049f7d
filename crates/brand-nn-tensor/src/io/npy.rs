//! NumPy's own file format for one array.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::bytes;
use super::python::Header;
use super::{Source, write_atomically};
use crate::create::require_possible;
use crate::{DType, Error, Result, Shape, Tensor};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// A header this long holds nothing but mischief.
const MOST_HEADER: usize = 1 << 16;
const MOST_AXES: usize = 64;
const ALIGNMENT: usize = 64;

/// NumPy's names of dtypes, without the byte order.
const DTYPES: [(&str, DType); 7] = [
    ("f4", DType::F32),
    ("f8", DType::F64),
    ("i8", DType::I64),
    ("i4", DType::I32),
    ("u1", DType::U8),
    ("b1", DType::Bool),
    ("f2", DType::F16),
];

/// Reads a `.npy` file, of either byte order and either order of axes.
///
/// # Errors
/// If the file can't be read, isn't `.npy`, is truncated, or holds a dtype that tensors don't have;
/// pickled objects are refused.
pub fn read_npy(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let source = Source::file(path);
    let file = File::open(path).map_err(|error| source.io("open", error))?;
    let len = file.metadata().map_err(|error| source.io("open", error))?.len();
    read(&mut BufReader::new(file), len, source)
}

/// Writes a `.npy` file, which replaces an old one as a whole or not at all.
///
/// # Errors
/// If the dtype is `bf16`, which NumPy doesn't have, or the system refuses a step.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::{Tensor, io};
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("t.npy");
/// io::write_npy(&path, &Tensor::from([1.0f32, 2.0]))?;
/// assert_eq!(io::read_npy(&path)?, Tensor::from([1.0f32, 2.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_npy(path: impl AsRef<Path>, tensor: &Tensor) -> Result<()> {
    let start = header_of(tensor)?;
    write_atomically(path, |out| {
        out.write_all(&start)?;
        bytes::write(tensor, out)
    })
}

/// Reads the bytes of a `.npy` file.
///
/// # Errors
/// As [`read_npy`].
pub fn npy_from_bytes(mut bytes: &[u8]) -> Result<Tensor> {
    let len = bytes.len() as u64;
    read(&mut bytes, len, Source::memory())
}

/// The bytes of a `.npy` file.
///
/// # Errors
/// If the dtype is `bf16`, which NumPy doesn't have.
pub fn npy_to_bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    let mut out = header_of(tensor)?;
    let written = bytes::write(tensor, &mut out);
    written.map_err(|error| Source::memory().io("write", error))?;
    Ok(out)
}

fn header_of(tensor: &Tensor) -> Result<Vec<u8>> {
    let dtype = tensor.dtype();
    let Some((name, _)) = DTYPES.iter().find(|(_, known)| *known == dtype) else {
        return Err(Error::DType {
            op: "write_npy",
            got: dtype,
            expected: "a dtype that NumPy has".into(),
            help: "write .to(DType::F32), or save a TensorFile".into(),
        });
    };
    let order = if dtype.size() == 1 { '|' } else { '<' };
    let dims: String = tensor.shape().iter().map(|dim| format!("{dim}, ")).collect();
    let dims = if tensor.ndim() > 1 { dims.trim_end_matches(", ") } else { dims.trim_end() };
    let mut text =
        format!("{{'descr': '{order}{name}', 'fortran_order': False, 'shape': ({dims}), }}");
    let unpadded = MAGIC.len() + 4 + text.len() + 1;
    text.push_str(&" ".repeat(unpadded.next_multiple_of(ALIGNMENT) - unpadded));
    text.push('\n');
    let len = (text.len() as u16).to_le_bytes();
    Ok([MAGIC.as_slice(), &[1, 0], &len, text.as_bytes()].concat())
}

fn read(input: &mut dyn Read, len: u64, source: Source<'_>) -> Result<Tensor> {
    let (text, used) = read_header(input, source)?;
    let Header { descr, fortran, dims } = Header::parse(&text).map_err(|(byte, problem)| {
        let place = format!("header, byte {byte}");
        source.wrong(place, problem, "the header must be a Python dictionary as NumPy writes it")
    })?;
    let (dtype, swapped) = dtype_of(&descr).ok_or_else(|| {
        let known = DTYPES.map(|(name, _)| name).join(", ");
        let problem = format!("descr {descr:?}, expected one of {known}");
        let help = "convert with .astype before saving; pickled objects are refused";
        source.wrong("header", problem, help)
    })?;
    let shape = shape_of(dims, fortran, dtype, source)?;
    let size = (shape.size() * dtype.size()) as u64;
    if len.checked_sub(used) != Some(size) {
        let problem = format!(
            "{} bytes of data, expected {size} for shape {shape}, {dtype}",
            len.saturating_sub(used)
        );
        return Err(source.wrong(
            "data",
            problem,
            "the file is truncated or has something behind it",
        ));
    }
    require_possible("read_npy", &shape, dtype)?;
    let claim = (shape.clone(), dtype);
    let tensor = bytes::read(input, shape, dtype, |_| ())
        .map_err(|trouble| trouble.explained(&claim, "data", source))?;
    let tensor = if swapped { bytes::swapped(&tensor) } else { tensor };
    let reversed: Vec<isize> = (0..tensor.ndim() as isize).rev().collect();
    Ok(if fortran { tensor.permute(&reversed).contiguous() } else { tensor })
}

/// The header's text, and the bytes of the file up to its end.
fn read_header(input: &mut dyn Read, source: Source<'_>) -> Result<(String, u64)> {
    let truncated = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            source.wrong("header", "the file ends early", "the file is truncated; fetch it again")
        }
        _ => source.io("read", error),
    };
    let mut start = [0; 8];
    input.read_exact(&mut start).map_err(truncated)?;
    if !start.starts_with(MAGIC) {
        let problem = format!(
            "begins with {:?}, expected \"\\x93NUMPY\"",
            start[..6].escape_ascii().to_string()
        );
        return Err(source.wrong(
            "byte 0",
            problem,
            "the file isn't .npy; .npz archives hold several",
        ));
    }
    let wide = match start[6] {
        1 => 2,
        2 | 3 => 4,
        other => {
            let problem = format!("version {other}, expected 1, 2 or 3");
            return Err(source.wrong("byte 6", problem, "save the array again with numpy.save"));
        }
    };
    let mut len = [0; 4];
    input.read_exact(&mut len[..wide]).map_err(truncated)?;
    let len = u32::from_le_bytes(len) as usize;
    if len > MOST_HEADER {
        let problem = format!("header of {len} bytes, expected at most {MOST_HEADER}");
        return Err(source.wrong("byte 8", problem, "the header is damaged or hostile"));
    }
    let mut text = vec![0; len];
    input.read_exact(&mut text).map_err(truncated)?;
    let text = String::from_utf8(text).map_err(|error| {
        let place = format!("header, byte {}", error.utf8_error().valid_up_to());
        source.wrong(place, "not UTF-8", "the header is damaged or hostile")
    })?;
    Ok((text, (8 + wide + len) as u64))
}

/// The dtype of a name such as `<f4`, and whether its bytes are in the other order.
fn dtype_of(descr: &str) -> Option<(DType, bool)> {
    let (order, name) = descr.split_at_checked(1)?;
    let dtype = DTYPES.iter().find(|(known, _)| *known == name)?.1;
    match order {
        "<" | "|" | "=" => Some((dtype, false)),
        ">" => Some((dtype, dtype.size() > 1)),
        _ => None,
    }
}

/// The shape of the values as they lie in the file.
fn shape_of(
    mut dims: Vec<usize>,
    fortran: bool,
    dtype: DType,
    source: Source<'_>,
) -> Result<Shape> {
    if fortran {
        dims.reverse();
    }
    let shape = Shape::from(dims);
    if shape.len() <= MOST_AXES && shape.bytes(dtype.size()).is_some() {
        return Ok(shape);
    }
    let problem = format!("shape {shape}, expected at most {MOST_AXES} axes that fit into memory");
    Err(source.wrong("header", problem, "the header is damaged or hostile"))
}

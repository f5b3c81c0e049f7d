//! The scores of each epoch for TensorBoard.

use super::log::fields;
use crate::{
    Callback, Epoch, Error, Result,
    exact::State,
    protobuf::{double, float, integer, text},
};
use brand_nn_tensor::io::TensorFile;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    ops::ControlFlow,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

/// The name by which TensorBoard knows a file of events.
const NAME: &str = "events.out.tfevents.0000000000.brand-nn";

/// Writes the scores of each epoch to a folder that TensorBoard shows: `tensorboard --logdir runs`.
///
/// Give each run a folder of its own. A resumed training cuts off what is run again.
///
/// # Examples
/// ```
/// use brand_nn_train::{Fit, TensorBoard};
///
/// assert!(Fit::epochs(3).callback(TensorBoard::new("runs/first")).check().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    /// The bytes of the file that are this training's.
    length: u64,
}

impl TensorBoard {
    /// Writes to a folder, which is made if it is not there.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), length: 0 }
    }

    /// Writes events behind those that are the training's already.
    fn append(&mut self, events: &[Vec<u8>]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut options = OpenOptions::new();
        let options = options.create(true).write(true).truncate(false);
        let mut file = options.open(self.folder.join(NAME))?;
        self.length = self.length.min(file.metadata()?.len());
        file.set_len(self.length)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
        let bytes: Vec<u8> = events.iter().flat_map(|event| record(event)).collect();
        file.write_all(&bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

impl Callback for TensorBoard {
    fn epoch_end(&mut self, epoch: &mut Epoch<'_>) -> Result<ControlFlow<()>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let step = epoch.number as u64 + 1;
        let scores = fields(epoch).into_iter().skip(1);
        let scores = scores.map(|(name, value)| scalar(now, step, &name, value));
        let start = (self.length == 0).then(|| version(now));
        let events: Vec<_> = start.into_iter().chain(scores).collect();
        self.append(&events).map_err(|problem| Error::Callback {
            callback: "TensorBoard",
            problem: format!("{}: {problem}; help: check the folder", self.folder.display()),
        })?;
        Ok(ControlFlow::Continue(()))
    }

    fn state(&self) -> TensorFile {
        self.length.to_state()
    }

    fn load_state(&mut self, state: TensorFile) -> Result<()> {
        self.length = u64::from_state("TensorBoard", &state)?;
        Ok(())
    }
}

/// The event that a file begins with.
fn version(time: f64) -> Vec<u8> {
    [double(1, time), text(3, b"brain.Event:2")].concat()
}

/// The event of one number: `Event { wall_time: 1, step: 2, summary: 5 { value: 1 { tag: 1,
/// simple_value: 2 } } }`.
fn scalar(time: f64, step: u64, tag: &str, value: f64) -> Vec<u8> {
    let value = [text(1, tag.as_bytes()), float(2, value as f32)].concat();
    [double(1, time), integer(2, step), text(5, &text(1, &value))].concat()
}

/// An event with its length and the checksums of both.
fn record(event: &[u8]) -> Vec<u8> {
    let length = (event.len() as u64).to_le_bytes();
    let sum = |bytes: &[u8]| masked(crc32c(bytes)).to_le_bytes();
    [&length[..], &sum(&length), event, &sum(event)].concat()
}

/// The checksum of Castagnoli's polynomial, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| crc >> 1 ^ 0x82f6_3b78 & (crc & 1).wrapping_neg();
    !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), bit))
}

/// As TensorFlow keeps a checksum, so that one of bytes with checksums in them is not 0.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_castagnoli_s() {
        // RFC 3720, B.4.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn events_are_those_of_tensorboard() {
        let hex = |bytes: Vec<u8>| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let golden = include_str!("../../tests/golden/tensor_board.txt");
        let ours = [record(&version(1.5)), record(&scalar(2.25, 300, "val_loss", 0.1))];
        let lines: Vec<_> = golden.lines().skip(1).collect();
        assert_eq!(ours.map(hex).to_vec(), lines);
    }
}

//! What this process has used: processor time and memory, as the system tells it.

use crate::Outcome;
use std::fs;

/// The ticks in which Linux counts processor time for programs, a second.
const TICKS: f64 = 100.0;

/// The seconds that all threads of this process have run so far, in steps of 10 ms.
///
/// # Errors
/// If the system does not tell it.
pub fn processor_seconds() -> Outcome<f64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name of the program, in parentheses, may have spaces in it.
    let (_, fields) = text.rsplit_once(')').ok_or("no such line")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS)
}

/// The memory that this process has now, in MB.
///
/// # Errors
/// If the system does not tell it.
pub fn memory() -> Outcome<f64> {
    status("VmRSS:")
}

/// The most memory that this process ever had, in MB.
///
/// # Errors
/// If the system does not tell it.
pub fn most_memory() -> Outcome<f64> {
    status("VmHWM:")
}

fn status(line: &str) -> Outcome<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let found = status.lines().find_map(|text| text.strip_prefix(line)).ok_or("no such line")?;
    Ok(found.trim().trim_end_matches(" kB").parse::<f64>()? / 1e3)
}

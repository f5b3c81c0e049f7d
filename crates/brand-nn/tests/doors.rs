//! The corpora of the fuzz targets, and the hostile files of other tests, go through their doors.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

#[path = "../../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "there it is a crate")]
mod doors;

use std::{fs, path::PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Sends each file of a folder through a door, and says how many there were.
fn through(door: &str, folder: &str) -> usize {
    let files = fs::read_dir(root().join(folder)).unwrap();
    let files = files.map(|file| file.unwrap().path()).filter(|path| path.is_file());
    files.map(|file| doors::at(door, &fs::read(file).unwrap())).count()
}

#[test]
fn corpora_go_through_their_doors() {
    for (name, _) in doors::DOORS {
        let seen = through(name, &format!("fuzz/corpus/{name}"));
        assert!(seen >= 20, "{name}: {seen} files");
    }
}

#[test]
fn hostile_files_go_through_every_door() {
    for (name, _) in doors::DOORS {
        let seen = through(name, "crates/brand-nn-train/tests/golden/weights")
            + through(name, "crates/brand-nn-train/tests/golden/models");
        assert!(seen > 90);
    }
}

//! Runs every example in small, so that none rots.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "sentiment.rs"]
mod sentiment;

use clap::Parser;

#[test]
fn sentiment_learns_a_few_reviews() {
    let folder = std::env::temp_dir().join(format!("brand-nn-examples-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (data, save) = (folder.join("reviews.csv"), folder.join("model.safetensors"));
    let rows = ["1,good and great", "0,bad and poor"].map(|row| format!("{row}\n").repeat(20));
    let mut table = std::fs::File::create(&data).unwrap();
    std::io::Write::write_all(&mut table, format!("label,text\n{}", rows.concat()).as_bytes())
        .unwrap();
    let words = ["sentiment", "--epochs", "1", "--max-len", "4", "--data"];
    let words = words.iter().map(AsRef::as_ref).chain([data.as_os_str(), "--save".as_ref()]);
    let options = sentiment::Options::parse_from(words.chain([save.as_os_str()]));
    sentiment::run(&options).unwrap();
    assert!(save.exists());
    std::fs::remove_dir_all(folder).unwrap();
}

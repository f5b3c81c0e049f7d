//! Runs every example in small, so that none rots.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "churn.rs"]
mod churn;
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

#[test]
fn churn_is_foreseen_as_well_as_published() {
    let Some(path) = brand_nn::tensor::check::data("data/customers/telco_churn.csv") else {
        return;
    };
    let save =
        std::env::temp_dir().join(format!("brand-nn-churn-{}.safetensors", std::process::id()));
    let auc = churn::run(&path, &save).unwrap();
    std::fs::remove_file(save).unwrap();
    assert!((auc - 0.83745).abs() <= 0.0005, "{auc}"); // scikit-learn, the same rows and penalty
}

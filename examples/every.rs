//! Runs every example in small, so that none rots.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "attribution.rs"]
mod attribution;
#[path = "churn.rs"]
mod churn;
#[path = "embed_and_search.rs"]
mod embed_and_search;
#[path = "experiment.rs"]
mod experiment;
#[path = "fine_tune.rs"]
mod fine_tune;
#[path = "listen.rs"]
mod listen;
#[path = "monitor.rs"]
mod monitor;
#[path = "route.rs"]
mod route;
#[path = "sentiment.rs"]
mod sentiment;
#[path = "value.rs"]
mod value;
#[path = "write_copy.rs"]
mod write_copy;

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

/// A table of reviews in a folder of their own, which is removed with the value.
struct Reviews(std::path::PathBuf);

impl Reviews {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("brand-nn-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let rows = ["1,这个品牌很好 质量不错", "0,太差了 再也不买"];
        let rows = rows.map(|row| format!("{row}\n").repeat(40));
        let mut table = std::fs::File::create(folder.join("reviews.csv")).unwrap();
        let text = format!("label,text\n{}", rows.concat());
        std::io::Write::write_all(&mut table, text.as_bytes()).unwrap();
        Self(folder)
    }

    fn words(&self, words: &[&str]) -> Vec<std::ffi::OsString> {
        let data = ["--data".into(), self.0.join("reviews.csv").into()];
        words.iter().map(Into::into).chain(data).collect()
    }
}

impl Drop for Reviews {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn reviews_are_found_by_their_meaning() {
    let reviews = Reviews::new("search");
    let words = reviews.words(&["embed_and_search", "--texts", "40"]);
    embed_and_search::run(&embed_and_search::Options::parse_from(words)).unwrap();
}

#[test]
fn an_encoder_learns_a_task() {
    let reviews = Reviews::new("task");
    let mut words =
        reviews.words(&["fine_tune", "--texts", "64", "--batch", "8", "--rate", "5e-3"]);
    words.extend(["--save".into(), reviews.0.join("adapter").into()]);
    fine_tune::run(&fine_tune::Options::parse_from(words)).unwrap();
}

#[test]
fn a_small_gpt_writes() {
    let reviews = Reviews::new("copy");
    let few = ["write_copy", "--width", "32", "--layers", "1", "--epochs", "2"];
    let mut words = reviews.words(&few);
    words.extend(["--save".into(), reviews.0.join("model").into()]);
    write_copy::run(&write_copy::Options::parse_from(words)).unwrap();
}

/// A page of a name that no other test uses, which is removed in the end.
fn page(name: &str, run: impl FnOnce(&std::path::Path)) {
    let save = std::env::temp_dir().join(format!("brand-nn-{name}-{}.html", std::process::id()));
    run(&save);
    let html = std::fs::read_to_string(&save).unwrap();
    std::fs::remove_file(save).unwrap();
    assert!(html.contains("<svg") && html.ends_with("</html>\n"));
}

#[test]
fn attribution_sees_what_works() {
    page("attribution", |save| {
        let [last, rate] = attribution::run(3000, save).unwrap();
        assert!(last < 0.4 && rate > 0.7, "{last} {rate}");
    });
}

#[test]
fn an_experiment_finds_what_is_there() {
    page("experiment", |save| {
        let [low, high] = experiment::run(42, save).unwrap();
        assert!(low < 0.02 && 0.02 < high, "{low} {high}");
    });
}

#[test]
fn feedback_finds_its_team() {
    let [all, sure] = route::run(1500).unwrap();
    assert!(sure > all);
}

#[test]
fn value_foretells_purchases() {
    let Some(path) = brand_nn::tensor::check::data("data/customers/CDNOW_sample.txt") else {
        return;
    };
    page("value", |save| assert!(value::run(&path, save).unwrap().abs() < 0.05));
}

#[test]
fn reviews_are_listened_to() {
    page("listen", |save| {
        let words = ["listen", "--reviews", "1500", "--save"].map(AsRef::as_ref);
        let words = words.into_iter().chain([save.as_os_str()]);
        assert_eq!(listen::run(&listen::Options::parse_from(words)).unwrap().len(), 3);
    });
}

#[test]
fn planted_events_are_found() {
    page("monitor", |save| {
        let missed = monitor::run(100, save).unwrap();
        assert!(missed.iter().all(|days| *days <= 2), "{missed:?}");
        std::fs::remove_file(save.with_extension("zh.html")).unwrap();
    });
}

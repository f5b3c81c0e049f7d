//! Texts a second through the methods that listen to what is written.
//!
//! `cargo bench --bench listen`: 100,000 generated short reviews, by all threads. Before that, once, a
//! million different ones through one listener, and a million through the linear model: the seconds, and
//! the most memory that the program ever had.

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn_marketing::monitor::{BrandMonitor, Comment};
use brand_nn_marketing::text::linear::{Features, FittedLinear, LinearSentiment};
use brand_nn_marketing::text::sentiment::{Language, Lexicon, polarities};
use brand_nn_marketing::text::topics::PlantedTopics;
use brand_nn_train::Date;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::{fs, hint::black_box, time::Instant};

const TEXTS: usize = 100_000;

const LANGUAGES: [(&str, Language); 2] = [("", Language::English), ("_zh", Language::Chinese)];

/// Reviews of ten words or twenty Chinese characters and more.
fn texts(language: Language, count: usize) -> Vec<String> {
    drawn(language, count, 1)
}

fn drawn(language: Language, count: usize, seed: u64) -> Vec<String> {
    let texts = PlantedTopics::new(language, seed).clarity(0.3).texts(count).expect("shares");
    texts.into_iter().map(|row| row.text).collect()
}

fn model(language: Language) -> FittedLinear {
    let texts = texts(language, 20_000);
    let praise: Vec<bool> = texts.iter().map(|text| text.len() % 2 == 0).collect();
    let features = Features::for_texts(&texts);
    LinearSentiment::naive_bayes(features).fit(&texts, &praise).expect("two kinds")
}

fn linear(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("text");
    group.sample_size(10).throughput(Throughput::Elements(TEXTS as u64));
    for (ending, language) in LANGUAGES {
        let (model, texts, name) =
            (model(language), texts(language, TEXTS), format!("linear{ending}"));
        group.bench_function(name, |bench| bench.iter(|| black_box(polarities(&model, &texts))));
    }
    let texts = texts(Language::English, TEXTS);
    let lexicon = Lexicon::new();
    group.bench_function("lexicon", |bench| bench.iter(|| black_box(polarities(&lexicon, &texts))));
}

/// The day of a comment, of which 200 come in a day.
fn day(comment: usize) -> Date {
    let i = comment / 200;
    let (year, month, day) = (i / 336, i % 336 / 28, i % 28); // months of 28 days
    Date::new(2024 + year as i32, 1 + month as u32, 1 + day as u32).expect("a day")
}

/// Ten times 100,000 reviews, each drawn anew: what is timed is the listening, not the drawing.
fn million(_: &mut Criterion) {
    for (ending, language) in LANGUAGES {
        let (model, monitor) = (model(language), BrandMonitor::new(1));
        let mut listener = monitor.listen(&model).expect("settings within reason");
        let (mut listened, mut judged) = (0.0, 0.0);
        for part in 0..10 {
            let texts = drawn(language, TEXTS, 2 + part as u64);
            let begun = Instant::now();
            for (i, text) in texts.iter().enumerate() {
                listener.push(&Comment::new(text).on(day(part * TEXTS + i)));
            }
            listened += begun.elapsed().as_secs_f64();
            let begun = Instant::now();
            black_box(polarities(&model, &texts));
            judged += begun.elapsed().as_secs_f64();
            if [0, 4, 9].contains(&part) {
                let (count, memory) = ((part + 1) * TEXTS, most_memory());
                println!(
                    "{count} reviews{ending}: push {listened:.2} s, linear {judged:.2} s, {memory}"
                );
            }
        }
        assert_eq!(listener.monitored().heard().counted, 10 * TEXTS as u64);
    }
}

/// The most memory that the program had so far, where the system tells.
fn most_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().replace('\t', "")
}

/// One comment after the other, as they come in.
fn push(criterion: &mut Criterion) {
    let monitor = BrandMonitor::new(1);
    let mut group = criterion.benchmark_group("monitor");
    group.sample_size(10).throughput(Throughput::Elements(TEXTS as u64));
    for (ending, language) in LANGUAGES {
        let (model, texts, name) =
            (model(language), texts(language, TEXTS), format!("push{ending}"));
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let mut listener = monitor.listen(&model).expect("settings within reason");
                for (i, text) in texts.iter().enumerate() {
                    listener.push(&Comment::new(text).on(day(i)));
                }
                black_box(listener.monitored().heard().counted)
            });
        });
    }
}

criterion_group!(benches, million, linear, push);
criterion_main!(benches);

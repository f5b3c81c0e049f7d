//! Texts a second through the methods that listen to what is written.
//!
//! `cargo bench --bench listen`: 100,000 generated short reviews, by all threads.

use brand_nn_marketing::monitor::{BrandMonitor, Comment};
use brand_nn_marketing::text::linear::{Features, FittedLinear, LinearSentiment};
use brand_nn_marketing::text::sentiment::{Language, Lexicon, polarities};
use brand_nn_marketing::text::topics::PlantedTopics;
use brand_nn_train::Date;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const TEXTS: usize = 100_000;

/// Reviews of ten words or twenty Chinese characters and more.
fn texts(language: Language, count: usize) -> Vec<String> {
    let texts = PlantedTopics::new(language, 1).clarity(0.3).texts(count).expect("shares");
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
    for (name, language) in [("linear", Language::English), ("linear_zh", Language::Chinese)] {
        let (model, texts) = (model(language), texts(language, TEXTS));
        group.bench_function(name, |bench| bench.iter(|| black_box(polarities(&model, &texts))));
    }
    let texts = texts(Language::English, TEXTS);
    let lexicon = Lexicon::new();
    group.bench_function("lexicon", |bench| bench.iter(|| black_box(polarities(&lexicon, &texts))));
}

/// One comment after the other, as they come in, 200 a day.
fn push(criterion: &mut Criterion) {
    let monitor = BrandMonitor::new(1);
    let day = |i: usize| {
        let (year, month, day) = (i / 336, i % 336 / 28, i % 28); // months of 28 days
        Date::new(2024 + year as i32, 1 + month as u32, 1 + day as u32).expect("a day")
    };
    let mut group = criterion.benchmark_group("monitor");
    group.sample_size(10).throughput(Throughput::Elements(TEXTS as u64));
    for (name, language) in [("push", Language::English), ("push_zh", Language::Chinese)] {
        let (model, texts) = (model(language), texts(language, TEXTS));
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let mut listener = monitor.listen(&model).expect("settings within reason");
                for (i, text) in texts.iter().enumerate() {
                    listener.push(&Comment::new(text).on(day(i / 200)));
                }
                black_box(listener.monitored().heard().counted)
            });
        });
    }
}

criterion_group!(benches, linear, push);
criterion_main!(benches);

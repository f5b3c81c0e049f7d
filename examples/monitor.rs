//! A stream of comments with planted events in, alerts and change points out.
//!
//! `cargo run --release --example monitor` lets a day of comments come after the other. On day 40
//! people begin to speak more of Acme, from day 60 on they complain, on day 80 there is a storm.

#![allow(clippy::print_stdout, reason = "a program that shows what it does")]

use brand_nn::Result;
use brand_nn::marketing::monitor::{
    BrandMonitor, Comment, Measure, Monitored, Pushed, Rule, Selection,
};
use brand_nn::marketing::text::aspect::retail_lexicon;
use brand_nn::marketing::text::mention::Names;
use brand_nn::marketing::text::sentiment::Language;
use brand_nn::tensor::io::write_atomically;
use brand_nn::train::Date;
use std::path::Path;

#[allow(dead_code, reason = "the test of all examples calls run")]
fn main() -> Result<()> {
    run(100, Path::new("target/monitor.html")).map(|_| ())
}

/// Days of 2024 on which something happens.
const LOUDER: usize = 40;
const WORSE: usize = 60;
const STORM: usize = 80;

/// The whole program: returns by how many days the two change points miss the truth.
pub(crate) fn run(days: usize, save: &Path) -> Result<[i64; 2]> {
    let names = Names::new().name("Acme", ["艾克美"])?.name("Borealis", ["北极光"])?;
    let monitor = BrandMonitor::new(42).names(names).rule(Rule::net_below("Acme", 0.0));
    let lexicon = retail_lexicon();
    let mut listener = monitor.listen(&lexicon)?;
    let state = save.with_extension("json");
    let mut draw = Draw(1);
    for day in 0..days {
        for comment in comments(&mut draw, day) {
            if let Pushed::Counted { ended: Some(ended) } = listener.push(&comment) {
                let today = listener.monitored().alerts()?;
                for alert in today.iter().filter(|alert| alert.date == ended) {
                    println!("{ended}: {} {:?} {:.2}", alert.brand, alert.measure, alert.value);
                }
            }
        }
        if day == days / 2 {
            // A night: what was heard is saved and listening goes on the next morning.
            listener.monitored().save(&state)?;
            listener = Monitored::load(&state)?.resume(&lexicon)?;
        }
    }
    if let Err(error) = std::fs::remove_file(&state) {
        println!("{} stays: {error}", state.display());
    }
    let heard = listener.into_monitored();
    let chinese = save.with_extension("zh.html");
    for (language, path) in [(Language::English, save), (Language::Chinese, &chinese)] {
        let html = heard.report_in(language).to_html();
        write_atomically(path, |file| file.write_all(html.as_bytes()))?;
    }
    check(&heard)
}

/// That the planted events were found, and nothing beside them.
fn check(heard: &Monitored) -> Result<[i64; 2]> {
    let acme = Selection::all().brand("Acme");
    let changes = heard.change_points(&acme)?;
    let missed = |measure, planted: usize| {
        let found: Vec<_> = changes.iter().filter(|c| c.measure == measure).collect();
        assert_eq!(found.len(), 1, "one change of {measure:?} was planted: {changes:?}");
        (found[0].date.days() - date(planted).days()).abs()
    };
    let missed = [missed(Measure::Mentions, LOUDER), missed(Measure::NetSentiment, WORSE)];
    assert!(missed.iter().all(|days| *days <= 2), "{missed:?}");
    let storm = heard.alerts()?.iter().any(|alert| alert.date == date(STORM));
    assert!(storm, "the storm is an alert");
    let pain = heard.pain_points(&acme, 3)?;
    let pain: Vec<_> = pain.iter().map(|aspect| &*aspect.aspect).collect();
    assert_eq!(pain, ["delivery", "service", "packaging"]);
    println!("change points within {missed:?} days; pain points: {}", pain.join(", "));
    Ok(missed)
}

fn date(day: usize) -> Date {
    let months = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut rest, mut month) = (day, 0);
    while rest >= months[month % 12] {
        (rest, month) = (rest - months[month % 12], month + 1);
    }
    let first = Date::new(2024 + (month / 12) as i32, (month % 12) as u32 + 1, rest as u32 + 1);
    first.unwrap_or_else(|| unreachable!("every month has its days"))
}

/// The comments of a day: how many, and of a hundred how many complain and praise, is planted.
fn comments(draw: &mut Draw, day: usize) -> Vec<Comment> {
    let praise = ["Great price", "质量很好", "the screen is beautiful"];
    let bad = [
        "slow delivery",
        "快递太慢",
        "客服很差",
        "the packaging was torn",
        "快递很慢",
        "rude staff",
    ];
    let plain = ["I bought it", "昨天收的", "second order"];
    let mut all = Vec::new();
    for (brand, name) in [("Acme", "艾克美"), ("Borealis", "北极光")] {
        let (mean, complaints, praises) = match (brand, day) {
            ("Acme", STORM) => (120, 70, 10),
            ("Acme", WORSE..) => (30, 50, 20),
            ("Acme", LOUDER..) => (30, 20, 45),
            _ => (14, 20, 45),
        };
        let count = (0..8 * mean).filter(|_| draw.below(8) == 0).count();
        for _ in 0..count {
            let texts: &[&str] = match draw.below(100) {
                x if x < complaints => &bad,
                x if x < complaints + praises => &praise,
                _ => &plain,
            };
            let named = if draw.below(2) == 0 { brand } else { name };
            let text = format!("{named}: {}", texts[draw.below(texts.len())]);
            all.push(Comment::new(text).on(date(day)));
        }
    }
    all
}

/// Numbers that a seed decides.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

//! Methods of the analyst: all alone by criterion, three of them in turns with scikit-learn.
//!
//! `cargo bench --bench marketing` times every row, `marketing/method`; with the command of a peer
//! the two take turns on the same data, and ratio and quality of both are printed:
//!
//! `cargo bench --bench marketing -- k-means python benches/peers/scikit-learn/methods.py k-means`

#![allow(clippy::print_stdout, reason = "a report is what this program is for")]

use brand_nn_benches::{Outcome, Peer, interval_of_median, median};
use brand_nn_marketing::attribution::{Attribution, Game, Journeys};
use brand_nn_marketing::clv::{GammaGamma, PurchaseModel, ValueHorizon};
use brand_nn_marketing::data::{CustomerSummary, RfmSummary, SummaryColumns};
use brand_nn_marketing::{Months, Unit};
use brand_nn_stats::cluster::{Dbscan, KMeans};
use brand_nn_stats::linear::Matrix;
use brand_nn_stats::metrics::roc_auc;
use brand_nn_stats::tree::{GradientBoosting, Objective};
use brand_nn_tensor::check::data;
use brand_nn_train::Table;
use criterion::Criterion;
use std::{hint::black_box, time::Instant};

/// A method that a peer has too: its name, and what makes its data and returns what runs it.
type Row = (&'static str, fn() -> Outcome<Method>);

/// Runs once, and says how good the answer is: inertia, number of clusters, AUC.
type Method = Box<dyn Fn() -> Outcome<f64>>;

const METHODS: [Row; 3] = [("k-means", k_means), ("dbscan", dbscan), ("trees", trees)];

const ROUNDS: usize = 5;

fn main() -> Outcome<()> {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    match &words[..] {
        [name, program, words @ ..] => in_turns(name, &mut Peer::start(program, words)?),
        _ => alone(),
    }
}

fn alone() -> Outcome<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let customers = customers()?;
    criterion.bench_function("marketing/customer-value", |bencher| {
        bencher.iter(|| value(black_box(&customers)).expect("it is determined"));
    });
    let journeys = journeys()?;
    criterion.bench_function("marketing/attribution", |bencher| {
        bencher.iter(|| credits(black_box(&journeys)).expect("some convert"));
    });
    for (name, make) in METHODS {
        let method = make()?;
        criterion.bench_function(&format!("marketing/{name}"), |bencher| {
            bencher.iter(|| method().expect("it fits"));
        });
    }
    criterion.final_summary();
    Ok(())
}

/// A B B A, so that what drifts meets both.
fn in_turns(name: &str, peer: &mut Peer) -> Outcome<()> {
    let known = METHODS.map(|(name, _)| name).join(", ");
    let row = METHODS.iter().find(|row| row.0 == name);
    let method = row.ok_or_else(|| format!("no method `{name}`; there are {known}"))?.1()?;
    let (quality, theirs) = (method()?, peer.ask("quality")?);
    let own = || -> Outcome<f64> {
        let start = Instant::now();
        method()?;
        Ok(start.elapsed().as_secs_f64() * 1e3)
    };
    let (mut ours, mut others, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..2 * ROUNDS {
        let pair = if round % 2 == 0 {
            (own()?, peer.block(1)?)
        } else {
            let other = peer.block(1)?;
            (own()?, other)
        };
        ours.push(pair.0);
        others.push(pair.1);
        ratios.push(pair.0 / pair.1);
    }
    let (low, high) = interval_of_median(&ratios);
    println!(
        "{name}: ours {:.1} ms, peer {:.1} ms, median paired ratio {:.3} (95 %: {low:.3} to \
         {high:.3}); quality {quality:.6} and {theirs:.6}",
        median(&mut ours),
        median(&mut others),
        median(&mut ratios.clone()),
    );
    Ok(())
}

/// A uniform number by its place: SplitMix64, which the peer draws too.
fn uniform(place: u64) -> f64 {
    let mut z = (place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Nearly normal: four uniform numbers, brought to deviation 1.
fn noise(place: u64) -> f64 {
    ((0..4).map(|i| uniform(4 * place + i)).sum::<f64>() - 2.0) * 3.0_f64.sqrt()
}

/// Rows around centres that are drawn in a cube of 10: `[rows, columns]`.
fn blobs(rows: usize, columns: usize, centres: usize, deviation: f64) -> Matrix {
    Matrix::of(rows, columns, |i, j| {
        let centre = 10.0 * uniform((1 << 40) + ((i % centres) * columns + j) as u64);
        centre + deviation * noise((i * columns + j) as u64)
    })
}

/// 100,000 × 32 into 10, from the first ten rows of the second hundred, 20 steps at most.
fn k_means() -> Outcome<Method> {
    let x = blobs(100_000, 32, 10, 3.0);
    let start = Matrix::of(10, 32, |i, j| x[(100 + 7 * i, j)]);
    let spec = KMeans { max_iterations: 20, tolerance: 1e-12, ..KMeans::new(10, 0) };
    Ok(Box::new(move || Ok(spec.fit_from(&x, &start)?.inertia)))
}

/// 50,000 × 2 in 40 blobs.
fn dbscan() -> Outcome<Method> {
    let x = blobs(50_000, 2, 40, 0.2);
    let spec = Dbscan { radius: 0.05, min_samples: 10 };
    Ok(Box::new(move || Ok(spec.fit(&x)?.num_clusters as f64)))
}

/// 100,000 × 30, classes by six of the columns; 100 trees, judged on 20,000 other rows.
fn trees() -> Outcome<Method> {
    let (rows, columns) = (120_000, 30);
    let x = |from: usize, count: usize| {
        Matrix::of(count, columns, |i, j| noise(((from + i) * columns + j) as u64))
    };
    let (train, test) = (x(0, 100_000), x(100_000, 20_000));
    let class = |row: &[f64], place: usize| {
        let score = row[0] * row[1] + row[2].sin() * 2.0 + (row[3] - 0.5 * row[4]).abs() - row[5];
        1.0 / (1.0 + (1.0 - score).exp()) > uniform((1 << 41) + place as u64)
    };
    let classes = |x: &Matrix, from: usize| -> Vec<bool> {
        (0..x.rows()).map(|i| class(x.row(i), from + i)).collect()
    };
    let (y, truth) = (classes(&train, 0), classes(&test, rows - 20_000));
    let y: Vec<f64> = y.into_iter().map(|class| f64::from(u8::from(class))).collect();
    let spec = GradientBoosting::new(Objective::Logistic);
    Ok(Box::new(move || Ok(roc_auc(&spec.fit(&train, &y)?.predict(&test)?, &truth)?)))
}

/// The customers of the record shop where their file is, else as many that are drawn.
fn customers() -> Outcome<RfmSummary> {
    let name = "data/customers/cdnow_customers_summary_with_transactions.csv";
    if let Some(path) = data(name) {
        let columns = SummaryColumns::new("ID", "x", "t_x", "T").mean_spend("zbar");
        return Ok(RfmSummary::from_table(&Table::read(path)?, &columns, Unit::Week)?);
    }
    let one = |i: u64| {
        let draw = |of: u64| uniform(1000 * i + of);
        let (rate, leaves, age) = (-0.15 * draw(0).ln(), draw(1).powi(2), 27.0 + 12.0 * draw(2));
        let (mut frequency, mut recency) = (0, 0.0);
        for buy in 0..200 {
            let next = recency - draw(10 + 2 * buy).ln() / rate;
            if next > age {
                break;
            }
            (frequency, recency) = (frequency + 1, next);
            if draw(11 + 2 * buy) < leaves {
                break;
            }
        }
        let mean_spend = if frequency > 0 { 35.0 * (0.5 * noise(i)).exp() } else { 0.0 };
        CustomerSummary { customer: i.to_string(), frequency, recency, age, mean_spend }
    };
    Ok(RfmSummary::of(Unit::Week, (0..2357).map(one).collect())?)
}

/// Both models with standard errors, and every customer's value over a year.
fn value(customers: &RfmSummary) -> Outcome<f64> {
    let purchases = PurchaseModel::BgNbd.fit(customers)?;
    let spend = GammaGamma.fit(customers)?;
    let year = ValueHorizon::new(12, Months(1.0)).discount_rate(0.01);
    Ok(year.value(&purchases, &spend, customers)?.total())
}

/// 10,000 journeys of up to six touches over twelve channels.
fn journeys() -> Outcome<Journeys> {
    let mut journeys = Journeys::new();
    for i in 0..10_000 {
        let draw = |of: u64| uniform(16 * i + of);
        let touches = 1 + (draw(0) * 6.0) as u64;
        let path: Vec<String> =
            (0..touches).map(|at| format!("channel {}", (draw(2 + at) * 12.0) as u64)).collect();
        let won = u64::from(draw(1) < 0.1);
        journeys.add(&path, won, 1 - won)?;
    }
    Ok(journeys)
}

fn credits(journeys: &Journeys) -> Outcome<f64> {
    let markov = Attribution::Markov { order: 1 }.fit(journeys)?;
    let shapley = Attribution::Shapley { game: Game::ConversionRate }.fit(journeys)?;
    Ok(markov.total_conversions() + shapley.total_conversions())
}

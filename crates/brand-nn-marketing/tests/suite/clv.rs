//! Customer value against published numbers, laws of probability, and hostile histories.

use brand_nn_marketing::clv::{
    BgBb, ChurnCurve, FittedBgBb, FittedGammaGamma, FittedPurchases, GammaGamma, NeuralValue,
    Opportunities, PurchaseModel, ShiftedBetaGeometric, Tracking, ValueHorizon,
};
use brand_nn_marketing::data::{
    Cleaning, CustomerSummary, RfmSummary, SummaryColumns, Transaction, TransactionLog,
};
use brand_nn_marketing::{Days, Parameters, Unit, Weeks};
use brand_nn_stats::distribution::{Distribution, Normal, Uniform};
use brand_nn_stats::metrics::normalized_gini;
use brand_nn_tensor::check::data;
use brand_nn_train::{Date, Table, TableReader};
use proptest::prelude::*;

const MODELS: [PurchaseModel; 3] =
    [PurchaseModel::BgNbd, PurchaseModel::MbgNbd, PurchaseModel::ParetoNbd];

fn cdnow() -> Option<RfmSummary> {
    let table = Table::read(data("data/customers/cdnow_customers_summary.csv")?).unwrap();
    let columns = SummaryColumns::new("ID", "frequency", "recency", "T");
    Some(RfmSummary::from_table(&table, &columns, Unit::Week).unwrap())
}

fn cdnow_with_spend() -> Option<RfmSummary> {
    let path = data("data/customers/cdnow_customers_summary_with_transactions.csv")?;
    let columns = SummaryColumns::new("ID", "x", "t_x", "T").mean_spend("zbar");
    Some(RfmSummary::from_table(&Table::read(path).unwrap(), &columns, Unit::Week).unwrap())
}

fn customer(frequency: u64, recency: f64, age: f64) -> CustomerSummary {
    CustomerSummary { customer: "c".into(), frequency, recency, age, mean_spend: 0.0 }
}

#[track_caller]
fn near(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{got}, expected {expected}");
}

#[track_caller]
fn check(parameters: &Parameters, values: &[f64], errors: &[f64], log_likelihood: f64) {
    for (got, expected) in parameters.iter().zip(values) {
        let tolerance = 1e-3_f64.max(5e-4 * if *expected > 5.0 { 2.0 } else { 1.0 });
        near(got.value, *expected, tolerance);
    }
    for (got, expected) in parameters.iter().zip(errors) {
        near(got.standard_error, *expected, 1e-3 * expected.max(0.1));
        assert!(got.lower < got.value && got.value < got.upper, "{got:?}");
    }
    near(parameters.estimate().unwrap().log_likelihood, log_likelihood, 0.01);
}

#[test]
fn bg_nbd_of_cdnow_is_the_published_one() {
    let Some(summary) = cdnow() else { return };
    let fitted = PurchaseModel::BgNbd.fit(&summary).unwrap();
    let errors = [0.012557, 0.378221, 0.185719, 0.705345];
    check(fitted.parameters(), &[0.242593, 4.413532, 0.792886, 2.425752], &errors, -9582.4256);
    near(fitted.expected_purchases(&customer(2, 30.43, 38.86), Weeks(39.0)), 1.226, 5e-4);
    let days = [(0.1429, 0.0078), (1.0, 0.0532), (3.0, 0.1506), (31.8571, 1.0405), (32.0, 1.0437)];
    for (weeks, expected) in days.into_iter().chain([(78.0, 1.8576)]) {
        near(fitted.expected_purchases_of_new(Weeks(weeks)), expected, 5e-4);
    }
    let published = FittedPurchases::with_parameters(
        PurchaseModel::BgNbd,
        Unit::Week,
        &[0.243, 4.414, 0.793, 2.426],
    );
    near(published.unwrap().chance_of_purchases(0, Weeks(39.0)), 0.573_786_4, 5e-8);
}

#[test]
fn the_other_models_of_cdnow_are_the_published_ones() {
    let Some(summary) = cdnow() else { return };
    let pareto = PurchaseModel::ParetoNbd.fit(&summary).unwrap();
    check(pareto.parameters(), &[0.5533, 10.578, 0.6062, 11.668], &[], -9594.974);
    let modified = PurchaseModel::MbgNbd.fit(&summary).unwrap();
    check(modified.parameters(), &[0.5248, 6.1830, 0.8914, 1.6140], &[], -9582.1327);
    let best =
        MODELS.map(|model| model.fit(&summary).unwrap().parameters().estimate().unwrap().akaike());
    assert!(best[1] < best[0] && best[0] < best[2], "{best:?}");
}

#[test]
fn pareto_nbd_stays_finite_where_it_is_hard() {
    let known = |values: &[f64; 4]| {
        FittedPurchases::with_parameters(PurchaseModel::ParetoNbd, Unit::Week, values).unwrap()
    };
    let alive = known(&[0.5534, 10.5802, 0.6061, 11.6562]).alive(&customer(26, 30.86, 31.0));
    near(alive, 0.9979, 5e-5);
    let model = known(&[0.55, 10.58, 0.61, 11.67]);
    let expected = |x| model.expected_purchases(&customer(x, 200.0, 200.0), Weeks(10.0));
    near(expected(132), 6.206_051_788_96, 1e-9);
    near(expected(133), 6.252_872_247_57, 1e-9);
}

#[test]
fn bg_bb_of_donors_is_the_published_one() {
    let Some(path) = data("data/customers/donations.csv") else { return };
    let names = ["frequency", "recency", "periods", "weights"];
    let donors = Opportunities::from_table(&Table::read(path).unwrap(), names).unwrap();
    let fitted = BgBb.fit(&donors).unwrap();
    check(fitted.parameters(), &[1.2035, 0.7497, 0.6567, 2.7834], &[], -33225.581);
    let history =
        |frequency, recency| Opportunities { frequency, recency, periods: 6, customers: 1 };
    for (x, t, expected) in [(0, 0, 0.108), (2, 4, 0.590), (6, 6, 0.930)] {
        near(fitted.alive(&history(x, t)).unwrap(), expected, 5.1e-4);
    }
    // The next five years, from the paper's table 7: 0.07 for (0, 0), 3.75 for (6, 6).
    near(fitted.expected_purchases(&history(0, 0), 5).unwrap(), 0.07, 5e-3);
    near(fitted.expected_purchases(&history(6, 6), 5).unwrap(), 3.75, 5e-3);
    assert!(fitted.report(6).to_html().contains("<svg"));
}

#[test]
fn gamma_gamma_of_cdnow_is_the_published_one() {
    let Some(summary) = cdnow_with_spend() else { return };
    let fitted = GammaGamma.fit(&summary).unwrap();
    check(fitted.parameters(), &[6.24880, 3.74459, 15.44775], &[], -4055.9232);
    let spends = [24.6586, 18.9115, 35.1710, 35.1710, 35.1710];
    for (customer, expected) in summary.customers().iter().zip(spends) {
        near(fitted.expected_spend(customer), expected, 2e-4);
    }
    let page = fitted.report(&summary);
    assert!(page.all_findings().any(|finding| finding.claim.contains("hardly depends")));
}

#[test]
fn value_of_the_first_ten_customers() {
    let Some(summary) = cdnow_with_spend() else { return };
    let purchases = PurchaseModel::BgNbd.fit(&summary).unwrap();
    let spend = GammaGamma.fit(&summary).unwrap();
    let value = |weeks: f64| {
        let horizon = ValueHorizon::new(12, Weeks(weeks)).discount_rate(0.01);
        horizon.value(&purchases, &spend, &summary).unwrap()
    };
    let months =
        [36.2785, 4.6375, 8.3441, 8.3441, 8.3441, 283.5236, 6.8814, 8.3441, 43.3536, 8.3441];
    let values = value(4.345);
    for (customer, expected) in values.customers().iter().zip(months) {
        near(customer.value, expected, 2e-5 * expected + 1e-4);
    }
    // Each week taken for a day, as a well-known package does.
    let long =
        [140.0962, 18.9435, 38.1806, 38.1806, 38.1806, 1003.8682, 28.1097, 38.1806, 167.4182];
    for (customer, expected) in value(30.0).customers().iter().zip(long) {
        near(customer.value, expected, 2e-5 * expected + 1e-4);
    }
    near(values.total(), values.customers().iter().map(|c| c.value).sum(), 1e-9);
    assert!(values.share_of_best(0.2).unwrap() > 0.5 && values.share_of_best(1.5).is_err());
    let page = values.report();
    assert!(page.to_markdown().contains("A fifth of the customers holds"));
}

#[test]
fn contracts_are_the_published_ones() {
    let curve = ChurnCurve::new(&[1000, 631, 468, 382, 326, 289, 262, 241]).unwrap();
    let fitted = ShiftedBetaGeometric.fit(&curve).unwrap();
    check(fitted.parameters(), &[0.704077, 1.182043], &[], -1680.265);
    // The next five years as they were then seen; the model foretells them to a third of a point.
    for (renewals, expected) in (8..).zip([0.223, 0.207, 0.194, 0.183, 0.173]) {
        near(fitted.survival(renewals), expected, 3.5e-3);
    }
    // The same customers one by one: who left at renewal t, who was seen to stay through 7.
    let lost = [369, 163, 86, 56, 37, 27, 21];
    let left = (1_u64..).zip(lost).flat_map(|(t, count)| vec![(t, true); count]);
    let stayed = vec![(7, false); 241];
    let same = ChurnCurve::of_customers(left.chain(stayed)).unwrap();
    assert_eq!(same, curve);
    near(curve.survival()[7], 0.241, 1e-12);
    // Without discount, expected renewals are the sum of conditional survival.
    let direct: f64 = (1..=20).map(|k| fitted.survival(3 + k) / fitted.survival(3)).sum();
    near(fitted.expected_renewals(3, 20, 0.0).unwrap(), direct, 1e-12);
    assert!(fitted.expected_renewals(3, 20, 0.1).unwrap() < direct);
    assert!(fitted.report().to_markdown().contains("Retention rises"));
}

fn cdnow_log() -> Option<TransactionLog> {
    let text = std::fs::read_to_string(data("data/customers/CDNOW_sample.txt")?).unwrap();
    let row = |line: &str| {
        let mut words = line.split_whitespace();
        let customer = words.nth(1).unwrap().to_owned();
        let date: Date = words.next().unwrap().parse().unwrap();
        Transaction { customer, date, spend: words.nth(1).unwrap().parse().unwrap() }
    };
    Some(TransactionLog::new(text.lines().map(row), &Cleaning::default()).unwrap())
}

#[test]
fn the_summary_of_the_log_is_the_published_one() {
    let (Some(log), Some(published)) = (cdnow_log(), cdnow_with_spend()) else { return };
    let summary = RfmSummary::new(&log, Unit::Week, "1997-09-30".parse().unwrap()).unwrap();
    assert_eq!(summary.customers().len(), 2357);
    for (ours, theirs) in summary.customers().iter().zip(published.customers()) {
        assert_eq!(ours.frequency, theirs.frequency, "{ours:?} {theirs:?}");
        near(ours.recency, theirs.recency, 0.0051);
        near(ours.age, theirs.age, 0.0051);
        near(ours.mean_spend, theirs.mean_spend, 0.0051);
    }
}

#[test]
fn the_holdout_is_foretold() {
    let Some(log) = cdnow_log() else { return };
    let (end, last) = ("1997-09-30".parse().unwrap(), "1998-06-30".parse().unwrap());
    let holdout = RfmSummary::with_holdout(&log, Unit::Week, end, last).unwrap();
    assert_eq!(holdout.duration, Weeks(39.0).into());
    for (model, most) in MODELS.into_iter().zip([0.05, 0.08, 0.05]) {
        let fitted = model.fit(&holdout.calibration).unwrap();
        let tracking = Tracking::new(&fitted, &log, &holdout, Weeks(1.0)).unwrap();
        assert!(tracking.error().abs() < most, "{}: {}", model.name(), tracking.error());
        assert!((tracking.calibration_end - 38.857).abs() < 0.01);
        let total: f64 = tracking.by_frequency.iter().map(|row| row[0]).sum();
        assert_eq!(total, 2357.0);
        assert!(tracking.report().to_html().matches("<svg").count() >= 2);
    }
}

#[test]
fn units_are_converted_and_not_mistaken() {
    let in_days = |unit: Unit, scale: f64| {
        let row = |i: u32| {
            let x = u64::from(i % 4);
            customer(x, x as f64 * f64::from(3 + i % 4) * scale, f64::from(20 + i % 13) * scale)
        };
        let summary = RfmSummary::of(unit, (0..200).map(row).collect()).unwrap();
        PurchaseModel::BgNbd.fit(&summary).unwrap()
    };
    let (weeks, days) = (in_days(Unit::Week, 1.0), in_days(Unit::Day, 7.0));
    near(
        weeks.expected_purchases_of_new(Weeks(10.0)),
        days.expected_purchases_of_new(Days(70.0)),
        1e-4,
    );
    near(
        weeks.parameters().get("alpha").unwrap().value * 7.0,
        days.parameters().get("alpha").unwrap().value,
        0.02 * days.parameters().get("alpha").unwrap().value,
    );
}

#[test]
fn chances_of_new_customers_add_up() {
    for (model, p) in MODELS.into_iter().zip([
        [0.25, 4.0, 0.8, 2.4],
        [0.5, 6.0, 0.9, 1.6],
        [0.55, 10.6, 0.6, 11.7],
    ]) {
        let fitted = FittedPurchases::with_parameters(model, Unit::Week, &p).unwrap();
        let chance: Vec<_> = (0..400).map(|n| fitted.chance_of_purchases(n, Weeks(20.0))).collect();
        near(chance.iter().sum(), 1.0, 1e-6);
        let mean: f64 = chance.iter().enumerate().map(|(n, chance)| n as f64 * chance).sum();
        near(mean, fitted.expected_purchases_of_new(Weeks(20.0)), 1e-4);
        assert_eq!(fitted.chance_of_purchases(0, Weeks(0.0)).round(), 1.0);
    }
}

/// Customers drawn from a BG/NBD world: rates, chances to leave, ages of 20 to 60 weeks.
fn drawn(n: u64, [r, alpha, a, b]: [f64; 4]) -> RfmSummary {
    use brand_nn_stats::distribution::{Beta, Gamma};
    let rates = Gamma::new(r, alpha).unwrap().sample(1, n as usize);
    let leaving = Beta::new(a, b).unwrap().sample(2, n as usize);
    let one = |i: usize| {
        let draws = Uniform::new(0.0, 1.0).unwrap().sample(1000 + i as u64, 400);
        let age = 20.0 + (i % 41) as f64;
        let (mut time, mut last, mut x) = (0.0, 0.0, 0);
        for pair in draws.chunks(2) {
            time -= pair[0].ln() / rates[i];
            if time > age {
                break;
            }
            (last, x) = (time, x + 1);
            if pair[1] < leaving[i] {
                break;
            }
        }
        customer(x, last, age)
    };
    RfmSummary::of(Unit::Week, (0..n as usize).map(one).collect()).unwrap()
}

#[test]
fn planted_parameters_are_found_again() {
    let truth = [0.6, 5.0, 1.2, 3.0];
    let fitted = PurchaseModel::BgNbd.fit(&drawn(4000, truth)).unwrap();
    for (parameter, truth) in fitted.parameters().iter().zip(truth) {
        let away = (parameter.value - truth).abs() / parameter.standard_error;
        assert!(away < 3.0, "{parameter:?} is {away} errors from {truth}");
    }
}

/// Customers who buy with a chance by `visits` and `plan`, amounts by `size`; and their true value.
fn buyers(seed: u64, n: usize) -> (Table, Vec<f64>) {
    let [visits, size, noise] =
        [0, 1, 2].map(|i| Normal::new(0.0, 1.0).unwrap().sample(10 * seed + i, n));
    let coins = Uniform::new(0.0, 1.0).unwrap().sample(10 * seed + 3, n);
    let (mut csv, mut truth) = ("id,visits,size,plan,spend\n".to_owned(), Vec::new());
    for i in 0..n {
        let (plan, lift) = [("basic", -1.5), ("plus", 0.5)][i % 2];
        let chance = 1.0 / (1.0 + (-(visits[i] + lift)).exp());
        let spend = (3.0 + 0.6 * size[i] + 0.5 * noise[i]).exp();
        let spend = if coins[i] < chance { spend } else { 0.0 };
        csv += &format!("c{i},{},{},{plan},{spend}\n", visits[i], size[i]);
        truth.push(chance * (3.0 + 0.6 * size[i] + 0.125).exp());
    }
    (TableReader::new().read_bytes(csv.as_bytes()).unwrap(), truth)
}

#[test]
fn a_network_finds_planted_values() {
    let ((train, _), (test, truth)) = (buyers(1, 2500), buyers(2, 1500));
    let model = NeuralValue::new("spend").without(["id"]).hidden([16]).epochs(20);
    let fitted = model.fit(&train, 42).unwrap();
    let forecasts = fitted.predict(&test).unwrap();
    let values: Vec<f64> = forecasts.iter().map(|of| of.value).collect();
    // As well as who knows the truth, up to what 2,500 customers can tell.
    let scores = fitted.evaluate(&test).unwrap();
    let spent: Vec<f64> = test.numbers("spend").unwrap().into_iter().flatten().collect();
    let best = normalized_gini(&truth, &spent).unwrap();
    assert!(scores.normalized_gini > best - 0.03, "{scores:?}, the truth has {best}");
    assert!(scores.bias.abs() < 0.12, "{scores:?}");
    let errors = values.iter().zip(&truth).map(|(value, truth)| (value / truth).ln().abs());
    let error = errors.sum::<f64>() / truth.len() as f64;
    assert!(error < 0.2, "{error}");
    assert!(scores.tenths[0][1] > 4.0 * scores.tenths[9][1] && scores.tenths.len() == 10);
    assert!(scores.report().to_markdown().contains("rank customers"));
    let refused = |model: &NeuralValue, csv: &str, expected: &str| {
        let table = TableReader::new().read_bytes(csv.as_bytes()).unwrap();
        let error = model.fit(&table, 1).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nlacks: {expected}");
    };
    let plain = NeuralValue::new("spend");
    refused(&plain, "a,spend\n1,2\n2,-3\n", "customers, row 2, label: got `-3`");
    refused(&plain, "a,spend\n1,2\n2,\n", "row 2, label: got `NaN`");
    refused(&plain, "a,spend\n1,2\n2,0\n", "fewer than two customers");
    refused(&plain, "spend\n1\n2\n", "no column is left");
    refused(&plain.clone().hidden([0]), "a,spend\n1,2\n2,3\n", "hidden is 0");
    refused(&plain.epochs(0), "a,spend\n1,2\n2,3\n", "help");
}

#[test]
fn what_has_no_answer_is_refused() {
    let refused = |result: Result<FittedPurchases, _>, expected: &str| {
        let error: brand_nn_marketing::Error = result.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}\nlacks: {expected}");
    };
    let of = |customers| RfmSummary::of(Unit::Week, customers);
    let silent = of((0..50).map(|_| customer(0, 0.0, 30.0)).collect()).unwrap();
    for model in MODELS {
        refused(model.fit(&silent), "no customer bought again");
        refused(FittedPurchases::with_parameters(model, Unit::Day, &[1.0]), "missing values is 3");
        refused(
            FittedPurchases::with_parameters(model, Unit::Day, &[1.0, 2.0, -1.0, 1.0]),
            "above 0",
        );
    }
    for (wrong, expected) in [
        (customer(1, 40.0, 30.0), "at most the age"),
        (customer(0, 4.0, 30.0), "0 exactly where frequency is 0"),
        (customer(3, 0.0, 30.0), "0 exactly where frequency is 0"),
        (customer(1, f64::NAN, 30.0), "recency: got `NaN`"),
        (customer(1, 1.0, f64::INFINITY), "age: got `inf`"),
    ] {
        let error = of(vec![customer(0, 0.0, 1.0), wrong]).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("row 2"), "{error}");
    }
    assert!(of(vec![]).is_err() && GammaGamma.fit(&silent).is_err());
    let free = CustomerSummary { mean_spend: 0.0, ..customer(2, 3.0, 5.0) };
    let error = GammaGamma.fit(&of(vec![free.clone(), free]).unwrap()).unwrap_err().to_string();
    assert!(error.contains("row 1, mean spend: got `0`"), "{error}");
    assert!(ChurnCurve::new(&[10]).is_err() && ChurnCurve::new(&[10, 11]).is_err());
    assert!(ShiftedBetaGeometric.fit(&ChurnCurve::new(&[9, 9, 9]).unwrap()).is_err());
    assert!(ShiftedBetaGeometric.fit(&ChurnCurve::new(&[9, 0]).unwrap()).is_err());
    let occasions =
        |frequency, recency, periods| Opportunities { frequency, recency, periods, customers: 3 };
    for wrong in
        [occasions(1, 7, 6), occasions(4, 3, 6), occasions(0, 3, 6), occasions(0, 0, 99_999)]
    {
        assert!(BgBb.fit(&[wrong]).is_err(), "{wrong:?}");
    }
    assert!(BgBb.fit(&[]).is_err() && BgBb.fit(&[occasions(0, 0, 6)]).is_err());
    let spend = FittedGammaGamma::with_parameters(6.0, 0.5, 15.0).unwrap();
    let model =
        FittedPurchases::with_parameters(PurchaseModel::BgNbd, Unit::Week, &[1.0; 4]).unwrap();
    let horizon = ValueHorizon::new(12, Weeks(4.0));
    assert!(horizon.value(&model, &spend, &silent).is_err(), "a spend without mean");
    let spend = FittedGammaGamma::with_parameters(6.0, 3.5, 15.0).unwrap();
    assert!(ValueHorizon::new(0, Weeks(4.0)).value(&model, &spend, &silent).is_err());
    assert!(ValueHorizon::new(3, Weeks(0.0)).value(&model, &spend, &silent).is_err());
    assert!(horizon.discount_rate(-1.0).value(&model, &spend, &silent).is_err());
    assert!(FittedBgBb::with_parameters([0.0, 1.0, 1.0, 1.0]).is_err());
}

#[test]
fn fitted_models_are_saved_and_read() {
    let model =
        FittedPurchases::with_parameters(PurchaseModel::MbgNbd, Unit::Week, &[0.5, 6.0, 0.9, 1.6]);
    let model = model.unwrap();
    let json = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<FittedPurchases>(&json).unwrap(), model);
    let fitted = PurchaseModel::BgNbd.fit(&drawn(300, [0.6, 5.0, 1.2, 3.0])).unwrap();
    let json = serde_json::to_string(&fitted).unwrap();
    assert_eq!(serde_json::from_str::<FittedPurchases>(&json).unwrap(), fitted);
    let short = json.replacen("\"values\":[", "\"values\":[], \"more\":[", 1);
    let broken = serde_json::from_str::<FittedPurchases>(&short).unwrap();
    assert!(broken.alive(&customer(1, 2.0, 3.0)).is_nan(), "what is missing is not made up");
    assert!(fitted.report(Weeks(30.0), 12).to_html().matches("<svg").count() >= 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_history_has_a_chance_and_no_purchases_below_zero(
        p in prop::array::uniform4(0.01_f64..30.0),
        x in 0_u64..400,
        age in 0.0_f64..500.0,
        share in 0.0_f64..=1.0,
        t in 0.0_f64..200.0,
    ) {
        let recency = if x == 0 { 0.0 } else { age * share };
        for model in MODELS {
            let fitted = FittedPurchases::with_parameters(model, Unit::Week, &p).unwrap();
            let customer = customer(x, recency, age);
            let alive = fitted.alive(&customer);
            prop_assert!((0.0..=1.0).contains(&alive), "{model:?} {alive}");
            let expected = fitted.expected_purchases(&customer, Weeks(t));
            prop_assert!(expected >= 0.0 && expected.is_finite(), "{model:?} {expected}");
            let longer = fitted.expected_purchases(&customer, Weeks(t + 10.0));
            prop_assert!(longer >= expected * (1.0 - 1e-6) - 1e-6, "{model:?} {expected} {longer}");
        }
    }
}

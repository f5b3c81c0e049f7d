//! Every estimator through the public contract: same bits, safe files, no panic.

mod doors;
mod reports;

use brand_nn_marketing::attribution::{Attribution, Game, JourneyRules, Journeys, Touch, TouchLog};
use brand_nn_marketing::check;
use brand_nn_marketing::churn::{ChurnModel, Perceptron};
use brand_nn_marketing::clv::{
    BgBb, ChurnCurve, GammaGamma, NeuralValue, Opportunities, Prior, PurchaseModel,
    ShiftedBetaGeometric,
};
use brand_nn_marketing::data::{
    Cleaning, CustomerSummary, RfmSummary, Transaction, TransactionLog,
};
use brand_nn_marketing::evaluate::{Campaign, CampaignReview};
use brand_nn_marketing::experiment::{
    Arm, CausalImpact, ConversionTest, DifferenceInDifferences, GroupSequentialTest, Panel,
    SequentialTest, SyntheticControl,
};
use brand_nn_marketing::monitor::{BrandMonitor, Comment};
use brand_nn_marketing::segment::{RfmSegmentation, TableSegments};
use brand_nn_marketing::text::aspect::{Aspects, retail_lexicon};
use brand_nn_marketing::text::mention::Names;
use brand_nn_marketing::text::phrase::KeyPhrases;
use brand_nn_marketing::{Days, Unit};
use brand_nn_stats::sampler::Nuts;
use brand_nn_stats::tree::{GradientBoosting, Objective};
use brand_nn_train::{Table, TableReader};

fn customer(frequency: u64, recency: f64, age: f64, mean_spend: f64) -> CustomerSummary {
    CustomerSummary { customer: "c".into(), frequency, recency, age, mean_spend }
}

fn summary(customers: Vec<CustomerSummary>) -> RfmSummary {
    RfmSummary::of(Unit::Week, customers).unwrap()
}

/// Customers of a world where people buy at random and leave unseen.
fn customers() -> RfmSummary {
    let golden: serde_json::Value =
        serde_json::from_str(include_str!("../golden/clv.json")).unwrap();
    let number = |name: &str, i: usize| golden["data"][name][i].as_f64().unwrap();
    let one = |i: usize| {
        let [x, recency, age, spend] =
            ["frequency", "recency", "age", "spend"].map(|name| number(name, i));
        customer(x as u64, recency, age, spend)
    };
    summary((0..100).map(one).collect())
}

#[test]
fn purchase_and_spend_models() {
    let odd = [
        summary(vec![customer(0, 0.0, 0.0, 0.0)]),
        summary(vec![customer(1, 1.0, 1.0, 1.0)]),
        summary(vec![customer(9_000_000, 1e-300, 1e-300, 1e300); 3]),
        summary(vec![customer(2, 5.0, 1e12, 5.0), customer(1, 1e11, 1e12, 7.0)]),
        summary(vec![customer(3, 3.0, 9.0, -4.0)]),
    ];
    for model in [PurchaseModel::BgNbd, PurchaseModel::MbgNbd, PurchaseModel::ParetoNbd] {
        check::estimator(&model, |model, data| model.fit(data), &customers(), &odd);
    }
    check::estimator(&GammaGamma, GammaGamma::fit, &customers(), &odd);
    let priors = vec![Prior::LogNormal { median: 1.0, deviation: 1.0 }];
    let nuts = Nuts { chains: 1, warmup: 20, draws: 20, max_depth: 3, ..Nuts::new(1) };
    let of = |(model, priors): &(PurchaseModel, Vec<Prior>), data: &RfmSummary| {
        model.posterior(data, priors, nuts)
    };
    check::estimator(&(PurchaseModel::MbgNbd, priors.clone()), of, &customers(), &odd);
    let of = |priors: &Vec<Prior>, data: &RfmSummary| GammaGamma.posterior(data, priors, nuts);
    check::estimator(&priors, of, &customers(), &odd);
}

#[test]
fn occasions_and_contracts() {
    let history =
        |frequency, recency, customers| Opportunities { frequency, recency, periods: 6, customers };
    let usual = vec![history(0, 0, 340), history(1, 2, 60), history(3, 5, 40), history(6, 6, 60)];
    let odd =
        [vec![], vec![history(6, 6, 1)], vec![history(0, 0, u64::MAX)], vec![history(7, 6, 1)]];
    check::estimator(&BgBb, |model, data: &Vec<_>| model.fit(data), &usual, &odd);
    let priors = vec![Prior::LogNormal { median: 1.0, deviation: 1.0 }];
    let nuts = Nuts { chains: 1, warmup: 20, draws: 20, max_depth: 3, ..Nuts::new(1) };
    let of = |priors: &Vec<Prior>, data: &Vec<_>| BgBb.posterior(data, priors, nuts);
    check::estimator(&priors, of, &usual, &odd);
    let curve = |active: &[u64]| ChurnCurve::new(active).unwrap();
    let odd = [curve(&[0, 0]), curve(&[u64::MAX, 1, 0]), curve(&[1, 1, 1]), curve(&[2, 0])];
    let usual = curve(&[1000, 631, 468]);
    check::estimator(&ShiftedBetaGeometric, ShiftedBetaGeometric::fit, &usual, &odd);
    let of = |priors: &Vec<Prior>, data: &_| ShiftedBetaGeometric.posterior(data, priors, nuts);
    check::estimator(&priors, of, &usual, &odd);
}

#[test]
fn rules_of_attribution() {
    let journeys = |paths: &[(&[&str], u64, u64)]| {
        let mut journeys = Journeys::new();
        for (path, won, lost) in paths {
            journeys.add(*path, *won, *lost).unwrap();
        }
        journeys
    };
    let usual = journeys(&[(&["a", "b"], 3, 2), (&["b", "c", "a"], 2, 9), (&["c"], 1, 4)]);
    let odd = [
        journeys(&[]),
        journeys(&[(&["a"], 0, 1)]),
        journeys(&[(&["a"; 300], 1, 0)]),
        journeys(&[(&["a"], u64::MAX, u64::MAX), (&["b"], u64::MAX, 0)]),
    ];
    for rule in [
        Attribution::First,
        Attribution::Last,
        Attribution::Linear,
        Attribution::Position { first: 0.4, last: 0.4 },
        Attribution::Markov { order: 2 },
        Attribution::Shapley { game: Game::Conversions },
        Attribution::Shapley { game: Game::ConversionRate },
    ] {
        check::estimator(&rule, Attribution::fit, &usual, &odd);
    }
    let mut timed = Journeys::new();
    timed.add_timed([("a", 3.0), ("b", 0.0)], Some(1.0)).unwrap();
    let decay = Attribution::TimeDecay { half_life: Days(7.0).into() };
    check::estimator(&decay, Attribution::fit, &timed, &odd);
    let touch = |at: f64| Touch::new("ann", Days(at), "mail");
    let log = |touches: Vec<Touch>| TouchLog::new(touches).unwrap();
    let usual = log(vec![touch(0.0), touch(3.0).converts(9.0)]);
    let odd = [
        log(vec![touch(0.0)]),
        log(vec![Touch::new("ann", Days(0.0), "").converts(0.0)]),
        log(vec![touch(f64::MAX).converts(1e308), touch(-f64::MAX).converts(1e308)]),
    ];
    let fit = |rules: &JourneyRules, log: &TouchLog| Attribution::Linear.fit(&rules.journeys(log)?);
    check::estimator(&JourneyRules::default().look_back(Days(30.0)), fit, &usual, &odd);
}

fn table(csv: &str) -> Table {
    TableReader::new().read_bytes(csv.as_bytes()).unwrap()
}

#[test]
fn segments_and_churn() {
    let log = |rows: &[(&str, &str, f64)]| {
        let buy = |&(who, day, spend): &(&str, &str, f64)| Transaction {
            customer: who.into(),
            date: day.parse().unwrap(),
            spend,
        };
        TransactionLog::new(rows.iter().map(buy), &Cleaning::default()).unwrap()
    };
    let usual =
        log(&[("a", "2024-01-01", 3.0), ("a", "2024-03-01", 4.0), ("b", "2024-02-01", 9.0)]);
    let odd = [log(&[("a", "2025-01-01", 1.0)]), log(&[("a", "0001-01-01", f64::MAX); 2])];
    let rfm = RfmSegmentation::new("2024-04-01".parse().unwrap());
    check::estimator(&rfm, RfmSegmentation::fit, &usual, &odd);

    let rows: String =
        (0..40).map(|i| format!("{},{},{}\n", i % 5, i / 20, ["No", "Yes"][i % 7 / 4])).collect();
    let usual = table(&format!("visits,big,left\n{rows}"));
    let odd = [
        table("visits,big,left\n1,2,Yes\n").rows(&[]).unwrap(),
        table("visits,big,left\n1,2,Yes\n"),
        table("visits,big,left\n1,2,Yes\n1,2,No\n"),
        table("visits,big,left\n1e300,2,Yes\n-1e300,2,No\n3,4,No\n"),
        table("visits,big,left\n,2,Yes\n,2,No\n,,\n"),
        table("other\nx\ny\n"),
    ];
    check::estimator(&TableSegments::new(2, 1), TableSegments::fit, &usual, &odd);
    let churn = ChurnModel::new("left", "Yes");
    check::estimator(&churn, ChurnModel::fit, &usual, &odd);
    let trees = GradientBoosting { max_trees: 3, ..GradientBoosting::new(Objective::Logistic) };
    check::estimator(&churn.clone().boosted(trees), ChurnModel::fit, &usual, &odd);
    let network = Perceptron { hidden: vec![3, 2], epochs: 2, ..Perceptron::new(1) };
    check::estimator(&churn.neural(network), ChurnModel::fit, &usual, &odd);
    let neural = NeuralValue::new("visits").hidden([4]).epochs(2);
    check::estimator(&neural, |model, table| model.fit(table, 1), &usual, &odd);
}

#[test]
fn experiments_and_campaigns() {
    let usual = vec![Arm::new("a", 20, 400), Arm::new("b", 25, 400)];
    let odd = [vec![], vec![Arm::new("a", 0, 1); 2], vec![Arm::new("a", 9, 1); 2]];
    let test = ConversionTest::default();
    check::estimator(&test, |test, arms: &Vec<_>| test.analyze(arms), &usual, &odd);
    let looks = |won: u64, all: u64| vec![[Arm::new("a", won, all), Arm::new("b", 2 * won, all)]];
    let odd = [vec![], looks(0, 0), looks(0, 9), looks(9, 9), looks(1, u64::MAX / 2)];
    let test = GroupSequentialTest::new(2000);
    check::estimator(&test, |test, looks: &Vec<_>| test.analyze(looks), &looks(30, 400), &odd);
    let daily = SequentialTest::default();
    let odd = [odd, [vec![], looks(9, 1), looks(1, 1), looks(2, u64::MAX), vec![]]].concat();
    check::estimator(&daily, |test, looks: &Vec<_>| test.analyze(looks), &looks(30, 400), &odd);
    let campaign = |spend| Campaign::new("m", spend).impressions(9000).clicks(80).conversions(6);
    let odd =
        [vec![], vec![campaign(-1.0)], vec![campaign(f64::NAN)], vec![Campaign::new("", 0.0)]];
    let review = CampaignReview::default();
    let usual = vec![campaign(50.0).revenue(700.0)];
    check::estimator(&review, |review, data: &Vec<_>| review.review(data), &usual, &odd);
}

#[test]
fn panels() {
    let wave = |scale: f64, turn: usize| -> Vec<f64> {
        (0..18).map(|t| scale * ((t * (11 + turn)) % 7) as f64 + 3.0 * (t % 3) as f64).collect()
    };
    let panel = |scale: f64| {
        let panel = Panel::new(12).treated("a", wave(scale, 0)).treated("b", wave(scale, 2));
        panel.control("c", wave(scale, 4)).control("d", wave(scale, 5))
    };
    let flat = Panel::new(12).treated("a", [1.0; 18]).control("b", [1.0; 18]);
    let odd = [
        Panel::new(0),
        flat.clone(),
        flat.control("c", wave(1.0, 3)).control("d", [f64::NAN; 18]),
        panel(1e300),
        panel(1e-300),
        Panel::new(12).treated("a", wave(1.0, 1)).control("b", [2.0; 18]),
    ];
    let impact = CausalImpact::default();
    check::estimator(&impact, |impact, panel| impact.fit(panel, 1), &panel(1.0), &odd);
    let differences = DifferenceInDifferences::default();
    check::estimator(&differences, DifferenceInDifferences::fit, &panel(1.0), &odd);
    check::estimator(&SyntheticControl, SyntheticControl::fit, &panel(1.0), &odd);
}

#[test]
fn what_people_write() {
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let usual = texts(&["Acme: great price", "slow delivery", "艾克美，快递太慢", "great price"]);
    let long = "价格太贵。".repeat(10_000);
    let odd = [texts(&[]), texts(&[""]), texts(&["😁", "\u{202e}"]), texts(&[&*long; 2])];
    let names = Names::new().name("Acme", ["艾克美"]).unwrap();
    check::estimator(&names, |names, data: &Vec<_>| names.count(data), &usual, &odd);
    let lexicon = retail_lexicon();
    let fit = |aspects: &Aspects, data: &Vec<_>| aspects.fit(data, &lexicon);
    check::estimator(&Aspects::retail(), fit, &usual, &odd);
    let phrases = KeyPhrases::new().min_texts(2);
    check::estimator(&phrases, |phrases, data: &Vec<_>| phrases.fit(data), &usual, &odd);

    let comments = |texts: &Vec<String>| {
        let day = |i: usize| format!("{:04}-01-01", 1 + i * 9998);
        let comment = |(i, text): (usize, &String)| Comment::new(text).day(&day(i % 2)).unwrap();
        texts.iter().enumerate().map(comment).collect::<Vec<_>>()
    };
    let monitor = BrandMonitor::new(1).names(names);
    let fit = |monitor: &BrandMonitor, data: &Vec<_>| monitor.fit(data, &lexicon);
    check::estimator(&monitor, fit, &comments(&usual), &odd.map(|texts| comments(&texts)));
}

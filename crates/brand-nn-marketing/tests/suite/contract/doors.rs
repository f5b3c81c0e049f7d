//! Whatever comes through a door: an answer, or an error that names a fix; never a panic.

use crate::contract::table;
use brand_nn_marketing::attribution::{Attribution, Game, Journeys, PathColumns};
use brand_nn_marketing::churn::{ChurnModel, Perceptron, TenureColumns, TenureCurves};
use brand_nn_marketing::clv::{
    BgBb, ChurnCurve, GammaGamma, NeuralValue, Opportunities, PurchaseModel, ShiftedBetaGeometric,
    ValueHorizon,
};
use brand_nn_marketing::data::{
    Cleaning, CustomerSummary, RfmSummary, SummaryColumns, TransactionColumns, TransactionLog,
};
use brand_nn_marketing::evaluate::{Campaign, CampaignReview};
use brand_nn_marketing::experiment::{
    Arm, CausalImpact, ConversionTest, DifferenceInDifferences, ExperimentPlan,
    GroupSequentialTest, Measured, Panel, SequentialTest, SyntheticControl, ValueTest,
};
use brand_nn_marketing::segment::{RfmSegmentation, TableSegments};
use brand_nn_marketing::{Days, Error, Resampling, Unit, Weeks};
use brand_nn_stats::tree::{GradientBoosting, Objective};
use proptest::prelude::*;

/// The answer if there is one; an error must name a fix.
#[track_caller]
fn answer<T>(result: Result<T, Error>) -> Option<T> {
    result.map_err(|error| assert!(error.to_string().contains("; help: "), "{error}")).ok()
}

/// Numbers that people bring: usual ones, and now and then one that can't be.
fn number() -> impl Strategy<Value = f64> {
    let edges = [0.0, -0.0, -3.0, 1e300, -1e300, 1e-300, f64::NAN, f64::INFINITY];
    prop_oneof![60 => 0.0_f64..60.0, 1 => prop::sample::select(edges.to_vec())]
}

fn count() -> impl Strategy<Value = u64> {
    let edges = [0, 1, u64::MAX, u64::MAX / 2, 1 << 53];
    prop_oneof![20 => 0_u64..200, 1 => prop::sample::select(edges.to_vec())]
}

/// A cell of a file: mostly a number or a word, or nothing.
fn cell() -> impl Strategy<Value = String> {
    let odd = ["", "NaN", "-1", "1e300", "Yes", "No", "a > b", ">", "2024-02-30", "2024-02-03"];
    prop_oneof![
        50 => (0_u32..9).prop_map(|x| x.to_string()),
        1 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
    ]
}

/// A file of four columns, the last of which says Yes or No.
fn file(rows: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let row = (
        cell(),
        cell(),
        cell(),
        prop_oneof![
            40 => prop::sample::select(vec!["Yes", "No", "No"]),
            1 => Just(""),
        ],
    );
    prop::collection::vec(row, rows).prop_map(|rows| {
        let lines = rows.into_iter().map(|(a, b, c, left)| format!("{a},{b},{c},{left}\n"));
        "a,b,c,left\n".to_owned() + &lines.collect::<String>()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tables_of_anything(csv in file(1..24)) {
        let (table, few) = (table(&csv), Resampling { resamples: 10, ..Resampling::new(1) });
        let trees = GradientBoosting { max_trees: 3, ..GradientBoosting::new(Objective::Logistic) };
        let network = Perceptron { hidden: vec![3], epochs: 1, ..Perceptron::new(1) };
        let churn = ChurnModel::new("left", "Yes");
        for churn in [churn.clone(), churn.clone().boosted(trees), churn.neural(network)] {
            let Some(fitted) = answer(churn.fit(&table)) else { continue };
            let Some(chances) = answer(fitted.predict(&table)) else { continue };
            prop_assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
            answer(fitted.explain(&table, 0)).map(|why| why.report().to_html());
            answer(fitted.retention_list(&table, "a", &chances, 2));
            answer(fitted.evaluate(&table, few)).map(|scores| scores.report().unwrap().to_html());
            prop_assert!(fitted.report().to_html().contains("</html>"));
        }
        answer(TenureCurves::new(&table, &TenureColumns::new("a", "left", "Yes").by("b")));
        answer(TableSegments::new(2, 1).fit(&table)).map(|fitted| fitted.report().to_html());
        answer(NeuralValue::new("a").hidden([2]).epochs(1).fit(&table, 1));
        let columns = SummaryColumns::new("left", "a", "b", "c").mean_spend("c");
        answer(RfmSummary::from_table(&table, &columns, Unit::Week));
        answer(Opportunities::from_table(&table, ["a", "b", "c", "a"]))
            .map(|histories| answer(BgBb.fit(&histories)));
        let columns = PathColumns::new("a", "b").nulls("c").value("b");
        answer(Journeys::from_table(&table, &columns)).map(|journeys| journeys.report().to_html());
        let columns = TransactionColumns::new("a", "b").spend("c");
        answer(TransactionLog::from_table(&table, &columns, &Cleaning::default()));
    }

    #[test]
    fn counts_of_anything(
        arms in prop::collection::vec((count(), count()), 0..5),
        money in prop::collection::vec((number(), number()), 0..4),
        settings in prop::array::uniform2(number()),
    ) {
        let all: Vec<_> = arms.iter().map(|(won, seen)| Arm::new("x", *won, *seen)).collect();
        answer(ConversionTest::default().analyze(&all)).map(|result| result.report().to_html());
        let looks: Vec<_> =
            all.windows(2).map(|pair| [pair[0].clone(), pair[1].clone()]).collect();
        answer(SequentialTest::default().report(&looks)).map(|page| page.to_html());
        answer(GroupSequentialTest::new(200).report(&looks)).map(|page| page.to_html());
        let campaign = |((spend, revenue), (a, b)): (&(f64, f64), &(u64, u64))| {
            let campaign = Campaign::new("m", *spend).revenue(*revenue);
            campaign.conversions(*a.min(b)).clicks(*a.max(b))
        };
        let campaigns: Vec<_> = money.iter().zip(&arms).map(campaign).collect();
        answer(CampaignReview::default().review(&campaigns)).map(|it| it.report().to_html());
        let [one, two] = settings;
        for plan in [ExperimentPlan::conversion(one, two), ExperimentPlan::value(one, two)] {
            answer(plan.plan(two, Days(one))).map(|planned| planned.report().to_html());
        }
        let mut journeys = Journeys::new();
        for (won, lost) in &arms {
            answer(journeys.add(["a", "b", "a"], *won % (1 << 40), *lost % (1 << 40)));
            answer(journeys.add(["b", "c"], *lost % (1 << 40), *won % (1 << 40)));
        }
        for rule in [Attribution::Markov { order: 2 }, Attribution::Shapley { game: Game::Conversions }] {
            answer(rule.fit(&journeys)).map(|credits| credits.report().to_html());
        }
    }

    #[test]
    fn measures_and_panels_of_anything(
        values in prop::collection::vec(prop::collection::vec(number(), 12), 2..5),
        days in prop::collection::vec((0_usize..4, number()), 1..12),
    ) {
        let arm = |i: usize| Measured::new("x", values[i].clone());
        let test = ValueTest::default();
        answer(test.analyze(&arm(0), &arm(1))).map(|result| result.report().to_html());
        let paired = [0, 1].map(|i| arm(i).before(values[1 - i].clone()));
        answer(test.analyze(&paired[0], &paired[1])).map(|result| result.report().to_html());
        let panel = Panel::new(9).treated("t", values[0].clone());
        let panel = values[1..].iter().fold(panel, |panel, row| panel.control("c", row.clone()));
        answer(DifferenceInDifferences::default().fit(&panel)).map(|it| it.report().to_html());
        answer(SyntheticControl.fit(&panel)).map(|it| it.report().to_html());
        let row = |(who, spend): &(usize, f64)| format!("c{who},2024-01-0{},{spend}\n", 1 + who);
        let csv = "who,day,paid\n".to_owned() + &days.iter().map(row).collect::<String>();
        let columns = TransactionColumns::new("who", "day").spend("paid");
        let log = answer(TransactionLog::from_table(&table(&csv), &columns, &Cleaning::default()));
        let today = "2024-01-09".parse().unwrap();
        log.and_then(|log| answer(RfmSegmentation::new(today).fit(&log)))
            .map(|segments| segments.report().to_html());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20, ..ProptestConfig::with_cases(6) })]

    #[test]
    fn impacts_of_anything(
        values in prop::collection::vec(prop::collection::vec(number(), 12), 2..4),
    ) {
        let panel = Panel::new(9).treated("t", values[0].clone());
        let panel = values[1..].iter().fold(panel, |panel, row| panel.control("c", row.clone()));
        answer(CausalImpact::default().fit(&panel, 1)).map(|it| it.report().to_html());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn histories_of_anybody(
        rows in prop::collection::vec((count(), number(), number(), number()), 1..12),
        active in prop::collection::vec(count(), 0..6),
        renewals in prop::collection::vec((0_u64..12, any::<bool>()), 0..9),
    ) {
        let customer = |(frequency, recency, age, mean_spend): &(u64, f64, f64, f64)| {
            let recency = if *frequency == 0 { 0.0 } else { *recency };
            let age = age.max(recency);
            CustomerSummary { customer: "c".into(), frequency: *frequency, recency, age,
                mean_spend: *mean_spend }
        };
        if let Some(summary) = answer(RfmSummary::of(Unit::Week, rows.iter().map(customer).collect())) {
            let spend = answer(GammaGamma.fit(&summary));
            for model in [PurchaseModel::BgNbd, PurchaseModel::MbgNbd] {
                let Some(fitted) = answer(model.fit(&summary)) else { continue };
                prop_assert!(fitted.report(Weeks(30.0), 5).to_html().contains("</html>"));
                let Some(spend) = &spend else { continue };
                answer(ValueHorizon::new(3, Weeks(4.0)).value(&fitted, spend, &summary))
                    .map(|values| values.report().to_html());
            }
        }
        for curve in [ChurnCurve::new(&active), ChurnCurve::of_customers(renewals)] {
            answer(curve).and_then(|curve| answer(ShiftedBetaGeometric.fit(&curve)))
                .map(|fitted| fitted.report().to_html());
        }
    }
}

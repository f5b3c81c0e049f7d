//! A report is harmless, whatever a brand, a channel, a column or a customer is called.

use crate::contract::table;
use brand_nn_marketing::attribution::{Attribution, Comparison, Journeys};
use brand_nn_marketing::churn::{
    ChurnComparison, ChurnModel, RetentionList, TenureColumns, TenureCurves,
};
use brand_nn_marketing::clv::{FittedGammaGamma, FittedPurchases, PurchaseModel, ValueHorizon};
use brand_nn_marketing::data::{
    Cleaning, CustomerSummary, RfmSummary, Transaction, TransactionLog,
};
use brand_nn_marketing::evaluate::{Campaign, CampaignReview};
use brand_nn_marketing::experiment::{
    Arm, CausalImpact, ConversionTest, DifferenceInDifferences, GroupSequentialTest, Measured,
    Panel, SequentialTest, SyntheticControl, ValueTest,
};
use brand_nn_marketing::segment::{RfmSegmentation, TableSegments};
use brand_nn_marketing::{Resampling, Unit, Weeks};
use brand_nn_report::Page;

const BAD: &str = "<script>alert('1')</script>";

/// The name stands in the page, and is a text in it.
#[track_caller]
fn check(page: &Page) {
    let html = page.to_html();
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("&lt;script"), "the name is not in the page");
    assert!(!page.to_markdown().contains("<script>alert"), "{}", page.to_markdown());
}

/// Pages that show no name, whose figures must be harmless all the same.
#[track_caller]
fn check_unnamed(page: &Page) {
    assert!(!page.to_html().contains("<script>alert"));
}

#[test]
fn of_channels_and_campaigns() {
    let mut journeys = Journeys::new();
    journeys.add([BAD, "b"], 5, 9).unwrap();
    journeys.add(["b"], 2, 9).unwrap();
    check(&journeys.report());
    let rules = [Attribution::First, Attribution::Markov { order: 1 }];
    for rule in &rules {
        check(&rule.fit(&journeys).unwrap().report());
    }
    check(&Comparison::new(&journeys, &rules).unwrap().report());
    let campaigns = [Campaign::new(BAD, 9.0).clicks(50).conversions(9).revenue(90.0)];
    check(&CampaignReview::default().review(&campaigns).unwrap().report());
}

#[test]
fn of_experiments() {
    let arms = |scale: u64| {
        [Arm::new("a", 20 * scale, 900 * scale), Arm::new(BAD, 60 * scale, 900 * scale)]
    };
    check(&ConversionTest::default().analyze(&arms(1)).unwrap().report());
    check_unnamed(&SequentialTest::default().report(&[arms(1), arms(2)]).unwrap());
    check_unnamed(&GroupSequentialTest::new(3600).report(&[arms(1), arms(2)]).unwrap());
    let values = |shift: f64| (0..30).map(|i| shift + f64::from(i * 7 % 11)).collect::<Vec<_>>();
    let variant = Measured::new(BAD, values(9.0));
    check(
        &ValueTest::default().analyze(&Measured::new("a", values(0.0)), &variant).unwrap().report(),
    );
    let unit = |i: u32| (0..14).map(|t| f64::from((t * (11 + i)) % 7 + 3 * i)).collect::<Vec<_>>();
    let panel = Panel::new(10).treated(BAD, unit(0)).treated("b", unit(2));
    let panel = panel.control(BAD, unit(3)).control("d", unit(4));
    check_unnamed(&DifferenceInDifferences::default().fit(&panel).unwrap().report());
    check(&SyntheticControl.fit(&panel).unwrap().report());
    check_unnamed(&CausalImpact::default().fit(&panel, 1).unwrap().report());
}

#[test]
fn of_customers_and_columns() {
    let row = |i: u32| {
        format!("{BAD}{},{},{BAD}{},{}\n", i, i % 9, i % 2, ["No", "Yes"][i as usize % 5 / 3])
    };
    let csv = format!("id,{BAD},plan,left\n") + &(0..60).map(row).collect::<String>();
    let table = table(&csv);
    let fitted = ChurnModel::new("left", "Yes").without(["id"]).fit(&table).unwrap();
    check(&fitted.report());
    check(&fitted.explain(&table, 1).unwrap().report());
    let list: RetentionList = fitted.retention_list(&table, "id", &[5.0; 60], 9).unwrap();
    check(&list.report());
    let few = Resampling { resamples: 20, ..Resampling::new(1) };
    let scores = fitted.evaluate(&table, few).unwrap();
    check_unnamed(&scores.report().unwrap());
    check(&ChurnComparison::new((BAD, &scores), ("b", &scores), few).unwrap().report());
    let columns = TenureColumns::new(BAD, "left", "Yes").by("plan");
    check(&TenureCurves::new(&table, &columns).unwrap().report());
    check(&TableSegments::new(2, 1).fit(&table).unwrap().report());
}

#[test]
fn of_values_and_logs() {
    let customer = |i: u32| CustomerSummary {
        customer: format!("{BAD}{i}"),
        frequency: 2,
        recency: 5.0,
        age: f64::from(9 + i),
        mean_spend: f64::from(3 + i),
    };
    let summary = RfmSummary::of(Unit::Week, (0..9).map(customer).collect()).unwrap();
    let model = FittedPurchases::with_parameters(PurchaseModel::BgNbd, Unit::Week, &[1.0; 4]);
    let spend = FittedGammaGamma::with_parameters(6.0, 3.5, 15.0).unwrap();
    let values = ValueHorizon::new(3, Weeks(4.0)).value(&model.unwrap(), &spend, &summary);
    check(&values.unwrap().report());
    let buy = |i: u32| Transaction {
        customer: format!("{BAD}{i}"),
        date: format!("2024-01-{:02}", 1 + i).parse().unwrap(),
        spend: f64::from(i),
    };
    let log = TransactionLog::new((1..9).map(buy), &Cleaning::default()).unwrap();
    let today = "2024-02-01".parse().unwrap();
    check_unnamed(&RfmSegmentation::new(today).fit(&log).unwrap().report());
}

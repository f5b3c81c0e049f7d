//! Logs, segments, campaigns and churn: planted truths, published numbers, refusals.

mod churn;

use brand_nn_marketing::data::{
    Cleaning, RfmSummary, SummaryColumns, Transaction, TransactionColumns, TransactionLog,
    Treatment,
};
use brand_nn_marketing::evaluate::{Campaign, CampaignReview, Payback};
use brand_nn_marketing::segment::{RfmSegmentation, Segment, TableSegments};
use brand_nn_marketing::{Error, Unit};
use brand_nn_stats::distribution::{Distribution, Poisson};
use brand_nn_train::{Table, TableReader};
use proptest::prelude::*;

#[track_caller]
fn near(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{got}, expected {expected}");
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(expected), "{error}\nlacks: {expected}");
}

fn table(csv: &str) -> Table {
    TableReader::new().read_bytes(csv.as_bytes()).unwrap()
}

fn log(csv: &str, cleaning: &Cleaning) -> Result<TransactionLog, Error> {
    let columns = TransactionColumns::new("who", "day").spend("paid");
    TransactionLog::from_table(&table(&format!("who,day,paid\n{csv}")), &columns, cleaning)
}

#[test]
fn odd_rows_of_a_log_are_refused_dropped_or_kept() {
    let usual = Cleaning::default();
    refused(
        log("a,2024-01-01,5\nb,2024-01-02,-3\n", &usual),
        "row 2, spend: got `-3`, expected at least 0",
    );
    refused(log("a,2024-01-01,\n", &usual), "row 1, spend");
    refused(log(",2024-01-01,4\n", &usual), "row 1, customer");
    refused(log("a,soon,4\n", &usual), "row 1, date: got `soon`, expected a day such as");
    refused(log("a,2024-02-30,4\n", &usual), "row 1, date: got `2024-02-30`");
    refused(TransactionLog::new([], &usual), "transactions: there are none");
    let until = Cleaning { until: Some("2024-01-31".parse().unwrap()), ..usual };
    refused(log("a,2024-01-31,4\na,2024-02-01,4\n", &until), "row 2, date: got `2024-02-01`");

    let csv = "a,2024-01-01,5\na,2024-01-01,5\na,2024-01-09,0\na,2024-01-08,-2\na,2024-05-01,3\n";
    let drop = Treatment::Drop;
    let clean = Cleaning { refunds: drop, zeros: drop, repeats: drop, late: drop, ..until };
    let cleaned = log(csv, &clean).unwrap();
    assert_eq!((cleaned.transactions().len(), cleaned.num_dropped()), (1, 4));
    let keep = Cleaning { refunds: Treatment::Keep, ..usual };
    assert_eq!(log(csv, &keep).unwrap().num_dropped(), 0);
    let repeats = Cleaning { repeats: Treatment::Refuse, ..keep };
    refused(log(csv, &repeats), "row 2, customer: got `a`, expected each row once");
}

#[test]
fn histories_are_of_one_customer_each() {
    let columns = SummaryColumns::new("who", "x", "t", "T");
    let read = |rows: &str| {
        RfmSummary::from_table(&table(&format!("who,x,t,T\n{rows}")), &columns, Unit::Week)
    };
    assert_eq!(read("a,1,2,9\nb,0,0,9\n").unwrap().customers().len(), 2);
    refused(read("a,1,2,9\nb,0,0,9\na,0,0,3\n"), "row 3, customer: got `a`, expected each");
    refused(read("a,1,2,9\n,0,0,9\n"), "row 2, customer: got ``");
}

#[test]
fn purchases_of_one_day_are_one() {
    let log = log("a,20240101,5\na,20240108,4\na,20240108,6\nb,20240301,1\n", &Cleaning::default());
    let log = log.unwrap();
    let day = |text: &str| text.parse().unwrap();
    let summary = RfmSummary::new(&log, Unit::Day, day("2024-01-31")).unwrap();
    let [a] = summary.customers() else { panic!("b came later") };
    assert_eq!((a.frequency, a.recency, a.age, a.mean_spend), (1, 7.0, 30.0, 10.0));
    assert!(RfmSummary::new(&log, Unit::Day, day("2023-01-01")).is_err());
    let holdout = RfmSummary::with_holdout(&log, Unit::Day, day("2024-01-05"), day("2024-02-01"));
    assert_eq!(holdout.unwrap().purchases, [1]);
    refused(
        RfmSummary::with_holdout(&log, Unit::Day, day("2024-01-05"), day("2024-01-05")),
        "holdout",
    );
}

#[test]
fn scores_order_customers() {
    let day = |i: u32| format!("2024-{:02}-{:02}", 1 + i / 25, 1 + i % 25);
    let rows: String = (0..100_u32)
        .flat_map(|who| {
            (0..=who % 10).map(move |order| (who, 290_u32.saturating_sub(who * 2 + order * 9)))
        })
        .map(|(who, at)| format!("c{who:02},{},{}\n", day(at), 10 + who))
        .collect();
    let log = log(&rows, &Cleaning::default()).unwrap();
    let today = "2024-12-31".parse().unwrap();
    let segments = RfmSegmentation::new(today).fit(&log).unwrap();
    let customers = segments.customers();
    assert_eq!(customers.len(), 100);
    for (a, b) in customers.iter().zip(&customers[1..]) {
        assert_eq!(
            a.recency_days < b.recency_days,
            a.scores[0] > b.scores[0] || a.recency_days < b.recency_days
        );
        if a.frequency < b.frequency {
            assert!(a.scores[1] <= b.scores[1], "{a:?} {b:?}");
        }
    }
    let best = &customers[9];
    assert_eq!((best.scores[1], best.segment), (5, Segment::Champions));
    assert_eq!(customers[99].segment, Segment::CannotLose);
    let sum: usize = [
        Segment::Champions,
        Segment::Loyal,
        Segment::New,
        Segment::NeedAttention,
        Segment::AtRisk,
        Segment::CannotLose,
        Segment::Hibernating,
    ]
    .into_iter()
    .map(|segment| segments.of(segment).count())
    .sum();
    assert_eq!(sum, 100);
    assert!(segments.report().to_markdown().contains("fallen silent"));
    refused(RfmSegmentation::new(today).scores(1).fit(&log), "scores is 1");
    refused(RfmSegmentation::new("2024-01-01".parse().unwrap()).fit(&log), "later than today");
}

#[test]
fn planted_segments_are_found() {
    let centers = [[2.0, 10.0], [20.0, 15.0], [10.0, 90.0]];
    let row = |i: usize| {
        let [visits, spend] = centers[i % 3];
        format!("{},{},x,7\n", visits + (i * 7 % 11) as f64 / 10.0, spend + (i * 5 % 13) as f64)
    };
    let csv: String = (0..150).map(row).collect();
    let table = table(&format!("visits,spend,name,constant\n{csv}"));
    let fitted = TableSegments::choose(&table, 2..=6, 42).unwrap();
    assert_eq!(fitted.columns(), ["visits", "spend"]);
    assert_eq!(fitted.profiles().len(), 3);
    assert!(fitted.silhouette().unwrap() > 0.6);
    let of = fitted.assigned();
    assert!((0..150).all(|i| of[i] == of[i % 3]) && of[0] != of[1] && of[1] != of[2]);
    assert!(fitted.describe(of[2]).contains("high spend"), "{}", fitted.describe(of[2]));
    let means = &fitted.profiles()[of[0]].means;
    near(means[0], 2.5, 0.05);
    assert!(fitted.report().to_html().contains("The segments are apart"));
    refused(TableSegments::new(2, 1).fit(&self::table("a\nx\ny\n")), "no column of numbers varies");
    refused(TableSegments::new(2, 1).fit(&self::table("a,b\n1,1\n,1\n3,1\n")), "row 2");
    assert!(TableSegments::new(9, 1).fit(&self::table("a\n1\n2\n")).is_err());
}

#[test]
fn figures_of_campaigns() {
    let campaigns = [
        Campaign::new("mail", 500.0)
            .impressions(20_000)
            .clicks(800)
            .conversions(60)
            .revenue(3600.0),
        Campaign::new("banner", 4000.0)
            .impressions(900_000)
            .clicks(900)
            .conversions(30)
            .revenue(1500.0),
        Campaign::new("new", 90.0).impressions(500).clicks(4),
        Campaign::new("even", 1000.0).clicks(100).conversions(20).revenue(1050.0),
    ];
    let results = CampaignReview::default().review(&campaigns).unwrap();
    let [mail, banner, new, even] = results.campaigns() else { unreachable!() };
    near(mail.return_on_investment.unwrap().value, 6.2, 1e-12);
    near(mail.cost_per_click.unwrap().value, 0.625, 1e-12);
    // Garwood's interval of 60 is 45.7863 to 77.2319.
    near(500.0 / mail.cost_per_acquisition.unwrap().lower, 77.232, 5e-4);
    near(500.0 / mail.cost_per_acquisition.unwrap().upper.unwrap(), 45.786_3, 5e-4);
    assert!(new.cost_per_acquisition.is_none() && new.return_on_ad_spend.is_none());
    assert!(
        even.click_rate.is_none() && even.payback.unwrap() == [Payback::Periods(0), Payback::Never]
    );
    assert_eq!(banner.payback.unwrap()[0], Payback::Never);
    for (result, claim) in
        [(mail, "earns more"), (banner, "costs more"), (new, "no order"), (even, "not known yet")]
    {
        assert!(result.finding().claim.contains(claim), "{:?}", result.finding());
    }
    let html = results.report().to_html();
    assert!(html.contains("never") && html.contains("first order"));

    // 50 for the first order, then 20 · 0.8, 20 · 0.64, …: 133.33 is paid when 83.33 has come.
    let later = CampaignReview { later_margin: 20.0, retention: 0.8, ..CampaignReview::default() };
    let banner = later.review(&campaigns[1..2]).unwrap().campaigns()[0].clone();
    assert_eq!(banner.payback.unwrap()[0], Payback::Never, "80 is all that will ever come");
    let later = CampaignReview { later_margin: 25.0, ..later };
    let banner = later.review(&campaigns[1..2]).unwrap().campaigns()[0].clone();
    assert_eq!(banner.payback.unwrap()[0], Payback::Periods(9));
    assert!(banner.finding().claim.contains("later orders"));

    let review = CampaignReview::default();
    let campaign = || Campaign::new("x", 1.0);
    refused(review.review(&[campaign().impressions(5).clicks(6)]), "row 1, clicks: got `6`");
    refused(
        review.review(&[campaign(), campaign().clicks(5).conversions(6)]),
        "row 2, conversions",
    );
    refused(review.review(&[campaign().revenue(f64::INFINITY)]), "revenue: got `inf`");
    refused(CampaignReview { margin: 40.0, ..review }.review(&campaigns), "margin is 40");
}

#[test]
fn intervals_of_returns_hold_about_as_often_as_they_say() {
    // 40 orders on average, worth 10 to 90: what was earned of 1000 spent varies by both.
    let counts = Poisson::new(40.0).unwrap().sample(1, 2000);
    let values = [10.0, 30.0, 50.0, 70.0, 90.0];
    let (mean, deviation) = (50.0, 800.0_f64.sqrt());
    let review = CampaignReview { order_variation: deviation / mean, ..CampaignReview::default() };
    let holds = |seed: usize| {
        let orders = counts[seed] as usize;
        let draws = brand_nn_stats::distribution::Uniform::new(0.0, 5.0)
            .unwrap()
            .sample(seed as u64 + 9, orders);
        let revenue = draws.iter().map(|draw| values[*draw as usize]).sum();
        let campaign = Campaign::new("", 1000.0).conversions(orders as u64).revenue(revenue);
        let roas = review.review(&[campaign]).unwrap().campaigns()[0].return_on_ad_spend.unwrap();
        roas.lower <= 2.0 && 2.0 <= roas.upper.unwrap()
    };
    let share = (0..2000).filter(|seed| holds(*seed)).count() as f64 / 2000.0;
    assert!((0.93..0.97).contains(&share), "{share}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_log_is_summarised_or_refused(
        rows in prop::collection::vec(("[a-c]{0,2}", 0_i32..400, prop::num::f64::ANY), 0..30),
    ) {
        let day = |days: i32| {
            let (month, day) = (1 + (days / 30 % 12) as u32, 1 + (days % 28) as u32);
            brand_nn_train::Date::new(2023 + days / 360, month, day).unwrap()
        };
        let buy = |(customer, days, spend): (String, i32, f64)| {
            Transaction { customer, date: day(days), spend }
        };
        let cleaning = Cleaning { refunds: Treatment::Keep, ..Cleaning::default() };
        if let Ok(log) = TransactionLog::new(rows.into_iter().map(buy), &cleaning) {
            let (first, last) = log.days();
            prop_assert!(first <= last);
            prop_assert!(log.num_customers() <= log.transactions().len());
            let summary = RfmSummary::new(&log, Unit::Week, last);
            let is_huge = log.transactions().iter().any(|t| t.spend.abs() > 1e300);
            prop_assert!(summary.is_ok() || is_huge, "{summary:?}");
            let segments = RfmSegmentation::new(last).fit(&log).unwrap();
            let scores = segments.customers().iter().flat_map(|customer| customer.scores);
            prop_assert!(scores.into_iter().all(|score| (1..=5).contains(&score)));
            prop_assert!(segments.report().to_html().contains("</html>"));
        }
    }
}

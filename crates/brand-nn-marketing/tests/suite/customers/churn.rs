//! Who leaves: published numbers, settings by cross-validation, reasons that add up, refusals.

use crate::customers::{near, refused, table};
use brand_nn_marketing::churn::{
    ChurnComparison, ChurnModel, ChurnScores, FittedChurn, Perceptron, TenureColumns, TenureCurves,
};
use brand_nn_marketing::{Error, Resampling};
use brand_nn_stats::metrics::roc_auc;
use brand_nn_stats::tree::{GradientBoosting, Objective};
use brand_nn_tensor::check::data;
use brand_nn_train::{KFold, Table, cross_validate};

fn telco() -> Option<[Table; 3]> {
    let table = Table::read(data("data/customers/telco_churn.csv")?).unwrap();
    let (test, train): (Vec<_>, Vec<_>) = (0..table.len()).partition(|row| row % 5 == 4);
    Some([table.rows(&train).unwrap(), table.rows(&test).unwrap(), table])
}

fn logistic() -> ChurnModel {
    ChurnModel::new("Churn", "Yes").without(["customerID"])
}

fn fitted(train: &Table) -> FittedChurn {
    logistic().fit(train).unwrap()
}

#[test]
fn churn_of_telco_is_the_published_one() {
    let Some([train, test, _]) = telco() else { return };
    let fitted = fitted(&train);
    assert_eq!(fitted.features().len(), 30);
    let scores =
        fitted.evaluate(&test, Resampling { resamples: 400, ..Resampling::new(1) }).unwrap();
    near(scores.auc.estimate, 0.837_451, 5e-6);
    near(scores.log_loss, 0.430_741, 5e-6);
    near(scores.average_precision, 0.639_440, 5e-6);
    near(scores.brier, 0.138_080, 5e-6);
    near(scores.accuracy, 0.806_818, 5e-6);
    near(scores.lift_of_tenth, 2.9001, 5e-4);
    near((scores.auc.upper - scores.auc.lower) / 3.92, 0.011, 1e-3);
    assert!(scores.report().unwrap().to_html().matches("<figure>").count() == 3);
    near(fitted.importances().iter().map(|(_, share)| share).sum(), 1.0, 1e-9);
}

#[test]
fn reasons_add_up_and_lists_are_ranked() {
    let Some([train, test, _]) = telco() else { return };
    let fitted = fitted(&train);
    let chances = fitted.predict(&test).unwrap();
    let why = fitted.explain(&test, 7).unwrap();
    near(why.chance(), chances[7], 1e-12);
    assert!(why.report().to_html().contains("average customer"));
    reasons_add_up(&fitted, &test);
    let value: Vec<f64> = test.numbers("MonthlyCharges").unwrap().into_iter().flatten().collect();
    let list = fitted.retention_list(&test, "customerID", &value, 25).unwrap();
    let customers = list.customers();
    assert!(customers.windows(2).all(|pair| pair[0].value_at_risk >= pair[1].value_at_risk));
    assert!(!customers[0].reasons.is_empty() && customers[30].reasons.is_empty());
    let worth = list.worth_contacting(10.0, 0.3).unwrap();
    assert!(!worth.is_empty() && worth.len() < customers.len());
    assert!(list.report().to_markdown().contains("likely to be lost"));
    refused(fitted.retention_list(&test, "customerID", &value[1..], 0), "other numbers of values");
    refused(fitted.explain(&test, 5000), "no such row");
    assert!(list.worth_contacting(1.0, 30.0).is_err());
}

/// The network whose settings [`settings_are_the_best_of_their_grids`] finds.
fn network(seed: u64) -> ChurnModel {
    logistic().neural(Perceptron { epochs: 5, weight_decay: 1.0, ..Perceptron::new(seed) })
}

/// The trees whose settings [`settings_are_the_best_of_their_grids`] finds.
fn boosting(seed: u64) -> GradientBoosting {
    GradientBoosting {
        max_trees: 300,
        max_leaves: 4,
        patience: Some(20),
        seed,
        ..GradientBoosting::new(Objective::Logistic)
    }
}

fn trees(seed: u64) -> ChurnModel {
    logistic().boosted(boosting(seed))
}

fn few() -> Resampling {
    Resampling { resamples: 100, ..Resampling::new(1) }
}

/// Fitted with five seeds and measured on rows that none has seen, by area, the smallest first.
fn five(
    [train, test]: [&Table; 2],
    model: impl Fn(u64) -> ChurnModel,
) -> Vec<(FittedChurn, ChurnScores)> {
    let one = |seed| {
        let fitted = model(seed).fit(train).unwrap();
        let scores = fitted.evaluate(test, few()).unwrap();
        (fitted, scores)
    };
    let mut all: Vec<_> = (1..=5).map(one).collect();
    all.sort_by(|a, b| a.1.auc.estimate.total_cmp(&b.1.auc.estimate));
    all
}

/// Effects of all columns add up to what parts a customer from the average one.
#[track_caller]
fn reasons_add_up(fitted: &FittedChurn, test: &Table) {
    let chances = fitted.predict(test).unwrap();
    for row in (0..test.len()).step_by(97) {
        let why = fitted.explain(test, row).unwrap();
        assert_eq!(why.reasons.len(), 19, "a reason a column");
        let sum: f64 = why.reasons.iter().map(|reason| reason.effect).sum();
        near(why.average + sum, why.log_odds, 1e-12);
        // The score by itself, without the reasons.
        near((chances[row] / (1.0 - chances[row])).ln(), why.log_odds, 1e-9);
    }
}

/// Whatever is found, nobody is told that it beats the logistic model.
#[track_caller]
fn claims_nothing(scores: &ChurnScores, [train, test]: [&Table; 2]) {
    let plain = fitted(train).evaluate(test, few()).unwrap();
    assert!(scores.auc.lower < plain.auc.estimate, "{:?}", scores.auc);
    let compared =
        ChurnComparison::new(("other", scores), ("logistic", &plain), Resampling::new(1)).unwrap();
    assert_ne!(compared.better(), Some("other"), "{compared:?}");
    let (page, scored) = (compared.report().to_html(), scores.report().unwrap().to_html());
    assert!(!page.contains("other foresees better") && page.contains("foresees better"));
    assert!(scored.contains("do not prefer another model for less than the width"));
}

#[test]
fn boosted_trees_foresee_as_well_and_give_reasons() {
    let Some([train, test, _]) = telco() else { return };
    let five = five([&train, &test], trees);
    let (fitted, scores) = &five[2];
    assert!((0.83..0.85).contains(&scores.auc.estimate), "{:?}", scores.auc);
    claims_nothing(scores, [&train, &test]);
    reasons_add_up(fitted, &test);
    let importances = fitted.importances();
    assert_eq!((importances.len(), importances[0].0.as_str()), (19, "Contract"));
    assert!(fitted.report().to_html().contains(">Contract</text>"));
    near(importances.iter().map(|(_, share)| share).sum(), 1.0, 1e-9);
    let json = serde_json::to_string(fitted).unwrap();
    assert_eq!(&serde_json::from_str::<FittedChurn>(&json).unwrap(), fitted);
}

#[test]
fn networks_foresee_about_as_well_and_give_reasons() {
    let Some([train, test, _]) = telco() else { return };
    let five = five([&train, &test], network);
    let (fitted, scores) = &five[2];
    assert!((0.82..0.85).contains(&scores.auc.estimate), "{:?}", scores.auc);
    claims_nothing(scores, [&train, &test]);
    reasons_add_up(fitted, &test);
    let importances = fitted.importances();
    assert!(importances[..4].iter().any(|(name, _)| name == "Contract"), "{importances:?}");
    near(importances.iter().map(|(_, share)| share).sum(), 1.0, 1e-9);
    let json = serde_json::to_string(fitted).unwrap();
    assert_eq!(&serde_json::from_str::<FittedChurn>(&json).unwrap(), fitted);
}

/// The mean area under the curve over five folds of the training rows.
fn by_cross_validation(train: &Table, model: &ChurnModel) -> f64 {
    let left = |table: &Table| -> Vec<bool> {
        let column = table.column("Churn").unwrap();
        (0..table.len()).map(|row| column.text(row).unwrap() == "Yes").collect()
    };
    let folds = KFold::new(5).shuffle(1).stratified(&left(train)).unwrap();
    let score = |rows: &[usize], held: &[usize]| {
        let held = train.rows(held)?;
        let chances = model.fit(&train.rows(rows)?)?.predict(&held)?;
        Ok::<_, Error>(roc_auc(&chances, &left(&held))?)
    };
    cross_validate(&folds, score).unwrap().mean()
}

#[track_caller]
fn best(train: &Table, grid: &[ChurnModel], expected: &ChurnModel) {
    let scores: Vec<f64> = grid.iter().map(|model| by_cross_validation(train, model)).collect();
    let first = (0..grid.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap();
    assert_eq!(&grid[first], expected, "{scores:?}");
}

#[test]
#[ignore = "more than a minute of training"]
fn settings_are_the_best_of_their_grids() {
    let Some([train, ..]) = telco() else { return };
    let (mut networks, mut forests) = (vec![], vec![]);
    for hidden in [vec![16], vec![32], vec![32, 16]] {
        for epochs in [5, 10, 20] {
            for weight_decay in [0.01, 0.1, 1.0] {
                let hidden = hidden.clone();
                let network = Perceptron { hidden, epochs, weight_decay, ..Perceptron::new(1) };
                networks.push(logistic().neural(network));
            }
        }
    }
    for learning_rate in [0.05, 0.1] {
        for max_leaves in [4, 8, 16] {
            for min_samples_leaf in [20, 50] {
                let trees =
                    GradientBoosting { learning_rate, max_leaves, min_samples_leaf, ..boosting(1) };
                forests.push(logistic().boosted(trees));
            }
        }
    }
    best(&train, &forests, &trees(1));
    best(&train, &networks, &network(1));
}

#[test]
fn tenure_of_telco_is_the_published_one() {
    let Some([_, _, all]) = telco() else { return };
    let columns = TenureColumns::new("tenure", "Churn", "Yes");
    let curves = TenureCurves::new(&all, &columns).unwrap();
    let survival = [0.884826, 0.843200, 0.788736, 0.708840, 0.664404, 0.592790];
    for (months, expected) in [6.0, 12.0, 24.0, 48.0, 60.0, 72.0].into_iter().zip(survival) {
        near(curves.groups()[0].curve.survival_at(months), expected, 5e-6);
    }
    assert!(curves.p_value().is_none());
    let curves = TenureCurves::new(&all, &columns.clone().by("Contract")).unwrap();
    assert!(curves.groups().len() == 3 && curves.p_value().unwrap() < 1e-9);
    assert!(curves.report().to_markdown().contains("Month"));
    refused(TenureCurves::new(&all, &columns.by("MonthlyCharges")), "groups is");
}

#[test]
fn churn_refuses_what_it_can_not_learn() {
    let model = ChurnModel::new("left", "Yes");
    refused(model.fit(&table("left,x\nYes,1\nYes,2\n")), "all targets are the same");
    refused(model.fit(&table("left,x\nYes,1\n,2\n")), "row 2, label");
    refused(model.fit(&table("left\nYes\nNo\n")), "no column is left");
    refused(model.fit(&table("x\n1\n")), "left");
    let usual = table("left,x\nYes,1\nNo,2\nNo,3\nYes,2\n");
    refused(model.clone().inverse_penalty(0.0).fit(&usual), "help");
    let neural = |change: &dyn Fn(&mut Perceptron)| {
        let mut network = Perceptron::new(1);
        change(&mut network);
        model.clone().neural(network)
    };
    refused(neural(&|_| ()).fit(&table("left,x\nYes,1\nYes,2\n")), "all targets are the same");
    refused(neural(&|it| it.hidden = vec![0]).fit(&usual), "hidden is 0");
    refused(neural(&|it| it.epochs = 0).fit(&usual), "help");
    refused(neural(&|it| it.learning_rate = -1.0).fit(&usual), "learning rate is -1");
    refused(neural(&|it| it.weight_decay = f64::NAN).fit(&usual), "weight decay is NaN");
    let scores = |first: &str, second: &str| {
        let rows = format!("{first},1\n{second},2\n").repeat(20);
        let table = table(&format!("left,x\n{rows}"));
        model.fit(&usual).unwrap().evaluate(&table, few()).unwrap()
    };
    let rare = table(&format!("left,x\nYes,1\n{}", "No,2\n".repeat(30)));
    refused(model.fit(&usual).unwrap().evaluate(&rare, few()), "so few left or stayed");
    let none = table("left,x\nNo,1\nNo,2\n");
    refused(model.fit(&usual).unwrap().evaluate(&none, few()), "all labels are of one class");
    let constant = table("left,x,y\nYes,1,7\nNo,2,7\nNo,3,7\nYes,2,7\n");
    let trees = GradientBoosting { min_samples_leaf: 1, patience: None, ..boosting(1) };
    let network = Perceptron { epochs: 1, ..Perceptron::new(1) };
    for model in [model.clone(), model.clone().boosted(trees), model.clone().neural(network)] {
        let fitted = model.fit(&constant).unwrap();
        let importances = fitted.importances();
        assert!(importances.iter().all(|(name, share)| name == "x" || *share == 0.0), "{model:?}");
        assert!(fitted.predict(&constant).unwrap().iter().all(|chance| chance.is_finite()));
    }
    let (one, two) = (scores("Yes", "No"), scores("No", "Yes"));
    refused(ChurnComparison::new(("", &one), ("", &two), few()), "of other customers");
    let none = Resampling { resamples: 0, ..few() };
    refused(ChurnComparison::new(("", &one), ("", &one), none), "resamples is 0");
    let fitted = model.fit(&usual).unwrap();
    refused(fitted.predict(&table("y\n1\n")), "x");
    assert!(fitted.predict(&table("x\n1\n9\n")).unwrap()[1] < 0.5);
}

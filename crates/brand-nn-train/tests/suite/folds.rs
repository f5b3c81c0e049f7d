//! Folds against scikit-learn's (`golden/folds.py`), what any split keeps to, and refusals.

use brand_nn_train::{
    Error, Fold, FoldScores, KFold, Result, TimeSeriesSplit, cross_validate, group_split,
    leave_last_out, time_split,
};
use proptest::prelude::*;
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/folds.json");

fn numbers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as usize).collect()
}

fn folds(case: &Value) -> Vec<Fold> {
    let setting = |name: &str| case["config"][name].as_u64().map(|x| x as usize);
    let (values, count) = (numbers(&case["values"]), setting("folds").unwrap());
    match case["kind"].as_str().unwrap() {
        "split" => KFold::new(count).split(values.len()),
        "stratified" => KFold::new(count).stratified(&values),
        "grouped" => KFold::new(count).grouped(&values),
        _ => {
            let mut split = TimeSeriesSplit::new(count).gap(setting("gap").unwrap_or(0));
            split = setting("test_size").map_or(split, |size| split.test_size(size));
            split = setting("max_train_size").map_or(split, |size| split.max_train_size(size));
            assert_eq!(split.split(values.len()).unwrap(), split.by(&values).unwrap());
            split.split(values.len())
        }
    }
    .unwrap()
}

#[test]
fn folds_agree() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let rows = |key: &str| case[key].as_array().unwrap().iter().map(numbers);
        let expected = rows("trains").zip(rows("tests"));
        let expected: Vec<_> = expected.map(|(train, test)| Fold { train, test }).collect();
        assert_eq!(folds(case), expected, "{} {}", case["kind"], case["config"]);
    }
}

/// Each row is in one test, and on the other side otherwise; tests differ by one row at most.
fn check(folds: &[Fold], len: usize, spread: usize) {
    let mut tests: Vec<usize> = Vec::new();
    for Fold { train, test } in folds {
        let mut all = [&train[..], test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..len).collect::<Vec<_>>());
        tests.extend(test);
    }
    tests.sort_unstable();
    assert_eq!(tests, (0..len).collect::<Vec<_>>());
    let sizes = || folds.iter().map(|fold| fold.test.len());
    assert!(sizes().max().unwrap() - sizes().min().unwrap() <= spread);
}

proptest! {
    #[test]
    fn any_folds_part_the_rows(len in 2..60_usize, count in 2..6_usize, seed in any::<Option<u64>>()) {
        let count = count.min(len);
        let plan = seed.map_or(KFold::new(count), |seed| KFold::new(count).shuffle(seed));
        check(&plan.split(len).unwrap(), len, 1);
        let groups: Vec<_> = (0..len).map(|row| row % (len / 2).max(count)).collect();
        let folds = plan.grouped(&groups).unwrap();
        check(&folds, len, len);
        for Fold { train, test } in folds {
            prop_assert!(test.iter().all(|&a| train.iter().all(|&b| groups[a] != groups[b])));
        }
        let labels: Vec<_> = (0..2 * count + len).map(|row| row < count).collect();
        let folds = plan.stratified(&labels).unwrap();
        check(&folds, labels.len(), 1);
        prop_assert!(folds.iter().all(|fold| fold.test.iter().filter(|&&row| labels[row]).count() == 1));
    }
}

#[test]
fn the_seed_decides_the_folds() {
    let (a, b) = (KFold::new(3).shuffle(1), KFold::new(3).shuffle(2));
    let labels: Vec<_> = (0..30).map(|row| row % 3).collect();
    let groups: Vec<_> = (0..30).map(|row| row % 12).collect();
    for (one, same, other) in [
        (a.split(30), a.split(30), b.split(30)),
        (a.stratified(&labels), a.stratified(&labels), b.stratified(&labels)),
        (a.grouped(&groups), a.grouped(&groups), b.grouped(&groups)),
    ] {
        let (one, same, other) = (one.unwrap(), same.unwrap(), other.unwrap());
        assert_eq!(one, same);
        assert_ne!(one, other);
    }
}

#[test]
fn rows_of_one_time_are_never_parted() {
    let times = [3, 1, 2, 2, 1, 3, 4, 4, 5, 6];
    let folds = TimeSeriesSplit::new(2).by(&times).unwrap();
    for Fold { train, test } in folds.into_iter().chain([time_split(&times, 0.3).unwrap()]) {
        let last = train.iter().map(|&row| times[row]).max();
        assert!(last < test.iter().map(|&row| times[row]).min());
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T>, expected: &str) {
    assert_eq!(result.unwrap_err().to_string(), expected);
}

#[test]
fn what_cannot_be_split_is_refused() {
    let few =
        "expected at least one for each fold; help: ask for fewer folds, or give more examples";
    refused(KFold::new(5).split(4), &format!("the rows: got 4 for 5 folds, {few}"));
    refused(KFold::new(2).stratified::<u8>(&[]), &format!("the rows: got 0 for 2 folds, {few}"));
    let classes = KFold::new(3).stratified(&[0, 0, 0, 1, 1]);
    refused(classes, &format!("the rows of a class: got 2 for 3 folds, {few}"));
    let groups = KFold::new(3).grouped(&["a", "b", "a", "b"]);
    refused(groups, &format!("the groups: got 2 for 3 folds, {few}"));
    refused(KFold::new(1).split(4), "folds: got 1, expected at least 2; help: 5 and 10 are usual");
    let times = TimeSeriesSplit::new(3);
    refused(times.split(3), &format!("the times: got 3 for 4 folds, {few}"));
    for (split, tests) in [
        (times.test_size(4), "3 tests of 4 and a gap of 0"),
        (times.gap(3), "3 tests of 3 and a gap of 3"),
        (times.test_size(usize::MAX), "3 tests of 18446744073709551615 and a gap of 0"),
    ] {
        refused(
            split.split(12),
            &format!(
                "the times: got 12 for {tests}, expected at least one left to train with; \
                 help: ask for fewer folds, smaller tests or a smaller gap"
            ),
        );
    }
    let zero = "got 0, expected at least 1; help: leave it out for the usual size";
    refused(times.test_size(0).split(9), &format!("test_size: {zero}"));
    refused(times.max_train_size(0).split(9), &format!("max_train_size: {zero}"));
    let share = "expected at least one example in either part; \
                 help: give more examples or another share between 0 and 1";
    let split = "the split: got a share of 0.5 of 1 examples";
    refused(group_split(&[1, 1, 1], 0.5, 1), &format!("{split}, {share}"));
    refused(time_split(&[1, 1, 1], 0.5), &format!("{split}, {share}"));
    refused(
        leave_last_out(&["a", "b"], &[1, 2]),
        "the groups: got 2 rows, each of a group of its own, expected a group of two rows or more; \
         help: a group needs rows to train with before the one that is left out",
    );
    assert!(leave_last_out(&["a", "a"], &[1]).is_err());
    refused(
        cross_validate(&[], |_, _| Ok::<_, Error>(0.0)),
        "cross-validation: got no fold, expected at least one fold; \
         help: make some with KFold or TimeSeriesSplit",
    );
}

#[test]
fn the_last_of_equal_times_is_left_out() {
    let fold = leave_last_out(&[1, 1, 1, 2], &[5, 5, 4, 9]).unwrap();
    assert_eq!((fold.train, fold.test), (vec![0, 2, 3], vec![1]));
}

#[test]
fn scores_are_summed_up() {
    let scores = FoldScores { values: vec![0.5, 0.7, 0.9] };
    assert_eq!(scores.to_string(), "0.7000 ± 0.2000 (3 folds)");
    assert_eq!(FoldScores { values: vec![0.5] }.std(), 0.0);
    let folds = KFold::new(3).split(3).unwrap();
    let stopped = cross_validate(&folds, |_, test| match test[0] {
        1 => KFold::new(9).split(1).map(|_| 0.0),
        row => Ok(row as f64),
    });
    assert!(matches!(stopped, Err(Error::Data { what: "the rows", .. })));
}

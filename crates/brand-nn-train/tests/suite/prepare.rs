//! Columns made ready: against scikit-learn (`golden/prepare.py`), saved and read, and refusals.

use approx::relative_eq;
use brand_nn_tensor::Tensor;
use brand_nn_train::{
    BagOfWords, Column, ColumnTransformer, ColumnType, DateFeatures, DatePart,
    FittedColumnTransformer, Hashing, Imputer, LabelEncoder, MinMaxScaler, OneHot, Ordinal,
    QuantileBins, Result, RobustScaler, StandardScaler, Step, Table, TableReader, TargetEncoder,
    Transformer,
};
use serde_json::Value;

const GOLDEN: &str = include_str!("../golden/prepare.json");

/// A table of one column `x`: numbers, or texts.
fn table(values: &[Value]) -> Table {
    let column = if values.iter().any(Value::is_string) {
        Column::Text(values.iter().map(|v| v.as_str().map(str::to_owned)).collect())
    } else {
        Column::F64(values.iter().map(Value::as_f64).collect())
    };
    Table::new([("x", column)]).unwrap()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(|v| v.as_f64().unwrap()).collect()
}

fn step(case: &Value) -> Step {
    let setting = |name: &str| &case["config"][name];
    let pair = |name: &str| (numbers(setting(name))[0], numbers(setting(name))[1]);
    match case["kind"].as_str().unwrap() {
        "standard" => StandardScaler::new().into(),
        "min_max" => {
            let scaler = MinMaxScaler::new().range(pair("range").0, pair("range").1);
            if setting("clip") == true { scaler.clip().into() } else { scaler.into() }
        }
        "robust" => RobustScaler::new().quantiles(pair("quantiles").0, pair("quantiles").1).into(),
        "impute" => match setting("strategy").as_str().unwrap() {
            "mean" => Imputer::mean().into(),
            "median" => Imputer::median().into(),
            _ => Imputer::most_frequent().into(),
        },
        "bins" => QuantileBins::new(setting("bins").as_u64().unwrap() as usize).into(),
        "one_hot" if setting("drop_first") == true => OneHot::new().drop_first().into(),
        "one_hot" => OneHot::new().ignore_unknown().into(),
        "ordinal" => Ordinal::new().unknown(setting("unknown").as_f64().unwrap()).into(),
        "target" => {
            let encoder = TargetEncoder::new();
            setting("smooth").as_f64().map_or(encoder, |rows| encoder.smooth(rows)).into()
        }
        "bag" => {
            let bag = BagOfWords::new(setting("max_words").as_u64().unwrap() as usize);
            let bag = if setting("pairs") == true { bag.pairs() } else { bag };
            if setting("tf_idf") == true { bag.tf_idf().into() } else { bag.into() }
        }
        "hashing" => Hashing::new(setting("features").as_u64().unwrap() as usize).into(),
        _ => {
            use DatePart::{Day, DayOfYear, Days, Month, Quarter, Weekday, Weekend, Year};
            DateFeatures::of([Year, Quarter, Month, Day, Weekday, DayOfYear, Weekend, Days]).into()
        }
    }
}

/// Compares features with the rows that are expected.
#[track_caller]
fn check(features: &Table, expected: &Value, case: &Value) {
    let columns: Vec<_> = features.names().map(|name| features.numbers(name).unwrap()).collect();
    let expected = list(expected);
    assert_eq!(features.len(), expected.len());
    for (row, expected) in expected.iter().enumerate() {
        let expected: Vec<_> = list(expected).iter().map(Value::as_f64).collect();
        let ours: Vec<_> = columns.iter().map(|column| column[row]).collect();
        let close = ours.len() == expected.len()
            && ours.iter().zip(&expected).all(|pair| match pair {
                (Some(a), Some(b)) => relative_eq!(a, b, epsilon = 1e-9, max_relative = 1e-9),
                (a, b) => a == b,
            });
        assert!(
            close,
            "{} {} row {row}: {ours:?}, expected {expected:?}",
            case["kind"], case["config"]
        );
    }
}

/// Puts what was fitted into JSON and takes it out again.
fn saved(fitted: &FittedColumnTransformer) -> FittedColumnTransformer {
    let back = serde_json::from_str(&serde_json::to_string(fitted).unwrap()).unwrap();
    assert_eq!(*fitted, back);
    back
}

#[test]
fn transformers_agree() {
    let file: Value = serde_json::from_str(GOLDEN).unwrap();
    let cases = list(&file["cases"]);
    assert_eq!(cases.len(), 74);
    for case in &cases {
        let train = table(&list(&case["train"]));
        let all = table(&[list(&case["train"]), list(&case["new"])].concat());
        let plan = ColumnTransformer::new().add(["x"], step(case));
        let fitted = match &case["target"] {
            Value::Null => plan.fit(&train).unwrap(),
            target => {
                let target = Tensor::from(numbers(target));
                let encoder: TargetEncoder = match step(case) {
                    Step::TargetEncoder(encoder) => encoder,
                    other => panic!("{other:?} wants no target"),
                };
                let (_, own) = encoder.fit_transform(&train, &target).unwrap();
                check(&own, &case["out_of_fold"], case);
                plan.fit_transform(&train, &target).unwrap().0
            }
        };
        check(&saved(&fitted).features(&all).unwrap(), &case["expected"], case);
    }
}

fn customers() -> Table {
    let csv = "age,city,joined,note\n31,Bonn,2024-02-29,a\n,Oslo,2023-05-01,b\n47,,2022-01-07,a\n";
    TableReader::new().read_bytes(csv.as_bytes()).unwrap()
}

#[test]
fn columns_go_their_own_ways() {
    let table = customers();
    let fitted = ColumnTransformer::new()
        .add(["age"], Imputer::median().indicator().then(StandardScaler::new()))
        .add(["city"], OneHot::new())
        .add(["joined"], DateFeatures::of([DatePart::Year]).then(MinMaxScaler::new()))
        .add(["age"], Imputer::mean().then(QuantileBins::new(2)).then(OneHot::new()))
        .fit(&table)
        .unwrap();
    let names = [
        "age",
        "age missing",
        "city=Bonn",
        "city=Oslo",
        "city missing",
        "joined year",
        "age bin=0",
        "age bin=1",
    ];
    assert_eq!(fitted.names(), names);
    let kinds =
        [("age", ColumnType::I64), ("city", ColumnType::Text), ("joined", ColumnType::Date)];
    assert_eq!(*fitted.inputs(), brand_nn_train::Schema::new(kinds));
    let tensor = saved(&fitted).transform(&table).unwrap();
    assert_eq!(tensor.shape().to_string(), "[3, 8]");
    assert_eq!(tensor, fitted.transform(&table).unwrap());
    assert_eq!(tensor.select(1, 5).to_vec::<f32>(), [1.0, 0.5, 0.0]);
    let rows = fitted.transform(&table.rows(&[2, 0]).unwrap()).unwrap();
    assert_eq!(rows, tensor.rows(&[2, 0]).unwrap());
    assert_eq!(fitted.transform(&table.rows(&[]).unwrap()).unwrap().shape().to_string(), "[0, 8]");
}

#[test]
fn texts_are_filled() {
    let city = |imputer: Imputer| {
        let fitted = imputer.fit(&customers().select(&["city"]).unwrap()).unwrap();
        let filled = fitted.transform(&customers()).unwrap();
        filled.column("city").unwrap().text(2).unwrap().into_owned()
    };
    assert_eq!(city(Imputer::most_frequent()), "Bonn"); // as often as Oslo, and before it
    assert_eq!(city(Imputer::constant("none")), "none");
}

#[test]
fn numbers_are_categories_in_their_order() {
    let table = Table::new([("x", Column::from(vec![10, 9, 100, 9]))]).unwrap();
    let features = OneHot::new().fit(&table).unwrap().transform(&table).unwrap();
    assert_eq!(features.names().collect::<Vec<_>>(), ["x=9", "x=10", "x=100"]);
}

#[test]
fn labels_are_numbered() {
    let table = Table::new([
        ("two", Column::from(vec!["yes", "no", "yes"])),
        ("three", Column::from(vec![10, 2, 5])),
    ])
    .unwrap();
    let two = LabelEncoder::new().fit(&table, "two").unwrap();
    assert_eq!(two.transform(&table).unwrap().to_vec::<f32>(), [1.0, 0.0, 1.0]);
    let three = LabelEncoder::new().fit(&table, "three").unwrap();
    assert_eq!(three.transform(&table).unwrap().to_vec::<i64>(), [2, 0, 1]);
    assert_eq!(three.classes(), ["2", "5", "10"]);
    let turned = LabelEncoder::new().order(["yes", "no"]).fit(&table, "two").unwrap();
    assert_eq!(turned.transform(&table).unwrap().to_vec::<f32>(), [0.0, 1.0, 0.0]);
}

#[track_caller]
fn refused<T>(result: Result<T>, expected: &str) {
    assert_eq!(result.map(|_| ()).unwrap_err().to_string(), expected);
}

#[test]
fn settings_out_of_range_are_refused() {
    let help = "; help: leave it out for the usual value";
    let age = customers().select(&["age"]).unwrap();
    let fit = |step: Step| ColumnTransformer::new().add(["age"], step).fit(&age);
    for (step, expected) in [
        (
            MinMaxScaler::new().range(1.0, 1.0).into(),
            "range: got 1 and 1, expected a lower bound and a higher one",
        ),
        (
            MinMaxScaler::new().range(0.0, f64::INFINITY).into(),
            "range: got 0 and inf, expected a lower bound and a higher one",
        ),
        (
            RobustScaler::new().quantiles(0.5, 1.5).into(),
            "quantiles: got 0.5 and 1.5, expected two shares from 0 to 1, the lower one first",
        ),
        (QuantileBins::new(1).into(), "bins: got 1, expected 2 to 65536"),
        (Hashing::new(0).into(), "features: got 0, expected 1 to 4096"),
        (OneHot::new().max_categories(0).into(), "max_categories: got 0, expected at least 1"),
        (TargetEncoder::new().smooth(-1.0).into(), "smooth: got -1, expected at least 0"),
    ] {
        refused(fit(step), &format!("{expected}{help}"));
    }
    refused(
        Ordinal::new().order(["a", "a"]).fit(&age),
        "order: got [\"a\", \"a\"], expected each category once; \
         help: leave out what is there twice",
    );
}

#[test]
fn values_that_fit_no_transformer_are_named() {
    let table = customers();
    let one = |name: &str| table.select(&[name]).unwrap();
    let correct = "correct the cell, name it a missing value, or read the column as text";
    refused(
        StandardScaler::new().fit(&one("city")),
        &format!("the table, row 1, column city: got `Bonn`, expected a number; help: {correct}"),
    );
    refused(
        DateFeatures::new().fit(&one("city")),
        "the table, row 1, column city: got `Bonn`, expected a day such as 2024-02-29; \
         help: write year, month and day, and check that the month has that day",
    );
    refused(
        StandardScaler::new()
            .fit(&Table::new([("x", Column::from(vec![1.0, f64::INFINITY]))]).unwrap()),
        "the table, row 2, column x: got `inf`, expected a finite number; help: correct the value",
    );
    refused(
        StandardScaler::new().fit(&Table::new([("x", Column::from(vec![1e300, -1e300]))]).unwrap()),
        "a column to scale: got numbers up to 1e308 in x, expected numbers whose squares are \
         finite; help: divide the column by a constant, or take logarithms",
    );
    let known = Ordinal::new().order(["Bonn"]).fit(&one("city"));
    refused(
        known,
        "the table, row 2, column city: got `Oslo`, expected a known category; \
         help: correct it, or say unknown",
    );
    refused(
        OneHot::new().max_categories(2).fit(&one("city")),
        "the categories of a column: got 3 in city, expected no more than max_categories; \
         help: leave out a column of names, or take Hashing or TargetEncoder",
    );
    let scaled = ColumnTransformer::new().add(["age"], StandardScaler::new()).fit(&table).unwrap();
    refused(
        scaled.transform(&table),
        "the table, row 2, column age: got ``, expected a value; \
         help: fill missing values with an Imputer",
    );
    refused(
        scaled.transform(&one("city")),
        "the table, header: no column `age`, expected among city; help: name one of these columns",
    );
}

#[test]
fn columns_without_values_teach_nothing() {
    let nothing = Table::new([("x", Column::from(vec![None::<f64>, None]))]).unwrap();
    let expected = "a column to learn from: got 2 missing values and no other in x, expected at \
                    least one value; help: leave the column out, or check how it was read";
    for step in [
        Step::from(StandardScaler::new()),
        MinMaxScaler::new().into(),
        RobustScaler::new().into(),
        QuantileBins::new(2).into(),
        Imputer::mean().into(),
        Imputer::median().into(),
        Imputer::most_frequent().into(),
    ] {
        refused(ColumnTransformer::new().add(["x"], step).fit(&nothing), expected);
    }
    let filled = Imputer::constant(0.0).fit(&nothing).unwrap().transform(&nothing).unwrap();
    assert_eq!(filled.numbers("x").unwrap(), [Some(0.0); 2]);
}

#[test]
fn targets_and_labels_that_do_not_fit_are_refused() {
    let city = customers().select(&["city"]).unwrap();
    refused(
        TargetEncoder::new().fit(&city),
        "a TargetEncoder: got no target, expected a target to learn from; \
         help: call fit_transform(&table, &target)",
    );
    let fit = |target: &[f64]| {
        TargetEncoder::new().fit_transform(&city, &Tensor::from(target.to_vec())).map(|_| ())
    };
    assert!(
        fit(&[1.0, 0.0])
            .unwrap_err()
            .to_string()
            .starts_with("the parts of the data: got 3 and 2 examples")
    );
    refused(
        fit(&[1.0, f64::NAN, 0.0]),
        "the target: got NaN, expected finite numbers; help: leave out rows without a target",
    );
    assert!(fit(&[1.0, 2.0, 3.0]).unwrap_err().to_string().contains("3 for 5 folds"));
    let table = Table::new([("y", Column::from(vec![Some("a"), None, Some("b")]))]).unwrap();
    let lacking = "the table, row 2, column y: got ``, expected a known class; \
                   help: correct it, or leave it out";
    refused(LabelEncoder::new().fit(&table, "y"), lacking);
    let labels = LabelEncoder::new().fit(&table.rows(&[0, 2]).unwrap(), "y").unwrap();
    refused(
        labels.transform(&Table::new([("y", Column::from(vec!["b", "c"]))]).unwrap()),
        "the table, row 2, column y: got `c`, expected a known class; \
         help: correct it, or leave it out",
    );
    refused(
        LabelEncoder::new().fit(&table.rows(&[0, 0]).unwrap(), "y"),
        "labels: got the classes [\"a\"] of column y, expected two or more that differ; \
         help: add rows of another class, or name another column for the labels",
    );
    let features = ColumnTransformer::new().add(["y"], OneHot::new()).add(["y"], OneHot::new());
    refused(
        features.fit(&table),
        "the columns of a table: got two called y=a, expected names that differ; help: rename one",
    );
}

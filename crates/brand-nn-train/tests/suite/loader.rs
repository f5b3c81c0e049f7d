//! Which rows come in which batch, from loaders, sequences and files in pieces.

use brand_nn_layers::{Activation, Sequential, dense, embedding, lstm};
use brand_nn_losses::{BinaryCrossEntropy, mse};
use brand_nn_optim::{Adam, Sgd};
use brand_nn_tensor::{Rng, Tensor, io::write_atomically};
use brand_nn_text::{PadOptions, Side};
use brand_nn_train::{
    Batches, Checkpoint, ColumnTransformer, DataLoader, DataSet, EpochOrder, Error, Fit, Model,
    Result, Sequences, StandardScaler, Table, TablePieces, TableReader, TextAugmenter, TextSet,
    augment, mixup, noise,
};
use std::ops::ControlFlow;
use tempfile::tempdir;

fn rows(count: usize) -> (Tensor, Tensor) {
    (Tensor::arange(count), Tensor::arange(count))
}

/// The order of a training epoch.
fn epoch(number: usize, seed: u64) -> EpochOrder {
    EpochOrder { epoch: number, seed, shuffle: true, training: true, ..EpochOrder::new(4) }
}

fn seen<X: brand_nn_train::Batch>(
    data: &impl Batches<Input = X>,
    order: &EpochOrder,
) -> Result<Vec<Vec<f64>>> {
    let mut batches = Vec::new();
    data.each(order, &mut |examples| {
        let target = examples.target.to(brand_nn_tensor::DType::F64);
        batches.push(target.to_vec::<f64>());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(batches)
}

fn sorted(batches: &[Vec<f64>]) -> Vec<f64> {
    let mut all = batches.concat();
    all.sort_by(f64::total_cmp);
    all
}

#[test]
fn an_order_is_a_function_of_seed_and_epoch() {
    let data = rows(30);
    let loader = DataLoader::new(&data, 4);
    let first = seen(&loader, &epoch(0, 1)).unwrap();
    assert_eq!(first, seen(&loader, &epoch(0, 1)).unwrap());
    assert_ne!(first, seen(&loader, &epoch(1, 1)).unwrap());
    assert_ne!(first, seen(&loader, &epoch(0, 2)).unwrap());
    assert_eq!(sorted(&first), rows(30).0.to(brand_nn_tensor::DType::F64).to_vec::<f64>());
    assert_eq!(seen(&loader, &epoch(0, 1).skip(3)).unwrap(), first[3..]);
    assert_eq!(seen(&data, &epoch(0, 1).skip(3)).unwrap(), seen(&data, &epoch(0, 1)).unwrap()[3..]);
}

#[test]
fn workers_change_nothing_but_the_time() {
    let data = rows(50);
    let loader = || DataLoader::new(&data, 4).bucketed((0..50).map(|i| i % 7).collect::<Vec<_>>());
    let expected = seen(&loader(), &epoch(3, 1)).unwrap();
    for workers in [1, 2, 3, 20] {
        let loader = loader().workers(workers).ahead(workers % 3);
        assert_eq!(seen(&loader, &epoch(3, 1)).unwrap(), expected, "{workers} workers");
        assert_eq!(seen(&loader, &epoch(3, 1).skip(5)).unwrap(), expected[5..]);
    }
    let mut taken = 0;
    loader()
        .workers(2)
        .for_each(&mut Rng::new(1), |batch| {
            taken += batch.target.len();
            Ok(())
        })
        .unwrap();
    assert_eq!(taken, 50);
}

#[test]
fn a_last_batch_is_dropped_for_training_alone() {
    let data = rows(10);
    let loader = DataLoader::new(&data, 4).drop_last();
    let sizes = |order: &EpochOrder| -> Vec<_> {
        seen(&loader, order).unwrap().iter().map(Vec::len).collect()
    };
    assert_eq!(sizes(&epoch(0, 1)), [4, 4]);
    assert_eq!(sizes(&EpochOrder::new(9)), [4, 4, 2]);
    assert_eq!(loader.num_batches(), 2);
}

#[test]
fn rows_are_drawn_by_their_weights() {
    let data = rows(4);
    let loader = DataLoader::new(&data, 100).weighted([1.0, 0.0, 2.0, 5.0], 8_000);
    let mut counts = [0.0_f64; 4];
    seen(&loader, &epoch(0, 1))
        .unwrap()
        .concat()
        .iter()
        .for_each(|&row| counts[row as usize] += 1.0);
    for (count, expected) in counts.iter().zip([1_000.0, 0.0, 2_000.0, 5_000.0]) {
        assert!((count - expected).abs() < 150.0, "{counts:?}");
    }
    assert_eq!((loader.num_batches(), counts[1]), (80, 0.0));
}

#[test]
fn every_batch_has_the_share_of_each_class() {
    let labels: Vec<f64> = (0..100).map(|row| f64::from(row % 5 == 0)).collect();
    let data = rows(100);
    let loader = DataLoader::new(&data, 10).stratified(&labels.into());
    for number in 0..5 {
        for batch in seen(&loader, &epoch(number, 1)).unwrap() {
            assert_eq!(batch.iter().filter(|&row| row % 5.0 == 0.0).count(), 2, "{batch:?}");
        }
    }
    assert_ne!(seen(&loader, &epoch(0, 1)).unwrap(), seen(&loader, &epoch(1, 1)).unwrap());
}

/// Sequences of 1 to 12 ids.
fn sequences(count: usize) -> Sequences {
    let ids = (0..count).map(|i| (0..1 + (i * 7) % 12).map(|k| 1 + (i + k) as i64 % 8).collect());
    let ids: Vec<Vec<i64>> = ids.collect();
    let labels: Vec<f32> = ids.iter().map(|ids| f32::from(u8::from(ids.contains(&3)))).collect();
    Sequences::new(ids, labels.into())
}

#[test]
fn sequences_of_a_length_stand_together() {
    let data = sequences(800);
    let padded = |loader: &DataLoader<'_, Sequences>| {
        let (mut all, mut real) = (0, 0);
        loader
            .for_each(&mut Rng::new(1), |batch| {
                all += batch.input.size();
                real += batch.input.not_equal_to(0.0).to(brand_nn_tensor::DType::F64).sum().item()
                    as usize;
                Ok(())
            })
            .unwrap();
        (all - real) as f64 / all as f64
    };
    let bucketed = DataLoader::new(&data, 8).bucketed(data.lengths());
    assert!(padded(&bucketed) < 0.03, "{}", padded(&bucketed));
    assert!(padded(&DataLoader::new(&data, 8)) > 0.3);
    let longest = data.padding(PadOptions { padding: Side::Back, ..PadOptions::to(5) });
    assert_eq!(longest.batch(&[0, 1]).unwrap().0.shape()[..], [2, 5]);
    let network = Sequential::new()
        .add(embedding(9, 6).mask_zero(true))
        .add(lstm(8))
        .add(dense(1).activation(Activation::Sigmoid))
        .build([12])
        .unwrap();
    let data = sequences(800);
    let loader = DataLoader::new(&data, 16).bucketed(data.lengths()).workers(2);
    let mut trainer = network.compile(Adam::new(0.02), BinaryCrossEntropy);
    let history = trainer.fit(&loader, Fit::epochs(4).seed(1).quiet()).unwrap();
    assert!(history.last("loss").unwrap() < 0.3, "{:?}", history.column("loss"));
}

/// A data set that fails at a row, by an error or a panic.
struct Broken {
    panics: bool,
}

impl DataSet for Broken {
    type Input = Tensor;

    fn len(&self) -> usize {
        20
    }

    fn batch(&self, rows: &[usize]) -> Result<(Tensor, Tensor)> {
        let wrong = rows.contains(&13);
        assert!(!(wrong && self.panics), "row 13 is broken");
        let size = if wrong { 99 } else { rows.len() };
        brand_nn_train::same_len(&[rows.len(), size])?;
        Ok((Tensor::ones([rows.len(), 1]), Tensor::ones([rows.len()])))
    }
}

#[track_caller]
fn fails(data: &impl Batches<Input = Tensor>, message: &str) {
    let network = Sequential::new().add(dense(1)).build([1]).unwrap();
    let error = network.compile(Sgd::new(0.1), mse).fit(data, Fit::epochs(1).quiet()).unwrap_err();
    assert!(error.to_string().contains(message), "{error}\ndoes not contain: {message}");
}

#[test]
fn panics_of_workers_are_errors() {
    let (panics, errs) = (Broken { panics: true }, Broken { panics: false });
    fails(
        &DataLoader::new(&panics, 2).workers(2),
        "in the background: got a panic: row 13 is broken",
    );
    fails(&DataLoader::new(&errs, 2).workers(3), "got 2 and 99 examples");
    fails(&DataLoader::new(&errs, 2), "got 2 and 99 examples");
    let data = (Tensor::ones([4, 1]), Tensor::ones([4]));
    let loader = || DataLoader::new(&data, 2);
    fails(&loader().weighted([1.0, 2.0], 9), "got 4 and 2 examples");
    fails(&loader().weighted([1.0, -2.0, 1.0, 1.0], 9), "the weights of a sample: got -2");
    fails(&loader().weighted([0.0; 4], 9), "the weights of a sample: got a sum of 0");
    fails(&loader().bucketed([1, 2]), "got 4 and 2 examples");
    fails(&loader().stratified(&Tensor::ones([5])), "got 4 and 5 examples");
    fails(&augment(data.clone(), noise(-1.0)), "noise: got -1, expected a number of at least 0");
    fails(&augment(data.clone(), mixup(0.0)), "mixup: got 0, expected a number above 0");
    let classes = (data.0.clone(), Tensor::ones([4]).to(brand_nn_tensor::DType::I64));
    fails(&augment(classes, mixup(0.2)), "mixup: got inputs of f32 and targets of i64");
}

/// A file of numbers 0 to `count` and twice of them.
fn table(folder: &std::path::Path, count: usize) -> std::path::PathBuf {
    let path = folder.join("numbers.csv");
    let lines: String = (0..count).map(|i| format!("{i},{}\n", 2 * i)).collect();
    write_atomically(&path, |out| write!(out, "x,y\n{lines}")).unwrap();
    path
}

fn pairs(table: &Table) -> Result<(Tensor, Tensor)> {
    let column = |name| -> Result<Tensor> {
        let numbers = table.numbers(name)?;
        Ok(numbers.into_iter().map(|x| x.unwrap_or(0.0) as f32).collect::<Vec<_>>().into())
    };
    Ok((column("x")?.unsqueeze(1), column("y")?))
}

#[test]
fn a_file_in_pieces_gives_every_row_once() {
    let folder = tempdir().unwrap();
    let path = table(folder.path(), 107);
    let data = TablePieces::new(&path, TableReader::new(), pairs).batches(3);
    let whole = seen(&data, &epoch(0, 1)).unwrap();
    let expected: Vec<f64> = (0..107).map(|i| f64::from(2 * i)).collect();
    assert_eq!((sorted(&whole), whole.len()), (expected, 27));
    assert_eq!(whole, seen(&data, &epoch(0, 1)).unwrap());
    assert_ne!(whole, seen(&data, &epoch(1, 1)).unwrap());
    for skip in [1, 3, 8, 26, 27, 40] {
        let rest = &whole[skip.min(27)..];
        assert_eq!(seen(&data, &epoch(0, 1).skip(skip)).unwrap(), rest, "{skip} skipped");
    }
    let mut taken = 0;
    data.each(&epoch(0, 1), &mut |_| {
        taken += 1;
        Ok(if taken < 5 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })
    .unwrap();
    assert_eq!(taken, 5);
}

#[test]
fn a_training_on_a_file_is_resumed() {
    let folder = tempdir().unwrap();
    let path = table(folder.path(), 100);
    let reader = TableReader::new();
    let scaler = ColumnTransformer::new()
        .add(["x"], StandardScaler::new())
        .fit(&reader.read(&path).unwrap())
        .unwrap();
    let run = |plan: Fit| {
        let make = |table: &Table| Ok((scaler.transform(table)?, pairs(table)?.1 / 100.0));
        let data = TablePieces::new(&path, reader.clone(), make).batches(2);
        let network = Sequential::new().add(dense(1)).build([1]).unwrap();
        let mut trainer = network.compile(Adam::new(0.1), mse);
        let history = trainer.fit(&data, plan.batch_size(8).seed(1).quiet()).unwrap();
        let rows = Tensor::from([[0.0_f32], [1.0]]);
        (history, trainer.predict(&rows).unwrap())
    };
    let state = folder.path().join("run");
    let whole = run(Fit::epochs(3));
    run(Fit::epochs(3).max_steps(20).checkpoint(Checkpoint::new(&state)));
    assert_eq!(run(Fit::epochs(3).resume_from(&state)), whole);
}

#[test]
fn troubles_of_a_file_are_told() {
    let folder = tempdir().unwrap();
    let path = table(folder.path(), 30);
    let pieces = |path| TablePieces::new(path, TableReader::new(), pairs).batches(1);
    let none = folder.path().join("none.csv");
    fails(&pieces(&none), "none.csv");
    let half =
        TablePieces::new(&path, TableReader::new(), |_: &Table| -> Result<(Tensor, Tensor)> {
            Ok((Tensor::ones([2, 1]), Tensor::ones([3])))
        });
    fails(&half, "got 2 and 3 examples");
    let panics =
        TablePieces::new(&path, TableReader::new(), |_: &Table| -> Result<(Tensor, Tensor)> {
            panic!("no rows today")
        });
    fails(&panics, "in the background: got a panic: no rows today");
    let network = Sequential::new().add(dense(1)).build([1]).unwrap();
    let plan = Fit::epochs(1).validation_split(0.1).quiet();
    let error = network.compile(Sgd::new(0.1), mse).fit(&pieces(&path), plan).unwrap_err();
    assert!(matches!(error, Error::Setting { setting: "validation_split", .. }), "{error}");
    let broken = folder.path().join("broken.csv");
    write_atomically(&broken, |out| write!(out, "x,y\n1,2\n3,4\nfive,6\n")).unwrap();
    let reader = TableReader::new().schema(&TableReader::new().read(&path).unwrap().schema());
    let plan = Fit::epochs(1).batch_size(1).quiet();
    let network = Sequential::new().add(dense(1)).build([1]).unwrap();
    let data = TablePieces::new(&broken, reader, pairs).batches(1);
    let error = network.compile(Sgd::new(1e-3), mse).fit(&data, plan).unwrap_err().to_string();
    assert!(error.contains("broken.csv, row 3 (line 4), column x: got `five`"), "{error}");
}

#[track_caller]
fn changed(augmenter: &TextAugmenter, text: &str, expected: &[&str]) {
    let mut seen: Vec<_> =
        (0..200).map(|seed| augmenter.apply(text, &mut Rng::new(seed))).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, expected, "of {text:?}");
}

#[test]
fn texts_are_changed_as_was_said() {
    let new = TextAugmenter::new;
    changed(&new(), " as  it is ", &["as it is"]);
    changed(&new().delete(0.5), "a b", &["a", "a b", "b"]);
    changed(&new().delete(1.0), "a b c", &["c"]);
    changed(&new().delete(1.0), "", &[""]);
    changed(&new().swap(0.5), "a b", &["a b", "b a"]);
    changed(&new().swap(1.0), "a b c", &["b c a"]);
    let words = || new().synonyms([("Good", vec!["fine", "nice"])], 0.5);
    changed(&words(), "GOOD x", &["GOOD x", "fine x", "nice x"]);
    changed(&new().synonyms([("a", Vec::<String>::new())], 1.0), "a", &["a"]);
    let set = TextSet::new(vec!["a b".into(); 2], Tensor::from([0.0_f32, 1.0])).unwrap();
    let more = words().augment(&set, 2, 1).unwrap();
    assert_eq!(more.labels.to_vec::<f32>(), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!(words().augment(&set, 0, 1).unwrap(), set);
    let error = new().swap(1.5).augment(&set, 1, 1).unwrap_err().to_string();
    assert!(error.starts_with("swap: got 1.5, expected a chance from 0 to 1"), "{error}");
}

#[test]
fn changes_are_made_for_training_alone_and_again() {
    let data = augment((Tensor::zeros([12, 1]), Tensor::zeros([12])), |mut examples, rng| {
        examples.target = Tensor::rand(examples.target.shape(), rng);
        Ok(examples)
    });
    let whole = seen(&data, &epoch(0, 1)).unwrap();
    assert_eq!(seen(&data, &epoch(0, 1).skip(1)).unwrap(), whole[1..]);
    assert_ne!(whole[0], whole[1]);
    assert_eq!(seen(&data, &EpochOrder::new(12)).unwrap(), [[0.0; 12]]);
}

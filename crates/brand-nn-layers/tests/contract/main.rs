//! Every layer goes through the contract, and every refusal says what is wrong.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::{Params, Var, Visitor};
use brand_nn_layers::{
    Activation, BatchNorm, Call, Dropout, Layer, LayerNorm, Linear, Lstm, Pass, Registry,
    Sequential, check, checkpoint, dense, dropout, embedding, flatten, group_norm, lstm,
};
use brand_nn_tensor::{DType, Rng, Shape, Tensor};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    rc::Rc,
};

mod activation;
mod attention;
mod click;
mod combine;
mod conv;
mod cost;
mod dense;
mod graph;
mod inference;
mod lookup;
mod noise;
mod norm;
mod pool;
mod position;
mod recurrent;
mod shape;
mod tagging;
mod transformer;
mod weights;

/// A layer of the suite: its type's name, its way through the contract, and itself.
struct Row {
    layer: &'static str,
    check: Box<dyn Fn() -> brand_nn_layers::Result<()>>,
    make: Box<dyn Fn() -> Box<dyn Layer>>,
    input: Tensor,
}

/// A row for what `make` makes, on a batch of examples.
fn row<L: Layer + 'static>(
    layer: &'static str,
    make: impl Fn() -> L + 'static,
    input: Tensor,
) -> Row {
    let (make, batch) = (Rc::new(make), input.clone());
    let again = make.clone();
    Row {
        layer,
        check: Box::new(move || check::layer(&*make, &batch)),
        make: Box::new(move || Box::new(again().init(7).unwrap())),
        input,
    }
}

/// A layer of several inputs, all of which `run` makes of one.
struct Through<L> {
    layer: L,
    run: fn(&L, &Var, &mut Pass) -> brand_nn_layers::Result<Var>,
    shape: fn(&Shape) -> Shape,
}

impl<L: Params> Params for Through<L> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.child("layer", &self.layer);
    }

    fn check(&self) -> brand_nn_autodiff::Result<()> {
        self.layer.check()
    }
}

impl<L: Params + Send + Sync> Layer for Through<L> {
    fn forward(&self, input: Var, pass: &mut Pass) -> brand_nn_layers::Result<Var> {
        (self.run)(&self.layer, &input, pass)
    }

    fn output_shape(&self, input: &Shape) -> brand_nn_layers::Result<Shape> {
        Ok((self.shape)(input))
    }
}

/// Normal draws of a shape.
fn draws(shape: &[usize]) -> Tensor {
    Tensor::randn(shape, &mut Rng::new(9))
}

fn rows() -> Vec<Row> {
    let families = [
        activation::rows,
        attention::rows,
        click::rows,
        combine::rows,
        conv::rows,
        dense::rows,
        graph::rows,
        lookup::rows,
        noise::rows,
        norm::rows,
        pool::rows,
        position::rows,
        recurrent::rows,
        shape::rows,
        tagging::rows,
        transformer::rows,
    ];
    families.into_iter().flat_map(|rows| rows()).collect()
}

#[test]
fn layers_keep_the_contract() {
    for row in rows() {
        (row.check)().unwrap_or_else(|error| panic!("{}: {error}", row.layer));
    }
}

/// Whatever the shape and type of an input, a layer takes it with its gradient, or refuses it.
#[test]
fn no_input_makes_a_layer_panic() {
    // A lambda is the user's formula, which may panic as tensors do.
    for row in rows().into_iter().filter(|row| row.layer != "Lambda") {
        let (layer, rank) = ((row.make)(), row.input.ndim());
        for shape in shapes(rank.saturating_sub(1)).chain(near(row.input.shape())) {
            let zeros = Tensor::zeros(&shape[..]);
            for dtype in [DType::F32, DType::I64, DType::Bf16] {
                // What makes several inputs of one is itself arithmetic, which 16 bits don't have.
                if dtype == DType::Bf16 && SEVERAL_INPUTS.contains(&row.layer) {
                    continue;
                }
                let input = zeros.to(dtype);
                let run = || run(&*layer, &input);
                let ran = catch_unwind(AssertUnwindSafe(run));
                assert!(ran.is_ok(), "{} panics at {dtype} {shape:?}", row.layer);
            }
        }
    }
}

/// For inference, then for training and back, as far as there is no error.
fn run(layer: &dyn Layer, input: &Tensor) -> brand_nn_layers::Result<()> {
    layer.call(input, &mut Pass::inference())?;
    let learns = matches!(input.dtype(), DType::F32 | DType::F64);
    let x = if learns { Var::leaf(input.clone()) } else { input.into() };
    let y = layer.call(x, &mut Pass::training(&mut Rng::new(1)))?;
    if y.is_tracked() {
        y.sum().backward()?;
    }
    Ok(())
}

/// Shapes of so many axes, one more and two more, with lengths of 0, 1, 3 and 4: 300 at most.
fn shapes(fewest: usize) -> impl Iterator<Item = Vec<usize>> {
    (fewest..fewest + 3).flat_map(|axes| {
        let length = |number: usize, axis: usize| [0, 1, 3, 4][(number >> (2 * axis)) % 4];
        (0..1 << (2 * axes))
            .take(300)
            .map(move |number| (0..axes).map(|axis| length(number, axis)).collect())
    })
}

/// The shape with one axis changed.
fn near(shape: &Shape) -> impl Iterator<Item = Vec<usize>> {
    let (shape, axes) = (shape.to_vec(), shape.len());
    (0..axes * 4).map(move |number| {
        let mut other = shape.clone();
        other[number / 4] = [0, 1, shape[number / 4] + 1, 9][number % 4];
        other
    })
}

/// The types that are no layers of one input, which the sources can't tell from other types.
const SEVERAL_INPUTS: [&str; 5] = [
    "AdditiveAttention",
    "Crf",
    "TargetAttention",
    "TransformerDecoder",
    "TransformerDecoderLayer",
];

/// Every type of the sources that is a layer has a row of its name.
#[test]
fn every_layer_has_a_row() {
    let listed: Vec<_> = rows().into_iter().map(|row| row.layer).collect();
    let mut layers = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                layers.extend(layers_of(&fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(layers.len() > 8, "only {layers:?} found");
    layers.extend(SEVERAL_INPUTS.map(str::to_owned));
    layers.retain(|layer| !listed.contains(&layer.as_str()));
    layers.retain(|layer| !["Box", "Network"].contains(&layer.as_str()));
    assert!(layers.is_empty(), "{layers:?} have no row in the suite");
}

/// The names of the types that a source makes layers.
fn layers_of(source: &str) -> Vec<String> {
    let lines = source.lines().filter(|line| line.starts_with("impl"));
    let types = lines.filter_map(|line| Some(line.split_once("Layer for ")?.1));
    types.filter_map(|rest| Some(rest.split(['<', ' ']).next()?.to_owned())).collect()
}

/// Dropout inside a checkpoint: the second run has the masks of the first.
#[test]
fn a_checkpoint_repeats_its_masks() {
    let x = Var::leaf(Tensor::ones([1000]));
    let run = |x: Var, pass: &mut Pass| Dropout::new(0.5).call(x, pass);
    let y = checkpoint(&x, &mut Pass::training(&mut Rng::new(4)), run).unwrap();
    let slope = y.sum().backward().unwrap().get(&x).unwrap();
    assert_eq!(&slope, y.tensor());
    let wrong =
        checkpoint(&x, &mut Pass::inference(), |x, pass| LayerNorm::new(3).init(0)?.call(x, pass));
    refused(wrong, "layer_norm: the input has shape [1000], expected a last axis of 3");
}

/// The anomaly mode names the layer and the op.
#[test]
fn a_checked_trip_names_the_layer_of_the_first_nan() {
    let network = Sequential::new().add(dense(2)).add(dense(1));
    let network = network.build([3]).unwrap().init(1).unwrap();
    let large = Tensor::full([1, 3], 1e30);
    let call = |pass: Pass| network.call(&large, &mut { pass });
    call(Pass::inference()).unwrap();
    network.params("dense_1.*").unwrap().first().unwrap().set(Tensor::full([1, 2], 1e30)).unwrap();
    refused(call(Pass::inference().checked()), "dense_1: the output is not finite");
    let learning = call(Pass::training(&mut Rng::new(1)).checked());
    refused(learning, "dense_1: the output is not finite, `linear` was the first");
}

#[test]
fn networks_keep_the_contract() {
    let ids = Tensor::from([[1_i64, 4, 1, 0], [0, 2, 2, 3]]);
    let network = || {
        Sequential::new()
            .add(embedding(5, 3))
            .add(lstm(4).return_sequences(true))
            .add(dropout(0.2))
            .add(lstm(3))
            .add(dense(2).activation(Activation::Softmax))
            .build([4])
            .unwrap()
    };
    check::layer(network, &ids).unwrap();
}

/// The model of the Keras tutorials, layer by layer.
#[test]
fn the_article_model_has_its_table() {
    let network = Sequential::new()
        .add(embedding(10_000, 50))
        .add(lstm(128).return_sequences(true))
        .add(dropout(0.2))
        .add(lstm(128))
        .add(dropout(0.2))
        .add(dense(1).activation(Activation::Sigmoid))
        .build([100])
        .unwrap();
    let rows: Vec<_> = network
        .summary()
        .rows
        .into_iter()
        .map(|row| (row.name, row.output, row.num_params))
        .collect();
    let expected = [
        ("embedding", vec![100, 50], 500_000),
        ("lstm", vec![100, 128], 91_648),
        ("dropout", vec![100, 128], 0),
        ("lstm_1", vec![128], 131_584),
        ("dropout_1", vec![128], 0),
        ("dense", vec![1], 129),
    ];
    assert_eq!(rows, expected.map(|(name, shape, count)| (name.to_owned(), shape, count)));
    assert_eq!(network.num_params(), 723_361);
    assert!(network.summary().to_string().contains("723,361 parameters"));
}

#[test]
fn a_description_builds_the_same_network() {
    let network = Sequential::new()
        .add(embedding(20, 4))
        .add(lstm(3).return_sequences(true))
        .add(flatten())
        .add(dropout(0.5))
        .add(dense(2).activation(Activation::Gelu).bias(false))
        .build([5])
        .unwrap();
    let again = Sequential::from_json(network.to_json(), &Registry::default()).unwrap();
    let again = again.rebuild().unwrap();
    assert_eq!(again.summary(), network.summary());
    let ids = Tensor::from([[1_i64, 2, 3, 4, 5]]);
    let run = |network: brand_nn_layers::Network| {
        network.init(1).unwrap().call(&ids, &mut Pass::inference()).unwrap().into_tensor()
    };
    assert_eq!(run(network), run(again));
}

#[track_caller]
fn refused(result: Result<impl Sized, brand_nn_layers::Error>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn wrong_settings_are_refused_when_built() {
    let build = |recipes: Sequential| recipes.build([5]);
    refused(build(Sequential::new().add(dropout(1.0))), "dropout: rate is 1, expected at least 0");
    refused(build(Sequential::new().add(dropout(-0.1))), "rate is -0.1");
    refused(build(Sequential::new().add(dense(0))), "dense: units is 0, expected at least 1");
    refused(build(Sequential::new().add(embedding(0, 4))), "embedding: rows is 0");
    refused(build(Sequential::new().add(lstm(4))), "lstm: the input has shape [5]");
    let twice = Sequential::new().add(embedding(9, 4)).add(lstm(4)).add(lstm(4));
    refused(build(twice), "lstm_1: the input has shape [4], expected [time, features]");
    let refusal = Dropout::new(2.0).init(0).map_err(brand_nn_layers::Error::from);
    refused(refusal, "rate is 2");
    let refusal = LayerNorm::new(2).epsilon(-1.0).init(0).map_err(brand_nn_layers::Error::from);
    refused(refusal, "epsilon is -1, expected a number that is not below 0");
    let refusal = BatchNorm::new(2).momentum(1.5).init(0).map_err(brand_nn_layers::Error::from);
    refused(refusal, "momentum is 1.5, expected a share between 0 and 1");
    refused(build(Sequential::new().add(group_norm(2))), "groups is 2 for 5 channels");
}

#[test]
fn wrong_inputs_are_refused_with_the_place() {
    let network = Sequential::new().add(embedding(9, 4)).add(lstm(2)).build([3]).unwrap();
    let network = network.init(0).unwrap();
    let call = |x: Tensor| network.call(x, &mut Pass::inference());
    refused(call(Tensor::ones([1, 3])), "embedding: the input is f32, expected i64 ids");
    refused(call(Tensor::from([[1_i64, 9, 0]])), "embedding: id 9, expected 0 to 8; help:");
    refused(call(Tensor::from([[1_i64, -1, 0]])), "embedding: id -1, expected 0 to 8; help:");
    refused(call(Tensor::from([1_i64, 2])), "lstm: the input has shape [2, 4]");
    let pending = Linear::new(2, 2);
    refused(pending.call(Tensor::ones([1, 2]), &mut Pass::inference()), "has no value yet");
    let linear = Linear::new(2, 2).init(0).unwrap();
    let double = linear.call(Tensor::ones([1, 2]).to(DType::F64), &mut Pass::inference());
    refused(double, "linear: the input is f64, expected f32 as the weights; help: cast");
    let lstm = Lstm::new(2, 2).init(0).unwrap();
    let double = lstm.call(Tensor::ones([1, 2, 2]).to(DType::F64), &mut Pass::inference());
    refused(double, "lstm: the input is f64, expected f32 as the weights; help: cast");
    let wide = linear.call(Tensor::ones([1, 3]), &mut Pass::inference());
    refused(wide, "linear: the input has shape [1, 3], expected a last axis of 2 features");
}

#[test]
fn wrong_descriptions_are_refused() {
    let read = |json: &str| Sequential::from_json(json, &Registry::default());
    refused(read("{"), "the architecture can't be read");
    refused(read(r#"{"input":[3],"layers":[{"layer":"warp"}]}"#), "unknown layer `warp`");
    let layer = |settings: &str| read(&format!(r#"{{"input":[3],"layers":[{{{settings}}}]}}"#));
    let dense = r#""layer":"dense","units":2,"activation":"linear","bias":true,"init":"zeros""#;
    assert!(layer(dense).is_ok(), "{:?}", layer(dense).err());
    refused(layer(r#""layer":"dense""#), "dense: missing setting `units`");
    refused(layer(r#""units":2"#), "a recipe: missing setting `layer`");
    refused(layer(&dense.replace("2", "-2")), "dense: setting `units`: invalid value");
    refused(layer(&format!(r#"{dense},"biass":true"#)), "dense: unknown setting `biass`; help: it");
    let inner = format!(r#""layer":"bidirectional","merge_mode":"sum","inner":{{{dense},"x":1}}"#);
    refused(layer(&inner), "dense: unknown setting `x`");
    let nested = format!(r#""layer":"residual","around":{{{dense}}},"y":1"#);
    refused(layer(&nested), "residual: unknown setting `y`");
    refused(Sequential::new().rebuild(), "the shape of an example is not known");
}

//! Layers that read a sequence step by step, and the masks that they understand.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::{
    Params, Var, Visitor,
    check::{gradient, second_order},
};
use brand_nn_layers::{
    Activation, AlphaDropout, BatchNorm, Bidirectional, Call, Dropout, Embedding, Error,
    FeedForward, Flow, GaussianDropout, GaussianNoise, Glu, Gru, Layer, LayerNorm, Linear, Lstm,
    Mask, Masking, MergeMode, Network, Nonlinearity, Pass, RecurrentState, Registry, Result,
    RmsNorm, Rnn, Sequential, Stacked, TimeDistributed, bidirectional, check, dense, dropout,
    embedding, flatten, gru, lstm, masking, simple_rnn, time_distributed,
};
use brand_nn_tensor::{DType, Rng, Shape, Tensor, check::assert_close};

pub(crate) fn rows() -> Vec<Row> {
    let x = || draws(&[2, 5, 3]);
    let both = |mode| move || Bidirectional::new(Lstm::new(3, 2), Lstm::new(3, 2)).merge_mode(mode);
    let each = || Gru::new(3, 2).return_sequences(true);
    let relu = || Rnn::new(3, 4).nonlinearity(Nonlinearity::Relu);
    vec![
        row("Lstm", || Lstm::new(3, 4), x()),
        row("Lstm", || Lstm::new(3, 4).return_sequences(true), x()),
        row("Lstm", || Lstm::new(3, 4).return_sequences(true).reverse(true), x()),
        row("Gru", || Gru::new(3, 4), x()),
        row("Gru", || Gru::new(3, 4).return_sequences(true), x()),
        row("Gru", || Gru::new(3, 4).reverse(true), x()),
        row("Rnn", || Rnn::new(3, 4), x()),
        row("Rnn", move || relu().return_sequences(true), x()),
        row("Stacked", || Stacked::lstm(3, 2, 2), x()),
        row("Stacked", || Stacked::gru(3, 2, 2).bidirectional(true).dropout(0.3), x()),
        row("Stacked", || Stacked::rnn(3, 2, 3, Nonlinearity::Tanh).return_sequences(true), x()),
        row("Bidirectional", both(MergeMode::Concat), x()),
        row("Bidirectional", both(MergeMode::Sum), x()),
        row("Bidirectional", both(MergeMode::Mul), x()),
        row("Bidirectional", both(MergeMode::Ave), x()),
        row("Bidirectional", move || Bidirectional::new(each(), each()), x()),
        row("TimeDistributed", || TimeDistributed::new(Linear::new(3, 2)), x()),
        row("TimeDistributed", || TimeDistributed::new(Embedding::new(5, 2)), ids()),
        row("Masking", || Masking::new(0.0), x()),
    ]
}

fn ids() -> Tensor {
    Tensor::from([[1_i64, 4, 1], [0, 2, 2]])
}

/// Rows of a mask from text: `x` is a real step.
fn mask(rows: &[&str]) -> Mask {
    let steps: Vec<bool> = rows.iter().flat_map(|row| row.chars()).map(|c| c == 'x').collect();
    Mask::new(Tensor::from(steps).reshape([rows.len(), rows[0].len()])).unwrap()
}

/// Layers of 3 features that give all steps and the last state, by what they are.
type Run = Box<dyn Fn(Flow, &mut Pass) -> Result<(Flow, RecurrentState)>>;

fn nets() -> Vec<(&'static str, Run)> {
    macro_rules! run {
        ($name:literal, $net:expr) => {{
            let net = $net.init(3).unwrap();
            net.cast(DType::F64).unwrap();
            let run: Run = Box::new(move |flow, pass| net.run(flow, None, pass));
            ($name, run)
        }};
    }
    vec![
        run!("lstm", Lstm::new(3, 2)),
        run!("gru", Gru::new(3, 2)),
        run!("rnn", Rnn::new(3, 2)),
        run!("gru from the back", Gru::new(3, 2).reverse(true)),
        run!("stack", Stacked::lstm(3, 2, 2).bidirectional(true)),
    ]
}

/// What the layers make of padded rows is what they make of each row's real steps alone.
#[track_caller]
fn check_padding(rows: &[&str]) {
    let (mask, x) = (mask(rows), draws(&[rows.len(), rows[0].len(), 3]).to(DType::F64));
    for (name, run) in nets() {
        let pass = &mut Pass::inference();
        let (padded, end) = run(Flow::masked(&x, mask.clone()).unwrap(), pass).unwrap();
        assert_eq!(padded.mask.as_ref(), Some(&mask), "{name}");
        let batch_axis = end.hidden.ndim() as isize - 2;
        for (row, text) in rows.iter().enumerate() {
            let real: Vec<usize> = text.match_indices('x').map(|(at, _)| at).collect();
            let outputs = padded.value.tensor().select(0, row);
            let state = end.hidden.tensor().slice(batch_axis, row..row + 1);
            let rest: Vec<usize> = (0..text.len()).filter(|step| !real.contains(step)).collect();
            assert_eq!(outputs.rows(&rest).unwrap().abs().sum().item(), 0.0, "{name}: padding");
            if real.is_empty() {
                assert_eq!(state.abs().sum().item(), 0.0, "{name}: a state of no step");
                continue;
            }
            let alone = x.select(0, row).rows(&real).unwrap().unsqueeze(0);
            let (sequence, alone) = run(alone.into(), pass).unwrap();
            let outputs = outputs.rows(&real).unwrap().unsqueeze(0);
            assert_close(&outputs, sequence.value.tensor(), 1e-12);
            assert_close(&state, alone.hidden.tensor(), 1e-12);
        }
    }
}

#[test]
fn padding_changes_nothing() {
    check_padding(&["xxxxx", "xxx..", "x....", "xxxx."]);
    check_padding(&["..xxx", "xxxxx", "....x"]);
    check_padding(&["x.x.x", ".xx..", "....."]);
    check_padding(&["xx", "xx"]);
    check_padding(&["...", "..."]);
    check_padding(&[".x"]);
}

/// Values in padded steps, even NaN, reach neither outputs nor gradients; slopes and their slopes
/// are right.
#[test]
fn padding_has_no_gradient() {
    let mask = mask(&["xx.", ".x.", "..."]);
    let real = mask.steps().unsqueeze(-1);
    let x = draws(&[3, 3, 3]).to(DType::F64);
    for (name, run) in nets() {
        let output = |x: &Var| {
            let flow = Flow::masked(x, mask.clone())?;
            let (sequence, end) = run(flow, &mut Pass::inference())?;
            Ok::<_, Error>((sequence.value * 3.0).sum() + end.hidden.square().sum())
        };
        let function =
            |x: &[Var]| Ok(output(&x[0]).unwrap_or_else(|error| panic!("{name}: {error}")));
        for check in [gradient, second_order] {
            assert!(check(std::slice::from_ref(&x), function).unwrap().is_empty(), "{name}");
        }
        let holed = Var::leaf(x.masked_fill(&real.not(), f64::NAN));
        let slope = output(&holed).unwrap().backward().unwrap().get(&holed).unwrap();
        assert!(slope.is_finite().all(), "{name}: {slope}");
        assert_eq!(slope.masked(&real.not()).abs().sum().item(), 0.0, "{name}");
    }
}

#[test]
fn a_batch_without_a_real_step_still_reaches_the_weights() {
    let layer = Gru::new(3, 2).init(1).unwrap();
    let flow = Flow::masked(draws(&[1, 2, 3]), mask(&[".."])).unwrap();
    let last = layer.call_flow(flow, &mut Pass::inference().learning()).unwrap().value;
    let gradients = last.sum().backward().unwrap();
    assert_eq!(gradients.get(&layer.weight_hh).unwrap().abs().sum().item(), 0.0);
}

fn network(ids: Sequential) -> Network {
    ids.build([6]).unwrap().init(5).unwrap()
}

/// Text that was padded in front, as Keras does, behind, or not at all gives the same answer.
#[test]
fn networks_do_not_see_padding() {
    let network = network(
        Sequential::new()
            .add(embedding(9, 4).mask_zero(true))
            .add(dropout(0.1))
            .add(bidirectional(gru(3).return_sequences(true)))
            .add(time_distributed(dense(5)))
            .add(bidirectional(lstm(3)))
            .add(dense(2)),
    );
    let answer = |ids: Tensor| network.call(ids, &mut Pass::inference()).unwrap().into_tensor();
    let plain = answer(Tensor::from([[4_i64, 8, 1]]));
    assert_close(&answer(Tensor::from([[0_i64, 0, 0, 4, 8, 1]])), &plain, 1e-6);
    assert_close(&answer(Tensor::from([[4_i64, 8, 1, 0, 0, 0]])), &plain, 1e-6);
    let batch = answer(Tensor::from([[4_i64, 8, 1, 0, 0, 0], [3, 3, 3, 3, 3, 3]]));
    assert_close(&batch.slice(0, ..1), &plain, 1e-6);
    let same = Sequential::from_json(network.to_json(), &Registry::default()).unwrap();
    assert_eq!(same.rebuild().unwrap().summary(), network.summary());
}

#[test]
fn layers_of_single_steps_keep_the_mask() {
    let flow = || Flow::masked(draws(&[2, 3, 4]), mask(&["xx.", "x.."])).unwrap();
    let layers: [Box<dyn Layer>; 12] = [
        Box::new(Activation::Mish),
        Box::new(AlphaDropout::new(0.5)),
        Box::new(GaussianNoise::new(0.5)),
        Box::new(GaussianDropout::new(0.5)),
        Box::new(Glu::default()),
        Box::new(FeedForward::new(4, 8).init(1).unwrap()),
        Box::new(Linear::new(4, 2).init(1).unwrap()),
        Box::new(Dropout::new(0.5)),
        Box::new(LayerNorm::new(4).init(1).unwrap()),
        Box::new(RmsNorm::new(4).init(1).unwrap()),
        Box::new(TimeDistributed::new(BatchNorm::new(4)).init(1).unwrap()),
        Box::new(Masking::new(0.0)),
    ];
    for (number, layer) in layers.iter().enumerate() {
        let output = layer.call_flow(flow(), &mut Pass::training(&mut Rng::new(1))).unwrap();
        assert_eq!(output.mask, flow().mask, "layer {number}");
    }
}

/// Statistics of steps see real steps alone.
#[test]
fn padding_does_not_move_statistics() {
    let layer = TimeDistributed::new(BatchNorm::new(2)).init(1).unwrap();
    let x = Tensor::from([[[1.0_f32, 3.0], [100.0, 100.0], [3.0, 5.0]]]);
    let flow = Flow::masked(x, mask(&["x.x"])).unwrap();
    let output = layer.call_flow(flow, &mut Pass::training(&mut Rng::new(1))).unwrap();
    assert_close(
        output.value.tensor(),
        &Tensor::from([[[-1.0_f32, -1.0], [0.0; 2], [1.0, 1.0]]]),
        1e-4,
    );
}

#[test]
fn masks_of_two_layers_are_both_kept() {
    let both = Embedding::new(5, 2).mask_zero(true).init(1).unwrap();
    let flow = Flow::masked(Tensor::from([[3_i64, 0, 2]]), mask(&["xx."])).unwrap();
    let output = both.call_flow(flow, &mut Pass::inference()).unwrap();
    assert_eq!(output.mask, Some(mask(&["x.."])));
    let x = Tensor::from([[[1.0_f32], [0.0], [2.0]]]);
    let flow = Flow::masked(x, mask(&["xx."])).unwrap();
    let output = Masking::new(0.0).call_flow(flow, &mut Pass::inference()).unwrap();
    assert_eq!(output.mask, Some(mask(&["x.."])));
}

/// A sequence read in pieces gives what it gives at once, forward and on the way back.
#[test]
fn states_are_handed_on() {
    let net = Stacked::lstm(3, 2, 2).init(1).unwrap();
    let (x, pass) = (draws(&[2, 6, 3]), &mut Pass::inference().learning());
    let (whole, end) = net.run(&x, None, pass).unwrap();
    let (first, middle) = net.run(x.slice(1, ..4), None, pass).unwrap();
    let (second, last) = net.run(x.slice(1, 4..), Some(&middle), pass).unwrap();
    let pieces = Var::concat(&[first.value, second.value], 1);
    assert_close(pieces.tensor(), whole.value.tensor(), 1e-6);
    assert_close(last.cell.unwrap().tensor(), end.cell.unwrap().tensor(), 1e-6);
    let slope = |y: Var| {
        let weight = &net.params("weight_hh_l0").unwrap()[0];
        y.square().sum().backward().unwrap().get(weight).unwrap()
    };
    let at_once = slope(whole.value.slice(1, 4..6));
    assert_close(&slope(pieces.slice(1, 4..6)), &at_once, 1e-5);
    let (cut, _) = net.run(x.slice(1, 4..), Some(&middle.stop_gradient()), pass).unwrap();
    assert!((slope(cut.value) - at_once).abs().max().item() > 1e-4, "the way back was not cut");
}

/// A layer that takes masks and looks at padding all the same.
struct Careless;

impl Params for Careless {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

impl Layer for Careless {
    fn forward(&self, input: Var, _: &mut Pass) -> Result<Var> {
        Ok(input.mean_axis(1))
    }

    fn flow(&self, input: Flow, pass: &mut Pass) -> Result<Flow> {
        Ok(self.forward(input.value, pass)?.into())
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input[1..].into())
    }
}

#[test]
#[should_panic(expected = "what a mask excludes changes the output")]
fn the_contract_finds_a_layer_that_ignores_masks() {
    check::layer(|| Careless, &draws(&[2, 3, 4])).unwrap();
}

/// Descriptions that were written before a setting existed are read with its default.
#[test]
fn old_descriptions_are_read() {
    let json = r#"{"input":[5],"layers":[
        {"layer":"embedding","rows":9,"dim":4,"init":{"uniform":[-0.05,0.05]}},
        {"layer":"lstm","units":2,"return_sequences":false}]}"#;
    let read = Sequential::from_json(json, &Registry::default()).unwrap().rebuild().unwrap();
    let written = Sequential::new().add(embedding(9, 4)).add(lstm(2)).build([5]).unwrap();
    assert_eq!(read.to_json(), written.to_json());
}

#[test]
fn wrong_masks_are_refused() {
    let pass = &mut Pass::inference();
    let masked = || Flow::masked(draws(&[2, 3, 4]), mask(&["xx.", "x.."])).unwrap();
    let after =
        |network: &Network| network.call(Tensor::from([[1_i64; 6]]), &mut Pass::inference());
    let texts = || Sequential::new().add(embedding(9, 4).mask_zero(true));
    refused(
        after(&network(texts().add(flatten()))),
        "flatten: there is a mask, which is not under",
    );
    refused(after(&network(texts())), "network: there is a mask, which is not understood here");
    refused(BatchNorm::new(4).call_flow(masked(), pass), "BatchNorm: there is a mask");
    refused(Mask::from_lengths(&[4], 3), "mask: length is 4 of 3 steps, expected at most");
    refused(Mask::new(Tensor::ones([2, 3])), "mask: the input is f32, expected bool");
    refused(Mask::of_ids(&Tensor::ones([2, 3]), 0), "mask: the input is f32, expected i64 ids");
    refused(Mask::new(mask(&["x"]).steps().flatten()), "mask: the input has shape [1], expected");
    let short = Flow::masked(draws(&[2, 4, 4]), mask(&["xx.", "x.."]));
    refused(short, "flow: the input has shape [2, 4, 4], expected [2, 3, …] as its mask");
    refused(mask(&["x"]).and(&mask(&["xx"])), "mask: the input has shape [1, 1], expected [1, 2");
    let misfit = || Flow { mask: Some(mask(&["x"])), ..masked() };
    let lstm = Lstm::new(4, 2).init(1).unwrap();
    refused(lstm.call_flow(misfit(), pass), "lstm: the input has shape [2, 3, 4], expected [1, 1");
    refused(Dropout::new(0.5).call_flow(misfit(), pass), "dropout: the input has shape [2, 3, 4]");
    let each = TimeDistributed::new(Linear::new(4, 2)).init(1).unwrap();
    refused(
        each.call_flow(misfit(), pass),
        "the input has shape [2, 3, 4], expected [1, 1, …] as its mask",
    );
    let flat = Flow::masked(draws(&[2, 3]), mask(&["xx.", "x.."])).unwrap();
    refused(Dropout::new(0.5).call_flow(flat, pass), "expected [batch, time, features, …] with a");
    let letters = Embedding::new(5, 2).mask_zero(true).init(1).unwrap();
    let letters = letters.call_flow(ids().unsqueeze(0), pass);
    refused(letters, "the input has shape [1, 2, 3], expected [batch, time]");
}

#[test]
fn wrong_sequences_are_refused() {
    let pass = &mut Pass::inference();
    let gru = Gru::new(3, 2).init(1).unwrap();
    let mut call = |shape: &[usize]| gru.call(draws(shape), pass);
    refused(call(&[2, 5]), "gru: the input has shape [2, 5], expected [batch, time, features]");
    refused(call(&[2, 5, 4]), "gru: the input has shape [2, 5, 4], expected");
    refused(call(&[2, 0, 3]), "with 3 features and at least one step");
    refused(gru.output_shape(&[0, 3].into()), "at least one step");
    let pass = &mut Pass::inference();
    let double = draws(&[2, 5, 3]).to(DType::F64);
    refused(gru.call(double, pass), "gru: the input is f64, expected f32 as the weights");
    let stack = Stacked::lstm(3, 2, 2).init(1).unwrap();
    refused(stack.call(draws(&[2, 5]), pass), "lstm: the input has shape [2, 5]");
    let both = Bidirectional::new(Gru::new(3, 2), Gru::new(3, 4)).init(1).unwrap();
    refused(both.call(draws(&[2, 3]), pass), "bidirectional: the input has shape [2, 3]");
    let sum = both.merge_mode(MergeMode::Sum);
    refused(sum.call(draws(&[2, 5, 3]), pass), "the input has shape [2, 4], expected [2, 2] from");
    refused(sum.output_shape(&[5, 3].into()), "[4], expected [2] from both directions");
    let each = TimeDistributed::new(Linear::new(3, 2)).init(1).unwrap();
    refused(each.call(draws(&[2]), pass), "the input has shape [2], expected [batch, time, …]");
    refused(each.call(draws(&[2, 5, 4]), pass), "expected a last axis of 3 features");
    refused(each.output_shape(&().into()), "expected [time, …] an example");
    let masking = Masking::new(0.0);
    refused(masking.call(draws(&[2, 3]), pass), "masking: the input has shape [2, 3]");
    refused(
        masking.call(ids().unsqueeze(-1), pass),
        "masking: the input is i64, expected f32 or f64",
    );
    refused(masking.output_shape(&[3].into()), "expected [time, features] an example");
}

#[test]
fn wrong_states_are_refused() {
    let pass = &mut Pass::inference();
    let (lstm, gru) = (Lstm::new(3, 2).init(1).unwrap(), Gru::new(3, 2).init(1).unwrap());
    let stack = Stacked::gru(3, 2, 2).init(1).unwrap();
    let state = |shape: &[usize]| RecurrentState::from(Var::from(draws(shape)));
    let pair = |shape: &[usize]| RecurrentState::from((draws(shape).into(), draws(shape).into()));
    let x = draws(&[4, 5, 3]);
    refused(gru.run(&x, Some(&state(&[5, 2])), pass), "gru: state is f32 [5, 2], expected a state");
    refused(gru.run(&x, Some(&state(&[4, 3])), pass), "gru: state is f32 [4, 3]");
    refused(gru.run(&x, Some(&pair(&[4, 2])), pass), "gru: state is f32 [4, 2] and f32 [4, 2]");
    refused(lstm.run(&x, Some(&state(&[4, 2])), pass), "lstm: state is f32 [4, 2], expected");
    let double = RecurrentState::from(Var::from(draws(&[4, 2]).to(DType::F64)));
    refused(gru.run(&x, Some(&double), pass), "gru: state is f64 [4, 2]");
    refused(stack.run(&x, Some(&state(&[4, 2])), pass), "stacked: state is f32 [4, 2]");
    refused(stack.run(&x, Some(&state(&[3, 4, 2])), pass), "stacked: state is f32 [3, 4, 2]");
    refused(stack.run(&x, Some(&state(&[2, 4, 3])), pass), "gru: state is f32 [4, 3]");
}

#[test]
fn wrong_settings_are_refused() {
    fn init(layer: impl Params) -> Result<()> {
        Ok(layer.init(0).map(drop)?)
    }
    refused(init(Lstm::new(3, 0)), "units is 0, expected at least 1");
    refused(init(Gru::new(3, 0)), "units is 0, expected at least 1");
    refused(init(Rnn::new(3, 0)), "units is 0, expected at least 1");
    refused(init(Stacked::lstm(3, 0, 2)), "stacked: units is 0, expected at least 1");
    refused(init(Stacked::gru(3, 2, 0)), "stacked: num_layers is 0, expected at least 1");
    refused(init(Stacked::lstm(3, 2, 2).dropout(1.0)), "rate is 1, expected at least 0 and below");
    let none = Stacked::gru(3, 2, 0);
    refused(none.call(draws(&[2, 5, 3]), &mut Pass::inference()), "num_layers is 0");
    refused(none.output_shape(&[5, 3].into()), "num_layers is 0");
    refused(init(Masking::new(f64::NAN)), "mask_value is NaN, expected a finite number");
    refused(init(Embedding::new(3, 2).padding_idx(3)), "padding_idx is 3 of 3 rows, expected");
    let build = |recipes: Sequential| recipes.build([5, 3]);
    refused(build(Sequential::new().add(lstm(0))), "units is 0, expected at least 1");
    refused(build(Sequential::new().add(bidirectional(simple_rnn(0)))), "units is 0");
    let infinite = Sequential::new().add(masking().mask_value(f64::INFINITY));
    refused(build(infinite), "mask_value is inf");
    let twice = Sequential::new().add(gru(2)).add(bidirectional(gru(2)));
    refused(build(twice), "the input has shape [2], expected [time, features] an example");
    let nowhere = Sequential::new().add(time_distributed(dense(2))).build(());
    refused(nowhere, "time_distributed: the input has shape [], expected [time, …] an example");
}

#[test]
fn wrong_descriptions_of_wrappers_are_refused() {
    let read = |layer: &str| {
        let json = format!(r#"{{"input":[5,3],"layers":[{{"layer":{layer}}}]}}"#);
        Sequential::from_json(&json, &Registry::default())
    };
    refused(read(r#""bidirectional""#), "bidirectional: missing setting `inner`");
    refused(read(r#""time_distributed","inner":{"layer":"warp"}"#), "unknown layer `warp`");
    let units = r#"{"layer":"gru","units":2,"return_sequences":false}"#;
    let wrong = format!(r#""bidirectional","inner":{units},"merge_mode":"max""#);
    refused(read(&wrong), "bidirectional: setting `merge_mode`: unknown variant `max`");
    let right = format!(r#""bidirectional","inner":{units},"merge_mode":"ave""#);
    assert_eq!(read(&right).unwrap().rebuild().unwrap().output_shape_of_example()[..], [2]);
}

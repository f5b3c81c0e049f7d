//! Parameters: named, drawn, tied, frozen, saved and loaded.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use brand_nn_autodiff::{Init, Param, Params, Result, Role, Var, Visitor};
use brand_nn_tensor::Tensor;

#[derive(Params)]
struct Head {
    weight: Param,
    bias: Option<Param>,
    rate: f64,
}

#[derive(Params)]
struct Net {
    tokens: Param,
    heads: Vec<Head>,
    output: Param,
    mean: Param,
}

fn net() -> Net {
    let head = |bias: bool| Head {
        weight: Param::new([2, 3], Init::GlorotUniform),
        bias: bias.then(|| Param::new([2], Init::Zeros)),
        rate: 0.5,
    };
    let tokens = Param::new([5, 3], Init::Normal(1.0));
    let output = tokens.tie();
    Net {
        output,
        tokens,
        heads: vec![head(true), head(false)],
        mean: Param::buffer([3], Init::Zeros),
    }
}

#[track_caller]
fn refused<T>(result: Result<T>, message: &str) {
    let text = result.map(drop).expect_err("an error").to_string();
    assert!(text.contains(message), "{text}\ndoes not contain: {message}");
}

#[test]
fn names_follow_the_fields() {
    let net = net().init(1).unwrap();
    let names = ["tokens", "heads.0.weight", "heads.0.bias", "heads.1.weight", "mean"];
    let set = net.params("*").unwrap();
    assert_eq!(set.names(), names);
    assert_eq!(set.aliases(), [("output".to_owned(), 0)]);
    assert_eq!(set[1].name(), "heads.0.weight");
    assert_eq!(net.params("heads.*.{weight,bias}").unwrap().count(), 6 + 2 + 6);
    assert_eq!(net.params("output").unwrap().names(), ["tokens"], "a tied name leads to the first");
    refused(net.params("heads.0.weigth"), "nearest names are heads.0.weight");
    assert_eq!(set[4].role(), Role::Buffer);
    assert!(net.heads[0].rate > 0.0);
}

#[test]
fn one_more_layer_changes_no_other_draw() {
    let small = net().init(7).unwrap();
    let mut large = net();
    large.heads.push(Head {
        weight: Param::new([2, 3], Init::GlorotUniform),
        bias: None,
        rate: 0.1,
    });
    let large = large.init(7).unwrap();
    for (name, param) in small.params("*").unwrap().named() {
        assert_eq!(
            param.value().unwrap(),
            large.params(name).unwrap()[0].value().unwrap(),
            "{name}"
        );
    }
    let third = large.heads[2].weight.value().unwrap();
    assert_ne!(third, large.heads[1].weight.value().unwrap());
    assert_ne!(net().init(8).unwrap().tokens.value().unwrap(), small.tokens.value().unwrap());
}

#[test]
fn frozen_parameters_and_buffers_are_constants() {
    let net = net().init(1).unwrap();
    assert!(net.tokens.var(true).unwrap().is_tracked());
    assert!(!net.tokens.var(false).unwrap().is_tracked());
    assert!(!net.mean.var(true).unwrap().is_tracked());
    net.params("*").unwrap().freeze();
    assert!(!net.tokens.var(true).unwrap().is_tracked());
    net.params("*").unwrap().unfreeze();
    assert!(net.tokens.var(true).unwrap().is_tracked());
    assert_eq!(net.mean.role(), Role::Buffer, "a buffer stays a buffer");
}

#[test]
fn tied_parameters_share_value_and_gradient() {
    let net = net().init(1).unwrap();
    let loss = net.tokens.var(true).unwrap().sum() + net.output.var(true).unwrap().sum();
    let gradients = loss.backward().unwrap();
    assert_eq!(gradients.len(), 1);
    assert_eq!(gradients.get(&net.output).unwrap(), Tensor::full([5, 3], 2.0));
}

#[test]
fn files_carry_values_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    let (from, to) = (net().init(1).unwrap(), net().init(2).unwrap());
    from.params("*").unwrap().save(&path).unwrap();
    assert!(to.load(&path).unwrap().is_complete());
    assert_eq!(to.output.value().unwrap(), from.tokens.value().unwrap());
    from.params("heads.*").unwrap().save(&path).unwrap();
    let before = to.heads[0].weight.value().unwrap();
    refused(to.load(&path), "does not fit the model: missing: tokens, mean");
    let report = to.load_lenient(&path).unwrap();
    assert_eq!(report.missing, ["tokens", "mean"]);
    assert_eq!(to.heads[0].weight.value().unwrap(), before);
    to.copy_from(&net().init(3).unwrap()).unwrap();
    assert_eq!(to.tokens.value().unwrap(), net().init(3).unwrap().tokens.value().unwrap());
    refused(to.load(folder.path().join("none.safetensors")), "none.safetensors");
}

#[test]
fn values_must_fit() {
    let param = Param::new([2], Init::Zeros);
    refused(param.value(), "the parameter has no value yet");
    refused(param.set(Tensor::ones([3])), "value is a tensor of f32 and shape [3]");
    refused(param.set(Tensor::from([1_i64, 2])), "value is a tensor of i64");
    refused(param.update(|_| Ok(())), "has no value yet");
}

/// A part that checks a setting.
struct Part {
    heads: usize,
}

impl Params for Part {
    fn visit(&self, _: &mut Visitor<'_>) {}

    fn check(&self) -> Result<()> {
        if self.heads > 0 {
            return Ok(());
        }
        Err(brand_nn_autodiff::Error::Setting {
            place: "part".into(),
            setting: "heads",
            got: self.heads.to_string(),
            expected: "at least 1",
            help: "give it a head",
        })
    }
}

#[derive(Params)]
struct Whole {
    first: Part,
    second: Option<Part>,
}

#[test]
fn wrong_settings_are_refused_with_their_place() {
    let whole = |heads| Whole { first: Part { heads: 1 }, second: Some(Part { heads }) };
    assert!(whole(1).init(0).is_ok());
    refused(whole(0).init(0).map(|_| ()), "second (part): heads is 0, expected at least 1");
    refused(whole(0).params("*").map(|_| ()), "heads is 0");
}

#[test]
fn an_update_is_in_place() {
    let param = Param::new([2], Init::Ones).init(0).unwrap();
    let before = param.value().unwrap().as_slice::<f32>().unwrap().as_ptr();
    param
        .update(|value| {
            *value *= 3.0;
            Ok::<(), brand_nn_autodiff::Error>(())
        })
        .unwrap();
    let after = param.value().unwrap();
    assert_eq!(after, Tensor::from([3.0_f32, 3.0]));
    assert_eq!(after.as_slice::<f32>().unwrap().as_ptr(), before, "nobody else held the value");
    let _ = Var::from(after);
}

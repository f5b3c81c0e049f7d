//! Functions that bend, as layers.

use crate::{Row, draws, refused, row};
use brand_nn_autodiff::Params;
use brand_nn_layers::{Activation, Call, Pass, Prelu, Sequential, activation, prelu};
use brand_nn_tensor::Tensor;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("Prelu", || Prelu::new(1), draws(&[2, 3])),
        row("Prelu", || Prelu::new(3), draws(&[2, 3, 2])),
    ];
    rows.extend(
        Activation::ALL.map(|function| row("Activation", move || function, draws(&[2, 3]))),
    );
    rows
}

/// Files hold the names by which activations are parsed.
#[test]
fn names_are_those_in_files() {
    for function in Activation::ALL {
        let recipe = activation(function);
        let network = Sequential::new().add(recipe).build([2]).unwrap();
        assert!(network.to_json().contains(&format!("\"function\":\"{}\"", function.name())));
        assert_eq!(function.name().parse::<Activation>().unwrap(), function);
    }
    refused("warp".parse::<Activation>(), "there is no activation `warp`");
}

#[test]
fn wrong_inputs_and_settings_are_refused() {
    let apply = |function: Activation, x: Tensor| function.call(x, &mut Pass::inference());
    refused(apply(Activation::Relu, Tensor::from([1_i64])), "relu: the input is i64, expected");
    refused(apply(Activation::Softmax, Tensor::ones([3])), "softmax: the input has shape []");
    refused(apply(Activation::Tanh, Tensor::scalar(1.0)), "expected [batch, …]");
    let none = Prelu::new(0).init(0).map_err(brand_nn_layers::Error::from);
    refused(none, "prelu: slopes is 0, expected at least 1");
    let slopes = Prelu::new(3).init(0).unwrap();
    let call = |x: Tensor| slopes.call(x, &mut Pass::inference());
    refused(call(Tensor::ones([1, 2])), "the input has shape [2], expected [3 channels, …]");
    refused(call(Tensor::from([[1.0_f64, 2.0, 3.0]])), "prelu: the input is f64, expected f32");
    refused(Sequential::new().add(prelu()).build([]), "expected [channels, …] an example");
}

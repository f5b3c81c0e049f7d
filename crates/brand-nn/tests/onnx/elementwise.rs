//! Functions of one element, arithmetic, comparisons and choices.

use crate::case::{Answer, Case, many, one};
use brand_nn_autodiff::Var;
use brand_nn_tensor::{DType, Tensor};

pub(crate) fn run(case: &Case) -> Answer {
    function(case)
        .or_else(|| activation(case))
        .or_else(|| arithmetic(case))
        .or_else(|| comparison(case))
        .or_else(|| choice(case))
}

fn function(case: &Case) -> Answer {
    let method: fn(&Var) -> Var = match &case.op[..] {
        "Abs" => Var::abs,
        "Acos" => Var::acos,
        "Acosh" => Var::acosh,
        "Asin" => Var::asin,
        "Asinh" => Var::asinh,
        "Atan" => Var::atan,
        "Atanh" => Var::atanh,
        "Ceil" => Var::ceil,
        "Cos" => Var::cos,
        "Cosh" => Var::cosh,
        "Erf" => Var::erf,
        "Exp" => Var::exp,
        "Floor" => Var::floor,
        "HardSwish" => Var::hard_swish,
        "Identity" => Var::clone,
        "Log" => Var::log,
        "Mish" => Var::mish,
        "Neg" => |x| -x,
        "Reciprocal" => Var::reciprocal,
        "Relu" => Var::relu,
        "Round" => Var::round,
        "Sigmoid" => Var::sigmoid,
        "Sign" => Var::sign,
        "Sin" => Var::sin,
        "Sinh" => Var::sinh,
        "Softplus" => Var::softplus,
        "Softsign" => Var::softsign,
        "Sqrt" => Var::sqrt,
        "Tan" => Var::tan,
        "Tanh" => Var::tanh,
        _ => return None,
    };
    one(method(&case.var(0)))
}

fn activation(case: &Case) -> Answer {
    let x = case.optional_var(0)?;
    one(match &case.op[..] {
        "Gelu" if case.text("approximate") == "tanh" => x.gelu_tanh(),
        "Gelu" => x.gelu(),
        "Elu" => x.elu(case.float("alpha", 1.0)),
        "Celu" => x.celu(case.float("alpha", 1.0)),
        "Selu" => x.elu(case.float("alpha", 1.673_263_2)) * case.float("gamma", 1.050_701),
        "LeakyRelu" => x.leaky_relu(case.float("alpha", 0.01)),
        "PRelu" => {
            let steep = &x * case.var(1);
            Var::where_(&x.tensor().less_than(0.0), &steep, &x)
        }
        "HardSigmoid" => (x * case.float("alpha", 0.2) + case.float("beta", 0.5)).clamp(0.0, 1.0),
        "ThresholdedRelu" => x.threshold(case.float("alpha", 1.0), 0.0),
        "Shrink" => shrink(case),
        "Binarizer" => x.tensor().greater_than(case.float("threshold", 0.0)).to(x.dtype()).into(),
        "Swish" => (&x * case.float("alpha", 1.0)).sigmoid() * x,
        _ => return None,
    })
}

/// Towards zero by `bias` beyond `lambd` on either side, zero between.
fn shrink(case: &Case) -> Var {
    let (x, bias) = (case.tensor(0).to(DType::F32), case.float("bias", 0.0));
    let limit = case.float("lambd", 0.5);
    let below = x.less_than(-limit).to(DType::F32) * (&x + bias);
    let above = x.greater_than(limit).to(DType::F32) * (&x - bias);
    (below + above).to(case.tensor(0).dtype()).into()
}

fn arithmetic(case: &Case) -> Answer {
    let fold = |f: fn(&Tensor, &Tensor) -> Tensor| {
        let rest = case.inputs.iter().skip(1).flatten();
        rest.fold(case.tensor(0), |sum, x| f(&sum, x))
    };
    one(match &case.op[..] {
        "Add" | "Sum" => fold(|a, b| a + b),
        "Sub" => fold(|a, b| a - b),
        "Mul" => fold(|a, b| a * b),
        "Div" => fold(|a, b| a / b),
        "Max" => fold(Tensor::maximum),
        "Min" => fold(Tensor::minimum),
        "Mean" => fold(|a, b| a + b) / case.inputs.len() as f64,
        "Mod" => {
            // Integers go through f64, which holds those of the cases exactly.
            let [a, b] = [0, 1].map(|i| Var::from(case.tensor(i).to(DType::F64)));
            let rest = if case.int("fmod", 0) == 1 { a.fmod(&b) } else { a.remainder(&b) };
            rest.into_tensor().to(case.tensor(0).dtype())
        }
        "Pow" => case.tensor(0).pow(&case.tensor(1).to(case.tensor(0).dtype())),
        _ => return None,
    })
}

fn comparison(case: &Case) -> Answer {
    let pair: fn(&Tensor, &Tensor) -> Tensor = match &case.op[..] {
        "Equal" => Tensor::equal,
        "Greater" => Tensor::greater,
        "GreaterOrEqual" => Tensor::greater_equal,
        "Less" => Tensor::less,
        "LessOrEqual" => Tensor::less_equal,
        "And" => Tensor::and,
        "Or" => Tensor::or,
        "Xor" => Tensor::not_equal,
        "Not" => return one(case.tensor(0).not()),
        "IsNaN" => return one(case.tensor(0).is_nan()),
        "IsInf" => return one(is_infinite(case)),
        _ => return None,
    };
    one(pair(&case.tensor(0), &case.tensor(1)))
}

fn is_infinite(case: &Case) -> Tensor {
    let x = case.tensor(0);
    let up = x.equal_to(f64::INFINITY);
    let down = x.equal_to(f64::NEG_INFINITY);
    match (case.int("detect_positive", 1), case.int("detect_negative", 1)) {
        (1, 1) => up.or(&down),
        (1, _) => up,
        _ => down,
    }
}

fn choice(case: &Case) -> Answer {
    let bound = |i: usize, default: f64| case.optional(i).map_or(default, |x| x.item());
    one(match &case.op[..] {
        "Where" => Tensor::where_(&case.tensor(0), &case.tensor(1), &case.tensor(2)),
        "Clip" => {
            // A lower bound above the upper one gives the upper one.
            let (low, high) = (bound(1, f64::NEG_INFINITY), bound(2, f64::INFINITY));
            case.tensor(0).clamp(low.min(high), high)
        }
        "Cast" | "CastLike" => {
            let expected = case.outputs[0].as_ref().map_or(DType::F32, Tensor::dtype);
            return many(vec![case.tensor(0).to(expected)]);
        }
        _ => return None,
    })
}

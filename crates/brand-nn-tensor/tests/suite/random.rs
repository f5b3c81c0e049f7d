//! Draws that depend on seed, call and position alone, and have the moments they should.

use brand_nn_kernels::threads;
use brand_nn_tensor::{DType, Rng, RngCore, Tensor};

/// One kind of draw, with its name.
type Draw = (&'static str, fn(usize, &mut Rng) -> Tensor);

const DRAWS: [Draw; 8] = [
    ("rand", |n, rng| Tensor::rand(n, rng)),
    ("uniform", |n, rng| Tensor::uniform(n, -1.0, 3.0, rng)),
    ("randn", |n, rng| Tensor::randn(n, rng)),
    ("normal", |n, rng| Tensor::normal(n, 2.0, 0.5, rng)),
    ("truncated_normal", |n, rng| Tensor::truncated_normal(n, 0.0, 1.0, rng)),
    ("bernoulli", |n, rng| Tensor::bernoulli(n, 0.25, rng).to(DType::F32)),
    ("randint", |n, rng| Tensor::randint(n, 0, 10, rng).to(DType::F32)),
    ("sample", |n, rng| {
        Tensor::sample(n, brand_nn_tensor::rand_distr::Exp::new(1.0).unwrap(), rng)
    }),
];

#[test]
fn position_i_is_the_same_for_any_length_and_thread_count() {
    for (name, draw) in DRAWS {
        let long = threads::with(1, || draw(70_000, &mut Rng::new(3)));
        for count in [1, 2, 3] {
            let again = threads::with(count, || draw(70_000, &mut Rng::new(3)));
            assert_eq!(again, long, "{name}, {count} threads");
        }
        let short = draw(1000, &mut Rng::new(3));
        assert_eq!(long.slice(0, ..1000), short, "{name}");
    }
}

#[test]
fn calls_and_seeds_differ() {
    for (name, draw) in DRAWS {
        let mut rng = Rng::new(3);
        let (first, second) = (draw(1000, &mut rng), draw(1000, &mut rng));
        assert_ne!(first, second, "{name}");
        assert_ne!(first, draw(1000, &mut Rng::new(4)), "{name}");
    }
}

#[track_caller]
fn check_moments(name: &str, mean: f64, std: f64) {
    let (_, draw) = DRAWS.into_iter().find(|(known, _)| *known == name).unwrap();
    let n = 200_000;
    let t = draw(n, &mut Rng::new(11)).to(DType::F64);
    let margin = 5.0 * std / (n as f64).sqrt();
    assert!((t.mean().item() - mean).abs() < margin, "{name}: mean {}", t.mean());
    assert!((t.std().item() - std).abs() < 2.0 * margin, "{name}: std {}", t.std());
}

#[test]
fn draws_have_their_moments() {
    check_moments("rand", 0.5, 12f64.sqrt().recip());
    check_moments("uniform", 1.0, 4.0 / 12f64.sqrt());
    check_moments("randn", 0.0, 1.0);
    check_moments("normal", 2.0, 0.5);
    check_moments("truncated_normal", 0.0, 0.879_625_661_034_239_8);
    check_moments("bernoulli", 0.25, 0.1875f64.sqrt());
    check_moments("randint", 4.5, 8.25f64.sqrt());
    check_moments("sample", 1.0, 1.0);
}

#[test]
fn draws_stay_in_their_range() {
    let rng = &mut Rng::new(5);
    let within = |t: &Tensor, low: f64, high: f64| t.min().item() >= low && t.max().item() <= high;
    assert!(within(&Tensor::rand(100_000, rng), 0.0, 1f32.next_down().into()));
    assert!(within(&Tensor::uniform(100_000, 1.0, 1.000_000_2, rng), 1.0, 1.000_000_119_209_289_6));
    assert!(within(&Tensor::truncated_normal(100_000, 1.0, 2.0, rng), -3.0, 5.0));
    assert_eq!(Tensor::uniform(3, 2.0, 2.0, rng), Tensor::full(3, 2.0));
    assert!(!Tensor::bernoulli(1000, 0.0, rng).any() && Tensor::bernoulli(1000, 1.0, rng).all());
    let wide = Tensor::randint(1000, i64::MIN, i64::MAX, rng);
    assert!(wide.less_than(0.0).any() && wide.greater_than(0.0).any());
}

#[test]
fn permutations_hold_every_number_once_and_mix() {
    let order = Tensor::permutation(1000, &mut Rng::new(1));
    assert_eq!(order.sort(0, false).0, Tensor::arange(1000));
    let stayed = order.equal(&Tensor::arange(1000)).to(DType::I64).sum().item();
    assert!(stayed < 10.0, "{stayed}");
    assert_eq!(Tensor::permutation(0, &mut Rng::new(1)), Tensor::arange(0));
}

#[test]
fn forks_and_names_are_independent() {
    let mut rng = Rng::new(9);
    let (mut a, mut b) = (rng.fork(), rng.fork());
    assert_ne!(Tensor::randn(100, &mut a), Tensor::randn(100, &mut b));
    assert_ne!(Rng::keyed(1, "a.weight").state(), Rng::keyed(1, "b.weight").state());
    assert_ne!(Rng::keyed(1, "a.weight").state(), Rng::keyed(2, "a.weight").state());
    let drawn = Tensor::randn(100, &mut rng);
    assert!(drawn.not_equal(&Tensor::randn(100, &mut Rng::new(9))).any());
}

#[test]
fn a_saved_source_goes_on_exactly() {
    let mut rng = Rng::new(17);
    let (_, _, _) = (Tensor::randn(10, &mut rng), rng.next_u32(), rng.fork());
    let json = serde_json::to_string(&rng).unwrap();
    let mut from_json: Rng = serde_json::from_str(&json).unwrap();
    let mut from_state = Rng::from_state(rng.state());
    let go_on = |rng: &mut Rng| (Tensor::randn(10, rng), rng.next_u64(), rng.key(), rng.fork());
    let expected = go_on(&mut rng);
    assert_eq!(go_on(&mut from_json), expected);
    assert_eq!(go_on(&mut from_state), expected);
}

#[test]
fn bytes_are_those_of_the_words() {
    let mut bytes = [0; 11];
    Rng::new(1).fill_bytes(&mut bytes);
    let mut rng = Rng::new(1);
    let words = [rng.next_u64().to_le_bytes(), rng.next_u64().to_le_bytes()].concat();
    assert_eq!(bytes, words[..11]);
}

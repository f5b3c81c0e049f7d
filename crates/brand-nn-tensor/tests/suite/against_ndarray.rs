//! Broadcasting, views, reductions, products and indexing, against ndarray on random shapes.

use brand_nn_tensor::{DType, Rng, Shape, Tensor, check::assert_close};
use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn, Slice};
use proptest::prelude::*;

use crate::laws::hold;

/// Numbers that are small integers, so that sums and products are exact in any order.
fn integers(shape: &[usize], seed: u64) -> Tensor {
    Tensor::randint(shape, -4, 5, &mut Rng::new(seed)).to(DType::F64)
}

fn view(tensor: &Tensor) -> ArrayViewD<'_, f64> {
    tensor.as_array::<f64>().unwrap()
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..4, 0..5)
}

/// A shape and one that broadcasts with it: some axes are 1, some in front are missing.
fn broadcast_pairs() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    shapes().prop_flat_map(|shape| {
        let ndim = shape.len();
        let changes = prop::collection::vec(0u8..3, ndim);
        (Just(shape), changes, 0..=ndim).prop_map(|(shape, changes, missing)| {
            let mut left = shape.clone();
            let mut right = shape;
            for (axis, change) in changes.into_iter().enumerate() {
                match change {
                    0 => left[axis] = 1,
                    1 => right[axis] = 1,
                    _ => {}
                }
            }
            (left, right.split_off(missing))
        })
    })
}

/// A tensor that isn't contiguous: its axes are turned and the first is cut.
fn awkward(shape: &[usize], seed: u64) -> Tensor {
    let mut reversed: Vec<usize> = shape.iter().rev().copied().collect();
    if let Some(last) = reversed.last_mut() {
        *last += 2;
    }
    let axes: Vec<isize> = (0..shape.len() as isize).rev().collect();
    let turned = integers(&reversed, seed).permute(&axes);
    if shape.is_empty() { turned } else { turned.slice(0, 1..shape[0] + 1) }
}

fn same(tensor: &Tensor, array: &ArrayD<f64>) -> Result<(), TestCaseError> {
    prop_assert_eq!(tensor.shape(), &Shape::from(array.shape()));
    prop_assert_eq!(tensor, &Tensor::from(array));
    Ok(())
}

#[test]
fn operators_broadcast() {
    hold((broadcast_pairs(), 0u64..1000), |((a, b), seed)| {
        let (a, b) = (awkward(&a, seed), awkward(&b, seed + 1));
        let shape = Shape::broadcast(a.shape(), b.shape()).unwrap();
        let wide = |t: &Tensor| view(t).broadcast(IxDyn(&shape)).unwrap().to_owned();
        let (x, y) = (wide(&a), wide(&b));
        same(&(&a + &b), &(&x + &y))?;
        same(&(&a - &b), &(&x - &y))?;
        same(&(a.clone() * &b), &(&x * &y))?;
        same(&(&a - b.clone()), &(&x - &y))?;
        same(&(a.contiguous() + b.contiguous()), &(&x + &y))?;
        same(&a.maximum(&b), &ndarray::Zip::from(&x).and(&y).map_collect(|a, b| a.max(*b)))?;
        same(
            &a.less(&b).to(DType::F64),
            &ndarray::Zip::from(&x).and(&y).map_collect(|a, b| f64::from(u8::from(a < b))),
        )?;
        same(
            &Tensor::where_(&a.greater_than(0.0), &a, &b),
            &ndarray::Zip::from(&x).and(&y).map_collect(|&a, &b| if a > 0.0 { a } else { b }),
        )?;
        Ok(())
    });
}

#[test]
fn broadcasting_is_symmetric_and_undone_by_sum_to() {
    hold((broadcast_pairs(), 0u64..1000), |((a, b), seed)| {
        let (s, t) = (Shape::from(&a), Shape::from(&b));
        let both = Shape::broadcast(&s, &t).unwrap();
        prop_assert_eq!(&both, &Shape::broadcast(&t, &s).unwrap());
        let x = awkward(&a, seed);
        let times = both.size().checked_div(x.size()).unwrap_or(0) as f64;
        prop_assert_eq!(x.expand(&both).sum_to(&s), &x * times);
        Ok(())
    });
}

#[test]
fn views_see_what_ndarray_sees() {
    hold((shapes(), 0u64..1000, any::<prop::sample::Index>()), |(shape, seed, pick)| {
        let t = awkward(&shape, seed);
        same(&t.contiguous(), &view(&t).to_owned())?;
        same(&t.t(), &{
            let mut array = view(&t).to_owned();
            if shape.len() > 1 {
                array.swap_axes(shape.len() - 2, shape.len() - 1);
            }
            array
        })?;
        if shape.is_empty() {
            return Ok(());
        }
        let axis = pick.index(shape.len());
        let len = shape[axis];
        let range = len / 3..len - len / 3;
        same(
            &t.slice(axis as isize, range.clone()),
            &view(&t).slice_axis(Axis(axis), Slice::from(range)).to_owned(),
        )?;
        same(&t.flip(axis as isize), &{
            let mut v = view(&t).to_owned();
            v.invert_axis(Axis(axis));
            v
        })?;
        for index in 0..len {
            same(
                &t.select(axis as isize, index),
                &view(&t).index_axis(Axis(axis), index).to_owned(),
            )?;
        }
        let flat = view(&t).iter().copied().collect::<Vec<_>>();
        prop_assert_eq!(t.flatten().to_vec::<f64>(), flat.clone());
        prop_assert_eq!(t.iter::<f64>().collect::<Vec<_>>(), flat);
        let parts = t.split(axis as isize, &[len / 2, len - len / 2]);
        prop_assert_eq!(Tensor::concat(&parts, axis as isize), t.clone());
        prop_assert_eq!(t.roll(axis as isize, 2).roll(axis as isize, -2), t);
        Ok(())
    });
}

#[test]
fn reductions_agree() {
    hold((shapes(), 0u64..1000), |(shape, seed)| {
        let t = awkward(&shape, seed);
        prop_assert_eq!(t.sum().item(), view(&t).sum());
        prop_assert_eq!(t.prod().item(), view(&t).product());
        for (axis, &len) in shape.iter().enumerate() {
            let (a, i) = (Axis(axis), axis as isize);
            same(&t.sum_axis(i), &view(&t).sum_axis(a))?;
            same(&t.prod_axis(i), &view(&t).map_axis(a, |lane| lane.product()))?;
            if len == 0 {
                continue;
            }
            assert_close(&t.mean_axis(i), &Tensor::from(view(&t).mean_axis(a).unwrap()), 1e-14);
            assert_close(&t.var_axis(i), &Tensor::from(view(&t).var_axis(a, 0.0)), 1e-13);
            assert_close(&t.std_axis(i), &Tensor::from(view(&t).std_axis(a, 0.0)), 1e-13);
            same(
                &t.max_axis(i),
                &view(&t).map_axis(a, |lane| lane.fold(f64::MIN, |x, y| x.max(*y))),
            )?;
            same(
                &t.min_axis(i),
                &view(&t).map_axis(a, |lane| lane.fold(f64::MAX, |x, y| x.min(*y))),
            )?;
            let mut running = view(&t).to_owned();
            running.accumulate_axis_inplace(a, |before, now| *now += before);
            same(&t.cumsum(i), &running)?;
            let at = t.argmax(i);
            same(&t.gather(i, &at.unsqueeze(i)).squeeze(i), &view(&t.max_axis(i)).to_owned())?;
        }
        Ok(())
    });
}

#[test]
fn several_axes_reduce_like_one_after_the_other() {
    hold((shapes(), 0u64..1000, 0u8..16), |(shape, seed, mask)| {
        let t = awkward(&shape, seed);
        let axes: Vec<usize> = (0..shape.len()).filter(|axis| mask >> axis & 1 == 1).collect();
        let signed: Vec<isize> =
            axes.iter().rev().map(|&axis| axis as isize - shape.len() as isize).collect();
        let mut array = view(&t).to_owned();
        for &axis in axes.iter().rev() {
            array = array.sum_axis(Axis(axis));
        }
        same(&t.sum_axes(&signed, false), &array)?;
        let kept: Vec<usize> =
            (0..shape.len()).map(|i| if axes.contains(&i) { 1 } else { shape[i] }).collect();
        same(&t.sum_axes(&signed, true), &array.into_shape_with_order(IxDyn(&kept)).unwrap())?;
        Ok(())
    });
}

#[test]
fn products_agree() {
    hold(([0usize..6, 0..6, 0..6], 0u64..1000), |([m, k, n], seed)| {
        let (a, b) = (awkward(&[m, k], seed), awkward(&[k, n], seed + 1));
        let matrix = |t: &Tensor| view(t).into_dimensionality::<ndarray::Ix2>().unwrap().to_owned();
        let product = matrix(&a).dot(&matrix(&b)).into_dyn();
        same(&a.matmul(&b), &product)?;
        same(&b.t().matmul(&a.t()).t(), &product)?;
        same(&a.contiguous().matmul(&b.contiguous()), &product)?;
        assert_close(&a.to(DType::F32).matmul(&b.to(DType::F32)), &Tensor::from(&product), 1e-6);
        Ok(())
    });
}

#[test]
fn batches_of_products_broadcast() {
    hold(
        (broadcast_pairs(), [0usize..4, 0..4, 0..4], 0u64..1000),
        |((front, other), [m, k, n], seed)| {
            let with = |front: &[usize], dims: [usize; 2]| [front, &dims].concat();
            let (a, b) =
                (awkward(&with(&front, [m, k]), seed), awkward(&with(&other, [k, n]), seed + 1));
            let product = a.matmul(&b);
            let batch = Shape::broadcast(&Shape::from(&front), &Shape::from(&other)).unwrap();
            prop_assert_eq!(product.shape(), &Shape::from(with(&batch, [m, n])));
            // Σ over k of a[.., m, k, 1] · b[.., 1, k, n]
            let terms = a.unsqueeze(-1) * b.unsqueeze(-3);
            prop_assert_eq!(product, terms.sum_axis(-2));
            Ok(())
        },
    );
}

#[test]
fn vectors_multiply_as_in_numpy() {
    hold((0usize..5, 0usize..5, 0usize..3, 0u64..1000), |(k, n, batch, seed)| {
        let (row, table) = (awkward(&[k], seed), awkward(&[batch, k, n], seed + 1));
        prop_assert_eq!(row.matmul(&table), row.unsqueeze(0).matmul(&table).squeeze(-2));
        let column = awkward(&[n], seed + 2);
        prop_assert_eq!(table.matmul(&column), table.matmul(&column.unsqueeze(1)).squeeze(-1));
        prop_assert_eq!(row.dot(&row), row.square().sum());
        prop_assert_eq!(row.outer(&column), row.unsqueeze(1).matmul(&column.unsqueeze(0)));
        Ok(())
    });
}

#[test]
fn picking_agrees() {
    hold(
        (prop::collection::vec(1usize..4, 1..4), 0u64..1000, any::<prop::sample::Index>()),
        |(shape, seed, pick)| {
            let t = awkward(&shape, seed);
            let axis = pick.index(shape.len());
            let ids = Tensor::randint([5], 0, shape[axis] as i64, &mut Rng::new(seed));
            let positions: Vec<usize> = ids.iter::<i64>().map(|id| id as usize).collect();
            let picked = t.index_select(axis as isize, &ids).unwrap();
            same(&picked, &view(&t).select(Axis(axis), &positions))?;
            let square = t
                .index_select(axis as isize, &ids.slice(0, ..4).reshape([2, 2]).to(DType::I32))
                .unwrap();
            prop_assert_eq!(
                square.flatten(),
                t.index_select(axis as isize, &ids.slice(0, ..4)).unwrap().flatten()
            );
            // Adding back what was picked counts how often each was.
            let counts = Tensor::zeros_like(&t).index_add(axis as isize, &ids, &picked).unwrap();
            let one_hot = ids.one_hot(shape[axis]).unwrap().to(DType::F64).sum_axis(0);
            let mut aligned = vec![1; shape.len()];
            aligned[axis] = shape[axis];
            prop_assert_eq!(counts, &t * one_hot.reshape(aligned));
            Ok(())
        },
    );
}

#[test]
fn gathering_and_scattering_are_transposes() {
    hold(
        (prop::collection::vec(1usize..4, 1..4), 0u64..1000, any::<prop::sample::Index>()),
        |(shape, seed, pick)| {
            let (t, axis) = (awkward(&shape, seed), pick.index(shape.len()));
            let mut wide = shape.clone();
            wide[axis] = 3;
            let ids = Tensor::randint(&wide, 0, shape[axis] as i64, &mut Rng::new(seed + 1));
            let weights = integers(&wide, seed + 2);
            let gathered = t.gather(axis as isize, &ids);
            let scattered = Tensor::zeros_like(&t).scatter_add(axis as isize, &ids, &weights);
            prop_assert_eq!((gathered * weights).sum(), (&t * scattered).sum());
            Ok(())
        },
    );
}

#[test]
fn sorting_orders_and_keeps() {
    hold(
        (prop::collection::vec(1usize..5, 1..4), 0u64..1000, any::<bool>()),
        |(shape, seed, descending)| {
            let t = awkward(&shape, seed);
            for axis in 0..shape.len() as isize {
                let (values, places) = t.sort(axis, descending);
                prop_assert_eq!(&t.gather(axis, &places), &values);
                let mut lanes = view(&t).to_owned();
                for mut lane in lanes.lanes_mut(Axis(axis as usize)) {
                    let mut sorted = lane.to_vec();
                    sorted.sort_by(f64::total_cmp);
                    if descending {
                        sorted.reverse();
                    }
                    lane.assign(&ndarray::Array1::from(sorted));
                }
                same(&values, &lanes)?;
                let (best, at) = t.topk(1, axis);
                prop_assert_eq!(best.squeeze(axis), t.max_axis(axis));
                prop_assert_eq!(at.squeeze(axis), t.argmax(axis));
            }
            Ok(())
        },
    );
}

#[test]
fn ndarray_and_back() {
    hold((shapes(), 0u64..1000), |(shape, seed)| {
        let t = awkward(&shape, seed);
        let array = view(&t).to_owned();
        prop_assert_eq!(Tensor::from(&view(&t)), t.clone());
        prop_assert_eq!(Tensor::from(array.clone()), t.clone());
        prop_assert_eq!(
            Tensor::from(array.reversed_axes())
                .permute(&(0..shape.len() as isize).rev().collect::<Vec<_>>()),
            t
        );
        Ok(())
    });
}

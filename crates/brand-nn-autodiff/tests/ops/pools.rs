//! Pools, interpolation, windows as columns, and channels turned into places.

use crate::table::{Limit, Refusal, Row, Twin, limits, refusals, rows, twins};
use brand_nn_autodiff::{Between, GridSample, Outside, Var};
use brand_nn_tensor::{Conv, Interpolation, Padding, Pool, Shape, Tensor};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = pool_rows();
    rows.extend(resize_rows());
    rows
}

fn pool_rows() -> Vec<Row> {
    rows! {
        "max_pool": [Any [2, 2, 4, 5]] => |x| Ok(x[0].max_pool(Pool::new([2, 3]).stride([1, 2]).padding([1, 0])));
        "max_pool": [Any [1, 2, 7]] => |x| Ok(x[0].max_pool(Pool::new(2).stride(3).dilation(2).ceil_mode(true)));
        "max_pool": [Any [1, 1, 3, 4, 4]] => |x| Ok(x[0].max_pool(Pool::new(2).padding(Padding::Same)));
        "max_pool": [Any [0, 2, 4]] => |x| Ok(x[0].max_pool(Pool::new(2)));
        "max_pool": [Any [2, 0, 4]] => |x| Ok(x[0].max_pool(Pool::new(2)));
        "max_pool_with_places": [Any [2, 1, 5]] => |x| {
            let (y, places) = x[0].max_pool_with_places(Pool::new(3).stride(2));
            Ok(y * places.to(x[0].dtype()))
        };
        "adaptive_max_pool": [Any [2, 1, 5, 4]] => |x| Ok(x[0].adaptive_max_pool([3, 2]));
        "global_max_pool": [Any [2, 3, 2, 2]] => |x| Ok(x[0].global_max_pool());
        "max_unpool": [Any [1, 2, 3]] => |x| x[0].max_unpool(&Tensor::from([[[0_i64, 2, 4], [1, 1, 3]]]), &[5]);
        "max_unpool": [Any [1, 0, 3]] => |x| x[0].max_unpool(&Tensor::zeros_of([1, 0, 3], brand_nn_tensor::DType::I64), &[2, 2]);
        "avg_pool": [Any [2, 1, 4, 5]] => |x| Ok(x[0].avg_pool(Pool::new([2, 3]).stride([1, 2]).padding(1)));
        "avg_pool": [Any [1, 2, 6]] => |x| {
            Ok(x[0].avg_pool(Pool::new(3).stride(2).padding(1).ceil_mode(true).count_include_pad(false)))
        };
        "avg_pool": [Any [1, 1, 3, 2, 4]] => |x| Ok(x[0].avg_pool(Pool::new(2).stride(1).padding(Padding::Same)));
        "avg_pool": [Any [0, 2, 4]] => |x| Ok(x[0].avg_pool(Pool::new(2)));
        "adaptive_avg_pool": [Any [2, 1, 5, 4]] => |x| Ok(x[0].adaptive_avg_pool([3, 6]));
        "global_avg_pool": [Any [2, 3, 2, 2]] => |x| Ok(x[0].global_avg_pool());
        "lp_pool": [Any [2, 1, 4, 4]] => |x| Ok(x[0].lp_pool(2.0, Pool::new(2)));
        "lp_pool": [AboveOne [1, 2, 5]] => |x| Ok(x[0].lp_pool(3.0, Pool::new(2).stride(2).ceil_mode(true)));
    }
}

fn resize_rows() -> Vec<Row> {
    rows! {
        "interpolate": [Any [2, 2, 3]] => |x| Ok(x[0].interpolate(5, Interpolation::Nearest));
        "interpolate": [Any [1, 1, 3, 2]] => |x| Ok(x[0].interpolate([2, 5], Interpolation::NearestExact));
        "interpolate": [Any [1, 2, 3, 4]] => |x| {
            Ok(x[0].interpolate([5, 2], Interpolation::Linear { align_corners: false }))
        };
        "interpolate": [Any [1, 1, 2, 3, 2]] => |x| {
            Ok(x[0].interpolate([3, 1, 4], Interpolation::Linear { align_corners: true }))
        };
        "interpolate": [Any [1, 1, 4, 3]] => |x| {
            Ok(x[0].interpolate([6, 2], Interpolation::Cubic { align_corners: false }))
        };
        "interpolate": [Any [0, 1, 4]] => |x| Ok(x[0].interpolate(6, Interpolation::Nearest));
        "unfold": [Any [2, 2, 4, 3]] => |x| Ok(x[0].unfold([2, 3], Conv::new().padding(1).stride([2, 1])));
        "unfold": [Any [0, 2, 4]] => |x| Ok(x[0].unfold(2, Conv::new()));
        "fold": [Any [2, 8, 6]] => |x| Ok(x[0].fold(&[4, 3], 2, Conv::new()));
        "fold": [Any [1, 6, 2]] => |x| Ok(x[0].fold(&[5], 3, Conv::new().stride(3).padding([[1, 0]])));
        "grid_sample": [Any [2, 2, 3, 4], Unit [2, 3, 2, 2]] => |x| x[0].grid_sample(&x[1], GridSample::default());
        "grid_sample": [Any [1, 2, 3, 4], Any [1, 4, 2, 2]] => |x| {
            x[0].grid_sample(&x[1], GridSample { align_corners: true, ..GridSample::default() })
        };
        "grid_sample": [Any [1, 1, 3, 4], Any [1, 4, 2, 2]] => |x| {
            x[0].grid_sample(&x[1], GridSample { outside: Outside::Border, ..GridSample::default() })
        };
        "grid_sample": [Any [1, 2, 3, 4]] => |x| {
            let grid = Tensor::from([[-0.9, 0.3], [1.4, 0.1], [0.6, -0.7]]).to(x[0].dtype());
            let nearest = GridSample { between: Between::Nearest, ..GridSample::default() };
            x[0].grid_sample(&grid.reshape([1, 1, 3, 2]).into(), nearest)
        };
        "grid_sample": [Any [1, 2, 3, 4], Any [1, 4, 2, 2]] => |x| {
            x[0].grid_sample(&x[1], GridSample { outside: Outside::Reflection, ..GridSample::default() })
        };
        "grid_sample": [Any [2, 1, 3, 4], Any [2, 3, 1, 2]] => |x| {
            let mirror = GridSample { outside: Outside::Reflection, align_corners: true, ..GridSample::default() };
            x[0].grid_sample(&x[1], mirror)
        };
        "grid_sample": [Any [1, 2, 3, 4], Any [1, 4, 2, 2]] => |x| {
            x[0].grid_sample(&x[1], GridSample { between: Between::Bicubic, ..GridSample::default() })
        };
        "grid_sample": [Any [1, 1, 1, 4], Any [1, 4, 2, 2]] => |x| {
            let corners = GridSample { outside: Outside::Reflection, align_corners: true, between: Between::Bicubic };
            x[0].grid_sample(&x[1], corners)
        };
        "grid_sample": [Any [1, 2, 2, 3, 2], Unit [1, 2, 1, 2, 3]] => |x| x[0].grid_sample(&x[1], GridSample::default());
        "grid_sample": [Any [0, 2, 3, 4], Any [0, 4, 2, 2]] => |x| x[0].grid_sample(&x[1], GridSample::default());
        "pixel_shuffle": [Any [2, 8, 2, 3]] => |x| Ok(x[0].pixel_shuffle(2));
        "pixel_unshuffle": [Any [2, 1, 6, 3]] => |x| Ok(x[0].pixel_unshuffle(3));
    }
}

pub(crate) fn refusals() -> Vec<Refusal> {
    refusals! {
        "max_pool": || Ok(ones([2, 3]).max_pool(Pool::new(2)))
            => "max_pool: shape [2, 3], expected [images, channels, 1 to 3 lengths]";
        "max_pool": || Ok(ones([1, 1, 3]).max_pool(Pool::new(5).padding(0)))
            => "max_pool: kernel 5 with dilation 1, 5 wide, expected at most the padded input, 0 + 3 + 0";
        "max_pool": || Ok(ones([1, 1, 3]).max_pool(Pool::new(2).padding(2)))
            => "max_pool: padding 2 before 3, of a kernel of 2, expected at least one element";
        "max_pool": || Ok(ones([1, 1, 3]).max_pool(Pool::new(0))) => "max_pool: stride [0]";
        "max_pool": || Ok(ones([1, 1, 3]).max_pool(Pool::new(0).stride(1)))
            => "max_pool: kernel 0, expected 1 or more";
        "max_pool": || Ok(ones([1, 1, 3]).max_pool(Pool::new([2, 2]))) => "max_pool: kernel Two([2, 2])";
        "max_pool": || Ok(integers().max_pool(Pool::new(2))) => "max_pool: dtype i64";
        "avg_pool": || Ok(integers().avg_pool(Pool::new(2))) => "avg_pool: dtype i64";
        "avg_pool": || Ok(ones([1, 1, 1]).avg_pool(Pool::new(2).dilation(2).padding(1)))
            => "avg_pool: padding 1 before 1, of a kernel of 2";
        "adaptive_avg_pool": || Ok(ones([1, 1, 0]).adaptive_avg_pool(2))
            => "adaptive_avg_pool: shape [1, 1, 0], expected axes of 1 element or more";
        "adaptive_max_pool": || Ok(ones([1, 1, 3]).adaptive_max_pool(0))
            => "adaptive_max_pool: lengths [0], expected 1 or more on every axis";
        "max_unpool": || ones([1, 1, 1]).max_unpool(&Tensor::from([[[4_i64]]]), &[4])
            => "scatter_places: index 4 at position 0, expected 0 or more and below 4";
        "max_unpool": || ones([1, 1, 2]).max_unpool(&Tensor::from([[[0_i64]]]), &[4])
            => "scatter_places: shape [1, 1, 1], expected the images and channels of [1, 1, 2]";
        "max_unpool": || ones([1, 1, 1]).max_unpool(&Tensor::from([[[0.0]]]), &[4])
            => "scatter_places: dtype f64, expected i64";
        "interpolate": || Ok(ones([1, 1, 3]).interpolate(0, Interpolation::Nearest))
            => "interpolate: lengths [0], expected 1 or more";
        "interpolate": || Ok(ones([1, 1, 0]).interpolate(3, Interpolation::Nearest))
            => "interpolate: shape [1, 1, 0], expected axes of 1 element or more";
        "interpolate": || Ok(ones([1, 1, 2]).interpolate(usize::MAX, Interpolation::Nearest))
            => "interpolate: shape [1, 1, 18446744073709551615] needs";
        "unfold": || Ok(ones([1, 2, 2]).unfold(2, Conv::new().groups(2))) => "unfold: groups 2, expected 1";
        "fold": || Ok(ones([1, 3, 2]).fold(&[3], 2, Conv::new()))
            => "fold: shape [1, 3, 2], expected [images, channels · 2, 2]";
        "grid_sample": || ones([1, 1, 2, 2]).grid_sample(&ones([2, 1, 1, 2]), GridSample::default())
            => "grid_sample: shape [2, 1, 1, 2], expected [1, rows, columns, 2], for pixels of [1, 1, 2, 2]";
        "grid_sample": || ones([1, 1, 2, 2]).grid_sample(&ones([1, 2]), GridSample::default())
            => "grid_sample: shape [1, 2], expected [1, rows, columns, 2], for pixels of [1, 1, 2, 2]";
        "grid_sample": || ones([1, 1, 2]).grid_sample(&ones([1, 2, 1]), GridSample::default())
            => "grid_sample: shape [1, 1, 2], expected [images, channels, 2 or 3 lengths above 0]";
        "grid_sample": || ones([1, 1, 2, 0]).grid_sample(&ones([1, 1, 1, 2]), GridSample::default())
            => "grid_sample: shape [1, 1, 2, 0], expected [images, channels, 2 or 3 lengths above 0]";
        "pixel_shuffle": || Ok(ones([1, 3, 2, 2]).pixel_shuffle(2))
            => "pixel_shuffle: shape [1, 3, 2, 2], expected channels that 2² divides";
        "pixel_shuffle": || Ok(ones([3, 2, 2]).pixel_shuffle(2))
            => "pixel_shuffle: shape [3, 2, 2], expected [images, channels, height, width]";
        "pixel_unshuffle": || Ok(ones([1, 3, 2, 3]).pixel_unshuffle(2))
            => "pixel_unshuffle: shape [1, 3, 2, 3], expected height and width that 2 divides";
    }
}

fn ones(shape: impl Into<Shape>) -> Var {
    Var::leaf(Tensor::ones(shape))
}

fn integers() -> Var {
    Var::from(Tensor::from([[[1_i64, 2]]]))
}

pub(crate) fn twins() -> Vec<Twin> {
    twins! {
        "max_pool": [Any [2, 3, 5, 6]] =>
            |x| Ok(x[0].max_pool(Pool::new([2, 3]).stride([1, 2]))),
            |x| {
                let columns = x[0].reshape([6, 1, 5, 6]).unfold([2, 3], Conv::new().stride([1, 2]));
                Ok(columns.max_axis(1).reshape([2, 3, 4, 2]))
            };
        "avg_pool": [Any [2, 3, 5, 6]] =>
            |x| Ok(x[0].avg_pool(Pool::new([2, 3]).stride([1, 2]).padding([[1, 0], [0, 1]]))),
            |x| {
                let options = Conv::new().stride([1, 2]).padding([[1, 0], [0, 1]]);
                let columns = x[0].reshape([6, 1, 5, 6]).unfold([2, 3], options);
                Ok(columns.mean_axis(1).reshape([2, 3, 5, 3]))
            };
        "conv": [Any [2, 4, 5, 6], Any [6, 2, 2, 2]] =>
            |x| Ok(x[0].conv(&x[1], None, Conv::new().groups(2).stride(2).padding(1).dilation([1, 2]))),
            |x| {
                let options = Conv::new().stride(2).padding(1).dilation([1, 2]);
                let group = |i: usize| {
                    let columns = x[0].slice(1, 2 * i..2 * i + 2).unfold(2, options); // [2, 8, 9]
                    x[1].slice(0, 3 * i..3 * i + 3).reshape([3, 8]).matmul(&columns)
                };
                Ok(Var::concat(&[group(0), group(1)], 1).reshape([2, 6, 3, 3]))
            };
        "conv": [Any [2, 3, 4, 4], Any [3, 1, 3, 3]] =>
            |x| Ok(x[0].conv(&x[1], None, Conv::new().groups(3).padding(1))),
            |x| {
                let columns = x[0].reshape([6, 1, 4, 4]).unfold(3, Conv::new().padding(1));
                let weight = x[1].reshape([1, 3, 9, 1]);
                Ok((columns.reshape([2, 3, 9, 16]) * weight).sum_axis(2).reshape([2, 3, 4, 4]))
            };
        "interpolate": [Any [1, 2, 3, 2]] =>
            |x| Ok(x[0].interpolate([6, 4], Interpolation::Nearest)),
            |x| Ok(x[0].reshape([1, 2, 3, 1, 2, 1]).expand([1, 2, 3, 2, 2, 2]).reshape([1, 2, 6, 4]));
        "fold": [Any [1, 2, 5]] =>
            |x| Ok(x[0].unfold(3, Conv::new()).fold(&[5], 3, Conv::new())),
            |x| Ok(&x[0] * Tensor::from([1.0, 2.0, 3.0, 2.0, 1.0]));
    }
}

pub(crate) fn limits() -> Vec<Limit> {
    limits! {
        "max_pool of equals": 2.0 => 2.0, 1.0, |x| pair(x).max_pool(Pool::new(2));
        "max_pool of infinity": f64::NEG_INFINITY => f64::NEG_INFINITY, 1.0, |x| pair(x).max_pool(Pool::new(2));
        "max_pool of nan": f64::NAN => f64::NAN, 1.0, |x| pair(x).max_pool(Pool::new(2));
        "lp_pool of zeros": 0.0 => 0.0, 0.0, |x| pair(x).lp_pool(2.0, Pool::new(2));
        "nearest at nan": 1.0 => f64::NAN, f64::NAN, |x| at_nan(x, Between::Nearest);
        "bilinear at nan": 1.0 => f64::NAN, f64::NAN, |x| at_nan(x, Between::Bilinear);
        "bicubic at nan": 1.0 => f64::NAN, f64::NAN, |x| at_nan(x, Between::Bicubic);
    }
}

/// An image of one pixel, read nowhere.
fn at_nan(x: &Var, between: Between) -> Var {
    let grid = Tensor::full_of([1, 1, 1, 2], f64::NAN, x.dtype());
    let options = GridSample { between, ..GridSample::default() };
    x.reshape([1, 1, 1, 1]).grid_sample(&grid.into(), options).unwrap().reshape([])
}

/// The same number twice, as an image.
fn pair(x: &Var) -> Var {
    Var::concat(&[x.clone(), x.clone()], 0).reshape([1, 1, 2])
}

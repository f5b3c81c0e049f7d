//! What slides over images: convolutions, pools and resampling.

use brand_nn_autodiff::{Between, GridSample, Outside, Var};
use brand_nn_tensor::{Conv, ConvTranspose, Interpolation, Padding, Pool};

/// The op of a row, if it is one of this file's.
pub(crate) fn apply(op: &str, x: &[Var]) -> Option<Var> {
    convolved(op, x)
        .or_else(|| pooled(op, &x[0]))
        .or_else(|| resized(op, &x[0]))
        .or_else(|| sampled(op, x))
}

fn convolved(op: &str, x: &[Var]) -> Option<Var> {
    let conv = |options| x[0].conv(&x[1], x.get(2), options);
    let spread = |options| x[0].conv_transpose(&x[1], x.get(2), options);
    let turned = ConvTranspose::new();
    Some(match op {
        "conv1d" | "conv2d_pointwise" => conv(Conv::new()),
        "conv2d_strided" => conv(Conv::new().stride([2, 1]).padding([1, 2]).dilation([1, 2])),
        "conv2d_grouped" => conv(Conv::new().padding(Padding::Same).groups(2)),
        "conv2d_depthwise" => conv(Conv::new().stride(2).padding(1).groups(3)),
        "conv3d" => conv(Conv::new().padding(1)),
        "conv_transpose1d" => spread(turned.stride(3).padding(1).output_padding(2)),
        "conv_transpose2d" => {
            let turned = turned.stride(2).padding([1, 0]).output_padding(1);
            spread(turned.dilation([1, 2]).groups(2))
        }
        _ => return None,
    })
}

fn pooled(op: &str, x: &Var) -> Option<Var> {
    Some(match op {
        "max_pool1d" => x.max_pool(Pool::new(3).stride(2).padding(1)),
        "max_pool2d" => {
            let pool = Pool::new([2, 3]).stride([2, 1]).padding([1, 0]).dilation([1, 2]);
            x.max_pool(pool.ceil_mode(true))
        }
        "max_pool3d" => x.max_pool(Pool::new(2).stride(1)),
        "max_unpool2d" => {
            let (y, places) = x.max_pool_with_places(Pool::new(2));
            y.max_unpool(&places, &x.shape()[2..]).unwrap()
        }
        "avg_pool1d" => x.avg_pool(Pool::new(3).stride(2).padding(1)),
        "avg_pool2d_ceil" => x.avg_pool(Pool::new(3).stride(2).padding(1).ceil_mode(true)),
        "avg_pool2d_inside" => {
            let pool = Pool::new(3).stride(2).padding(1).ceil_mode(true);
            x.avg_pool(pool.count_include_pad(false))
        }
        "lp_pool2d" => x.lp_pool(2.0, Pool::new([2, 3]).stride(2)),
        "adaptive_avg_pool2d" => x.adaptive_avg_pool([3, 4]),
        "adaptive_max_pool2d" => x.adaptive_max_pool([3, 4]),
        _ => return None,
    })
}

fn resized(op: &str, x: &Var) -> Option<Var> {
    let linear = |align_corners| Interpolation::Linear { align_corners };
    let cubic = |align_corners| Interpolation::Cubic { align_corners };
    let windows = Conv::new().dilation([2, 1]).padding(1).stride([1, 2]);
    Some(match op {
        "nearest" => x.interpolate([5, 3], Interpolation::Nearest),
        "nearest_exact" => x.interpolate([5, 3], Interpolation::NearestExact),
        "linear" => x.interpolate(7, linear(false)),
        "bilinear" => x.interpolate([5, 3], linear(false)),
        "bilinear_corners" => x.interpolate([5, 3], linear(true)),
        "trilinear" => x.interpolate([3, 2, 5], linear(false)),
        "bicubic" => x.interpolate([7, 3], cubic(false)),
        "bicubic_corners" => x.interpolate([7, 3], cubic(true)),
        "pixel_shuffle" => x.pixel_shuffle(2),
        "pixel_unshuffle" => x.pixel_unshuffle(2),
        "unfold" => x.unfold([2, 3], windows),
        "fold" => x.fold(&[4, 5], [2, 3], windows),
        _ => return None,
    })
}

fn sampled(op: &str, x: &[Var]) -> Option<Var> {
    let mut options = GridSample::default();
    match op {
        "grid_sample" => {}
        "grid_sample_corners" => options.align_corners = true,
        "grid_sample_border" => options.outside = Outside::Border,
        "grid_sample_nearest" => options.between = Between::Nearest,
        "grid_sample_mirror" => options.outside = Outside::Reflection,
        "grid_sample_mirror_corners" => {
            (options.outside, options.align_corners) = (Outside::Reflection, true);
        }
        "grid_sample_cubic" => options.between = Between::Bicubic,
        "grid_sample_cubic_border" => {
            (options.between, options.outside) = (Between::Bicubic, Outside::Border);
            options.align_corners = true;
        }
        "grid_sample_cubic_mirror" => {
            (options.between, options.outside) = (Between::Bicubic, Outside::Reflection);
        }
        _ => return None,
    }
    Some(x[0].grid_sample(&x[1], options).unwrap())
}

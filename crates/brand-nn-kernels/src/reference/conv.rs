//! Convolutions by their definition.

use crate::{Convolution, Slide};

/// Calls `f(input, weight, output)` for every product of a convolution, by its definition.
pub fn conv_terms(shape: &Convolution, mut f: impl FnMut(usize, usize, usize)) {
    let [depth, height, width] = shape.window.axes;
    let (outputs, inputs) = (shape.window.outputs(), shape.window.inputs());
    let mut spots = Vec::new();
    for_each_tap(&depth, |od, kd, d| {
        for_each_tap(&height, |oh, kh, h| {
            for_each_tap(&width, |ow, kw, w| {
                let output = (od * height.output + oh) * width.output + ow;
                let tap = (kd * height.kernel + kh) * width.kernel + kw;
                spots.push((output, tap, (d * height.input + h) * width.input + w));
            });
        });
    });
    for plane in 0..shape.images * shape.groups {
        for filter in 0..shape.filters {
            for channel in 0..shape.channels {
                let row = (plane % shape.groups * shape.filters + filter) * shape.channels;
                for &(output, tap, input) in &spots {
                    let x = (plane * shape.channels + channel) * inputs + input;
                    let y = (plane * shape.filters + filter) * outputs + output;
                    f(x, (row + channel) * shape.window.taps() + tap, y);
                }
            }
        }
    }
}

/// Calls `f(output, tap, input)` for every tap that lies inside the input.
fn for_each_tap(axis: &Slide, mut f: impl FnMut(usize, usize, usize)) {
    for output in 0..axis.output {
        for tap in 0..axis.kernel {
            let place = output * axis.stride + tap * axis.dilation;
            if place >= axis.before && place - axis.before < axis.input {
                f(output, tap, place - axis.before);
            }
        }
    }
}

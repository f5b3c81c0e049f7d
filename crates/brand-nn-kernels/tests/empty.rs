//! Windows without an element, of several rows too, are no error anywhere.

use brand_nn_kernels::{Binary, Compare, View, binary, binary_in_place, compare, select};

#[test]
fn empty_windows_give_empty_results() {
    for shape in [[2, 0], [0, 3], [0, 0]] {
        let strides = [shape[1] as isize, 1];
        let window = View { data: &[] as &[f32], offset: 0, shape: &shape, strides: &strides };
        let mask = View { data: &[] as &[bool], offset: 0, shape: &shape, strides: &strides };
        binary(Binary::Add, window, window, &mut []);
        binary_in_place(Binary::Add, &mut [], window);
        compare(Compare::Less, window, window, &mut []);
        select(mask, window, window, &mut []);
    }
}

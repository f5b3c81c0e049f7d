//! Files come back as they were written, for us and for other programs, or not at all.

use std::collections::BTreeMap;

use brand_nn_tensor::io::{TensorFile, npy_from_bytes, npy_to_bytes, read_npy, write_npy};
use brand_nn_tensor::{DType, Rng, Tensor};
use proptest::prelude::*;

use crate::laws::hold;

fn any_dtype() -> impl Strategy<Value = DType> {
    prop::sample::select(DType::ALL.to_vec())
}

fn tensor(shape: &[usize], dtype: DType, seed: u64) -> Tensor {
    Tensor::randint(shape, 0, 3, &mut Rng::new(seed)).to(DType::F64).powf(0.5).to(dtype)
}

fn sample() -> TensorFile {
    let mut file = TensorFile::default();
    for (i, dtype) in DType::ALL.into_iter().enumerate() {
        file.tensors.insert(format!("layer.{i}"), tensor(&[2, i], dtype, i as u64));
    }
    file.tensors.insert("scalar \"quoted\" 品牌".into(), Tensor::from(1.5f32));
    file.metadata.insert("architecture".into(), "{\"units\": 3}".into());
    file
}

#[test]
fn every_dtype_and_shape_returns() {
    hold(
        (prop::collection::vec(0usize..4, 0..4), any_dtype(), 0u64..100),
        |(shape, dtype, seed)| {
            let t = tensor(&shape, dtype, seed).t();
            let file =
                TensorFile { tensors: [("t".to_owned(), t.clone())].into(), ..Default::default() };
            prop_assert_eq!(&TensorFile::from_bytes(&file.to_bytes().unwrap()).unwrap(), &file);
            let json = serde_json::to_string(&t).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Tensor>(&json).unwrap(), &t);
            if dtype != DType::Bf16 {
                prop_assert_eq!(&npy_from_bytes(&npy_to_bytes(&t).unwrap()).unwrap(), &t);
            }
            Ok(())
        },
    );
}

#[test]
fn floats_return_bit_for_bit_from_json() {
    hold(
        (prop::collection::vec(any::<f32>(), 0..9), prop::collection::vec(any::<f64>(), 0..9)),
        |(values, wide)| {
            let json = |t: &Tensor| serde_json::to_string(t).unwrap();
            let t: Tensor = serde_json::from_str(&json(&Tensor::from(&values))).unwrap();
            let bits = |x: f32| if x.is_nan() { f32::NAN.to_bits() } else { x.to_bits() };
            prop_assert!(t.iter::<f32>().map(bits).eq(values.into_iter().map(bits)));
            let t: Tensor = serde_json::from_str(&json(&Tensor::from(&wide))).unwrap();
            let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
            prop_assert!(t.iter::<f64>().map(bits).eq(wide.into_iter().map(bits)));
            Ok(())
        },
    );
}

#[test]
fn files_on_disk_return() {
    let folder = tempfile::tempdir().unwrap();
    let (many, one) = (folder.path().join("m.safetensors"), folder.path().join("t.npy"));
    sample().write(&many).unwrap();
    assert_eq!(TensorFile::read(&many).unwrap(), sample());
    assert_eq!(std::fs::read(&many).unwrap(), sample().to_bytes().unwrap());
    let t = tensor(&[300, 70], DType::F32, 5);
    write_npy(&one, &t).unwrap();
    assert_eq!(read_npy(&one).unwrap(), t);
}

#[test]
fn the_reference_reader_reads_our_files() {
    let bytes = sample().to_bytes().unwrap();
    let theirs = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(theirs.len(), sample().tensors.len());
    for (name, tensor) in &sample().tensors {
        let view = theirs.tensor(name).unwrap();
        assert_eq!(view.shape(), &tensor.shape()[..]);
        assert_eq!(view.data().len(), tensor.size() * tensor.dtype().size());
    }
    let weights = theirs.tensor("layer.1").unwrap();
    let expected: Vec<u8> =
        sample().tensors["layer.1"].iter::<f64>().flat_map(f64::to_le_bytes).collect();
    assert_eq!(weights.data(), expected);
}

#[test]
fn we_read_files_of_the_reference_writer() {
    let data: Vec<u8> = [1.0f32, 2.0, 3.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![3, 1], &data);
    let metadata = Some([("format".to_owned(), "pt".to_owned())].into_iter().collect());
    let bytes = safetensors::serialize([("w", view.unwrap())], metadata).unwrap();
    let file = TensorFile::from_bytes(&bytes).unwrap();
    assert_eq!(file.tensors["w"], Tensor::from([[1.0f32], [2.0], [3.0]]));
    assert_eq!(file.metadata, BTreeMap::from([("format".to_owned(), "pt".to_owned())]));
}

#[test]
fn data_may_begin_at_any_byte() {
    let header = concat!(
        r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#,
        r#""b":{"dtype":"F64","shape":[1],"data_offsets":[1,9]}}"#
    );
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.push(9);
    bytes.extend(2.5f64.to_le_bytes());
    let file = TensorFile::from_bytes(&bytes).unwrap();
    assert_eq!(file.tensors["b"], Tensor::from([2.5]));
}

/// The files that `numpy.save` makes of `[[1, 2, 3], [4, 5, 6]]`, from the header on.
#[track_caller]
fn check_npy(descr: &str, fortran: &str, data: &[u8], expected: &Tensor) {
    let text = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': (2, 3), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    assert_eq!(npy_from_bytes(&bytes).unwrap(), *expected);
}

#[test]
fn numpy_files_of_all_orders_are_read() {
    let rows = [[1i32, 2, 3], [4, 5, 6]];
    let flat = rows.as_flattened();
    let little: Vec<u8> = flat.iter().flat_map(|x| x.to_le_bytes()).collect();
    let big: Vec<u8> = flat.iter().flat_map(|x| x.to_be_bytes()).collect();
    check_npy("<i4", "False", &little, &Tensor::from(rows));
    check_npy(">i4", "False", &big, &Tensor::from(rows));
    let columns: Vec<u8> = [1i32, 4, 2, 5, 3, 6].iter().flat_map(|x| x.to_le_bytes()).collect();
    check_npy("<i4", "True", &columns, &Tensor::from(rows));
    check_npy(
        "|b1",
        "False",
        &[1, 0, 1, 0, 1, 0],
        &Tensor::from([[true, false, true], [false, true, false]]),
    );
    let halves: Vec<u8> =
        [0x3c00u16, 0, 0, 0, 0, 0xc000].iter().flat_map(|x| x.to_le_bytes()).collect();
    check_npy(
        "<f2",
        "False",
        &halves,
        &Tensor::from([[1.0, 0.0, 0.0], [0.0, 0.0, -2.0]]).to(DType::F16),
    );
}

#[test]
fn our_npy_header_is_numpys() {
    let bytes = npy_to_bytes(&Tensor::from([7i64])).unwrap();
    let text = format!("{:<117}\n", "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }");
    let expected = [b"\x93NUMPY\x01\x00\x76\x00", text.as_bytes(), &7i64.to_le_bytes()].concat();
    assert_eq!(bytes, expected);
}

#[test]
fn two_thousand_flipped_bits_are_all_detected() {
    let good = sample().to_bytes().unwrap();
    let mut rng = Rng::new(2026);
    for _ in 0..2000 {
        let bit = (rng.next_u64() % (good.len() as u64 * 8)) as usize;
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(TensorFile::from_bytes(&bytes).is_err(), "bit {bit} of {}", good.len() * 8);
    }
}

#[test]
fn every_flipped_bit_of_a_small_file_is_detected() {
    for file in [
        TensorFile::default(),
        TensorFile {
            tensors: [("a".to_owned(), Tensor::from([true])), ("b".to_owned(), Tensor::zeros([0]))]
                .into(),
            metadata: [("k".to_owned(), "v".to_owned())].into(),
        },
    ] {
        let good = file.to_bytes().unwrap();
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(TensorFile::from_bytes(&bytes).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn every_truncation_is_detected() {
    let good = sample().to_bytes().unwrap();
    for len in 0..good.len() {
        assert!(TensorFile::from_bytes(&good[..len]).is_err(), "{len}");
    }
    let npy = npy_to_bytes(&Tensor::arange(5)).unwrap();
    for len in 0..npy.len() {
        assert!(npy_from_bytes(&npy[..len]).is_err(), "{len}");
    }
}

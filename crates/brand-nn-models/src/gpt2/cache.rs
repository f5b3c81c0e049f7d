//! What attention has seen so far, so that writing on computes the new tokens alone.

use brand_nn_tensor::{DType, Element, Result, Tensor};

/// The keys and values of the tokens so far, and which of these are padding.
///
/// It costs 2 · layers · features numbers a token, and saves computing the whole text again for each
/// token.
#[doc(alias = "past_key_values")]
#[derive(Clone, Debug, Default)]
pub struct Cache {
    layers: Vec<[Tensor; 2]>,
    mask: Option<Tensor>,
}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of steps that it holds, padding counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mask.as_ref().map_or(0, |mask| mask.dim(1))
    }

    /// Whether it holds no step.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in the mask of new steps, and gives that of all with the positions of the new ones.
    ///
    /// # Shapes
    /// bool `[batch, new]` → bool `[batch, all]`, i64 `[batch, new]`.
    pub(super) fn enter(&mut self, new: &Tensor) -> Result<(Tensor, Tensor)> {
        let all = match &self.mask {
            Some(old) => Tensor::try_concat(&[old.clone(), new.clone()], 1)?,
            None => new.clone(),
        };
        let counted = all.to(DType::I64).cumsum(1) - 1.0;
        let positions = counted.slice(1, all.dim(1) - new.dim(1)..).clamp(0.0, all.dim(1) as f64);
        self.mask = Some(all.clone());
        Ok((all, positions))
    }

    /// Takes in a layer's keys and values of new steps, and gives those of all, as windows of the cache.
    ///
    /// New steps are written behind the old ones: nothing is copied while there is room, and room
    /// grows by halves.
    pub(super) fn extend(&mut self, layer: usize, new: [&Tensor; 2]) -> [Tensor; 2] {
        let (all, time) = (self.len(), new[0].dim(2));
        if self.layers.len() <= layer {
            self.layers.push(new.map(|new| roomy(new, all)));
        }
        let own = &mut self.layers[layer];
        if own[0].dim(2) < all {
            let grown = [0, 1].map(|part| {
                let mut grown = roomy(new[part], all);
                put(&mut grown, &own[part].slice(2, ..all - time), 0);
                grown
            });
            *own = grown;
        }
        for (own, new) in own.iter_mut().zip(new) {
            put(own, new, all - time);
        }
        [0, 1].map(|part| own[part].slice(2, ..all))
    }

    /// The cache of other rows: beams that go on, or texts that are not finished.
    ///
    /// # Errors
    /// If there is no row of a number.
    pub fn rows(&self, rows: &[usize]) -> Result<Self> {
        let of = |[keys, values]: &[Tensor; 2]| Ok([keys.rows(rows)?, values.rows(rows)?]);
        Ok(Self {
            layers: self.layers.iter().map(of).collect::<Result<_>>()?,
            mask: self.mask.as_ref().map(|mask| mask.rows(rows)).transpose()?,
        })
    }
}

/// The steps that room is made for at a time, at least.
const STEPS: usize = 64;

/// Room for `all` steps and some more, of the sizes of new ones.
fn roomy(new: &Tensor, all: usize) -> Tensor {
    let mut shape = new.shape().to_vec();
    shape[2] = all + STEPS.max(all / 2);
    Tensor::zeros_of(shape, new.dtype())
}

/// Writes steps into a cache from a place on.
fn put(own: &mut Tensor, new: &Tensor, from: usize) {
    match new.dtype() {
        DType::F64 => put_of::<f64>(own, new, from),
        _ => put_of::<f32>(own, new, from),
    }
}

fn put_of<T: Element>(own: &mut Tensor, new: &Tensor, from: usize) {
    let (room, time, dim) = (own.dim(2), new.dim(2), new.dim(3));
    if new.size() == 0 {
        return;
    }
    let heads = own.make_mut::<T>().chunks_exact_mut(room * dim);
    for (own, new) in heads.zip(new.data::<T>().chunks_exact(time * dim)) {
        own[from * dim..(from + time) * dim].copy_from_slice(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brand_nn_tensor::Rng;

    /// Writes steps of so many at a time, and compares with all of them at once.
    #[track_caller]
    fn check(dtype: DType, batch: usize, times: &[usize]) {
        let (mut cache, mut seen) = (Cache::new(), Vec::new());
        for (number, &time) in times.iter().enumerate() {
            let mask = Tensor::ones([batch, time]).to(DType::Bool);
            cache.enter(&mask).unwrap();
            let draw =
                |part| Tensor::randn([batch, time, 3, 2], &mut Rng::keyed(number as u64, part));
            let new = ["keys", "values"].map(|part| draw(part).to(dtype).transpose(1, 2));
            seen.push(new[1].clone());
            let found = cache.extend(0, [&new[0], &new[1]]);
            assert_eq!(found[1], Tensor::concat(&seen, 2));
        }
    }

    #[test]
    fn a_step_is_written_where_there_is_room() {
        let (mut cache, step) = (Cache::new(), Tensor::ones([1, 2, 1, 4]));
        let mut add = || {
            cache.enter(&Tensor::from([[true]])).unwrap();
            let [keys, _] = cache.extend(0, [&step, &step]);
            let place = keys.select(2, 0).select(1, 0).as_slice::<f32>().unwrap().as_ptr();
            (cache.layers[0][0].dim(2), place)
        };
        let all: Vec<_> = (0..66).map(|_| add()).collect();
        assert!(all[..65].iter().all(|own| *own == all[0]));
        assert_eq!((all[0].0, all[65].0), (65, 66 + 64));
        let copy = cache.clone();
        cache.enter(&Tensor::from([[true]])).unwrap();
        cache.extend(0, [&(&step * 2.0), &step]);
        assert_eq!((copy.len(), cache.len()), (66, 67));
        assert_eq!(copy.layers[0][0].sum().item(), 66.0 * 8.0); // another's step is not seen
    }

    #[test]
    fn steps_follow_each_other() {
        check(DType::F32, 2, &[5, 1, 1, 70, 1, 200]);
        check(DType::F64, 1, &[1, 1, 1]);
        check(DType::F32, 0, &[2, 1]);
    }
}

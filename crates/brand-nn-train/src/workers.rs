//! Batches made ahead of time by threads, in the order in which one thread would make them.

use crate::{Error, Examples, Result, batches::Visit};
use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

/// Makes each batch and visits it, one after the other.
pub(crate) fn in_turn<B, X>(
    batches: impl Iterator<Item = B>,
    make: impl Fn(B) -> Result<Examples<X>>,
    visit: Visit<'_, X>,
) -> Result<()> {
    for batch in batches {
        if visit(make(batch)?)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Makes batches in `workers` threads, each at most `ahead` before they are visited here.
///
/// Batch number i is made by worker i mod n and is awaited in this order, so the number of workers
/// changes nothing but the time. A panic in a worker is an error here.
pub(crate) fn ahead<B: Send + Sync + Clone, X: Send>(
    batches: &[B],
    (workers, ahead): (usize, usize),
    make: impl Fn(B) -> Result<Examples<X>> + Sync,
    visit: Visit<'_, X>,
) -> Result<()> {
    thread::scope(|scope| {
        let mut queues = Vec::new();
        for first in 0..workers {
            let (sender, queue) = sync_channel(ahead.max(1));
            queues.push(queue);
            let make = &make;
            scope.spawn(move || {
                for batch in batches.iter().skip(first).step_by(workers) {
                    let made = catch_unwind(AssertUnwindSafe(|| make(batch.clone())));
                    let made = made.unwrap_or_else(|panic| Err(worker_error(&*panic)));
                    if sender.send(made).is_err() {
                        break; // nobody wants more
                    }
                }
            });
        }
        for number in 0..batches.len() {
            let made = queues[number % workers].recv();
            let made = made.unwrap_or_else(|_| Err(worker_error(&"the worker is gone")));
            if let ControlFlow::Break(()) = visit(made?)? {
                break;
            }
        }
        Ok(())
    })
}

/// Threads that make what one thread has read: making takes longer than reading.
const MAKERS: usize = 2;

/// Reads in one thread, makes in others what is read, and uses here what is made, in order.
///
/// Item number i is made by thread i mod n. A panic in a thread is an error here.
pub(crate) fn in_stages<R: Send, T: Send>(
    items: impl Iterator<Item = Result<R>> + Send,
    make: impl Fn(R) -> Result<T> + Sync,
    mut using: impl FnMut(T) -> Result<ControlFlow<()>>,
) -> Result<()> {
    thread::scope(|scope| {
        let (mut readers, mut makers) = (Vec::new(), Vec::new());
        for _ in 0..MAKERS {
            let (sender, read) = sync_channel(0);
            readers.push(sender);
            let make = &make;
            let made = read.into_iter().map(move |item: Result<R>| make(item?));
            let (sender, queue) = sync_channel(0);
            scope.spawn(move || produce(made, |_| &sender));
            makers.push(queue);
        }
        scope.spawn(move || produce(items, |number| &readers[number % MAKERS]));
        for number in 0.. {
            let Ok(item) = makers[number % MAKERS].recv() else { break };
            if using(item?)?.is_break() {
                break;
            }
        }
        Ok(())
    })
}

/// Sends each item to the queue of its number, until nobody wants more; an error is the last.
fn produce<'q, T: 'q>(
    mut items: impl Iterator<Item = Result<T>>,
    queue: impl Fn(usize) -> &'q SyncSender<Result<T>>,
) {
    for number in 0.. {
        let made = catch_unwind(AssertUnwindSafe(|| items.next()));
        let made = made.unwrap_or_else(|panic| Some(Err(worker_error(&*panic))));
        let Some(made) = made else { break };
        let last = made.is_err();
        if queue(number).send(made).is_err() || last {
            break;
        }
    }
}

fn worker_error(panic: &(dyn std::any::Any + Send)) -> Error {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    Error::Data {
        what: "a batch made in the background",
        got: format!("a panic: {}", text.unwrap_or_else(|| "without words".into())),
        expected: "a batch",
        help: "the data set's batch() panics; return an error where data may be wrong",
    }
}

//! Batches made ahead of time by threads, in the order in which one thread would make them.

use crate::{Error, Examples, Result, batches::Visit};
use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, sync_channel},
    thread::{self, Scope},
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

/// Reads in one thread, makes in another what is read, and uses here what is made, in order.
///
/// Each is one item ahead of the next. A panic in a thread is an error here.
pub(crate) fn in_stages<R: Send, T: Send>(
    items: impl Iterator<Item = Result<R>> + Send,
    make: impl Fn(R) -> Result<T> + Send,
    mut using: impl FnMut(T) -> Result<ControlFlow<()>>,
) -> Result<()> {
    thread::scope(|scope| {
        let read = stage(scope, items);
        let made = stage(scope, read.into_iter().map(move |item| make(item?)));
        for item in made {
            if using(item?)?.is_break() {
                break;
            }
        }
        Ok(())
    })
}

/// Lets a thread make each item while the one before is used; an error is the last.
fn stage<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    mut items: impl Iterator<Item = Result<T>> + Send + 'scope,
) -> Receiver<Result<T>> {
    let (sender, queue) = sync_channel(0);
    scope.spawn(move || {
        loop {
            let made = catch_unwind(AssertUnwindSafe(|| items.next()));
            let made = made.unwrap_or_else(|panic| Some(Err(worker_error(&*panic))));
            let Some(made) = made else { break };
            let last = made.is_err();
            if sender.send(made).is_err() || last {
                break;
            }
        }
    });
    queue
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

//! Sleeping and waiting for streams, which are one call.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::memory::View;
use crate::wasi::{Errno, FAULT, INVALID, open};

const SUBSCRIPTION_BYTES: u32 = 48;
const EVENT_BYTES: u32 = 32;
const CLOCK: u8 = 0;
/// The flag of a clock's subscription by which its time is a moment and no span.
const ABSOLUTE: u16 = 1;
/// A second's sleep has one subscription, a select over three streams and a time limit four.
const MOST_SUBSCRIPTIONS: u32 = 64;

/// One thing that the program waits for.
struct Subscription {
    user_data: [u8; 8],
    kind: u8,
    wait: Wait,
}

enum Wait {
    For(Duration),
    /// Streams never block: input is in memory and output is counted.
    Ready(Result<(), Errno>),
}

/// Waits until the first of the subscriptions is due and reports those that are due then.
pub(crate) fn poll(mut view: View, asked: u32, events: u32, count: u32, ready_at: u32) -> Result<(), Errno> {
    if count == 0 || count > MOST_SUBSCRIPTIONS {
        return Err(INVALID);
    }
    let subscriptions = (0..count).map(|number| subscription(&view, entry(asked, number, SUBSCRIPTION_BYTES)?));
    let subscriptions = subscriptions.collect::<Result<Vec<_>, _>>()?;
    let wait = |subscription: &Subscription| match subscription.wait {
        Wait::For(time) => time,
        Wait::Ready(_) => Duration::ZERO,
    };
    let shortest = subscriptions.iter().map(wait).min().unwrap_or_default();
    // However long that is: the parent ends the process when the program's time is up.
    thread::sleep(shortest);
    let mut ready = 0;
    for due in subscriptions.iter().filter(|subscription| wait(subscription) <= shortest) {
        view.write(entry(events, ready, EVENT_BYTES)?, &event(due))?;
        ready += 1;
    }
    view.write_u32(ready_at, ready)
}

fn entry(list: u32, number: u32, bytes: u32) -> Result<u32, Errno> {
    number.checked_mul(bytes).and_then(|offset| list.checked_add(offset)).ok_or(FAULT)
}

fn subscription(view: &View, at: u32) -> Result<Subscription, Errno> {
    let raw: [u8; SUBSCRIPTION_BYTES as usize] = view.read(at)?;
    let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| raw[at + index]));
    let kind = raw[8];
    let wait = if kind == CLOCK {
        let clock = u32::from_le_bytes([raw[16], raw[17], raw[18], raw[19]]);
        let time = Duration::from_nanos(number(24));
        let absolute = u16::from_le_bytes([raw[40], raw[41]]) & ABSOLUTE != 0;
        Wait::For(if absolute { time.saturating_sub(now(view, clock)) } else { time })
    } else {
        Wait::Ready(open(i32::from_le_bytes([raw[16], raw[17], raw[18], raw[19]])))
    };
    Ok(Subscription { user_data: std::array::from_fn(|index| raw[index]), kind, wait })
}

fn now(view: &View, clock: u32) -> Duration {
    if clock == 0 { SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() } else { view.guest.started.elapsed() }
}

fn event(due: &Subscription) -> [u8; EVENT_BYTES as usize] {
    let mut event = [0; EVENT_BYTES as usize];
    event[..8].copy_from_slice(&due.user_data);
    if let Wait::Ready(Err(error)) = due.wait {
        event[8..12].copy_from_slice(&error.0.to_le_bytes());
    }
    event[10] = due.kind;
    event
}

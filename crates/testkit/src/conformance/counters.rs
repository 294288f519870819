//! Counts of what was tried.

use std::time::Duration;

use parlor_ports::{Clock, CounterName};

use super::Tested;
use crate::{Fixture, at_once};

const HOUR: Duration = Duration::from_hours(1);

fn name(f: &Fixture) -> CounterName {
    CounterName(f.token().0)
}

/// So many are let through in a window that begins with the first; then one learns how long it lasts.
pub async fn a_window_lets_so_many_through(f: &Fixture) -> Tested {
    let (name, other) = (name(f), name(f));
    let begun = f.tick();
    for _ in 0..3 {
        assert_eq!(f.counters.count(name, 3, HOUR, f.clock.now()).await?, Ok(()));
        f.clock.advance(Duration::from_mins(10));
    }
    let left = HOUR - f.clock.now().since(begun);
    assert_eq!(f.counters.count(name, 3, HOUR, f.clock.now()).await?, Err(left));
    assert_eq!(f.counters.count(other, 3, HOUR, f.clock.now()).await?, Ok(()));
    assert_eq!(
        f.counters.count(name, 4, HOUR, f.clock.now()).await?,
        Ok(()),
        "what was refused does not count"
    );
    let last = begun + HOUR - Duration::from_micros(1);
    assert_eq!(
        f.counters.count(name, 3, HOUR, last).await?,
        Err(Duration::from_micros(1))
    );
    assert_eq!(f.counters.count(name, 3, HOUR, begun + HOUR).await?, Ok(()));
    assert_eq!(f.counters.count(name, 0, HOUR, begun + HOUR).await?, Err(HOUR));
    Ok(())
}

/// A hundred at once, in the first window and in the next: no more than ten are let through each time.
pub async fn no_more_are_let_through_at_once(f: &Fixture) -> Tested {
    let name = name(f);
    for _ in 0..2 {
        let now = f.clock.advance(HOUR);
        let answers = at_once((0..100).map(|_| {
            let counters = f.counters.clone();
            async move { counters.count(name, 10, HOUR, now).await }
        }));
        let mut through = 0;
        for answer in answers.await {
            match answer? {
                Ok(()) => through += 1,
                Err(left) => assert_eq!(left, HOUR),
            }
        }
        assert_eq!(through, 10);
    }
    Ok(())
}

/// What is forgotten begins anew.
pub async fn a_count_that_is_forgotten_begins_anew(f: &Fixture) -> Tested {
    let name = name(f);
    let now = f.tick();
    assert_eq!(f.counters.count(name, 1, HOUR, now).await?, Ok(()));
    assert_eq!(f.counters.count(name, 1, HOUR, now).await?, Err(HOUR));
    f.counters.forget(name).await?;
    f.counters.forget(self::name(f)).await?;
    assert_eq!(f.counters.count(name, 1, HOUR, now).await?, Ok(()));
    Ok(())
}

/// Windows that are over are forgotten step by step, and no others are.
pub async fn windows_that_are_over_are_forgotten(f: &Fixture) -> Tested {
    let now = f.tick();
    for _ in 0..150 {
        assert_eq!(f.counters.count(name(f), 1, HOUR, now).await?, Ok(()));
    }
    let last = name(f);
    assert_eq!(f.counters.count(last, 1, HOUR * 2, now).await?, Ok(()));
    assert!(!f.counters.sweep(now).await?);
    let mut steps = 0;
    while f.counters.sweep(now + HOUR).await? {
        steps += 1;
    }
    assert!(steps >= 2, "{steps} steps for 150");
    assert_eq!(f.counters.count(last, 1, HOUR, now + HOUR).await?, Err(HOUR));
    Ok(())
}
